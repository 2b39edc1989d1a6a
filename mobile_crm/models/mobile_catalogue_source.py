"""What prices and barcodes rest on that seldom changes: whoever changes it empties the caches of ``mobile.catalogue``.

A product's own columns are no matter here: its caches know which version of a product they are about.
"""
from odoo import api, models


class MobileCatalogueSource(models.AbstractModel):
    """A model on whose records something rests that ``mobile.catalogue`` keeps."""

    _name = 'mobile.catalogue.source'
    _description = "Source of the Catalogue"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()


class BarcodeNomenclature(models.Model):
    _name = 'barcode.nomenclature'
    _inherit = ['barcode.nomenclature', 'mobile.catalogue.source']


class BarcodeRule(models.Model):
    _name = 'barcode.rule'
    _inherit = ['barcode.rule', 'mobile.catalogue.source']


class ResCompany(models.Model):
    _name = 'res.company'
    _inherit = ['res.company', 'mobile.catalogue.source']
