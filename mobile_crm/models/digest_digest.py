from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    """What campaigns and stores did, in Odoo's periodic mail to staff."""

    _inherit = 'digest.digest'

    kpi_mobile_redeemed = fields.Boolean(string="Offers Redeemed")
    kpi_mobile_redeemed_value = fields.Integer(compute='_compute_kpi_mobile_redeemed_value')
    kpi_mobile_revenue = fields.Boolean(string="Revenue by Campaigns")
    kpi_mobile_revenue_value = fields.Monetary(compute='_compute_kpi_mobile_revenue_value')
    kpi_mobile_visitors = fields.Boolean(string="Customers in Stores")
    kpi_mobile_visitors_value = fields.Integer(compute='_compute_kpi_mobile_visitors_value')

    # === COMPUTE METHODS === #

    def _compute_kpi_mobile_redeemed_value(self):
        self._mobile_kpi('kpi_mobile_redeemed_value', 'mobile.campaign.report', 'date', 'redeemed:sum')

    def _compute_kpi_mobile_revenue_value(self):
        self._mobile_kpi('kpi_mobile_revenue_value', 'mobile.campaign.report', 'date', 'revenue:sum')

    def _compute_kpi_mobile_visitors_value(self):
        self._mobile_kpi('kpi_mobile_visitors_value', 'mobile.visit', 'entered_at', 'partner_id:count_distinct')

    def _mobile_kpi(self, name, model, date, aggregate):
        """Fill in a figure of each digest's company and period.

        :param str name: of the field.
        :param str date: the field that says when it happened.
        :raise AccessError: which keeps the figure out of the mail of those who may not see it.
        """
        if not self.env.user.has_group('mobile_crm.group_mobile_crm_user'):
            raise AccessError(self.env._("These figures are for users of Mobile CRM."))
        start, end, companies = self._get_kpi_compute_parameters()
        domain = [('company_id', 'in', companies.ids), (date, '>=', start), (date, '<', end)]
        if model == 'mobile.campaign.report':
            domain.append(('decided', '=', 0))
        # A digest can be about a company that its reader may see but is not working in.
        seen = self.env[model].with_context(allowed_company_ids=(companies & self.env.user.company_ids).ids)
        values = {company.id: value for company, value in seen._read_group(domain, ['company_id'], [aggregate])}
        for digest in self:
            digest[name] = values.get((digest.company_id or self.env.company).id, 0)

    def _compute_kpis_actions(self, company, user):
        """Override: the figures lead to where they come from."""
        res = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref('mobile_crm.menu_root').id
        res['kpi_mobile_redeemed'] = f'mobile_crm.mobile_redemption_action?menu_id={menu_id}'
        res['kpi_mobile_revenue'] = f'mobile_crm.mobile_campaign_report_action?menu_id={menu_id}'
        res['kpi_mobile_visitors'] = f'mobile_crm.mobile_visit_report_action?menu_id={menu_id}'
        return res
