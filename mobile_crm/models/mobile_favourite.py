from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import merging
from ..tools.problems import Problem
from ..tools.racing import execute_racing

# How many a customer may have in a company's app: all of them fit into one answer of GET /sync.
MOST = 500


class Marked(NamedTuple):
    """A favourite of a customer.

    :ivar int id: later ones have larger numbers
    """

    id: int
    product_id: int


class MobileFavourite(models.Model):
    """A product that a customer wants to find again."""

    _name = 'mobile.favourite'
    _description = "Favourite Product"
    _order = 'id desc'
    _rec_name = 'product_id'

    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, readonly=True, index=True, ondelete='cascade')
    create_date = fields.Datetime(string="Since")

    # By contact first: by it a customer's favourites are read, and erased.
    _once = models.UniqueIndex('(partner_id, company_id, product_id)')

    # === BUSINESS METHODS === #

    @api.model
    def _of(self, shopper, limit=MOST, after=None):
        """Return a customer's favourites that they may see, the latest first.

        :param Shopper shopper: the caller.
        :param int after: id of the last favourite that was given.
        :rtype: list[Marked]
        """
        self.flush_model()
        self.env['mobile.catalogue']._flush_visible()
        from_clause, where = self.env['mobile.catalogue']._visible_sql(shopper.company.id)
        return [Marked(*row) for row in self.env.execute_query(SQL(
            """SELECT favourite.id, favourite.product_id FROM mobile_favourite favourite
                WHERE favourite.partner_id = %s AND favourite.company_id = %s AND %s
                  AND EXISTS (SELECT FROM %s WHERE %s AND product_product.id = favourite.product_id)
             ORDER BY favourite.id DESC LIMIT %s""",
            shopper.partner.id, shopper.company.id, SQL('favourite.id < %s', after) if after else SQL('TRUE'),
            from_clause, where, limit))]

    @api.model
    def _add(self, shopper, product_id):
        """Make a product a favourite of a customer; one that is stays as it is.

        :param Shopper shopper: the caller.
        :raise Problem: 404 for what they cannot see, 422 when they have too many.
        """
        if not self.env['mobile.catalogue']._visible(shopper, [product_id]):
            raise Problem('not_found')
        partner, company = shopper.partner, shopper.company
        [[count]] = self.env.execute_query(SQL(
            """SELECT count(*) FROM mobile_favourite
                WHERE partner_id = %s AND company_id = %s AND product_id <> %s""", partner.id, company.id, product_id))
        if count >= MOST:
            raise Problem.invalid(
                ['path', 'product_id'], self.env._("You have %s favourites. Take one away first.", MOST), 'too_many')
        execute_racing(self.env, SQL(
            """INSERT INTO mobile_favourite (partner_id, company_id, product_id, create_uid, create_date, write_uid,
                                             write_date)
                    VALUES (%(partner)s, %(company)s, %(product)s, %(user)s, now() AT TIME ZONE 'UTC', %(user)s,
                            now() AT TIME ZONE 'UTC')
               ON CONFLICT (partner_id, company_id, product_id) DO NOTHING""",
            partner=partner.id, company=company.id, product=product_id, user=self.env.uid))
        self.invalidate_model()

    @api.model
    def _remove(self, shopper, product_id):
        """Take a product from a customer's favourites, whether it is one or not."""
        # Without a look at the product: what the customer cannot see any more, they may forget.
        self.sudo().search([
            ('partner_id', '=', shopper.partner.id), ('company_id', '=', shopper.company.id),
            ('product_id', '=', product_id)]).unlink()

    @api.model
    def _merge(self, sources, destination):
        """Make room for the favourites of contacts that are merged: what several of them like is kept once.

        :param sources: ``res.partner`` that are merged into `destination`.
        """
        self.flush_model()
        self.env.cr.execute(SQL(
            'DELETE FROM mobile_favourite WHERE id IN (%s)',
            merging.later_ones(self._table, ['company_id', 'product_id'], sources, destination)))
        self.invalidate_model()
