import base64
import json
from datetime import timedelta
from unittest.mock import patch

import jwt
from jsonschema import Draft202012Validator

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models import mobile_wallet_google
from ..tools import push_account
from ..tools.problems import Problem
from ..tools.wallet_google import LONGEST_LINK, SAVE_URL
from .common import MobileHttpCase
from .push_common import PushCommon
from .push_servers import GoogleWalletServer, ca_file, faults
from .wallet_common import WalletMixin
from .wallet_shapes import JWT, LOYALTY_CLASS, LOYALTY_OBJECT, OFFER_CLASS, OFFER_OBJECT

ISSUER = '3388000000012345678'
SHAPES = {'loyaltyClass': LOYALTY_CLASS, 'loyaltyObject': LOYALTY_OBJECT, 'offerClass': OFFER_CLASS,
          'offerObject': OFFER_OBJECT}


class GoogleMixin(WalletMixin):
    """For classes of ``MobileCommon``: an app that has an account with a Google on this machine."""

    def give_account(self):
        self.server = self.enterContext(GoogleWalletServer())
        self.env['ir.config_parameter'].set_param('mobile_crm.wallet_google_url', self.server.url)
        for store in (push_account, '_accounts'), (mobile_wallet_google, '_told'):
            self.startPatcher(patch.object(*store, push_account.OrderedDict()))
        self.account = self.server.service_account()
        self.app.write({
            'wallet_google_issuer': ISSUER,
            'wallet_google_file': base64.b64encode(json.dumps(self.account).encode())})
        self.use_https()

    def claims(self, url):
        """Return what a link says, once its signature was found right."""
        self.assertTrue(url.startswith(SAVE_URL))
        _project, public = self.server.accounts[self.account['client_email']]
        claims = jwt.decode(url.removeprefix(SAVE_URL), public, ['RS256'], audience='google')
        self.assertFits(JWT, claims)
        self.assertEqual(claims['iss'], self.account['client_email'])
        return claims

    def assertFits(self, shape, content):
        errors = [f'{error.json_path}: {error.message}' for error in Draft202012Validator(shape).iter_errors(content)]
        self.assertEqual(errors, [])

    def at_google(self, resource):
        """Return the only thing of a kind that Google knows, which looks as it should."""
        [found] = [body for (kind, _id), body in self.server.objects.items() if kind == resource]
        self.assertFits(SHAPES[resource], found)
        return found


@tagged('-at_install', 'post_install')
class TestWalletGoogle(GoogleMixin, PushCommon):

    def setUp(self):
        super().setUp()
        self.stay_in_transaction()
        self.give_account()

    def link(self, card=None, partner=None):
        url, class_id = self.env['mobile.wallet.google']._link(self.app, partner or self.anna, card)
        self.env['mobile.wallet.google']._note(self.app, partner or self.anna, card, class_id)
        self.follow()
        return url

    def tell(self):
        self.follow()
        self.server.calls.clear()
        self.env['mobile.wallet.sender']._send_due()
        self.env.invalidate_all()
        return self.server.calls

    # === LINKS === #

    def test_a_link_is_short_enough_for_browsers(self):
        self.env['mobile.store'].create([
            {'name': f"Store {number}", 'company_id': self.company.id, 'latitude': number, 'longitude': number,
             'is_located': True} for number in range(12)])
        url = self.link()
        self.assertLessEqual(len(url), LONGEST_LINK)
        claims = self.claims(url)
        [named] = claims['payload']['loyaltyObjects']
        self.assertEqual(set(named), {'id', 'classId'})
        known = self.at_google('loyaltyObject')
        self.assertEqual({name: known[name] for name in named}, named)
        self.assertEqual(len(known['merchantLocations']), 10)
        self.assertEqual(self.at_google('loyaltyClass')['id'], named['classId'])
        self.assertNotIn(self.anna.name, str(self.server.objects), "Google need not know")

    def test_where_it_fits_the_link_says_it_all(self):
        with patch('odoo.addons.mobile_crm.tools.wallet_google.LONGEST_LINK', 10_000):
            card = self.coupon(mobile_expires_at=fields.Datetime.now() + timedelta(days=1))
            payload = self.claims(self.link(card))['payload']
        self.assertFalse(self.server.calls)
        [described], [class_] = payload['offerObjects'], payload['offerClasses']
        self.assertFits(OFFER_OBJECT, described)
        self.assertFits(OFFER_CLASS, class_)
        self.assertEqual(described['classId'], class_['id'])
        self.assertEqual(described['barcode']['alternateText'], card.code)
        self.assertEqual(described['validTimeInterval']['end']['date'],
                         card.mobile_expires_at.strftime('%Y-%m-%dT%H:%M:%SZ'))

    def test_the_same_pass_twice_is_one_object(self):
        card = self.coupon()
        one, other = (self.claims(self.link(card))['payload']['offerObjects'] for _time in range(2))
        self.assertEqual(one, other)
        self.at_google('offerObject')
        self.assertEqual(self.env['mobile.wallet.registration'].search_count([('card_id', '=', card.id)]), 1)
        self.assertEqual([call[:2] for call in self.server.calls], [
            ('PUT', 'offerClass'), ('POST', 'offerClass'), ('PUT', 'offerObject'), ('POST', 'offerObject'),
            ('PUT', 'offerObject')])

    def test_coupons_of_a_campaign_share_a_class(self):
        cards = [self.coupon(mobile_campaign_id=self.campaign.id), self.coupon(
            self.ben, mobile_campaign_id=self.campaign.id)]
        self.link(cards[0])
        self.link(cards[1], self.ben)
        self.at_google('offerClass')
        self.assertEqual(len([kind for kind, _id in self.server.objects if kind == 'offerObject']), 2)

    def test_while_google_does_not_answer_there_is_no_link(self):
        for fault in (faults.status(500), faults.status(403)):
            rule = self.server.misbehave(fault)
            with self.assertRaises(Problem) as caught:
                self.link()
            self.assertEqual(caught.exception.problem_code, 'unavailable')
            self.server.rules.remove(rule)
        self.server.refuse()
        with self.assertRaises(Problem):
            self.link()
        self.server.behave()
        self.assertTrue(self.link())

    # === CHANGES === #

    def test_a_redeemed_coupon_is_completed(self):
        card = self.coupon()
        self.link(card)
        self.assertEqual(self.tell(), [])
        self.redeem(card)
        [(verb, resource, _id)] = self.tell()
        self.assertEqual((verb, resource), ('PUT', 'offerObject'))
        self.assertEqual(self.at_google('offerObject')['state'], 'COMPLETED')
        self.assertEqual(self.tell(), [])

    def test_a_withdrawn_coupon_is_expired(self):
        card = self.coupon()
        self.link(card)
        card.mobile_withdrawn_at = fields.Datetime.now()
        self.tell()
        self.assertEqual(self.at_google('offerObject')['state'], 'EXPIRED')

    def test_a_balance_follows(self):
        points = self.loyalty(120)
        self.link()
        points.points = 130
        self.tell()
        self.assertEqual(self.at_google('loyaltyObject')['loyaltyPoints']['balance']['string'].split()[0], '130')

    def test_what_nobody_has_saved_is_no_failure(self):
        card = self.coupon()
        self.link(card)
        self.server.objects.clear()
        self.redeem(card)
        self.assertEqual(len(self.tell()), 1)
        self.assertEqual(self.tell(), [])

    def test_it_is_told_again_when_google_is_back(self):
        card = self.coupon()
        self.link(card)
        rule = self.server.misbehave(faults.status(503))
        self.redeem(card)
        self.tell()
        row = self.env['mobile.wallet.registration'].search([('card_id', '=', card.id)])
        self.assertEqual((row.is_due, row.tries), (True, 1))
        self.server.rules.remove(rule)
        row.retry_at = False
        self.env.flush_all()
        self.tell()
        self.assertEqual(self.at_google('offerObject')['state'], 'COMPLETED')

    def test_with_the_customer_goes_what_google_has(self):
        self.link()
        self.assertIn('accountId', self.at_google('loyaltyObject'))
        rule = self.server.misbehave(faults.status(503))
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.env['mobile.wallet.registration']._cron_follow()
        self.assertIn('accountId', self.at_google('loyaltyObject'))
        self.assertEqual(self.changes(), 1, "it is not forgotten")
        self.server.rules.remove(rule)
        self.env.cr.execute('UPDATE mobile_wallet_change SET due_at = NULL')
        self.env['mobile.wallet.registration']._cron_follow()
        left = self.at_google('loyaltyObject')
        self.assertEqual((set(left), left['state']), ({'id', 'classId', 'state'}, 'INACTIVE'))
        self.assertEqual(self.changes(), 0)

    # === SETTINGS === #

    def test_the_account_is_kept_sealed(self):
        self.assertTrue(self.app.wallet_google_ready)
        self.assertFalse(self.app.wallet_google_file)
        self.assertNotIn('PRIVATE KEY', self.stored())
        self.app.wallet_google_issuer = False
        self.assertIn("issuer ID", self.app.wallet_google_trouble)
        self.app.action_remove_wallet_google()
        self.assertFalse(self.app.wallet_google_trouble or self.app.wallet_google_ready)

    def test_what_is_wrong_is_told(self):
        with self.assertRaisesRegex(ValidationError, "no issuer ID"):
            self.app.wallet_google_issuer = 'shop'
        for content in (b'{}', b'\xff', b'{"project_info": {}}'):
            with self.assertRaises(ValidationError):
                self.app.wallet_google_file = base64.b64encode(content)
        user = new_test_user(self.env, 'google_user', groups='mobile_crm.group_mobile_crm_user')
        with self.assertRaises(AccessError):
            self.app.with_user(user).action_remove_wallet_google()


@tagged('-at_install', 'post_install')
class TestApiWalletGoogle(GoogleMixin, MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.give_account()
        self.startPatcher(patch.dict('os.environ', {'SSL_CERT_FILE': ca_file()}))

    def test_a_link_is_remembered(self):
        card = self.coupon()
        client = self.phone_of(self.phone)
        self.env['ir.config_parameter'].set_param('web.base.url', 'http://127.0.0.1')
        for path in ('/me/card', f'/offers/{card.mobile_uuid}'):
            answer = client.get(f'{path}/google-pass')
            self.assertEqual((answer.status, answer.headers['Cache-Control']), (200, 'no-store'), answer.content)
            self.assertTrue(answer.json['url'].startswith(SAVE_URL))
        rows = self.env['mobile.wallet.registration'].search([('app_id', '=', self.app.id)])
        self.assertEqual(rows.card_id, card)
        self.assertEqual(rows.partner_id, self.anna)
        self.assertEqual(rows.mapped('wallet'), ['google', 'google'])
