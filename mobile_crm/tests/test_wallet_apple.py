import base64
import hashlib
import io
import json
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from freezegun import freeze_time
from jsonschema import Draft202012Validator
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools import member_card, wallet_apple
from ..tools.problems import Problem
from ..tools.push_account import CredentialError
from .common import MobileCommon
from .wallet_common import PASS_TYPE, TEAM, WalletMixin, authority, certificate, described, opened, p12, pem
from .wallet_shapes import PASS

PAST = (datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2021, 1, 1, tzinfo=timezone.utc))
FUTURE = (datetime(2039, 1, 1, tzinfo=timezone.utc), datetime(2040, 1, 1, tzinfo=timezone.utc))


def picture(colour, size=(600, 200)):
    output = io.BytesIO()
    Image.new('RGB', size, colour).save(output, 'PNG')
    return base64.b64encode(output.getvalue())


@tagged('-at_install', 'post_install')
class TestWalletCertificate(WalletMixin, MobileCommon):
    """What managers store."""

    def _word(self, *files, password=None):
        with self.assertRaises(CredentialError) as caught:
            wallet_apple.read_credential(files, password)
        return caught.exception.word

    def test_each_way_of_exporting_it_is_read(self):
        whole = pem()
        above = authority().public_bytes(Encoding.DER)
        for files, password in (
                ([whole], None), ([p12(others=[authority()])], b'secret'), ([p12(), above], b'secret'),
                ([p12(password=None), authority().public_bytes(Encoding.PEM)], None),
                ([pem(issuer=None), above], None)):
            account = wallet_apple.PassAccount(wallet_apple.read_credential(files, password))
            self.assertEqual((account.pass_type, account.team), (PASS_TYPE, TEAM))
            self.assertEqual(account.ends_at, datetime(2040, 1, 1))

    def test_what_is_wrong_with_a_file_is_told(self):
        above = authority().public_bytes(Encoding.DER)
        for word, files, password in (
                ('no_certificate', [b'hello'], None),
                ('no_certificate', [b'x' * 60_000], None),
                ('password', [p12(), above], b'wrong'),
                ('password', [p12(), above], None),
                ('password', [pem() + b'-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'], None),
                ('no_pass_type', [above], None),
                ('no_pass_type', [pem(certificate(pass_type='com.example.shop'))], None),
                ('no_team', [pem(certificate(team=None))], None),
                ('no_key', [pem(private=None)], None),
                ('other_key', [pem(private='stranger')], None),
                ('expired', [pem(certificate(begins=PAST[0], ends=PAST[1]))], None),
                ('not_yet', [pem(certificate(begins=FUTURE[0], ends=FUTURE[1]))], None),
                ('no_authority', [pem(issuer=None)], None),
                # Another one of the same name.
                ('no_authority', [pem(certificate(issuer='Somebody Else'))], None)):
            with self.subTest(word=word):
                self.assertEqual(self._word(*files, password=password), word)
                self.assertTrue(self.app._wallet_complaint(word))

    def test_it_is_kept_sealed_and_shown_to_nobody(self):
        self.app.write({
            'wallet_apple_file': base64.b64encode(p12()), 'wallet_apple_password': 'secret',
            'wallet_apple_authority_file': base64.b64encode(authority().public_bytes(Encoding.PEM))})
        self.assertTrue(self.app.wallet_apple_ready)
        self.assertFalse(self.app.wallet_apple_trouble)
        self.assertEqual((self.app.wallet_apple_pass_type, self.app.wallet_apple_team), (PASS_TYPE, TEAM))
        for name in ('wallet_apple_file', 'wallet_apple_password', 'wallet_apple_authority_file'):
            self.assertFalse(self.app[name])
        self.env.flush_all()
        self.env.cr.execute('SELECT wallet_apple_sealed FROM mobile_app WHERE id = %s', [self.app.id])
        self.assertNotIn('BEGIN', self.env.cr.fetchone()[0])
        with self.assertRaises(AccessError):
            self.app.with_user(self.salesperson).read(['wallet_apple_sealed'])
        self.app.action_remove_wallet_apple()
        self.assertFalse(self.app.wallet_apple_ready)

    def test_only_managers_store_it(self):
        user = new_test_user(self.env, 'wallet_user', groups='mobile_crm.group_mobile_crm_user',
                             company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        with self.assertRaises(AccessError):
            self.app.with_user(user).write({'wallet_apple_file': base64.b64encode(pem())})
        with self.assertRaises(AccessError):
            self.app.with_user(user).action_remove_wallet_apple()

    def test_a_wrong_file_leaves_the_right_one(self):
        self.give_certificate()
        with self.assertRaisesRegex(ValidationError, "belongs to another certificate"):
            self.app.write({'wallet_apple_file': base64.b64encode(pem(private='stranger'))})
        self.app.invalidate_recordset()
        self.assertTrue(self.app.wallet_apple_ready)

    def test_a_certificate_that_ends_is_told_of_once(self):
        manager = new_test_user(
            self.env, 'wallet_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)])
        soon = fields.Datetime.now().replace(microsecond=0) + timedelta(days=20)
        self.give_certificate(leaf=certificate(ends=soon.replace(tzinfo=timezone.utc)))
        for _time in range(2):
            self.env['mobile.app']._cron_warn_of_wallets()
        [activity] = self.app.activity_ids
        self.assertEqual((activity.user_id, activity.date_deadline), (manager, soon.date()))
        self.give_certificate()
        self.assertFalse(self.app.activity_ids, "a new one is what was asked for")
        self.env['mobile.app']._cron_warn_of_wallets()
        self.assertFalse(self.app.activity_ids)

    def test_with_one_that_has_ended_nothing_is_made(self):
        soon = fields.Datetime.now() + timedelta(hours=1)
        self.give_certificate(leaf=certificate(ends=soon.replace(tzinfo=timezone.utc, microsecond=0)))
        self.assertTrue(self.env['mobile.wallet.apple']._pass(self.app, self.anna))
        with freeze_time(soon + timedelta(seconds=1)):
            self.app.invalidate_recordset()
            self.assertIn("has expired", self.app.wallet_apple_trouble)
            with self.assertRaises(Problem) as caught:
                self.env['mobile.wallet.apple']._pass(self.app, self.anna)
        self.assertEqual(caught.exception.problem_code, 'wallet_unavailable')


@tagged('-at_install', 'post_install')
class TestWalletPass(WalletMixin, MobileCommon):
    """What a pass for Apple Wallet is."""

    def setUp(self):
        super().setUp()
        self.give_certificate()
        self.use_https()

    def _made(self, card=None, partner=None, lang='en_US'):
        return self.env['mobile.wallet.apple'].with_context(lang=lang)._pass(self.app, partner or self.anna, card)

    def _said(self, card=None, **kwargs):
        said = described(self._made(card, **kwargs))
        errors = [error.message for error in Draft202012Validator(PASS).iter_errors(said)]
        self.assertEqual(errors, [])
        return said

    def test_openssl_finds_the_signature_right(self):
        files = opened(self._made())
        with tempfile.TemporaryDirectory() as folder:
            names = {'manifest': files['manifest.json'], 'signature': files['signature'],
                     'authority': authority().public_bytes(Encoding.PEM),
                     'stranger': authority('Somebody Else').public_bytes(Encoding.PEM)}
            paths = {}
            for name, content in names.items():
                paths[name] = Path(folder, name)
                paths[name].write_bytes(content)

            def verify(trusted='authority'):
                return subprocess.run(
                    ['openssl', 'smime', '-verify', '-inform', 'DER', '-in', paths['signature'], '-content',
                     paths['manifest'], '-CAfile', paths[trusted], '-purpose', 'any', '-binary'],
                    capture_output=True, check=False)

            good = verify()
            self.assertEqual((good.returncode, good.stdout), (0, files['manifest.json']), good.stderr)
            self.assertNotEqual(verify('stranger').returncode, 0)
            paths['manifest'].write_bytes(files['manifest.json'].replace(b'pass.json', b'pass.jsoN'))
            self.assertNotEqual(verify().returncode, 0)
            shown = subprocess.run(
                ['openssl', 'pkcs7', '-inform', 'DER', '-in', paths['signature'], '-print_certs', '-noout'],
                capture_output=True, check=True, text=True).stdout
            self.assertIn(PASS_TYPE, shown)
            self.assertEqual(shown.count('subject'), 2, "Apple's intermediate certificate is with it")
            asn1 = subprocess.run(['openssl', 'asn1parse', '-inform', 'DER', '-in', paths['signature']],
                                  capture_output=True, check=True, text=True).stdout
            self.assertIn('signingTime', asn1, "Wallet wants to know when")

    def test_the_manifest_names_all_files(self):
        files = opened(self._made())
        manifest = json.loads(files.pop('manifest.json'))
        del files['signature']
        self.assertEqual(manifest, {
            name: hashlib.sha1(content).hexdigest() for name, content in files.items()})
        self.assertLessEqual({'pass.json', 'icon.png', 'icon@2x.png', 'icon@3x.png'}, set(files))
        for name, side in (('icon.png', 29), ('icon@2x.png', 58), ('icon@3x.png', 87)):
            self.assertEqual(Image.open(io.BytesIO(files[name])).size, (side, side))

    def test_the_same_pass_has_the_same_files(self):
        one, other = (opened(self._made()) for _time in range(2))
        del one['signature'], other['signature']
        self.assertEqual(one, other)

    def test_a_member_card(self):
        self.loyalty(120)
        said = self._said()
        member = member_card.member_id(
            self.env['mobile.wallet']._wallet_secret(), self.company.id, self.anna.id)
        self.assertEqual(said['serialNumber'], f'{self.app.id}.m.{member}')
        self.assertEqual((said['passTypeIdentifier'], said['teamIdentifier']), (PASS_TYPE, TEAM))
        [primary] = said['storeCard']['primaryFields']
        self.assertEqual((primary['label'], primary['value'].split()[0]), ("Points", '120'))
        self.assertIn(self.anna.name, [field['value'] for field in said['storeCard']['secondaryFields']])
        self.assertEqual(said['webServiceURL'], 'https://shop.example/mobile/wallet')
        self.assertNotIn('voided', said)
        self.assertNotIn('expirationDate', said)

    def test_its_code_identifies_and_proves_nothing(self):
        [barcode] = self._said()['barcodes']
        member, partner = self.env['mobile.wallet']._recognise(self.company, barcode['message'])
        self.assertEqual((member, partner), (barcode['altText'], self.anna))
        with self.assertRaises(Problem) as caught:
            self.env['mobile.member.card']._identify(self.company, barcode['message'])
        self.assertEqual(caught.exception.problem_code, 'card_invalid')
        live = self.env['mobile.member.card']._issue(self.phone, self.anna, self.company)[1]
        other = self.env['res.company'].create({'name': "Other Shop"})
        text = barcode['message']
        forged = text[:-4] + ('AAAA' if text[-4:] != 'AAAA' else 'BBBB')
        for company, code in ((self.company, live), (self.company, forged), (other, text), (self.company, 'MW1.x')):
            with self.assertRaises(Problem) as caught:
                self.env['mobile.wallet']._recognise(company, code)
            self.assertEqual(caught.exception.problem_code, 'card_invalid')

    def test_its_code_outlives_a_new_key_and_dies_with_the_contact(self):
        code = self._said()['barcodes'][0]['message']
        self.company.mobile_card_key_version += 1
        self.assertEqual(self.env['mobile.wallet']._recognise(self.company, code)[1], self.anna)
        self.anna_user.active = False
        self.anna.active = False
        with self.assertRaises(Problem):
            self.env['mobile.wallet']._recognise(self.company, code)

    def test_a_coupon(self):
        card = self.coupon(mobile_expires_at=fields.Datetime.now() + timedelta(days=3))
        said = self._said(card)
        [barcode] = said['barcodes']
        self.assertEqual(
            self.env['mobile.coupon.pass']._read(self.company, barcode['message']), card.code.replace('-', ''))
        self.assertEqual(barcode['altText'], card.code)
        self.assertEqual(said['expirationDate'], card.mobile_expires_at.strftime('%Y-%m-%dT%H:%M:%SZ'))
        self.assertEqual(said['coupon']['primaryFields'][0]['value'], self.program.name)
        self.assertIn(card.code, [field['value'] for field in said['coupon']['backFields']])

    def test_a_coupon_that_is_worth_nothing_is_void(self):
        redeemed, withdrawn, expired, given_away = (self.coupon() for _number in range(4))
        self.redeem(redeemed)
        withdrawn.with_user(self.env.ref('base.user_admin')).sudo().mobile_withdrawn_at = fields.Datetime.now()
        expired.mobile_expires_at = fields.Datetime.now() - timedelta(hours=1)
        given_away.partner_id = self.ben
        for card in (redeemed, withdrawn, expired, given_away):
            said = self._said(card)
            self.assertIs(said['voided'], True)
            self.assertNotIn('locations', said, "nobody is reminded of what is worth nothing")
        self.assertNotIn('voided', self._said(given_away, partner=self.ben))

    def test_without_https_a_pass_stays_as_it_is(self):
        self.env['ir.config_parameter'].set_param('web.base.url', 'http://shop.example')
        said = self._said()
        self.assertNotIn('webServiceURL', said)
        self.assertNotIn('authenticationToken', said)

    def test_a_line_that_another_language_needs_not(self):
        self.env['res.lang']._activate_lang('de_DE')
        card = self.coupon()
        self.program.reward_ids.description = self.program.name
        self.program.with_context(lang='de_DE').name = "Fünfzehn Prozent"
        self.program.reward_ids.with_context(lang='de_DE').description = "Ein Nachlass"
        for lang in ('en_US', 'de_DE'):
            files = opened(self._made(card, lang=lang))
            self.assertIn("Fünfzehn Prozent", (files['pass.json'] + files['de.lproj/pass.strings']).decode())

    def test_it_speaks_the_languages_of_the_shop(self):
        self.assertFalse([name for name in opened(self._made()) if name.endswith('.strings')])
        self.env['res.lang']._activate_lang('de_DE')
        self.program.with_context(lang='de_DE').name = 'Fünfzehn "Prozent"'
        card = self.coupon()
        files = opened(self._made(card))
        self.assertEqual(
            {name for name in files if name.endswith('.strings')}, {'en.lproj/pass.strings', 'de.lproj/pass.strings'})
        self.assertIn(f'"{self.program.name}" = "Fünfzehn \\"Prozent\\"";', files['de.lproj/pass.strings'].decode())
        said = described(self._made(card, lang='de_DE'))
        self.assertEqual(said['coupon']['primaryFields'][0]['value'], 'Fünfzehn "Prozent"')

    def test_colours_and_pictures(self):
        self.app.write({'wallet_background': '#ffee00', 'wallet_logo': picture('red')})
        said = self._said()
        self.assertEqual((said['backgroundColor'], said['foregroundColor']), ('rgb(255, 238, 0)', 'rgb(0, 0, 0)'))
        files = opened(self._made())
        self.assertEqual(Image.open(io.BytesIO(files['logo@2x.png'])).size, (300, 100))
        self.assertNotIn('strip.png', files)
        self.campaign.image_1920 = picture('blue')
        card = self.coupon(mobile_campaign_id=self.campaign.id)
        self.assertEqual(Image.open(io.BytesIO(opened(self._made(card))['strip@3x.png'])).size, (1125, 432))
        with self.assertRaises(ValidationError):
            self.app.wallet_background = 'red; }'
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
        self.app.wallet_logo = False
        self.company.logo = base64.b64encode(svg)
        self.assertIn('icon.png', opened(self._made()), "what is no picture leaves a plain mark")

    # === PLACES === #

    def _places(self, card=None):
        return [place['relevantText'] for place in self._said(card).get('locations', ())]

    def _visits(self, partner, store, count):
        now = fields.Datetime.now()
        self.env['mobile.visit'].create([{
            'partner_id': partner.id, 'store_id': store.id, 'company_id': self.company.id,
            'entered_at': now - timedelta(days=number + 2), 'left_at': now - timedelta(days=number + 1),
        } for number in range(count)])
        self.env.flush_all()
        self.env.registry.clear_cache()

    def test_a_coupons_own_stores_are_its_places(self):
        card = self.coupon(mobile_store_ids=[(6, 0, self.store_far.ids)])
        [place] = self._said(card)['locations']
        self.assertEqual((place['latitude'], place['longitude']), (48.8566, 2.3522))
        self.assertIn("Paris Store", place['relevantText'])

    def test_favourites_come_first(self):
        self.assertEqual([text.partition(' ')[2] for text in self._places()],
                         ["card for Brussels Store", "card for Paris Store"])
        self.anna.mobile_favourite_store_ids = self.store_far
        self.assertIn("Paris Store", self._places()[0])

    def test_visits_tell_only_with_the_consent(self):
        self._visits(self.ben, self.store_near, 3)
        self._visits(self.anna, self.store_far, 2)
        self.assertIn("Paris Store", self._places()[0], "what Anna visits")
        shared = self.env['mobile.wallet']._places(self.app, self.anna, is_shared=True)
        self.assertEqual(shared[0].text, "Brussels Store", "that is not Google's to know")
        self.env['mobile.consent']._append(self.anna, self.company, {'location': False}, 'device')
        self.assertIn("Brussels Store", self._places()[0], "what most visit")

    def test_ten_places_at_most(self):
        self.env['mobile.store'].create([
            {'name': f"Store {number:02d}", 'company_id': self.company.id, 'latitude': number, 'longitude': number,
             'is_located': True} for number in range(12)])
        self.assertEqual(len(self._places()), 10)
        self.assertNotIn("Other", ''.join(self._places()))

    def test_a_store_that_nobody_can_find_is_no_place(self):
        self.store_near.write({'is_located': False})
        self.assertEqual(len(self._places()), 1)
