import time
from datetime import UTC, datetime

from odoo import api, models

from ..tools import member_card
from ..tools.offline import REPORTED_WITHIN
from ..tools.problems import Problem

# Keys before the present one by which texts on phones may be signed still.
FORMER_KEYS = 5
# How far the clock of another of our hosts may be ahead, in seconds.
LEEWAY = 5


class MobileMemberCard(models.AbstractModel):
    """The card that a customer's phone shows at the till; nothing is stored of it until it is used."""

    _name = 'mobile.member.card'
    _description = "Member Card"

    # === BUSINESS METHODS: the phone's side === #

    @api.model
    def _issue(self, device, partner, company):
        """Return a new card for a customer's phone.

        :param device: ``mobile.device`` that will show it; signed out, its cards are worth nothing.
        :return: the member's public id, the QR code's text, and when it expires (naive UTC).
        :rtype: tuple[str, str, datetime]
        """
        issued_at = int(time.time())
        member = member_card.member_id(self._secret(), company.id, partner.id)
        qr = self._key(company).sign(member, device.uuid, issued_at)
        return member, qr, _naive_utc(issued_at + member_card.LIFETIME)

    # === BUSINESS METHODS: the till's side === #

    @api.model
    def _public_keys(self, company):
        """Return the keys by which a company's tills check cards, as JWKs (RFC 8037).

        The next key is among them, so that a till without the network knows it already when it comes into use.

        :rtype: list[dict]
        """
        version = company.sudo().mobile_card_key_version
        return [self._key(company, number).jwk for number in (version, version + 1)]

    @api.model
    def _identify(self, company, qr, store_id=None, at=None):
        """Return who shows this card at a company's till, once for each card.

        :param str qr: as it was scanned.
        :param int store_id: where, if the till says so; a store of the company.
        :param float at: when, in seconds of Unix, as a till says that had no network; now when left out.
        :return: the member's public id and the customer (``res.partner``, elevated).
        :rtype: tuple[str, ResPartner]
        :raise Problem: the same one, whatever is wrong with who shows it.
        """
        if store_id and not self.env['mobile.store'].search_count(
                [('id', '=', store_id), ('company_id', '=', company.id)]):
            raise Problem.invalid(['body', 'store_id'], self.env._("There is no such store."))
        card = self._key(company).check(qr)
        if not card:
            raise Problem('card_invalid')
        age = (at or time.time()) - card.issued_at
        if not -LEEWAY <= age < member_card.LIFETIME:
            raise Problem('card_expired')
        device = self.env['mobile.device'].sudo().search([('uuid', '=', card.device)])
        partner = device.partner_id
        is_good = (
            partner.active
            and partner.id == member_card.partner_id(self._secret(), company.id, card.member)
            and device._has_session(partner, company)
            # A card of the sign-in before this one went with it.
            and device.signed_in_at <= _naive_utc(card.issued_at)
        )
        if not is_good:
            raise Problem('card_invalid')
        # A till that had no network may report it for days, also when another had the network.
        expires_at = _naive_utc(card.issued_at + member_card.LIFETIME) + REPORTED_WITHIN
        if not self.env['mobile.nonce'].sudo()._spend('member card', card.nonce, expires_at):
            raise Problem('card_used')
        return card.member, partner

    @api.model
    def _key(self, company, version=None):
        return member_card.Key(
            self._secret(), company.id, version or company.sudo().mobile_card_key_version)

    @api.model
    def _signed(self, company, pattern, text):
        """Return the match of a text that a company's key has signed, this one or one before; or None.

        :param pattern: of the format, with a group ``key``; what stands after the last dot is the signature.
        :param str text: as it was scanned.
        :rtype: re.Match | None
        """
        match = pattern.fullmatch(text)
        if not match:
            return None
        current = company.sudo().mobile_card_key_version
        for version in range(current, max(0, current - FORMER_KEYS), -1):
            key = self._key(company, version)
            if key.kid == match['key']:
                return match if key.is_sealed(text) else None
        return None

    @api.model
    def _secret(self):
        return self.env['ir.config_parameter'].sudo().get_param('database.secret')


def _naive_utc(seconds):
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
