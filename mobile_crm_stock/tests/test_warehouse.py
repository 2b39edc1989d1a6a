from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


@tagged('-at_install', 'post_install')
class TestWarehouse(TransactionCase):

    def test_a_manager_names_the_warehouse_of_a_store(self):
        company = self.env['res.company'].create({'name': "Shop"})
        other = self.env['res.company'].create({'name': "Other"})
        warehouses = self.env['stock.warehouse'].search([('company_id', 'in', (company + other).ids)])
        manager = new_test_user(
            self.env, 'stock_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=company.id,
            company_ids=[(6, 0, company.ids)])
        with Form(self.env['mobile.store'].with_user(manager)) as form:
            form.name = "Corner Shop"
            form.warehouse_id = warehouses.filtered(lambda warehouse: warehouse.company_id == company)
        store = form.save()
        self.assertEqual(store.warehouse_id.company_id, company)
        self.assertEqual(store.partner_id.name, "Corner Shop")
        with self.assertRaises(UserError):
            store.sudo().warehouse_id = warehouses.filtered(lambda warehouse: warehouse.company_id == other)

    def test_views_load(self):
        manager = new_test_user(self.env, 'stock_views', groups='mobile_crm.group_mobile_crm_manager')
        views = self.env['mobile.store'].with_user(manager).get_views(
            [(False, 'list'), (False, 'form'), (False, 'search')])['views']
        for view_type, view in views.items():
            self.assertIn('warehouse_id', view['arch'], view_type)
