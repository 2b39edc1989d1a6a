from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime, plaintext2html

from odoo.addons.phone_validation.tools import phone_validation

from ..tools.problems import Problem

# Nobody knows opening hours and salespeople of later.
FARTHEST_CALL = timedelta(days=366)


class MobileEnquiry(models.Model):
    """How an enquiry reaches a person: whose it is, the lead, the call, the notification."""

    _inherit = 'mobile.enquiry'

    # === BUSINESS METHODS: whose it is === #

    def _may_answer(self, user):
        """Tell whether a member of staff can look after this enquiry: they work for the company, and with leads."""
        self.ensure_one()
        return bool(user and user.active and not user.share and self.company_id in user.company_ids
                    and user.has_group('sales_team.group_sale_salesman'))

    def _salesperson(self):
        """Return who gets this enquiry: the store's salesperson, the customer's own, the responsible for the campaign
        that the customer replied to.

        :return: ``res.users``; empty when the sales team's rules decide.
        """
        self.ensure_one()
        candidates = (self.store_id.user_id, self.partner_id.user_id, self.message_id.campaign_id.user_id)
        return next((user for user in candidates if self._may_answer(user)), self.env['res.users'])

    def _team(self):
        """Return the sales team of enquiries that are nobody's yet: the first of the company, or of all companies."""
        self.ensure_one()
        teams = self.env['crm.team'].search([
            ('company_id', 'in', [False, self.company_id.id]),
            *Domain.OR([[('use_leads', '=', True)], [('use_opportunities', '=', True)]])])
        own = teams.filtered(lambda team: team.company_id == self.company_id) or teams
        return next((team for team in own if any(self._may_answer(user) for user in team.member_ids)), own[:1])

    def _next_in_team(self, team):
        """Return whose turn it is in a team: the member who got the fewest leads in 30 days, by Odoo's own count.

        Where Odoo assigns leads by its rules, it is left to them: they know quotas and preferences.
        """
        if not team or self.env['crm.lead']._is_rule_based_assignment_activated():
            return self.env['res.users']
        members = team.crm_team_member_ids.filtered(
            lambda member: not member.assignment_optout and self._may_answer(member.user_id))
        first = min(members, key=lambda member: (member.lead_month_count, member.id), default=members)
        return first.user_id or (team.user_id if self._may_answer(team.user_id) else self.env['res.users'])

    # === BUSINESS METHODS: the lead === #

    def _make_lead(self, text):
        """Make a lead, or an opportunity where the company does not use leads, and return it.

        The customer follows nothing: what goes to them is an answer, and no change of a stage.
        """
        self.ensure_one()
        user, team = self._salesperson(), self.env['crm.team']
        if not user:
            team = self._team()
            user = self._next_in_team(team)
        uses_leads = self.env.ref('crm.group_use_lead') in self.env.ref('base.group_user').all_implied_ids
        values = {
            'type': 'lead' if uses_leads and (not team or team.use_leads) else 'opportunity',
            'name': self.subject,
            'partner_id': self.partner_id.id,
            'company_id': self.company_id.id,
            'user_id': user.id,
            'description': plaintext2html(text),
            'medium_id': self.env.ref('mobile_crm.utm_medium_app', raise_if_not_found=False),
            'mobile_store_id': self.store_id.id,
            'mobile_product_id': self.product_id.id,
        }
        values['medium_id'] = values['medium_id'] and values['medium_id'].id
        if team:
            values['team_id'] = team.id
        # Whoever is assigned gets the customer's words a moment later, and no notice beside them.
        lead = self.env['crm.lead'].with_context(
            mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True).create(values)
        if not user and team.assignment_auto_enabled:
            self.env.ref('crm.ir_cron_crm_lead_assign')._trigger()
        return lead

    # === BUSINESS METHODS: calling back === #

    @api.model
    def _callback(self, device, partner, store, at=None, phone=None):
        """Return when a customer is called, and at which number.

        At a time at which the store is closed they are called when it opens.

        :param datetime at: naive UTC; None is as soon as possible.
        :param str phone: as the customer writes it; None is the verified number.
        :return: the instant (naive UTC), and the number in E.164.
        :raise Problem: 422.
        """
        now = fields.Datetime.now()
        if at and at < now:
            raise Problem.invalid(['body', 'callback', 'at'], self.env._("This time is over."))
        if at and at > now + FARTHEST_CALL:
            raise Problem.invalid(['body', 'callback', 'at'], self.env._("This is more than a year away."))
        if phone:
            country = device.app_id.country_id or device.company_id.country_id
            try:
                phone = phone_validation.phone_format(phone, country.code, country.phone_code, force_format='E164')
            except UserError as exc:
                raise Problem.invalid(
                    ['body', 'callback', 'phone'], self.env._("This is not a phone number.")) from exc
        phone = phone or partner.mobile_verified_phone or partner.phone_sanitized
        if not phone:
            raise Problem.invalid(['body', 'callback', 'phone'], self.env._("Say at which number you can be called."))
        at = (at or now).replace(microsecond=0)
        schedule = store and store._schedules([store._schedule_key()])[store._schedule_key()]
        is_open, change = schedule.opening(store.tz, at) if schedule else (None, None)
        return (change if is_open is False and change else at), phone

    def _schedule_callback(self, at, phone):
        """Make it an activity of the salesperson to call the customer; one that waits is moved."""
        self.ensure_one()
        staff, user = self._thread_for_staff().with_context(mail_activity_quick_update=True), self.user_id
        day = fields.Datetime.context_timestamp(staff, at).date()
        summary = staff.env._(
            "Call %(customer)s back at %(time)s", customer=self.partner_id.name, time=self._time_for_staff(staff, at))
        note = Markup('<p><a href="tel:{0}">{0}</a></p>').format(phone)
        if self.callback_activity_id.active:
            activity = self.callback_activity_id.with_env(staff.env)
            # Who had the lead then may have given it away.
            activity.write({
                'date_deadline': day, 'summary': summary, 'note': note, 'user_id': (user or activity.user_id).id})
        else:
            self.callback_activity_id = staff.activity_schedule(
                'mail.mail_activity_data_call', day, summary=summary, note=note, user_id=user.id)
        self.write({'callback_at': at, 'callback_phone': phone})

    # === BUSINESS METHODS: telling === #

    def _thread(self):
        """Return the record in whose chatter this is answered: a lead or a contact."""
        self.ensure_one()
        return self.partner_id if self.is_on_contact else self.lead_id

    def _thread_for_staff(self):
        """Return the same record, as whoever answers there reads it: in their language and their time zone."""
        self.ensure_one()
        user = self.user_id
        return self._thread().with_context(lang=user.lang, tz=user.tz or self.store_id.tz or 'UTC')

    @api.model
    def _time_for_staff(self, staff, instant):
        """Return an instant (naive UTC) in words, for a record of ``_thread_for_staff``.

        With its zone: colleagues elsewhere read it, too.
        """
        tz = staff.env.context['tz']
        return f"{format_datetime(staff.env, instant, tz=tz, dt_format='short')} ({tz})"

    def _tell_staff(self, text, channel, callback, quoted):
        """Post what the customer wrote; Odoo tells those who follow, or are named.

        :param tuple callback: (instant, number) or None.
        :param quoted: ``mobile.message`` or None.
        """
        self.ensure_one()
        staff, user = self._thread_for_staff(), self.user_id
        body = plaintext2html(text)
        if quoted:
            body += Markup('<blockquote><p><b>{}</b></p>{}</blockquote>').format(
                quoted.title, plaintext2html(quoted.body or ''))
        if callback:
            at, phone = callback
            body += Markup('<p><b>{}</b> <a href="tel:{}">{}</a></p>').format(
                staff.env._("Wants to be called back at %s:", self._time_for_staff(staff, at)),
                phone, phone)
        if channel == 'sms':
            body += Markup('<p><i>{}</i></p>').format(staff.env._("Written as a text message."))
        self._thread().message_post(
            author_id=self.partner_id.id, body=body, subject=self.subject, message_type='comment',
            subtype_xmlid='mail.mt_comment', partner_ids=user.partner_id.ids,
            # The phone that asks does not wait for a mail server.
            force_send=False)
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()
