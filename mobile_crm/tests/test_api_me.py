from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiMe(MobileHttpCase):

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def test_get(self):
        self.anna.write({'email': 'anna@mobile-crm.example', 'mobile_birthdate': '1990-02-28',
                         'mobile_favourite_store_ids': [(6, 0, self.store_far.ids)]})
        answer = self.client.get('/me').json
        self.assertRegex(answer.pop('id'), r'^[0-9a-f]{32}$')
        self.assertEqual(answer, {
            'name': "Anna Peeters", 'email': 'anna@mobile-crm.example', 'phone': '+32475112233', 'language': 'en-US',
            'birthdate': '1990-02-28', 'favourite_store_ids': [self.store_far.id]})

    def test_each_customer_sees_themselves(self):
        self.assertEqual(self.phone_of(self.phone_ben).get('/me').json['name'], self.ben.name)

    def test_they_are_told_apart_by_what_never_changes(self):
        known = self.client.get('/me').json['id']
        self.assertEqual(self.phone_of(self.phone).get('/me').json['id'], known)
        self.anna.write({'name': "Somebody", 'email': 'else@mobile-crm.example', 'phone': '+32475998877',
                         'mobile_verified_phone': '+32475998877'})
        self.assertEqual(self.client.get('/me').json['id'], known)
        self.assertNotEqual(self.phone_of(self.phone_ben).get('/me').json['id'], known)

    def test_change_everything(self):
        self.env['res.lang']._activate_lang('de_DE')
        values = {'name': "Anna Janssens", 'email': 'anna@mobile-crm.example', 'language': 'de-DE',
                  'birthdate': '2000-02-29', 'favourite_store_ids': [self.store_near.id, self.store_far.id]}
        answer = self.client.patch('/me', values)
        self.assertEqual(answer.status, 200)
        answer.json['favourite_store_ids'].sort()
        self.assertEqual(answer.json, {**values, 'id': self.client.get('/me').json['id'], 'phone': '+32475112233',
                                       'favourite_store_ids': sorted(values['favourite_store_ids'])})
        self.assertEqual((self.anna.name, self.anna.lang, str(self.anna.mobile_birthdate)),
                         ("Anna Janssens", 'de_DE', '2000-02-29'))
        self.assertEqual(self.ben.name, "Ben Maes")

    def test_what_is_left_out_stays(self):
        self.client.patch('/me', {'birthdate': '1990-02-28', 'email': 'anna@mobile-crm.example'})
        answer = self.client.patch('/me', {'name': "  Anna\r\nJ. "})
        self.assertEqual((answer.json['name'], answer.json['birthdate'], answer.json['email']),
                         ("Anna J.", '1990-02-28', 'anna@mobile-crm.example'))
        self.assertEqual(self.client.patch('/me', {}).json, answer.json)

    def test_null_empties(self):
        self.client.patch('/me', {'birthdate': '1990-02-28', 'email': 'anna@mobile-crm.example',
                                  'favourite_store_ids': [self.store_far.id]})
        answer = self.client.patch('/me', {'birthdate': None, 'email': None, 'favourite_store_ids': []})
        self.assertEqual((answer.json['birthdate'], answer.json['email'], answer.json['favourite_store_ids']),
                         (None, None, []))

    def test_wrong_values(self):
        tomorrow = fields.Date.today() + timedelta(days=2)
        before = self.client.get('/me').json
        for field, value in (
            ('name', None), ('name', ''), ('name', ' \t'), ('name', 'x' * 201), ('name', 'a\0b'), ('name', 5),
            ('email', ''), ('email', 'abc'), ('email', 'x' * 255), ('language', 'xx-YY'), ('language', None),
            ('birthdate', str(tomorrow)), ('birthdate', '1990-02-30'), ('birthdate', '1990-02-28T00:00:00Z'),
            ('birthdate', '0001-01-01'), ('birthdate', '1799-12-31'), ('birthdate', 0), ('favourite_store_ids', 1),
        ):
            with self.subTest(field=field, value=value):
                self.assertInvalid(self.client.patch('/me', {field: value}), 'body', field)
        self.assertEqual(self.client.get('/me').json, before)

    def test_stores_that_cannot_be_favourites(self):
        elsewhere, _fence = self._make_store(
            "Elsewhere", "Ghent", 'base.be', 51.05, 3.72, self.env['res.company'].create({'name': "Other Shop"}))
        archived, _fence = self._make_store("Archived", "Ghent", 'base.be', 51.05, 3.72)
        archived.active = False
        for store_id in (elsewhere.id, archived.id, 2 ** 31 - 1):
            answer = self.client.patch('/me', {'favourite_store_ids': [self.store_near.id, store_id]})
            self.assertInvalid(answer, 'body', 'favourite_store_ids')
        self.assertInvalid(self.client.patch('/me', {'favourite_store_ids': [0]}), 'body', 'favourite_store_ids', 0)
        self.assertFalse(self.anna.mobile_favourite_store_ids)

    def test_favourites_of_another_company_stay(self):
        elsewhere, _fence = self._make_store(
            "Elsewhere", "Ghent", 'base.be', 51.05, 3.72, self.env['res.company'].create({'name': "Other Shop"}))
        self.anna.mobile_favourite_store_ids = elsewhere
        self.client.patch('/me', {'favourite_store_ids': [self.store_near.id]})
        self.assertEqual(self.anna.mobile_favourite_store_ids, elsewhere + self.store_near)

    def test_nothing_else_can_be_written(self):
        before = self.anna.read()[0]
        for field, value in (('phone', '+32400000000'), ('mobile_verified_phone', '+32400000000'), ('parent_id', 1),
                             ('credit_limit', 1), ('user_ids', []), ('id', self.ben.id), ('company_id', 1)):
            self.assertInvalid(self.client.patch('/me', {field: value}), 'body', field)
        self.env.invalidate_all()
        self.assertEqual(self.anna.read()[0], before)

    def test_an_email_that_is_another_customers_opens_nothing(self):
        carla = self.registered_phone()
        carla.sign_in('carla@mobile-crm.example', 'email')
        self.client.patch('/me', {'email': 'carla@mobile-crm.example'})
        again = self.registered_phone()
        self.assertEqual(again.sign_in('carla@mobile-crm.example', 'email').json['customer']['name'], 'carla')
        self.assertEqual(self.client.get('/me').json['name'], self.anna.name)
