from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestCampaignTemplate(MobileCommon):
    """Campaigns that begin from a template, and what they would do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, 'template_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)])
        cls.templates = cls.env['mobile.campaign.template'].with_user(cls.manager)

    def _template(self, name):
        return self.env.ref(f'mobile_crm.campaign_template_{name}').with_env(self.templates.env)

    def _new(self, template, **values):
        """Return the campaign that somebody makes from a template as the dialog does."""
        action = template.action_use()
        form = Form(template.env[action['res_model']].with_context(**action['context']))
        for name, value in values.items():
            form[name] = value
        return template.env['mobile.campaign'].browse(form.save().action_create()['res_id'])

    # === TEMPLATES === #

    def test_every_template_makes_a_campaign_that_starts(self):
        templates = self.templates.search([])
        self.assertGreaterEqual(len(templates), 10)
        triggers = set()
        for template in templates:
            with self.subTest(template=template.name):
                campaign = self._new(template)
                triggers.add(campaign.trigger)
                self.assertEqual((campaign.state, campaign.company_id), ('draft', self.company))
                self.assertTrue(campaign.reward_summary)
                self.assertFalse(campaign.message_hints, "a template is an example of how to do it")
                campaign.action_start()
                self.assertEqual(campaign.state, 'running')
        self.assertGreaterEqual(len(triggers), 9)

    def test_what_it_takes_over(self):
        template = self._template('birthday')
        template.sudo().settings = "{'max_event_age': 30, 'not_installed': 1}"
        campaign = self._new(template, name="Cake", discount=12.0, minimum_amount=40.0, store_ids=self.store_near)
        self.assertEqual(campaign.store_ids, self.store_near)
        self.assertEqual(
            (campaign.name, campaign.trigger, campaign.coupon_days, campaign.max_event_age, campaign.message_title),
            ("Cake", 'birthday', template.coupon_days, 30, template.message_title))
        program = campaign.program_id.sudo()
        # As the dialog says.
        self.assertEqual(program.rule_ids.minimum_amount_tax_mode, 'incl')
        self.assertIn("With taxes", self.env['mobile.campaign.new']._fields['minimum_amount'].help)
        self.assertEqual((program.program_type, program.company_id, program.rule_ids.minimum_amount),
                         ('coupons', self.company, 40.0))
        self.assertEqual((program.reward_ids.discount_mode, program.reward_ids.discount), ('per_order', 12.0))
        self.assertFalse(program.communication_plan_ids, "the message tells of the coupon, once")

    def test_the_coupon_takes_its_discount_off_an_order(self):
        campaign = self._new(self._template('fence_welcome'), discount=20.0)
        # Every tenth database would put Anna into the control group.
        campaign.holdout_percent = 0
        campaign.action_start()
        self.campaign.action_done()
        card = self.enter(self.phone, self.fence_near).filtered('card_id').card_id
        self.assertEqual(card.mobile_campaign_id, campaign)
        order = self.make_order(self.anna)
        status = order._try_apply_code(card.code)
        order._apply_program_reward(next(iter(status.values())), card)
        self.assertEqual(order.amount_untaxed, 160.0)

    def test_a_free_product_and_a_program_that_there_is(self):
        form = Form(self.env['mobile.campaign.new'].with_user(self.manager).with_context(
            default_template_id=self._template('first_sign_in').id))
        form.reward_type = 'product'
        with self.assertRaisesRegex(AssertionError, "product_id"):
            form.save()
        campaign = self._new(self._template('first_sign_in'), reward_type='product', product_id=self.product)
        self.assertEqual(campaign.program_id.reward_ids.reward_product_id, self.product)
        before = self.env['loyalty.program'].search_count([])
        campaign = self._new(self._template('first_sign_in'), reward_type='program', program_id=self.program)
        self.assertEqual(campaign.program_id, self.program)
        self.assertEqual(self.env['loyalty.program'].search_count([]), before)
        wizard = self.env['mobile.campaign.new'].create({
            'template_id': self._template('birthday').id, 'reward_type': 'program'})
        with self.assertRaisesRegex(UserError, "Choose the coupon program"):
            wizard.action_create()

    def test_texts_in_every_language(self):
        self.env['res.lang']._activate_lang('de_DE')
        template = self._template('birthday')
        template.sudo().with_context(lang='de_DE').message_title = "Alles Gute, {first_name}!"
        campaign = self._new(template)
        self.assertEqual(campaign.with_context(lang='de_DE').message_title, "Alles Gute, {first_name}!")
        self.assertEqual(campaign.with_context(lang='en_US').message_title, template.message_title)
        reward = campaign.program_id.reward_ids
        self.assertEqual(reward.with_context(lang='en_US').description, campaign.reward_summary)

    def test_who_may(self):
        user = new_test_user(self.env, 'template_user', groups='mobile_crm.group_mobile_crm_user')
        with self.assertRaises(AccessError):
            self.env['mobile.campaign.new'].with_user(user).create({'template_id': self._template('birthday').id})
        with self.assertRaises(AccessError):
            self._template('birthday').with_user(user).name = "Mine"
        other = self.env['res.company'].create({'name': "Other Shop"})
        with self.assertRaises(AccessError):
            self.env['mobile.campaign.new'].with_user(self.manager).create({
                'template_id': self._template('birthday').id, 'company_id': other.id}).action_create()
        theirs = self._make_store("Theirs", "Ghent", 'base.be', 51.05, 3.72, other)[0]
        with self.assertRaises(UserError):
            self.env['mobile.campaign.new'].create({
                'template_id': self._template('birthday').id, 'store_ids': [Command.set(theirs.ids)]})

    def test_discounts_that_are_none(self):
        for reward_type, discount in (('percent', 0), ('percent', 101), ('amount', -5)):
            with self.subTest(reward_type=reward_type, discount=discount), self.assertRaises(ValidationError):
                self._new(self._template('birthday'), reward_type=reward_type, discount=discount)

    def test_settings_that_cannot_be_read(self):
        for settings in ("{", "[1]", "__import__('os')", "{'a': open('x')}"):
            with self.subTest(settings=settings), self.assertRaises(ValidationError):
                self._template('birthday').settings = settings

    def test_a_copy_is_called_so(self):
        self.assertEqual(self.campaign.copy().name, "Nearby (copy)")
        self.assertEqual(self.campaign.copy({'name': "Other"}).name, "Other")
        copy = self.env['mobile.campaign'].browse(self.campaign.action_duplicate()['res_id'])
        self.assertEqual((copy.state, copy.message_title), ('draft', self.campaign.message_title))

    # === THE DRY RUN === #

    def _dry_run(self, campaign, **values):
        """Return the dry run's dialog, and its bars: the number of each outcome by what it is called."""
        action = campaign.with_user(self.manager).action_dry_run()
        wizard = Form(self.env[action['res_model']].with_user(self.manager).with_context(**action['context']))
        for name, value in values.items():
            wizard[name] = value
        wizard = wizard.save()
        rows = html.fromstring(wizard.report).find_class('o_mobile_crm_dry_run_row')
        return wizard, {row.xpath('./div[1]/span[1]')[0].text: row for row in rows}

    def test_who_would_get_it(self):
        campaign = self.campaign.copy({'audience_domain': repr([('name', '=', "Anna Peeters")])})
        before = self.env['mobile.decision'].search_count([])
        wizard, bars = self._dry_run(campaign)
        self.assertEqual((wizard.asked_count, wizard.passed_count, wizard.store_id), (2, 1, self.store_near))
        self.assertEqual(list(bars), ["They would get it", "The customer is not in the audience"])
        link, = bars["They would get it"].xpath('.//a')
        self.assertEqual((link.text, link.get('href')), ("Anna Peeters", f'/odoo/res.partner/{self.anna.id}'))
        self.assertIn("Ben Maes", bars["The customer is not in the audience"].text_content())
        self.assertIn("Brussels Store", wizard.report)
        self.env.flush_all()
        self.assertEqual(self.env['mobile.decision'].search_count([]), before)
        self.assertEqual(campaign.state, 'draft')

    def test_who_sees_by_it_where_somebody_was_is_remembered(self):
        self.env['mobile.visit'].create({
            'partner_id': self.anna.id, 'store_id': self.store_near.id, 'company_id': self.company.id,
            'entered_at': fields.Datetime.now() - timedelta(hours=2), 'left_at': fields.Datetime.now()})
        Look = self.env['mobile.look'].with_context(active_test=False)
        looks = Look.search([])
        self._dry_run(self.campaign)
        self.assertEqual(Look.search([]), looks, "that tells nothing of visits")
        self.campaign.audience_domain = repr([('mobile_visited_store_ids', 'in', self.store_near.ids)])
        self._dry_run(self.campaign)
        look = Look.search([]) - looks
        self.assertEqual((look.partner_id, look.user_id), (self.anna, self.manager))

    def test_a_name_is_text(self):
        self.anna.name = "<img src=x onerror=alert(1)>"
        wizard, _bars = self._dry_run(self.campaign)
        self.assertIn("&lt;img", wizard.report)
        self.assertNotIn("<img", wizard.report)

    def test_every_trigger_can_be_tried(self):
        for trigger in dict(self.env['mobile.campaign']._fields['trigger'].selection):
            with self.subTest(trigger=trigger):
                campaign = self.campaign.copy({'trigger': trigger})
                self.assertTrue(self._dry_run(campaign)[0].report)

    def test_what_begins_later_is_tried_as_of_then(self):
        now = fields.Datetime.now()
        wizard = self._dry_run(self.campaign.copy({'date_from': now + timedelta(days=3)}))[0]
        self.assertEqual(wizard.passed_count, 2)
        for values in ({'date_from': now + timedelta(days=3)}, {'scheduled_at': now + timedelta(days=3)}):
            campaign = self.campaign.copy({'trigger': 'broadcast', **values})
            wizard = self._dry_run(campaign)[0]
            self.assertEqual(wizard.passed_count, 2, values)
            self.assertIn("It is sent on", wizard.report)
        # After the end of the campaign there is nobody.
        campaign.date_to = now + timedelta(days=2)
        self.assertEqual(self._dry_run(campaign)[0].passed_count, 0)

    def test_what_is_over_before_it_begins_does_not_start(self):
        now = fields.Datetime.now()
        for values in (
            {'date_to': now - timedelta(hours=1)},
            {'date_to': now + timedelta(days=1), 'scheduled_at': now + timedelta(days=2), 'trigger': 'broadcast'},
        ):
            campaign = self.campaign.copy(values)
            with self.assertRaisesRegex(UserError, "Choose a later end"):
                campaign.action_start()
            self.assertEqual(campaign.state, 'draft')
            campaign.date_to = now + timedelta(days=3)
            campaign.action_start()

    def test_nobody_to_ask(self):
        self.env['mobile.device'].search([('company_id', '=', self.company.id)])._sign_out()
        wizard, bars = self._dry_run(self.campaign)
        self.assertEqual((wizard.asked_count, bars), (0, {}))
        self.assertIn("There is nobody to ask about", wizard.report)

    def test_a_broadcast_is_looked_at_before_it_starts(self):
        campaign = self.campaign.copy({'trigger': 'broadcast'})
        action = campaign.action_review()
        wizard = Form(self.env[action['res_model']].with_user(self.manager).with_context(**action['context'])).save()
        self.assertEqual((wizard.is_start, wizard.passed_count, campaign.state), (True, 2, 'draft'))
        wizard.action_start()
        self.assertEqual(campaign.state, 'running')

    def test_who_may_try(self):
        user = new_test_user(self.env, 'dry_user', groups='mobile_crm.group_mobile_crm_user')
        with self.assertRaises(AccessError):
            self.env['mobile.campaign.dry.run'].with_user(user).create({'campaign_id': self.campaign.id})
        other = self.env['res.company'].create({'name': "Other Shop"})
        with self.assertRaises(UserError):
            self._dry_run(self.campaign, store_id=self._make_store("T", "Ghent", 'base.be', 51.05, 3.72, other)[0])
