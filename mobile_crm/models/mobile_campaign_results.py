from odoo import api, fields, models
from odoo.tools import SQL

# How far the offers of a campaign have come, in this order.
FUNNEL = ('sent', 'delivered', 'opened', 'visited', 'redeemed')
# What is counted of decisions, and of redemptions; who may not see margins gets the others.
DECISION_MEASURES = ('decided', 'sent', 'delivered', 'opened', 'visited', 'used')
REDEMPTION_MEASURES = ('redeemed', 'conflicts', 'revenue', 'discount', 'cost', 'margin')
# Stores that the page shows; the report has all of them.
STORES_SHOWN = 10


class MobileCampaign(models.Model):
    """What a campaign has done and earned."""

    _inherit = 'mobile.campaign'

    decision_ids = fields.One2many(comodel_name='mobile.decision', inverse_name='campaign_id')
    card_ids = fields.One2many(string="Coupons", comodel_name='loyalty.card', inverse_name='mobile_campaign_id')
    redemption_ids = fields.One2many(comodel_name='mobile.redemption', inverse_name='campaign_id')
    visit_hours = fields.Integer(
        string="Visits Count Within (hours)", compute='_compute_result_windows', store=True, readonly=False,
        required=True, precompute=True,
        help="Who comes to one of the campaign's stores within so many hours has followed the offer.")
    purchase_days = fields.Integer(
        string="Purchases Count Within (days)", compute='_compute_result_windows', store=True, readonly=False,
        required=True, precompute=True,
        help="What customers buy within so many days is compared between those who got the offer and the control "
             "group.")
    sent_count = fields.Integer(string="Sent", compute='_compute_results')
    withheld_count = fields.Integer(string="Withheld", compute='_compute_results')
    opened_count = fields.Integer(string="Opened", compute='_compute_results')
    coupon_count = fields.Integer(compute='_compute_results')
    redemption_count = fields.Integer(string="Redeemed", compute='_compute_results')
    redemption_rate = fields.Float(
        compute='_compute_results', help="How many of those who got the offer have used it.")
    revenue = fields.Monetary(
        compute='_compute_results',
        help="Of the orders on which a coupon was redeemed, without taxes and less what was credited.")
    discount_given = fields.Monetary(
        compute='_compute_results', help="What the coupons took off these orders, without taxes.")

    _windows_valid = models.Constraint(
        'CHECK (visit_hours > 0 AND purchase_days > 0)', "Visits and purchases count for at least an hour and a day.")

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    def _compute_result_windows(self):
        for campaign in self:
            campaign.visit_hours = campaign.visit_hours or campaign.company_id.mobile_visit_hours
            campaign.purchase_days = campaign.purchase_days or campaign.company_id.mobile_purchase_days

    @api.depends('decision_ids', 'card_ids', 'redemption_ids.state')
    def _compute_results(self):
        decisions = {
            (campaign, outcome): count
            for campaign, outcome, count in self.env['mobile.decision']._read_group(
                [('campaign_id', 'in', self.ids)], ['campaign_id', 'outcome'], ['__count'])
        }
        opened = dict(self.env['mobile.message']._read_group(
            [('campaign_id', 'in', self.ids), ('channel', '=', 'inbox'), ('opened_at', '!=', False)], ['campaign_id'],
            ['__count']))
        coupons = dict(self.env['loyalty.card']._read_group(
            [('mobile_campaign_id', 'in', self.ids)], ['mobile_campaign_id'], ['__count']))
        redeemed = {
            campaign: sums
            for campaign, *sums in self.env['mobile.campaign.report']._read_group(
                [('campaign_id', 'in', self.ids), ('decided', '=', 0)], ['campaign_id'],
                ['redeemed:sum', 'revenue:sum', 'discount:sum'])
        }
        used = self._count_used()
        for campaign in self:
            campaign.sent_count = decisions.get((campaign, 'sent'), 0)
            campaign.withheld_count = decisions.get((campaign, 'withheld'), 0)
            campaign.opened_count = opened.get(campaign, 0)
            campaign.coupon_count = coupons.get(campaign, 0)
            campaign.redemption_count, campaign.revenue, campaign.discount_given = redeemed.get(campaign, (0, 0, 0))
            campaign.redemption_rate = campaign.sent_count and used.get(campaign.id, 0) / campaign.sent_count

    def _count_used(self):
        """Return how many of the offers that campaigns have sent were redeemed, by the campaign's id."""
        for name in ('mobile.decision', 'mobile.redemption'):
            self.env[name].flush_model()
        return dict(self.env.execute_query(SQL(
            """SELECT decision.campaign_id, count(*)
                 FROM mobile_redemption redemption
                 JOIN mobile_decision decision ON decision.card_id = redemption.card_id
                WHERE redemption.state = 'confirmed' AND decision.outcome = 'sent' AND decision.campaign_id = ANY(%s)
             GROUP BY 1""", self.ids)))

    # === ACTION METHODS === #

    def action_view_decisions(self):
        return self._results_action('mobile_crm.mobile_decision_action')

    def action_view_messages(self):
        action = self._results_action('mobile_crm.mobile_message_action')
        return {**action, 'domain': [('campaign_id', '=', self.id), ('channel', '=', 'inbox')]}

    def action_view_deliveries(self, channel):
        """Open what was sent, or tried, by one channel.

        :param str channel: ``push``, ``sms`` or ``email``.
        """
        action = self._results_action('mobile_crm.mobile_message_action')
        return {
            **action,
            'domain': [('campaign_id', '=', self.id), ('channel', '=', channel)],
            'name': dict(self.env['mobile.message']._fields['channel']._description_selection(self.env)).get(
                channel, action['name']),
        }

    def action_view_coupons(self):
        action = self._results_action('mobile_crm.mobile_coupon_action')
        return {**action, 'domain': [('mobile_campaign_id', '=', self.id)]}

    def action_view_redemptions(self):
        return self._results_action('mobile_crm.mobile_redemption_action')

    def action_view_report(self):
        action = self._results_action('mobile_crm.mobile_campaign_report_action')
        return {**action, 'context': {'search_default_group_date': 1}}

    def action_view_reason(self, reason):
        """Open the decisions that were made for one reason.

        :param str reason: a value of ``mobile.decision.reason``.
        """
        action = self._results_action('mobile_crm.mobile_decision_action')
        return {
            **action,
            'domain': [('campaign_id', '=', self.id), ('reason', '=', reason)],
            'name': dict(self.env['mobile.campaign.report']._selection_reason()).get(reason, action['name']),
        }

    def _results_action(self, xmlid):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xmlid)
        return {**action, 'domain': [('campaign_id', '=', self.id)], 'context': {}}

    # === BUSINESS METHODS === #

    def get_results(self):
        """Return what the page "Results" shows, but for the comparison with the control group (``get_lift``).

        Sums are in the campaign's currency.

        :return: ``decided``, ``funnel`` (``key``, ``label``, ``count``, and which ``part`` of it is of what was sent)
            and ``reasons`` (``key``, ``label``, ``count``), ``money`` (by measure), ``stores`` and ``variants``
            (``id``, ``label`` and the measures), ``more_stores``, ``visit_hours``, ``purchases`` (see
            ``_results_by_purchase``) and ``channels`` (``key``, ``label``, the counts of ``_count_deliveries`` and the
            ``reasons`` of what was not sent).
        :rtype: dict
        """
        self.ensure_one()
        self.check_access('read')
        Report = self.env['mobile.campaign.report']
        money = [name for name in REDEMPTION_MEASURES if Report._has_field_access(Report._fields[name], 'read')]
        nothing = dict.fromkeys([*DECISION_MEASURES, *money], 0)
        total, reasons, stores, variants = {**nothing}, {}, {}, {}
        rows = [*Report._count_decisions(self), *(
            (store, variant, False, dict(zip(money, sums, strict=True)))
            for store, variant, *sums in Report._read_group(
                [('campaign_id', '=', self.id), ('decided', '=', 0)], ['store_id', 'variant_id'],
                [f'{name}:sum' for name in money]))]
        for store, variant, reason, counts in rows:
            if reason:
                reasons[reason] = reasons.get(reason, 0) + counts['decided']
            for sum_up in (total, stores.setdefault(store, {**nothing}), variants.setdefault(variant, {**nothing})):
                for name, value in counts.items():
                    sum_up[name] += value or 0
        # Where nothing was sent, there is nothing to compare.
        stores, variants = (
            {key: sums for key, sums in groups.items() if sums['sent'] or sums['redeemed'] or sums['conflicts']}
            for groups in (stores, variants))
        labels = dict(Report._selection_reason())
        names = Report.fields_get(FUNNEL, ['string'])
        ranked = sorted(stores, key=lambda store: (
            -stores[store]['redeemed'], -stores[store]['sent'], not store, store.id))
        return {
            'decided': total['decided'],
            'funnel': [{
                'key': key, 'label': names[key]['string'], 'count': total[key],
                # A coupon that a colleague has handed out is redeemed as well, and is none of those that were sent.
                'part': total['used' if key == 'redeemed' else key]} for key in FUNNEL],
            'reasons': [{'key': reason, 'label': labels[reason], 'count': count}
                        for reason, count in sorted(reasons.items(), key=lambda item: -item[1])],
            'money': {name: total[name] for name in ('revenue', 'discount', 'cost', 'margin', 'conflicts')
                      if name in total},
            'stores': [{'id': store.id, 'label': store.display_name or self.env._("No store"), **stores[store]}
                       for store in ranked[:STORES_SHOWN]] if any(stores) else [],
            'more_stores': max(0, len(stores) - STORES_SHOWN),
            'variants': [{'id': variant.id, 'label': variant.display_name or self.env._("No variant"),
                          **variants[variant]}
                         for variant in sorted(variants, key=lambda variant: (not variant, variant.id))]
            if any(variants) else [],
            'visit_hours': self.visit_hours,
            'purchases': self._results_by_purchase(),
            'channels': self._results_by_channel(),
        }

    def _results_by_purchase(self):
        """Return what customers bought by which way for the campaign, with its coupons and after its messages.

        :return: for each way that there was ``key``, ``label``, and of both kinds the ``count`` and the ``revenue``.
        :rtype: list[dict]
        """
        # Purchases name customers; their sums do not.
        Attribution = self.env['mobile.attribution'].sudo()
        found = {(channel, touch): (count, revenue) for channel, touch, count, revenue in Attribution._read_group(
            [('campaign_id', '=', self.id)], ['channel', 'touch'], ['__count', 'revenue:sum'])}
        ways = Attribution._fields['channel']._description_selection(self.env)
        return [{
            'key': way, 'label': label,
            **{touch: dict(zip(('count', 'revenue'), found.get((way, touch), (0, 0)), strict=True))
               for touch in ('coupon', 'message')},
        } for way, label in ways if any(way == known for known, _touch in found)]
