from contextlib import contextmanager

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..tools import audience
from ..tools.audience_names import names
from ..tools.company_days import zone_of
from .mobile_campaign_occasion import BEHAVIOUR_TRIGGERS

# More are not counted while somebody composes an audience, nor for longer than this.
COUNT_LIMIT = 100_000
COUNT_SECONDS = 3
SAMPLE = 5
# What tells how somebody behaves: such an audience is a profile in the sense of Article 4(4) GDPR.
PROFILING_PREFIXES = (
    'invoice_ids', 'mobile_bought_', 'mobile_days_since_', 'mobile_decision_', 'mobile_due_',
    'mobile_favourite_category_', 'mobile_favourite_ids', 'mobile_favourite_product_', 'mobile_got_', 'mobile_list_',
    'mobile_listed_', 'mobile_message_', 'mobile_order_', 'mobile_recommend', 'mobile_redeemed_', 'mobile_segment',
    'mobile_spent_', 'mobile_unredeemed_', 'mobile_visited_', 'pos_order_', 'sale_order_', 'visitor_ids')


class MobileCampaign(models.Model):
    """For whom a campaign is."""

    _inherit = 'mobile.campaign'

    audience_domain = fields.Char(string="Audience", required=True, default='[]')
    audience_filter_id = fields.Many2one(
        string="Saved Audience", comodel_name='ir.filters', compute='_compute_audience_filter_id', store=False,
        readonly=False, domain="[('model_id', '=', 'res.partner'), ('user_ids', 'in', [uid, False])]",
        help="A favourite of the contacts. Changing it later does not change the campaign.")
    audience_count = fields.Integer(string="Customers in the Audience", compute='_compute_audience_count')
    audience_is_capped = fields.Boolean(string="More Than Counted", compute='_compute_audience_count')
    audience_reachable_count = fields.Integer(
        string="Reachable", compute='_compute_audience_count',
        help="Who has agreed to what the campaign needs: to the use of their location where a place sets it off, to "
             "profiling where it rests on what they do, and to one of its channels, unless the inbox is enough.")
    audience_sample_ids = fields.Many2many(
        string="For Example", comodel_name='res.partner', compute='_compute_audience_count')
    audience_problem = fields.Char(string="Problem of the Audience", compute='_compute_audience_count')
    audience_is_profiling = fields.Boolean(
        string="Built on Behaviour", compute='_compute_audience_is_profiling',
        help="The audience looks at what customers bought, where they were, or how they took earlier offers.")

    # === COMPUTE METHODS === #

    @api.depends('audience_domain')
    @api.depends_context('uid')
    def _compute_audience_filter_id(self):
        Filter = self.env['ir.filters']
        for campaign in self:
            campaign.audience_filter_id = campaign.audience_domain not in (False, '[]') and Filter.search([
                ('model_id', '=', 'res.partner'), ('domain', '=', campaign.audience_domain),
                ('user_ids', 'in', [self.env.uid, False])], limit=1)

    @api.depends(
        'audience_domain', 'trigger', 'near_store', 'app_id', 'company_id', 'user_id', 'needs_channel',
        'channel_ids.channel')
    @api.depends_context('uid')
    def _compute_audience_count(self):
        for campaign in self:
            count, reachable, sample, problem = 0, 0, [], False
            try:
                with campaign._reading_audience():
                    count, reachable, sample = campaign._count_audience()
            except AccessError:
                problem = self.env._("The audience uses what you may not see.")
            except psycopg2.errors.QueryCanceled:
                problem = self.env._(
                    "This audience takes more than %s seconds to count. It works all the same.", COUNT_SECONDS)
            except UserError as exc:
                problem = exc.args[0]
            except ValueError as exc:
                problem = self.env._("The audience cannot be read: %s", exc)
            campaign.audience_count = min(count, COUNT_LIMIT)
            campaign.audience_is_capped = count > COUNT_LIMIT
            campaign.audience_reachable_count = min(reachable, COUNT_LIMIT)
            campaign.audience_sample_ids = sample or False
            campaign.audience_problem = problem

    @api.depends('audience_domain')
    def _compute_audience_is_profiling(self):
        for campaign in self:
            try:
                campaign.audience_is_profiling = campaign._is_profiling()
            except ValueError:
                campaign.audience_is_profiling = False

    # === ONCHANGE METHODS === #

    @api.onchange('audience_filter_id')
    def _onchange_audience_filter_id(self):
        if self.audience_filter_id:
            self.audience_domain = self.audience_filter_id.domain

    # === CONSTRAINT METHODS === #

    @api.constrains('audience_domain', 'company_id')
    def _check_audience_domain(self):
        """Refuse what is no domain, or asks for what its author may not read: it is later judged with all rights."""
        # Odoo checks constraints with all rights; what counts here are the author's.
        for campaign in self.sudo(False):
            try:
                with campaign._reading_audience():
                    # PostgreSQL reads the whole statement and looks at no customer.
                    query = campaign._audience_partners()._search(campaign._audience())
                    self.env.cr.execute(SQL('EXPLAIN %s', query.select()), log_exceptions=False)
            except ValueError as exc:
                raise ValidationError(self.env._("The audience cannot be read: %s", exc)) from exc

    # === ACTION METHODS === #

    def action_view_audience(self):
        """Show the customers whom the campaign is for."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('mobile_crm.mobile_customer_action')
        return {
            **action,
            'name': self.env._("Audience of %s", self.name),
            'domain': list(self._audience() & self._has_its_app()),
            'context': {'allowed_company_ids': self._audience_partners().env.companies.ids},
        }

    def action_save_audience(self):
        """Ask for a name under which the audience is kept."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Save the Audience"),
            'res_model': 'mobile.audience.save',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_campaign_id': self.id},
        }

    # === BUSINESS METHODS === #

    def _audience(self):
        """Return the audience as a domain on ``res.partner``.

        :rtype: Domain
        :raise ValueError: when it is no domain.
        """
        self.ensure_one()
        zone = zone_of(self.company_id)
        try:
            return Domain(safe_eval(
                self.audience_domain or '[]', names(fields.Datetime.now(), zone, self.user_id.id or self.env.uid)))
        except (ArithmeticError, AttributeError, LookupError, NameError, SyntaxError, TypeError) as exc:
            raise ValueError(str(exc)) from exc

    def _audience_partners(self):
        """Return ``res.partner`` in which the audience is searched, with the rights of the environment.

        Names are compared in the language of the database, days begin in the company's time zone, and figures are the
        company's: whoever asks gets the same customers. Decisions search it elevated, for the author had the right to
        ask (see ``_check_audience_domain``) and phones must get the same answer.
        """
        self.ensure_one()
        company = self.company_id._origin or self.env.company
        return self.env['res.partner'].with_company(company).with_context(
            lang=None, tz=zone_of(company).key, active_test=True)

    def _is_profiling(self):
        """Tell whether the audience looks at how customers behave, so that it takes their consent to ``profiling``."""
        return self.audience_domain not in (False, '[]') and _is_behaviour(self._audience())

    def _purposes(self):
        """Return what a customer must have agreed to, by whatever channel the message comes.

        :return: purposes of ``mobile.consent``.
        :rtype: list[str]
        """
        self.ensure_one()
        return [purpose for purpose, is_needed in (
            ('location', self._rests_on_place()),
            ('profiling', self.trigger in BEHAVIOUR_TRIGGERS or self._is_profiling())) if is_needed]

    def _has_its_app(self):
        """Return the domain of the customers who have the app."""
        return Domain('mobile_app_ids', 'in', self.app_id.ids) if self.app_id else Domain('mobile_has_app', '=', True)

    def _count_audience(self):
        """Return how many customers with the app are in the audience, how many of those can be reached, and the ids of
        some of them; no more than a little above ``COUNT_LIMIT`` are looked at.
        """
        query = self._audience_partners()._search(
            self._has_its_app() & self._audience(), limit=COUNT_LIMIT + 1)
        self.env['mobile.consent'].flush_model()
        # In a mixed order, but the same each time.
        self.env.cr.execute(SQL(
            """WITH member AS MATERIALIZED (%s)
               SELECT count(*), count(*) FILTER (WHERE %s), (array_agg(id ORDER BY hashint4(id), id))[:%s]
                 FROM member""",
            query.select(), self._reachable_sql(SQL('member.id')), SAMPLE), log_exceptions=False)
        return self.env.cr.fetchone()

    def _reachable_sql(self, partner):
        """Return the condition that a customer has agreed to what the campaign needs.

        :param SQL partner: the id of a ``res_partner``.
        """
        granted, company = self.env['mobile.consent']._granted_sql, SQL('%s', self.company_id._origin.id)
        needed = [granted(partner, company, purpose) for purpose in self._purposes()]
        if self.needs_channel and self.channel_ids:
            needed.append(audience.any_of(
                granted(partner, company, channel) for channel in self.channel_ids.mapped('channel') if channel))
        return SQL(' AND ').join(needed or [SQL('TRUE')])

    @contextmanager
    def _reading_audience(self):
        """Run what somebody has composed so that it can neither break the transaction nor run for long.

        :raise ValueError: for values that PostgreSQL cannot compare.
        :raise psycopg2.errors.QueryCanceled:
        """
        self.env.flush_all()
        cr = self.env.cr
        try:
            with cr.savepoint(flush=False):
                cr.execute(SQL("SELECT current_setting('statement_timeout')"))
                before = cr.fetchone()[0]
                cr.execute(SQL("SELECT set_config('statement_timeout', %s, TRUE)", str(COUNT_SECONDS * 1000)))
                yield
                cr.execute(SQL("SELECT set_config('statement_timeout', %s, TRUE)", before))
        except (psycopg2.DataError, psycopg2.ProgrammingError) as exc:
            raise ValueError(exc.diag.message_primary) from exc


def _is_behaviour(domain):
    """Tell whether a domain looks at how customers behave, be it by way of a contact beside them.

    :param Domain domain: on ``res.partner``, or on what leads there.
    """
    return any(
        any(name.startswith(PROFILING_PREFIXES) for name in condition.field_expr.split('.'))
        or (isinstance(condition.value, (Domain, list, tuple)) and condition.operator in ('any', 'not any')
            and _is_behaviour(Domain(condition.value)))
        for condition in domain.iter_conditions())
