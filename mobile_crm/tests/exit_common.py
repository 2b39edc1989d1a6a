"""What tests of colleagues' checks and of the way out work with."""
from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .basket_common import BasketCommon


class ExitCommon(BasketCommon):
    """Baskets that need a colleague, and the way out.

    :cvar doorman: ``res.users`` who serves scan and go, and has no other rights
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.doorman = new_test_user(
            cls.env, 'mobile_crm_doorman', name="Dora Doorman", groups='mobile_crm.group_mobile_crm_exit',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.company.mobile_audit_first = False
        (cls.store_near + cls.store_far).audit_percent = 0

    def as_staff(self, records):
        """Return records as the doorman has them."""
        return records.with_user(self.doorman).with_context(allowed_company_ids=self.company.ids)

    def sell(self, basket):
        """Let a basket be paid with the phone; return the exit pass."""
        basket.order_id.with_company(self.company).action_confirm()
        if basket._move_on('sold', ('open',), sold_at=fields.Datetime.now()):
            basket._after_sale()
        return self.pass_of(basket)

    def pass_of(self, basket):
        """Return the pass that the customer of a basket has now."""
        return self.env['mobile.exit.pass'].search([('basket_id', '=', basket.id), ('state', '!=', 'void')])

    def sold(self, pairs=None, partner=None, audit=False, **values):
        """Return the exit pass of a new basket that was paid with the phone.

        :param audit: why the goods are counted, as `audit_reason` has it
        :param values: as ``basket`` takes them
        """
        shown = self.sell(self.basket(pairs, partner, **values))
        shown.audit_reason = audit
        return shown
