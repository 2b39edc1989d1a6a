from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Enter the words of all products, by which customers find them."""
    api.Environment(cr, SUPERUSER_ID, {})['mobile.catalogue']._rebuild()
