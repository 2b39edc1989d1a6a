from lxml import etree

from odoo.tests import TransactionCase, new_test_user, tagged

MODELS = {
    'mobile.availability': ('list', 'kanban', 'search'),
    'mobile.reservation': ('list', 'kanban', 'form', 'search'),
}
STAFF = ('mobile_crm.group_mobile_crm_user', 'stock.group_stock_user', 'sales_team.group_sale_salesman')


@tagged('-at_install', 'post_install')
class TestViews(TransactionCase):

    def test_the_staff_see_them_and_edit_nothing(self):
        for group in STAFF:
            user = new_test_user(self.env, group, groups=group)
            for model, types in MODELS.items():
                views = self.env[model].with_user(user).get_views([(False, kind) for kind in types])['views']
                for kind in types:
                    arch = etree.fromstring(views[kind]['arch'])
                    if kind != 'search':
                        for operation in ('create', 'edit', 'delete'):
                            self.assertIn(arch.get(operation), ('0', 'False', 'false'), (model, kind, operation))
            form = self.env['product.template'].with_user(user).get_view(view_type='form')['arch']
            self.assertIn('action_view_mobile_availability', form)
            self.env['mobile.store'].with_user(user).get_view(view_type='form')

    def test_levels_and_numbers_are_settings(self):
        form = self.env['res.config.settings'].get_view(view_type='form')['arch']
        self.assertIn('mobile_reservation_minutes', form)
        self.assertIn('mobile_basket_delivers', form)
        self.assertIn('show_quantities', self.env['mobile.app'].get_view(view_type='form')['arch'])
        self.assertIn('mobile_low_stock', self.env['product.category'].get_view(view_type='form')['arch'])
        for model in ('product.template', 'product.product'):
            self.assertIn('mobile_safety_stock', self.env[model].get_view(view_type='form')['arch'])
