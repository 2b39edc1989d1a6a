from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.tools.racing import execute_racing


class LoyaltyCard(models.Model):
    _inherit = 'loyalty.card'

    def _mobile_take_at_pos(self, order, points):
        """Take points for an order of a till, as far as they are there, and tell the card's history of it.

        One statement looks and takes, so no two orders take the same points; of two at once, Odoo begins the second
        anew. What is not there is a conflict: the till has sold already.

        :param order: ``pos.order``.
        :param float points: how many, more than 0.
        """
        self.ensure_one()
        self.flush_recordset(['points'])
        now = fields.Datetime.now()
        rows = execute_racing(self.env, SQL(
            """WITH before AS (
                   SELECT id, points, least(%(points)s, greatest(points, 0)) AS taken
                     FROM loyalty_card WHERE id = %(card)s FOR NO KEY UPDATE
               ), taken AS (
                   UPDATE loyalty_card card
                      SET points = before.points - before.taken, write_uid = %(uid)s, write_date = %(now)s
                     FROM before WHERE card.id = before.id
                RETURNING card.id, before.taken AS points
               )
               INSERT INTO loyalty_history (card_id, description, used, issued, order_model, order_id,
                                            create_uid, create_date, write_uid, write_date)
               SELECT id, %(description)s, points, 0, 'pos.order', %(order)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                 FROM taken RETURNING used""",
            card=self.id, points=points, uid=self.env.uid, now=now, order=order.id,
            description=self.env._("Onsite %s", order.display_name)))
        self.invalidate_recordset(['points', 'history_ids', 'mobile_status'])
        missing = points - sum(row[0] for row in rows)
        # Points have two digits for Odoo's tills.
        if missing >= 0.005:
            self.env['mobile.redemption'].sudo()._note_pos_shortage(order.sudo(), self.sudo(), missing)
