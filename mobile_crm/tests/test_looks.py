import json

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MobileHttpCase


@tagged('-at_install', 'post_install')
class TestLooks(MobileHttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        cls.reader = new_test_user(
            cls.env, 'looks_reader', groups='mobile_crm.group_mobile_crm_position', **company)
        cls.manager = new_test_user(
            cls.env, 'looks_manager', groups='mobile_crm.group_mobile_crm_manager,base.group_allow_export', **company)

    def setUp(self):
        super().setUp()
        for device in (self.phone, self.phone, self.phone_ben):
            self.enter(device, self.fence_near, latitude=50.8467, longitude=4.3525)
        anonymous = self._make_device()
        self.env['mobile.event']._record(anonymous, [self.enter_report(self.fence_near)])
        self.events = self.env['mobile.event'].search([('company_id', '=', self.company.id)])

    def _looks(self):
        """Return what was logged, and forget it."""
        looks = self.env['mobile.look'].search([('company_id', '=', self.company.id)])
        told = {(look.user_id.login, look.partner_id.name, look.method, look.event_count, look.with_position)
                for look in looks}
        self.env.cr.execute('DELETE FROM mobile_look')
        return told

    def test_a_list_is_a_look_at_each_customer(self):
        self.events.with_user(self.reader).read(['type', 'store_id'])
        self.assertEqual(self._looks(), {('looks_reader', "Anna Peeters", 'read', 2, False),
                                         ('looks_reader', "Ben Maes", 'read', 1, False)})

    def test_coordinates_are_told_apart(self):
        self.env['mobile.event'].with_user(self.reader).search_read(
            [('partner_id', '=', self.anna.id)], ['latitude', 'longitude'])
        self.assertEqual(self._looks(), {('looks_reader', "Anna Peeters", 'read', 2, True)})

    def test_an_export(self):
        self.events.with_user(self.manager).export_data(['type', 'store_id/name'])
        self.assertEqual(self._looks(), {('looks_manager', "Anna Peeters", 'export', 2, False),
                                         ('looks_manager', "Ben Maes", 'export', 1, False)})

    def test_an_analysis(self):
        Event = self.env['mobile.event'].with_user(self.reader)
        ours = ('company_id', '=', self.company.id)
        Event.formatted_read_group([ours], ['partner_id'], ['__count'])
        both = {('looks_reader', "Anna Peeters", 'group', 2, False), ('looks_reader', "Ben Maes", 'group', 1, False)}
        self.assertEqual(self._looks(), both)
        Event.formatted_read_grouping_sets([ours], [['store_id'], ['store_id', 'partner_id']], ['__count'])
        self.assertEqual(self._looks(), both)
        Event.formatted_read_group([ours, ('partner_id', '=', self.anna.id)], ['occurred_at:day'], ['latitude:avg'])
        self.assertEqual(self._looks(), {('looks_reader', "Anna Peeters", 'group', 2, True)})
        Event.formatted_read_group([ours], ['store_id'], ['__count'])
        self.assertEqual(self._looks(), set(), "how many came to a store is nobody's movement")

    def test_the_system_does_not_look(self):
        self.events.read(['type'])
        self.events.with_user(self.reader).sudo().read(['latitude'])
        self.anna.with_user(self.reader).read(['mobile_event_count', 'mobile_device_count'])
        self.store_near.with_user(self.reader).read(['visit_count'])
        self.phone_of(self.phone).get('/me/export')
        self.assertEqual({look for look in self._looks() if look[0] == 'looks_reader'}, set())

    def test_over_http(self):
        self.authenticate('looks_reader', 'looks_reader')
        for method, params, how in (
            ('web_search_read', {'domain': [('partner_id', '=', self.anna.id)],
                                 'specification': {'type': {}, 'latitude': {}}}, ('read', 2, True)),
            ('name_search', {'domain': [('partner_id', '=', self.anna.id)]}, ('read', 2, False)),
            ('web_read_group', {'domain': [('partner_id', '=', self.anna.id)], 'groupby': ['partner_id'],
                                'aggregates': ['__count']}, ('group', 2, False)),
        ):
            with self.subTest(method=method):
                answer = self.url_open(f'/web/dataset/call_kw/mobile.event/{method}', data=json.dumps({
                    'jsonrpc': '2.0', 'params': {
                        'model': 'mobile.event', 'method': method, 'args': [],
                        'kwargs': {**params, 'context': {'allowed_company_ids': self.company.ids}}}}),
                    headers={'Content-Type': 'application/json'}).json()
                self.assertNotIn('error', answer)
                self.assertIn(('looks_reader', "Anna Peeters", *how), self._looks())

    def test_a_search_by_name(self):
        self.env['mobile.event'].with_user(self.reader).name_search(domain=[('partner_id', '=', self.anna.id)])
        self.assertEqual(self._looks(), {('looks_reader', "Anna Peeters", 'read', 2, False)})

    def test_a_decision_tells_where_somebody_was(self):
        decisions = self.env['mobile.decision'].with_user(self.manager).search([('partner_id', '=', self.anna.id)])
        self.assertEqual(len(decisions), 2)
        decisions.read(['campaign_id', 'outcome'])
        self.assertEqual(self._looks(), set())
        decisions.read(['store_id'])
        decisions.web_read({'event_id': {}})
        self.assertEqual(self._looks(), {('looks_manager', "Anna Peeters", 'read', 2, False)})
        decisions.export_data(['event_id/occurred_at'])
        self.assertEqual(self._looks(), {('looks_manager', "Anna Peeters", 'export', 2, False)})
        decisions.formatted_read_group([('company_id', '=', self.company.id)], ['store_id'], ['__count'])
        self.assertEqual(self._looks(), set())
        decisions.formatted_read_group([('partner_id', '=', self.anna.id)], ['store_id'], ['__count'])
        self.assertEqual(self._looks(), {('looks_manager', "Anna Peeters", 'group', 2, False)})

    def test_coordinates_behind_a_decision(self):
        self.manager.group_ids += self.env.ref('mobile_crm.group_mobile_crm_position')
        decisions = self.env['mobile.decision'].with_user(self.manager).search([('partner_id', '=', self.anna.id)])
        self.assertIn('50.8467', str(decisions.export_data(['event_id/latitude'])))
        self.assertEqual(self._looks(), {('looks_manager', "Anna Peeters", 'export', 2, True)})

    def test_a_broadcast_tells_nothing(self):
        self.env.cr.execute('UPDATE mobile_decision SET event_id = NULL, store_id = NULL')
        self.env.invalidate_all()
        self.env['mobile.decision'].with_user(self.manager).search_read(
            [('partner_id', '=', self.anna.id)], ['store_id', 'event_id'])
        self.assertEqual(self._looks(), set())

    def test_nobody_edits_the_log(self):
        self.events.with_user(self.reader).read(['type'])
        look = self.env['mobile.look'].search([], limit=1)
        for method in (lambda: look.write({'event_count': 0}), look.unlink,
                       lambda: look.with_user(self.manager).write({'event_count': 0}),
                       look.with_user(self.manager).unlink,
                       lambda: self.env['mobile.look'].with_user(self.reader).search([])):
            with self.assertRaises(UserError):
                method()

    def test_managers_see_it_on_the_contact(self):
        self.events.with_user(self.reader).read(['type'])
        anna = self.anna.with_user(self.manager)
        self.assertEqual(anna.mobile_look_count, 1)
        action = anna.action_view_mobile_looks()
        self.assertEqual(self.env['mobile.look'].with_user(self.manager).search(action['domain']).user_id, self.reader)
