from odoo import api, models

from odoo.addons.mobile_crm.tools.problems import Problem


class PosOrder(models.Model):
    """What customers have shown to a till that had no network then, as it comes with the order."""

    _inherit = 'pos.order'

    @api.model
    def _process_order(self, order, existing_order):
        """Override to look at member cards and coupons that the till could only check the signature of.

        The sale has happened: what is wrong with them is noted on the order, and never keeps it from being written.
        """
        member, coupons = order.pop('mobile_member', None), order.pop('mobile_coupons', None)
        company = self.env['pos.session'].browse(order['session_id']).config_id.company_id
        notes = []
        if isinstance(member, dict):
            notes += self._mobile_set_member(order, member, company, existing_order)
        if isinstance(coupons, dict):
            notes += self._mobile_set_coupons(order, coupons, company)
        order_id = super()._process_order(order, existing_order)
        for note in notes:
            self.browse(order_id).sudo().message_post(body=note)
        return order_id

    @api.model
    def _mobile_set_member(self, order, shown, company, existing_order):
        """Write the customer into an order of a till who has shown this card.

        :param dict order: as the till says it.
        :param existing_order: ``pos.order``, as the till has said it before; False for a new one.
        :return: what is to be noted.
        :rtype: list[str]
        """
        Card = self.env['mobile.member.card'].sudo()
        try:
            partner = Card._identify_late(company, shown, str(order.get('uuid')))
        except Problem as problem:
            known = self.env['res.partner'].browse(order.get('partner_id') or ()) or (
                existing_order.partner_id if existing_order else self.env['res.partner'])
            if problem.problem_code == 'card_used' and known and Card._is_shown(str(order.get('uuid')), known):
                # The till says it again, as it has not heard our answer, and may not know the customer yet.
                order['partner_id'] = known.id
                return []
            return [self.env._(
                "The member card that the till has accepted without the network was refused: %s.",
                problem.words(self.env))]
        if not order.get('partner_id'):
            order['partner_id'] = partner.id
        return []

    @api.model
    def _mobile_set_coupons(self, order, coupons, company):
        """Write the coupons into the lines of an order by which they were used.

        :param dict order: as the till says it.
        :param dict coupons: the text of each one's QR code by the ``reward_identifier_code`` of its lines.
        :return: what is to be noted.
        :rtype: list[str]
        """
        notes = []
        for reward_code, qr in coupons.items():
            card, is_signed = self.env['mobile.redemption'].sudo()._scan(company, str(qr))
            if not card or not is_signed:
                notes.append(self.env._(
                    "A coupon that the till has accepted without the network is not one of ours. Its discount stays."))
                continue
            reward = card._mobile_reward()
            lines = [command[2] for command in order.get('lines') or () if len(command) == 3 and command[2]
                     and command[2].get('reward_identifier_code') == reward_code]
            for line in lines:
                line.update({'coupon_id': card.id, 'reward_id': reward.id, 'points_cost': 0})
            for line in lines[:1]:
                line['points_cost'] = reward.required_points
        return notes
