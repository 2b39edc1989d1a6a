from odoo.tests import tagged

from .common import MobileCommon


@tagged('-at_install', 'post_install')
class TestCampaignMessage(MobileCommon):
    """What a campaign says to each of its customers."""

    def test_the_customers_name(self):
        self.campaign.message_title = "Hello {First name}!"
        self.assertEqual(self.enter(self.phone, self.fence_near).message_id.title, "Hello Anna!")
