from datetime import timedelta

from odoo import fields, models, tools
from odoo.fields import Command
from odoo.tools import SQL, hmac

from ..tools import coupon_code
from ..tools.public_id import ordered_uuid_sql
from ..tools.racing import execute_racing

# Programs whose coupon is one customer's own.
COUPON_TYPES = ('coupons', 'next_order_coupons')
# Programs that give something to the card which the customer has.
CREDIT_TYPES = ('loyalty', 'ewallet')
# Modules of which it is known what they do when a card is made.
KNOWN_MODULES = frozenset([
    'base', 'bus', 'loyalty', 'mail', 'mobile_crm', 'mobile_crm_pos', 'mobile_crm_stock', 'point_of_sale', 'portal',
    'pos_loyalty', 'rating', 'sale_loyalty', 'sale_loyalty_delivery', 'sms', 'web', 'website', 'website_sale_loyalty'])
# Stored fields of a card that are worked out, and that the statement below fills.
WORKED_OUT = frozenset(['company_id'])
# When the transaction began, as the ORM writes it.
NOW = SQL("now() AT TIME ZONE 'UTC'")
# Fields of a campaign that list what is written by SQL.
WRITTEN = frozenset(['card_ids', 'decision_ids', 'redemption_ids', 'run_ids'])


class MobileCampaign(models.Model):
    """How coupons, points and messages are written: in a few statements, for one customer or for thousands.

    ``loyalty.card.create`` would take a million customers through Python one by one. So the statements fill what it
    fills: the values of ``_coupon_values``, the defaults of other modules' fields, and the company. What is left out is
    what is unwanted here (the program's own mail, the chatter) or cannot matter (a code of 80 random bits that is also
    a promotion's). Where another module hooks into the creation of cards, they are created by the ORM all the same.
    """

    _inherit = 'mobile.campaign'

    # === BUSINESS METHODS === #

    def _issue(self, customers):
        """Give the customer of each of these decisions what the campaign offers, and tell them.

        :param dict customers: {decision id: partner id}; decisions of this campaign that let it pass.
        """
        self.ensure_one()
        is_credit = self.program_id.program_type in CREDIT_TYPES
        self._tell(self._credit(list(customers)) if is_credit else self._issue_coupons(customers))
        # What the ORM knows of them is from before.
        self.env['mobile.decision'].browse(customers).invalidate_recordset(['card_id', 'message_id'])
        self._forget_counts()
        self.program_id.invalidate_recordset(['coupon_ids', 'coupon_count', 'coupon_count_display'], flush=False)

    def _forget_counts(self):
        """Make the next look at these campaigns count anew what SQL has written; what they are set to stays cached."""
        self.invalidate_recordset([name for name, field in self._fields.items()
                                   if name in WRITTEN or (field.compute and not field.store)], flush=False)

    # === BUSINESS METHODS: coupons === #

    def _coupon_values(self):
        """Return the fields that all coupons of one moment share, as ``create`` takes them."""
        self.ensure_one()
        now = fields.Datetime.now()
        expires_at = now + timedelta(days=self.coupon_days)
        return {
            'program_id': self.program_id.id,
            'holder_only': True,
            'mobile_campaign_id': self.id,
            'mobile_valid_from': now,
            'mobile_expires_at': expires_at,
            'mobile_channels': self.coupon_channels,
        }

    def _issue_coupons(self, customers):
        """Make a coupon for the customer of each decision.

        A code that exists already is replaced by another one; it does not stop the others.

        :param dict customers: {decision id: partner id}.
        :return: {decision id: card id}.
        """
        values = self._coupon_values()
        if not self._can_insert_cards():
            values['points'] = min(self.program_id.reward_ids.mapped('required_points'), default=1)
            return self._create_coupons(customers, values)
        # As ``loyalty.card.create`` does.
        last_day = self.env['loyalty.card']._mobile_last_day(values['mobile_expires_at'])
        columns = self._card_columns({**values, 'expiration_date': last_day})
        issued, missing = {}, list(customers)
        while missing:
            issued.update(execute_racing(self.env, SQL(
                """WITH chosen AS MATERIALIZED (
                       SELECT decision_id, partner_id, code, nextval('loyalty_card_id_seq')::integer AS card_id
                         FROM unnest(%(decisions)s, %(partners)s, %(codes)s) AS given (decision_id, partner_id, code)),
                   card AS (
                       INSERT INTO loyalty_card (id, code, partner_id, mobile_uuid, %(names)s)
                            SELECT card_id, code, partner_id, %(uuid)s, %(values)s FROM chosen
                       ON CONFLICT (code) DO NOTHING
                         RETURNING id)
                   %(stores)s
                   SELECT chosen.decision_id, chosen.card_id FROM chosen JOIN card ON card.id = chosen.card_id""",
                decisions=missing, partners=[customers[decision_id] for decision_id in missing],
                uuid=ordered_uuid_sql(), codes=coupon_code.generate_many(len(missing)),
                names=SQL(', ').join(map(SQL.identifier, columns)), values=SQL(', ').join(columns.values()),
                stores=self._stores_sql())))
            missing = [decision_id for decision_id in missing if decision_id not in issued]
        return issued

    def _stores_sql(self):
        """Return what notes where the coupons of ``card`` count, in the statement that makes them."""
        if not self.store_ids:
            return SQL()
        return SQL(
            """, place AS (
                   INSERT INTO mobile_card_store_rel (loyalty_card_id, mobile_store_id)
                        SELECT card.id, store_id FROM card, unnest(%s) AS store (store_id))""", self.store_ids.ids)

    def _card_columns(self, values):
        """Return the columns of a new card that are the same for all, with those that Odoo fills.

        :param dict values: as the ORM has them.
        :return: SQL by column.
        """
        Card = self.env['loyalty.card']
        values = {
            **{name: field.default(Card) for name, field in Card._fields.items()
               if field.store and field.column_type and field.default
               and name not in ('code', 'mobile_uuid', 'partner_id')},
            **values, 'create_uid': self.env.uid, 'write_uid': self.env.uid}
        columns = {
            name: SQL('%s', Card._fields[name].convert_to_column_insert(value, Card)) for name, value in values.items()}
        return {
            # As many as the cheapest reward takes.
            'points': SQL("""(SELECT coalesce(min(reward.required_points), 1) FROM loyalty_reward reward
                               WHERE reward.program_id = %s AND reward.active)""", self.program_id.id),
            **columns,
            'company_id': SQL(
                '(SELECT program.company_id FROM loyalty_program program WHERE program.id = %s)', self.program_id.id),
            'create_date': NOW, 'write_date': NOW}

    def _create_coupons(self, customers, values):
        """Make the coupons one by one, as whoever hooks into that expects; else like ``_issue_coupons``."""
        # The message announces the coupon; the program's own mail would announce it twice.
        cards = self.env['loyalty.card'].with_context(loyalty_no_mail=True, tracking_disable=True).create([
            {**values, 'partner_id': partner_id, 'mobile_store_ids': [Command.set(self.store_ids.ids)]}
            for partner_id in customers.values()])
        cards.flush_recordset()
        return dict(zip(customers, cards._ids, strict=True))

    def _can_insert_cards(self):
        """Tell whether nobody hooks into the creation of cards of whom the statement knows nothing.

        Such would be an override of ``create``, an automation rule (which replaces ``create`` while Odoo runs), a
        constraint, and fields here or elsewhere that are worked out from cards and stored.
        """
        Card = self.env.registry['loyalty.card']
        hooks = [vars(cls)['create'] for cls in Card.mro() if 'create' in vars(cls)]
        return all(_module(hook) in KNOWN_MODULES for hook in hooks) and self._modules_of_cards() <= KNOWN_MODULES

    @tools.ormcache()
    def _modules_of_cards(self):
        """Return which modules constrain cards, or work something out from them that is stored."""
        Card = self.env['loyalty.card']
        stored = {field for field in Card._fields.values() if field.store and field.compute}
        dependent = {other for field in Card._fields.values() for other in self.pool.get_dependent_fields(field)
                     if other.store} - stored
        return frozenset([
            *map(_module, Card._constraint_methods), *(field._module for field in dependent),
            *(field._module for field in stored if field.name not in WORKED_OUT)])

    # === BUSINESS METHODS: points === #

    def _credit(self, decision_ids):
        """Add the campaign's points to the card that the customer of each decision has; make one for who has none.

        The decision is in the same transaction, and there is one for each cause: so the points come exactly once. Two
        campaigns that make the same customer's first card at once make the same code, and the slower one starts anew.

        :return: {decision id: card id}.
        """
        self._open_accounts(decision_ids)
        cards = dict(execute_racing(self.env, SQL(
            """WITH account AS MATERIALIZED (%(accounts)s),
               credited AS (
                   UPDATE loyalty_card SET points = loyalty_card.points + %(points)s * due.times,
                                           write_uid = %(uid)s, write_date = %(now)s
                     FROM (SELECT card_id, count(*) AS times FROM account GROUP BY card_id ORDER BY card_id) due
                    WHERE loyalty_card.id = due.card_id),
               told AS (
                   INSERT INTO loyalty_history (card_id, description, issued, used, order_model, order_id, create_uid,
                                                create_date, write_uid, write_date)
                        SELECT card_id, %(name)s, %(points)s, 0, 'mobile.decision', decision_id, %(uid)s, %(now)s,
                               %(uid)s, %(now)s
                          FROM account)
               SELECT decision_id, card_id FROM account""",
            accounts=self._accounts_sql(decision_ids), points=self.points_granted, name=self.name, uid=self.env.uid,
            now=NOW)))
        self.env['loyalty.card'].browse(set(cards.values())).invalidate_recordset(['points', 'history_ids'])
        return cards

    def _accounts_sql(self, decision_ids):
        """Return a query of decisions and the card of their customer that counts: the first one, as for Odoo."""
        return SQL(
            """SELECT decision.id AS decision_id, decision.partner_id,
                      (SELECT min(card.id) FROM loyalty_card card
                        WHERE card.partner_id = decision.partner_id AND card.program_id = %s AND card.active) AS card_id
                 FROM mobile_decision decision WHERE decision.id = ANY(%s)""", self.program_id.id, list(decision_ids))

    def _open_accounts(self, decision_ids):
        """Make a card for each of these decisions' customers who has none in the program."""
        self.env['loyalty.card'].flush_model()
        partner_ids = [row[0] for row in self.env.execute_query(SQL(
            'SELECT DISTINCT partner_id FROM (%s) account WHERE card_id IS NULL ORDER BY 1',
            self._accounts_sql(decision_ids)))]
        if not partner_ids:
            return
        # A card that was archived keeps its code.
        archived = dict(self.env.execute_query(SQL(
            'SELECT partner_id, count(*) FROM loyalty_card WHERE partner_id = ANY(%s) AND program_id = %s GROUP BY 1',
            partner_ids, self.program_id.id)))
        values = {'program_id': self.program_id.id, 'points': 0}
        codes = self._account_codes({partner_id: archived.get(partner_id, 0) for partner_id in partner_ids})
        if not self._can_insert_cards():
            self.env['loyalty.card'].with_context(loyalty_no_mail=True, tracking_disable=True).create([
                {**values, 'partner_id': partner_id, 'code': code}
                for partner_id, code in zip(partner_ids, codes, strict=True)])
            self.env['loyalty.card'].flush_model()
            return
        columns = self._card_columns(values)
        execute_racing(self.env, SQL(
            """INSERT INTO loyalty_card (partner_id, code, %s)
                    SELECT partner_id, code, %s FROM unnest(%s, %s) AS given (partner_id, code)
               ON CONFLICT (code) DO NOTHING""",
            SQL(', ').join(map(SQL.identifier, columns)), SQL(', ').join(columns.values()), partner_ids, codes))

    def _account_codes(self, numbers):
        """Return the code of each customer's new card.

        :param dict numbers: {partner id: how many cards the customer has had at least}
        :rtype: list[str]
        """
        codes = {partner_id: self._account_code(partner_id, number) for partner_id, number in numbers.items()}
        # A card that was made for one customer may be another's by now, with its code.
        while taken := self.env['loyalty.card'].sudo()._mobile_taken(set(codes.values())):
            for partner_id, code in codes.items():
                if code in taken:
                    numbers[partner_id] += 1
                    codes[partner_id] = self._account_code(partner_id, numbers[partner_id])
        return list(codes.values())

    def _account_code(self, partner_id, number):
        """Return the code of the n-th card of a customer in the program: the same for all who ask, and a secret."""
        digest = hmac(self.env(su=True), 'mobile_crm.account', (self.program_id.id, partner_id, number))
        return coupon_code.from_bytes(bytes.fromhex(digest))

    # === BUSINESS METHODS: messages === #

    def _tell(self, cards):
        """Write the messages about these coupons, and both into their decisions; and send them on their way.

        :param dict cards: {decision id: card id}.
        """
        sources = [self, *self.variant_ids]
        texts = self._own_texts(cards) if any(map(self._has_placeholders, sources)) else self._shared_texts()
        now = fields.Datetime.now()
        way = self._way_columns(now)
        told = execute_racing(self.env, SQL(
            """WITH told AS MATERIALIZED (
                   SELECT decision.id, decision.partner_id, decision.company_id, decision.campaign_id, given.card_id,
                          nextval('mobile_message_id_seq')::integer AS message_id, text.title, text.body, text.link
                          %(way)s
                     FROM unnest(%(decisions)s, %(cards)s) AS given (decision_id, card_id)
                     -- Without the bounds PostgreSQL may read the index from its beginning.
                     JOIN mobile_decision decision
                       ON decision.id = given.decision_id AND decision.id BETWEEN %(first)s AND %(last)s
                     %(texts)s),
               message AS (
                   INSERT INTO mobile_message (id, uuid, partner_id, company_id, campaign_id, card_id, channel, title,
                                               body, link, state, sent_at, create_uid, create_date, write_uid,
                                               write_date %(names)s)
                        SELECT message_id, %(public_id)s, partner_id, company_id, campaign_id, card_id,
                               'inbox', title, body, link, 'sent', %(sent_at)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                               %(names)s
                          FROM told)
               UPDATE mobile_decision SET card_id = told.card_id, message_id = told.message_id
                 FROM told
                WHERE mobile_decision.id = told.id AND mobile_decision.id BETWEEN %(first)s AND %(last)s
               %(returning)s""",
            decisions=list(cards), cards=list(cards.values()), first=min(cards), last=max(cards), texts=texts,
            way=_columns(SQL('%s AS %s', value, SQL.identifier(name)) for name, value in way.items()),
            names=_columns(map(SQL.identifier, way)), public_id=ordered_uuid_sql(), uid=self.env.uid, sent_at=now,
            now=NOW, returning=SQL('RETURNING told.message_id, told.next_channels IS NOT NULL') if way else SQL()))
        if origins := self.env['mobile.message'].browse(
                message_id for message_id, is_travelling in told if is_travelling):
            self.env['mobile.message']._queue_next(origins)

    def _shared_texts(self):
        """Return what joins ``decision`` to the text of its variant in the customer's language."""
        self.env['res.partner'].flush_model(['lang'])
        self.flush_recordset()
        self.variant_ids.flush_recordset()

        def said(name):
            # As the ORM does: without a translation it is the source.
            column = SQL.identifier(name)
            return SQL(
                """CASE WHEN variant.id IS NULL
                        THEN coalesce(campaign.%(name)s->>partner.lang, campaign.%(name)s->>'en_US')
                        ELSE coalesce(variant.%(name)s->>partner.lang, variant.%(name)s->>'en_US') END AS %(alias)s""",
                name=column, alias=SQL.identifier(name.removeprefix('message_')))

        return SQL(
            """JOIN LATERAL (
                   SELECT %s, %s,
                          CASE WHEN variant.id IS NULL THEN campaign.message_link ELSE variant.message_link END AS link
                     FROM mobile_campaign campaign
                     JOIN res_partner partner ON partner.id = decision.partner_id
                     LEFT JOIN mobile_campaign_variant variant ON variant.id = decision.variant_id
                    WHERE campaign.id = decision.campaign_id) text ON TRUE""",
            said('message_title'), said('message_body'))

    def _own_texts(self, cards):
        """Return what joins ``decision`` to the text that was written for its customer."""
        decisions = self.env['mobile.decision'].browse(cards)
        # The text may tell when the coupon expires.
        execute_racing(self.env, SQL(
            """UPDATE mobile_decision SET card_id = given.card_id
                 FROM unnest(%s, %s) AS given (decision_id, card_id) WHERE mobile_decision.id = given.decision_id""",
            list(cards), list(cards.values())))
        decisions.invalidate_recordset(['card_id'])
        rendered = self._render_messages(decisions)
        return SQL(
            """JOIN unnest(%s, %s::varchar[], %s::text[], %s::varchar[]) AS text (decision_id, title, body, link)
                 ON text.decision_id = decision.id""",
            list(cards), *([texts[name] or None for texts in rendered] for name in ('title', 'body', 'link')))


def _columns(columns):
    """Return more columns for a list of some.

    :param Iterable[SQL] columns:
    """
    return SQL('').join(SQL(', %s', column) for column in columns)


def _module(function):
    """Return the name of the addon that a method is from; ``base`` for the framework's own."""
    # A patch of ``create``, as automation rules make it, has the module of who patches.
    path = function.__module__.split('.')
    return path[2] if path[:2] == ['odoo', 'addons'] else 'base'
