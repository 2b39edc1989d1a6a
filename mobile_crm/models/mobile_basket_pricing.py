import hashlib
import json
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, float_round, formatLang

from .mobile_basket_intake import QUIETLY

# How often rewards are looked at anew because a claimed one has changed what the others rest on.
TURNS = 5


class Seen(NamedTuple):
    """One line of a basket, as its customer saw it.

    :ivar str name:
    :ivar float quantity:
    :ivar float price: of one, with taxes and after its discount
    :ivar tuple reward: ids of the reward and the card that brought it; None for goods
    """

    name: str
    quantity: float
    price: float
    reward: tuple | None


class MobileBasket(models.Model):
    """What a basket costs: Odoo's own pricelists, taxes, promotions and coupons, in the same order as staff's.

    Nothing is computed here; the order computes, and we see what has become of it.
    """

    _inherit = 'mobile.basket'

    # === BUSINESS METHODS === #

    def _price(self):
        """Work out again what the basket costs now, and what its customer is entitled to.

        What has changed without their doing stands in ``changes`` then, and counts as a new version.

        :return: whether anything that the customer sees is another than they have seen.
        :rtype: bool
        """
        self.ensure_one()
        before = self._seen()
        return self._show(before, self._settle())

    def _show(self, before, changes, touched=()):
        """Count a new version if the customer sees anything new.

        :param dict before: see ``_seen``.
        :param list[dict] changes: what is known of the reasons.
        :param touched: ids of the lines that the customer has changed themselves.
        :rtype: bool
        """
        digest = self._digest()
        if digest == self.shown:
            return False
        changes += self._differences(before, changes, touched)
        if not changes and not touched and before == self._seen():
            # It was another when this began: somebody has worked on its order.
            changes = [{'code': 'staff', 'text': self.env._("A colleague has changed your basket.")}]
        self.write({'version': self.version + 1, 'shown': digest, 'changes': changes or False})
        self._hold_goods()
        return True

    def _quotation(self):
        """Return the quotation, for changes that are its customer's own doing."""
        self.ensure_one()
        return self.order_id.with_company(self.company_id).with_context(
            **QUIETLY, mobile_basket_device_id=self.device_id.id)

    # === BUSINESS METHODS: what Odoo computes === #

    @api.model
    def _pricelist_id(self, shopper):
        """Return the pricelist by which the catalogue tells this shopper's prices, or False."""
        Catalogue = self.env['mobile.catalogue']
        usual_id, _is_untaxed = Catalogue._app_terms(shopper.app.id or 0)
        terms = Catalogue._find_terms(shopper.company, usual_id, [shopper.partner.id])[shopper.partner.id]
        return terms.pricelist_id or False

    def _settle(self, *, reprice=True):
        """Let Odoo compute the order anew, until nothing changes any more.

        :param bool reprice: whether prices and taxes may be others than when the lines were written.
        :return: what fell off, and why; see ``_change``.
        :rtype: list[dict]
        """
        order = self._quotation()
        changes = self._drop_unsold(order) + self._drop_refused(order) if reprice else []
        if reprice:
            self._reprice(order)
        order._update_programs_and_rewards()
        for _turn in range(TURNS):
            if not self._claim_automatic(order):
                break
            order._update_programs_and_rewards()
        return changes

    def _reprice(self, order):
        """Price the goods as a new order would, today and for this customer as they are now."""
        pricelist_id = self._pricelist_id(self._shopper())
        if order.pricelist_id.id != (pricelist_id or False):
            order.pricelist_id = pricelist_id
        # Pricelists and promotions are those in force at the order's date.
        order.date_order = fields.Datetime.now()
        order._compute_fiscal_position_id()
        lines = self._goods(order)
        lines.invalidate_recordset(['pricelist_item_id'])
        lines._compute_tax_ids()
        lines.with_context(force_price_recomputation=True)._compute_price_unit()
        lines._compute_discount()

    @api.model
    def _goods(self, order):
        """Return the lines of an order that are goods: no rewards."""
        return order.order_line.filtered(lambda line: not line.display_type and not line.reward_id)

    def _claim_automatic(self, order):
        """Claim the rewards that customers get without asking: what leaves no choice, and takes no points of theirs.

        As the shop on the web does it, see ``sale.order._auto_apply_rewards`` of ``website_sale_loyalty``.

        :return: whether there was any.
        :rtype: bool
        """
        claimed = False
        for card, rewards in order._get_claimable_rewards().items():
            if self._is_choice(card.program_id) or rewards in order.order_line.reward_id:
                continue
            claimed |= self._try_claim(order, rewards, card)
        return claimed

    @api.model
    def _is_choice(self, program):
        """Tell whether it is for the customer to say that they want a reward of a program, and which."""
        rewards = program.reward_ids
        return program.is_nominative or len(rewards) != 1 or rewards.multi_product

    @api.model
    def _try_claim(self, order, reward, card, **choice):
        """Claim a reward; nothing of it stays when that is refused.

        :rtype: bool
        """
        try:
            with self.env.cr.savepoint():
                self._take_reward(order, reward, card, **choice)
        except UserError:
            return False
        return True

    @api.model
    def _take_reward(self, order, reward, card, **choice):
        result = order._apply_program_reward(reward, card, **choice)
        if 'error' in result:
            raise UserError(result['error'])

    def _drop_unsold(self, order):
        """Take out what is not sold to this customer any more."""
        lines = self._goods(order)
        visible = self.env['mobile.catalogue']._visible(self._shopper(), lines.product_id.ids)
        gone = lines.filtered(lambda line: line.product_id not in visible)
        changes = [{
            'code': 'not_sold', 'product_id': line.product_id.id,
            'text': self.env._("%s is not sold here any more.", self._line_name(line))} for line in gone]
        gone.unlink()
        return changes

    def _drop_refused(self, order):
        """Take off coupons that cannot be used any more: spent elsewhere, expired, withdrawn."""
        changes = []
        for card in order._mobile_cards() | order.applied_coupon_ids.filtered('mobile_uuid'):
            if order._mobile_refusal(card):
                title, code = self._title_of(card), card._mobile_refusal_code(store=self.store_id)
                self._drop_card(order, card)
                changes.append({
                    'code': 'offer_gone', 'offer_id': card.mobile_uuid, 'reason': code,
                    'text': self._refusal_words(title, code)})
        return changes

    @api.model
    def _drop_card(self, order, card):
        """Take a coupon off an order, with all that it brought."""
        order.order_line.filtered(lambda line: line.coupon_id == card).unlink()
        order.applied_coupon_ids -= card

    # === BUSINESS METHODS: what the customer sees === #

    def _seen(self):
        """Return what the customer sees of the lines.

        :rtype: dict[int, Seen], by line
        """
        return {
            line.id: Seen(
                self._line_name(line), line.product_uom_qty, self._price_of_one(line),
                (line.reward_id.id, line.coupon_id.id) if line.reward_id else None)
            for line in self.order_id.order_line if not line.display_type}

    @api.model
    def _price_of_one(self, line):
        """Return what one costs that is on a line, with taxes and after its discount."""
        quantity = line.product_uom_qty
        return float_round(
            line.price_total / quantity if quantity else 0.0,
            precision_rounding=line.currency_id.rounding)

    @api.model
    def _line_name(self, line):
        return (line.name if line.reward_id else line.product_id.display_name or line.name).partition('\n')[0]

    def _digest(self):
        """Return a digest of all that makes the total; what comes out the same is the same to the customer."""
        order = self.order_id
        goods, rewards = [], []
        for line in order.order_line:
            values = [
                line.product_id.id, line.product_uom_id.id, line.product_uom_qty, repr(round(line.price_subtotal, 6)),
                repr(round(line.price_total, 6))]
            if line.reward_id:
                rewards.append([*values, line.reward_id.id, line.coupon_id.id, repr(round(line.points_cost, 6))])
            else:
                goods.append([line.id, *values])
        text = json.dumps([
            goods, sorted(rewards), order.currency_id.id, repr(round(order.amount_untaxed, 6)),
            repr(round(order.amount_total, 6))])
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _differences(self, before, known, touched):
        """Return what has changed that nobody has told yet.

        :param dict before: see ``_seen``.
        :param list[dict] known: what was told.
        :param touched: ids of the lines that the customer has changed themselves.
        :rtype: list[dict]
        """
        after, order = self._seen(), self.order_id
        rounding = order.currency_id.rounding
        changes = []
        for line in self._goods(order):
            was, now = before.get(line.id), after[line.id]
            if was and line.id not in touched and float_compare(was.price, now.price, precision_rounding=rounding):
                changes.append({
                    'code': 'price_up' if now.price > was.price else 'price_down', 'product_id': line.product_id.id,
                    'text': self.env._(
                        "%(product)s costs %(now)s now, not %(before)s.", product=now.name,
                        now=self._money(now.price), before=self._money(was.price))})
        told = {change['offer_id'] for change in known if change.get('offer_id')}
        own, others = ({seen.reward: seen.name for seen in seens.values() if seen.reward} for seens in (after, before))
        for reward, name in others.items():
            card = self.env['loyalty.card'].sudo().browse(reward[1]).exists()
            if reward not in own and not (card.mobile_uuid and card.mobile_uuid in told):
                changes.append({
                    'code': 'offer_gone' if card.mobile_uuid else 'reward_gone', **(
                        {'offer_id': card.mobile_uuid, 'reason': 'conditions'} if card.mobile_uuid else {}),
                    'text': self.env._("%s does not count any more.", self._title_of(card) or name)})
        return changes + [
            {'code': 'reward_added', 'text': self.env._("You get: %s", name)}
            for reward, name in own.items() if reward not in others]

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.order_id.currency_id)

    @api.model
    def _title_of(self, card):
        """Return what a coupon of ours is called to its holder; None for other cards."""
        if not card.mobile_uuid:
            return None
        return card.mobile_campaign_id._title_of_coupon(card) if card.mobile_campaign_id else card.program_id.name

    @api.model
    def _refusal_words(self, title, code):
        """Return for a customer why a coupon of theirs fell off.

        :param str code: see ``loyalty.card._mobile_refusal_code``.
        """
        if code in ('coupon_held', 'coupon_redeemed'):
            return self.env._("%s was used elsewhere.", title)
        if code == 'coupon_expired':
            return self.env._("%s has expired.", title)
        return self.env._("%s does not count any more.", title)
