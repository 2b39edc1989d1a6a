"""The notification that customers send to themselves: to this phone, whatever they have decided, and to no other."""
import uuid

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MobileHttpCase
from .outbox_common import OutboxCommon


class TrialCommon(OutboxCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The same customer has another one.
        cls.tablet = cls.env['mobile.device'].create({
            'install_id': str(uuid.uuid4()), 'app_id': cls.app.id, 'platform': 'android', 'push_provider': 'fcm',
            'push_address': 'address-of-the-tablet', 'user_id': cls.phone.user_id.id,
            'partner_id': cls.phone.partner_id.id})

    def refuse_everything(self):
        self.env['mobile.consent']._append(self.anna, self.company, {'push': False}, 'import')
        self.env['mobile.preference']._mobile_update(self.anna, self.company, {
            'channels': [], 'max_messages_per_week': 0,
            'quiet_hours': [{'days': '0123456', 'start_minute': 0, 'end_minute': 0}]})


@tagged('-at_install', 'post_install')
class TestPushTrial(TrialCommon):

    def sent(self):
        self.send()
        return [parcel.address for parcel in self.providers['fcm'].sent]

    def test_it_goes_to_one_phone_and_by_no_other_way(self):
        message = self.Message._post_trial(self.phone)
        self.assertEqual(self.sent(), ['address-of-anna'])
        [parcel] = self.providers['fcm'].sent
        self.assertEqual((parcel.public_id, parcel.title), (message.uuid, "It works"))
        self.assertIn(self.app.name, parcel.body)
        self.assertEqual((message._kind(), message.channel, self.attempts(message).state), ('notice', 'inbox', 'sent'))
        with self.later(hours=1):
            self.look_after()
            self.send()
        self.assertEqual(len(self.attempts(message)), 1)

    def test_it_comes_whatever_the_customer_has_decided(self):
        self.refuse_everything()
        answer = self.post('push', is_service=True)
        trial = self.Message._post_trial(self.phone)
        self.assertEqual(self.sent(), ['address-of-anna'])
        self.assertEqual((self.attempts(trial).state, len(self.attempts(answer))), ('sent', 0))

    def test_it_is_soon_or_not_at_all(self):
        trial = self.Message._post_trial(self.phone)
        with self.later(minutes=11):
            self.assertEqual(self.sent(), [])
        self.assertEqual((self.attempts(trial).state, self.attempts(trial).reason), ('expired', 'too_old'))

    def test_staff_cannot_send_it_later(self):
        trial = self.Message._post_trial(self.phone)
        with self.later(hours=5):
            self.sent()
            self.assertEqual(self.attempts(trial).state, 'expired')
            with self.assertRaises(UserError):
                trial.with_user(self.manager).action_retry()
        self.assertEqual(self.attempts(trial).state, 'expired')

    def test_a_newer_one_takes_the_place_of_one_before(self):
        for _turn in range(2):
            self.Message._post_trial(self.phone)
        self.sent()
        self.assertEqual(len({parcel.collapse_key for parcel in self.providers['fcm'].sent}), 1)


@tagged('-at_install', 'post_install')
class TestApiPushTrial(MobileHttpCase, TrialCommon):

    def test_of_the_device_that_asks(self):
        client = self.phone_of(self.phone)
        answer = client.post('/push/test')
        self.assertEqual(answer.status, 202)
        message = self.Message.search([('uuid', '=', answer.json['id'])])
        self.assertEqual((message.partner_id, message.delivery_ids.device_id), (self.anna, self.phone))
        inbox = client.get('/messages').json['items']
        self.assertEqual((inbox[0]['id'], inbox[0]['kind']), (answer.json['id'], 'notice'))

    def test_without_an_address(self):
        self.phone.write({'push_provider': False, 'push_address': False})
        self.assertProblem(self.phone_of(self.phone).post('/push/test'), 409, 'no_push_address')
        self.assertFalse(self.Message.search([('partner_id', '=', self.anna.id), ('is_trial', '=', True)]))

    def test_where_nothing_sends(self):
        del self.providers['fcm']
        self.assertProblem(self.phone_of(self.phone).post('/push/test'), 503, 'unavailable')

    def test_nobody_is_signed_in(self):
        self.assertProblem(self.registered_phone().post('/push/test'), 401, 'sign_in_required')

    def test_a_few_an_hour(self):
        self.env['ir.config_parameter'].set_param('mobile_crm.limit.push_test', '2/3600')
        client = self.phone_of(self.phone)
        self.assertEqual([client.post('/push/test').status for _turn in range(3)], [202, 202, 429])
        self.assertEqual(self.phone_of(self.tablet).post('/push/test').status, 202, "each phone has its own")
