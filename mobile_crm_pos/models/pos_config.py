from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.mobile_crm.tools.problems import CouponRefused, Problem, as_problem

# Offers of a customer that a cashier is shown.
MAX_OFFERS = 10


class PosConfig(models.Model):
    """What a till asks about the customer's phone: the member card and the coupons on it."""

    _inherit = 'pos.config'

    mobile_store_id = fields.Many2one(
        string="Store", comodel_name='mobile.store', check_company=True, index='btree_not_null', ondelete='set null',
        help="The store at which customers find this till, as their phones show it.")
    mobile_tells_receipt = fields.Boolean(
        string="Receipt in the App", default=True,
        help="Customers who say who they are find the receipt in the app at once, and get a notification if they want "
             "notifications.")

    # === LOADING === #

    @api.model
    def _load_pos_data_read(self, records, config):
        """Override: with these keys a till without the network tells true member cards and coupons from forged ones."""
        read_records = super()._load_pos_data_read(records, config)
        if read_records:
            company = config.company_id
            read_records[0]['_mobile_keys'] = self.env['mobile.member.card']._public_keys(company)
            read_records[0]['_mobile_approval_required'] = company.mobile_approval_required
            read_records[0]['_mobile_store_id'] = config.sudo().mobile_store_id.id
        return read_records

    # === BUSINESS METHODS: the till === #

    @api.model
    def _mobile_till(self):
        """Return which till asks, and for which of its orders, as it says in the context (``mobile_till``).

        :return: the till, empty when it does not say, and ``{'uuid', 'reference', 'partner_id', 'spending'}``.
        :rtype: tuple[PosConfig, dict]
        """
        till = self.env.context.get('mobile_till') or {}
        if not (isinstance(till.get('uuid'), str) and isinstance(till.get('config_id'), int)):
            return self.browse(), {}
        config = self.browse(till['config_id']).exists()
        config.check_access('read')
        return config, {**till, 'reference': str(till.get('reference') or till['uuid'])}

    def _mobile_check_cashier(self):
        self.ensure_one()
        self.check_access('read')
        if not self.env.user.has_group('point_of_sale.group_pos_user'):
            raise AccessError(self.env._("Only cashiers ask about customers at a till."))

    def mobile_release_coupons(self, uuid, kept_ids=None):
        """Give the coupons back that an order of this till held and holds no longer.

        :param str uuid: of the order.
        :param list kept_ids: of the ``loyalty.card`` that stay on it; None when the order is given up.
        """
        self._mobile_check_cashier()
        self.env['mobile.redemption'].sudo()._release_pos(
            self.company_id, str(uuid),
            None if kept_ids is None else self.env['loyalty.card'].browse(map(int, kept_ids)))
        if kept_ids is None:
            self.env['mobile.basket'].sudo()._release_pos(self.company_id, str(uuid))
        return True

    # === BUSINESS METHODS: coupons === #

    def use_coupon_code(self, code, creation_date, partner_id, pricelist_id):
        """Override for coupons of ours: refused in the ledger's words, and held for the order of the till.

        Who shows a coupon where nobody has said who they are is taken for its holder, as at other tills.
        """
        self.ensure_one()
        Redemption = self.env['mobile.redemption'].sudo()
        card, _is_signed = Redemption._scan(self.company_id, code)
        if not card:
            return super().use_coupon_code(code, creation_date, partner_id, pricelist_id)
        partner = self.env['res.partner'].sudo().browse(partner_id or ()).exists()
        config, till = self._mobile_till()
        try:
            if config == self:
                # The ledger's words come first: a hold of this order's own is none in its way.
                held = Redemption._hold_for_pos(self, card, till['uuid'], till['reference'], partner)
            else:
                Redemption._check_terms(
                    card, partner or card.partner_id, self.company_id, store=self.sudo().mobile_store_id,
                    channel='till')
                held = Redemption
        except CouponRefused as refusal:
            return {'successful': False, 'payload': {'error_message': str(refusal)}}
        holder = card.partner_id if card.partner_id == partner else card.partner_id or partner
        res = super().use_coupon_code(card.code, creation_date, holder.id, pricelist_id)
        if not res['successful']:
            held.filtered(lambda row: row.state == 'held')._void('unused')
        elif card.partner_id and not partner:
            res['payload']['mobile_holder_id'] = card.partner_id.id
        return res

    # === BUSINESS METHODS: baskets === #

    def mobile_take_basket(self, code, uuid, reference):
        """Take a basket over whose code a till has scanned; its coupons are held for the till's order from now on.

        :param str code: in any spelling.
        :param str uuid: of the order.
        :param str reference: what people call the order.
        :return: False when no basket waits under this code, ``{'error': str}``, or ``partner_id``, ``total`` (as the
            phone showed it), ``lines`` (``product_id``, ``quantity``, ``name``) and ``coupons`` (codes).
        """
        self._mobile_check_cashier()
        uuid = str(uuid)
        try:
            with self.env.cr.savepoint():
                basket = self.env['mobile.basket']._claim_at_till(
                    str(code), self.company_id, self.sudo().mobile_store_id or None, reference=uuid)
                coupons = self._mobile_move_coupons(basket, uuid, str(reference))
        except (Problem, UserError) as exc:
            return {'error': as_problem(exc).words(self.env)}
        if not basket:
            return False
        order = basket.order_id
        lines = order.order_line.filtered(
            lambda line: not line.display_type and not line.is_reward_line and line.product_uom_qty > 0)
        return {
            'partner_id': basket.partner_id.id,
            'total': order.amount_total,
            'lines': [{
                'product_id': line.product_id.id, 'name': line.product_id.display_name,
                'quantity': line.product_uom_id._compute_quantity(line.product_uom_qty, line.product_id.uom_id),
            } for line in lines],
            'coupons': coupons.mapped('code') + order.code_enabled_rule_ids.mapped('code')}

    def _mobile_move_coupons(self, basket, uuid, reference):
        """Let an order of this till hold the coupons that a basket held.

        :return: ``loyalty.card``.
        """
        cards = basket.order_id._mobile_cards() if basket else self.env['loyalty.card'].sudo()
        Redemption = self.env['mobile.redemption'].sudo()
        for card in cards:
            Redemption._held_by(basket.order_id, card)._void('unused')
            Redemption._hold_for_pos(self, card, uuid, reference, basket.partner_id)
        return cards

    # === BUSINESS METHODS: the member card === #

    def mobile_identify_member(self, qr, uuid):
        """Tell a till who shows a member card; a card is good once.

        :param str qr: as it was scanned.
        :param str uuid: of the order.
        :return: ``{'error': str}``, or ``partner_id``, ``name``, ``points`` (name and balance of each card) and
            ``offers`` (code, title and end of each coupon that is good here).
        :rtype: dict
        """
        self._mobile_check_cashier()
        try:
            _member, partner = self.env['mobile.member.card']._identify(self.company_id, str(qr))
        except Problem as problem:
            return {'error': problem.words(self.env)}
        self.env['mobile.member.card']._note_shown(str(uuid), partner)
        return {
            'partner_id': partner.id, 'name': partner.display_name,
            'points': self._mobile_points_of(partner), 'offers': self._mobile_offers_of(partner)}

    def _mobile_points_of(self, partner):
        cards = self.env['loyalty.card']._mobile_balances(partner, self.company_id, MAX_OFFERS)
        programs = self._get_program_ids()
        return [{'name': card.program_id.name, 'balance': card._format_points(card.points)}
                for card in cards if card.program_id in programs]

    def _mobile_offers_of(self, partner):
        """Return the coupons of a customer that this till takes, those that end first before others."""
        Card = self.env['loyalty.card'].sudo()
        company, store = self.company_id, self.sudo().mobile_store_id
        cards = Card.search(
            Card._mobile_own(partner, company) & Domain('mobile_status', '=', 'available')
            & Domain('program_id', 'in', self._get_program_ids().ids), order='expiration_date, id', limit=MAX_OFFERS)
        return [
            {'code': card.code, 'title': card._mobile_reward().description or card.program_id.name,
             'until': format_date(self.env, card.expiration_date)}
            for card in cards if not card._mobile_refusal(partner, company, store=store, channel='till')]
