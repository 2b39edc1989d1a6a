from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..tools import append_only
from ..tools.problems import Problem

PURPOSES = [
    ('push', "Notifications"),
    ('sms', "Text Messages"),
    ('email', "Emails"),
    ('location', "Location"),
    ('profiling', "Personal Recommendations"),
]


class ConsentState(NamedTuple):
    """Where a customer stands with one purpose.

    :ivar bool granted: what the ledger says, a wording that asks again considered; no blacklist is looked at.
    :ivar decided_at, decided_version: of the latest decision; None when there is none.
    :ivar version, text, lang: of the wording that is shown now.
    """

    purpose: str
    granted: bool
    decided_at: object
    decided_version: int | None
    version: int
    text: str
    lang: str


class MobileConsent(models.Model):
    """What a customer agreed to or withdrew: a ledger to which rows are added and nothing else.

    The row is evidence also after its customer is gone, so it holds on to no contact and has nothing personal in it.
    Where a customer stands is their latest row of a company and a purpose.
    """

    _name = 'mobile.consent'
    _description = "Consent"
    _order = 'decided_at desc, id desc'
    _rec_name = 'purpose'
    _log_access = False

    # No foreign key: neither may the ledger keep a contact from being deleted, nor the deletion change the ledger.
    subject_id = fields.Integer(
        string="Contact ID", required=True, readonly=True, index=True, aggregator=None,
        help="The number of the contact. It stays when the contact is erased, and then leads to nobody.")
    partner_id = fields.Many2one(
        string="Customer", comodel_name='res.partner', compute='_compute_partner_id', search='_search_partner_id',
        readonly=False)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict',
        default=lambda self: self.env.company)
    purpose = fields.Selection(selection=PURPOSES, required=True)
    granted = fields.Boolean(string="Agreed", help="Whether the customer agreed, or refused or withdrew.")
    decided_at = fields.Datetime(string="Decided", required=True, default=fields.Datetime.now)
    version = fields.Integer(
        string="Wording", required=True, aggregator=None, help="The version of the wording; 0 is none of ours.")
    text = fields.Text(string="Wording Shown")
    lang = fields.Char(string="Language")
    source = fields.Selection(
        selection=[
            ('device', "On the Phone"),
            ('double_opt_in', "By the Link in an Email"),
            ('link', "By a Link in a Message"),
            ('text_message', "By Text Message"),
            ('staff', "Recorded by Staff"),
            ('import', "Imported"),
            ('merge', "From a Merged Contact"),
        ],
        required=True, readonly=True)
    device_uuid = fields.Char(string="Phone ID", readonly=True, help="The public ID of the phone.")
    user_id = fields.Many2one(
        string="Recorded By", comodel_name='res.users', readonly=True, ondelete='restrict',
        help="The member of staff.")
    note = fields.Char(help="How the consent was given. This stays for good: write no names, numbers or addresses.")
    is_current = fields.Boolean(string="In Force", compute='_compute_is_current', search='_search_is_current')

    standing = fields.Selection(
        selection=[
            ('granted', "Granted"),
            ('refused', "Not Granted"),
            ('outdated', "Asked Again"),
            ('blacklisted', "Blacklisted"),
            ('replaced', "Replaced"),
        ],
        compute='_compute_standing', help="What this decision is worth now.")

    # The latest row of a purpose is found without sorting; rows of the same instant follow each other by their id.
    _latest_idx = models.Index('(company_id, subject_id, purpose, decided_at DESC, id DESC)')

    def init(self):
        append_only.protect(self.env.cr, self._table)

    # === COMPUTE METHODS === #

    @api.depends('subject_id')
    def _compute_partner_id(self):
        there = set(self.env['res.partner'].browse(set(self.mapped('subject_id'))).exists().ids)
        for consent in self:
            consent.partner_id = consent.subject_id if consent.subject_id in there else False

    @api.model
    def _search_partner_id(self, operator, value):
        Partner = self.env['res.partner'].with_context(active_test=False)
        if operator == 'in':
            domain = Domain('subject_id', 'in', [partner_id for partner_id in value if partner_id])
            if False in value:
                domain |= Domain('subject_id', 'not in', Partner.sudo()._search([]))
            return domain
        if operator in ('any', 'any!'):
            Partner = Partner.sudo() if operator == 'any!' else Partner
            return Domain('subject_id', 'in', value if isinstance(value, Query) else Partner._search(value))
        if operator in ('ilike', 'like', '=ilike', '=like'):
            return Domain('subject_id', 'in', Partner._search([('display_name', operator, value)]))
        return NotImplemented

    @api.depends('purpose', 'granted')
    def _compute_display_name(self):
        purposes = dict(self._fields['purpose']._description_selection(self.env))
        for consent in self:
            # One that is being entered has no purpose yet.
            purpose = purposes.get(consent.purpose, '')
            consent.display_name = self.env._("%s: granted", purpose) if consent.granted \
                else self.env._("%s: not granted", purpose)

    def _compute_is_current(self):
        current = set(self.search([('id', 'in', self.ids), ('is_current', '=', True)]).ids)
        for consent in self:
            consent.is_current = consent.id in current

    def _compute_standing(self):
        rows = self.env.execute_query(SQL(
            """SELECT consent.id, (%s), %s FROM mobile_consent consent WHERE id IN %s""",
            self._wording_sql(SQL('counts_from'), SQL('consent.company_id'), SQL('consent.purpose')),
            self._granted_sql(SQL('consent.subject_id'), SQL('consent.company_id'), SQL('consent.purpose')),
            tuple(self.ids) or (0,)))
        worth = {row_id: (counts_from, granted) for row_id, counts_from, granted in rows}
        for consent in self:
            counts_from, granted = worth.get(consent.id, (0, False))
            if not consent.is_current:
                consent.standing = 'replaced'
            elif not consent.granted:
                consent.standing = 'refused'
            elif consent.version < (counts_from or 0):
                consent.standing = 'outdated'
            else:
                consent.standing = 'granted' if granted else 'blacklisted'

    @api.model
    def _search_is_current(self, operator, value):
        if operator != 'in':
            return NotImplemented
        current = Domain.custom(to_sql=lambda model, alias, query: SQL(
            """NOT EXISTS (SELECT FROM mobile_consent later
                            WHERE later.subject_id = %(subject)s AND later.company_id = %(company)s
                              AND later.purpose = %(purpose)s
                              AND (later.decided_at, later.id) > (%(decided)s, %(id)s))""",
            subject=SQL.identifier(alias, 'subject_id'), company=SQL.identifier(alias, 'company_id'),
            purpose=SQL.identifier(alias, 'purpose'), decided=SQL.identifier(alias, 'decided_at'),
            id=SQL.identifier(alias, 'id')))
        return current if True in value else ~current

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override to complete the rows and to let each decision take effect at once.

        What is not created by this addon was recorded or imported by the user who creates it, whatever they say.
        """
        vals_list = [self._complete(dict(vals)) for vals in vals_list]
        consents = super().create(vals_list)
        consents.sudo()._take_effect()
        return consents

    def write(self, vals):
        if vals:
            raise UserError(self.env._("Consents are never edited. Record the customer's new decision instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        raise UserError(self.env._("Consents are never deleted. They are the evidence of what was agreed."))

    @api.model
    def _complete(self, vals):
        """Return the fields of a new row, with what follows from those that were given."""
        if partner_id := vals.pop('partner_id', None):
            vals['subject_id'] = partner_id
        if not vals.get('subject_id'):
            raise ValidationError(self.env._("A consent is somebody's. Say which customer's."))
        if self.env.su:
            return vals
        partner = self.env['res.partner'].browse(vals['subject_id'])
        partner.check_access('read')
        now = fields.Datetime.now()
        if (fields.Datetime.to_datetime(vals.get('decided_at')) or now) > now:
            raise ValidationError(self.env._("A decision that is still to come cannot be recorded."))
        is_import = bool(self.env.context.get('import_file'))
        if not is_import:
            company = self.env['res.company'].browse(vals.get('company_id') or self.env.company.id)
            state = self.with_context(lang=partner.lang)._states(partner, company).get(vals.get('purpose'))
            vals |= {'version': state.version, 'text': state.text, 'lang': state.lang} if state else {}
            if (vals.get('purpose') == 'email' and vals.get('granted')
                    and self.env['mobile.opt.in']._is_needed(partner, company)):
                raise UserError(self.env._(
                    "The customer has to confirm the address first. Use \"Record Consent\" on the contact."))
        return {
            'version': 0, **vals, 'source': 'import' if is_import else 'staff', 'user_id': self.env.uid,
            'device_uuid': False,
        }

    # === BUSINESS METHODS: state === #

    @api.model
    def _states(self, partner, company):
        """Return where a customer stands with each purpose, in one query.

        :param partner: ``res.partner``, the caller's own or one whom staff may see.
        :param company: ``res.company``.
        :return: in the order of ``PURPOSES``; the texts are in the language of the environment, if there are any.
        :rtype: dict[str, ConsentState]
        """
        self.flush_model()
        self.env['mobile.consent.wording'].flush_model()
        lang = self.env.lang or 'en_US'
        rows = self.env.execute_query(SQL(
            """SELECT purpose.name, COALESCE(latest.granted AND latest.version >= wording.counts_from, FALSE),
                      latest.decided_at, latest.version, wording.version,
                      COALESCE(wording.text->>%(lang)s, wording.text->>'en_US'),
                      CASE WHEN wording.text->>%(lang)s IS NULL THEN 'en_US' ELSE %(lang)s END
                 FROM unnest(%(purposes)s) WITH ORDINALITY AS purpose(name, rank)
                 JOIN mobile_consent_wording wording ON wording.id = (%(wording)s)
                 LEFT JOIN LATERAL (%(latest)s) latest ON TRUE
                ORDER BY purpose.rank""",
            lang=lang, purposes=[name for name, _label in PURPOSES],
            wording=self._wording_sql(SQL('id'), SQL('%s', company.id), SQL('purpose.name')),
            latest=self._latest_sql(SQL('%s', partner.id), SQL('%s', company.id), SQL('purpose.name'))))
        return {row[0]: ConsentState(*row) for row in rows}

    @api.model
    def _is_granted(self, partner, company, purpose):
        """Tell whether a customer consents to a purpose now and can be reached for it.

        :param str purpose: one of ``PURPOSES``; for ``sms`` and ``email`` the blacklists are honoured.
        :rtype: bool
        """
        self.env.flush_all()
        (granted,), = self.env.execute_query(SQL(
            'SELECT %s', self._granted_sql(SQL('%s', partner.id), SQL('%s', company.id), purpose)))
        return granted

    @api.model
    def _granted_sql(self, partner, company, purpose):
        """Return a condition like ``_is_granted`` for use within a statement.

        :param SQL partner: the id of a ``res_partner``.
        :param SQL company: the id of a ``res_company``.
        :param purpose: one of ``PURPOSES``, or SQL for one.
        :rtype: SQL
        """
        name = purpose if isinstance(purpose, SQL) else SQL('%s', purpose)
        conditions = [SQL(
            """(SELECT latest.granted AND latest.version >= (%s) FROM (%s) latest) IS TRUE""",
            self._wording_sql(SQL('counts_from'), company, name), self._latest_sql(partner, company, name))]
        for channel, blacklist in (
            ('sms', SQL("""SELECT FROM phone_blacklist entry JOIN res_partner listed ON listed.id = %s
                            WHERE entry.active AND entry.number IN (
                                  listed.phone_sanitized, listed.mobile_verified_phone)""", partner)),
            ('email', SQL("""SELECT FROM mail_blacklist entry JOIN res_partner listed ON listed.id = %s
                              WHERE entry.active AND entry.email IN (
                                    listed.email_normalized, listed.mobile_verified_email)""", partner)),
        ):
            if isinstance(purpose, SQL):
                conditions.append(SQL('(%s <> %s OR NOT EXISTS (%s))', name, channel, blacklist))
            elif purpose == channel:
                conditions.append(SQL('NOT EXISTS (%s)', blacklist))
        return SQL('(%s)', SQL(' AND ').join(conditions))

    @api.model
    def _granted_since_sql(self, partner, company, purpose):
        """Return a query of since when a consent that is in force allows to use what is known.

        :param SQL partner, company: ids, in the statement around.
        :rtype: SQL: one row; ``received_from``, since when it was given without a break (NULL: it is not), and
            ``occurred_from``, the same for who has withdrawn it once, and else NULL.
        """
        return SQL(
            """SELECT received_from, CASE WHEN first_given < refused_at THEN received_from END AS occurred_from
                 FROM (SELECT min(decided_at) FILTER (
                                  WHERE granted AND version >= counts_from AND decided_at >= refused_at
                              ) AS received_from, max(refused_at) AS refused_at,
                              min(decided_at) FILTER (WHERE granted) AS first_given
                         FROM (SELECT granted, version, decided_at, (%(counts_from)s) AS counts_from,
                                      coalesce(max(decided_at) FILTER (WHERE NOT granted) OVER (), '-infinity')
                                      AS refused_at
                                 FROM mobile_consent
                                WHERE subject_id = %(partner)s AND company_id = %(company)s AND purpose = %(purpose)s
                              ) decision) given""",
            partner=partner, company=company, purpose=purpose,
            counts_from=self._wording_sql(SQL('counts_from'), company, SQL('%s', purpose)))

    @api.model
    def _latest_sql(self, partner, company, purpose):
        return SQL(
            """SELECT granted, version, decided_at FROM mobile_consent
                WHERE subject_id = %s AND company_id = %s AND purpose = %s
                ORDER BY decided_at DESC, id DESC LIMIT 1""", partner, company, purpose)

    @api.model
    def _wording_sql(self, column, company, purpose):
        # A company's own wording stands before the one for all.
        return SQL(
            """SELECT %s FROM mobile_consent_wording
                WHERE purpose = %s AND state = 'current' AND (company_id = %s OR company_id IS NULL)
                ORDER BY company_id NULLS LAST LIMIT 1""", column, purpose, company)

    # === BUSINESS METHODS: decisions === #

    @api.model
    def _decide(self, partner, company, device, choices, shown):
        """Take what a customer decided on a phone.

        :param partner: ``res.partner``, the caller's own.
        :param dict choices: {purpose: granted}.
        :param dict shown: {purpose: version}, the wordings that the phone has shown, as far as it tells.
        :raise Problem: 409 when a wording has been replaced meanwhile.
        """
        states = self._states(partner, company)
        if any(states[purpose].version != version for purpose, version in shown.items() if purpose in choices):
            raise Problem('wording_changed')
        self._append(partner, company, choices, 'device', device_uuid=device.uuid)

    @api.model
    def _append(self, partner, company, choices, source, **facts):
        """Append a customer's decisions, those that change something.

        A decision that repeats the latest one under the same wording adds no row. Where the company asks for a double
        opt-in, consent to emails waits for the click on a link.

        :param partner: ``res.partner``; the caller has made sure that the decision is this customer's.
        :param dict choices: {purpose: granted}.
        :param str source: a value of the field.
        :param facts: further fields of the rows.
        :return: the new rows.
        """
        partner, company = partner.sudo(), company.sudo()
        states, now, vals_list = self._states(partner, company), fields.Datetime.now(), []
        for purpose, granted in choices.items():
            state, latest = states[purpose], (states[purpose].granted, states[purpose].decided_version)
            if purpose == 'email' and source in ('device', 'staff'):
                OptIn = self.env['mobile.opt.in'].sudo()
                OptIn._end(partner, company)
                if granted and latest != (True, state.version) and OptIn._is_needed(partner, company):
                    OptIn._invite(partner, company, state, **facts)
                    continue
            if latest == (granted, state.version):
                continue
            vals_list.append({
                'subject_id': partner.id,
                'company_id': company.id,
                'purpose': purpose,
                'granted': granted,
                # Of two servers' clocks one is behind; what came later is later all the same.
                'decided_at': max(now, state.decided_at or now),
                'version': state.version,
                'text': state.text,
                'lang': state.lang,
                'source': source,
                **facts,
            })
        return self.sudo().create(vals_list)

    def _take_effect(self):
        """Let those of these rows that are now in force change what they decide about."""
        current = self.search([('id', 'in', self.ids), ('is_current', '=', True)])
        for (subject_id, company), consents in current.grouped(
                lambda consent: (consent.subject_id, consent.company_id)).items():
            self._follow(
                self.env['res.partner'].browse(subject_id), company,
                {consent.purpose: consent.granted for consent in consents})
        granted_on = current.filtered(
            lambda consent: consent.purpose == 'profiling' and consent.granted and consent.source == 'device')
        for consent in granted_on:
            device = self.env['mobile.device'].search([
                ('uuid', '=', consent.device_uuid), ('partner_id', '=', consent.subject_id)])
            device._adopt_history()

    @api.model
    def _follow(self, partner, company, changes):
        """Do within the same transaction what a customer's decisions entail.

        To be extended by whatever rests on a consent.

        :param dict changes: {purpose: granted}, the decisions now in force.
        """
        withdrawn = [purpose for purpose, granted in changes.items() if not granted]
        if withdrawn:
            self.env['mobile.message']._cancel_without_consent(partner, company, withdrawn)
        if 'email' in withdrawn:
            self.env['mobile.opt.in']._end(partner, company)
        if 'location' in withdrawn:
            # Nothing else allowed us to keep them.
            self.env['mobile.event']._forget_positions_of(partner, company)
            self.env['mobile.visit']._end_of(partner, company)

    @api.model
    def _merge(self, sources, destination):
        """Append to the contact that stays what the others decided later, in each company and for each purpose.

        :param sources: ``res.partner`` that are merged into `destination`.
        """
        self.flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT DISTINCT ON (company_id, purpose) id FROM mobile_consent WHERE subject_id IN %s
                ORDER BY company_id, purpose, decided_at DESC, id DESC""", (*sources.ids, destination.id)))
        later = self.browse(row[0] for row in rows).filtered(lambda consent: consent.subject_id != destination.id)
        later.sudo().create([{
            'subject_id': destination.id,
            'source': 'merge',
            'note': self.env._("From the contact with ID %s", consent.subject_id),
            **{field: consent[field] for field in (
                'purpose', 'granted', 'decided_at', 'version', 'text', 'lang', 'device_uuid')},
            'company_id': consent.company_id.id,
            'user_id': consent.user_id.id,
        } for consent in later.sudo()])
