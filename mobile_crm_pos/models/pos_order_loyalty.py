from odoo import api, models
from odoo.tools import SQL

from odoo.addons.mobile_crm.models.mobile_approval import APPROVED_TYPES
from odoo.addons.mobile_crm.tools.problems import CouponRefused
from odoo.addons.mobile_crm.tools.racing import execute_racing


class PosOrder(models.Model):
    """Coupons and points of orders at tills: asked for before the customer pays, taken once they have.

    Odoo's till takes points without a look at the balance, and a coupon as often as it is told to.
    """

    _inherit = 'pos.order'

    # === BUSINESS METHODS: before the customer pays === #

    def validate_coupon_programs(self, point_changes, new_codes):
        """Override to refuse coupons that somebody else has redeemed, and points that their customer does not give.

        The till says in the context (``mobile_till``) which order it is.
        """
        res = super().validate_coupon_programs(point_changes, new_codes)
        config, till = self.env['pos.config']._mobile_till()
        if not res['successful'] or not config:
            return res
        cards = self.env['loyalty.card'].sudo().browse(map(int, point_changes)).exists()
        partner = self.env['res.partner'].sudo().browse(till.get('partner_id') or ()).exists()
        for card in cards.filtered('mobile_uuid'):
            try:
                self.env['mobile.redemption'].sudo()._hold_for_pos(
                    config, card, till['uuid'], till['reference'], partner)
            except CouponRefused as refusal:
                return {'successful': False, 'payload': {'message': str(refusal), 'removed_coupons': card.ids}}
        spending = {int(card_id) for card_id in till.get('spending') or ()}
        for card in cards.filtered(lambda card: card.id in spending):
            if words := self._mobile_points_refusal(config, card, till['uuid']):
                return {'successful': False, 'payload': {'message': words}}
        return res

    @api.model
    def _mobile_points_refusal(self, config, card, uuid):
        """Return why an order may not take a card's points, in words for a cashier, or None when it may.

        Who shows the member card on their own phone, which is good for a minute, gives their points with it.
        """
        company, partner = config.company_id, card.partner_id
        if not company.mobile_approval_required or card.program_type not in APPROVED_TYPES or not partner:
            return None
        owner = card.company_id
        if not self.env['mobile.device'].sudo()._companies_signed_in(partner).filtered(
                lambda other: other == company or not owner or owner in other.parent_ids):
            return None
        if self.env['mobile.member.card'].sudo()._is_shown(uuid, partner):
            return None
        return self.env._(
            "%s approves with their phone what is taken from their card. Ask them to show the member card in the app, "
            "and scan it.", partner.name)

    # === BUSINESS METHODS: once the customer has paid === #

    def confirm_coupon_programs(self, coupon_data):
        """Override: coupons of ours are in the ledger already, and of two calls for one order the second begins anew,
        and finds what the first has done.
        """
        self.ensure_one()
        self.check_access('write')
        self.flush_recordset()
        execute_racing(self.env, SQL(
            'UPDATE pos_order SET mobile_sold_at = mobile_sold_at WHERE id = %s RETURNING id', self.id))
        return super().confirm_coupon_programs(self._mobile_without_ledger(coupon_data))

    def _mobile_without_ledger(self, coupon_data):
        """Return what a till says of its coupons, without the points of those in the ledger.

        A till without the network does not know the coupon's number and makes one up; its line was told since.
        """
        coupon_data = {int(key): dict(vals) for key, vals in coupon_data.items()}
        lines = self.lines.sudo()
        known = set(lines.filtered(lambda line: line.coupon_id.mobile_uuid).mapped('reward_identifier_code'))
        ours = set(self.env['loyalty.card'].sudo().browse(
            key for key in coupon_data if key > 0).exists().filtered('mobile_uuid').ids)
        kept = {}
        for key, vals in coupon_data.items():
            if key < 0 and vals.get('line_codes') and known.issuperset(vals['line_codes']):
                continue
            kept[key] = {**vals, 'points': 0} if key in ours else vals
        return kept

    def _process_existing_gift_cards(self, coupon_data):
        """Override to take points here: it is the last step before Odoo adds what is left, unchecked."""
        GiftCard = self.env['loyalty.card']
        for vals in coupon_data.values():
            program = self.env['loyalty.program'].browse(vals['program_id'])
            if program.program_type == 'gift_card' and vals.get('points', 0) < 0:
                # As Odoo looks for it.
                card = GiftCard.search([
                    '|', ('code', '=', vals.get('code', '')), ('id', '=', vals.get('coupon_id', False))], limit=1)
                if card:
                    vals['mobile_spent'] = card, -vals['points']
                    # By which Odoo leaves the balance as it is.
                    vals['points'] = card.points
        spent = [vals.pop('mobile_spent') for vals in coupon_data.values() if 'mobile_spent' in vals]
        updated = super()._process_existing_gift_cards(coupon_data)
        for key, vals in coupon_data.items():
            if vals['points'] < 0:
                # It may be gone: a till without the network tells late.
                card = GiftCard.browse(key).exists() if key > 0 else GiftCard
                if card:
                    spent.append((card, -vals['points']))
                # Of a card that is only made now nothing can be taken.
                vals['points'] = 0
        for card, points in spent:
            card.sudo()._mobile_take_at_pos(self, points)
            updated |= card if card.program_type == 'gift_card' else updated
        return updated
