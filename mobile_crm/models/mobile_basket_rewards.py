from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError

from ..tools.problems import Problem


class Claimable(NamedTuple):
    """A reward that the customer may choose, or has chosen.

    :ivar reward: ``loyalty.reward``
    :ivar card: ``loyalty.card``
    :ivar float cost: in what the card is counted in
    :ivar float worth: what it takes off, in the order's currency; None when that is not known before
    :ivar products: ``product.product`` of which one is to be chosen
    :ivar bool is_claimed: it is on the order
    """

    reward: models.BaseModel
    card: models.BaseModel
    cost: float
    worth: float | None
    products: models.BaseModel
    is_claimed: bool


class MobileBasket(models.Model):
    """Coupons and points in a basket, by the same means as on staff's orders.

    That the customer asks for it on their own phone is their approval: see ``sale.order._mobile_follow_spending``.
    """

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS: coupons === #

    def _set_offers(self, shopper, offer_ids, loc):
        """Let these coupons of the customer's count, and no others.

        :param Shopper shopper:
        :param offer_ids: public ids.
        :param list loc: where they stand in the request.
        :raise Problem: 422, which says which of them does not count, and why.
        """
        order, Card = self._quotation(), self.env['loyalty.card']
        wanted = [Card._mobile_offer(shopper.partner, shopper.company, str(uuid)) for uuid in offer_ids]
        for card in self._offers_on(order) - Card.concat(*wanted):
            self._drop_card(order, card)
        added = {}
        for index, card in enumerate(wanted):
            if not card:
                raise Problem.invalid([*loc, index], self.env._("There is no such offer."), 'not_found')
            if card not in self._offers_on(order):
                self._apply_offer(order, card, [*loc, index])
                added[card] = index
        self._settle(reprice=False)
        for card, index in added.items():
            # Another one may have taken its place, or there is nothing left that it could take off.
            if card not in order.order_line.coupon_id and card not in order._get_claimable_rewards(card):
                raise Problem.invalid(
                    [*loc, index], self.env._("%s gives no discount on this basket.", self._title_of(card)),
                    'no_effect')

    def _offers_on(self, order):
        """Return the coupons that count on an order, or wait for their reward to be chosen."""
        return order._mobile_cards() | order.applied_coupon_ids.filtered('mobile_uuid')

    def _apply_offer(self, order, card, loc):
        if order._mobile_refusal(card):
            code = card._mobile_refusal_code(store=self.store_id)
            raise Problem.invalid(loc, self._refusal_words(self._title_of(card), code), code)
        result = order._try_apply_code(card.code)
        if 'error' in result:
            raise Problem.invalid(loc, result['error'], 'coupon_refused')

    def _offers_usable(self):
        """Return the coupons of the customer that would count on the basket as it is, and do not yet.

        :rtype: loyalty.card
        """
        Catalogue, order = self.env['mobile.catalogue'], self._quotation()
        shopper = self._shopper()
        cards = Catalogue._usable_cards(shopper, Catalogue._versions((), shopper.partner)) - self._offers_on(order)
        cards = cards.filtered(lambda card: not order._mobile_refusal(card))
        open_programs = cards.program_id.filtered_domain(order._get_program_domain())
        statuses = order._program_check_compute_points(
            open_programs.filtered(lambda program: program.applies_on != 'future')) if open_programs else {}
        return cards.filtered(lambda card: card.program_id in open_programs and 'error' not in statuses.get(
            card.program_id, {}))

    # === BUSINESS METHODS: rewards to choose === #

    def _claimable(self):
        """Return the rewards that the customer may choose, and those that they have chosen.

        :rtype: list[Claimable]
        """
        order, found = self._quotation(), []
        chosen = self._chosen(order)
        for (reward, card), lines in chosen.items():
            found.append(Claimable(
                reward, card, sum(lines.mapped('points_cost')), -sum(lines.mapped('price_total')), lines.product_id
                if reward.multi_product else reward.reward_product_ids.browse(), True))
        for card, rewards in order._get_claimable_rewards().items():
            if not self._is_choice(card.program_id):
                continue
            for reward in rewards:
                if (reward, card) in chosen:
                    continue
                try:
                    values = order._get_reward_line_values(reward, card)
                except UserError:
                    # There is nothing that it could take off.
                    continue
                is_discount = reward.reward_type == 'discount'
                found.append(Claimable(
                    reward, card, sum(line['points_cost'] for line in values),
                    -sum(line['price_unit'] * line['product_uom_qty'] for line in values) if is_discount else None,
                    reward.reward_product_ids if reward.multi_product else reward.reward_product_ids.browse(), False))
        return found

    def _chosen(self, order):
        """Return the lines of the rewards on an order that its customer has chosen.

        :rtype: dict[tuple, sale.order.line], by reward and card
        """
        return {
            key: lines for key, lines in order.order_line.grouped(lambda line: (line.reward_id, line.coupon_id)).items()
            if key[0] and self._is_choice(key[0].program_id)}

    def _set_rewards(self, wanted, loc):
        """Let these rewards be claimed, and no others of those that leave a choice.

        :param list[dict] wanted: ``reward_id``, ``card_id`` and ``product_id``; the latter may be None.
        :param list loc: where they stand in the request.
        :raise Problem: 422 for one that the customer cannot claim.
        """
        order = self._quotation()
        keys = [(one['reward_id'], one.get('card_id'), one.get('product_id')) for one in wanted]
        for (reward, card), lines in self._chosen(order).items():
            if not any(self._is_same(key, reward, card, lines.product_id) for key in keys):
                lines.unlink()
                # One that the order itself has made goes with its reward, and is made anew.
                if card.exists().mobile_uuid:
                    # The coupon itself stays: another of its rewards may be chosen.
                    order.applied_coupon_ids |= card
        self._settle(reprice=False)
        for index, key in enumerate(keys):
            if any(self._is_same(key, reward, card, lines.product_id)
                   for (reward, card), lines in self._chosen(order).items()):
                continue
            self._claim(order, key, [*loc, index])
        self._settle(reprice=False)

    def _is_same(self, key, reward, card, products):
        reward_id, card_id, product_id = key
        return reward.id == reward_id and self._is_card(card, card_id) and (
            not reward.multi_product or product_id in (None, *products.ids))

    def _is_card(self, card, card_id):
        """Tell whether a card is the one that is named; those that the order itself has made come and go."""
        return card_id in (None, card.id) or (card.order_id == self.order_id and not card.mobile_uuid)

    def _claim(self, order, key, loc):
        reward_id, card_id, product_id = key
        for card, rewards in order._get_claimable_rewards().items():
            reward = rewards.filtered(lambda reward: reward.id == reward_id)
            if not reward or not self._is_card(card, card_id) or not self._is_choice(card.program_id):
                continue
            product = self.env['product.product'].sudo()
            if reward.multi_product:
                product = reward.reward_product_ids.filtered(lambda product: product.id == product_id)
                if not product:
                    raise Problem.invalid([*loc, 'product_id'], self.env._("Choose one of its products."))
            if self._try_claim(order, reward, card, product=product):
                return
        raise Problem.invalid([*loc, 'reward_id'], self.env._("This cannot be claimed now."), 'not_claimable')
