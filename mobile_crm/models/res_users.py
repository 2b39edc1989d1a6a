from odoo import api, models

from ..tools.problems import Problem
from .res_partner import VERIFIED_FIELDS


class ResUsers(models.Model):
    _inherit = 'res.users'

    @api.model
    def _mobile_sign_in(self, challenge):
        """Return the portal user of whoever answered this one-time code, made if they are new here.

        :param challenge: a verified ``mobile.otp``.
        :rtype: ResUsers
        :raise Problem: 403 for a member of staff: their rights must not be reachable by phone.
        """
        app, address = challenge.device_id.app_id, challenge.address
        Partner = self.env['res.partner']
        partner = Partner._mobile_find_verified(challenge.channel, address)
        user = partner.with_context(active_test=False).user_ids[:1]
        if not partner:
            # Odoo itself lets people into the account whose login is their e-mail address.
            user = self.with_context(active_test=False).search([('login', '=', address)], limit=1)
            partner = user.partner_id or Partner._mobile_find_unclaimed(challenge.channel, address)
        if user and not user._is_portal():
            raise Problem('staff_account')
        if user and not user.active:
            raise Problem('forbidden')
        if not partner:
            partner = Partner.create({
                # A name to find them by until they tell their own; nobody but staff sees it.
                'name': self.env._("Customer %s", address[-4:]) if challenge.channel == 'sms'
                        else address.partition('@')[0],
                'phone': address if challenge.channel == 'sms' else False,
                'email': address if challenge.channel == 'email' else False,
                'lang': challenge.device_id.lang or self.env.lang,
                'company_id': False,
            })
        partner[VERIFIED_FIELDS[challenge.channel]] = address
        if not user:
            user = self.with_context(no_reset_password=True).create({
                'login': address,
                'partner_id': partner.id,
                'group_ids': [(6, 0, self.env.ref('base.group_portal').ids)],
                'company_id': app.company_id.id,
                'company_ids': [(6, 0, app.company_id.ids)],
            })
        elif app.company_id not in user.company_ids:
            user.company_ids += app.company_id
        return user
