from odoo import models


class StockLocation(models.Model):
    _inherit = 'stock.location'

    # The locations below a warehouse, whatever the database's own collation makes of paths.
    _mobile_path_idx = models.Index("""(parent_path COLLATE "C", id) WHERE usage = 'internal'""")
