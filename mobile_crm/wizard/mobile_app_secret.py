from odoo import fields, models


class MobileAppSecret(models.AbstractModel):
    """A till's new secret, shown once. It has no table: the secret is stored nowhere."""

    _name = 'mobile.app.secret'
    _description = "Secret of a Till"

    # The form asks for the default values of a new record, which has an id.
    id = fields.Id()
    client_id = fields.Char(string="Client ID", readonly=True)
    secret = fields.Char(readonly=True)
