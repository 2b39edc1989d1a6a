from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..models.mobile_campaign_occasion import PLACE_TRIGGERS, PRODUCT_TRIGGERS, RUN_TRIGGERS


class MobileCampaignDryRun(models.TransientModel):
    """Who would get a campaign, and why the others would not: asked of the gates, and nothing is sent."""

    _name = 'mobile.campaign.dry.run'
    _description = "Dry Run of a Campaign"
    _check_company_auto = True

    campaign_id = fields.Many2one(comodel_name='mobile.campaign', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one(related='campaign_id.company_id')
    trigger = fields.Selection(related='campaign_id.trigger')
    is_start = fields.Boolean(readonly=True, help="Whether the campaign is about to be started.")
    store_id = fields.Many2one(
        string="At", comodel_name='mobile.store', compute='_compute_store_id', store=True, readonly=False,
        domain="[('company_id', '=', company_id)]", check_company=True)
    product_id = fields.Many2one(
        string="About", comodel_name='product.product', check_company=True, domain=[('sale_ok', '=', True)])
    needs_store = fields.Boolean(compute='_compute_needs')
    needs_product = fields.Boolean(compute='_compute_needs')
    asked_count = fields.Integer(compute='_compute_report')
    passed_count = fields.Integer(compute='_compute_report')
    report = fields.Html(compute='_compute_report', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends('campaign_id')
    def _compute_store_id(self):
        for wizard in self:
            stores = wizard.campaign_id.store_ids or self.env['mobile.store'].search(
                [('company_id', '=', wizard.company_id.id), ('geofence_ids', '!=', False)], limit=1)
            wizard.store_id = stores[:1] if wizard.trigger in PLACE_TRIGGERS else False

    @api.depends('trigger')
    def _compute_needs(self):
        for wizard in self:
            wizard.needs_store = wizard.trigger in PLACE_TRIGGERS
            wizard.needs_product = wizard.trigger in PRODUCT_TRIGGERS

    @api.depends('campaign_id', 'store_id', 'product_id')
    def _compute_report(self):
        for wizard in self:
            result = self.env['mobile.decision'].sudo()._dry_run(
                wizard._candidates(), wizard.campaign_id.sudo(), at=wizard._moment())
            counts = dict(result['outcomes'])
            wizard.asked_count, wizard.passed_count = result['count'], counts.get('passed', 0)
            wizard.report = self.env['ir.qweb']._render('mobile_crm.campaign_dry_run', wizard._report_values(result))

    # === ACTION METHODS === #

    def action_start(self):
        """Start the campaign whose dry run this is."""
        self.ensure_one()
        self.campaign_id.action_start()
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    def _moment(self):
        """Return when it is taken to happen (naive UTC): now, or as soon as the campaign can."""
        self.ensure_one()
        campaign, now = self.campaign_id, fields.Datetime.now()
        scheduled = campaign.trigger == 'broadcast' and campaign.scheduled_at
        return max(now, scheduled or now, campaign.date_from or now)

    def _candidates(self):
        """Return whom the campaign would ask about: those of a run, or everybody with the app, as if all came now.

        :rtype: SQL
        """
        self.ensure_one()
        campaign, now = self.campaign_id, self._moment()
        if self.trigger in RUN_TRIGGERS:
            run = self.env['mobile.campaign.run'].new(
                {'campaign_id': campaign.id, 'cause': 'dry_run', 'starts_at': now})
            return SQL(
                """SELECT %s AS campaign_id, concerned.partner_id, NULL::integer AS event_id,
                          NULL::integer AS device_id, concerned.store_id, concerned.product_id,
                          %s::timestamp AS occurred_at, concerned.cause::varchar, NULL::integer AS run_id
                     FROM (%s) concerned""", campaign.id, now, campaign._customers(run))
        return SQL(
            """SELECT DISTINCT ON (device.partner_id) %(campaign)s AS campaign_id, device.partner_id,
                      NULL::integer AS event_id, device.id AS device_id, %(store)s::integer AS store_id,
                      %(product)s::integer AS product_id, %(now)s::timestamp AS occurred_at,
                      'dry_run'::varchar AS cause, NULL::integer AS run_id
                 FROM mobile_device device
                 JOIN res_partner partner ON partner.id = device.partner_id AND partner.active
                WHERE device.company_id = %(company)s AND (%(app)s::integer IS NULL OR device.app_id = %(app)s)
             ORDER BY device.partner_id, device.id DESC""",
            campaign=campaign.id, store=self.store_id.id or None, product=self.product_id.id or None, now=now,
            company=campaign.company_id.id, app=campaign.app_id.id or None)

    def _report_values(self, result):
        """Return what the report shows, those who would get it first.

        :param dict result: of ``mobile.decision._dry_run``.
        """
        self.ensure_one()
        labels = dict(self.env['mobile.decision']._fields['reason']._description_selection(self.env))
        variants = self.campaign_id.variant_ids.grouped('id')
        partners = self.env['res.partner'].browse([row[0] for row in result['sample']])._filtered_access('read')
        if 'mobile_visited_store' in self.campaign_id.audience_domain:
            # Who is named here has been to the store, or has not.
            partners._mobile_log_look('read')
        samples = {}
        for partner_id, reason, variant_id in result['sample']:
            if partner := partners.filtered(lambda partner, wanted=partner_id: partner.id == wanted):
                samples.setdefault(reason, []).append({
                    'id': partner.id, 'name': partner.display_name,
                    'variant': variants[variant_id].name if variant_id in variants else False})
        outcomes = sorted(result['outcomes'], key=lambda outcome: (outcome[0] != 'passed', -outcome[1]))
        return {
            'count': result['count'],
            'passed': dict(outcomes).get('passed', 0),
            'bars': [{
                'label': self.env._("They would get it") if reason == 'passed' else labels.get(reason, reason),
                'count': count,
                'percent': 100 * count / result['count'],
                'is_passed': reason == 'passed',
                'sample': samples.get(reason, []),
                'more': count - len(samples.get(reason, [])),
            } for reason, count in outcomes],
            'when': self._when(),
        }

    def _when(self):
        """Return in words what is assumed."""
        self.ensure_one()
        campaign, moment = self.campaign_id, self._moment()
        if campaign.trigger == 'broadcast' and moment > fields.Datetime.now():
            return self.env._("It is sent on %s. What counts then may differ from now.",
                              format_datetime(self.env, moment, dt_format='short'))
        if campaign.trigger == 'broadcast':
            return self.env._("It is sent as soon as you start it.")
        if campaign.trigger in RUN_TRIGGERS:
            return self.env._("If its day were now.")
        if self.needs_store:
            return self.env._("If everybody with the app came to %s now.", self.store_id.name or self.env._("a store"))
        return self.env._("If it happened to everybody with the app now.")
