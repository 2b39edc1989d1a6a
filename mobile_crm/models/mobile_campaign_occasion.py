from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from .mobile_campaign_run import OPEN_STATES

# What a place sets off.
PLACE_TRIGGERS = ('enter', 'exit', 'dwell')
# What a product sets off that somebody holds or looks for.
PRODUCT_TRIGGERS = ('scan', 'search')
# What a phone's report sets off, as it comes.
EVENT_TRIGGERS = (*PLACE_TRIGGERS, *PRODUCT_TRIGGERS)
# What rests on a customer's behaviour. A weekly offer looks at it only where the customer lets us.
BEHAVIOUR_TRIGGERS = ('scan', 'search', 'purchase', 'cart', 'inactivity')
# What happens elsewhere in Odoo and is answered soon after (``mobile.occasion``).
OCCASION_TRIGGERS = ('sign_in', 'purchase', 'cart')
# What goes to many customers at once, on a day (``mobile.campaign.run``).
RUN_TRIGGERS = ('broadcast', 'birthday', 'inactivity', 'weekly')


class MobileCampaign(models.Model):
    """What sets a campaign off. How it is found out stands in ``mobile_campaign_facts``, ``_orders`` and ``_days``."""

    _inherit = 'mobile.campaign'

    trigger = fields.Selection(
        selection=[
            ('enter', "The customer comes near a store"),
            ('dwell', "The customer stays near a store"),
            ('exit', "The customer leaves a store"),
            ('scan', "The customer scans a product"),
            ('search', "The customer searches for a product"),
            ('sign_in', "The customer signs in for the first time"),
            ('purchase', "The customer has bought something"),
            ('cart', "The customer leaves a cart behind"),
            ('birthday', "The customer's birthday"),
            ('inactivity', "The customer has not come for a while"),
            ('weekly', "Once a week, with a recommendation"),
            ('broadcast', "A day that you choose, to everybody in the audience"),
            ('manual', "A colleague sends it to a customer"),
        ],
        required=True, default='enter', tracking=True)
    max_event_age = fields.Integer(
        string="React Within (minutes)", required=True, default=15,
        help="A phone may report late. An offer for a place that the customer left long ago is not sent.")
    started_at = fields.Datetime(
        string="Started", readonly=True, copy=False, help="When it was started, or resumed after a pause.")

    # What it is about
    product_ids = fields.Many2many(
        string="Products", comodel_name='product.product', relation='mobile_campaign_product_rel',
        column1='campaign_id', column2='product_id', check_company=True, domain=[('sale_ok', '=', True)],
        help="Only these products set the campaign off. Empty means any product.")
    product_category_ids = fields.Many2many(
        string="Or Products of", comodel_name='product.category', relation='mobile_campaign_product_category_rel',
        column1='campaign_id', column2='category_id',
        help="Products of these categories, and of those below them, set the campaign off, too.")
    near_store = fields.Boolean(
        string="Only Near a Store",
        help="The phone was at one of the campaign's stores within the last 10 minutes. This takes the customer's "
             "consent to the use of their location.")

    # What was bought
    min_amount = fields.Monetary(
        string="At Least", help="The order's total with taxes, in the company's currency. 0 means any order.")
    unless_product_ids = fields.Many2many(
        string="But Not", comodel_name='product.product', relation='mobile_campaign_unless_product_rel',
        column1='campaign_id', column2='product_id', check_company=True,
        help="Who has any of these products on the same order, or bought it a short time before, gets nothing.")
    unless_category_ids = fields.Many2many(
        string="Nor Products of", comodel_name='product.category', relation='mobile_campaign_unless_category_rel',
        column1='campaign_id', column2='category_id',
        help="The same for products of these categories, and of those below them.")
    unless_days = fields.Integer(
        string="Nor Within (days)", required=True, default=30,
        help="How long before the order such a purchase counts. 0 looks at the order itself only.")
    delay = fields.Integer(string="After", required=True, default=0, help="How long to wait. 0 sends at once.")
    delay_unit = fields.Selection(
        selection=[('minutes', "Minutes"), ('hours', "Hours"), ('days', "Days")], required=True, default='hours')
    cart_hours = fields.Integer(
        string="Untouched For (hours)", required=True, default=4,
        help="After so many hours in which nobody changed it, a cart counts as left behind.")

    # Which day
    scheduled_at = fields.Datetime(
        string="Send On", tracking=True, copy=False, help="Empty sends as soon as the campaign starts.")
    send_hour = fields.Float(
        string="At", required=True, default=10.0, help="By the clock of the company.")
    weekday = fields.Selection(
        selection=[('0', "Monday"), ('1', "Tuesday"), ('2', "Wednesday"), ('3', "Thursday"), ('4', "Friday"),
                   ('5', "Saturday"), ('6', "Sunday")],
        string="On", required=True, default='4')
    birthday_days = fields.Integer(
        string="Days Before", required=True, default=0, help="0 sends on the birthday itself.")
    inactive_days = fields.Integer(
        string="Not Seen For (days)", required=True, default=90,
        help="No order and no visit for so many days. Who has never come is not meant.")

    _occasion_valid = models.Constraint(
        'CHECK (delay >= 0 AND unless_days >= 0 AND min_amount >= 0 AND cart_hours > 0 AND inactive_days > 0)',
        "Hours and days to wait for are at least 1; delays and amounts are not negative.")
    _send_hour_valid = models.Constraint(
        'CHECK (send_hour >= 0 AND send_hour < 24)', "The time of the day is between 0:00 and 23:59.")
    _birthday_days_valid = models.Constraint(
        'CHECK (birthday_days BETWEEN 0 AND 180)', "A birthday offer comes at most 180 days before.")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: what waits for the trigger of before is not answered any more."""
        changed = self.filtered(lambda campaign: campaign.trigger != vals['trigger']) if 'trigger' in vals else self[:0]
        # First of all: no worker writes the campaign any more when this transaction does.
        if runs := changed.run_ids.filtered(lambda run: run.state in OPEN_STATES):
            runs.action_cancel()
        res = super().write(vals)
        if changed:
            self.env['mobile.occasion'].sudo().search([('campaign_id', 'in', changed.ids)]).unlink()
        return res

    # === ACTION METHODS === #

    def action_start(self):
        """Override to tell what the trigger lacks while somebody is there to add it."""
        for campaign in self:
            if lacking := campaign._trigger_lacks():
                raise UserError(lacking)
        res = super().action_start()
        self.started_at = fields.Datetime.now()
        return res

    # === BUSINESS METHODS === #

    def _trigger_lacks(self):
        """Return what keeps the trigger of this campaign from ever coming, in words, or None.

        A bridge that brings triggers of its own extends this.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        scheduled = self.trigger == 'broadcast' and self.scheduled_at
        if self.date_to and self.date_to <= max(now, scheduled or now):
            return self.env._("The campaign would end before it sends anything. Choose a later end.")
        if self.trigger in PLACE_TRIGGERS and not self.env['mobile.geofence'].search_count([
            ('company_id', '=', self.company_id.id), ('store_id.active', '=', True),
            *([('store_id', 'in', self.store_ids.ids)] if self.store_ids else []),
        ], limit=1):
            return self.env._("No store of this campaign has a fence. Draw one first, or choose other stores.")
        return None

    @api.model
    @tools.ormcache()
    def _waiting(self):
        """Return what sets a running campaign off: (company id, trigger).

        Most facts set nothing off: they need no query to know that.

        :rtype: frozenset[tuple[int, str]]
        """
        running = self.sudo().search([('state', '=', 'running')])
        return frozenset((campaign.company_id.id, campaign.trigger) for campaign in running)

    @api.model
    def _is_any_waiting(self, *triggers):
        """Tell whether a running campaign of any company waits for one of these."""
        return any(trigger in triggers for _company, trigger in self._waiting())

    def _rests_on_place(self):
        """Tell whether this campaign uses where the customer is."""
        self.ensure_one()
        return self.trigger in PLACE_TRIGGERS or (self.near_store and self.trigger in PRODUCT_TRIGGERS)

    @api.model
    def _rests_on_place_sql(self):
        """Return the condition that a campaign (``campaign``) uses where the customer is."""
        return SQL(
            '(campaign.trigger IN %s OR campaign.near_store IS TRUE AND campaign.trigger IN %s)',
            PLACE_TRIGGERS, PRODUCT_TRIGGERS)

    @api.model
    def _has_phone_sql(self, partner):
        """Return the condition that a customer uses an app of the campaign (``campaign``). The contact with a store's
        address is no customer, though a phone of the store may be signed in to it.

        :param SQL partner: the id of a ``res_partner``.
        """
        return SQL(
            """EXISTS (SELECT FROM mobile_device phone
                        WHERE phone.partner_id = %s AND phone.company_id = campaign.company_id
                          AND (campaign.app_id IS NULL OR phone.app_id = campaign.app_id)
                          AND NOT EXISTS (SELECT FROM mobile_store place WHERE place.partner_id = phone.partner_id))""",
            partner)

    @api.model
    def _about_any_sql(self):
        """Return the condition that any product sets a campaign (``campaign``) off."""
        return SQL(
            """(NOT EXISTS (SELECT FROM mobile_campaign_product_rel WHERE campaign_id = campaign.id)
                AND NOT EXISTS (SELECT FROM mobile_campaign_product_category_rel WHERE campaign_id = campaign.id))""")

    @api.model
    def _among_sql(self, product, category, kind='mobile_campaign'):
        """Return the condition that a campaign (``campaign``) names a product, or a category that it belongs to.

        :param SQL product, category: ids of a ``product_product`` and of its ``product_category``.
        :param str kind: ``mobile_campaign`` for what sets it off, ``mobile_campaign_unless`` for what must not be.
        """
        products, categories = f'{kind}_product_rel', f'{kind}_category_rel'
        if kind == 'mobile_campaign':
            # mobile_campaign_category_rel is what the offer is about.
            categories = 'mobile_campaign_product_category_rel'
        return SQL(
            """(%(product)s IN (SELECT product_id FROM %(products)s WHERE campaign_id = campaign.id)
                OR %(category)s IN (
                    SELECT lower.id FROM %(categories)s chosen
                      JOIN product_category upper ON upper.id = chosen.category_id
                      JOIN product_category lower ON starts_with(lower.parent_path, upper.parent_path)
                     WHERE chosen.campaign_id = campaign.id))""",
            product=product, category=category, products=SQL.identifier(products),
            categories=SQL.identifier(categories))
