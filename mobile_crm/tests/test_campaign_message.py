import base64
import io
from datetime import datetime, timedelta
from unittest.mock import patch

from PIL import Image

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import formatLang

from .common import MobileCommon, MobileHttpCase

ALL = ('first_name', 'name', 'store', 'store_street', 'store_city', 'open_until', 'product', 'price', 'reward',
       'expires', 'points', 'company')


def picture(width=1400, height=700, kind='PNG'):
    """Return a picture as Odoo's fields take it."""
    content = io.BytesIO()
    Image.new('RGB', (width, height), (200, 80, 40)).save(content, kind)
    return base64.b64encode(content.getvalue())


@tagged('-at_install', 'post_install')
class TestCampaignMessage(MobileCommon):
    """What a campaign says to each of its customers."""

    def _decision(self, partner=None, **values):
        """Return a decision that was just taken."""
        return self.env['mobile.decision'].create({
            'campaign_id': self.campaign.id, 'partner_id': (partner or self.anna).id, 'company_id': self.company.id,
            'outcome': 'sent', 'reason': 'passed', 'slot': self.env['mobile.decision'].search_count([]) + 1, **values})

    def _say(self, text, partner=None, **values):
        """Return what a text of the campaign says to a customer."""
        self.campaign.message_body = text
        rendered, = self.campaign._render_messages(self._decision(partner, **values))
        return rendered['body']

    def _open(self, store, hour_to=18.0):
        """Let a store open at six and close at `hour_to`, every day."""
        store.calendar_id = self.env['resource.calendar'].create({
            'name': store.name, 'tz': store.tz, 'company_id': self.company.id, 'attendance_ids': [Command.clear()] + [
                Command.create({'name': "Day", 'dayofweek': str(day), 'hour_from': 6.0, 'hour_to': hour_to})
                for day in range(7)]})

    # === VALUES === #

    def test_the_coupon_that_comes_with_it(self):
        self.campaign.write({'message_title': "Hello {First name}!", 'message_body': "{reward}, until {expires}"})
        message = self.enter(self.phone, self.fence_near).message_id
        self.assertEqual(message.title, "Hello Anna!")
        message.card_id.mobile_expires_at = datetime(2026, 7, 17, 13)
        for zone, now, expected in (
            (False, datetime(2026, 7, 10), "July 17"), ('Pacific/Auckland', datetime(2026, 7, 10), "July 18"),
            ('Mars/Olympus', datetime(2026, 7, 10), "July 17"), (False, datetime(2025, 12, 30), "July 17, 2026"),
        ):
            with self.subTest(zone=zone), patch.object(fields.Datetime, 'now', lambda *args, now=now: now):
                self.phone.timezone = zone
                decision = self._decision(card_id=message.card_id.id, device_id=self.phone.id)
                rendered, = self.campaign._render_messages(decision)
                self.assertEqual(rendered['body'], f"15% on your order, until {expected}")

    def test_names(self):
        for name, expected in (
            ("Anna Peeters", "Anna"), ("Peeters, Anna", "Anna"), ("Dr. Anna Peeters", "Anna"), ("Anna", "Anna"),
            ("{company} & <i>", "{company}"), ("Customer 2233", "you"), ("J. P.", "you"),
        ):
            with self.subTest(name=name):
                self.anna.name = name
                self.assertEqual(self._say("Hi {first_name|you}"), f"Hi {expected}")
        self.anna.write({'name': "Anna & Sons", 'is_company': True})
        self.assertEqual(self._say("Hi {first_name|you}"), "Hi you")
        self.assertEqual(self._say("Hi {name|you}"), "Hi Anna & Sons")
        self.anna.write({'name': "anna.p", 'is_company': False, 'mobile_verified_email': 'anna.p@mobile-crm.example'})
        self.assertEqual(self._say("Hi {name|you}"), "Hi you", "we made that name up")

    def test_names_that_begin_with_the_familys(self):
        self.env['res.lang']._activate_lang('ja_JP')
        self.anna.write({'name': "山田 花子", 'lang': 'ja_JP'})
        self.assertEqual(self._say("{first_name}!"), "山田 花子!")

    def test_the_store(self):
        text = "{store}, {store_street}, {store_city}"
        self.assertEqual(self._say(text, store_id=self.store_near.id), "Brussels Store, Main Street 1, Brussels")
        self.assertFalse(self._say(text))
        self.anna.mobile_favourite_store_ids = self.store_far + self.store_near
        self.assertEqual(self._say("{store}"), self.anna.mobile_favourite_store_ids[0].name)
        self.campaign.store_ids = self.store_near
        self.assertEqual(self._say("{store}"), "Brussels Store", "the campaign has no other")

    def test_a_favourite_of_another_company_is_not_named(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.anna.mobile_favourite_store_ids = self._make_store("Theirs", "Ghent", 'base.be', 51.05, 3.72, other)[0]
        self.assertEqual(self._say("At {store|our store}"), "At our store")

    def test_open_until(self):
        text, store = "Open until {open_until|late}.", self.store_near
        self.assertEqual(self._say(text, store_id=store.id), "Open until late.", "nobody knows the hours")
        self._open(store)
        for hour, expected in ((10, "Open until 6:00 PM."), (17, "Open until late.")):
            # In July, Brussels is two hours ahead: at 17:00 UTC the store is closed.
            with patch.object(fields.Datetime, 'now', lambda *args, hour=hour: datetime(2026, 7, 10, hour)):
                self.assertEqual(self._say(text, store_id=store.id).replace('\N{NARROW NO-BREAK SPACE}', ' '), expected)

    def test_the_product_and_its_price(self):
        text = "{product}: {price}"
        self.assertEqual(self._say(text, product_id=self.product.id), f"Rain Jacket: {self._money(100)}")
        self.assertFalse(self._say(text))
        self.app.pricelist_id = self.env['product.pricelist'].create({
            'name': "App", 'company_id': self.company.id, 'currency_id': self.company.currency_id.id,
            'item_ids': [Command.create({'compute_price': 'percentage', 'percent_price': 20})]})
        self.assertEqual(
            self._say(text, product_id=self.product.id, device_id=self.phone.id), f"Rain Jacket: {self._money(80)}")

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.company.currency_id)

    def test_a_free_product_is_what_it_is_about(self):
        self.program.reward_ids = [Command.clear(), Command.create({
            'reward_type': 'product', 'reward_product_id': self.product.id, 'required_points': 1})]
        self.assertEqual(self._say("A {product} for you"), "A Rain Jacket for you")

    def test_points(self):
        self.env['loyalty.program'].search([('program_type', '=', 'loyalty')]).active = False
        self.assertEqual(self._say("You have {points|no} points"), "You have no points")
        program = self.env['loyalty.program'].create({
            'name': "Points", 'program_type': 'loyalty', 'company_id': self.company.id})
        for points in (1200, 0.5):
            self.env['loyalty.card'].create({'program_id': program.id, 'partner_id': self.anna.id, 'points': points})
        self.assertEqual(self._say("You have {points|no} points"), "You have 1,200.50 points")
        self.assertEqual(self._say("You have {points|no} points", self.ben), "You have no points")

    def test_every_placeholder_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.anna.lang = 'de_DE'
        self.campaign.with_context(lang='de_DE').message_body = "bis {expires} bei {company}"
        with patch.object(fields.Datetime, 'now', lambda *args: datetime(2026, 7, 10, 10)):
            decisions = self._decision() + self._decision(self.ben)
            self.campaign.with_context(lang='en_US').message_body = "until {expires} at {company}"
            self.assertEqual([text['body'] for text in self.campaign._render_messages(decisions)],
                             ["bis 17. Juli bei Test Shop", "until July 17 at Test Shop"])

    def test_without_a_translation_dates_speak_the_language_of_the_text(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env['res.lang']._activate_lang('fr_FR')
        self.anna.lang = 'fr_FR'
        german = self.env['mobile.campaign'].with_context(lang='de_DE').create({
            'name': "Nur auf Deutsch", 'company_id': self.company.id, 'program_id': self.program.id,
            'message_title': "Bis {expires}"})
        self.campaign.message_title = "Until {expires}"
        with patch.object(fields.Datetime, 'now', lambda *args: datetime(2026, 7, 10, 10)):
            for campaign, expected in ((self.campaign, "Until July 17"), (german, "Bis 17. Juli")):
                decision = self._decision(campaign_id=campaign.id)
                self.assertEqual(campaign._render_messages(decision)[0]['title'], expected)

    def test_a_title_is_never_empty(self):
        self.campaign.message_title = "At {product}"
        rendered, = self.campaign._render_messages(self._decision())
        self.assertEqual(rendered['title'], "15% on your order")

    def test_each_variant_says_its_own(self):
        shout = self.env['mobile.campaign.variant'].create({
            'name': "Loud", 'campaign_id': self.campaign.id, 'message_title': "HEY {first_name}",
            'message_link': 'a:b'})
        decisions = self._decision() + self._decision(self.ben, variant_id=shout.id)
        self.assertEqual(self.campaign._render_messages(decisions), [
            {'title': "15 % for you", 'body': "Come in, it is warm here.", 'link': False},
            {'title': "HEY Ben", 'body': False, 'link': 'a:b'}])
        self.assertFalse(self.campaign._has_placeholders(self.campaign))
        self.assertTrue(self.campaign._has_placeholders(shout))

    def test_queries_do_not_grow_with_the_customers(self):
        self.campaign.message_title = ' '.join(f'{{{name}|x}}' for name in ALL)
        customers = self.env['res.partner'].create([{'name': f"Customer No{number}"} for number in range(60)])

        def queries(partners):
            about = {'store_id': self.store_near.id, 'product_id': self.product.id}
            decisions = self.env['mobile.decision'].union(*(self._decision(partner, **about) for partner in partners))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.campaign._render_messages(decisions)), len(partners))
            return self.env.cr.sql_log_count - before

        queries(customers[:2])
        self.assertLessEqual(queries(customers[10:]), queries(customers[2:10]) + 2)

    # === CHECKS === #

    def test_what_is_no_placeholder_is_refused_in_any_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        german = self.campaign.with_context(lang='de_DE')
        for fault, change in (
            ('{frist_name}', lambda: self.campaign.write({'message_body': "Hi {frist_name}"})),
            ('{', lambda: self.campaign.write({'message_body': "Hi {{first_name}}"})),
            ('{object.password}', lambda: self.campaign.write({'message_title': "{object.password}"})),
            ('{nmae}', lambda: german.write({'message_title': "Hallo {nmae}"})),
            ('{nmae}', lambda: self.campaign.update_field_translations('message_title', {'de_DE': "Hallo {nmae}"})),
            ('{nmae}', lambda: self.env['mobile.campaign.variant'].create({
                'name': "B", 'campaign_id': self.campaign.id, 'message_title': "Hi {nmae}"})),
        ):
            with self.assertRaises(ValidationError) as caught:
                change()
            # Said in the language of who writes.
            self.assertIn(fault, str(caught.exception))
        self.assertFalse(self.campaign._has_placeholders(self.campaign))
        self.campaign.update_field_translations('message_title', {'de_DE': "Hallo {first_name}"})
        self.assertTrue(self.campaign._has_placeholders(self.campaign), "in one language is enough")

    def test_hints(self):
        self.assertFalse(self.campaign.message_hints)
        self.campaign.message_body = (
            "At {store}, {first_name}. Open until {open_until}. A {product}. {points|No} points.")
        hints = self.campaign.message_hints.split('\n')
        self.assertEqual([hint.partition('}')[0] for hint in hints], ['{open_until', '{product'])
        self.assertIn("{open_until|late}", hints[0])
        self.assertIn("never", hints[1])
        self.campaign.trigger = 'broadcast'
        self.assertIn("{store} is not always known", self.campaign.message_hints)
        self.campaign.write({'message_title': "x" * 66, 'message_body': "y" * 241})
        self.assertEqual(len(self.campaign.message_hints.split('\n')), 2)
        self.env['res.lang']._activate_lang('de_DE')
        self.env.invalidate_all()
        self.assertIn("German", self.campaign.message_hints)
        self.campaign.with_context(lang='de_DE').message_title = "Kurz"
        self.env.invalidate_all()
        self.assertNotIn("German", self.campaign.message_hints)

    # === THE PREVIEW === #

    def test_preview_follows_what_is_typed(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.campaign.with_context(lang='de_DE').message_title = "Hallo {first_name}"
        self.anna.lang = 'de_DE'
        with Form(self.campaign) as form:
            self.assertEqual(form.preview_partner_id, self.anna)
            form.message_title = "Hi {first_name}, at {store}"
            self.assertEqual(form.preview_title, "Hi Anna, at Brussels Store")
            form.preview_partner_id = self.ben
            self.assertEqual(form.preview_title, "Hi Ben, at Brussels Store")
            form.preview_lang = 'de_DE'
            self.assertEqual(form.preview_title, "Hallo Ben")
            form.message_title = "Hi {frist_name}"
            form.preview_lang = 'en_US'
            self.assertEqual(form.preview_title, "Hi {frist_name}")
            form.message_title = "Hi"
        self.assertEqual(self.campaign.message_title, "Hi")
        self.assertFalse(self.env['mobile.decision'].search([('campaign_id', '=', self.campaign.id)]))

    def test_preview_of_a_variant(self):
        self.env['mobile.campaign.variant'].create({
            'name': "Loud", 'campaign_id': self.campaign.id, 'message_title': "HEY {first_name}"})
        with Form(self.campaign) as form:
            self.assertEqual(form.preview_title, "HEY Anna")
            with form.variant_ids.edit(0) as variant:
                variant.message_title = "PSST {first_name}"
            self.assertEqual(form.preview_title, "PSST Anna")

    def test_preview_of_a_new_campaign(self):
        form = Form(self.env['mobile.campaign'])
        form.message_title = "Hi {first_name}"
        self.assertEqual(form.preview_title, "Hi Anna")
        form.audience_domain = repr([('id', '=', 0)])
        self.assertEqual(form.preview_title, "Hi")


@tagged('-at_install', 'post_install')
class TestCampaignPicture(MobileHttpCase):
    """The picture of a campaign, as phones get it."""

    def test_phones_get_the_picture_without_signing_in(self):
        card = self.enter(self.phone, self.fence_near).card_id
        client = self.phone_of(self.phone)
        self.campaign.image_1920 = picture()
        url = client.get('/messages').json['items'][0]['image_url']
        self.assertEqual(client.get(f'/offers/{card.mobile_uuid}').json['image_url'], url)
        answer = self.url_open(url)
        self.assertEqual((answer.status_code, answer.headers['Content-Type']), (200, 'image/png'))
        self.assertIn('immutable', answer.headers['Cache-Control'])
        shown = Image.open(io.BytesIO(answer.content))
        self.assertEqual(shown.size, (1024, 512))
        # Whoever has no token, or another's, sees what everybody sees who is refused.
        other = self.campaign.copy()
        placeholder = self.url_open(url.partition('access_token=')[0]).content
        self.assertNotEqual(placeholder, answer.content)
        for guess in (url[:-1] + ('0' if url[-1] != '0' else '1'), url.replace('image_1024', 'image_1920'),
                      other.image_url.partition('?')[0] + '?' + url.partition('?')[2]):
            self.assertNotEqual(Image.open(io.BytesIO(self.url_open(guess).content)).size, (1024, 512), guess)

    def test_another_picture_has_another_address(self):
        self.campaign.image_1920 = picture()
        before = self.campaign.image_url
        self.campaign.image_1920 = picture(1000, 900)
        self.env.invalidate_all()
        self.assertNotEqual(self.campaign.image_url, before)
        self.campaign.image_1920 = False
        self.env.invalidate_all()
        self.assertFalse(self.campaign.image_url)

    def test_what_phones_do_not_show_is_refused(self):
        drawing = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
        with self.assertRaisesRegex(ValidationError, "PNG, JPEG"):
            self.campaign.image_1920 = drawing
            self.env.flush_all()

    def test_a_coupon_is_called_as_its_message(self):
        client = self.phone_of(self.phone)
        self.campaign.message_title = "For you, {first_name}"
        card = self.enter(self.phone, self.fence_near).card_id
        self.assertEqual(card.mobile_expires_at - card.mobile_valid_from, timedelta(days=7))
        offer = client.get(f'/offers/{card.mobile_uuid}').json
        self.assertEqual((offer['title'], offer['campaign']['name']), ("For you, Anna", "For you"))
        self.assertEqual(client.get('/me/decisions').json['items'][0]['campaign'], "For you")
        self.env['mobile.message'].search([('card_id', '=', card.id)]).unlink()
        self.assertEqual(client.get(f'/offers/{card.mobile_uuid}').json['title'], "For you")
