from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

# What a place sets off.
PLACE_TRIGGERS = ('enter', 'exit', 'dwell')
# What a phone's report sets off, as it comes.
EVENT_TRIGGERS = (*PLACE_TRIGGERS, 'scan', 'search')
# What rests on a customer's behaviour.
BEHAVIOUR_TRIGGERS = ('scan', 'search', 'purchase', 'cart', 'inactivity', 'weekly')
# What happens elsewhere in Odoo and is answered soon after (``mobile.occasion``).
OCCASION_TRIGGERS = ('sign_in', 'purchase', 'cart')
# What goes to many customers at once, on a day (``mobile.campaign.run``).
RUN_TRIGGERS = ('broadcast', 'birthday', 'inactivity', 'weekly')


class MobileCampaign(models.Model):
    """What sets a campaign off."""

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
    scheduled_at = fields.Datetime(
        string="Send On", tracking=True, copy=False, help="Empty sends as soon as the campaign starts.")

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache()
    def _waiting(self):
        """Return what sets a running campaign off: (company id, trigger).

        Most facts set nothing off: they need no query to know that.

        :rtype: frozenset[tuple[int, str]]
        """
        running = self.sudo().search([('state', '=', 'running')])
        return frozenset((campaign.company_id.id, campaign.trigger) for campaign in running)

    def _customers(self, run):
        """Return whom a run concerns, whatever the gates say of them.

        :param run: ``mobile.campaign.run`` of this campaign.
        :return: a query with the columns ``partner_id`` (each customer once), ``cause`` (see ``mobile.decision``; the same for
            the same occasion, so that who has been asked about is not asked about again), ``store_id`` and
            ``product_id`` (what it is about, or NULL).
        :rtype: SQL
        :raise UserError: for a campaign that does not run for many at once.
        """
        self.ensure_one()
        if self.trigger != 'broadcast':
            raise UserError(self.env._("This campaign does not go to many customers at once."))
        return SQL(
            """SELECT partner.id AS partner_id, %(cause)s AS cause, NULL::integer AS store_id,
                      NULL::integer AS product_id
                 FROM res_partner partner
                WHERE EXISTS (SELECT FROM mobile_device device
                               WHERE device.partner_id = partner.id AND device.company_id = %(company)s
                                 AND (%(app)s IS NULL OR device.app_id = %(app)s))""",
            cause=f'run:{run.id}', company=self.company_id.id, app=self.app_id.id or None)
