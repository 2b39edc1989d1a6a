from odoo import api, fields, models


class ProductTemplate(models.Model):
    """What is recommended, and what goes with it."""

    _inherit = 'product.template'

    mobile_never_recommended = fields.Boolean(
        string="Never Recommend", help="Customers find it in the app, but it is not suggested to anybody.")
    mobile_affinity_count = fields.Integer(
        string="Products Bought With It", compute='_compute_mobile_affinity_count',
        groups='mobile_crm.group_mobile_crm_manager')

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_mobile_affinity_count(self):
        counts = dict(self.env['mobile.affinity']._read_group(
            [('product_id', 'in', self.product_variant_ids.ids), ('company_id', '=', self.env.company.id)],
            ['product_id'], ['__count']))
        for template in self:
            template.mobile_affinity_count = sum(counts.get(product, 0) for product in template.product_variant_ids)

    # === ACTION METHODS === #

    def action_view_mobile_affinities(self):
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_affinity_action')
        return {**action, 'domain': [('product_id', 'in', self.product_variant_ids.ids)], 'context': {
            'search_default_visible': 0}}
