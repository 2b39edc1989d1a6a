import json
import tempfile
from datetime import UTC, date, datetime
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.personal_data import (
    AUTHOR_FIELDS,
    CODE_FIELDS,
    NOT_EXPORTED,
    OTHERS_SHARES,
    PEOPLE_MODELS,
    SECRET_FIELD,
    SHARED,
)
from .mobile_otp import LIFETIME

# Records that are in memory at the same time, however many there are.
CHUNK = 1_000
# An export up to this size never touches the disk (bytes).
IN_MEMORY = 4 * 1024 * 1024
TYPES = {
    'integer': 'integer', 'many2one_reference': 'integer', 'float': 'number', 'monetary': 'number',
    'boolean': 'boolean', 'date': 'date', 'datetime': 'datetime', 'many2one': 'record', 'many2many': 'records',
    'json': 'object', 'properties': 'object', 'binary': 'file',
}


class MobileExport(models.AbstractModel):
    """Everything that is held about a customer, for the customer (GDPR, articles 15 and 20)."""

    _name = 'mobile.export'
    _description = "Export of a Customer's Data"

    # === BUSINESS METHODS === #

    @api.model
    def _export(self, partner, company, customer=None):
        """Write everything held about a customer as JSON, in constant memory.

        This is what a company answers for its own: records of other companies are left out, records of no company
        are in. It reads elevated, and nothing but what ``mobile.trace`` found for this one contact.

        :param partner: ``res.partner``; callers see to it that it is the caller's own.
        :param company: ``res.company`` of the app.
        :param dict customer: who it is, in the API's own words.
        :return: a file, rewound.
        """
        subject = self.env['mobile.trace']._subject(partner)
        found = self.env['mobile.trace']._find(subject, company)
        self._leave_out_others(found, subject)
        output = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (the caller reads it)
        write = partial(self._write, output)
        write('{"generated_at":', fields.Datetime.now(), ',"customer":', customer, ',"models":[')
        separator = ''
        for name in sorted(found):
            if not found[name] or name in NOT_EXPORTED or self.env[name]._transient:
                continue
            write(separator)
            self._export_model(write, self.env[name].sudo().with_company(company), found[name], subject)
            separator = ','
        write(']}')
        output.seek(0)
        return output

    @api.model
    def _exported_fields(self, model):
        """Return the fields of a model that an export holds: stored, and no secret.

        :rtype: list[odoo.fields.Field]
        """
        return [
            field for name, field in sorted(model._fields.items())
            if field.store and (field.column_type or field.type in ('many2many', 'binary'))
            and not field.inherited and name not in ('id', 'create_uid', 'write_uid')
            and not (field.type == 'binary' and field.compute)
            and not SECRET_FIELD.search(name) and not name.startswith('_')
        ]

    # === PRIVATE METHODS === #

    @api.model
    def _leave_out_others(self, found, subject):
        """Take out what others got: their copies of a mail, their notices that a customer was assigned to them."""
        for name in OTHERS_SHARES:
            named = {pointer.field for pointer in self.env['mobile.trace']._pointers()
                     if pointer.model == name and pointer.kind != 'reference'}
            found[name] = {row_id: why for row_id, why in found.get(name, {}).items() if named & why}
        # A link to confirm an address by proves nothing once it is read here.
        self.env.cr.execute(SQL(
            "SELECT id FROM mail_message WHERE id = ANY(%s) AND model = 'mobile.opt.in'",
            list(found.get('mail.message', ()))))
        links = {row_id for row_id, in self.env.cr.fetchall()}
        self.env.cr.execute(SQL(
            'SELECT id FROM mail_mail WHERE id = ANY(%s) AND mail_message_id = ANY(%s)',
            list(found.get('mail.mail', ())), list(links)))
        for name, ids in (('mail.mail', [row_id for row_id, in self.env.cr.fetchall()]), ('mail.message', links)):
            for row_id in ids:
                del found[name][row_id]
        messages = found.get('mail.message', {})
        self.env.cr.execute(SQL(
            "SELECT id FROM mail_message WHERE id = ANY(%s) AND message_type = 'user_notification'",
            [row_id for row_id, why in messages.items() if why == {'res_id'}]))
        for row_id, in self.env.cr.fetchall():
            del messages[row_id]

    @staticmethod
    def _write(output, *parts):
        """Write plain text as it is; values between the pieces of text as JSON."""
        for index, part in enumerate(parts):
            text = part if index % 2 == 0 else json.dumps(part, ensure_ascii=False, default=_to_json)
            output.write(text.encode())

    @api.model
    def _export_model(self, write, model, rows, subject):
        """Write one model: what its fields mean, and its records."""
        exported = self._exported_fields(model)
        if model._name in SHARED and model._name not in PEOPLE_MODELS:
            # The company's own: that it names the customer is told, its settings are not.
            exported = [field for field in exported if field.name == 'name']
        write('{"model":', model._name, ',"name":', self.env['ir.model']._get(model._name).name, ',"why":',
              sorted(set().union(*set(rows.values()))), ',"fields":', {
                  field.name: {
                      'label': field._description_string(self.env),
                      'meaning': field._description_help(self.env) or field._description_string(self.env),
                      'type': TYPES.get(field.type, 'text'),
                  } for field in exported}, ',"records":[')
        ids, separator, names = sorted(rows), '', {}
        for start in range(0, len(ids), CHUNK):
            for record in self._records(model, exported, ids[start:start + CHUNK], subject, names):
                write(separator, record)
                separator = ','
        write(']}')

    @api.model
    def _records(self, model, exported, ids, subject, names):
        """Return records as JSON objects; one query for the columns, one for each many2many field."""
        query = model.browse(ids)._as_query(ordered=False)
        columns = [field for field in exported if field.column_type and field.type != 'binary']
        self.env.cr.execute(query.select(
            SQL.identifier(query.table, 'id'),
            *(model._field_to_sql(query.table, field.name, query) for field in columns)))
        rows = {row[0]: dict(zip((field.name for field in columns), row[1:], strict=True))
                for row in self.env.cr.fetchall()}
        for field in exported:
            if field.type == 'many2many':
                self._read_many2many(field, rows)
            elif field.type == 'binary':
                self._read_sizes(model, field, rows)
        self._name_records(model, exported, rows, subject, names)
        if model._name in CODE_FIELDS:
            self._withhold_codes(CODE_FIELDS[model._name], rows)
        if model._name == 'mail.tracking.value':
            self._name_tracked(rows, subject)
        for field in AUTHOR_FIELDS.get(model._name, ()):
            for row in rows.values():
                if row.get('author_id') != {'is_you': True}:
                    row.pop(field, None)
        return [{'id': row_id, **row} for row_id, row in rows.items()]

    @api.model
    def _withhold_codes(self, field, rows):
        """Take the texts out of which a one-time code could still be read."""
        living_since = fields.Datetime.now() - LIFETIME
        for row in rows.values():
            if row['create_date'] and row['create_date'] >= living_since:
                row[field] = None

    @api.model
    def _name_tracked(self, rows, subject):
        """Take the names of other people out of the log of changes, such as "Salesperson: … to …"."""
        self.env.cr.execute(SQL(
            """SELECT tracking.id, field.relation FROM mail_tracking_value tracking
                 JOIN ir_model_fields field ON field.id = tracking.field_id
                WHERE tracking.id = ANY(%s) AND field.relation = ANY(%s)""", list(rows), list(PEOPLE_MODELS)))
        own = {'res.partner': subject.partner_ids, 'res.users': subject.user_ids}
        for row_id, relation in self.env.cr.fetchall():
            for side in ('old', 'new'):
                if rows[row_id][f'{side}_value_integer'] not in own.get(relation, ()):
                    rows[row_id][f'{side}_value_char'] = None

    @api.model
    def _read_many2many(self, field, rows):
        for row in rows.values():
            row[field.name] = []
        self.env.cr.execute(SQL(
            'SELECT %s, %s FROM %s WHERE %s = ANY(%s) ORDER BY 1, 2', SQL.identifier(field.column1),
            SQL.identifier(field.column2), SQL.identifier(field.relation), SQL.identifier(field.column1), list(rows)))
        for row_id, other_id in self.env.cr.fetchall():
            rows[row_id][field.name].append(other_id)

    @api.model
    def _read_sizes(self, model, field, rows):
        """Files are told by their size; those in attachments are records of their own as well."""
        if field.column_type and not field.attachment:
            self.env.cr.execute(SQL(
                'SELECT id, length(%s) FROM %s WHERE id = ANY(%s)', SQL.identifier(field.name),
                SQL.identifier(model._table), list(rows)))
        else:
            self.env.cr.execute(SQL(
                """SELECT res_id, file_size FROM ir_attachment
                    WHERE res_model = %s AND res_field = %s AND res_id = ANY(%s)""",
                model._name, field.name, list(rows)))
        sizes = dict(self.env.cr.fetchall())
        for row_id, row in rows.items():
            row[field.name] = {'bytes': sizes[row_id]} if sizes.get(row_id) else None

    @api.model
    def _name_records(self, model, exported, rows, subject, names):
        """Put a name beside each id of another record, once for each record; people other than the customer get none.

        :param dict names: what is known already, by model.
        """
        own = {'res.partner': set(subject.partner_ids), 'res.users': set(subject.user_ids)}
        for field in exported:
            if field.type not in ('many2one', 'many2many'):
                continue
            comodel, many = field.comodel_name, field.type == 'many2many'
            wanted = {other_id for row in rows.values()
                      for other_id in (row[field.name] if many else [row[field.name]]) if other_id}
            if comodel in PEOPLE_MODELS:
                told = {other_id: {'is_you': other_id in own.get(comodel, ())} for other_id in wanted}
            else:
                told = names.setdefault(comodel, {})
                others = self.env[comodel].sudo().browse(wanted - told.keys())
                told.update({other.id: {'id': other.id, 'name': other.display_name or None}
                             for other in others.exists()})
                others.invalidate_recordset()
            for row in rows.values():
                value = row[field.name]
                row[field.name] = [told.get(other_id) for other_id in value] if many else told.get(value)


def _to_json(value):
    """Return what JSON has no type for as the API writes it."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).strftime('%Y-%m-%dT%H:%M:%SZ')
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
