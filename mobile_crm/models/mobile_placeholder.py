from datetime import UTC, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_skeleton

from odoo import api, fields, models
from odoo.tools import LazyTranslate, format_time, formatLang, get_lang
from odoo.tools.misc import babel_locale_parse

from .mobile_campaign_occasion import PLACE_TRIGGERS

_lt = LazyTranslate(__name__)

# Languages in which a name begins with the family's.
FAMILY_FIRST = ('hu', 'ja', 'ko', 'vi', 'zh')
# What sets a campaign off without a product that it is about, and what may do so.
WITHOUT_PRODUCT = (*PLACE_TRIGGERS, 'sign_in', 'birthday', 'inactivity', 'broadcast', 'manual')
PERHAPS_PRODUCT = ('search', 'purchase', 'cart')
STORE_PLACEHOLDERS = ('store', 'store_street', 'store_city', 'open_until')
PRODUCT_PLACEHOLDERS = ('product', 'price')
DAY = timedelta(days=1)


class Known(NamedTuple):
    """What staff read about a placeholder.

    :param label: what it stands for
    :param fallback: what to offer as its fallback; None where it always has a value or the word can be left out
    """

    label: object
    fallback: object = None


PLACEHOLDERS = {
    'first_name': Known(_lt("First name")),
    'name': Known(_lt("Full name")),
    'store': Known(_lt("Store"), _lt("our store")),
    'store_street': Known(_lt("Street of the store"), _lt("around the corner")),
    'store_city': Known(_lt("City of the store"), _lt("your city")),
    'open_until': Known(_lt("Open until"), _lt("late")),
    'product': Known(_lt("Product"), _lt("your favourite")),
    'price': Known(_lt("Price of the product"), _lt("a good price")),
    'recommended': Known(_lt("What is recommended to the customer"), _lt("something you may like")),
    'recommended_price': Known(_lt("Price of what is recommended"), _lt("a good price")),
    'reward': Known(_lt("Reward")),
    'expires': Known(_lt("Last day of the coupon")),
    'points': Known(_lt("Points balance"), _lt("some")),
    'company': Known(_lt("Company")),
}
# Without these a sentence is still good.
OPTIONAL = frozenset(['first_name', 'name'])


class MobilePlaceholder(models.AbstractModel):
    """What campaigns' texts can say about their customer: see ``tools/placeholders``.

    Each has a method ``_<name>_values`` that answers for many decisions at once, in the language of the environment. An
    addon that brings another adds to `_known` and brings the method.
    """

    _name = 'mobile.placeholder'
    _description = "Placeholder"

    @api.model
    def _known(self):
        """Return the placeholders that there are.

        :rtype: dict[str, Known]
        """
        return PLACEHOLDERS

    @api.model
    def _sure(self, campaign):
        """Return which placeholders have a value whenever a campaign speaks.

        :rtype: set[str]
        """
        sure = {'company', 'reward', 'expires'}
        if campaign.trigger in PLACE_TRIGGERS or len(campaign.store_ids) == 1:
            sure |= {'store', 'store_street', 'store_city'}
        if campaign.trigger not in (*WITHOUT_PRODUCT, *PERHAPS_PRODUCT) or self._rewarded_product(campaign):
            sure |= {'product', 'price'}
        return sure

    @api.model
    def _never(self, campaign):
        """Return which placeholders can have no value when a campaign speaks.

        :rtype: set[str]
        """
        possible = campaign.trigger not in WITHOUT_PRODUCT or self._rewarded_product(campaign)
        return set() if possible else set(PRODUCT_PLACEHOLDERS)

    @api.model
    def _values(self, decisions, names):
        """Return the values of placeholders.

        The number of queries does not depend on the number of decisions, but on that of their pricelists.

        :param decisions: ``mobile.decision`` of one campaign, whose customers speak the language of the environment.
        :param names: known placeholders; no others are looked up.
        :return: values by name, of each decision in this order; None where there is none.
        :rtype: list[dict[str, str | None]]
        """
        decisions = decisions.sudo()
        columns = {name: getattr(self, f'_{name}_values')(decisions) for name in sorted(names)}
        return [{name: column[number] for name, column in columns.items()} for number in range(len(decisions))]

    # === THE CUSTOMER === #

    @api.model
    def _name_values(self, decisions):
        return [self._told_name(decision.partner_id) for decision in decisions]

    @api.model
    def _first_name_values(self, decisions):
        return [self._first_name(decision.partner_id) for decision in decisions]

    @api.model
    def _told_name(self, partner):
        """Return a customer's name unless it is one that we made up from their address when they signed in."""
        name = partner.name or ''
        phone, email = partner.mobile_verified_phone or '', partner.mobile_verified_email or ''
        made_up = (phone and name.split()[-1:] == [phone[-4:]]) or (email and name == email.partition('@')[0])
        return None if made_up else name

    @api.model
    def _first_name(self, partner):
        name = self._told_name(partner)
        if not name or partner.is_company:
            return None
        if (partner.lang or '').partition('_')[0] in FAMILY_FIRST:
            return name
        words = (name.partition(',')[2] or name).split()
        # "Dr." and initials are none.
        return next((word for word in words if not word.endswith('.')), None)

    @api.model
    def _points_values(self, decisions):
        company = decisions.company_id[:1]
        program = self.env['loyalty.program'].sudo().search([
            ('program_type', '=', 'loyalty'), ('company_id', 'in', [False, company.id, company.parent_id.id]),
        ], limit=1)
        points = dict(self.env['loyalty.card'].sudo()._read_group(
            [('partner_id', 'in', decisions.partner_id.ids), ('program_id', '=', program.id)],
            ['partner_id'], ['points:sum'])) if program else {}
        balances = {
            partner.id: formatLang(self.env, balance, digits=0 if balance == int(balance) else 2)
            for partner, balance in points.items()}
        return [balances.get(decision.partner_id.id) for decision in decisions]

    # === THE STORE === #

    @api.model
    def _stores(self, decisions):
        """Return the store of each decision: where it was taken, the campaign's only one, or the customer's favourite.

        :rtype: list
        """
        stores = []
        for decision in decisions:
            among = decision.campaign_id.store_ids
            favourites = decision.partner_id.mobile_favourite_store_ids.filtered(
                lambda store, among=among, company=decision.company_id:
                store.active and (store in among if among else store.company_id == company))
            stores.append(decision.store_id or (among if len(among) == 1 else favourites[:1]))
        return stores

    @api.model
    def _store_values(self, decisions):
        return [store.name for store in self._stores(decisions)]

    @api.model
    def _store_street_values(self, decisions):
        return [store.street for store in self._stores(decisions)]

    @api.model
    def _store_city_values(self, decisions):
        return [store.city for store in self._stores(decisions)]

    @api.model
    def _open_until_values(self, decisions):
        stores = self._stores(decisions)
        until = {store.id: self._open_until(store) for store in set(stores)}
        return [until[store.id] for store in stores]

    @api.model
    def _open_until(self, store):
        """Return the local time at which a store closes that is open now, or None."""
        if not store:
            return None
        key, now = store._schedule_key(), fields.Datetime.now()
        schedule = store._schedules([key])[key]
        is_open, change = schedule.opening(store.tz or 'UTC', now) if schedule else (False, None)
        if not is_open or not change or change - now >= DAY:
            return None
        local = change.replace(tzinfo=UTC).astimezone(ZoneInfo(store.tz or 'UTC'))
        return format_time(self.env, local.time(), time_format='short')

    # === THE OFFER === #

    @api.model
    def _rewarded_product(self, campaign):
        """Return the product that a campaign gives away, or an empty one."""
        return campaign.program_id.reward_ids.reward_product_id[:1]

    @api.model
    def _products(self, decisions):
        """Return what each decision is about: the product that set it off, or the one that is given away.

        :rtype: list
        """
        return [decision.product_id or self._rewarded_product(decision.campaign_id) for decision in decisions]

    @api.model
    def _product_values(self, decisions):
        return [product.with_context(display_default_code=False).display_name for product in self._products(decisions)]

    @api.model
    def _price_values(self, decisions):
        """Return the price that each customer sees in the app."""
        prices = self.env['mobile.catalogue']._prices_of_many(decisions.company_id[:1], [
            (decision.device_id.app_id or decision.campaign_id.app_id, decision.partner_id, product)
            for decision, product in zip(decisions, self._products(decisions), strict=True)])
        return [price and formatLang(self.env, price.amount, currency_obj=price.currency) for price in prices]

    @api.model
    def _reward_values(self, decisions):
        return [decision.campaign_id.reward_summary for decision in decisions]

    @api.model
    def _company_values(self, decisions):
        return [decision.company_id.name for decision in decisions]

    @api.model
    def _expires_values(self, decisions):
        """Return the last day on which each coupon is good, by the customer's own clock."""
        locale, now = babel_locale_parse(get_lang(self.env).code), fields.Datetime.now()
        values = []
        for decision in decisions:
            expiry = (decision.card_id._mobile_expiry() if decision.card_id
                      else now + timedelta(days=decision.campaign_id.coupon_days))
            last = expiry and self._local(decision, expiry - timedelta(seconds=1))
            if not last:
                values.append(None)
            elif last.year == now.year:
                values.append(format_skeleton('MMMMd', last.date(), locale=locale))
            else:
                values.append(format_date(last.date(), 'long', locale=locale))
        return values

    @api.model
    def _local(self, decision, moment):
        """Return an instant (naive UTC) by the clock of a decision's customer, or of the company."""
        for name in (decision.device_id.timezone, decision.partner_id.tz, decision.company_id.partner_id.tz, 'UTC'):
            try:
                return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name))
            except (TypeError, ValueError, ZoneInfoNotFoundError):
                continue
        return moment
