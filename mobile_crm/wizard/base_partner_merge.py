from odoo import api, models
from odoo.tools import SQL

from ..models.res_partner import CONTESTED_FIELDS, VERIFIED_FIELDS
from ..tools import merging


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Override to make one account of those of a customer, whom Odoo would otherwise refuse to merge."""
        partners = self.env['res.partner'].browse(partner_ids).exists()
        self._merge_customer_accounts(partners, dst_partner)
        res = super()._merge(partner_ids, dst_partner, extra_checks)
        if dst_partner:
            self.env['mobile.recommendation'].sudo()._outdate(dst_partner)
        return res

    def _merge_customer_accounts(self, partners, dst_partner):
        """Hand all that customers' accounts have over to one of them, and delete the others.

        Phones stay signed in: so it takes a manager to say that two customers are one person. What others ask, and
        accounts of members of staff or of somebody who was blocked, are left to Odoo, which refuses.

        :param partners: ``res.partner`` that are about to be merged.
        :param dst_partner: the one of them that stays, whose account stays too; may be empty.
        """
        users = partners.sudo().with_context(active_test=False).user_ids
        is_customer = any(partner[field] for partner in partners for field in VERIFIED_FIELDS.values())
        if len(users) < 2 or not is_customer or not all(user.active and user._is_portal() for user in users):
            return
        if not (self.env.su or self.env.user.has_group('mobile_crm.group_mobile_crm_manager')):
            return
        if not dst_partner or dst_partner not in partners:
            # As Odoo will choose it.
            dst_partner = self._get_ordered_partner(partners.ids)[-1]
        kept = users.filtered(lambda user: user.partner_id == dst_partner)[:1] or users.sorted('id')[:1]
        others = users - kept
        kept.company_ids += others.company_ids
        self.env.flush_all()
        self.sudo()._update_foreign_keys_generic('res.users', others, kept)
        self.env.invalidate_all()
        others.unlink()

    @api.model
    def _has_check_or_unique_constraint(self, table, column):
        """Override to see our unique indexes too: what a contact may have once is the destination's, if it has it."""
        if super()._has_check_or_unique_constraint(table, column):
            return True
        if not table.startswith('mobile_'):
            return False
        self.env.cr.execute(SQL(
            """SELECT FROM pg_index index
                 JOIN pg_attribute attribute
                   ON attribute.attrelid = index.indrelid AND attribute.attnum = ANY (index.indkey)
                WHERE index.indrelid = %s::regclass AND index.indisunique AND attribute.attname = %s LIMIT 1""",
            table, column))
        return bool(self.env.cr.rowcount)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override to count the messages of each campaign and company anew: both contacts have had a first one.

        What both were asked about is kept twice; the second answer goes by a cause of its own. Favourites and shopping
        lists are those of both; of two baskets one goes on.
        """
        Decision = self.env['mobile.decision']
        Decision.flush_model()
        both = (dst_partner + src_partners)._ids
        self.env.cr.execute(SQL(
            "UPDATE mobile_decision SET slot = -id, turn = -id WHERE outcome = 'sent' AND partner_id IN %s", both))
        self.env.cr.execute(SQL(
            "UPDATE mobile_decision SET cause = cause || ':' || id WHERE id IN (%s)",
            merging.later_ones(Decision._table, ['campaign_id', 'cause'], src_partners, dst_partner)))
        for model in ('mobile.basket', 'mobile.favourite', 'mobile.list'):
            self.env[model].sudo()._merge(src_partners, dst_partner)
        res = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.cr.execute(SQL(
            """UPDATE mobile_decision SET slot = counted.slot, turn = counted.turn
                 FROM (SELECT id, row_number() OVER (PARTITION BY campaign_id ORDER BY decided_at, id) AS slot,
                              row_number() OVER (PARTITION BY company_id ORDER BY decided_at, id) AS turn
                         FROM mobile_decision WHERE outcome = 'sent' AND partner_id = %s) counted
                WHERE mobile_decision.id = counted.id""", dst_partner.id))
        Decision.invalidate_model()
        return res

    def _update_values(self, src_partners, dst_partner):
        """Override to hand verified addresses over one after the other, as no two contacts can have the same."""
        kept = {field: [] for field in VERIFIED_FIELDS.values()}
        for field, addresses in kept.items():
            addresses += [address for address in (dst_partner + src_partners).mapped(field) if address]
            src_partners[field] = False
        src_partners.flush_recordset(list(kept))
        res = super()._update_values(src_partners, dst_partner)
        self.env['mobile.consent'].sudo()._merge(src_partners, dst_partner)
        for channel, field in VERIFIED_FIELDS.items():
            if kept[field]:
                # The contact that stays keeps its own.
                dst_partner[field] = kept[field][0]
            if dst_partner[CONTESTED_FIELDS[channel]] in kept[field]:
                # The two who contested it are one now.
                dst_partner[CONTESTED_FIELDS[channel]] = False
        return res
