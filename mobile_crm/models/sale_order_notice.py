import logging

import psycopg2

from odoo import models

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """What customers are told by email of orders that they pay with their phone."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _send_order_notification_mail(self, mail_template, allow_deferred_sending=True):
        """Override: an email that cannot be made, for want of what makes PDFs say, is no reason to refuse money that
        has come. The phone shows the purchase in any case.
        """
        if not allow_deferred_sending or not self.env['mobile.basket']._of_orders(self):
            return super()._send_order_notification_mail(mail_template, allow_deferred_sending)
        try:
            with self.env.cr.savepoint():
                return super()._send_order_notification_mail(mail_template, allow_deferred_sending)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever templates, reports and mail servers may raise)
            _logger.info("No email tells of order %s: %s", self.id, type(error).__name__)
            self.sudo().message_post(body=self.env._("The email to the customer could not be made."))
            return None
