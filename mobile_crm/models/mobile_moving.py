from odoo import fields, models
from odoo.tools import SQL

from ..tools.racing import execute_racing


class MobileMoving(models.AbstractModel):
    """What goes from state to state while several want to move it: customers, staff, payments and the clock.

    Whoever inherits it has a field `state`.
    """

    _name = 'mobile.moving'
    _description = "Something That Moves from State to State"

    # === BUSINESS METHODS === #

    def _move_on(self, state, states, **values):
        """Bring records into a state, if they are in one of these: of several at once one has its way.

        :param str state:
        :param states: tuple of the states that it can come from.
        :param values: further columns.
        :return: those that were moved by this call.
        """
        self.flush_model()
        values = {'state': state, 'write_date': fields.Datetime.now(), 'write_uid': self.env.uid, **values}
        rows = execute_racing(self.env, SQL(
            'UPDATE %s SET %s WHERE id IN %s AND state IN %s RETURNING id', SQL.identifier(self._table),
            SQL(', ').join(SQL('%s = %s', SQL.identifier(name), value) for name, value in values.items()),
            tuple(self.ids) or (0,), states))
        self.invalidate_model(flush=False)
        return self.browse(sorted(row[0] for row in rows))
