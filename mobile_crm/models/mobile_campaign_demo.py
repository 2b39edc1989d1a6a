import random
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Command

DAYS = 28
# So many customers of each campaign, and how many of those who got the offer and of the control group buy something.
WORLDS = {
    'mobile_crm.campaign_autumn': (320, 0.36, 0.16),
    'mobile_crm.campaign_berlin_mug': (60, 0.20, 0.12),
}
# Why the others got nothing.
REASONS = {'no_consent': 9, 'quiet_hours': 6, 'not_in_audience': 14, 'cooldown': 4}
FIRST_NAMES = (
    "Ada", "Bram", "Chiara", "Daan", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Lars", "Mila", "Noor",
    "Otis", "Pia", "Quinten", "Rosa", "Sem", "Tilde", "Ugo", "Vera", "Wout", "Yara")
LAST_NAMES = (
    "Adler", "Boone", "Claes", "Dubois", "Evers", "Faber", "Goossens", "Huber", "Imhof", "Jansen", "Keller", "Lenaerts",
    "Martin", "Nagel", "Peeters")


class MobileCampaign(models.Model):
    _inherit = 'mobile.campaign'

    @api.model
    def _make_demo_results(self):
        """Make the last weeks of some campaigns, so that demo results show what they are for; the same each time.

        Their customers are archived: nobody finds hundreds of strangers among the contacts of the demo.
        """
        chance = random.Random(5)  # noqa: S311 - numbers to look at
        for product in self.env['product.product'].search([('default_code', '=like', 'TK-%')]):
            product.standard_price = product.standard_price or round(0.45 * product.list_price, 2)
        for xmlid, (size, rate, control_rate) in WORLDS.items():
            campaign = self.env.ref(xmlid)
            customers = campaign._demo_records('customer', self.env['res.partner'].create([{
                'name': f'{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}', 'active': False,
                'company_id': campaign.company_id.id, 'country_id': self.env.ref('base.be').id,
            } for _number in range(size)]))
            decisions = campaign._demo_decisions(chance, customers)
            campaign._demo_purchases(chance, decisions, rate, control_rate)

    def _demo_records(self, kind, records):
        """Name records of Odoo's models as ours, so that they go when we go."""
        self.env['ir.model.data']._update_xmlids([{
            'xml_id': f'mobile_crm.demo_{kind}_{record.id}', 'record': record, 'noupdate': True} for record in records])
        return records

    def _demo_decisions(self, chance, customers):
        """Decide about customers, each at some hour of the last weeks."""
        self.ensure_one()
        now = fields.Datetime.now().replace(minute=0, second=0)
        stores = self.store_ids or self.env['mobile.store'].search([('company_id', '=', self.company_id.id)], limit=5)
        values = []
        for customer in customers:
            reason = 'holdout' if chance.random() * 100 < self.holdout_percent else 'passed'
            if chance.random() < 0.12:
                reason = chance.choices(list(REASONS), REASONS.values())[0]
            values.append({
                'campaign_id': self.id, 'partner_id': customer.id, 'company_id': self.company_id.id,
                'store_id': chance.choice(stores).id, 'cause': 'demo',
                'decided_at': now - timedelta(days=chance.randrange(2, DAYS), hours=chance.randrange(9)),
                'outcome': 'sent' if reason == 'passed' else 'withheld', 'reason': reason,
                'variant_id': chance.choice(self.variant_ids).id if self.variant_ids and reason == 'passed' else False,
                'slot': reason == 'passed'})
        decisions = self.env['mobile.decision'].create(values)
        sent = decisions.filtered(lambda decision: decision.outcome == 'sent')
        issued = self._issue_coupons({decision.id: decision.partner_id.id for decision in sent})
        cards = self._demo_records('coupon', self.env['loyalty.card'].browse(issued[decision.id] for decision in sent))
        messages = self.env['mobile.message'].create([{
            'partner_id': decision.partner_id.id, 'company_id': self.company_id.id, 'campaign_id': self.id,
            'card_id': card.id, 'title': (decision.variant_id or self).message_title, 'state': 'sent',
            'sent_at': decision.decided_at, 'uuid': str(uuid4()),
        } for decision, card in zip(sent, cards, strict=True)])
        for decision, card, message in zip(sent, cards, messages, strict=True):
            decision.write({'card_id': card.id, 'message_id': message.id})
            if chance.random() < 0.55:
                opened_at = decision.decided_at + timedelta(minutes=7)
                message.write({'state': 'opened', 'delivered_at': decision.decided_at, 'opened_at': opened_at})
        self._demo_deliveries(messages)
        return decisions

    def _demo_deliveries(self, messages):
        """Let messages have come by notification, and where that did not arrive by email."""
        # Numbers of its own: what follows in the demo stays as it is.
        chance = random.Random(6)  # noqa: S311 - numbers to look at
        values = []
        for message in messages:
            way = {
                'origin_id': message.id, 'partner_id': message.partner_id.id, 'company_id': message.company_id.id,
                'campaign_id': self.id, 'title': message.title, 'tries': 1, 'channel': 'push',
                'expires_at': message.sent_at + timedelta(minutes=self.time_to_live)}
            sent_at = message.sent_at + timedelta(seconds=chance.randrange(1, 9))
            if message.opened_at or chance.random() < 0.5:
                values.append({
                    **way, 'state': message.state if message.opened_at else 'delivered', 'sent_at': sent_at,
                    'delivered_at': sent_at, 'opened_at': message.opened_at})
                message.write({'delivered_at': sent_at, 'state': message.state if message.opened_at else 'delivered'})
            elif chance.random() < 0.3:
                values.append({**way, 'state': 'failed', 'reason': 'no_address', 'ended_at': sent_at})
                values.append({**way, 'channel': 'email', 'state': 'sent', 'sent_at': sent_at + timedelta(minutes=1)})
            else:
                values.append({**way, 'state': 'sent', 'sent_at': sent_at})
        self.env['mobile.message'].create(values)

    def _demo_purchases(self, chance, decisions, rate, control_rate):
        """Let some come to the store and buy, with their coupon or without."""
        products = self.env['product.product'].search([('default_code', '=like', 'TK-%'), ('list_price', '<', 60)])
        visits, orders, used = [], [], []
        for decision in decisions:
            is_sent = decision.outcome == 'sent'
            came_at = decision.decided_at + timedelta(hours=chance.randrange(1, 40))
            buys = chance.random() < (rate if is_sent else control_rate)
            if decision.store_id and (buys or (is_sent and chance.random() < 0.15)):
                visits.append({
                    'partner_id': decision.partner_id.id, 'store_id': decision.store_id.id,
                    'company_id': self.company_id.id, 'entered_at': came_at, 'left_at': came_at + timedelta(minutes=20),
                    'last_seen_at': came_at + timedelta(minutes=20), 'duration': 1 / 3, 'source': 'phone',
                    'weekday': str(came_at.weekday()), 'hour': came_at.hour})
            if not buys:
                continue
            lines = [{'product_id': chance.choice(products).id, 'product_uom_qty': chance.randrange(1, 3)}
                     for _line in range(chance.randrange(1, 4))]
            orders.append({
                'partner_id': decision.partner_id.id, 'company_id': self.company_id.id,
                'date_order': came_at + timedelta(minutes=20), 'order_line': [Command.create(line) for line in lines]})
            used.append(decision if is_sent and chance.random() < 0.8 else self.env['mobile.decision'])
        self.env['mobile.visit'].create(visits)
        orders = self._demo_records('order', self.env['sale.order'].create(orders))
        redemptions = []
        for order, decision in zip(orders, used, strict=True):
            if decision:
                discount = round(0.15 * order.amount_untaxed, 2)
                order.order_line = [Command.create({
                    'product_id': self.program_id.reward_ids[:1].discount_line_product_id.id,
                    'name': self.program_id.reward_ids[:1].description, 'price_unit': -discount,
                    'product_uom_qty': 1, 'tax_ids': [Command.clear()], 'coupon_id': decision.card_id.id,
                    'reward_id': self.program_id.reward_ids[:1].id, 'points_cost': 1})]
                decision.card_id.points = 0
                redemptions.append({
                    'card_id': decision.card_id.id, 'partner_id': order.partner_id.id, 'order_id': order.id,
                    'company_id': self.company_id.id, 'order_ref': order.name, 'store_id': decision.store_id.id,
                    'state': 'confirmed', 'confirmed_at': order.date_order, 'discount': discount,
                    'revenue': order.amount_untaxed})
        # As Odoo's own demo does it: confirming would date them today, and ask for stock and mails.
        orders.state = 'sale'
        self.env['mobile.redemption'].create(redemptions)
