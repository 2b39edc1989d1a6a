"""Canaries: recognisable texts in every record that can point at a customer. Runs inside an Odoo shell.

A record that is about the customer gets texts that nobody else has. One in which the customer is merely named (a team,
a tag) gets texts with the customer's name.
"""

import json
import secrets
import uuid

from odoo.tools import SQL

from odoo.addons.mobile_crm.tools.personal_data import (
    AUTHOR_FIELDS,
    NOT_EXPORTED,
    PERSONAL_BY_LIST,
    PERSONAL_BY_USER,
    SHARED,
)

#: What makes a record one that the law keeps.
KEPT_VALUES = {
    'account.move': {'state': 'posted', 'posted_before': True},
    'account.move.line': {'display_type': 'line_note'},
    'account.payment': {'state': 'paid'},
    'sale.order': {'state': 'sale'},
    'payment.transaction': {'state': 'done'},
    'mobile.redemption': {'state': 'confirmed'},
}
#: What the database asks of a record beside the columns that must not be empty.
NEEDED_VALUES = {
    'mobile.approval': {'state': 'used'},
    'mobile.exit.pass': {'state': 'void'},
    'mobile.payment': {'state': 'cancelled'},
    'mobile.presence': {'left_at': '2026-01-02'},
    'mobile.token': {'kind': 'access'},
}
#: Columns of text that hold a UUID and nothing else.
UUIDS = {('mobile.event', 'uuid')}
NEEDED_LINKS = {'mobile.token': ('device_id',)}
#: Links to something that has one record of the kind at most.
OWN_LINKS = {'mobile.basket': ('order_id',)}
TEXTS = ('char', 'text', 'html', 'json')
#: Settings and rights, in whose texts no name is looked for.
TECHNICAL = ('ir.', 'res.groups', 'res.role', 'res.company')


class Planter:
    """Plants canaries for one customer.

    :ivar dict planted: by model, the (pointer's field, canary's field, canary) of each canary
    :ivar dict failed: by model, why no row could be planted
    """

    def __init__(self, env, partner, user, company, prefix):
        self.env, self.partner, self.user, self.company, self.prefix = env, partner, user, company, prefix
        self.planted, self.failed = {}, {}
        self.addresses = {'phone': partner.mobile_verified_phone, 'email': partner.mobile_verified_email}

    def plant_everywhere(self, skip=()):
        """Plant one row for each pointer of each model."""
        for pointer in self.env['mobile.trace']._pointers():
            if pointer.model in ('res.partner', 'res.users', *skip):
                continue
            error = 'no attempt'
            for texts in (True, False):
                try:
                    with self.env.cr.savepoint(flush=False):
                        self._plant(pointer, texts)
                    error = None
                    break
                except Exception as exc:  # noqa: BLE001 (any constraint of any addon)
                    error = f'{pointer.field}: {str(exc).splitlines()[0][:200]}'
            if error:
                self.failed.setdefault(pointer.model, []).append(error)

    def _about(self, pointer):
        """Tell whether a record is about whom this pointer names."""
        if self.env[pointer.model]._transient:
            return True
        if pointer.model in SHARED:
            return False
        return (pointer.kind in ('partner', 'subject', 'address', 'reference') or pointer.personal
                or pointer.model in (PERSONAL_BY_USER if pointer.kind == 'user' else PERSONAL_BY_LIST))

    def _plant(self, pointer, texts):
        model, about = self.env[pointer.model], self._about(pointer)
        values, canaries, always = {}, [], {'company_id': self.company.id, 'active': True}
        self.env.cr.execute(SQL(
            """SELECT column_name, udt_name, is_nullable = 'YES', column_default IS NOT NULL, is_generated = 'ALWAYS'
                 FROM information_schema.columns
                WHERE table_name = %s AND table_schema = current_schema""", model._table))
        for column, kind, nullable, has_default, generated in self.env.cr.fetchall():
            field = model._fields.get(column)
            if column == 'id' or generated:
                continue
            if (pointer.model, column) in UUIDS:
                values[column] = str(uuid.uuid4())
                continue
            is_text = field is not None and field.type in TEXTS and column not in (pointer.model_field, pointer.field)
            if is_text and (texts or not nullable):
                canary = f'{self.prefix}-{secrets.token_hex(6)}' if about else self._name_in_passing(pointer)
                if getattr(field, 'size', None) and len(canary) > field.size:
                    if not nullable:
                        values[column] = self._filler(model, field, kind)
                    continue
                values[column] = json.dumps({'en_US': canary}) if kind == 'jsonb' else canary
                if about:
                    canaries.append((pointer.field, column, canary))
            elif column in OWN_LINKS.get(pointer.model, ()):
                values[column] = self._unused(model, field)
            elif column in always:
                values[column] = always[column]
            elif column in NEEDED_LINKS.get(pointer.model, ()) or (
                    not nullable and (not has_default or (field is not None and field.type == 'integer'))):
                values[column] = self._filler(model, field, kind)
        values |= NEEDED_VALUES.get(pointer.model, {})
        values |= {key: value for key, value in KEPT_VALUES.get(pointer.model, {}).items() if key in model._fields}
        relation = self._point(model, pointer, values, canaries)
        self.env.cr.execute(SQL(
            'INSERT INTO %s (%s) VALUES %s RETURNING id', SQL.identifier(model._table),
            SQL(', ').join(map(SQL.identifier, values)), tuple(values.values())))
        row_id, = self.env.cr.fetchone()
        if relation:
            field, person = relation
            self.env.cr.execute(SQL(
                'INSERT INTO %s (%s, %s) VALUES (%s, %s)', SQL.identifier(field.relation),
                SQL.identifier(field.column1), SQL.identifier(field.column2), row_id, person))
        self.planted.setdefault(pointer.model, []).extend(canaries)

    def _unused(self, model, field):
        """Return the id of something to which no record of the model is linked."""
        self.env.cr.execute(SQL(
            'SELECT min(id) FROM %s WHERE id NOT IN (SELECT %s FROM %s)',
            SQL.identifier(self.env[field.comodel_name]._table), SQL.identifier(field.name),
            SQL.identifier(model._table)))
        return self.env.cr.fetchone()[0]

    def missing(self, text):
        """Return the canaries that an export does not hold and must, by model."""
        missing = {}
        for name, canaries in self.planted.items():
            model = self.env[name]
            if name in NOT_EXPORTED or model._transient:
                continue
            exported = {field.name for field in self.env['mobile.export']._exported_fields(model)}
            for pointer, field, canary in canaries:
                # The author of a message from somebody else is not told.
                if field in exported and canary not in text and not (
                        field in AUTHOR_FIELDS.get(name, ()) and pointer != 'author_id'):
                    missing.setdefault(name, []).append(f'{field} by {pointer}')
        return missing

    def _name_in_passing(self, pointer):
        token = secrets.token_hex(6)
        return token if pointer.model.startswith(TECHNICAL) else f'{token} with {self.partner.name}, {token}'

    def _point(self, model, pointer, values, canaries):
        """Make the row point at the customer; return a relation to fill afterwards, if it is one."""
        match pointer.kind:
            case 'partner' | 'subject':
                values[pointer.field] = self.partner.id
            case 'user':
                values[pointer.field] = self.user.id
            case 'partners':
                return model._fields[pointer.field], self.partner.id
            case 'users':
                return model._fields[pointer.field], self.user.id
            case 'address':
                kind = 'phone' if any(word in pointer.field for word in ('phone', 'number')) else 'email'
                values[pointer.field] = self.addresses[kind]
                canaries.append((pointer.field, pointer.field, self.addresses[kind]))
            case 'reference':
                if pointer.model_field:
                    values[pointer.model_field] = 'res.partner'
                    values[pointer.field] = self.partner.id
                else:
                    values[pointer.field] = f'res.partner,{self.partner.id}'
        return None

    def _filler(self, model, field, kind):
        """Return something that a column which must not be empty takes."""
        if field is not None and field.type == 'many2one':
            if field.comodel_name in ('res.partner', 'res.users'):
                return self.partner.id if field.comodel_name == 'res.partner' else self.user.id
            self.env.cr.execute(SQL('SELECT min(id) FROM %s', SQL.identifier(self.env[field.comodel_name]._table)))
            return self.env.cr.fetchone()[0] or self._bare(field.comodel_name)
        if field is not None and field.type == 'selection':
            return next(iter(field.get_values(self.env)), 'x')
        return {
            'int4': secrets.randbelow(28) + 1, 'int8': 1, 'float8': 1.0, 'numeric': 1, 'bool': False,
            'timestamp': '2026-01-01', 'date': '2026-01-01', 'jsonb': '{}',
        }.get(kind, secrets.token_hex(6)[:getattr(field, 'size', None)])

    def _bare(self, name):
        """Insert the least row of a model that has none, and return its id."""
        model, values = self.env[name], {}
        self.env.cr.execute(SQL(
            """SELECT column_name, udt_name FROM information_schema.columns
                WHERE table_name = %s AND table_schema = current_schema AND is_nullable = 'NO'
                  AND column_default IS NULL AND is_generated <> 'ALWAYS'""", model._table))
        for column, kind in self.env.cr.fetchall():
            values[column] = self._filler(model, model._fields.get(column), kind)
        self.env.cr.execute(SQL(
            'INSERT INTO %s %s RETURNING id', SQL.identifier(model._table),
            SQL('(%s) VALUES %s', SQL(', ').join(map(SQL.identifier, values)), tuple(values.values()))
            if values else SQL('DEFAULT VALUES')))
        return self.env.cr.fetchone()[0]
