from lxml import etree

from odoo.tests import TransactionCase, new_test_user, tagged

MODELS = {
    'mobile.app': ('list', 'kanban', 'form', 'search'),
    'mobile.approval': ('list', 'kanban', 'form', 'search'),
    'mobile.basket': ('list', 'kanban', 'form', 'search'),
    'mobile.basket.check': ('list', 'kanban', 'form', 'search'),
    'mobile.attribution': ('list', 'kanban', 'form', 'search', 'graph', 'pivot'),
    'mobile.campaign': ('list', 'kanban', 'form', 'search', 'activity'),
    'mobile.campaign.run': ('list', 'kanban', 'form', 'search'),
    'mobile.campaign.template': ('list', 'kanban', 'form', 'search'),
    'mobile.campaign.report': ('list', 'search', 'graph', 'pivot'),
    'mobile.consent': ('list', 'kanban', 'form', 'search'),
    'mobile.consent.wording': ('list', 'kanban', 'form', 'search'),
    'mobile.decision': ('list', 'kanban', 'form', 'search', 'graph', 'pivot'),
    'mobile.device': ('list', 'kanban', 'form', 'search'),
    'mobile.event': ('list', 'kanban', 'form', 'search', 'graph', 'pivot'),
    'mobile.favourite': ('list', 'kanban', 'form', 'search'),
    'mobile.geofence': ('list', 'kanban', 'form', 'search'),
    'mobile.list': ('list', 'kanban', 'form', 'search'),
    'mobile.message': ('list', 'kanban', 'form', 'search', 'graph', 'pivot'),
    'mobile.opening.exception': ('list', 'kanban', 'form', 'search'),
    'mobile.payment': ('list', 'kanban', 'form', 'search'),
    'mobile.preference': ('list', 'kanban', 'form', 'search'),
    'mobile.reconciliation': ('list', 'kanban', 'form', 'search', 'activity'),
    'mobile.redemption': ('list', 'kanban', 'form', 'search', 'graph', 'pivot'),
    'mobile.sender': ('list', 'kanban', 'form', 'search'),
    'mobile.store': ('list', 'kanban', 'form', 'search', 'mobile_map'),
    'mobile.store.service': ('list', 'kanban', 'form', 'search'),
    'mobile.visit': ('list', 'kanban', 'form', 'search', 'graph', 'pivot', 'mobile_heatmap'),
}
SECRET_MODELS = {
    'mobile.opt.in': ('list', 'form', 'search'),
    'mobile.otp': ('list', 'form', 'search'),
    'mobile.token': ('list', 'form', 'search'),
}
MANAGERS_MODELS = {
    'mobile.affinity': ('list', 'kanban', 'form', 'search'),
    'mobile.coupon.step': ('list', 'kanban', 'form', 'search'),
    'mobile.erasure': ('list', 'form', 'search'),
    'mobile.exit': ('list', 'kanban', 'form', 'search'),
    'mobile.exit.pass': ('list', 'kanban', 'form', 'search'),
    'mobile.look': ('list', 'form', 'search'),
    'mobile.occasion': ('list', 'form', 'search'),
    'mobile.popularity': ('list', 'kanban', 'form', 'search'),
    'mobile.recommendation.item': ('list', 'kanban', 'form', 'search'),
    'mobile.wallet.registration': ('list', 'kanban', 'form', 'search'),
}
SALES_MODELS = {
    'mobile.enquiry': ('list', 'kanban', 'form', 'search'),
}
FACTS = (
    'mobile.affinity', 'mobile.approval', 'mobile.attribution', 'mobile.basket.check', 'mobile.campaign.report',
    'mobile.campaign.run', 'mobile.coupon.step', 'mobile.decision', 'mobile.device', 'mobile.enquiry',
    'mobile.erasure', 'mobile.event', 'mobile.exit', 'mobile.exit.pass', 'mobile.favourite', 'mobile.list',
    'mobile.look', 'mobile.message', 'mobile.occasion', 'mobile.payment', 'mobile.popularity', 'mobile.preference',
    'mobile.campaign.run', 'mobile.coupon.step', 'mobile.decision', 'mobile.device', 'mobile.enquiry', 'mobile.erasure',
    'mobile.event', 'mobile.exit', 'mobile.exit.pass', 'mobile.favourite', 'mobile.list', 'mobile.look',
    'mobile.message', 'mobile.occasion', 'mobile.payment', 'mobile.popularity', 'mobile.preference',
    'mobile.affinity', 'mobile.approval', 'mobile.basket', 'mobile.basket.check', 'mobile.exit', 'mobile.exit.pass',
    'mobile.campaign.report', 'mobile.campaign.run', 'mobile.coupon.step', 'mobile.attribution', 'mobile.decision',
    'mobile.device', 'mobile.enquiry', 'mobile.erasure', 'mobile.event', 'mobile.favourite', 'mobile.list',
    'mobile.look', 'mobile.message', 'mobile.occasion', 'mobile.popularity', 'mobile.preference',
    'mobile.recommendation.item', 'mobile.reconciliation', 'mobile.redemption', 'mobile.visit',
    'mobile.wallet.registration',
)


@tagged('post_install', '-at_install')
class TestViews(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = new_test_user(cls.env, 'views_plain', groups='base.group_user')
        cls.user = new_test_user(cls.env, 'views_user', groups='mobile_crm.group_mobile_crm_user')
        cls.manager = new_test_user(cls.env, 'views_manager', groups='mobile_crm.group_mobile_crm_manager')
        cls.sales = new_test_user(cls.env, 'views_sales', groups='sales_team.group_sale_salesman')
        cls.system = new_test_user(
            cls.env, 'views_system', groups='base.group_system,sales_team.group_sale_manager')

    def _get_views(self, user, model, types):
        return self.env[model].with_user(user).get_views([(False, view_type) for view_type in types])['views']

    def _menu_xmlids(self, user):
        menus = self.env['ir.ui.menu'].with_user(user).load_menus(False)
        return {menu.get('xmlid') or '' for menu in menus.values()}

    def test_every_model_has_its_own_views(self):
        for model, types in (MODELS | MANAGERS_MODELS | SALES_MODELS | SECRET_MODELS).items():
            for view_type in types:
                with self.subTest(model=model, view=view_type):
                    views = self.env['ir.ui.view'].search([
                        ('model', '=', model), ('type', '=', view_type), ('mode', '=', 'primary')])
                    self.assertEqual(set(views.mapped('model_data_id.module')), {'mobile_crm'})

    def test_views_load_for_user_and_manager(self):
        for user in (self.user, self.manager):
            for model, types in MODELS.items():
                with self.subTest(user=user.login, model=model):
                    views = self._get_views(user, model, types)
                    self.assertEqual(set(views), set(types))

    def test_views_for_managers_load_for_them_alone(self):
        for model, types in MANAGERS_MODELS.items():
            self.assertEqual(set(self._get_views(self.manager, model, types)), set(types))
            self.assertFalse(self.env[model].with_user(self.user).has_access('read'))

    def test_views_for_salespeople_load_for_them_alone(self):
        for model, types in SALES_MODELS.items():
            self.assertEqual(set(self._get_views(self.sales, model, types)), set(types))
            for user in (self.user, self.manager):
                self.assertFalse(self.env[model].with_user(user).has_access('read'))
        lead = self._get_views(self.sales, 'crm.lead', ['form', 'search'])
        self.assertIn('mobile_looked_event_ids', lead['form']['arch'])
        for user, sees in ((self.sales, True), (self.user, False)):
            form = self._get_views(user, 'res.partner', ['form'])['form']['arch']
            self.assertEqual('action_view_mobile_enquiries' in form, sees)

    def test_views_of_secrets_load_for_admins(self):
        for model, types in SECRET_MODELS.items():
            arch = ''.join(view['arch'] for view in self._get_views(self.system, model, types).values())
            self.assertNotIn('hash', arch, "not even a fingerprint is worth showing")

    def test_views_of_odoo_load_with_and_without_us(self):
        for user in (self.plain, self.user):
            form = self._get_views(user, 'res.partner', ['form', 'search'])['form']['arch']
            self.assertEqual('action_view_mobile_devices' in form, user == self.user)
            self.assertEqual('mobile_decision_ids' in form, user == self.user)
        self._get_views(self.user, 'loyalty.card', ['list', 'form', 'search'])
        for groups, sees in (('sales_team.group_sale_salesman', True), ('account.group_account_invoice', False)):
            user = new_test_user(self.env, groups, groups=groups)
            form = self._get_views(user, 'sale.order', ['form'])['form']['arch']
            self.assertIn('action_mobile_ask_again', form)
            self.assertEqual('action_view_mobile_approvals' in form, sees)

    def test_facts_are_not_edited_in_views(self):
        for model in FACTS:
            for view_type in ({**MODELS, **MANAGERS_MODELS, **SALES_MODELS}[model]):
                if view_type not in ('list', 'form', 'kanban'):
                    continue
                with self.subTest(model=model, view=view_type):
                    user = self.sales if model in SALES_MODELS else self.manager
                    arch = etree.fromstring(self._get_views(user, model, [view_type])[view_type]['arch'])
                    for operation in ('create', 'edit', 'delete'):
                        self.assertIn(arch.get(operation), ('0', 'False', 'false'), operation)

    def test_positions_show_for_their_group_only(self):
        fields = ('latitude', 'longitude', 'accuracy')
        arch = self._get_views(self.manager, 'mobile.event', ['form'])['form']['arch']
        for field in fields:
            self.assertNotIn(f'name="{field}"', arch)
        self.manager.group_ids += self.env.ref('mobile_crm.group_mobile_crm_position')
        arch = self._get_views(self.manager, 'mobile.event', ['form'])['form']['arch']
        for field in fields:
            self.assertIn(f'name="{field}"', arch)

    def test_menus_respect_groups(self):
        plain_menus = self._menu_xmlids(self.plain)
        self.assertTrue(plain_menus)
        self.assertFalse({xmlid for xmlid in plain_menus if xmlid.startswith('mobile_crm.')})
        user_menus = self._menu_xmlids(self.user)
        self.assertTrue({
            'mobile_crm.menu_root', 'mobile_crm.menu_campaigns', 'mobile_crm.menu_devices',
            'mobile_crm.menu_stores_stores', 'mobile_crm.menu_stores_positions',
            'mobile_crm.menu_reporting_decisions',
        } <= user_menus)
        self.assertNotIn('mobile_crm.menu_configuration', user_menus)
        manager_menus = self._menu_xmlids(self.manager)
        self.assertIn('mobile_crm.menu_apps', manager_menus)
        self.assertNotIn('mobile_crm.menu_otps', manager_menus)
        self.assertIn('mobile_crm.menu_otps', self._menu_xmlids(self.system))

    def test_every_menu_opens(self):
        for menu in self.env['ir.ui.menu'].browse(
                data.res_id for data in self.env['ir.model.data'].search([
                    ('module', '=', 'mobile_crm'), ('model', '=', 'ir.ui.menu')])):
            if not menu.action:
                self.assertTrue(menu.child_id, menu.complete_name)
                continue
            with self.subTest(menu=menu.complete_name):
                action = menu.action.with_user(self.system)._get_action_dict()
                if action['type'] == 'ir.actions.client':
                    continue
                if action['view_mode'] != 'form':
                    self.assertTrue(action['help'], "an empty list explains itself")
                views = self.env[action['res_model']].with_user(self.system).get_views(action['views'])['views']
                for _view_id, view_type in action['views']:
                    self.assertIn(view_type, views)

    def test_manager_maintains_addresses_and_opening_hours(self):
        env = self.env(user=self.manager)
        address = env['res.partner'].create({'name': "Corner Shop", 'is_company': True, 'city': "Ghent"})
        calendar = env['resource.calendar'].create({'name': "Corner Shop", 'tz': 'Europe/Brussels'})
        calendar.attendance_ids[:1].unlink()
        store = env['mobile.store'].create({
            'name': "Corner Shop", 'partner_id': address.id, 'calendar_id': calendar.id, 'tz': 'Europe/Brussels',
            'latitude': 51.05, 'longitude': 3.72})
        self.assertEqual(store.city, "Ghent")
        self.assertIn(store.opening, ('open', 'closed'))
        store.calendar_id = False
        self.assertFalse(store.opening)
        self.assertEqual(store.action_view_map()['views'][0][1], 'mobile_map')
