import uuid
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import MobileHttpCase


def rfc3339(instant):
    return instant.strftime('%Y-%m-%dT%H:%M:%SZ')


@tagged('-at_install', 'post_install')
class TestApiEnquiries(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.joris = new_test_user(
            cls.env, 'mobile_crm_joris', groups='sales_team.group_sale_salesman', name="Joris Claes", tz='Asia/Tokyo',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.store_near.user_id = cls.joris
        cls.env['crm.team'].search([]).active = False
        cls.team = cls.env['crm.team'].create({
            'name': "Shop Team", 'company_id': cls.company.id,
            'member_ids': [Command.set((cls.joris + cls.salesperson).ids)]})

    def setUp(self):
        super().setUp()
        self.client, self.bens = self.phone_of(self.phone), self.phone_of(self.phone_ben)

    def _ask(self, client=None, headers=None, **values):
        body = {'subject': "Zipper", 'message': "Does it have two?", **values}
        return (client or self.client).post('/enquiries', body, headers=headers)

    def _enquiry(self, answer):
        self.assertEqual(answer.status, 201, answer.content)
        return self.env['mobile.enquiry'].search([('uuid', '=', answer.json['id'])])

    def _open_daily(self, opens, closes):
        """Let the store in Brussels be open on all days from one hour to another."""
        self.store_near.opening_hours = f'Mo-Su {opens:02}:00-{closes:02}:00'

    # === ASKING === #

    def test_a_question_becomes_a_lead(self):
        answer = self._ask(store_id=self.store_near.id, product_id=self.product.id)
        enquiry = self._enquiry(answer)
        self.assertEqual(set(answer.json), {'id', 'callback_at'})
        lead = enquiry.lead_id
        self.assertEqual(
            (lead.name, lead.partner_id, lead.company_id, lead.user_id, lead.team_id, lead.type, lead.medium_id.name,
             lead.mobile_store_id, lead.mobile_product_id),
            ("Zipper", self.anna, self.company, self.joris, self.team, 'opportunity', "App", self.store_near,
             self.product))
        self.assertIn("Does it have two?", lead.description)
        self.assertNotIn(self.anna, lead.message_partner_ids, "customers follow nothing")
        message = lead.message_ids.filtered(lambda message: message.message_type == 'comment')
        self.assertEqual((message.author_id, message.subtype_id), (self.anna, self.env.ref('mail.mt_comment')))
        self.assertIn(self.joris.partner_id, message.notified_partner_ids)

    def test_one_notification_and_nobody_waits_for_a_mail_server(self):
        with patch.object(self.registry['mail.mail'], 'send', side_effect=AssertionError("it is queued")):
            lead = self._enquiry(self._ask(store_id=self.store_near.id)).lead_id
            self.env.cr.postcommit.run()
        told = self.env['mail.notification'].search([
            ('res_partner_id', '=', self.joris.partner_id.id), ('mail_message_id.model', '!=', 'mobile.store')])
        self.assertEqual(len(told), 1)
        self.assertEqual((told.mail_message_id.model, told.mail_message_id.res_id), ('crm.lead', lead.id))

    def test_a_lead_where_the_company_uses_leads(self):
        self.env.ref('base.group_user').implied_ids += self.env.ref('crm.group_use_lead')
        self.team.use_leads = True
        self.assertEqual(self._enquiry(self._ask()).lead_id.type, 'lead')

    def test_whose_it_is(self):
        def salesperson(**values):
            return self._enquiry(self._ask(subject=str(uuid.uuid4()), **values)).user_id

        self.anna.user_id = self.salesperson
        self.assertEqual(salesperson(store_id=self.store_near.id), self.joris, "the store's")
        self.assertEqual(salesperson(store_id=self.store_far.id), self.salesperson, "the customer's own")
        self.joris.active = False
        self.assertEqual(salesperson(store_id=self.store_near.id), self.salesperson, "gone")
        self.joris.write({'active': True, 'group_ids': [Command.set(self.env.ref('base.group_user').ids)]})
        self.assertEqual(salesperson(store_id=self.store_near.id), self.salesperson, "without access to leads")

    def test_round_robin(self):
        turns = [self._enquiry(self._ask(subject=str(number))).user_id for number in range(4)]
        self.assertEqual(set(turns[:2]), {self.joris, self.salesperson})
        self.assertEqual(turns[2:], turns[:2])
        self.team.crm_team_member_ids.filtered(
            lambda member: member.user_id == self.joris).assignment_optout = True
        turns = [self._enquiry(self._ask(subject=f'again {number}')).user_id for number in range(2)]
        self.assertEqual(turns, [self.salesperson] * 2, "who takes a break is left out")

    def test_odoos_own_rules_assign(self):
        self.env['ir.config_parameter'].set_param('crm.lead.auto.assignment', 'True')
        lead = self._enquiry(self._ask()).lead_id
        self.assertEqual((lead.user_id.id, lead.team_id), (False, self.team))

    def test_without_a_team(self):
        self.team.active = False
        enquiry = self._enquiry(self._ask(callback={}))
        self.assertFalse(enquiry.user_id)
        self.assertTrue(enquiry.callback_activity_id)

    def test_what_it_may_name(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        theirs, _fence = self._make_store("Ghent Store", "Ghent", 'base.be', 51.05, 3.72, company=other)
        self.store_far.active = False
        for store in (theirs, self.store_far):
            self.assertInvalid(self._ask(store_id=store.id), 'body', 'store_id')
        products = self.env['product.product'].create([
            {'name': "Theirs", 'company_id': other.id}, {'name': "Not Sold", 'sale_ok': False},
            {'name': "Archived", 'active': False}])
        for product in products:
            self.assertInvalid(self._ask(product_id=product.id), 'body', 'product_id')
        self.assertFalse(self.env['mobile.enquiry'].search([('partner_id', '=', self.anna.id)]))

    def test_what_it_must_say(self):
        for field in ('subject', 'message'):
            for text in ('', ' \n\t '):
                self.assertInvalid(self._ask(**{field: text}), 'body', field)
        self.assertInvalid(self._ask(message='x' * 10_001), 'body', 'message')
        self.assertProblem(self._ask(self.registered_phone()), 401, 'sign_in_required')

    def test_any_text(self):
        texts = ('\U0001f600' * 10_000, "שלום עולם", "\u202eevil", "a\r\nb\n\nc", "&amp; <b>bold</b> %s {x}")
        for number, text in enumerate(texts):
            answer = self._ask(subject=f'{number} {text[:20]}', message=text)
            enquiry = self._enquiry(answer)
            self.assertEqual(self.client.get(f'/enquiries/{enquiry.uuid}').json['messages'][0]['text'], text)

    def test_html_is_text(self):
        attack = '<script>alert(1)</script><img src=x onerror=alert(1)> <a href="javascript:alert(1)">x</a>'
        enquiry = self._enquiry(self._ask(subject=attack, message=attack))
        self.client.post(f'/enquiries/{enquiry.uuid}/messages', {'text': attack})
        bodies = [enquiry.lead_id.description, *enquiry.lead_id.message_ids.mapped('body')]
        self.assertGreaterEqual(sum('&lt;script&gt;' in body for body in bodies), 3)
        for body in bodies:
            for tag in ('<script', '<img', '<a href="javascript'):
                self.assertNotIn(tag, body)
        self.assertEqual(self.client.get(f'/enquiries/{enquiry.uuid}').json['messages'][1]['text'], attack)

    def test_the_same_thing_goes_on(self):
        first = self._enquiry(self._ask(product_id=self.product.id, message="One"))
        again = self._enquiry(self._ask(product_id=self.product.id, message="Two", subject="Another"))
        self.assertEqual(again, first)
        self.assertEqual(first.line_ids.mapped('text'), ["One", "Two"])
        self.assertEqual(
            len(first.lead_id.message_ids.filtered(lambda message: message.message_type == 'comment')), 2)
        self.assertNotEqual(self._enquiry(self._ask()), first, "another thing")
        self.assertNotEqual(self._enquiry(self._ask(self.bens, product_id=self.product.id)), first, "somebody else")
        first.asked_at -= timedelta(hours=24)
        later = self._enquiry(self._ask(product_id=self.product.id))
        self.assertNotEqual(later, first, "long ago")
        later.lead_id.action_set_lost()
        self.assertNotEqual(self._enquiry(self._ask(product_id=self.product.id)), later, "closed")

    def test_without_a_product_the_subject_tells(self):
        first = self._enquiry(self._ask())
        self.assertEqual(self._enquiry(self._ask(subject="  Zipper ")), first)
        self.assertNotEqual(self._enquiry(self._ask(subject="Buttons")), first)

    def test_the_repeated_request(self):
        key = {'Idempotency-Key': 'once'}
        first, again = self._ask(headers=key), self._ask(headers=key)
        self.assertEqual((first.status, first.content), (again.status, again.content))
        self.assertEqual(self._enquiry(first).line_ids.mapped('text'), ["Does it have two?"])

    @mute_logger('odoo.addons.mobile_crm.controllers.dispatcher')
    def test_a_few_an_hour(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.enquiry', '2/3600')
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.enquiry_message', '1/3600')
        enquiry = self._enquiry(self._ask())
        self._ask()
        self.assertProblem(self._ask(), 429, 'too_many_requests')
        self.assertEqual(self._ask(self.bens).status, 201, "another's limit is their own")
        path = f'/enquiries/{enquiry.uuid}/messages'
        self.assertEqual(self.client.post(path, {'text': "Please"}).status, 201)
        self.assertProblem(self.client.post(path, {'text': "Please"}), 429, 'too_many_requests')

    # === CALLING BACK === #

    def test_call_me_back(self):
        at = (fields.Datetime.now() + timedelta(days=2)).replace(hour=16, minute=30, second=0)
        answer = self._ask(store_id=self.store_near.id, callback={'at': rfc3339(at)})
        self.assertEqual(answer.json['callback_at'], rfc3339(at))
        enquiry = self._enquiry(answer)
        activity = enquiry.lead_id.activity_ids
        self.assertEqual(
            (activity, activity.user_id, activity.activity_type_id),
            (enquiry.callback_activity_id, self.joris, self.env.ref('mail.mail_activity_data_call')))
        self.assertEqual(activity.date_deadline, (at + timedelta(hours=9)).date(), "the salesperson is in Tokyo")
        self.assertIn("1:30", activity.summary)
        self.assertIn('<a href="tel:+32475112233"', activity.note)
        self.assertIn('tel:+32475112233', enquiry.lead_id.message_ids.filtered(
            lambda message: message.message_type == 'comment').body)

    def test_another_number(self):
        enquiry = self._enquiry(self._ask(callback={'phone': '0476 22 33 44'}))
        self.assertEqual(enquiry.callback_phone, '+32476223344')
        self.assertInvalid(self._ask(callback={'phone': 'call me'}), 'body', 'callback', 'phone')
        self.anna.write({'mobile_verified_phone': False, 'phone': False})
        self.assertInvalid(self._ask(callback={}), 'body', 'callback', 'phone')

    def test_what_is_over_or_far_away(self):
        over = fields.Datetime.now() - timedelta(minutes=1)
        self.assertInvalid(self._ask(callback={'at': rfc3339(over)}), 'body', 'callback', 'at')
        self.assertInvalid(self._ask(callback={'at': '9999-12-31T23:59:59Z'}), 'body', 'callback', 'at')

    def test_when_the_store_opens(self):
        self._open_daily(9, 18)
        # In winter Brussels is one hour ahead, in summer two.
        for at, taken in (
            (datetime(2031, 1, 15, 10), datetime(2031, 1, 15, 10)),
            (datetime(2031, 1, 15, 17), datetime(2031, 1, 16, 8)),
            (datetime(2031, 1, 15, 3), datetime(2031, 1, 15, 8)),
            (datetime(2031, 7, 15, 16), datetime(2031, 7, 16, 7)),
            # The night in which clocks are set forward.
            (datetime(2031, 3, 29, 20), datetime(2031, 3, 30, 7)),
        ):
            with self.subTest(at=at), patch.object(fields.Datetime, 'now', lambda at=at: at - timedelta(hours=2)):
                enquiry = self.env['mobile.enquiry']
                phone = self.phone
                self.assertEqual(
                    enquiry._callback(phone, self.anna, self.store_near, at), (taken, '+32475112233'))

    def test_a_second_call_moves_the_first(self):
        first, second = ((fields.Datetime.now() + timedelta(days=days)).replace(hour=2) for days in (2, 5))
        enquiry = self._enquiry(self._ask(store_id=self.store_near.id, callback={'at': rfc3339(first)}))
        self._ask(store_id=self.store_near.id, callback={'at': rfc3339(second)})
        self.assertEqual(len(enquiry.lead_id.activity_ids), 1)
        self.assertEqual(enquiry.lead_id.activity_ids.date_deadline, second.date())
        enquiry.lead_id.user_id = self.salesperson
        self._ask(store_id=self.store_near.id, callback={'at': rfc3339(second)})
        self.assertEqual(enquiry.lead_id.activity_ids.user_id, self.salesperson, "whose lead it is now")
        enquiry.lead_id.activity_ids.action_done()
        self._ask(store_id=self.store_near.id, callback={'at': rfc3339(second)})
        self.assertEqual(len(enquiry.lead_id.activity_ids), 1)

    # === READING === #

    def test_the_conversation(self):
        enquiry = self._enquiry(self._ask(store_id=self.store_near.id, product_id=self.product.id))
        enquiry.lead_id.with_user(self.joris).message_post(
            body="Yes, two.", message_type='comment', subtype_xmlid='mail.mt_comment')
        written = self.client.post(f'/enquiries/{enquiry.uuid}/messages', {'text': "Thank you"})
        self.assertEqual(written.status, 201)
        shown = self.client.get(f'/enquiries/{enquiry.uuid}').json
        self.assertEqual(
            [(line['from'], line['name'], line['text'], line['enquiry_id']) for line in shown['messages']],
            [('me', None, "Does it have two?", enquiry.uuid),
             ('staff', "Joris Claes of Brussels Store", "Yes, two.", enquiry.uuid),
             ('me', None, "Thank you", enquiry.uuid)])
        self.assertEqual(shown['messages'][2], written.json)
        answer, = self.client.get('/messages').json['items']
        self.assertEqual((answer['id'], answer['enquiry_id']), (shown['messages'][1]['id'], enquiry.uuid))
        self.assertEqual({**shown, 'messages': None}, {
            'id': enquiry.uuid, 'subject': "Zipper", 'status': 'open', 'created_at': rfc3339(enquiry.create_date),
            'updated_at': rfc3339(enquiry.asked_at), 'store_id': self.store_near.id, 'product_id': self.product.id,
            'callback_at': None, 'messages': None})
        listed, = self.client.get('/enquiries').json['items']
        self.assertEqual({**listed, 'messages': None}, {**shown, 'messages': None})

    def test_what_is_archived_is_not_named(self):
        enquiry = self._enquiry(self._ask(store_id=self.store_near.id, product_id=self.product.id))
        self.store_near.active = self.product.active = False
        shown = self.client.get(f'/enquiries/{enquiry.uuid}').json
        self.assertEqual((shown['store_id'], shown['product_id']), (None, None))

    def test_status(self):
        enquiry = self._enquiry(self._ask())
        path = f'/enquiries/{enquiry.uuid}'
        self.assertEqual(self.client.get(path).json['status'], 'open')
        enquiry.lead_id.with_user(self.salesperson).message_post(
            body="Yes.", message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertEqual(self.client.get(path).json['status'], 'answered')
        enquiry.lead_id.action_set_lost()
        self.assertEqual(self.client.get(path).json['status'], 'closed')
        lost = enquiry.lead_id
        self.client.post(f'{path}/messages', {'text': "One more thing"})
        self.assertEqual(self.client.get(path).json['status'], 'open')
        self.assertNotEqual(enquiry.lead_id, lost)
        self.assertFalse(lost.active, "what was lost stays so")

    def test_a_deleted_lead_closes_it(self):
        enquiry = self._enquiry(self._ask())
        enquiry.lead_id.unlink()
        shown = self.client.get(f'/enquiries/{enquiry.uuid}').json
        self.assertEqual((shown['status'], len(shown['messages'])), ('closed', 1))

    def test_pages(self):
        made = [self._enquiry(self._ask(subject=str(number))).uuid for number in range(3)]
        first = self.client.get('/enquiries', limit=2).json
        second = self.client.get('/enquiries', limit=2, cursor=first['next_cursor']).json
        self.assertEqual([item['id'] for item in first['items'] + second['items']], made[::-1])
        self.assertIsNone(second['next_cursor'])
        self.assertEqual(self.bens.get('/enquiries').json['items'], [])

    def test_another_customers_is_not_there(self):
        enquiry = self._enquiry(self._ask())
        for method, path, body in (('GET', '/enquiries/{}', None), ('POST', '/enquiries/{}/messages', {'text': "Hi"})):
            theirs, unknown = (self.bens.request(method, path.format(name), json=body)
                               for name in (enquiry.uuid, uuid.uuid4()))
            for answer in (theirs, unknown):
                self.assertProblem(answer, 404, 'not_found')
            self.assertEqual({**theirs.json, 'instance': None, 'request_id': None},
                             {**unknown.json, 'instance': None, 'request_id': None})
        self.assertEqual(len(enquiry.line_ids), 1)

    def test_another_companys_app(self):
        enquiry = self._enquiry(self._ask())
        other = self.env['res.company'].create({'name': "Other Shop"})
        app = self.env['mobile.app'].create({'name': "Other", 'company_id': other.id})
        device = self._make_device(app)
        device._sign_in(self.anna_user)
        self.anna_user.company_ids += other
        client = self.phone_of(device)
        self.assertProblem(client.get(f'/enquiries/{enquiry.uuid}'), 404, 'not_found')
        self.assertEqual(client.get('/enquiries').json['items'], [])
