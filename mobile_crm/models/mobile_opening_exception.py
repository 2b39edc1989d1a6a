from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import hours_text
from ..tools.opening import Exceptional

ALL_DAYS = range(7)


class MobileOpeningException(models.Model):
    """Days on which stores have other hours than in other weeks: closed for stocktaking, open on a Sunday in Advent.

    What is said of a store counts before what is said of all stores with the same opening hours, this before what is
    said of all stores of the company, and each of them before the public holidays. Of two of the same kind the one for
    fewer days counts.
    """

    _name = 'mobile.opening.exception'
    _description = "Exceptional Opening Hours"
    _inherit = ['mobile.opening.part']
    _order = 'date_from, id'
    _check_company_auto = True

    name = fields.Char(
        string="Reason", required=True, translate=True, help="Customers read it in the app, e.g. Christmas Eve.")
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company)
    store_ids = fields.Many2many(
        string="Stores", comodel_name='mobile.store', relation='mobile_opening_exception_store_rel',
        column1='exception_id', column2='store_id', check_company=True)
    calendar_ids = fields.Many2many(
        string="Opening Hours", comodel_name='resource.calendar', relation='mobile_opening_exception_calendar_rel',
        column1='exception_id', column2='calendar_id', check_company=True,
        help="All stores with these opening hours. Without any store and any opening hours the exception is for all "
             "stores of the company.")
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(
        string="To", required=True, compute='_compute_date_to', store=True, readonly=False, precompute=True,
        help="The last day. Hours past midnight belong to the day on which they begin.")
    is_closed = fields.Boolean(string="Closed", default=True)
    hours = fields.Char(
        compute='_compute_hours', store=True, readonly=False, precompute=True,
        help="e.g. 10:00-14:00 or 10:00-13:00, 15:00-18:00, and past midnight 18:00-02:00. Days of the week can be "
             "named: Su 13:00-18:00; Mo off. Those that are not named keep their hours.")
    is_from_text = fields.Boolean(
        string="From the Text", readonly=True, copy=False, help="Worked out from a text of opening hours.")

    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The last day is not before the first.")
    _date_to_idx = models.Index('(date_to)')

    # === COMPUTE METHODS === #

    @api.depends('date_from')
    def _compute_date_to(self):
        for exception in self:
            if not exception.date_to or (exception.date_from and exception.date_to < exception.date_from):
                exception.date_to = exception.date_from

    @api.depends('is_closed')
    def _compute_hours(self):
        self.filtered('is_closed').hours = False

    # === CONSTRAINT METHODS === #

    @api.constrains('is_closed', 'hours')
    def _check_hours(self):
        for exception in self:
            if exception.is_closed == bool(exception.hours):
                raise ValidationError(self.env._(
                    "“%s” is either closed or has hours, such as 10:00-14:00.", exception.name))
            try:
                exception._plan()
            except hours_text.HoursError as exc:
                raise ValidationError(self.env._(
                    "“%(text)s” are no hours. Write them as 10:00-14:00 or 10:00-13:00, 15:00-18:00, and past midnight "
                    "as 18:00-02:00.", text=exc.detail)) from exc

    # === BUSINESS METHODS === #

    def _plan(self):
        """Return the spans by weekday; days that are not named keep their hours."""
        self.ensure_one()
        return hours_text.read_rules(self.hours) if self.hours else dict.fromkeys(ALL_DAYS, ())

    def _exceptional(self):
        """Return the exception as `tools.opening` takes it.

        :rtype: Exceptional
        """
        return Exceptional(self.date_from, self.date_to, self.name, self._plan())

    def _mobile_calendars(self):
        # Who edits what was worked out from a text, changes the calendar.
        return self.filtered('is_from_text').calendar_ids
