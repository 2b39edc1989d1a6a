from odoo import api, models
from odoo.tools import SQL


class MobileGate(models.AbstractModel):
    """The gates of what the customer agreed to and wants."""

    _inherit = 'mobile.gate'

    # === CONSENT === #

    @api.model
    def _erasure_pending(self):
        return self.env['mobile.erasure']._pending_sql(SQL('candidate.partner_id'), SQL('campaign.company_id'))

    @api.model
    def _granted(self, campaigns, purpose):
        """Return whether the customer of a candidate consents to a purpose.

        The company is written into the statement where there is only one: the wording that counts is looked up once.
        """
        companies = campaigns.company_id
        company = SQL('%s', companies.id) if len(companies) == 1 else SQL('campaign.company_id')
        return self.env['mobile.consent']._granted_sql(SQL('candidate.partner_id'), company, purpose)

    @api.model
    def _no_consent(self, question):
        # The phone's place sets such a campaign off, or what the customer looked for and bought; or what they do puts
        # them into the audience. The app's inbox is the customer's to open, so it needs no consent.
        asking = {}
        for campaign in question.campaigns:
            for purpose in campaign._purposes():
                asking[purpose] = asking.get(purpose, campaign.browse()) | campaign
        conditions = [
            SQL('%s AND NOT %s', self._of_campaigns(campaigns), self._granted(question.campaigns, purpose))
            for purpose, campaigns in asking.items()]
        return conditions and SQL(' OR ').join(SQL('(%s)', condition) for condition in conditions)

    # === CHANNELS === #

    @api.model
    def _channel(self, question):
        """Return the first of the campaign's channels that the customer consents to, wants and can be reached by."""
        whens = [
            SQL('WHEN candidate.campaign_id = %s AND %s THEN %s', campaign.id,
                self._passes(question, channel, 'reached', 'agreed', 'wanted'), channel)
            for campaign, channels in question.ways.items() for channel in channels]
        return SQL("CASE %s ELSE 'inbox' END", SQL(' ').join(whens)) if whens else SQL("'inbox'")

    @api.model
    def _passes(self, question, channel, *conditions):
        """Return that a channel is open as far as it is asked: ``reached``, ``agreed``, ``wanted``."""
        return SQL('(%s)', SQL(' AND ').join({
            'reached': self._reached(channel),
            'agreed': self._granted(question.campaigns, channel),
            'wanted': SQL('coalesce(%s, TRUE)', SQL.identifier('preference', f'wants_{channel}')),
        }[condition] for condition in conditions))

    @api.model
    def _reached(self, channel):
        if channel == 'push':
            return SQL(
                """EXISTS (SELECT FROM mobile_device device
                            WHERE device.partner_id = candidate.partner_id AND device.company_id = campaign.company_id
                              AND (campaign.app_id IS NULL OR device.app_id = campaign.app_id)
                              AND device.active AND device.push_address IS NOT NULL
                              AND device.notifications_allowed IS NOT FALSE)""")
        if channel == 'sms':
            return SQL('coalesce(partner.mobile_verified_phone, partner.phone_sanitized) IS NOT NULL')
        return SQL('coalesce(partner.mobile_verified_email, partner.email_normalized) IS NOT NULL')

    @api.model
    def _all_shut(self, question, *conditions):
        """Return that a campaign must do more than to fill the inbox, and none of its channels is open so far."""
        shut = [
            SQL('candidate.campaign_id = %s AND NOT (%s)', campaign.id, SQL(' OR ').join(
                self._passes(question, channel, *conditions) for channel in channels) if channels else SQL('FALSE'))
            for campaign, channels in question.ways.items() if campaign.needs_channel]
        return shut and SQL(' OR ').join(SQL('(%s)', condition) for condition in shut)

    @api.model
    def _unreachable(self, question):
        return self._all_shut(question, 'reached')

    @api.model
    def _no_channel_consent(self, question):
        return self._all_shut(question, 'reached', 'agreed')

    @api.model
    def _channel_unwanted(self, question):
        return self._all_shut(question, 'reached', 'agreed', 'wanted')

    # === PREFERENCES === #

    @api.model
    def _store_unwanted(self):
        return SQL(
            """candidate.store_id IS NOT NULL AND preference.id IS NOT NULL
               AND EXISTS (SELECT FROM mobile_preference_store_rel WHERE preference_id = preference.id)
               AND NOT EXISTS (SELECT FROM mobile_preference_store_rel
                                WHERE preference_id = preference.id AND store_id = candidate.store_id)""")

    @api.model
    def _category_unwanted(self, question):
        # Who chose a category has chosen what is below it. A campaign about nothing in particular is for everybody.
        return question.campaigns.category_ids and SQL(
            """preference.id IS NOT NULL
               AND EXISTS (SELECT FROM mobile_preference_category_rel WHERE preference_id = preference.id)
               AND EXISTS (SELECT FROM mobile_campaign_category_rel WHERE campaign_id = campaign.id)
               AND NOT EXISTS (
                   SELECT FROM mobile_campaign_category_rel about
                     JOIN product_category offered ON offered.id = about.category_id
                     JOIN mobile_preference_category_rel choice ON choice.preference_id = preference.id
                     JOIN product_category chosen ON chosen.id = choice.category_id
                    WHERE about.campaign_id = campaign.id AND starts_with(offered.parent_path, chosen.parent_path))""")

    @api.model
    def _quiet_hours(self, question):
        # What meets quiet hours dies: in the morning its customer is elsewhere. The time is the one where the customer
        # is, as the phone that reported last says.
        QuietHours = self.env['mobile.quiet.hours']
        zones = [SQL('WHEN %s THEN %s', company.id, company.partner_id.tz)
                 for company in question.campaigns.company_id.sudo() if company.partner_id.tz]
        local = QuietHours._local_sql(
            question.now,
            SQL("""(SELECT timezone FROM mobile_device device
                     WHERE device.partner_id = candidate.partner_id AND device.company_id = campaign.company_id
                       AND device.timezone IS NOT NULL
                     ORDER BY device.id = candidate.device_id DESC, device.last_seen_at DESC NULLS LAST LIMIT 1)"""),
            SQL('partner.tz'),
            SQL('(SELECT tz FROM mobile_store WHERE id = candidate.store_id)'),
            SQL('CASE campaign.company_id %s END', SQL(' ').join(zones)) if zones else SQL('NULL'))
        return SQL(
            """preference.id IS NOT NULL AND EXISTS (
                   SELECT FROM mobile_quiet_hours quiet WHERE quiet.preference_id = preference.id AND %s)""",
            QuietHours._covers_sql(local))
