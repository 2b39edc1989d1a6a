from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools import SQL, escape_psql

from ..tools.personal_data import ADDRESS_FIELDS, BESIDE, OWNED_BY_CREATOR, SHARED, SUBJECT_FIELDS

PARTNER, USER = 'res.partner', 'res.users'


class Subject(NamedTuple):
    """Everything by which records can name one customer.

    :ivar list[int] partner_ids: the contact, then its further addresses
    :ivar list[int] user_ids: its accounts, archived ones too
    :ivar list[str] addresses: numbers (E.164) and e-mail addresses that are proved to be the customer's
    """

    partner_ids: list
    user_ids: list
    addresses: list


class Pointer(NamedTuple):
    """A field by which records of a model can name a person, or another record.

    :ivar str kind: ``partner``, ``user`` (many2one), ``partners``, ``users`` (many2many), ``subject`` (the id of a
        contact without a foreign key), ``address`` (a number or an e-mail address) or ``reference`` (model and id)
    :ivar str model_field: for ``reference``, the field with the model's name; empty for a field that holds both
    :ivar bool personal: whether the record cannot live without whom it names, by its model's own declaration
    """

    model: str
    field: str
    kind: str
    model_field: str = ''
    personal: bool = False


class Part(NamedTuple):
    """A field by which records are a part of another record: they die with it."""

    model: str
    field: str


class MobileTrace(models.AbstractModel):
    """Finds every record that concerns a customer, by looking at the models and not at a list of them.

    A model whose records name a customer without a foreign key says so by two class attributes:
    ``_mobile_subject_field`` (an integer, the id of the contact) and ``_mobile_address_fields``.
    """

    _name = 'mobile.trace'
    _description = "Traces of a Customer"

    # === WHAT CAN POINT AT A CUSTOMER === #

    @api.model
    @tools.ormcache()
    def _pointers(self):
        """Return all pointers of models with a table of their own, wizards included.

        :rtype: tuple[Pointer, ...]
        """
        return tuple(
            pointer for name in self._tables() for field in self.env[name]._fields.values()
            if (pointer := self._pointer(self.env[name], field)))

    @api.model
    @tools.ormcache()
    def _parts(self):
        """Return, by model, the fields that make other records a part of its records.

        :rtype: dict[str, tuple[Part, ...]]
        """
        parts = {}
        for name in self._tables():
            for field in self.env[name]._fields.values():
                if field.type == 'many2one' and field.store and field.column_type and field.ondelete == 'cascade':
                    parts.setdefault(field.comodel_name, []).append(Part(name, field.name))
        return {name: tuple(found) for name, found in parts.items()}

    @api.model
    @tools.ormcache()
    def _tables(self):
        """Return the names of all models whose records are rows of a table; a view shows other models' rows."""
        names = {model._table: name for name, model in sorted(self.env.items()) if not model._abstract}
        self.env.cr.execute(SQL(
            """SELECT relname FROM pg_class
                WHERE relkind IN ('r', 'p') AND relnamespace = current_schema::regnamespace AND relname IN %s""",
            tuple(names)))
        return tuple(sorted(names[table] for table, in self.env.cr.fetchall()))

    @api.model
    def _pointer(self, model, field):
        name = model._name
        if field.name == getattr(model, '_mobile_subject_field', SUBJECT_FIELDS.get(name)):
            return Pointer(name, field.name, 'subject')
        if field.name in self._address_fields(model):
            return Pointer(name, field.name, 'address')
        if field.name == 'create_uid' and name in OWNED_BY_CREATOR:
            return Pointer(name, field.name, 'user', personal=True)
        if not field.store or field.company_dependent or field.name in ('create_uid', 'write_uid'):
            # Who wrote a record is who worked on it; customers are named in other fields.
            return None
        if field.type == 'many2one_reference':
            return Pointer(name, field.name, 'reference', field.model_field)
        if field.type == 'reference':
            return Pointer(name, field.name, 'reference')
        if field.comodel_name in (PARTNER, USER) and field.type in ('many2one', 'many2many'):
            kind = ('partner' if field.comodel_name == PARTNER else 'user') + ('s' if field.type == 'many2many' else '')
            personal = field.type == 'many2one' and (field.required or field.ondelete in ('cascade', 'restrict'))
            return Pointer(name, field.name, kind, personal=personal)
        return None

    @api.model
    def _address_fields(self, model):
        return getattr(model, '_mobile_address_fields', ()) or ADDRESS_FIELDS.get(model._name, ())

    # === WHAT POINTS AT THIS CUSTOMER === #

    @api.model
    def _subject(self, partner):
        """Return by what records can name this customer.

        :param partner: ``res.partner``.
        :rtype: Subject
        """
        partner = partner.sudo().with_context(active_test=False)
        users = partner.user_ids
        # Delivery and other addresses are the customer's; a contact below them is a person of their own.
        further = partner.search([
            ('parent_id', '=', partner.id), ('type', '!=', 'contact'), ('user_ids', '=', False)])
        addresses = {partner.mobile_verified_phone, partner.mobile_verified_email, *users.mapped('login')}
        return Subject((partner + further).ids, users.ids, sorted(filter(None, addresses)))

    @api.model
    def _find(self, subject, company=None, strict=False):
        """Return every record that names the customer, and every part of such a record.

        One query for each model, and one for each kind of part.

        :param Subject subject: the customer.
        :param company: ``res.company`` whose records and those of no company are wanted; None for all.
        :param bool strict: without those of no company.
        :return: by model, the ids and the fields that led to each.
        :rtype: dict[str, dict[int, frozenset[str]]]
        """
        self.env.flush_all()
        found = {}
        pointers = {}
        for pointer in self._pointers():
            pointers.setdefault(pointer.model, []).append(pointer)
        if not strict:
            found[PARTNER] = dict.fromkeys(subject.partner_ids, frozenset(['id']))
            found[USER] = dict.fromkeys(subject.user_ids, frozenset(['id']))
        for name, named in pointers.items():
            conditions = {
                pointer.field: condition for pointer in named
                if (condition := self._condition(pointer, subject)) is not None}
            if name in (PARTNER, USER) or not conditions:
                continue
            self._add(found, name, self._rows(name, conditions, subject, company, strict))
        self._find_parts(found, subject, company, strict)
        return found

    @api.model
    def _find_parts(self, found, subject, company, strict):
        """Add the parts of what was found, and their parts."""
        references = [pointer for pointer in self._pointers() if pointer.kind == 'reference']
        parts = self._parts()
        new = {name: list(rows.keys() - self._somebody_elses(name, rows, subject)) for name, rows in found.items()}
        while new:
            name, ids = new.popitem()
            if name in SHARED and name != PARTNER:
                continue
            conditions = {}
            for part in parts.get(name, ()):
                if name not in (PARTNER, USER):
                    conditions.setdefault(part.model, {})[part.field] = SQL(
                        '%s = ANY(%s)', SQL.identifier(part.field), ids)
            for pointer in references:
                conditions.setdefault(pointer.model, {})[pointer.field] = self._reference(pointer, name, ids)
            for part_name, fields in conditions.items():
                rows = self._rows(
                    part_name, fields, subject, company, strict,
                    nobody_elses=True, somebodys=name == 'mobile.device')
                if added := self._add(found, part_name, rows):
                    new.setdefault(part_name, []).extend(added)

    @api.model
    def _somebody_elses(self, name, rows, subject):
        """Return which of these records are another contact's documents, and name the customer beside.

        :param dict rows: by id, the fields that led to each.
        :rtype: set[int]
        """
        beside = [row_id for row_id, why in rows.items() if why <= set(BESIDE.get(name, ()))]
        if not beside:
            return set()
        self.env.cr.execute(SQL(
            'SELECT id FROM %s WHERE id = ANY(%s) AND NOT partner_id = ANY(%s)',
            SQL.identifier(self.env[name]._table), beside, subject.partner_ids))
        return {row_id for row_id, in self.env.cr.fetchall()}

    @api.model
    def _add(self, found, name, rows):
        """Add rows to what was found; return the ids that are new."""
        known = found.setdefault(name, {}) if rows else found.get(name, {})
        added = [row_id for row_id in rows if row_id not in known]
        for row_id, why in rows.items():
            known[row_id] = known.get(row_id, frozenset()) | why
        return added

    @api.model
    def _rows(self, name, conditions, subject, company, strict, nobody_elses=False, somebodys=False):
        """Return the ids of a model's rows that meet a condition, and the fields whose conditions they meet.

        :param dict[str, SQL] conditions: by field.
        :param bool nobody_elses: without rows that name another customer.
        :param bool somebodys: without rows that could name a customer and name none: what a phone reported before its
            customer signed in may have been somebody else's.
        :rtype: dict[int, frozenset[str]]
        """
        model = self.env[name]
        table = SQL.identifier(model._table)
        where = [SQL('(%s)', SQL(' OR ').join(conditions.values()))]
        if company:
            where.append(self._of_company(model, company, strict))
        if nobody_elses:
            where += self._nobody_elses(model, subject, somebodys)
        self.env.cr.execute(SQL(
            'SELECT id, ARRAY[%s] FROM %s WHERE %s',
            SQL(', ').join(SQL('(%s) IS TRUE', condition) for condition in conditions.values()), table,
            SQL(' AND ').join(where)))
        fields, names = list(conditions), {}
        rows = {}
        for row_id, hits in self.env.cr.fetchall():
            key = tuple(hits)
            if key not in names:
                names[key] = frozenset(field for field, hit in zip(fields, hits, strict=True) if hit)
            rows[row_id] = names[key]
        return rows

    @api.model
    def _condition(self, pointer, subject):
        """Return when a row names the customer by this pointer, None when it cannot."""
        ids = subject.user_ids if pointer.kind in ('user', 'users') else subject.partner_ids
        column = SQL.identifier(pointer.field)
        match pointer.kind:
            case 'partner' | 'user' | 'subject':
                return SQL('%s = ANY(%s)', column, ids) if ids else None
            case 'partners' | 'users':
                field = self.env[pointer.model]._fields[pointer.field]
                return SQL(
                    'id IN (SELECT %s FROM %s WHERE %s = ANY(%s))', SQL.identifier(field.column1),
                    SQL.identifier(field.relation), SQL.identifier(field.column2), ids) if ids else None
            case 'address' if subject.addresses:
                known = subject.addresses
                enclosed = [f'%<{escape_psql(address)}>' for address in known]
                named = SQL('(lower(%s) = ANY(%s) OR lower(%s) LIKE ANY(%s))', column, known, column, enclosed)
                # Somebody else may have mistyped their own address.
                return SQL(' AND ').join([named, *self._nobody_elses(self.env[pointer.model], subject)])
        return None

    @api.model
    def _reference(self, pointer, name, ids):
        """Return when a row refers to one of these records."""
        column = SQL.identifier(pointer.field)
        if not pointer.model_field:
            return SQL('%s = ANY(%s)', column, [f'{name},{row_id}' for row_id in ids])
        return SQL('%s = %s AND %s = ANY(%s)', SQL.identifier(pointer.model_field), name, column, ids)

    @api.model
    def _of_company(self, model, company, strict):
        """Return when a row belongs to a company: by its own field, or by what it is a part of."""
        for field in ('company_id', 'record_company_id'):
            if field in model._fields and model._fields[field].column_type and model._fields[field].store:
                column = SQL.identifier(field)
                return SQL('%s = %s', column, company.id) if strict else SQL(
                    '(%s = %s OR %s IS NULL)', column, company.id, column)
        for field in model._fields.values():
            if field.type == 'many2one' and field.store and field.ondelete == 'cascade':
                whole = self.env[field.comodel_name]
                if 'company_id' in whole._fields and whole._fields['company_id'].store and field.comodel_name not in (
                        PARTNER, USER):
                    return SQL(
                        '(%s IN (SELECT id FROM %s WHERE %s)%s)', SQL.identifier(field.name),
                        SQL.identifier(whole._table), self._of_company(whole, company, strict),
                        SQL() if strict else SQL(' OR %s IS NULL', SQL.identifier(field.name)))
        return SQL('FALSE') if strict else SQL('TRUE')

    @api.model
    def _nobody_elses(self, model, subject, somebodys=False):
        """Return the conditions under which a part is not another customer's, as on a phone that changed hands."""
        conditions = []
        for field, ids, comodel in (('partner_id', subject.partner_ids, PARTNER), ('user_id', subject.user_ids, USER)):
            known = model._fields.get(field)
            if known and known.comodel_name == comodel and known.store and known.column_type:
                column = SQL.identifier(field)
                conditions.append(SQL(
                    '(%s%s = ANY(%s)%s)', SQL() if somebodys else SQL('%s IS NULL OR ', column), column, ids,
                    # Staff who look after a record are not who it is about.
                    SQL(' OR %s IN (SELECT id FROM res_users WHERE NOT share)', column) if comodel == USER else SQL()))
        return conditions
