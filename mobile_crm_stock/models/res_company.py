from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    mobile_low_stock = fields.Float(string="Few Left Up To", digits='Product Unit', default=3)
    mobile_safety_stock = fields.Float(string="Never Promised", digits='Product Unit')
    mobile_reservation_minutes = fields.Integer(
        string="Put Aside For", default=120, help="Minutes in which the store is open.")
    mobile_reservation_count = fields.Integer(
        string="Reservations of a Customer", default=3, help="How many a customer can have at a time.")
    mobile_reservation_quantity = fields.Float(
        string="Of Each Product", digits='Product Unit', default=5,
        help="How much of a product a customer can have put aside at once.")
    mobile_reservation_delivers = fields.Boolean(
        string="Collected Goods Leave the Stock With the Reservation",
        help="For tills that tell Odoo nothing of what they sell. Otherwise the till or the sales order takes the "
             "goods from the stock, and the reservation merely lets go of them.")
    mobile_basket_delivers = fields.Boolean(
        string="Goods Paid by Phone Leave the Stock at Once", default=True,
        help="The customer carries them out of the store, so their delivery is carried out with the payment. Otherwise "
             "a colleague validates each delivery.")

    _mobile_stock_levels_valid = models.Constraint(
        'CHECK (mobile_low_stock >= 0 AND mobile_safety_stock >= 0)', "A quantity cannot be negative.")
    _mobile_reservations_valid = models.Constraint(
        'CHECK (mobile_reservation_minutes BETWEEN 15 AND 10080 AND mobile_reservation_count BETWEEN 0 AND 100'
        ' AND mobile_reservation_quantity > 0)',
        "Goods are put aside for 15 minutes at least, in quantities above 0, and no customer has more than 100 "
        "reservations.")
