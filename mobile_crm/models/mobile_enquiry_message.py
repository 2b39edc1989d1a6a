from uuid import uuid4

from odoo import fields, models


class MobileEnquiryMessage(models.Model):
    """What the customer or a member of staff said in a conversation, as the customer has it on the phone."""

    _name = 'mobile.enquiry.message'
    _description = "Message of an Enquiry"
    _order = 'posted_at, id'
    _rec_name = 'text'
    _log_access = False

    # An answer has the public id of the message in the inbox that brought it.
    uuid = fields.Char(string="Public ID", required=True, readonly=True, copy=False, default=lambda self: str(uuid4()))
    enquiry_id = fields.Many2one(
        comodel_name='mobile.enquiry', required=True, readonly=True, index=True, ondelete='cascade')
    origin = fields.Selection(
        selection=[('customer', "Customer"), ('staff', "Staff")], string="From", required=True, readonly=True)
    name = fields.Char(string="Who", readonly=True, help="Who answered, as the customer is told.")
    text = fields.Text(required=True, readonly=True)
    posted_at = fields.Datetime(string="When", required=True, readonly=True, default=fields.Datetime.now)
    mail_message_id = fields.Many2one(
        string="Message in Odoo", comodel_name='mail.message', readonly=True, ondelete='set null',
        help="The answer as it was written in the chatter.")

    # An answer is brought once.
    _mail_message_unique = models.UniqueIndex('(mail_message_id) WHERE mail_message_id IS NOT NULL')
