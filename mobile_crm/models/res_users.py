import secrets

from odoo import api, fields, models, tools
from odoo.tools import email_normalize

from ..tools.problems import Problem
from .res_partner import CONTESTED_FIELDS, FOUND_FIELDS, VERIFIED_FIELDS


class ResUsers(models.Model):
    _inherit = 'res.users'

    mobile_tell_visits = fields.Boolean(
        string="Customer Visits", help="Tell me when my customers come to a store, if they want me to know.")

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802 - Odoo's name
        return [*super().SELF_READABLE_FIELDS, 'mobile_tell_visits']

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802 - Odoo's name
        return [*super().SELF_WRITEABLE_FIELDS, 'mobile_tell_visits']

    @api.model_create_multi
    def create(self, vals_list):
        """Override, for ``_mobile_tellable``."""
        users = super().create(vals_list)
        if any('mobile_tell_visits' in vals for vals in vals_list):
            self.env.registry.clear_cache()
        return users

    def write(self, vals):
        """Override, for ``_mobile_tellable``."""
        res = super().write(vals)
        if 'mobile_tell_visits' in vals:
            self.env.registry.clear_cache()
        return res

    @api.model
    @tools.ormcache()
    def _mobile_tellable(self):
        """Tell whether anybody wants to hear of visits: each report of a phone asks."""
        return bool(self.sudo().search_count([('mobile_tell_visits', '=', True)], limit=1))

    @api.model
    def _mobile_sign_in(self, device, channel, address):
        """Return the portal user of whoever has just proved that this address is theirs, made if they are new here.

        :param device: ``mobile.device`` on which they did.
        :param str channel: ``sms`` or ``email``.
        :param str address: normalized (E.164 or lower-case e-mail).
        :rtype: ResUsers
        :raise Problem: 403 for a member of staff: their rights must not be reachable by phone.
        """
        app = device.app_id
        Partner = self.env['res.partner']
        partner = Partner._mobile_find_verified(channel, address)
        users = partner.with_context(active_test=False).user_ids
        # Staff first, whatever other account they have; then one that can be used.
        user = users.sorted(lambda user: (user.active and not user.share, user.active), reverse=True)[:1]
        is_claimed = bool(partner)
        if not partner:
            user = self._mobile_find_by_login(channel, address)
            partner = user.partner_id or Partner._mobile_find_unclaimed(channel, address, app.company_id)
        if user and not user._is_portal():
            raise Problem('staff_account')
        if (user and not user.active) or (partner and not partner.active):
            raise Problem('forbidden')
        # Who has proved no address yet has not signed in anywhere; who signed in for another company, not for this one.
        is_first = (not any(partner[field] for field in VERIFIED_FIELDS.values())
                    or app.company_id not in user.company_ids)
        is_new = not partner
        if is_new:
            partner = Partner.create({
                # A name to find them by until they tell their own; nobody but staff sees it.
                'name': self.env._("Customer %s", address[-4:]) if channel == 'sms'
                        else address.partition('@')[0],
                'lang': device.lang or self.env.lang,
                'company_id': False,
            })
        if not is_claimed:
            # Two sign-ins at once meet here, before anything else bears the address.
            partner._mobile_claim_address(channel, address)
        if is_new:
            partner['phone' if channel == 'sms' else 'email'] = address
        if not user:
            # A user moves their contact into their company, and a contact that is another company's stays there.
            company = partner.company_id or app.company_id
            user = self.with_context(no_reset_password=True).create({
                'login': address,
                'partner_id': partner.id,
                'group_ids': [(6, 0, self.env.ref('base.group_portal').ids)],
                'company_id': company.id,
                'company_ids': [(6, 0, (company | app.company_id).ids)],
            })
        elif not is_claimed:
            user._mobile_end_other_access(channel, address)
        if app.company_id not in user.company_ids:
            user.company_ids += app.company_id
        if is_first:
            self.env['mobile.occasion'].sudo()._note_sign_in(device, user.partner_id)
        return user

    @api.model
    def _mobile_find_by_login(self, channel, address):
        """Return the account, archived or not, whose login is this address in any spelling.

        Odoo itself lets people into the account whose login is their e-mail address.
        """
        users = self.with_context(active_test=False)
        found = users.search([('login', '=', address)])
        if not found and channel == 'email':
            # Logins keep the case in which they were typed.
            found = users.search([('partner_id.email_normalized', '=', address)]).filtered(
                lambda user: email_normalize(user.login) == address)
        return found[:1]

    def _mobile_change_address(self, channel, address):
        """Let this customer sign in with an address that they have just proved, in place of the one before.

        :param str channel: ``sms`` or ``email``.
        :param str address: normalized (E.164 or lower-case e-mail).
        :return: None; or the problem, to be returned and not raised, so that staff find both contacts in their list.
        :rtype: Problem | None
        """
        self.ensure_one()
        partner, contested = self.partner_id, CONTESTED_FIELDS[channel]
        holder = (self.env['res.partner']._mobile_find_verified(channel, address)
                  or self._mobile_find_by_login(channel, address).partner_id)
        if holder and holder != partner:
            partner[contested] = address
            return Problem('address_in_use')
        before = {partner[VERIFIED_FIELDS[channel]], partner[FOUND_FIELDS[channel]]} - {False}
        login = self.login if channel == 'sms' else email_normalize(self.login)
        partner._mobile_claim_address(channel, address)
        partner.write({'phone' if channel == 'sms' else 'email': address, contested: False})
        if login in before and login != address:
            self.login = address
        return None

    def _mobile_devices(self):
        """Return the devices on which these users are signed in."""
        return self.env['mobile.device'].with_context(active_test=False).search([('user_id', 'in', self.ids)])

    def _mobile_end_other_access(self, channel, address):
        """Take this account from whoever else can open it, as its owner has just proved who they are.

        Where anybody can sign up, an account may have been made with somebody else's address, to wait until its owner
        fills it. Its password and keys end, and so do the other addresses that open it: by a code of ours, or by
        Odoo's link to a new password. An owner who had a password resets it by e-mail, and Odoo tells them so.

        :param str channel: of the one address that was proved now.
        :param str address: normalized.
        """
        self.ensure_one()
        if self._get_signup_invitation_scope() != 'b2c':
            return
        partner = self.partner_id
        partner.write({
            **{field: False for other, field in VERIFIED_FIELDS.items() if other != channel},
            **dict.fromkeys(CONTESTED_FIELDS.values(), False),
            'email': address if channel == 'email' else False,
        })
        # Links that were sent before, and are good until somebody signs in.
        partner.signup_cancel()
        self.with_user(self)._update_last_login()
        self.password = secrets.token_urlsafe(32)
        self.api_key_ids._remove()
        self.auth_passkey_key_ids.unlink()
        # Where somebody has signed in by such a passkey or address.
        self._mobile_devices()._sign_out()
