"""What the tests of recommendations work with: customers who agree to profiling, and what they bought."""
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from ..models.mobile_catalogue import Shopper
from .common import MobileCommon


class RecommendationCase(MobileCommon):
    """Anna and four others agree to profiling, Ben does not. Nothing was bought yet.

    :cvar food, coffee, tea, bread, cake: a category and products of it that are used up
    :cvar crowd: four customers who agree
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.company.mobile_recommend_customers = 3
        cls.food = cls.env['product.category'].create({'name': "Food"})
        cls.coffee, cls.tea, cls.bread, cls.cake = cls._make_products("Coffee", "Tea", "Bread", "Cake")
        # What is there for long is nothing new.
        cls.env.cr.execute("UPDATE product_product SET create_date = create_date - interval '1 year'")
        cls.crowd = cls.env['res.partner'].create([{'name': f"Customer {number}"} for number in range(4)])
        for partner in cls.anna + cls.crowd:
            cls.let_learn(partner, cls.phone)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(self.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 60.0))

    # === MAKING RECORDS === #

    @classmethod
    def _make_products(cls, *names, **values):
        return cls.env['product.product'].create([
            {'name': name, 'categ_id': cls.food.id, 'company_id': cls.company.id, 'taxes_id': [Command.clear()],
             **values}
            for name in names])

    @classmethod
    def buy(cls, partner, products, *days_ago, company=None, store=None):
        """Let a customer have bought products on each of these days."""
        company = company or cls.company
        orders = cls.env['sale.order'].with_context(tracking_disable=True).create([{
            'partner_id': partner.id, 'company_id': company.id, 'date_order': cls.now - timedelta(days=days),
            'mobile_store_id': store.id if store else False,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': 1}) for product in products],
        } for days in days_ago])
        orders.state = 'sale'
        return orders

    # === WHAT HAPPENS === #

    def rebuild(self, company=None):
        """Do what is done each night."""
        self.env['mobile.affinity']._rebuild(company or self.company, self.now)
        self.make()

    def make(self):
        """Do what is done soon after a purchase."""
        self.env['mobile.recommendation']._cron_make()

    def shopper(self, partner=None, company=None):
        return Shopper(company or self.company, self.app.sudo(), (partner or self.env['res.partner']).sudo())

    def recommended(self, partner=None, limit=20, company=None, **kwargs):
        """Return what somebody is recommended.

        :rtype: dict[str, Reason], by name
        """
        self.env.flush_all()
        found, _is_more = self.env['mobile.recommendation'].sudo()._recommend(
            self.shopper(partner, company), limit, **kwargs)
        return {each.answer.product.name: each.reason for each in found}

    def codes(self, *args, **kwargs):
        return {name: reason.code for name, reason in self.recommended(*args, **kwargs).items()}
