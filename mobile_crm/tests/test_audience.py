from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ..models import mobile_campaign_audience
from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestAudience(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, 'audience_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])
        cls.user = new_test_user(
            cls.env, 'audience_staff', groups='mobile_crm.group_mobile_crm_user', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])

    def _audience(self, domain, **values):
        """Return whom of Anna and Ben the audience holds, with all rights as the decision asks."""
        self.campaign.write({'audience_domain': domain, **values})
        self.env.flush_all()
        Partner = self.campaign._audience_partners().sudo()
        return Partner.search(self.campaign._audience() & Domain('id', 'in', (self.anna + self.ben).ids), order='id')

    def _copy(self, **values):
        """Return a campaign that is being edited."""
        return self.campaign.new({
            'company_id': self.company.id, 'user_id': self.env.uid, 'trigger': 'enter', **values})

    # === THE LIVE COUNT === #

    def test_count_reach_and_sample_follow_while_editing(self):
        nobody = self.env['res.partner'].create({'name': "Without app"})
        self.env['mobile.consent']._append(self.ben, self.company, {'location': False}, 'device')
        both = self.anna + self.ben
        with Form(self.campaign.with_user(self.manager)) as form:
            form.audience_domain = repr([('id', 'in', (both + nobody).ids)])
            self.assertEqual((form.audience_count, form.audience_reachable_count), (2, 1))
            self.assertEqual(set(form.audience_sample_ids.ids), set(both.ids))
            form.audience_domain = repr([('id', '=', self.ben.id)])
            self.assertEqual((form.audience_count, form.audience_reachable_count), (1, 0))
            self.assertFalse(form.audience_problem)

    def test_the_contact_with_a_stores_address_is_no_customer(self):
        self.campaign.trigger = 'broadcast'
        run = self.env['mobile.campaign.run'].new({'campaign_id': self.campaign.id})

        def counted():
            self.env.flush_all()
            self.env.invalidate_all()
            asked = self.env.execute_query(self.campaign._customers(run))
            return self._copy().audience_count, {row[0] for row in asked}

        self.assertEqual(counted(), (2, set((self.anna + self.ben).ids)))
        self.store_near.partner_id.company_id = self.company
        self.phone.partner_id = self.store_near.partner_id
        self.assertEqual(counted(), (1, set(self.ben.ids)))

    def test_who_can_be_reached_depends_on_the_channels_where_the_inbox_is_not_enough(self):
        self.env['mobile.consent']._append(self.ben, self.company, {'sms': True}, 'staff')
        self.campaign.write({
            'audience_domain': repr([('id', 'in', (self.anna + self.ben).ids)]),
            'channel_ids': [
                Command.clear(), *(Command.create({'channel': channel}) for channel in ('push', 'sms'))]})
        self.assertEqual(self.campaign.audience_reachable_count, 2)
        self.campaign.needs_channel = True
        self.assertEqual(self.campaign.audience_reachable_count, 1)

    def test_another_app_has_its_own_customers(self):
        other = self.env['mobile.app'].create({'name': "Other", 'company_id': self.company.id})
        domain = repr([('id', 'in', (self.anna + self.ben).ids)])
        self.phone.app_id = other
        self.assertEqual(self._copy(audience_domain=domain).audience_count, 2)
        self.assertEqual(self._copy(audience_domain=domain, app_id=other.id).audience_sample_ids._origin, self.anna)

    def test_a_broken_audience_is_told_in_words(self):
        for domain in (
            '[(', 'nonsense', '[("no_such_field", "=", 1)]', '[("name", "no such operator", 1)]', '[1 / 0]', '[5]',
            '[("mobile_birthdate", ">", "32 December")]', '{}[0]', 'uid.nothing',
            '[("mobile_days_since_order", "<", "soon")]', '[("mobile_store_distance", "=", 5)]',
            '[("mobile_segment", "=", "favourite")]', "[('id', 'any!', [])]", "__import__('os')",
            "[('id', 'in', [x for x in ().__class__.__base__.__subclasses__()])]",
        ):
            with self.subTest(domain=domain):
                campaign = self._copy(audience_domain=domain)
                self.assertTrue(campaign.audience_problem)
                self.assertEqual((campaign.audience_count, campaign.audience_sample_ids.ids), (0, []))
                with self.assertRaises(UserError):
                    self.campaign.audience_domain = domain
        # The transaction is as good as before.
        self.assertEqual(self._copy(audience_domain=repr([('id', '=', self.anna.id)])).audience_count, 1)

    def test_no_more_is_counted_than_anybody_wants_to_know(self):
        domain = repr([('id', 'in', (self.anna + self.ben).ids)])
        with patch.object(mobile_campaign_audience, 'COUNT_LIMIT', 1):
            campaign = self._copy(audience_domain=domain)
            self.assertEqual((campaign.audience_count, campaign.audience_is_capped), (1, True))
        with patch.object(mobile_campaign_audience, 'COUNT_SECONDS', 0.001), \
                patch.object(type(self.campaign), '_reachable_sql', lambda *_args: SQL('pg_sleep(5) IS NOT NULL')):
            campaign = self._copy(audience_domain=domain)
            self.assertEqual(campaign.audience_count, 0)
            self.assertIn("seconds", campaign.audience_problem)
        self.assertEqual(self.env.execute_query(SQL('SHOW statement_timeout')), [('0',)])

    # === THE SAME FOR EVERYBODY === #

    def test_days_are_those_of_the_company(self):
        self.company.partner_id.tz = 'Pacific/Auckland'
        self.anna.mobile_birthdate = '1990-03-02'
        self.ben.mobile_birthdate = '1990-03-01'
        self.campaign.user_id = self.manager
        self.manager.tz = 'America/Los_Angeles'
        with freeze_time(datetime(2026, 3, 1, 12)):
            for domain in (
                "[('mobile_birthday_in', '=', 0)]",
                "[('mobile_birthdate', '=', context_today() + relativedelta(years=-36))]",
                "[('mobile_birthdate', '=', (context_today() - relativedelta(years=36)).strftime('%Y-%m-%d'))]",
                "[('mobile_birthdate', '=', 'today -36y')]",
                "[('mobile_birthdate', '=', '1990' + today[4:])]",
                "[('mobile_birthdate', '=', '1990' + current_date[4:])]",
                "[('mobile_birthdate', '=', '1990' + now[4:10])]",
                "[('mobile_birthdate', '=', datetime.date.today().replace(year=1990))]",
                "[('mobile_birthdate', '=', datetime.datetime.now().strftime('1990-%m-%d'))]",
            ):
                self.assertEqual(self._audience(domain), self.anna, domain)

    def test_instants_of_the_web_clients_filters(self):
        self.company.partner_id.tz = 'Pacific/Auckland'
        midnight = datetime(2026, 3, 1, 11)
        for partner, instant in ((self.anna, midnight), (self.ben, midnight - timedelta(seconds=1))):
            self.env.cr.execute('UPDATE res_partner SET create_date = %s WHERE id = %s', (instant, partner.id))
        with freeze_time(datetime(2026, 3, 1, 12)):
            for domain in (
                # As Odoo keeps "created today" in a favourite.
                ("""[("create_date", ">=", datetime.datetime.combine(context_today(), datetime.time(0, 0, 0))"""
                 """.to_utc().strftime("%Y-%m-%d %H:%M:%S"))]"""),
                "[('create_date', '>=', 'today')]",
            ):
                self.assertEqual(self._audience(domain), self.anna, domain)

    def test_mine_is_the_responsibles(self):
        self.anna.user_id, self.ben.user_id = self.manager, self.user
        domain = "[('user_id', '=', uid)]"
        self.assertEqual(self._audience(domain, user_id=self.manager.id), self.anna)
        self.assertEqual(self._audience(domain, user_id=self.user.id), self.ben)
        self.campaign.with_user(self.user).invalidate_recordset()
        self.assertEqual(self.campaign.with_user(self.manager)._audience(), self.campaign._audience())

    def test_figures_are_the_campaigns_companys(self):
        other = self.env['res.company'].create({'name': "Other Shop"})
        self.env.user.company_ids += other
        self.make_order(self.anna).write({'state': 'sale', 'date_order': fields.Datetime.now()})
        elsewhere = self.campaign.with_company(other)
        self.assertEqual(elsewhere.env.company, other)
        elsewhere.audience_domain = "[('mobile_order_count_365', '=', 1)]"
        self.assertEqual(elsewhere.audience_count, 1)
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': True}, 'device')
        self.assertDecided(self.anna, 'passed')

    def assertDecided(self, partner, reason):
        device = self.phone if partner == self.anna else self.phone_ben
        self.assertEqual(self.enter(device, self.fence_near).reason, reason)

    def test_the_decision_asks_the_blocks(self):
        self.make_order(self.anna).write({'state': 'sale', 'date_order': fields.Datetime.now()})
        for partner in (self.anna, self.ben):
            self.env['mobile.consent']._append(partner, self.company, {'profiling': True}, 'device')
        self.campaign.audience_domain = "[('mobile_days_since_order', '<', 7), ('mobile_platform', '=', 'android')]"
        self.assertDecided(self.anna, 'passed')
        self.assertDecided(self.ben, 'not_in_audience')

    def test_names_are_those_of_the_database_in_any_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        tag = self.env['res.partner.category'].create({'name': "Regulars"})
        tag.with_context(lang='de_DE').name = "Stammkunden"
        self.anna.category_id = tag
        self.campaign.audience_domain = "[('category_id', 'ilike', 'Regulars')]"
        german = self.campaign.with_context(lang='de_DE')
        german.invalidate_recordset()
        self.assertEqual(german.audience_sample_ids, self.anna)

    # === WHAT NOBODY LEARNS BY AN AUDIENCE === #

    def test_what_its_author_may_not_read_is_no_part_of_it(self):
        secret = [
            "[('mobile_device_ids.push_address', '=like', 'a%')]",
            "[('user_ids.totp_secret', '=like', 'a%')]",
            "[('mobile_device_ids.token_ids.hash', '=like', 'a%')]",
        ]
        for domain in secret:
            with self.assertRaises(UserError, msg=domain):
                self.campaign.with_user(self.manager).audience_domain = domain
            copy = self.campaign.with_user(self.manager).new({
                'audience_domain': domain, 'company_id': self.company.id})
            self.assertTrue(copy.audience_problem)
            self.assertEqual(copy.audience_count, 0)

    def test_who_may_not_see_a_block_sees_the_campaign_all_the_same(self):
        self.campaign.audience_domain = "[('mobile_segment', '=', False)]"
        campaign = self.campaign.with_user(self.user)
        campaign.invalidate_recordset()
        self.assertIn("may not", campaign.audience_problem)
        self.assertEqual((campaign.audience_count, campaign.audience_sample_ids.ids), (0, []))
        self.assertEqual(campaign.name, self.campaign.name)

    def test_contacts_of_others_are_not_counted(self):
        self.env['ir.rule'].create({
            'name': "Not Ben", 'model_id': self.env['ir.model']._get_id('res.partner'),
            'domain_force': repr([('id', '!=', self.ben.id)]),
            'groups': [Command.set(self.env.ref('mobile_crm.group_mobile_crm_manager').ids)]})
        self.campaign.audience_domain = repr([('id', 'in', (self.anna + self.ben).ids)])
        campaign = self.campaign.with_user(self.manager)
        campaign.invalidate_recordset()
        self.assertEqual(campaign.audience_sample_ids, self.anna)

    def test_who_sees_by_it_where_somebody_was_is_remembered(self):
        for partner in self.anna + self.ben:
            self.env['mobile.visit'].create({
                'partner_id': partner.id, 'store_id': self.store_near.id if partner == self.anna else self.store_far.id,
                'company_id': self.company.id, 'entered_at': fields.Datetime.now() - timedelta(hours=2),
                'left_at': fields.Datetime.now()})
        Look = self.env['mobile.look'].with_context(active_test=False)
        looks = Look.search([])
        domain = [('mobile_visited_store_ids', 'in', self.store_near.ids)]
        self.campaign.audience_domain = repr(domain)
        self.enter(self.phone, self.fence_near)
        self.assertEqual(Look.search([]), looks, "the decision is nobody's look")
        Partner = self.env['res.partner'].with_user(self.manager)
        Partner.search_read([('mobile_days_since_visit', '<', 3)], ['name'])
        self.assertEqual(Look.search([]), looks, "that tells no store")
        Partner.search_read(domain, ['name'])
        look = Look.search([]) - looks
        self.assertEqual((look.partner_id, look.user_id, look.event_count), (self.anna, self.manager, 1))
        self.env.cr.cache.clear()
        self.ben.with_user(self.manager).read(['mobile_visited_store_ids'])
        self.assertEqual((Look.search([]) - looks - look).partner_id, self.ben)

    # === SAVED AUDIENCES === #

    def test_an_audience_is_saved_as_a_favourite_and_loaded_again(self):
        domain = "[('mobile_birthday_in', '<', 7)]"
        self.campaign.audience_domain = domain
        Save = self.env['mobile.audience.save'].with_user(self.manager)
        for name, is_shared in (("Mine", False), ("Ours", True)):
            Save.create({'campaign_id': self.campaign.id, 'name': name, 'is_shared': is_shared}).action_save()
        action = self.env.ref('mobile_crm.mobile_customer_action')

        def favourites(user, action_id=False):
            found = self.env['ir.filters'].with_user(user).get_filters('res.partner', action_id)
            return {each['name'] for each in found if each['domain'] == domain}

        self.assertEqual(favourites(self.manager), {"Mine"})
        self.assertEqual(favourites(self.manager, action.id), {"Mine", "Ours"})
        self.assertEqual(favourites(self.user), set())
        self.assertEqual(favourites(self.user, action.id), {"Ours"})
        mine = self.env['ir.filters'].search([('name', '=', "Mine")])
        with Form(self.env['mobile.campaign'].with_user(self.manager)) as form:
            form.name, form.program_id, form.message_title = "New", self.program, "Hello"
            form.audience_filter_id = mine
            self.assertEqual(form.audience_domain, domain)
            self.assertEqual(form.audience_filter_id, mine)
            form.audience_domain = '[]'
            self.assertFalse(form.audience_filter_id)

    def test_ready_made_audiences_can_be_used(self):
        action = self.env.ref('mobile_crm.mobile_customer_action')
        ready = self.env['ir.filters'].search([('action_id', '=', action.id), ('user_ids', '=', False)])
        self.assertGreaterEqual(len(ready), 8)
        self.anna.mobile_birthdate = fields.Date.today()
        found = {each.name: self._audience(each.domain) for each in ready}
        self.assertEqual(found["Birthday Within a Week"], self.anna)
        self.assertEqual(found["Never Bought Anything"], self.anna + self.ben)
        self.assertEqual(found["New This Month"], self.anna + self.ben)
        self.assertFalse(found["Not Seen for 90 Days"])
        now = fields.Datetime.now()
        for partner, days in ((self.anna, 100), (self.ben, 100), (self.ben, 80)):
            self.make_order(partner).write({'state': 'sale', 'date_order': now - timedelta(days=days)})
        not_seen = self.env.ref('mobile_crm.audience_not_seen').domain
        self.assertEqual(self._audience(not_seen), self.anna)
        self.env['mobile.visit'].create({
            'partner_id': self.anna.id, 'store_id': self.store_near.id, 'company_id': self.company.id,
            'entered_at': now - timedelta(hours=2), 'left_at': now - timedelta(hours=1)})
        self.assertFalse(self._audience(not_seen))

    def test_what_is_profiling(self):
        for domain, is_profiling in (
            ("[]", False), ("[('mobile_platform', '=', 'ios'), ('city', '=', 'Ghent')]", False),
            ("[('mobile_birthday_in', '<', 7)]", False), ("[('mobile_segment', '=', 'best')]", True),
            ("['|', ('name', '=', 'A'), ('mobile_visited_store_30_ids', 'in', [1])]", True),
            ("[('sale_order_ids.amount_total', '>', 100)]", True), ("[('mobile_decision_ids', '!=', False)]", True),
            ("[('mobile_message_ids.state', '=', 'opened')]", True),
            # By way of a contact beside them
            ("[('parent_id.mobile_segment', '=', 'best')]", True),
            ("['!', ('child_ids', 'any', ['|', ('name', '=', 'A'), ('mobile_spent_365', '>', 100)])]", True),
            ("[('child_ids', 'not any', [('city', '=', 'Ghent')])]", False),
        ):
            campaign = self._copy(audience_domain=domain)
            self.assertEqual(campaign.audience_is_profiling, is_profiling, domain)

    def test_who_does_not_want_to_be_profiled_is_in_no_audience_made_of_behaviour(self):
        self.campaign.write({'audience_domain': "[('mobile_segment', '=', False)]", 'trigger': 'broadcast'})
        Decision = self.env['mobile.decision']
        self.assertEqual(Decision._explain(self.campaign, self.anna), 'no_consent')
        reachable = self.campaign.audience_reachable_count
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': True}, 'device')
        self.assertEqual(Decision._explain(self.campaign, self.anna), 'passed')
        self.campaign.invalidate_recordset(['audience_reachable_count'])
        self.assertEqual(self.campaign.audience_reachable_count, reachable + 1)
        self.env['mobile.consent']._append(self.anna, self.company, {'profiling': False}, 'device')
        self.assertEqual(Decision._explain(self.campaign, self.anna), 'no_consent')

    def test_the_form_opens_whatever_the_audience_is(self):
        for domain in ('[(', '[("no_such_field", "=", 1)]', "[('mobile_segment', '=', 'favourite')]"):
            self.assertFalse(self._copy(audience_domain=domain).preview_partner_id, domain)
        # Somebody else's audience asks for what only managers see.
        self.campaign.audience_domain = "[('mobile_segment', '=', False)]"
        user = new_test_user(self.env, 'reader', 'mobile_crm.group_mobile_crm_user', company_id=self.company.id)
        self.env.flush_all()
        self.env.invalidate_all()
        mine = self.campaign.with_user(user)
        self.assertIn("may not see", mine.audience_problem)
        self.assertFalse(mine.preview_partner_id)
        self.assertTrue(self.campaign.with_user(self.manager).preview_partner_id)

    def test_show_them_all(self):
        self.campaign.audience_domain = repr([('id', 'in', (self.anna + self.ben + self.company.partner_id).ids)])
        action = self.campaign.with_user(self.manager).action_view_audience()
        found = self.env['res.partner'].with_user(self.manager).search(action['domain'])
        self.assertEqual(found, self.anna + self.ben)
