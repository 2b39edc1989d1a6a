import logging
import re
from collections import defaultdict

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from ..tools.personal_data import (
    ANONYMISED,
    BESIDE,
    EMPLOYED,
    KEPT_BY_LAW,
    KEPT_CONTACT_FIELDS,
    PERSONAL_BY_LIST,
    PERSONAL_BY_USER,
    SHARED,
)

_logger = logging.getLogger(__name__)

PARTNER, USER = 'res.partner', 'res.users'
# What a company that serves a customer has of them, each with a contact and a company.
SERVED_BY = (
    'mobile.device', 'mobile.message', 'mobile.enquiry', 'mobile.event', 'mobile.preference', 'mobile.opt.in',
    'mobile.favourite', 'mobile.list', 'mobile.basket', 'loyalty.card')
TEXT_TYPES = ('char', 'text', 'html', 'json', 'properties')
BLANK = "Erased"


class MobileEraser(models.AbstractModel):
    """Removes a customer from every table (GDPR, article 17).

    It works on rows and not on records: deleting records would send letters (a meeting that is called off), ask for
    rights that nobody has, and stop at the first addon that objects. What hangs on files goes through Odoo.
    """

    _name = 'mobile.eraser'
    _description = "Eraser of a Customer's Data"

    # === BUSINESS METHODS === #

    @api.model
    def _erase(self, partner, company):
        """Erase a customer of a company, in the caller's transaction.

        Where another company's app serves the same contact, only this company's records go: the contact and its account
        are that company's too. Otherwise everything goes, whichever company wrote it.

        :param partner: ``res.partner``.
        :param company: ``res.company``.
        :return: the models of which records are kept by law.
        :rtype: list[str]
        :raise UserError: when this contact is none that can be erased.
        """
        partner, Trace = partner.sudo(), self.env['mobile.trace'].sudo()
        shared = self._served_elsewhere(partner, company)
        subject = Trace._subject(partner)
        self._check_person(subject)
        self.env['mobile.basket'].sudo()._give_up_all(partner, company if shared else None)
        found = Trace._find(subject, company if shared else None, strict=shared)
        self._add_phones(found, subject, company if shared else None)
        kept = self._kept(found)
        doomed, named, blanked = self._sort(found, kept, subject)
        self._let_go(named, subject)
        for name, ids in blanked.items():
            self._blank(name, ids, subject)
        self._delete(doomed, subject)
        self._clear_kept(kept)
        if not shared:
            self._scrub_tracking(subject)
            self._erase_contacts(subject, found, kept)
        self.env.invalidate_all(flush=False)
        self.env.registry.clear_cache()
        return sorted(name for name, ids in kept.items() if ids and KEPT_BY_LAW[name].names_contact)

    # === WHAT IS WHAT === #

    @api.model
    def _served_elsewhere(self, partner, company):
        """Tell whether another company serves this contact, signed in to its app or not."""
        return any(
            self.env[name].sudo().search_count([
                ('partner_id', '=', partner.id), ('company_id', 'not in', [company.id, False])], limit=1)
            for name in SERVED_BY)

    @api.model
    def _check_person(self, subject):
        """Refuse to erase what is not a customer's alone."""
        users = self.env[USER].sudo().with_context(active_test=False).browse(subject.user_ids)
        if users.filtered(lambda user: not user.share):
            raise UserError(self.env._("This contact is a member of staff."))
        for name, field in EMPLOYED.items():
            if name in self.env and self.env[name].sudo().with_context(active_test=False).search_count(
                    [(field, 'in', subject.partner_ids)], limit=1):
                raise UserError(self.env._("This contact is a member of staff."))
        if self.env['res.company'].sudo().with_context(active_test=False).search_count(
                [('partner_id', 'in', subject.partner_ids)], limit=1):
            raise UserError(self.env._("This contact is the address of a company."))

    @api.model
    def _add_phones(self, found, subject, company):
        """Add the phones that the customer used and signed out of since, unless somebody else uses them now."""
        self.env.cr.execute(SQL(
            """SELECT id FROM mobile_device
                WHERE user_id IS NULL AND (%s IS NULL OR company_id = %s)
                  AND (id IN (SELECT device_id FROM mobile_token WHERE user_id = ANY(%s))
                    OR id IN (SELECT device_id FROM mobile_event WHERE partner_id = ANY(%s)))""",
            company and company.id, company and company.id, subject.user_ids, subject.partner_ids))
        rows = found.setdefault('mobile.device', {})
        rows.update({row[0]: frozenset(['user_id']) for row in self.env.cr.fetchall()})
        # A phone that has served another customer stays as an empty shell: their facts hang on it.
        self.env.cr.execute(SQL(
            """SELECT DISTINCT device_id FROM mobile_event
                WHERE device_id = ANY(%s) AND partner_id IS NOT NULL AND NOT partner_id = ANY(%s)""",
            list(rows), subject.partner_ids))
        for device_id, in self.env.cr.fetchall():
            rows[device_id] |= {'shell'}

    @api.model
    def _kept(self, found):
        """Return which of the records found are kept by law.

        :rtype: dict[str, list[int]]
        """
        kept = {}
        for name, rule in KEPT_BY_LAW.items():
            ids = list(found.get(name, ()))
            if not ids:
                continue
            self.env.cr.execute(SQL(
                'SELECT kept.id FROM %s kept WHERE kept.id = ANY(%s) AND (%s)',
                SQL.identifier(self.env[name]._table), ids, SQL(rule.condition)))
            kept[name] = [row[0] for row in self.env.cr.fetchall()]
        return kept

    @api.model
    def _sort(self, found, kept, subject):
        """Sort the records found by what becomes of them, kept ones left out.

        :return: those to delete, those in which the customer is merely named, and those whose numbers stay.
        :rtype: tuple[dict[str, list[int]], ...]
        """
        doomed, named, blanked = defaultdict(list), defaultdict(list), defaultdict(list)
        kinds = {(pointer.model, pointer.field): pointer for pointer in self.env['mobile.trace']._pointers()}
        for name, rows in found.items():
            if name in (PARTNER, USER):
                continue
            staying = set(kept.get(name, ()))
            alone = self._concerns_nobody_else(name, rows, subject)
            others = self.env['mobile.trace']._somebody_elses(name, rows, subject)
            for row_id, why in rows.items():
                if row_id in staying:
                    continue
                pointers = [kinds.get((name, field)) for field in why]
                if self.env[name]._transient:
                    doomed[name].append(row_id)
                elif name in SHARED or row_id in others:
                    named[name].append(row_id)
                elif name in ANONYMISED or 'shell' in why:
                    blanked[name].append(row_id)
                elif any(self._is_personal(name, pointer) for pointer in pointers) or row_id in alone:
                    doomed[name].append(row_id)
                else:
                    named[name].append(row_id)
        self._spare_vouchers(doomed, kept)
        return doomed, named, blanked

    @api.model
    def _is_personal(self, name, pointer):
        """Tell whether a record is about the person to whom this pointer leads.

        :param Pointer pointer: None when the record was found as a part of one that is.
        """
        if pointer is None or pointer.kind in ('partner', 'subject', 'address', 'reference') or pointer.personal:
            return True
        return pointer.kind == 'user' and name in PERSONAL_BY_USER

    @api.model
    def _concerns_nobody_else(self, name, rows, subject):
        """Return which records with a list of people name, beside the customer, nobody but staff."""
        if name not in PERSONAL_BY_LIST:
            return set()
        field = self.env[name]._fields['recipient_ids' if name == 'mail.mail' else 'partner_ids']
        self.env.cr.execute(SQL(
            """SELECT id FROM unnest(%(ids)s) id
                WHERE NOT EXISTS (
                    SELECT FROM %(relation)s link
                     WHERE link.%(record)s = id AND NOT link.%(partner)s = ANY(%(own)s)
                       AND NOT EXISTS (SELECT FROM res_users
                                        WHERE partner_id = link.%(partner)s AND NOT share))""",
            ids=list(rows), relation=SQL.identifier(field.relation), record=SQL.identifier(field.column1),
            partner=SQL.identifier(field.column2), own=subject.partner_ids))
        return {row[0] for row in self.env.cr.fetchall()}

    @api.model
    def _spare_vouchers(self, doomed, kept):
        """Take what belongs to kept documents from the records to delete: their files, and the log of invoices."""
        documents = {name: set(ids) for name, ids in kept.items() if KEPT_BY_LAW[name].names_contact}
        attachments = self.env['ir.attachment'].sudo().with_context(skip_res_field_check=True)
        if doomed.get('ir.attachment'):
            doomed['ir.attachment'] = attachments.browse(doomed['ir.attachment']).filtered(
                lambda file: file.res_id not in documents.get(file.res_model, ())).ids
        if doomed.get('ir.model.data'):
            self.env.cr.execute(SQL(
                'SELECT id, model, res_id FROM ir_model_data WHERE id = ANY(%s)', doomed['ir.model.data']))
            doomed['ir.model.data'] = [
                row_id for row_id, model, res_id in self.env.cr.fetchall()
                if model in (PARTNER, USER) or res_id in doomed.get(model, ())]
        if doomed.get('mail.message'):
            # Tax law wants to see what became of an invoice, Odoo's own lines only.
            self.env.cr.execute(SQL(
                """SELECT id FROM mail_message
                    WHERE id = ANY(%s) AND NOT (model = 'account.move' AND res_id = ANY(%s)
                          AND message_type = 'notification' AND NOT coalesce(author_id = ANY(%s), FALSE))""",
                doomed['mail.message'], kept.get('account.move', []), kept.get(PARTNER, [])))
            doomed['mail.message'] = [row[0] for row in self.env.cr.fetchall()]

    # === WHAT IS DONE === #

    @api.model
    def _let_go(self, named, subject):
        """Take the customer out of other people's records: the links, and the name and addresses in their texts."""
        for name, ids in named.items():
            self._unlink_person(name, ids, subject)
            self._scrub(name, ids, subject)

    @api.model
    def _unlink_person(self, name, ids, subject):
        """Empty the links of these records to the customer; one that cannot be empty stays."""
        model = self.env[name]
        for pointer in self.env['mobile.trace']._pointers():
            field = model._fields.get(pointer.field)
            if pointer.model != name or pointer.kind in ('subject', 'address'):
                continue
            if pointer.kind == 'reference':
                self._unlink_reference(model, pointer, ids, subject)
                continue
            people = subject.user_ids if pointer.kind in ('user', 'users') else subject.partner_ids
            if field.type == 'many2many':
                self.env.cr.execute(SQL(
                    'DELETE FROM %s WHERE %s = ANY(%s) AND %s = ANY(%s)', SQL.identifier(field.relation),
                    SQL.identifier(field.column2), people, SQL.identifier(field.column1), ids))
            elif not field.required or self._is_beside(model, field):
                self.env.cr.execute(SQL(
                    'UPDATE %s SET %s = %s WHERE id = ANY(%s) AND %s = ANY(%s)', SQL.identifier(model._table),
                    SQL.identifier(field.name), SQL('partner_id') if self._is_beside(model, field) else SQL('NULL'),
                    ids, SQL.identifier(field.name), people))

    @api.model
    def _is_beside(self, model, field):
        """Tell whether a link is to a contact beside the one whose document it is, who then takes the place."""
        return field.name in BESIDE.get(model._name, ())

    @api.model
    def _unlink_reference(self, model, pointer, ids, subject):
        """Empty a reference to the customer's contact, where one field holds model and id."""
        if not pointer.model_field and not model._fields[pointer.field].required:
            self.env.cr.execute(SQL(
                'UPDATE %s SET %s = NULL WHERE id = ANY(%s) AND %s = ANY(%s)', SQL.identifier(model._table),
                SQL.identifier(pointer.field), ids, SQL.identifier(pointer.field),
                [f'{PARTNER},{partner_id}' for partner_id in subject.partner_ids]))

    @api.model
    def _scrub(self, name, ids, subject):
        """Replace the customer's name and addresses in the texts of these records."""
        if name.startswith(('ir.', 'res.groups', 'res.role', 'res.company')):
            return
        partner = self.env[PARTNER].sudo().browse(subject.partner_ids[:1])
        told = {*subject.addresses, partner.email, partner.phone, partner.phone_sanitized}
        if len((partner.name or '').split()) > 1:
            # A customer who calls themselves "Team" does not rename the teams.
            told.add(partner.name)
        words = '|'.join(sorted((re.escape(text) for text in told if text), key=len, reverse=True))
        if not words:
            return
        pattern, model = rf'(?<!\w)({words})(?!\w)', self.env[name]
        for field in self._texts(model):
            column = SQL.identifier(field.name)
            self.env.cr.execute(SQL(
                """UPDATE %(table)s SET %(column)s = regexp_replace(%(column)s::text, %(pattern)s, '…', 'gi')::%(type)s
                    WHERE id = ANY(%(ids)s) AND %(column)s::text ~* %(pattern)s""",
                table=SQL.identifier(model._table), column=column, pattern=pattern, ids=ids,
                type=SQL(self._column_type(field))))

    @api.model
    def _blank(self, name, ids, subject):
        """Empty the links and every text of these records, and let no list show them."""
        model = self.env[name]
        self._unlink_person(name, ids, subject)
        values = [self._emptied(field) for field in self._texts(model)]
        if name not in ANONYMISED and 'active' in model._fields and model._fields['active'].store:
            values.append(SQL('active = FALSE'))
        if values:
            self.env.cr.execute(SQL(
                'UPDATE %s SET %s WHERE id = ANY(%s)', SQL.identifier(model._table), SQL(', ').join(values), ids))

    @api.model
    def _texts(self, model):
        return [field for field in model._fields.values()
                if field.store and field.column_type and field.type in TEXT_TYPES and not field.inherited]

    @api.model
    def _column_type(self, field):
        return 'jsonb' if field.translate or field.company_dependent or field.type in ('json', 'properties') else 'text'

    @api.model
    def _emptied(self, field):
        """Return the assignment that empties a text; where there must be one, it is the word and the row's number."""
        column = SQL.identifier(field.name)
        if not field.required:
            return SQL('%s = NULL', column)
        if self._column_type(field) == 'jsonb':
            return SQL("%s = jsonb_build_object('en_US', %s || ' ' || id)", column, BLANK)
        return SQL("%s = %s || ' ' || id", column, BLANK)

    @api.model
    def _delete(self, doomed, subject):
        """Delete these rows, in whichever order their foreign keys allow; what none allows is blanked."""
        attachments = doomed.pop('ir.attachment', [])
        doomed['mail.message'] += self._messages_of_mails(doomed.get('mail.mail', []))
        left = {name: ids for name, ids in doomed.items() if ids}
        while left:
            stuck = {name: ids for name, ids in left.items() if not self._try(self._delete_rows, name, ids)}
            if len(stuck) == len(left):
                break
            left = stuck
        else:
            stuck = {}
        for name, ids in stuck.items():
            singly = [row_id for row_id in ids if not self._try(self._delete_rows, name, [row_id])]
            if singly:
                self._blank(name, singly, subject)
        # Odoo removes the files behind them.
        self.env['ir.attachment'].sudo().browse(attachments).exists().unlink()

    @api.model
    def _messages_of_mails(self, mail_ids):
        """Return the messages that exist only to be mailed."""
        self.env.cr.execute(SQL(
            'SELECT mail_message_id FROM mail_mail WHERE id = ANY(%s) AND NOT coalesce(is_notification, FALSE)',
            mail_ids))
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _delete_rows(self, name, ids):
        self.env.cr.execute(SQL(
            'DELETE FROM %s WHERE id = ANY(%s)', SQL.identifier(self.env[name]._table), ids))

    @api.model
    def _try(self, method, *args):
        """Call a method; tell whether the database allowed it. Nothing of it is kept when it did not."""
        try:
            with self.env.cr.savepoint(flush=False), mute_logger('odoo.sql_db'):
                method(*args)
        except (psycopg2.errors.IntegrityError, psycopg2.errors.RaiseException, UserError):
            return False
        return True

    @api.model
    def _clear_kept(self, kept):
        """Empty what the law does not ask for in the records that it keeps."""
        for name, ids in kept.items():
            model = self.env[name]
            columns = [column for column in KEPT_BY_LAW[name].clear if column in model._fields]
            if ids and columns:
                self.env.cr.execute(SQL(
                    'UPDATE %s SET %s WHERE id = ANY(%s)', SQL.identifier(model._table),
                    SQL(', ').join(SQL('%s = NULL', SQL.identifier(column)) for column in columns), ids))

    @api.model
    def _scrub_tracking(self, subject):
        """Take the customer's name out of the logs of changes to other records, such as "Contact: … to …"."""
        for side in ('old', 'new'):
            self.env.cr.execute(SQL(
                """UPDATE mail_tracking_value tracking SET %(name)s = '…', %(link)s = NULL FROM ir_model_fields field
                    WHERE field.id = tracking.field_id
                      AND (field.relation = 'res.partner' AND tracking.%(link)s = ANY(%(partners)s)
                        OR field.relation = 'res.users' AND tracking.%(link)s = ANY(%(users)s))""",
                name=SQL.identifier(f'{side}_value_char'), link=SQL.identifier(f'{side}_value_integer'),
                partners=subject.partner_ids, users=subject.user_ids))

    # === THE CONTACT ITSELF === #

    @api.model
    def _erase_contacts(self, subject, found, kept):
        """Delete the customer's account and contact; what kept documents name keeps a name and a postal address."""
        needed = self._needed_contacts(subject, kept)
        self.env.invalidate_all(flush=False)
        # Odoo would write down who it was that is gone.
        quiet = self.env[USER].sudo().with_context(active_test=False, tracking_disable=True)
        for user in quiet.browse(subject.user_ids).exists():
            if not self._try(user.unlink):
                self._scrub_user(user)
        for partner_id in reversed(subject.partner_ids):
            self._unlink_everywhere(partner_id, subject)
            if partner_id in needed:
                self._scrub_contact(partner_id, KEPT_CONTACT_FIELDS)
            elif not self._try(self._delete_rows, PARTNER, [partner_id]):
                self._scrub_contact(partner_id, ())

    @api.model
    def _needed_contacts(self, subject, kept):
        """Return the ids of the contacts that are named by records which are kept by law, or by a store."""
        # A store needs its address.
        needed = set(self.env['mobile.store'].sudo().with_context(active_test=False).search(
            [('partner_id', 'in', subject.partner_ids)]).partner_id.ids)
        for pointer in self.env['mobile.trace']._pointers():
            ids = kept.get(pointer.model)
            if ids and pointer.kind == 'partner' and KEPT_BY_LAW[pointer.model].names_contact:
                self.env.cr.execute(SQL(
                    'SELECT DISTINCT %(field)s FROM %(table)s WHERE id = ANY(%(ids)s) AND %(field)s = ANY(%(people)s)',
                    field=SQL.identifier(pointer.field), table=SQL.identifier(self.env[pointer.model]._table), ids=ids,
                    people=subject.partner_ids))
                needed |= {row[0] for row in self.env.cr.fetchall()}
        return needed

    @api.model
    def _unlink_everywhere(self, partner_id, subject):
        """Empty the lists of other contacts below this one, which are persons of their own."""
        self.env.cr.execute(SQL(
            """UPDATE res_partner SET parent_id = NULL, commercial_partner_id = id
                WHERE parent_id = %s AND NOT id = ANY(%s)""", partner_id, subject.partner_ids))

    @api.model
    def _scrub_contact(self, partner_id, staying):
        """Leave of a contact only these fields; it is archived, and nothing leads from it to a phone."""
        model = self.env[PARTNER]
        values = [SQL('active = FALSE'), SQL('user_id = NULL'), SQL('partner_latitude = NULL'),
                  SQL('partner_longitude = NULL')]
        values += [self._emptied(field) for field in self._texts(model)
                   if field.name not in (*staying, 'name', 'complete_name')]
        values += [SQL('%s = NULL', SQL.identifier(field.name)) for field in model._fields.values()
                   if field.store and field.type in ('date', 'datetime') and field.column_type
                   and field.name not in ('create_date', 'write_date')]
        if 'name' not in staying:
            values += [SQL("name = %s || ' ' || id", BLANK), SQL("complete_name = %s || ' ' || id", BLANK),
                       SQL('state_id = NULL'), SQL('country_id = NULL')]
        self.env.cr.execute(SQL('UPDATE res_partner SET %s WHERE id = %s', SQL(', ').join(values), partner_id))
        for field in model._fields.values():
            if field.type == 'many2many' and field.store and field.column1 != field.column2:
                self.env.cr.execute(SQL(
                    'DELETE FROM %s WHERE %s = %s', SQL.identifier(field.relation), SQL.identifier(field.column1),
                    partner_id))

    @api.model
    def _scrub_user(self, user):
        """Make an account that Odoo must keep nobody's."""
        values = [self._emptied(field) for field in self._texts(user)]
        self.env.cr.execute(SQL(
            'UPDATE res_users SET active = FALSE, password = NULL, %s WHERE id = %s', SQL(', ').join(values), user.id))
