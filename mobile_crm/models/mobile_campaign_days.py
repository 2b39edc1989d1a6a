import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# A run whose hour passed while nobody was there to see it is made up for within this time.
MISSED = timedelta(days=1)
# Whose birthday was so many days before the day of the run still gets an offer, if that day's run did not come.
BIRTHDAYS_MISSED = 1
# Sales of so many days show what sells best, and among so many products is something new for everybody.
SELLING_DAYS = 30
BEST_SELLERS = 50


class MobileCampaign(models.Model):
    """Days on which a campaign goes to many customers at once, and whom it concerns on them."""

    _inherit = 'mobile.campaign'

    next_run_at = fields.Datetime(string="Next", compute='_compute_next_run_at')

    # === COMPUTE METHODS === #

    @api.depends('trigger', 'state', 'send_hour', 'weekday', 'company_id', 'date_from', 'date_to')
    def _compute_next_run_at(self):
        now = fields.Datetime.now()
        daily = self._daily_triggers()
        for campaign in self:
            campaign.next_run_at = False
            if campaign.state == 'running' and campaign.trigger in daily:
                after = max(now, campaign.date_from or now)
                today = campaign._local(after).date()
                at = next(at for at in map(campaign._sends_at, (today + timedelta(days=ahead) for ahead in range(9)))
                          if at and at > after)
                campaign.next_run_at = at if not campaign.date_to or at < campaign.date_to else False

    # === ACTION METHODS === #

    def action_start(self):
        """Override: what a pause has stopped does not go on when its day is long over."""
        daily, now = self._daily_triggers(), fields.Datetime.now()
        self.filtered(lambda campaign: campaign.trigger in daily).run_ids.filtered(
            lambda run: run.state == 'paused' and run.starts_at < now - MISSED).action_cancel()
        return super().action_start()

    # === BUSINESS METHODS: when === #

    @api.model
    def _daily_triggers(self):
        """Return the triggers that come by the calendar. A bridge that brings more extends this."""
        return ('birthday', 'inactivity', 'weekly')

    @api.model
    def _cron_open_runs(self):
        """Open the runs whose hour has come."""
        triggers = self._daily_triggers()
        if not self._is_any_waiting(*triggers):
            return
        for campaign in self.search([('state', '=', 'running'), ('trigger', 'in', triggers)]):
            campaign._open_due_run(fields.Datetime.now())
            self.env['ir.cron']._commit_progress(1)

    def _open_due_run(self, now):
        """Open the run of this campaign that is due, if there is one and it is not open yet.

        One that is due for longer than a day is not made up for, and none is opened for a moment before the start.

        :param datetime now: naive UTC.
        :rtype: MobileCampaignRun
        """
        self.ensure_one()
        Run = self.env['mobile.campaign.run']
        if (self.date_from and now < self.date_from) or (self.date_to and now >= self.date_to):
            return Run
        today = self._local(now).date()
        for day in (today, today - timedelta(days=1)):
            at = self._sends_at(day)
            if at and now - MISSED < at <= now:
                if self.started_at and at < self.started_at:
                    return Run
                cause = self._run_cause(day)
                return Run.search([('campaign_id', '=', self.id), ('cause', '=', cause)]) or Run._open(self, cause, at)
        return Run

    def _sends_at(self, day):
        """Return when this campaign sends on a day (naive UTC), or None if it does not.

        :param date day: by the company's calendar.
        """
        self.ensure_one()
        if self.trigger == 'weekly' and day.weekday() != int(self.weekday):
            return None
        minutes = min(round(self.send_hour * 60), 24 * 60 - 1)
        local = datetime.combine(day, time(*divmod(minutes, 60)), self._zone())
        return local.astimezone(UTC).replace(tzinfo=None)

    def _run_cause(self, day):
        """Return what the run of a day is for. A week has one run, on whichever of its days."""
        if self.trigger == 'weekly':
            year, week, _weekday = day.isocalendar()
            return f'week:{year}-W{week:02}'
        return f'day:{day}'

    def _run_day(self, run):
        """Return the day of a run, by the company's calendar; today when it is for none."""
        kind, _colon, text = (run.cause or '').partition(':')
        return date.fromisoformat(text) if kind == 'day' else self._local(fields.Datetime.now()).date()

    def _zone(self):
        """Return the company's time zone: that of its address, else of its first store."""
        company = self.company_id.sudo()
        store = self.env['mobile.store'].sudo()
        return ZoneInfo(
            company.partner_id.tz
            or store.search([('company_id', '=', company.id), ('tz', '!=', False)], order='id', limit=1).tz or 'UTC')

    def _local(self, moment):
        """Return a moment (naive UTC) by the company's clock."""
        return moment.replace(tzinfo=UTC).astimezone(self._zone())

    # === BUSINESS METHODS: whom === #

    def _customers(self, run):
        """Return whom a run concerns, whatever the gates say of them.

        A trigger that goes to many at once has a method ``_customers_<trigger>``.

        :param run: ``mobile.campaign.run`` of this campaign; none asks for today.
        :return: a query with the columns ``partner_id`` (each customer once), ``cause`` (see ``mobile.decision``; the
            same for the same occasion, so that who has been asked about is not asked about again), ``store_id`` and
            ``product_id`` (what it is about, or NULL).
        :rtype: SQL
        :raise UserError: for a campaign that does not run for many at once.
        """
        self.ensure_one()
        customers = getattr(self, f'_customers_{self.trigger}', None)
        if not customers:
            raise UserError(self.env._("This campaign does not go to many customers at once."))
        return SQL(
            """SELECT asked.partner_id, asked.cause, asked.store_id, asked.product_id
                 FROM (%(asked)s) asked
                 JOIN mobile_campaign campaign ON campaign.id = %(campaign)s
                WHERE %(has_phone)s AND NOT EXISTS (
                      SELECT FROM mobile_decision answer
                       WHERE answer.campaign_id = campaign.id AND answer.partner_id = asked.partner_id
                         AND answer.cause = asked.cause)""",
            asked=customers(run), campaign=self.id, has_phone=self._has_phone_sql(SQL('asked.partner_id')))

    def _customers_broadcast(self, run):
        return SQL(
            """SELECT partner.id AS partner_id, %s AS cause, NULL::integer AS store_id, NULL::integer AS product_id
                 FROM res_partner partner""", f'run:{run.id}')

    def _customers_birthday(self, run):
        """Return whose birthday it is, once a year. Who was born on 29 February has it on the 28th in other years."""
        last = self._run_day(run) + timedelta(days=self.birthday_days)
        days = []
        for day in (last - timedelta(days=ago) for ago in range(BIRTHDAYS_MISSED + 1)):
            days.append((day.month, day.day, day.year))
            if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
                days.append((2, 29, day.year))
        return SQL(
            """SELECT partner.id AS partner_id, 'birthday:' || born.year AS cause, NULL::integer AS store_id,
                      NULL::integer AS product_id
                 FROM res_partner partner
                 JOIN (VALUES %s) born (month, day, year)
                   ON extract(month FROM partner.mobile_birthdate) = born.month
                  AND extract(day FROM partner.mobile_birthdate) = born.day""",
            SQL(', ').join(SQL('%s', day) for day in days))

    def _customers_inactivity(self, run):
        """Return who was not seen for a while: once, until they have come back.

        Orders and visits count, of this company. Days are those of the company's calendar.
        """
        first = self._run_day(run) - timedelta(days=self.inactive_days - 1)
        zone = self._zone()
        since = datetime.combine(first, time(), zone).astimezone(UTC).replace(tzinfo=None)
        return SQL(
            """SELECT partner.id AS partner_id,
                      'inactive:' || (last.seen_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS cause,
                      NULL::integer AS store_id, NULL::integer AS product_id
                 FROM res_partner partner
                CROSS JOIN LATERAL (
                      SELECT greatest(
                          (SELECT max(date_order) FROM sale_order
                            WHERE partner_id = partner.id AND company_id = %(company)s AND state = 'sale'),
                          (SELECT max(entered_at) FROM mobile_visit
                            WHERE partner_id = partner.id AND company_id = %(company)s)) AS seen_at) last
                WHERE last.seen_at < %(since)s""",
            zone=zone.key, company=self.company_id.id, since=since)

    def _customers_weekly(self, run):
        """Return all customers, each with a product.

        It is what sells best and they have not bought yet, where they let us learn from what they do; else simply what
        sells best.
        """
        best = self._best_sellers()
        partner, company = SQL('partner.id'), SQL('%s::integer', self.company_id.id)
        product = SQL('NULL::integer')
        if best:
            product = SQL(
                """CASE WHEN %(may_learn)s THEN coalesce((
                       SELECT best.product_id FROM unnest(%(best)s) WITH ORDINALITY best (product_id, place)
                        WHERE NOT EXISTS (
                              SELECT FROM sale_order sale JOIN sale_order_line line ON line.order_id = sale.id
                               WHERE sale.partner_id = partner.id AND sale.company_id = %(company)s
                                 AND sale.state = 'sale' AND line.product_id = best.product_id)
                     ORDER BY best.place LIMIT 1), %(first)s) ELSE %(first)s END""",
                may_learn=self.env['mobile.consent']._granted_sql(partner, company, 'profiling'), best=best,
                company=company, first=best[0])
        return SQL(
            """SELECT partner.id AS partner_id, %s AS cause, NULL::integer AS store_id, %s AS product_id
                 FROM res_partner partner""", self._week(run), product)

    def _week(self, run):
        """Return the week of a run as a cause; this week's when it is for none."""
        cause = run.cause or ''
        return cause if cause.startswith('week:') else self._run_cause(self._local(fields.Datetime.now()).date())

    def _best_sellers(self):
        """Return the ids of the products that sell best, the first one best, of those that this campaign is about."""
        self.ensure_one()
        self.env.flush_all()
        return [product_id for product_id, in self.env.execute_query(SQL(
            """SELECT line.product_id
                 FROM mobile_campaign campaign
                 JOIN sale_order sale ON sale.company_id = campaign.company_id
                 JOIN sale_order_line line ON line.order_id = sale.id
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE campaign.id = %(campaign)s AND sale.state = 'sale' AND sale.date_order > %(since)s
                  AND product.active AND template.sale_ok AND template.type <> 'service'
                  AND %(is_bought)s AND (%(any)s OR %(among)s)
             GROUP BY line.product_id
             ORDER BY count(DISTINCT sale.partner_id) DESC, sum(line.product_uom_qty) DESC, line.product_id
                LIMIT %(limit)s""",
            campaign=self.id, since=fields.Datetime.now() - timedelta(days=SELLING_DAYS),
            is_bought=self._is_bought_sql(SQL('line')), any=self._about_any_sql(),
            among=self._among_sql(SQL('product.id'), SQL('template.categ_id')), limit=BEST_SELLERS))]
