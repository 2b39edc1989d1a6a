from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import coupon_code
from ..tools.company_days import start_of, zone_of
from ..tools.public_id import ordered_uuid_sql
from ..tools.racing import execute_racing

# Where a coupon may be used; the parts are the channels of ``_mobile_refusal``. Empty means everywhere.
CHANNELS = [
    ('till', "At the till"),
    ('phone', "In the app"),
    ('sale', "On sales orders"),
    ('phone_till', "In the app and at the till"),
    ('sale_till', "On sales orders and at the till"),
    ('sale_phone', "On sales orders and in the app"),
]
ALL_CHANNELS = ('sale', 'phone', 'till')


class LoyaltyCard(models.Model):
    """A coupon. What it is worth and to whom stands here; ``loyalty_card_status`` tells how it stands with it,
    ``loyalty_card_offers`` what its holder's phone sees.

    Coupons of ours have a ``mobile_uuid``: they are in the ledger. One with ``holder_only`` is its holder's; any other
    is worth something to whoever shows its code first.
    """

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
        # A coupon of a store that was closed for good does not count everywhere.
        context={'active_test': False}, help="Empty means all stores.")
    mobile_channels = fields.Selection(
        string="Can Be Used", selection=CHANNELS, copy=False, help="Empty means everywhere.")
    mobile_withdrawn_at = fields.Datetime(
        string="Withdrawn", readonly=True, copy=False, index='btree_not_null',
        help="When a colleague took the coupon back. It can be given again.")
    mobile_redemption_ids = fields.One2many(
        string="Redemptions", comodel_name='mobile.redemption', inverse_name='card_id', readonly=True)

    _mobile_uuid_unique = models.UniqueIndex('(mobile_uuid) WHERE mobile_uuid IS NOT NULL')

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        programs = self.env['loyalty.program'].sudo().browse(
            {vals['program_id'] for vals in vals_list if vals.get('program_id')})
        personal = set(programs.filtered('mobile_holder_only').ids)
        strong = personal | set(programs._mobile_of_campaigns().ids)
        for vals in vals_list:
            if vals.get('program_id') in personal:
                vals['holder_only'] = True
                if not vals.get('partner_id') and vals.get('order_id'):
                    # Given with an order: it is the customer's.
                    vals['partner_id'] = self.env['sale.order'].browse(vals['order_id']).partner_id.id
            if vals.get('holder_only'):
                vals.setdefault('mobile_uuid', str(uuid4()))
            if vals.get('mobile_expires_at') and not vals.get('expiration_date'):
                vals['expiration_date'] = self._mobile_last_day(fields.Datetime.to_datetime(vals['mobile_expires_at']))
        # Odoo's own codes carry 32 random bits: some of 77,000 collide, and a guesser gets there.
        coded = [vals for vals in vals_list
                 if not vals.get('code') and (vals.get('holder_only') or vals.get('program_id') in strong)]
        for vals, code in zip(coded, self._mobile_free_codes(len(coded)), strict=True):
            vals['code'] = code
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    @api.model
    def _mobile_free_codes(self, count):
        """Return so many new codes, none of which is taken: one that were would spoil all that is created with it.

        :rtype: list[str]
        """
        codes = set()
        while len(codes) < count:
            fresh = set(coupon_code.generate_many(count - len(codes)))
            codes |= fresh - self._mobile_taken(fresh)
        return list(codes)

    @api.model
    def _mobile_taken(self, codes):
        """Return which of these codes exist, those of promotions among them.

        :rtype: set[str]
        """
        if not codes:
            return set()
        self.flush_model(['code'])
        rows = self.env.execute_query(SQL(
            """SELECT code FROM loyalty_card WHERE code = ANY(%(codes)s)
                UNION SELECT code FROM loyalty_rule WHERE mode = 'with_code' AND code = ANY(%(codes)s)""",
            codes=list(codes)))
        return {row[0] for row in rows}

    @api.model
    def _mobile_insert(self, codes, values):
        """Create coupons that differ by their code alone, in a few statements however many they are.

        Where a code exists already, no coupon is made.

        :param list[str] codes: distinct.
        :param dict values: what they have in common: names of columns, and ``mobile_store_ids`` (a list of ids).
        :return: those that were made.
        :rtype: LoyaltyCard
        """
        values = dict(values)
        store_ids = values.pop('mobile_store_ids', [])
        now = fields.Datetime.now()
        if values.get('mobile_expires_at'):
            values.setdefault('expiration_date', self._mobile_last_day(values['mobile_expires_at']))
        values |= {'active': True, 'create_uid': self.env.uid, 'create_date': now, 'write_uid': self.env.uid,
                   'write_date': now}
        self.env.flush_all()
        # An empty value is none: False is no number, but it is a boolean.
        columns = {name: value if value or self._fields[name].type == 'boolean' else None
                   for name, value in values.items()}
        rows = execute_racing(self.env, SQL(
            """INSERT INTO loyalty_card (code, mobile_uuid, %s)
               SELECT code, %s, %s FROM unnest(%s::varchar[]) WITH ORDINALITY AS new (code, number)
                ORDER BY number ON CONFLICT (code) DO NOTHING RETURNING id""",
            SQL(', ').join(map(SQL.identifier, columns)), ordered_uuid_sql(), SQL(', ').join(columns.values()), codes))
        cards = self.browse(row[0] for row in rows)
        self.env.cr.execute(SQL(
            """INSERT INTO mobile_card_store_rel (loyalty_card_id, mobile_store_id)
               SELECT card_id, store_id FROM unnest(%s::integer[]) card_id, unnest(%s::integer[]) store_id""",
            cards.ids, store_ids))
        return cards

    @api.model
    def _mobile_last_day(self, expires_at):
        """Return what Odoo, which knows days only, refuses such a coupon after: the day after the last one on which it
        counts anywhere. The exact instant is ours to check.
        """
        return expires_at.date() + timedelta(days=1)

    @api.model
    def _mobile_find_by_code(self, text):
        """Return the coupon of ours with this code in any of its spellings, or an empty recordset."""
        codes = coupon_code.spellings(text or '')
        if not codes:
            return self.browse()
        cards = self.search([('code', 'in', codes), ('mobile_uuid', '!=', False)])
        return min(cards, key=lambda card: codes.index(card.code), default=cards)

    def _mobile_is_good(self, moment):
        """Tell whether the coupon has not expired at a moment (naive UTC), nor was taken out of use."""
        self.ensure_one()
        card = self.sudo()
        expiry = card._mobile_expiry()
        return bool(card.active and card.program_id.active and (not expiry or expiry > moment))

    def _mobile_is_usable_by(self, partner, channel='sale'):
        """Tell whether a coupon is this customer's to use: theirs, their company's, or anybody's.

        Who shows a coupon that nobody has yet at a till is taken for its owner, as with cash.
        """
        self.ensure_one()
        card = self.sudo()
        if card.partner_id:
            return card.partner_id.commercial_partner_id == partner.commercial_partner_id
        return channel == 'till' or not card.holder_only

    def _mobile_counts_for(self, company):
        """Tell whether a coupon is worth something in this company: its campaign's, else its program's."""
        self.ensure_one()
        if self.mobile_campaign_id:
            return self.mobile_campaign_id.company_id == company
        return not self.company_id or self.company_id in company.sudo().parent_ids

    def _mobile_refusal(self, partner, company, at=None, store=None, channel='sale'):
        """Return why `partner` cannot use this coupon, in words for staff, or None when they can.

        :param partner: ``res.partner``; anybody of the holder's company counts as the holder.
        :param company: ``res.company`` that sells.
        :param datetime at: naive UTC; now when it is not given.
        :param store: ``mobile.store`` where it is used, when that is known. A coupon that counts in some stores is
            refused where it is not.
        :param str channel: how it is used: ``sale``, ``phone`` or ``till``.
        :rtype: str | None
        """
        self.ensure_one()
        # Whose it is comes first: what became of another customer's coupon is told to nobody.
        card = self.sudo()
        code = card._mobile_masked_code()
        if not card._mobile_is_usable_by(partner, channel):
            return (
                self.env._("The coupon %s belongs to another customer.", code) if card.partner_id else
                self.env._("The coupon %s has no holder yet. Its owner has to claim it in the app first.", code))
        if words := card._mobile_spent_words():
            return words
        if not card._mobile_counts_for(company):
            return self.env._("The coupon %s does not count in this company.", code)
        if card.mobile_withdrawn_at:
            return self.env._("The coupon %s was withdrawn.", code)
        moment = at or fields.Datetime.now()
        if card.mobile_valid_from and card.mobile_valid_from > moment:
            return self.env._("The coupon %s is not valid yet.", code)
        if not card._mobile_is_good(moment):
            return self.env._("The coupon %s has expired.", code)
        if card.points < min(card.program_id.reward_ids.mapped('required_points'), default=0):
            return self.env._("The coupon %s has already been used.", code)
        return card._mobile_place_refusal(store, channel)

    def _mobile_place_refusal(self, store, channel):
        """Return why the coupon does not count in this place; see ``_mobile_refusal``."""
        code = self._mobile_masked_code()
        if channel not in self._mobile_channel_list():
            return self.env._("The coupon %(code)s can be used here: %(channels)s.", code=code,
                              channels=dict(self._fields['mobile_channels']._description_selection(self.env))[
                                  self.mobile_channels])
        stores = self.mobile_store_ids
        if not stores or (store and store in stores):
            return None
        names = ', '.join(stores.mapped('name'))
        if not store:
            return self.env._("The coupon %(code)s counts in these stores only: %(stores)s. Say which store it is.",
                              code=code, stores=names)
        return self.env._("The coupon %(code)s counts in these stores only: %(stores)s.", code=code, stores=names)

    def _mobile_channel_list(self):
        """Return where the coupon may be used, as a list of channels."""
        self.ensure_one()
        return self.mobile_channels.split('_') if self.mobile_channels else list(ALL_CHANNELS)

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
        return start_of(self.expiration_date + timedelta(days=1), zone_of(self.company_id))

    @api.model
    def _mobile_claim(self, text, partner, company):
        """Make a coupon without holder the customer's own, and nobody else's.

        :param str text: the code as it was typed or scanned.
        :return: the coupon, the caller's before or now; empty when the code is not one that they can have.
        """
        card = self.sudo()._mobile_find_by_code(text)
        if not card or not card._mobile_counts_for(company):
            return self.browse()
        if not card.partner_id and card.mobile_status in ('available', 'upcoming'):
            # One statement settles two people who claim the same printed code.
            claimed = execute_racing(self.env, SQL(
                """UPDATE loyalty_card SET partner_id = %s, holder_only = TRUE
                    WHERE id = %s AND partner_id IS NULL RETURNING id""", partner.id, card.id))
            card.invalidate_recordset(['partner_id', 'holder_only'])
            if claimed:
                self.env['mobile.coupon.step'].sudo()._log(card, 'claimed')
        return card if card.partner_id == partner else self.browse()
