from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .mobile_consent import PURPOSES

# What a customer was shown, and what follows from it.
FIXED_FIELDS = {'purpose', 'company_id', 'text', 'renew'}
# What only putting a wording into use decides.
LIFE_FIELDS = {'state', 'version', 'counts_from', 'published_at'}


class MobileConsentWording(models.Model):
    """What customers read before they agree to a purpose. Once in use it is never edited, only followed by another."""

    _name = 'mobile.consent.wording'
    _description = "Consent Wording"
    _order = 'purpose, version desc, id desc'
    _rec_name = 'purpose'

    purpose = fields.Selection(selection=PURPOSES, required=True)
    company_id = fields.Many2one(
        comodel_name='res.company', index='btree_not_null', ondelete='cascade',
        help="Empty means all companies that have no wording of their own.")
    text = fields.Text(required=True, translate=True)
    renew = fields.Boolean(
        string="Ask Again",
        help="Consents that customers gave to older wordings no longer count once this one is in use.")
    state = fields.Selection(
        selection=[('draft', "Draft"), ('current', "In Use"), ('retired', "Replaced")],
        required=True, readonly=True, default='draft', copy=False)
    # Counted over all companies, so that a later wording has the higher number whoever's it is.
    version = fields.Integer(readonly=True, required=True, default=0, copy=False, aggregator=None)
    counts_from = fields.Integer(
        readonly=True, required=True, default=0, copy=False, aggregator=None,
        help="Consents given to this version or a later one count.")
    published_at = fields.Datetime(string="In Use Since", readonly=True, copy=False)

    _version_unique = models.UniqueIndex('(purpose, version) WHERE version > 0')
    _current_unique = models.UniqueIndex("(purpose, COALESCE(company_id, 0)) WHERE state = 'current'")

    # === COMPUTE METHODS === #

    @api.depends('purpose', 'version')
    def _compute_display_name(self):
        purposes = dict(self._fields['purpose']._description_selection(self.env))
        for wording in self:
            purpose = purposes.get(wording.purpose, '')
            wording.display_name = self.env._("%(purpose)s, version %(version)s", purpose=purpose,
                                              version=wording.version) if wording.version else purpose

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {field: value for field, value in vals.items() if field not in LIFE_FIELDS} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        # Odoo writes a text again as it is after its translations.
        changed = any(
            self._fields[field].convert_to_write(wording[field], wording) != vals[field]
            for wording in self._published() for field in FIXED_FIELDS & vals.keys())
        if changed or (LIFE_FIELDS & vals.keys() and not self.env.su):
            raise UserError(self.env._("A wording that customers were shown is never edited. Make a new version."))
        return super().write(vals)

    def update_field_translations(self, field_name, translations, source_lang=''):
        """Override to let a wording in use get further languages, and keep those that customers were shown."""
        if field_name == 'text' and self._published():
            shown = {lang for wording in self._published() for lang in wording._shown_languages()}
            if shown & set(translations):
                raise UserError(self.env._(
                    "A wording that customers were shown is never edited. Make a new version."))
        return super().update_field_translations(field_name, translations, source_lang)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if self._published():
            raise UserError(self.env._("A wording that customers were shown is never deleted."))

    # === ACTION METHODS === #

    def action_publish(self):
        """Put drafts into use in place of those before them."""
        for wording in self:
            if wording.state != 'draft':
                raise UserError(self.env._("This wording is in use or was replaced. Make a new version."))
            before = wording._before()
            (newest,), = self.env.execute_query(SQL(
                'SELECT COALESCE(max(version), 0) FROM mobile_consent_wording WHERE purpose = %s', wording.purpose))
            if before.company_id == wording.company_id:
                before._set_life({'state': 'retired'})
            wording._set_life({
                'state': 'current',
                'version': newest + 1,
                'counts_from': newest + 1 if wording.renew else before.counts_from,
                'published_at': fields.Datetime.now(),
            })

    def action_retire(self):
        """Give up a company's own wording; the one for all companies stands again."""
        for wording in self:
            if wording.state != 'current' or not wording.company_id:
                raise UserError(self.env._(
                    "Customers need a wording. Only a company's own can be given up, for the one of all companies."))
            wording._set_life({'state': 'retired'})

    def action_new_version(self):
        """Open a draft with this text."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'view_mode': 'form',
            'res_id': self.copy().id,
        }

    # === BUSINESS METHODS === #

    def _published(self):
        return self.filtered(lambda wording: wording.state != 'draft')

    def _shown_languages(self):
        """Return the languages in which this wording has a text of its own."""
        self.flush_recordset()
        rows = self.env.execute_query(SQL(
            'SELECT jsonb_object_keys(text) FROM mobile_consent_wording WHERE id = %s', self.id))
        return [row[0] for row in rows]

    def _before(self):
        """Return the wording that a draft follows: the company's own, else the one for all."""
        return self.sudo().search([
            ('purpose', '=', self.purpose), ('state', '=', 'current'),
            ('company_id', 'in', [self.company_id.id, False]),
        ]).sorted(lambda wording: bool(wording.company_id), reverse=True)[:1]

    def _set_life(self, vals):
        """Write what only this model decides, for users who may edit wordings."""
        self.check_access('write')
        self.sudo().write(vals)
        # The index on what is in use is asked at each statement, so the old one goes first.
        self.flush_recordset()
