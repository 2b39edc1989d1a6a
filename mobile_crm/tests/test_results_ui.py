from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .test_campaign_results import ResultsCommon


@tagged('post_install', '-at_install', 'mobile_http')
class TestResultsUi(ResultsCommon, HttpCase):
    """The page "Results", in a browser."""

    def test_manager_reads_the_results(self):
        new_test_user(
            self.env, 'results_manager', groups='mobile_crm.group_mobile_crm_manager', company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)])
        self._buy(self._offer(variant_id=self.variant_warm.id, store_id=self.store_near.id))
        message = self._offer(variant_id=self.variant_dry.id, store_id=self.store_near.id).message_id
        self.env['mobile.message'].create({
            'origin_id': message.id, 'partner_id': message.partner_id.id, 'company_id': self.company.id,
            'campaign_id': self.campaign.id, 'channel': 'push', 'title': message.title, 'state': 'failed',
            'reason': 'provider_down'})
        self._decide(reason='holdout')
        self._decide(self._partner("Reluctant"), reason='no_consent')
        self.start_tour(
            f'/odoo/action-mobile_crm.mobile_campaign_action/{self.campaign.id}', 'mobile_crm_results',
            login='results_manager')
