from datetime import timedelta

from odoo.tests import tagged

from .common import MobileHttpCase

DEFAULTS = {'quiet_hours': [], 'max_messages_per_week': None, 'store_ids': [], 'category_ids': [],
            'channels': ['push', 'sms', 'email'], 'tell_salesperson': False}


@tagged('-at_install', 'post_install')
class TestApiPreferences(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)
        self.category = self.env['product.category'].create({'name': "Coats"})

    def _put(self, **values):
        answer = self.client.put('/me/preferences', values)
        self.assertEqual(answer.status, 200, answer.content)
        self.assertEqual(self.client.get('/me/preferences').json, answer.json)
        return answer.json

    def test_everything(self):
        self.assertEqual(self.client.get('/me/preferences').json, DEFAULTS)
        wanted = {
            'quiet_hours': [{'days': [0, 1, 2, 3, 4], 'from': '22:00', 'to': '07:00'},
                            {'days': [5, 6], 'from': '00:00', 'to': '00:00'},
                            {'days': [0], 'from': '12:00', 'to': '13:30'}],
            'max_messages_per_week': 3, 'store_ids': [self.store_near.id], 'category_ids': [self.category.id],
            'channels': ['push'], 'tell_salesperson': True,
        }
        self.assertEqual(self._put(**wanted), wanted)
        self.assertEqual(self._put(**wanted), wanted)
        self.assertEqual(self.phone_of(self.phone_ben).get('/me/preferences').json, DEFAULTS)
        self.assertEqual(self._put(channels=[]), {**wanted, 'channels': []}, "what is left out stays")
        self.assertEqual(self._put(**DEFAULTS), DEFAULTS)
        self._put(**wanted)
        self.assertEqual(self._put(**dict.fromkeys(DEFAULTS)), DEFAULTS, "null is the default")

    def test_days_are_told_in_order(self):
        stored = self._put(quiet_hours=[{'days': [6, 0, 6], 'from': '22:00', 'to': '23:59'}])
        self.assertEqual(stored['quiet_hours'][0]['days'], [0, 6])

    def test_wrong_values(self):
        for span, *loc in (
            ({'days': [7], 'from': '22:00', 'to': '07:00'}, 'days', 0), ({'days': [], 'from': '1:00', 'to': '2'},),
            ({'days': [0], 'from': '24:00', 'to': '07:00'}, 'from'),
            ({'days': [0], 'from': '22:00', 'to': '07:60'}, 'to'),
            ({'days': [0], 'from': '22:00\n', 'to': '07:00'}, 'from'),
            ({'days': [0], 'from': '22:00', 'to': '07:00', 'tz': 'UTC'}, 'tz'),
            ({'days': [0], 'start': '22:00', 'to': '07:00'},), ({'days': [0], 'from': '22:00'}, 'to'),
        ):
            with self.subTest(span=span):
                answer = self.client.put('/me/preferences', {'quiet_hours': [span]})
                self.assertProblem(answer, 422, 'invalid_request')
                if loc:
                    self.assertInvalid(answer, 'body', 'quiet_hours', 0, *loc)
        self.assertInvalid(self.client.put('/me/preferences', {'channels': ['inbox']}), 'body', 'channels', 0)
        for field, value in (('max_messages_per_week', -1), ('max_messages_per_week', 1.5), ('store_ids', 1),
                             ('timezone', 'UTC'), ('partner_id', self.ben.id)):
            self.assertInvalid(self.client.put('/me/preferences', {field: value}), 'body', field)
        self.assertEqual(self.client.get('/me/preferences').json, DEFAULTS)
        self.assertProblem(self.registered_phone().get('/me/preferences'), 401, 'sign_in_required')

    def test_stores_and_categories_that_are_not_there(self):
        elsewhere, _fence = self._make_store(
            "Elsewhere", "Ghent", 'base.be', 51.05, 3.72, self.env['res.company'].create({'name': "Other Shop"}))
        archived, _fence = self._make_store("Archived", "Ghent", 'base.be', 51.05, 3.72)
        archived.active = False
        for store_id in (elsewhere.id, archived.id, 2 ** 31 - 1):
            answer = self.client.put('/me/preferences', {'store_ids': [self.store_near.id, store_id]})
            self.assertInvalid(answer, 'body', 'store_ids')
        self.assertInvalid(self.client.put('/me/preferences', {'category_ids': [2 ** 31 - 1]}), 'body', 'category_ids')
        self.assertEqual(self.client.get('/me/preferences').json, DEFAULTS)

    def test_a_chosen_store_that_closes_stays_chosen(self):
        self._put(store_ids=[self.store_far.id])
        self.store_far.active = False
        self.assertEqual(self._put(max_messages_per_week=1)['store_ids'], [self.store_far.id])
        self.assertEqual(self._put(store_ids=[self.store_far.id])['store_ids'], [self.store_far.id])

    def test_another_company_has_its_own(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env['mobile.preference']._mobile_update(self.anna, other, {'max_messages_per_week': 5})
        self.assertEqual(self.client.get('/me/preferences').json, DEFAULTS)

    # === WHY MESSAGES CAME OR DIDN'T === #

    def test_decisions(self):
        self.assertEqual(self.client.get('/me/decisions').json, {'items': [], 'next_cursor': None})
        sent = self.enter(self.phone, self.fence_near)
        withheld = self.enter(self.phone, self.fence_near)
        self.enter(self.phone_ben, self.fence_near)
        newest, oldest = self.client.get('/me/decisions').json['items']
        self.assertEqual(oldest, {
            'at': sent.decided_at.strftime('%Y-%m-%dT%H:%M:%SZ'), 'campaign': self.campaign.message_title,
            'outcome': 'sent', 'reason': 'passed', 'text': "We sent you this offer.",
            'message_id': sent.message_id.uuid, 'channel': 'inbox'})
        self.assertEqual((newest['outcome'], newest['reason'], newest['message_id'], newest['channel']),
                         ('withheld', withheld.reason, None, None))
        self.assertNotIn(self.campaign.name, str(newest))

    def test_decisions_page_by_page(self):
        for _ in range(5):
            self.enter(self.phone, self.fence_near)
        decisions = self.env['mobile.decision'].search([('partner_id', '=', self.anna.id)])
        decisions[:2].sudo().write({'decided_at': decisions[0].decided_at - timedelta(hours=1)})
        seen, cursor = [], None
        while True:
            page = self.client.get('/me/decisions', limit=2, **({'cursor': cursor} if cursor else {})).json
            seen += page['items']
            cursor = page['next_cursor']
            if not cursor:
                break
            self.enter(self.phone, self.fence_near)
        self.assertEqual(len(seen), 5)
        self.assertEqual([item['at'] for item in seen], sorted((item['at'] for item in seen), reverse=True))

    def test_every_reason_has_words_for_customers(self):
        Decision = self.env['mobile.decision']
        reasons = dict(Decision._fields['reason'].selection)
        texts = {reason: Decision.new({'reason': reason})._customer_text() for reason in reasons}
        self.assertFalse([reason for reason, text in texts.items() if text == reasons[reason]])
