from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# A reward of this type takes all of a product's price, so it is always below its cost.
FREE = 'product'


class MobileCampaign(models.Model):
    """How often a campaign speaks to a customer, by which way, when it keeps silent, and who is kept aside to compare
    with.
    """

    _inherit = 'mobile.campaign'

    # Per customer
    max_per_customer = fields.Integer(string="Coupons per Customer", required=True, default=1)
    cooldown_hours = fields.Integer(
        string="Hours Between Coupons", required=True, default=24,
        help="For how many hours a customer gets nothing more from this campaign.")
    store_cooldown_hours = fields.Integer(
        string="Hours Between Messages at a Store", required=True, default=0,
        help="A customer who got a message of any campaign at the same store within these hours gets none of this one "
             "there. 0 means that it does not matter.")
    holdout_percent = fields.Integer(
        string="Control Group (%)", required=True, default=0,
        help="This part of those who would get the offer gets nothing, so that you can see what the campaign really "
             "earned.")

    # How the message travels
    channel_ids = fields.One2many(
        string="Channels", comodel_name='mobile.campaign.channel', inverse_name='campaign_id', copy=True,
        help="The first one that the customer agrees to, wants and can be reached by is used. The message is in the "
             "app's inbox in any case.")
    needs_channel = fields.Boolean(
        string="Only If It Can Be Sent",
        help="A customer who can be reached by none of these channels gets no offer, also not in the app's inbox.")

    # When it keeps silent
    only_while_open = fields.Boolean(
        string="Only While the Store Is Open", default=True,
        help="For campaigns that start at a store. Where the opening hours are not known, it counts as open.")
    max_accuracy = fields.Integer(
        string="Accuracy at Least (m)", required=True, default=0,
        help="A position that the phone knows less exactly than this many metres sets nothing off. 0 means that what "
             "the fence can bear is exact enough.")
    has_margin_floor = fields.Boolean(
        string="Keep a Margin", help="Nothing is offered below its cost plus a margin.")
    margin_floor_percent = fields.Float(
        string="Margin on the Cost (%)", default=0,
        help="The sales price less the discount must be at least the cost and this part of it. Prices are those of the "
             "product itself, without price lists and taxes. What the offer is about counts, such as the product that "
             "was scanned; if it is about none, each product that the reward is for.")

    _holdout_valid = models.Constraint(
        'CHECK (holdout_percent BETWEEN 0 AND 100)', "The control group is between 0 and 100 percent.")
    _numbers_valid = models.Constraint(
        'CHECK (max_per_customer > 0 AND cooldown_hours >= 0 AND coupon_days > 0 AND budget_coupons >= 0'
        ' AND max_event_age > 0)',
        "Coupons per customer, days and minutes are at least 1; hours and the total of coupons are not negative.")
    _limits_valid = models.Constraint(
        'CHECK (store_cooldown_hours >= 0 AND max_accuracy >= 0 AND margin_floor_percent >= 0)',
        "Hours, metres and the margin are not negative.")

    # === CONSTRAINT METHODS === #

    @api.constrains('has_margin_floor', 'program_id')
    def _check_margin_floor(self):
        for campaign in self.filtered('has_margin_floor'):
            if FREE in campaign.program_id.reward_ids.mapped('reward_type'):
                raise ValidationError(self.env._(
                    "“%s” gives a product for free, which is always below its cost. Keep no margin, or choose a "
                    "discount.", campaign.program_id.name))

    @api.constrains('needs_channel', 'channel_ids')
    def _check_channels(self):
        for campaign in self.filtered('needs_channel'):
            if not campaign.channel_ids:
                raise ValidationError(self.env._(
                    "“%s” is only for those to whom it can be sent: choose by which channels.", campaign.name))

    @api.constrains('variant_ids')
    def _check_variants(self):
        for campaign in self:
            if campaign.variant_ids and not any(campaign.variant_ids.mapped('weight')):
                raise ValidationError(self.env._(
                    "Each variant of “%s” has the weight 0. Give at least one of them more.", campaign.name))

    # === BUSINESS METHODS === #

    def _below_margin(self, products):
        """Return the condition that a candidate of this campaign would be offered something below the margin floor.

        The customer may choose among the rewards of a program: the largest discount counts.

        :param products: ``product.product`` that candidates are about.
        :return: SQL on ``candidate``, or None when it is true for nobody.
        """
        self.ensure_one()
        campaign = self.sudo().with_company(self.company_id)
        products = products.sudo().with_company(self.company_id)
        rewards = campaign.program_id.reward_ids
        # Odoo's own field of all these products is empty where a database has many.
        discounted = {
            reward: products.search(reward._get_discount_product_domain())
            for reward in rewards if reward.discount_applicability == 'specific'}
        conditions = []
        if any(not campaign._keeps_margin(product, reward) for reward, all_ in discounted.items() for product in all_):
            conditions.append(SQL('candidate.product_id IS NULL'))
        below = products.filtered(lambda product: not all(
            campaign._keeps_margin(product, reward) for reward in rewards
            if reward not in discounted or product in discounted[reward]))
        if below:
            conditions.append(SQL('candidate.product_id IN %s', tuple(below.ids)))
        return SQL('(%s)', SQL(' OR ').join(conditions)) if conditions else None

    def _keeps_margin(self, product, reward):
        """Tell whether one piece of a product, with this reward on it alone, still brings the margin."""
        self.ensure_one()
        price, currency = product.lst_price, self.currency_id
        if reward.reward_type == FREE:
            return False
        discount = price * reward.discount / 100 if reward.discount_mode == 'percent' else reward.discount * (
            reward.required_points if reward.discount_mode == 'per_point' else 1)
        if reward.discount_max_amount:
            discount = min(discount, reward.discount_max_amount)
        floor = product.standard_price * (1 + self.margin_floor_percent / 100)
        return currency.compare_amounts(price - min(discount, price), floor) >= 0
