from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import coupon_code
from ..tools.racing import execute_racing

# Programs whose cards hold something, to be spent bit by bit.
BALANCE_TYPES = ('loyalty', 'ewallet', 'gift_card')


class LoyaltyCard(models.Model):
    _inherit = 'loyalty.card'

    holder_only = fields.Boolean(
        help="Only the customer named on the coupon can use it. Its code cannot be guessed.")
    mobile_uuid = fields.Char(string="Offer ID", readonly=True, copy=False)
    mobile_campaign_id = fields.Many2one(
        comodel_name='mobile.campaign', readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict')
    mobile_valid_from = fields.Datetime(string="Valid From", copy=False)
    mobile_expires_at = fields.Datetime(string="Expires", copy=False)
    mobile_store_ids = fields.Many2many(
        string="Counts In", comodel_name='mobile.store', relation='mobile_card_store_rel', copy=False,
        help="Empty means all stores.")
    mobile_redemption_ids = fields.One2many(
        string="Redemptions", comodel_name='mobile.redemption', inverse_name='card_id', readonly=True)
    mobile_status = fields.Selection(
        string="Status",
        selection=[('available', "Available"), ('reserved', "Reserved"), ('redeemed', "Redeemed"),
                   ('expired', "Expired")],
        compute='_compute_mobile_status')

    _mobile_uuid_unique = models.UniqueIndex('(mobile_uuid) WHERE mobile_uuid IS NOT NULL')

    # === COMPUTE METHODS === #

    @api.depends(
        'mobile_redemption_ids.state', 'mobile_redemption_ids.expires_at', 'mobile_expires_at', 'points', 'active',
        'program_id.active')
    def _compute_mobile_status(self):
        now = fields.Datetime.now()
        for card in self:
            spent = card._mobile_spending_row()
            if spent.state == 'held':
                card.mobile_status = 'reserved'
            elif spent or card.points <= 0:
                card.mobile_status = 'redeemed'
            elif not card._mobile_is_good(now):
                card.mobile_status = 'expired'
            else:
                card.mobile_status = 'available'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get('holder_only'):
                # Odoo's own codes carry 32 random bits: some of 77,000 collide, and a guesser gets there.
                vals.setdefault('code', coupon_code.generate())
                vals.setdefault('mobile_uuid', str(uuid4()))
            if vals.get('mobile_expires_at') and not vals.get('expiration_date'):
                # Odoo knows days only: let it refuse the coupon on the day after the last one on which it counts
                # anywhere. The exact instant is ours to check.
                vals['expiration_date'] = fields.Datetime.to_datetime(vals['mobile_expires_at']).date() + timedelta(1)
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_find_by_code(self, text):
        """Return the coupon of ours with this code in any of its spellings, or an empty recordset."""
        code = coupon_code.normalize(text or '')
        return self.search([('code', '=', code), ('holder_only', '=', True)], limit=1) if code else self.browse()

    def _mobile_is_good(self, moment):
        """Tell whether the coupon has not expired at a moment (naive UTC), nor was taken out of use."""
        self.ensure_one()
        card = self.sudo()
        expiry = card._mobile_expiry()
        return bool(card.active and card.program_id.active and (not expiry or expiry > moment))

    def _mobile_refusal(self, partner, company, at=None, store=None, channel='sale'):
        """Return why `partner` cannot use this coupon, in words for staff, or None when they can.

        :param partner: ``res.partner``; anybody of the holder's company counts as the holder.
        :param company: ``res.company`` that sells.
        :param datetime at: naive UTC; now when it is not given.
        :param store: ``mobile.store`` where it is used, when that is known.
        :param str channel: how it is used: ``sale``, ``phone`` or ``till``.
        :rtype: str | None
        """
        self.ensure_one()
        # Whose it is comes first: what became of another customer's coupon is told to nobody.
        card = self.sudo()
        code = card._mobile_masked_code()
        if not card.partner_id and channel != 'till':
            return self.env._("The coupon %s has no holder yet. Its owner has to claim it in the app first.", code)
        if card.partner_id.commercial_partner_id != partner.commercial_partner_id:
            return self.env._("The coupon %s belongs to another customer.", code)
        if words := card._mobile_spent_words():
            return words
        if card.mobile_campaign_id and card.mobile_campaign_id.company_id != company:
            return self.env._("The coupon %s does not count in this company.", code)
        moment = at or fields.Datetime.now()
        if card.mobile_valid_from and card.mobile_valid_from > moment:
            return self.env._("The coupon %s is not valid yet.", code)
        if not card._mobile_is_good(moment):
            return self.env._("The coupon %s has expired.", code)
        if card.points < min(card.program_id.reward_ids.mapped('required_points'), default=0):
            return self.env._("The coupon %s has already been used.", code)
        return None

    def _mobile_masked_code(self):
        """Return the end of the code: enough to tell which coupon is meant, in a message that ends up in the log."""
        self.ensure_one()
        return f'…{self.code[-coupon_code.GROUP_LENGTH - 1:]}'

    def _mobile_expiry(self):
        """Return the naive UTC instant at which the coupon expires, or None when it never does."""
        self.ensure_one()
        if self.mobile_expires_at:
            return self.mobile_expires_at
        if not self.expiration_date:
            return None
        zone = ZoneInfo(self.company_id.partner_id.tz or 'UTC')
        end = datetime.combine(self.expiration_date + timedelta(days=1), time.min, tzinfo=zone)
        return end.astimezone(ZoneInfo('UTC')).replace(tzinfo=None)

    @api.model
    def _mobile_offers(self, partner, company, limit, after=None, status=None):
        """Return one page of a customer's coupons, newest first.

        :param int after: id of the last coupon that was given.
        :param str status: only these (see ``mobile_status``).
        """
        held = Domain('mobile_redemption_ids', 'any', self.env['mobile.redemption']._held_domain())
        redeemed = Domain('mobile_redemption_ids.state', 'in', ('confirmed', 'conflict')) | Domain('points', '<=', 0)
        good = (
            Domain('mobile_expires_at', '=', False) | Domain('mobile_expires_at', '>', fields.Datetime.now())
        ) & Domain('program_id.active', '=', True)
        domain = self._mobile_own(partner, company) & {
            None: Domain.TRUE,
            'reserved': held,
            'redeemed': redeemed & ~held,
            'available': good & ~held & ~redeemed,
            'expired': ~good & ~held & ~redeemed,
        }[status]
        if after:
            domain &= Domain('id', '<', after)
        return self.sudo().search(domain, limit=limit, order='id desc')

    @api.model
    def _mobile_offer(self, partner, company, uuid):
        """Return one coupon of a customer by its public id, or an empty recordset."""
        return self.sudo().search(self._mobile_own(partner, company) & Domain('mobile_uuid', '=', uuid))

    @api.model
    def _mobile_own(self, partner, company):
        """Return the domain of a customer's coupons that a company's app may show."""
        return Domain([
            ('partner_id', '=', partner.id), ('mobile_uuid', '!=', False), ('company_id', 'in', [False, company.id]),
            # A program without company may serve several; the campaign says whose coupon it is.
            '|', ('mobile_campaign_id', '=', False), ('mobile_campaign_id.company_id', '=', company.id),
        ])

    @api.model
    def _mobile_balances(self, partner, company, limit, after=None):
        """Return one page of a customer's loyalty cards, e-wallets and gift cards, newest first.

        Theirs alone: a colleague of the same company is another customer.

        :param int after: id of the last card that was given.
        """
        domain = Domain([
            ('partner_id', '=', partner.id),
            ('program_type', 'in', BALANCE_TYPES),
            ('program_id.active', '=', True),
            # As sale_loyalty does: the company's programs, those of its parent, and those of all.
            ('company_id', 'in', [False, company.id, company.parent_id.id]),
            # A day more, for it ends by the shop's clock.
            '|', ('expiration_date', '=', False), ('expiration_date', '>=', fields.Date.today() - timedelta(days=1)),
        ])
        if after:
            domain &= Domain('id', '<', after)
        return self.sudo().search(domain, limit=limit, order='id desc')

    def _mobile_unit(self):
        """Return what a card is counted in: ``points``, or its currency's code."""
        self.ensure_one()
        return 'points' if self.program_type == 'loyalty' else self.currency_id.name

    def _mobile_worth(self, points):
        """Return the money (in the card's currency) that so many of its points are, or None when nobody can tell.

        :rtype: float | None
        """
        self.ensure_one()
        if self.program_type != 'loyalty':
            return points
        # A reward that is paid per point has a price in money; a free product has none.
        rates = self.program_id.reward_ids.filtered(
            lambda reward: reward.reward_type == 'discount' and reward.discount_mode == 'per_point'
            and reward.required_points <= points)
        return max(rates.mapped('discount')) * points if rates else None

    @api.model
    def _mobile_claim(self, text, partner, company):
        """Make a coupon without holder the customer's own.

        :param str text: the code as it was typed or scanned.
        :return: the coupon, the caller's before or now; empty when the code is not one that they can have.
        """
        card = self.sudo()._mobile_find_by_code(text)
        if not card or card.company_id not in (company, self.env['res.company']):
            return self.browse()
        if not card.partner_id:
            # One statement settles two people who claim the same printed code.
            execute_racing(self.env, SQL(
                'UPDATE loyalty_card SET partner_id = %s WHERE id = %s AND partner_id IS NULL', partner.id, card.id))
            card.invalidate_recordset(['partner_id'])
        return card if card.partner_id == partner else self.browse()
