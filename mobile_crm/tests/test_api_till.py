from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..controllers.routing import BASE_PATH
from ..tools.secret import token_hash
from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestApiTill(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = cls.env['mobile.app'].create({'name': "Till 1", 'kind': 'till', 'company_id': cls.company.id})
        cls.manager = new_test_user(
            cls.env, login='mobile_crm_till_manager', groups='mobile_crm.group_mobile_crm_manager',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.secret = cls.till.with_user(cls.manager).rotate_secret()

    def _ask(self, client_id=None, client_secret=None, **values):
        return self.call('POST', '/auth/token', json={
            'client_id': client_id or self.till.client_id, 'client_secret': client_secret or self.secret, **values})

    def _token(self):
        answer = self._ask()
        self.assertEqual(answer.status, 200, answer.content)
        return answer.json['access_token']

    @contextmanager
    def _stores_for_tills(self):
        """Let tills, and nobody else, list the stores."""
        rules = self.env['ir.http'].routing_map().iter_rules()
        rule = next(rule for rule in rules if rule.rule == f'{BASE_PATH}/stores')
        with patch.dict(rule.endpoint.routing, auth='mobile_till'):
            yield

    def _stores(self, token):
        return self.call('GET', '/stores', headers={'Authorization': f'Bearer {token}'})

    # === SIGNING IN === #

    def test_a_till_signs_in(self):
        for values in ({}, {'grant_type': 'client_credentials'}):
            answer = self._ask(**values)
            self.assertEqual(set(answer.json), {'access_token', 'token_type', 'expires_in'})
            self.assertEqual((answer.json['token_type'], answer.json['expires_in']), ('Bearer', 900))
            self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        self.assertInvalid(self._ask(grant_type='password'), 'body', 'grant_type')

    def test_all_refusals_are_one(self):
        archived = self.env['mobile.app'].create({'name': "Till 2", 'kind': 'till'})
        archived_secret = archived.rotate_secret()
        archived.active = False
        without = self.env['mobile.app'].create({'name': "Till 3", 'kind': 'till'})
        former = self.env['mobile.app'].create({'name': "Till 4", 'kind': 'till'})
        former_secret = former.rotate_secret()
        former.kind = 'phone'
        kept = self.env['mobile.app'].sudo().browse(self.till.id).secret_hash
        bodies = set()
        for client_id, client_secret in (
            ('unknown', self.secret), (self.till.client_id, self.secret[:-1]), (self.till.client_id, 'mcs_'),
            (self.till.client_id, kept), (self.app.client_id, self.secret), (archived.client_id, archived_secret),
            (archived.client_id, self.secret), (without.client_id, 'x'), (former.client_id, former_secret),
            (self.till.client_id.upper(), self.secret), ('%', self.secret),
        ):
            answer = self._ask(client_id, client_secret)
            self.assertProblem(answer, 401, 'client_invalid')
            bodies.add(answer.content.replace(answer.json['request_id'].encode(), b''))
        self.assertEqual(len(bodies), 1)

    def test_the_work_is_the_same_for_all_refusals(self):
        counts = set()
        for client_id, client_secret in (
            ('unknown', 'x'), (self.till.client_id, 'x'), (self.app.client_id, self.secret),
        ):
            self.env.invalidate_all()
            with self.profile_queries() as queries:
                self.env['mobile.app'].sudo()._find_till(client_id, client_secret)
            counts.add(len(queries))
        self.assertEqual(len(counts), 1)

    @contextmanager
    def profile_queries(self):
        """Collect the statements that are sent."""
        queries = []
        execute = type(self.env.cr).execute

        def _execute(cursor, query, *args, **kwargs):
            queries.append(query)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(type(self.env.cr), 'execute', _execute):
            yield queries

    # === THE SECRET === #

    def test_a_new_secret_ends_the_old_one_and_its_tokens(self):
        token = self._token()
        with self._stores_for_tills():
            self.assertEqual(self._stores(token).status, 200)
            new_secret = self.till.with_user(self.manager).rotate_secret()
            self.assertProblem(self._stores(token), 401, 'token_invalid')
        self.assertProblem(self._ask(), 401, 'client_invalid')
        self.assertEqual(self._ask(client_secret=new_secret).status, 200)

    def test_the_secret_is_kept_as_a_hash_only(self):
        self.assertRegex(self.secret, r'^mcs_[\w-]{43}$')
        self.env.flush_all()
        self.env.cr.execute('SELECT to_jsonb(mobile_app)::text FROM mobile_app WHERE id = %s', [self.till.id])
        kept = self.env.cr.fetchone()[0]
        self.assertNotIn(self.secret, kept)
        self.assertIn(token_hash(self.secret), kept)
        with self.assertRaises(AccessError):
            self.till.with_user(self.manager).read(['secret_hash'])
        self.assertNotIn('secret_hash', self.till.with_user(self.manager).read()[0])
        self.assertFalse(self.till.copy().sudo().secret_changed_at)

    def test_the_button_shows_it_once(self):
        action = self.till.with_user(self.manager).action_rotate_secret()
        shown = self.env['mobile.app.secret'].with_user(self.manager).with_context(**action['context']).onchange(
            {}, [], {'client_id': {}, 'secret': {}})['value']
        self.assertEqual(shown['client_id'], self.till.client_id)
        self.assertEqual(self._ask(client_secret=shown['secret']).status, 200)

    def test_only_managers_give_secrets(self):
        for user in (self.salesperson, self.anna_user):
            with self.assertRaises(AccessError):
                self.till.with_user(user).rotate_secret()
        elsewhere = self.env['mobile.app'].create({
            'name': "Till", 'kind': 'till', 'company_id': self.env['res.company'].create({'name': "Other"}).id})
        with self.assertRaises(AccessError):
            elsewhere.with_user(self.manager).rotate_secret()
        self.assertEqual(self._ask().status, 200)

    def test_a_phone_app_has_no_secret(self):
        with self.assertRaises(UserError):
            self.app.rotate_secret()

    # === WHAT A TOKEN OPENS === #

    def test_a_tills_token_opens_no_phones_operation(self):
        token = self._token()
        for path in ('/stores', '/me', '/messages'):
            answer = self.call('GET', path, headers={'Authorization': f'Bearer {token}'})
            self.assertProblem(answer, 401, 'token_invalid')
        answer = self.call('POST', '/auth/refresh', json={'refresh_token': token}, headers={
            'X-App-Id': self.app.client_id})
        self.assertProblem(answer, 401, 'token_invalid')
        answer = self.call('POST', '/devices', headers={'X-App-Id': self.till.client_id}, json={
            'install_id': '0b8f7b3e-4c8a-4f0e-9d27-0d6a4a3f7f10', 'platform': 'ios'})
        self.assertProblem(answer, 401, 'app_unknown')

    def test_who_opens_a_tills_operation(self):
        token, phone = self._token(), self.phone_of(self.phone)
        with self._stores_for_tills():
            answer = self._stores(token)
            self.assertEqual({store['name'] for store in answer.json['items']}, {"Brussels Store", "Paris Store"})
            for other in (phone.access_token, phone.refresh_token, self.secret, token[:-1], token + 'x', 'null'):
                self.assertProblem(self._stores(other), 401, 'token_invalid')
            self.assertProblem(self.call('GET', '/stores'), 401, 'unauthenticated')
            self.assertProblem(
                self.call('GET', '/stores', headers={'Authorization': f'Basic {token}'}), 401, 'unauthenticated')
            self.authenticate('admin', 'admin')
            self.assertProblem(self.call('GET', '/stores'), 401, 'unauthenticated')

    def test_a_token_expires(self):
        token = self._token()
        kept = self.env['mobile.token'].search([('hash', '=', token_hash(token))])
        self.assertEqual((kept.kind, kept.app_id, kept.device_id.id), ('till', self.till, False))
        kept.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        with self._stores_for_tills():
            self.assertProblem(self._stores(token), 401, 'token_expired')

    def test_a_till_that_is_archived_or_becomes_a_phone_app(self):
        for values in ({'active': False}, {'kind': 'phone'}):
            token = self._token()
            with self._stores_for_tills():
                self.assertEqual(self._stores(token).status, 200)
                self.till.write(values)
                self.assertProblem(self._stores(token), 401, 'token_invalid')
                self.till.write({'active': True, 'kind': 'till'})
