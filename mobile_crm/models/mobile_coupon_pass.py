from datetime import UTC

from odoo import api, models

from ..tools import coupon_pass


class MobileCouponPass(models.AbstractModel):
    """A coupon signed for tills without the network; nothing is stored of it."""

    _name = 'mobile.coupon.pass'
    _description = "Signed Coupon"

    # === BUSINESS METHODS === #

    @api.model
    def _issue(self, card, company):
        """Return the text of a coupon's QR code, or None when its code is not ours, or tills do not take it.

        :param card: ``loyalty.card``.
        :param company: ``res.company`` whose tills take it.
        """
        code = self.env['loyalty.card']._mobile_normalize(card.code)
        if not code or 'till' not in card._mobile_channel_list():
            return None
        start, end = card.mobile_valid_from, card._mobile_expiry()
        return coupon_pass.write(self.env['mobile.member.card']._key(company), coupon_pass.Terms(
            code=code, discount=self._discount(card, company),
            minimum=self._units(card._mobile_minimum(company), company), currency=company.currency_id.name,
            start=_seconds(start), end=_seconds(end), stores=tuple(card.mobile_store_ids.ids)))

    @api.model
    def _read(self, company, text):
        """Return the code of a coupon whose text was signed by a company's key, this one or one before; or None.

        :param str text: as it was scanned.
        """
        match = self.env['mobile.member.card']._signed(company, coupon_pass.PATTERN, text)
        return match and match['code']

    @api.model
    def _discount(self, card, company):
        """Return what a till takes off, in the words of ``coupon_pass.Terms``."""
        reward = card._mobile_reward()
        if not card._mobile_is_simple():
            return 'N'
        if reward.discount_mode != 'percent':
            return f'A{self._units(card._mobile_money(reward.discount, company), company)}'
        cap = card._mobile_money(reward.discount_max_amount, company)
        return f'P{round(reward.discount * 100)}' + (f'C{self._units(cap, company)}' if cap else '')

    @api.model
    def _units(self, amount, company):
        """Return an amount in the smallest units of a company's currency."""
        return round(amount * 10 ** company.currency_id.decimal_places)


def _seconds(moment):
    return int(moment.replace(tzinfo=UTC).timestamp()) if moment else 0
