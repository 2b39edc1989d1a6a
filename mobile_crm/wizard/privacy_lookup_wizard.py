from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

# Records of ours that die with others, which Odoo's lookup leaves out for that reason; staff want to see them.
OWN_MODELS = (
    'mobile.device', 'mobile.event', 'mobile.message', 'mobile.decision', 'mobile.redemption', 'mobile.consent',
    'mobile.erasure', 'mobile.look', 'mobile.otp', 'mobile.token', 'mobile.preference', 'mobile.approval',
    'mobile.opt.in', 'loyalty.card')


class PrivacyLookupWizard(models.TransientModel):
    _inherit = 'privacy.lookup.wizard'

    email = fields.Char(required=False)
    phone = fields.Char()

    # === BUSINESS METHODS === #

    def _get_query(self):
        """Override to look for a phone number as well, and for what belongs to the app."""
        if not self.email and not self.phone:
            raise UserError(self.env._("Give an email address or a phone number."))
        contacts = self._mobile_contacts()
        queries = [super()._get_query()] if self.email else [
            self._mobile_query_ids('res.partner', contacts.ids),
            self._mobile_query_ids('res.users', contacts.user_ids.ids)]
        found = self._mobile_find(contacts)
        hidden = {'res.partner', 'res.users', 'ir.model.data', *self._get_query_models_blacklist()}
        for name in sorted(found):
            # Odoo has looked for the e-mail address in its own models, and each record is shown once.
            if name not in hidden and not self.env[name]._transient and (not self.email or name in OWN_MODELS):
                queries.append(self._mobile_query_ids(name, found[name]))
        return SQL(' UNION ').join(SQL('(%s)', query) for query in queries)

    def _mobile_find(self, contacts):
        """Return the ids of what concerns these contacts, by model; without any, of codes that went to the number."""
        Trace, found = self.env['mobile.trace'].sudo(), {}
        for contact in contacts:
            for name, rows in Trace._find(Trace._subject(contact)).items():
                found.setdefault(name, set()).update(rows)
        if not contacts and self.phone:
            found['mobile.otp'] = set(self.env['mobile.otp'].sudo().search([
                ('address', '=', self._mobile_number())]).ids)
        return found

    def _mobile_number(self):
        """Return the number as it is kept (E.164), in the country of the user's company."""
        self.ensure_one()
        return self.env['res.partner']._phone_format(
            number=self.phone, country=self.env.company.country_id, force_format='E164') or self.phone.strip()

    def _mobile_contacts(self):
        """Return the contacts that have this number or email address, or have proved that it is theirs."""
        self.ensure_one()
        Partner = self.env['res.partner'].sudo().with_context(active_test=False)
        contacts = Partner
        if self.phone:
            number = self._mobile_number()
            contacts += Partner.search([
                '|', ('phone_sanitized', '=', number), ('mobile_verified_phone', '=', number)])
        if email := email_normalize(self.email or ''):
            contacts |= Partner.search([
                '|', ('email_normalized', '=', email), ('mobile_verified_email', '=', email)])
        return contacts

    @api.model
    def _mobile_query_ids(self, name, ids):
        """Return the lines of these records."""
        model = self.env[name]
        has_active = 'active' in model._fields and model._fields['active'].store
        return SQL(
            'SELECT %s AS res_model_id, id AS res_id, %s AS is_active FROM %s WHERE id = ANY(%s)',
            self.env['ir.model']._get_id(name), SQL.identifier('active') if has_active else True,
            SQL.identifier(model._table), list(ids))

    def _post_log(self):
        """Override: whom one looked up by number only is written down by a masked number."""
        if self.email or self.log_id or not self.execution_details:
            return super()._post_log()
        self.log_id = self.env['privacy.log'].create({
            'anonymized_name': self.name,
            'anonymized_email': self._mobile_number(),
            'execution_details': self.execution_details,
            'records_description': self.records_description,
        })
        return None
