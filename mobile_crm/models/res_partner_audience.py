from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..tools.audience import INEQUALITIES
from ..tools.company_days import day_of, zone_of

MANAGER = 'mobile_crm.group_mobile_crm_manager'
COMPARISONS = ('in', *INEQUALITIES)


class Days(fields.Integer):
    """A number of days that may be none at all, which is another thing than 0: ``False`` in domains.

    So that the opposite of "at most 90" is "more, or never".
    """

    falsy_value = None


class Distance(fields.Float):
    """A distance that may not be known, which is another thing than 0: ``False`` in domains."""

    falsy_value = None


def searched_by(method, kind):
    """Return the ``search`` of a field that is one of several alike.

    :param str method: takes the kind before the operator and the value.
    :param kind: what this one has of its own, such as a distance.
    """
    return lambda partners, operator, value: getattr(partners, method)(kind, operator, value)


class ResPartner(models.Model):
    """What the building blocks of audiences have in common.

    A block is a field that is not stored, but searched by PostgreSQL: its condition names the customer of the statement
    around, so that the same one picks from a million contacts and judges the one who stands at a fence. Each speaks of
    the company of the environment, and of its calendar.

    The blocks: ``res_partner_audience_orders`` (what they bought), ``_places`` (where they go), ``_app`` (their
    phones, consents and days) and ``_coupons``.
    """

    _inherit = 'res.partner'

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_block(self, name, operator, condition, operators=COMPARISONS):
        """Return the domain of a block.

        :param str name: the field. Odoo asks for the right to read stored fields only, so it is asked here: who may
            not read a figure does not learn it by searching, either.
        :param condition: a function of the id of a ``res_partner`` (SQL) that returns a condition, never NULL.
        :param operators: those that it stands for; of their opposites Odoo makes its own.
        :raise AccessError:
        """
        self._check_field_access(self._fields[name], 'read')
        if operator not in operators:
            return NotImplemented
        return Domain.custom(to_sql=lambda model, alias, query: condition(SQL.identifier(alias, 'id')))

    @api.model
    def _mobile_related_block(self, name, operator, value, related):
        """Return the domain of a block that leads to other records.

        :param related: a function of the id of a ``res_partner`` (SQL) and of a condition for the ids of those
            records (SQL such as ``IN (1, 2)``; empty for any), that returns the condition that there is one.
        """
        # The opposite as a plain NOT EXISTS, or EXISTS: PostgreSQL joins those, but not Odoo's "IS NOT TRUE".
        is_negative = operator.startswith('not ')
        denied, affirmed = (SQL(), SQL('NOT ')) if is_negative else (SQL('NOT '), SQL())
        if operator in ('any', 'any!', 'not any', 'not any!'):
            if not isinstance(value, (Query, SQL)):
                Comodel = self.env[self._fields[name].comodel_name]
                value = (Comodel.sudo() if operator.endswith('!') else Comodel)._search(value)
            chosen = SQL('IN %s', value.subselect() if isinstance(value, Query) else SQL('(%s)', value))
            return self._mobile_block(
                name, operator, lambda partner: SQL('%s%s', affirmed, related(partner, chosen)), (operator,))
        if operator not in ('in', 'not in'):
            return self._mobile_block(name, operator, None, ())
        ids = tuple(int(each) for each in value if each is not False)
        return self._mobile_block(name, operator, lambda partner: SQL('(%s)', SQL(
            ' AND ' if is_negative else ' OR ').join([
                *([SQL('%s%s', affirmed, related(partner, SQL('IN %s', ids)))] if ids else []),
                *([SQL('%s%s', denied, related(partner, SQL()))] if False in value else [])])), (operator,))

    @api.model
    def _mobile_boolean_block(self, name, operator, condition):
        """Return the domain of a block that holds or not; Odoo asks for True alone.

        :param condition: see ``_mobile_block``.
        """
        return self._mobile_block(name, operator, lambda partner: SQL(
            '%s%s', SQL('NOT ') if operator == 'not in' else SQL(), condition(partner)), ('in', 'not in'))

    def _mobile_figures(self, **expressions):
        """Return what expressions are for these contacts, in one query.

        :param SQL expressions: they may name ``partner``, the contact's row.
        :rtype: dict[int, tuple]
        """
        rows = self.env.execute_query(SQL(
            'SELECT partner.id, %s FROM res_partner partner WHERE partner.id IN %s',
            SQL(', ').join(expressions.values()), tuple(self._origin.ids) or (0,)))
        return {row[0]: row[1:] for row in rows}

    def _mobile_set_figures(self, **expressions):
        """Set fields to what expressions are, of several ids when the field leads to other records."""
        figures = self._mobile_figures(**expressions)
        for partner in self:
            values = figures.get(partner._origin.id) or [None] * len(expressions)
            for name, value in zip(expressions, values, strict=True):
                partner[name] = value or False

    @api.model
    def _mobile_calendar(self):
        """Return the company's time zone, and the day that it is there."""
        zone = zone_of(self.env.company)
        return zone, day_of(fields.Datetime.now(), zone)
