from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools.stays import ECHO
from .mobile_campaign_occasion import PLACE_TRIGGERS, PRODUCT_TRIGGERS

# A phone that was at a store so short a time ago is near it.
NEAR_WITHIN = timedelta(minutes=10)


class MobileCampaign(models.Model):
    """What phones report, as it sets campaigns off."""

    _inherit = 'mobile.campaign'

    # === BUSINESS METHODS === #

    @api.model
    def _fact_candidates(self, events):
        """Return which running campaigns these facts set off, for whom, as candidates of a decision.

        :param events: ``mobile.event``, of customers.
        :return: see ``mobile.decision._decide``.
        :rtype: SQL
        """
        queries = []
        if places := events.filtered(lambda event: event.type in PLACE_TRIGGERS):
            queries.append(self._place_candidates(places))
        if products := events.filtered(lambda event: event.type in PRODUCT_TRIGGERS):
            queries.append(self._product_candidates(products))
        return SQL(' UNION ALL ').join(queries)

    @api.model
    def _place_candidates(self, events):
        return SQL(
            """SELECT campaign.id AS campaign_id, event.partner_id, event.id AS event_id, event.device_id,
                      event.store_id, event.product_id, event.occurred_at, NULL AS cause, NULL::integer AS run_id
                 FROM mobile_event event
                 -- What was before the sign-in is long past for a campaign.
                 JOIN mobile_device device
                   ON device.id = event.device_id AND device.signed_in_at <= event.occurred_at
                 JOIN mobile_campaign campaign
                   ON campaign.company_id = event.company_id AND campaign.trigger = event.type
                WHERE event.id IN %s AND campaign.active AND campaign.state = 'running'
                  -- What the server has worked out and told already, the phone says now: it is the same crossing.
                  AND (event.origin = 'server' OR NOT EXISTS (
                           SELECT FROM mobile_event told
                            WHERE told.device_id = event.device_id AND told.geofence_id = event.geofence_id
                              AND told.type = event.type AND told.origin = 'server' AND told.id < event.id
                              AND told.occurred_at BETWEEN
                                  -- However late, it speaks of the stay that it falls into.
                                  least(event.occurred_at - %s, (
                                      SELECT max(stay.entered_at) FROM mobile_presence stay
                                       WHERE stay.device_id = event.device_id AND stay.geofence_id = event.geofence_id
                                         AND stay.entered_at <= event.occurred_at))
                                  AND event.occurred_at + %s))
                  AND (campaign.app_id IS NULL OR campaign.app_id = device.app_id)
                  AND (NOT EXISTS (SELECT FROM mobile_campaign_store_rel WHERE campaign_id = campaign.id)
                       OR EXISTS (SELECT FROM mobile_campaign_store_rel
                                   WHERE campaign_id = campaign.id AND store_id = event.store_id))""",
            tuple(events.ids), ECHO, ECHO)

    @api.model
    def _product_candidates(self, events):
        """Return the candidates of scans and searches.

        A scan is of the product that it names, or whose barcode it is. A search is for a product that apps find by it,
        all its words being there; see ``mobile.catalogue._meant_by``.
        """
        return SQL(
            """SELECT campaign.id AS campaign_id, event.partner_id, event.id AS event_id, event.device_id,
                      coalesce(event.store_id, place.store_id) AS store_id, subject.product_id, event.occurred_at,
                      NULL AS cause, NULL::integer AS run_id
                 FROM mobile_event event
                 JOIN (VALUES %(meant)s) meant (event_id, product_id, query) ON meant.event_id = event.id
                 JOIN mobile_device device
                   ON device.id = event.device_id AND device.signed_in_at <= event.occurred_at
                 JOIN mobile_campaign campaign
                   ON campaign.company_id = event.company_id AND campaign.trigger = event.type
            LEFT JOIN LATERAL (%(place)s) place ON TRUE
            LEFT JOIN LATERAL (%(subject)s) subject ON TRUE
                WHERE campaign.active AND campaign.state = 'running'
                  AND (campaign.app_id IS NULL OR campaign.app_id = device.app_id)
                  AND (campaign.near_store IS NOT TRUE OR place.store_id IS NOT NULL)
                  AND (%(any)s OR subject.product_id IS NOT NULL)""",
            meant=SQL(', ').join(
                SQL('(%s, %s::integer, %s::tsquery)', event_id, product_id, query)
                for event_id, product_id, query in self._meant(events)),
            place=self._near_sql(), subject=self._subject_sql(), any=self._about_any_sql())

    @api.model
    def _near_sql(self):
        """Return a query of the store of a campaign (``campaign``) that a phone is near as it reports (``event``).

        That is the store that the report names; else one in whose fence the phone is, or where it was last.
        """
        return SQL(
            """SELECT at.store_id
                 FROM (SELECT event.store_id WHERE event.store_id IS NOT NULL
                       UNION ALL
                       SELECT stay.store_id FROM mobile_presence stay
                        WHERE event.store_id IS NULL AND stay.device_id = event.device_id
                          AND stay.partner_id = event.partner_id AND stay.entered_seen_at <= event.occurred_at
                          AND coalesce(stay.left_at, stay.ends_at) > event.occurred_at
                       UNION ALL
                       SELECT last.store_id
                         FROM (SELECT fact.type, fact.store_id FROM mobile_event fact
                                WHERE fact.device_id = event.device_id AND fact.partner_id = event.partner_id
                                  AND fact.occurred_at BETWEEN event.occurred_at - %s AND event.occurred_at
                                  AND fact.store_id IS NOT NULL AND fact.doubt IS NULL
                             ORDER BY fact.occurred_at DESC, fact.id DESC LIMIT 1) last
                        WHERE event.store_id IS NULL AND last.type <> 'exit') at
                WHERE campaign.near_store
                  AND (NOT EXISTS (SELECT FROM mobile_campaign_store_rel WHERE campaign_id = campaign.id)
                       OR at.store_id IN (SELECT store_id FROM mobile_campaign_store_rel
                                           WHERE campaign_id = campaign.id))
                LIMIT 1""", NEAR_WITHIN)

    @api.model
    def _subject_sql(self):
        """Return a query of the product that a report (``meant``) is about for a campaign (``campaign``)."""
        return SQL(
            """SELECT product.id AS product_id
                 FROM product_product product
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE (product.id = meant.product_id
                       OR template.id IN (SELECT template_id FROM mobile_catalogue_entry
                                           WHERE mobile_catalogue_entry.words @@ meant.query))
                  AND (%(among)s OR product.id = meant.product_id AND %(any)s)
                  AND (meant.query IS NULL OR product.active AND template.sale_ok AND template.mobile_published
                       AND (template.company_id IS NULL OR EXISTS (
                            SELECT FROM res_company own
                              JOIN res_company above ON starts_with(own.parent_path, above.parent_path)
                             WHERE own.id = campaign.company_id AND above.id = template.company_id)))
             ORDER BY product.id LIMIT 1""",
            among=self._among_sql(SQL('product.id'), SQL('template.categ_id')), any=self._about_any_sql())

    @api.model
    def _meant(self, events):
        """Return for each fact the product that it names or None, and the tsquery of a search or None.

        :rtype: list[tuple[int, int | None, str | None]]
        """
        queries = self.env['mobile.catalogue']._meant_by({
            event.query for event in events if event.type == 'search' and event.query and not event.product_id})
        scans = events.filtered(lambda event: event.type == 'scan' and event.barcode)
        by_code = {company: self.env['mobile.catalogue']._by_code(company, set(group.mapped('barcode')))
                   for company, group in scans.grouped('company_id').items()}
        meant = []
        for event in events:
            query = None
            if event.type == 'search' and not event.product_id:
                query = queries.get(event.query, '')
            scanned = by_code.get(event.company_id, {}).get(event.barcode)
            meant.append((event.id, event.product_id.id or (scanned and scanned.product_id), query))
        return meant
