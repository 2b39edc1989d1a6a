from datetime import timedelta

from odoo import api, fields, models

from ..tools.message_text import plain_text

# On a contact many things are discussed: so long after the last word a comment is an answer only if it names the
# customer among those whom it goes to.
ANSWERED_WITHIN = timedelta(days=30)


class MobileEnquiry(models.Model):
    """How an answer reaches the customer: what a member of staff posts where the enquiry is answered."""

    _inherit = 'mobile.enquiry'

    # === BUSINESS METHODS === #

    @api.model
    def _follow_comment(self, record, message, recipients):
        """Bring a comment of a member of staff to the customer's phone, if it is an answer to an enquiry.

        :param record: ``crm.lead`` or ``res.partner``, in whose chatter it was posted.
        :param message: ``mail.message``.
        :param list[dict] recipients: whom Odoo notifies, as ``_notify_get_recipients`` returns them.
        """
        message = message.sudo()
        if not self._is_from_staff(message):
            return
        enquiry = self.sudo()._answered_on(record, message)
        # A customer who works here is still the one who asks.
        if not enquiry or message.author_id == enquiry.partner_id or not enquiry._is_to_customer(message, recipients):
            return
        if message.message_type == 'email':
            # It quotes what was said before, also in notes, and anybody can write a colleague's address above a mail.
            record.sudo()._message_log(body=self.env._(
                "This email did not go to the app. Write here, and %s reads it there.", enquiry.partner_id.name))
        else:
            mailed = {data['id'] for data in recipients if data['notif'] == 'email' and data['email_normalized']}
            enquiry._answer(message, is_mailed=enquiry.partner_id.id in mailed)

    @api.model
    def _is_from_staff(self, message):
        """Tell whether a person of the staff wrote this for others to read: no note, and nothing automatic."""
        author = message.author_id
        return bool(
            message.message_type in ('comment', 'email') and not message.is_internal
            and message.subtype_id == self.env.ref('mail.mt_comment')
            and author.active and author != self.env.ref('base.partner_root')
            and author.user_ids.filtered(lambda user: user.active and not user.share))

    @api.model
    def _answered_on(self, record, message):
        """Return the conversation that a comment on a lead or a contact belongs to: the customer's latest with one of
        the companies for which the author works.
        """
        if record._name == 'crm.lead':
            # Of merged leads only the customer's own: the others are somebody else's.
            domain = [('lead_id', '=', record.id), '|', ('partner_id', '=', record.sudo().partner_id.id),
                      ('partner_id', 'in', message.partner_ids.ids)]
        else:
            domain = [('partner_id', '=', record.id), ('is_on_contact', '=', True)]
            if record not in message.partner_ids:
                since = fields.Datetime.now() - ANSWERED_WITHIN
                domain += ['|', ('asked_at', '>', since), ('answered_at', '>', since)]
        domain.append(('company_id', 'in', message.author_id.user_ids.company_ids.ids))
        return self.search(domain, order='asked_at desc, id desc', limit=1)

    def _is_to_customer(self, message, recipients):
        """Tell whether a comment is addressed to the customer. One that names others alone is for them."""
        self.ensure_one()
        return (not message.partner_ids or self.partner_id in message.partner_ids
                or any(data['id'] == self.partner_id.id for data in recipients))

    def _answer(self, message, *, is_mailed):
        """Write an answer into the customer's inbox, and let it be brought to them.

        :param message: ``mail.message``.
        :param bool is_mailed: whether Odoo sends it as an email as well.
        """
        self.ensure_one()
        customer = self.with_context(lang=self.partner_id.lang)
        text = plain_text(message.body)
        if message.attachment_ids:
            # What is attached stays in Odoo, behind a sign-in that customers of the app do not have.
            text = '\n\n'.join(filter(None, [text, customer.env._("(with an attachment)")]))
        if not text:
            return
        who = customer.env._(
            "%(name)s of %(shop)s", name=message.author_id.name,
            shop=customer.store_id.name or customer.company_id.name)
        now = fields.Datetime.now()
        answer = self.env['mobile.message']._post([{
            'partner_id': self.partner_id.id,
            'company_id': self.company_id.id,
            'enquiry_id': self.id,
            'title': who,
            'body': text,
            'link': f'/enquiries/{self.uuid}',
            'is_service': True,
        }], channels=self._answer_channels(is_mailed))
        self.env['mobile.enquiry.message'].create({
            'enquiry_id': self.id, 'origin': 'staff', 'name': who, 'text': text, 'uuid': answer.uuid,
            'posted_at': now, 'mail_message_id': message.id})
        self.write({'answered_at': now, 'is_answered': True})

    def _answer_channels(self, is_mailed):
        """Return the ways by which an answer is brought to the customer beside the inbox, in this order.

        No second email where Odoo sends one already. A text message costs money and cannot hold much: it is for those
        who wrote one.

        :param bool is_mailed: whether Odoo sends the answer as an email as well.
        :rtype: tuple[str, ...]
        """
        self.ensure_one()
        if self.channel == 'sms':
            return 'push', 'sms'
        return ('push',) if is_mailed else ('push', 'email')
