"""Who may name which reservation: the matrix of ``mobile_crm`` for what the bridge adds."""
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.mobile_crm.tests import test_access_matrix as matrix


@tagged('-at_install', 'post_install')
class TestAccessMatrix(matrix.TestAccessMatrix):

    addon, least = 'mobile_crm_stock', 140
    records = {
        ('cancel_reservation', 'path.reservation_id'): 'reservation',
        ('create_reservation', 'body.lines.*.product_id'): 'product',
        ('create_reservation', 'body.store_id'): 'store',
        ('get_reservation', 'path.reservation_id'): 'reservation',
    }
    no_records = {}
    bodies = {'create_reservation': {'store_id': 1, 'lines': [{'product_id': 1}]}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_near.warehouse_id, cls.other_store.warehouse_id = (
            cls.env['stock.warehouse'].search([('company_id', '=', company.id)], limit=1)
            for company in (cls.company, cls.other_company))

    def _target_reservation(self, owner, company):
        number = self.env['mobile.reservation'].search_count([])
        reservation = self.env['mobile.reservation'].create({
            'name': f"{matrix.CANARY} {number}", 'code': f'{number:08}', 'partner_id': owner.id,
            'company_id': company.id, 'slot': number + 1, 'expires_at': fields.Datetime.now() + timedelta(hours=2),
            'store_id': (self.store_near if company == self.company else self.other_store).id})
        return matrix.Target(reservation, reservation.uuid, owner, company)
