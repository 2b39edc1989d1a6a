from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import merging
from ..tools.problems import Problem
from ..tools.racing import execute_racing

# How many lists a customer may have in a company's app, how many lines each of them, and all of them together: a phone
# gets them in one answer.
MOST_LISTS = 100
MOST_LINES = 500
MOST_LINES_IN_ALL = 5_000


class MobileList(models.Model):
    """A customer's shopping list.

    Several phones may change it, also without the network. `version` counts the changes of the list and of its lines;
    each line knows the version in which it was changed last. Who names a version changes what they have seen, or
    nothing.
    """

    _name = 'mobile.list'
    _description = "Shopping List"
    _order = 'id desc'

    name = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(comodel_name='res.company', required=True, readonly=True, ondelete='cascade')
    uuid = fields.Char(string="Public ID", required=True, readonly=True, help="Made by the phone.")
    version = fields.Integer(required=True, readonly=True, default=1, aggregator=None)
    line_ids = fields.One2many(comodel_name='mobile.list.line', inverse_name='list_id', readonly=True)
    line_count = fields.Integer(string="Lines", compute='_compute_counts')
    open_count = fields.Integer(string="To Buy", compute='_compute_counts')

    # Phones make the ids, so they are unique for a customer alone: nobody learns whether another one has this id.
    _uuid_unique = models.UniqueIndex('(partner_id, company_id, uuid)')

    # === COMPUTE METHODS === #

    @api.depends('line_ids.done')
    def _compute_counts(self):
        counts = {}
        for shopping_list, done, count in self.env['mobile.list.line']._read_group(
                [('list_id', 'in', self.ids)], ['list_id', 'done'], ['__count']):
            counts[shopping_list.id, done] = count
        for shopping_list in self:
            shopping_list.open_count = counts.get((shopping_list.id, False), 0)
            shopping_list.line_count = shopping_list.open_count + counts.get((shopping_list.id, True), 0)

    # === BUSINESS METHODS: finding === #

    @api.model
    def _of(self, shopper, limit=MOST_LISTS, after=None):
        """Return a customer's lists, the latest first.

        :param Shopper shopper: the caller.
        :param int after: id of the last list that was given.
        """
        domain = self._own(shopper)
        if after:
            domain &= Domain('id', '<', after)
        return self.sudo().search(domain, order='id desc', limit=limit)

    @api.model
    def _find(self, shopper, uuid):
        """Return one list of a customer.

        :raise Problem: 404.
        """
        found = self.sudo().search(self._own(shopper) & Domain('uuid', '=', str(uuid)))
        if not found:
            raise Problem('not_found')
        return found

    @api.model
    def _own(self, shopper):
        return Domain([('partner_id', '=', shopper.partner.id), ('company_id', '=', shopper.company.id)])

    # === BUSINESS METHODS: changing === #

    @api.model
    def _add(self, shopper, values):
        """Make a list, with lines; one with this id stays as it is.

        :param Shopper shopper: the caller.
        :param dict values: ``id`` (uuid), ``name`` and ``lines``, see ``mobile.list.line._add``.
        :return: the list, and whether it is new.
        :rtype: tuple[MobileList, bool]
        :raise Problem: 422.
        """
        own, uuid = self._own(shopper), str(values['id'])
        lists = self.sudo()
        if found := lists.search(own & Domain('uuid', '=', uuid)):
            return found, False
        if lists.search_count(own, limit=MOST_LISTS) >= MOST_LISTS:
            raise Problem.invalid(
                ['body', 'id'], self.env._("You have %s lists. Delete one first.", MOST_LISTS), 'too_many')
        rows = execute_racing(self.env, SQL(
            """INSERT INTO mobile_list (name, partner_id, company_id, uuid, version, create_uid, create_date, write_uid,
                                        write_date)
                    VALUES (%(name)s, %(partner)s, %(company)s, %(uuid)s, 1, %(user)s, now() AT TIME ZONE 'UTC',
                            %(user)s, now() AT TIME ZONE 'UTC')
               ON CONFLICT (partner_id, company_id, uuid) DO NOTHING RETURNING id""",
            name=values['name'], partner=shopper.partner.id, company=shopper.company.id, uuid=uuid, user=self.env.uid))
        added = lists.browse(rows[0])
        if values['lines']:
            added._add_lines(shopper, values['lines'], ['body', 'lines'])
        return added, True

    def _change(self, values, version=None):
        """Change a list; what is left out stays as it is.

        :param dict values: ``name``.
        :param int version: what the phone has seen, or None: whatever it is.
        :raise Problem: 409 when it was changed since.
        """
        self.ensure_one()
        values = {field: value for field, value in values.items() if self[field] != value}
        if values:
            self._next_version(version)
            self.write(values)

    def _remove(self, version=None):
        """Delete a list.

        :param int version: see ``_change``.
        :raise Problem: 409 when it was changed since.
        """
        self.ensure_one()
        self._next_version(version)
        self.unlink()

    def _next_version(self, seen=None):
        """Count a change that is about to be written, and return its number; of two at once, one comes after the other.

        :param int seen: see ``_change``.
        """
        self.ensure_one()
        rows = execute_racing(self.env, SQL(
            """UPDATE mobile_list SET version = version + 1, write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                WHERE id = %s AND (%s IS NULL OR version = %s) RETURNING version""",
            self.env.uid, self.id, seen, seen))
        if not rows:
            raise Problem('list_changed')
        self.invalidate_recordset(['version', 'write_uid', 'write_date'], flush=False)
        return rows[0][0]

    # === BUSINESS METHODS: lines === #

    def _line(self, uuid):
        """Return one line of the list.

        :raise Problem: 404.
        """
        self.ensure_one()
        line = self.env['mobile.list.line'].sudo().search([('list_id', '=', self.id), ('uuid', '=', str(uuid))])
        if not line:
            raise Problem('not_found')
        return line

    def _add_lines(self, shopper, values_list, loc):
        """Add lines to a list; those whose id is on it stay as they are.

        :param list[dict] values_list: ``id`` (uuid), ``product_id``, ``text``, ``quantity``, ``unit``, ``note``,
            ``done`` and ``position`` (None: at the end).
        :param loc: where they stand in the request.
        :return: the lines, in this order, and whether any of them is new.
        :rtype: tuple[MobileListLine, bool]
        :raise Problem: 422.
        """
        self.ensure_one()
        Line = self.env['mobile.list.line'].sudo()
        known = {line.uuid: line for line in Line.search([('list_id', '=', self.id)])}
        new = {}
        for index, values in enumerate(values_list):
            if str(values['id']) not in known:
                new.setdefault(str(values['id']), (index, values))
        if len(known) + len(new) > MOST_LINES:
            raise Problem.invalid(
                loc, self.env._("A list has %s lines at most. Take some away first.", MOST_LINES), 'too_many')
        lists = self.search(self._own(shopper))
        if new and Line.search_count([('list_id', 'in', lists.ids)]) + len(new) > MOST_LINES_IN_ALL:
            raise Problem.invalid(
                loc, self.env._("You have %s lists. Delete one first.", len(lists)), 'too_many')
        if new:
            products = Line._products(shopper, {
                values['product_id']: [*loc, index, 'product_id'] for index, values in new.values()
                if values['product_id']})
            version = self._next_version()
            last = max((line.position for line in known.values()), default=0)
            vals_list = []
            for uuid, (_index, values) in new.items():
                position = values['position']
                last = max(last, last + 1 if position is None else position)
                product = products.get(values['product_id'])
                vals_list.append({
                    'list_id': self.id, 'uuid': uuid, 'version': version,
                    'product_id': product and product.id,
                    'text': values['text'] or Line._name_of(product),
                    'position': last if position is None else position,
                    **{field: values[field] for field in ('quantity', 'unit', 'note', 'done')},
                })
            known.update({line.uuid: line for line in Line.create(vals_list)})
        return Line.union(*(known[str(values['id'])] for values in values_list)), bool(new)

    @api.model
    def _merge(self, sources, destination):
        """Make room for the lists of contacts that are merged: none is lost because two have the same public id.

        :param sources: ``res.partner`` that are merged into `destination`.
        """
        self.flush_model()
        self.env.cr.execute(SQL(
            'UPDATE mobile_list SET uuid = gen_random_uuid() WHERE id IN (%s)',
            merging.later_ones(self._table, ['company_id', 'uuid'], sources, destination)))
        self.invalidate_model()
