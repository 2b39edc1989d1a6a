from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Gate(NamedTuple):
    """One reason not to send.

    :param str reason: a value of ``mobile.decision.reason``.
    :param SQL stops: a condition that is true for the candidates it holds back. It may name ``candidate``
        (see ``mobile.decision._decide``), ``campaign`` and ``partner``.
    """

    reason: str
    stops: SQL


class MobileGate(models.AbstractModel):
    """The gates between a campaign and a customer, in the order in which they are asked.

    A new gate is one method here and one line in ``_gates``; a bridge adds its own by extending that method. Its
    reason goes into ``mobile.decision.reason``.
    """

    _name = 'mobile.gate'
    _description = "Campaign Gates"

    @api.model
    def _gates(self, campaigns):
        """Return the gates for these campaigns; the first that stops a candidate gives the reason.

        :rtype: list[Gate]
        """
        now = fields.Datetime.now()
        return [
            Gate('outside_period', self._outside_period(now)),
            Gate('program_closed', self._program_closed(now)),
            Gate('erasure_pending', self._erasure_pending()),
            Gate('doubtful_event', self._doubtful_event()),
            Gate('late_event', self._late_event(now)),
            Gate('no_consent', self._no_consent()),
            Gate('channel_unwanted', self._channel_unwanted()),
            Gate('store_unwanted', self._store_unwanted()),
            Gate('category_unwanted', self._category_unwanted()),
            Gate('quiet_hours', self._quiet_hours(now)),
            Gate('not_in_audience', self._not_in_audience(campaigns)),
            Gate('holdout', self._holdout()),
            Gate('cooldown', self._cooldown(now)),
        ]

    @api.model
    def _outside_period(self, now):
        return SQL('campaign.date_from > %(now)s OR campaign.date_to <= %(now)s', now=now)

    @api.model
    def _program_closed(self, now):
        # A coupon that no order takes would bring the customer to the shop for nothing.
        return SQL(
            """NOT EXISTS (SELECT FROM loyalty_program program
                            WHERE program.id = campaign.program_id AND program.active AND program.sale_ok
                              AND (program.date_from IS NULL OR program.date_from <= %(today)s)
                              AND (program.date_to IS NULL OR program.date_to >= %(today)s))""", today=now.date())

    @api.model
    def _erasure_pending(self):
        return self.env['mobile.erasure']._pending_sql(SQL('candidate.partner_id'), SQL('campaign.company_id'))

    @api.model
    def _doubtful_event(self):
        return SQL('EXISTS (SELECT FROM mobile_event WHERE id = candidate.event_id AND doubt IS NOT NULL)')

    @api.model
    def _late_event(self, now):
        # An offer for the store that somebody left an hour ago is no help.
        return SQL("candidate.occurred_at < %s - campaign.max_event_age * interval '1 minute'", now)

    @api.model
    def _no_consent(self):
        # The phone's place sets such a campaign off. The app's inbox is the customer's to open, so it needs no consent.
        granted = self.env['mobile.consent']._granted_sql
        partner, company = SQL('candidate.partner_id'), SQL('campaign.company_id')
        return SQL(
            """%s AND NOT %s OR campaign.channel <> 'inbox' AND NOT %s""",
            self.env['mobile.campaign']._rests_on_place_sql(), granted(partner, company, 'location'),
            granted(partner, company, SQL('campaign.channel')))

    @api.model
    def _preferring(self, condition):
        """Return whether the customer has a preference for which a condition holds."""
        return SQL(
            """EXISTS (SELECT FROM mobile_preference preference
                        WHERE preference.partner_id = candidate.partner_id
                          AND preference.company_id = campaign.company_id AND (%s))""", condition)

    @api.model
    def _channel_unwanted(self):
        return self._preferring(SQL(
            """CASE campaign.channel WHEN 'push' THEN NOT wants_push WHEN 'sms' THEN NOT wants_sms
                                     WHEN 'email' THEN NOT wants_email ELSE FALSE END"""))

    @api.model
    def _store_unwanted(self):
        return self._preferring(SQL(
            """candidate.store_id IS NOT NULL
               AND EXISTS (SELECT FROM mobile_preference_store_rel WHERE preference_id = preference.id)
               AND NOT EXISTS (SELECT FROM mobile_preference_store_rel
                                WHERE preference_id = preference.id AND store_id = candidate.store_id)"""))

    @api.model
    def _category_unwanted(self):
        # Who chose a category has chosen what is below it. A campaign about nothing in particular is for everybody.
        return self._preferring(SQL(
            """EXISTS (SELECT FROM mobile_preference_category_rel WHERE preference_id = preference.id)
               AND EXISTS (SELECT FROM mobile_campaign_category_rel WHERE campaign_id = campaign.id)
               AND NOT EXISTS (
                   SELECT FROM mobile_campaign_category_rel about
                     JOIN product_category offered ON offered.id = about.category_id
                     JOIN mobile_preference_category_rel choice ON choice.preference_id = preference.id
                     JOIN product_category chosen ON chosen.id = choice.category_id
                    WHERE about.campaign_id = campaign.id AND starts_with(offered.parent_path, chosen.parent_path))"""))

    @api.model
    def _quiet_hours(self, now):
        # What meets quiet hours dies: in the morning its customer is elsewhere. The time is the one where the customer
        # is, as the phone that reported last says.
        QuietHours = self.env['mobile.quiet.hours']
        local = QuietHours._local_sql(
            now,
            SQL("""(SELECT timezone FROM mobile_device device
                     WHERE device.partner_id = candidate.partner_id AND device.company_id = campaign.company_id
                       AND device.timezone IS NOT NULL
                     ORDER BY device.id = candidate.device_id DESC, device.last_seen_at DESC NULLS LAST LIMIT 1)"""),
            SQL('partner.tz'),
            SQL('(SELECT tz FROM mobile_store WHERE id = candidate.store_id)'),
            SQL("""(SELECT owner.tz FROM res_company company JOIN res_partner owner ON owner.id = company.partner_id
                     WHERE company.id = campaign.company_id)"""))
        return self._preferring(SQL(
            'EXISTS (SELECT FROM mobile_quiet_hours quiet WHERE quiet.preference_id = preference.id AND %s)',
            QuietHours._covers_sql(local)))

    @api.model
    def _not_in_audience(self, campaigns):
        conditions = [SQL('NOT partner.active')]
        # A domain may compare names: they are the same whatever language the phone speaks.
        Partner = self.env['res.partner'].sudo().with_context(lang=None)
        for campaign in campaigns:
            domain = campaign._audience()
            if not domain.is_true():
                audience = Partner._search(domain)
                # Of a million contacts only the candidates are looked at.
                audience.add_where(SQL(
                    '%s IN (SELECT partner_id FROM candidate)', SQL.identifier(audience.table, 'id')))
                conditions.append(SQL(
                    'candidate.campaign_id = %s AND candidate.partner_id NOT IN %s',
                    campaign.id, audience.subselect()))
        return SQL(' OR ').join(SQL('(%s)', condition) for condition in conditions)

    @api.model
    def _holdout(self):
        # Sticky: the hash of customer and campaign puts the same customers aside every time.
        return SQL(
            'abs(hashint8extended(candidate.partner_id, candidate.campaign_id) %% 100) < campaign.holdout_percent')

    @api.model
    def _cooldown(self, now):
        return SQL(
            """EXISTS (SELECT FROM mobile_decision earlier
                        WHERE earlier.campaign_id = candidate.campaign_id AND earlier.partner_id = candidate.partner_id
                          AND earlier.outcome = 'sent'
                          AND earlier.decided_at > %s - campaign.cooldown_hours * interval '1 hour')""", now)
