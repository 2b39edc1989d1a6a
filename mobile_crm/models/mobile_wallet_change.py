from odoo import fields, models


class MobileWalletChange(models.Model):
    """That a pass may say something else now, until a worker has looked. PostgreSQL writes these rows itself.

    They hold on to nothing, so that nobody who changes a coupon waits for the worker, nor the worker for them.
    """

    _name = 'mobile.wallet.change'
    _description = "Change of a Wallet Pass"
    _log_access = False

    registration_id = fields.Integer(readonly=True)
    app_id = fields.Integer(readonly=True)
    serial = fields.Char(readonly=True)
    google_class = fields.Char(readonly=True)
    due_at = fields.Datetime(readonly=True, help="When to look; empty means at once.")
