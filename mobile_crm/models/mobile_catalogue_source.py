"""What prices, offers and barcodes rest on, and what seldom changes: whoever changes it empties Odoo's caches.

A product's own columns are no matter here: ``mobile.catalogue`` knows which version of a product its prices are of.
"""
from odoo import api, models


class MobileCatalogueSource(models.AbstractModel):
    """A model on whose records something rests that ``mobile.catalogue`` keeps."""

    _name = 'mobile.catalogue.source'
    _description = "Source of the Catalogue"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class AccountFiscalPosition(models.Model):
    _name = 'account.fiscal.position'
    _inherit = ['account.fiscal.position', 'mobile.catalogue.source']


class AccountTax(models.Model):
    _name = 'account.tax'
    _inherit = ['account.tax', 'mobile.catalogue.source']


class BarcodeNomenclature(models.Model):
    _name = 'barcode.nomenclature'
    _inherit = ['barcode.nomenclature', 'mobile.catalogue.source']


class BarcodeRule(models.Model):
    _name = 'barcode.rule'
    _inherit = ['barcode.rule', 'mobile.catalogue.source']


class LoyaltyProgram(models.Model):
    _name = 'loyalty.program'
    _inherit = ['loyalty.program', 'mobile.catalogue.source']


class LoyaltyReward(models.Model):
    _name = 'loyalty.reward'
    _inherit = ['loyalty.reward', 'mobile.catalogue.source']


class LoyaltyRule(models.Model):
    _name = 'loyalty.rule'
    _inherit = ['loyalty.rule', 'mobile.catalogue.source']


class MobileApp(models.Model):
    _name = 'mobile.app'
    _inherit = ['mobile.app', 'mobile.catalogue.source']


class ProductAttribute(models.Model):
    _name = 'product.attribute'
    _inherit = ['product.attribute', 'mobile.catalogue.source']


class ProductAttributeValue(models.Model):
    _name = 'product.attribute.value'
    _inherit = ['product.attribute.value', 'mobile.catalogue.source']


class ProductCategory(models.Model):
    _name = 'product.category'
    _inherit = ['product.category', 'mobile.catalogue.source']


class ProductPricelist(models.Model):
    _name = 'product.pricelist'
    _inherit = ['product.pricelist', 'mobile.catalogue.source']


class ProductPricelistItem(models.Model):
    _name = 'product.pricelist.item'
    _inherit = ['product.pricelist.item', 'mobile.catalogue.source']


class ResCompany(models.Model):
    _name = 'res.company'
    _inherit = ['res.company', 'mobile.catalogue.source']


class ResCountryGroup(models.Model):
    _name = 'res.country.group'
    _inherit = ['res.country.group', 'mobile.catalogue.source']


class ResCurrency(models.Model):
    _name = 'res.currency'
    _inherit = ['res.currency', 'mobile.catalogue.source']


class ResCurrencyRate(models.Model):
    _name = 'res.currency.rate'
    _inherit = ['res.currency.rate', 'mobile.catalogue.source']


class UomUom(models.Model):
    _name = 'uom.uom'
    _inherit = ['uom.uom', 'mobile.catalogue.source']
