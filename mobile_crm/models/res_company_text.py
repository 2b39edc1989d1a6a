import base64
import binascii
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import consteq, hmac

from ..tools.stop_words import words_of

PATH = '/mobile/sms/inbound/'
# Of a company's id in the address of its gateway, and of the signature behind it.
ID, SIGNATURE = 4, 20


class ResCompany(models.Model):
    """What a company decides about its text messages; shown on the settings page."""

    _inherit = 'res.company'

    mobile_sms_price = fields.Float(
        string="Price of a Text Message", digits=(12, 4),
        help="Of one part. By this, campaigns tell what a broadcast would cost.")
    mobile_sms_number = fields.Char(
        string="Number for Replies",
        help="Where customers can write to. Text messages then tell them to send STOP there; without a number they end "
             "with a link.")
    mobile_sms_stop_words = fields.Char(
        string="Further Stop Words",
        help="Separated by commas. STOP, UNSUBSCRIBE, CANCEL, END, QUIT and the words of your languages are known.")
    mobile_sms_inbound_version = fields.Integer(
        string="Version of the Gateway's Address", default=0, required=True, readonly=True,
        help="Counts the addresses that were given out; 0 is none. The last one is good.")
    mobile_sms_inbound_url = fields.Char(
        string="Address for the Gateway", compute='_compute_mobile_sms_inbound_url',
        groups='mobile_crm.group_mobile_crm_manager',
        help="Where the provider of your number posts what customers answer. Keep it secret: who knows it can answer "
             "in their name.")

    _mobile_sms_price_valid = models.Constraint('CHECK (mobile_sms_price >= 0)', "A price is not negative.")

    # === COMPUTE METHODS === #

    @api.depends('mobile_sms_inbound_version')
    def _compute_mobile_sms_inbound_url(self):
        for company in self:
            company.mobile_sms_inbound_url = \
                company._mobile_inbound_url() if company.mobile_sms_inbound_version else False

    # === CONSTRAINT METHODS === #

    @api.constrains('mobile_sms_number')
    def _check_mobile_sms_number(self):
        for company in self.filtered('mobile_sms_number'):
            # Short codes have no country.
            if not re.fullmatch(r'\+?[\d ]{3,20}', company.mobile_sms_number):
                raise ValidationError(self.env._(
                    "“%s” is no number to write to. It has digits and spaces, and + before the country.",
                    company.mobile_sms_number))

    # === ACTION METHODS === #

    def action_mobile_new_sms_address(self):
        """Give the gateway a new address; the one before it is good for nothing from now on."""
        self.check_access('write')
        for company in self:
            company.mobile_sms_inbound_version += 1

    # === BUSINESS METHODS === #

    def _mobile_sms_stop_line(self, stop_link):
        """Return how the customer gets no more text messages, in the language of the environment."""
        self.ensure_one()
        if number := self.mobile_sms_number:
            return self.env._("No more? Send STOP to %s", number)
        return self.env._("No more? %s", stop_link)

    @api.model
    def _mobile_stop_words(self):
        """Return what stops text messages when it is answered to one.

        :rtype: frozenset[str]
        """
        return words_of(
            [code for code, _name in self.env['res.lang'].get_installed()], self.mobile_sms_stop_words or '')

    def _mobile_inbound_url(self):
        """Return where a gateway posts what this company's customers answer."""
        self.ensure_one()
        return self.get_base_url().rstrip('/') + PATH + self._mobile_inbound_token()

    def _mobile_inbound_token(self):
        self.ensure_one()
        company = self.sudo()
        digest = hmac(company.env, 'mobile_crm.sms_inbound', (company.id, company.mobile_sms_inbound_version))
        return base64.urlsafe_b64encode(company.id.to_bytes(ID, 'big') + bytes.fromhex(digest)[:SIGNATURE]).decode()

    @api.model
    def _mobile_of_inbound_token(self, token):
        """Return the company to whose gateway this address was given last, or an empty recordset.

        :param str token: as it came from outside.
        :rtype: ResCompany: elevated.
        """
        try:
            company_id = int.from_bytes(base64.urlsafe_b64decode(token)[:ID], 'big')
        except (binascii.Error, ValueError):
            return self.sudo().browse()
        # PostgreSQL's ids have a bit less.
        company = self.sudo().browse(company_id if company_id < 2 ** 31 else ()).exists()
        is_right = company.mobile_sms_inbound_version and consteq(company._mobile_inbound_token(), token)
        return company if is_right else company.browse()
