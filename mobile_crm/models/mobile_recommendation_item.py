from odoo import api, fields, models
from odoo.tools import SQL

from .mobile_catalogue import Shopper
from .mobile_recommendation_reason import AGAIN, BECAUSE, BEFORE, CODES, DUE, NEW, POPULAR, Candidate


class MobileRecommendationItem(models.Model):
    """One product that a customer is recommended, for staff: a row of the arrays of ``mobile.recommendation``."""

    _name = 'mobile.recommendation.item'
    _description = "Recommended Product"
    _order = 'partner_id, place'
    _rec_name = 'product_id'
    _auto = False

    partner_id = fields.Many2one(string="Customer", comodel_name='res.partner', readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    place = fields.Integer(string="#", readonly=True, aggregator=None)
    product_id = fields.Many2one(comodel_name='product.product', readonly=True)
    why = fields.Selection(
        string="Rests On",
        selection=[('due', "Usual Purchase, Due Again"), ('favourite', "Bought Often"), ('again', "Bought Before"),
                   ('because', "Goes With a Purchase"), ('new', "New in a Category They Like"),
                   ('popular', "Popular")],
        readonly=True)
    because_id = fields.Integer(readonly=True, aggregator=None)
    amount = fields.Integer(readonly=True, aggregator=None)
    computed_at = fields.Datetime(string="Made", readonly=True)
    reason = fields.Char(compute='_compute_reason', help="As the customer reads it.")
    price = fields.Monetary(compute='_compute_price', help="For this customer, with taxes.")
    currency_id = fields.Many2one(comodel_name='res.currency', compute='_compute_price')

    @property
    def _table_query(self):
        return SQL(
            """SELECT known.id * 64::bigint + item.place AS id, known.partner_id, known.company_id, item.place,
                      item.product_id, item.because_id, item.amount, known.computed_at,
                      CASE item.why WHEN %s THEN %s WHEN %s THEN %s WHEN %s THEN %s WHEN %s THEN %s WHEN %s
                           THEN %s WHEN %s THEN %s END AS why
                 FROM mobile_recommendation known
                CROSS JOIN LATERAL unnest(known.product_ids, known.whys, known.because_ids, known.amounts)
                           WITH ORDINALITY AS item (product_id, why, because_id, amount, place)
                 JOIN product_product product ON product.id = item.product_id""",
            *(part for why in (DUE, AGAIN, BEFORE, BECAUSE, NEW, POPULAR) for part in (why, CODES[why])))

    # === COMPUTE METHODS === #

    @api.depends('why', 'because_id', 'amount')
    @api.depends_context('lang')
    def _compute_reason(self):
        numbers = {code: number for number, code in CODES.items()}
        reasons = self.env['mobile.recommendation'].sudo()._reasons([
            Candidate(item.product_id.id, numbers[item.why], item.because_id, item.amount) for item in self])
        for item, reason in zip(self, reasons, strict=True):
            item.reason = reason.text

    @api.depends('product_id', 'partner_id', 'company_id')
    def _compute_price(self):
        Catalogue = self.env['mobile.catalogue'].sudo()
        for (partner, company), items in self.grouped(lambda item: (item.partner_id, item.company_id)).items():
            prices = Catalogue._prices(
                Shopper(company.sudo(), self.env['mobile.app'].sudo(), partner.sudo()), items.product_id.sudo())
            for item in items:
                item.price = prices[item.product_id.id].amount
                item.currency_id = prices[item.product_id.id].currency.id
