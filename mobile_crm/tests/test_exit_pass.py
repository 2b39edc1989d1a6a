from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models import mobile_exit_pass
from ..tools import exit_pass
from ..tools.problems import Problem
from .exit_common import ExitCommon


@tagged('post_install', '-at_install')
class TestExitPass(ExitCommon):
    """What a customer shows on the way out, and what it is worth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env['mobile.app'].create({'name': "Gate", 'kind': 'till', 'company_id': cls.company.id})
        cls.other_company = cls.env['res.company'].create({'name': "Other Shop"})
        cls.screen = cls.env['mobile.exit.screen'].with_user(cls.doorman).with_context(
            allowed_company_ids=cls.company.ids)

    def scan(self, text, company=None):
        return self.env['mobile.exit.pass']._read(company or self.company, text)

    def later(self, **duration):
        """Let time go by; the pass was made before."""
        self.env.flush_all()
        clock = freeze_time(fields.Datetime.now() + timedelta(**duration))
        clock.start()
        self.addCleanup(clock.stop)

    # === THE TEXT === #

    def test_what_a_pass_says(self):
        shown = self.sold([(self.milk, 3), (self.apples, 1.25), (self.mug, 1)])
        parts = shown._text().split('.')
        key = self.env['mobile.member.card']._key(self.company)
        total = round(shown.order_id.amount_total * 100)
        self.assertEqual(parts[:9], [
            'MX1', key.kid, shown.code, str(self.store_near.id), str(total), 'EUR', '5',
            str(exit_seconds(shown.issued_at)), str(exit_seconds(shown.issued_at) + 900)])
        self.assertEqual(parts[9], '0')
        self.assertTrue(key.is_sealed(shown._text()))
        self.assertLess(len(shown._text()), 200, "a QR code that a cheap scanner reads")
        self.assertEqual(shown._text(), shown._text(), "it is the same each time")
        self.assertEqual(self.scan(shown._text()), shown)

    def test_however_many_pieces_there_are(self):
        shown = self.sold()
        shown.item_count = 2_000_000
        self.assertEqual(shown._read(self.company, shown._text()), shown)

    def test_a_forged_text_is_nobodys(self):
        text = self.sold()._text()
        parts = text.split('.')
        forged = [
            text.replace('MX1', 'MO1', 1), '.'.join(parts[:-1]), text + 'A', text + '\n', '', 'MX1',
            '.'.join([*parts[:-1], parts[-1][::-1]]),
            *('.'.join([*parts[:place], value, *parts[place + 1:]]) for place, value in (
                (2, '00000000'), (3, str(self.store_far.id)), (4, '1'), (6, '99'), (8, str(int(parts[8]) + 900)),
                (9, '1')))]
        for one in forged:
            self.assertFalse(self.scan(one), one)

    def test_another_companys_key(self):
        text = self.sold()._text()
        self.assertFalse(self.scan(text, self.other_company))
        key = self.env['mobile.member.card']._key(self.other_company)
        body = text.rpartition('.')[0].split('.')
        self.assertFalse(self.scan(key.seal('.'.join(body))), "signed by another shop")
        body[1] = key.kid
        self.assertFalse(self.scan(key.seal('.'.join(body))))

    def test_a_new_key_leaves_what_is_on_its_way(self):
        shown = self.sold()
        text = shown._text()
        self.company.action_mobile_new_card_key()
        self.assertEqual(self.scan(text), shown)

    def test_codes_as_people_type_them(self):
        shown = self.sold()
        shown.code = '7K3M01XT'
        for text in ('7K3M-01XT', '7k3m o1xt', ' 7K3MOLXT '):
            self.assertEqual(exit_pass.normalize(text), '7K3M01XT')
        for text in ('7K3M01X', '7K3M01XTT', '7K3M01XU', ''):
            self.assertIsNone(exit_pass.normalize(text))
        self.assertEqual(exit_pass.grouped(shown.code), '7K3M-01XT')

    # === LEAVING === #

    def test_it_lets_its_customer_out_once(self):
        shown = self.sold()
        first = shown._show(self.store_near, app=self.gate)
        self.assertEqual((first.result, first.app_id, shown.state), ('ok', self.gate, 'left'))
        self.assertEqual(shown._show(self.store_near, app=self.gate).result, 'repeated')
        self.assertEqual(shown._show(self.store_far).result, 'repeated')
        self.assertEqual(len(shown.exit_ids), 3)

    def test_of_two_showings_at_once_one_counts(self):
        shown = self.sold()
        # Another gate has been faster, which this transaction does not see yet.
        self.startPatcher(patch.object(
            type(shown), '_move_on', lambda model, *args, **values: model.browse()))
        self.assertEqual(shown._show(self.store_near).result, 'repeated')

    def test_another_store(self):
        shown = self.sold()
        self.assertEqual(shown._show(self.store_far).result, 'wrong_store')
        self.assertEqual(shown._show(self.store_near).result, 'ok', "it is still good where it belongs")

    def test_too_late(self):
        shown = self.sold()
        self.later(minutes=15)
        self.assertEqual(shown._show(self.store_near).result, 'expired')
        self.assertEqual(shown.state, 'open')

    def test_a_refunded_and_a_cancelled_order(self):
        cancelled = self.sold()
        cancelled.order_id._action_cancel()
        self.assertEqual(cancelled._show(self.store_near).result, 'refunded')
        refunded = self.sold([(self.milk, 2), (self.bread, 1)], self.ben)
        invoice = refunded.order_id._create_invoices()
        invoice.action_post()
        for quantity, result in ((1, 'ok'), (2, 'refunded')):
            with self.subTest(quantity=quantity):
                refunded._move_on('open', ('left',))
                note = invoice._reverse_moves()
                if quantity == 1:
                    note.invoice_line_ids[1:].unlink()
                note.action_post()
                self.assertEqual(refunded._judge(self.store_near, fields.Datetime.now(), timedelta()), result)

    def test_an_erased_customer(self):
        shown = self.sold()
        text = shown._text()
        shown._show(self.store_near)
        self.env['mobile.eraser']._erase(self.anna, self.company)
        self.assertFalse(self.scan(text))
        self.assertFalse(shown.exists())
        self.assertFalse(self.env['mobile.exit'].search([('company_id', '=', self.company.id)]))

    def test_passes_are_forgotten(self):
        shown = self.sold()
        self.env['mobile.exit.pass']._gc_passes()
        self.assertTrue(shown.exists())
        self.later(days=181)
        with patch.object(mobile_exit_pass, 'BATCH', 1):
            self.assertEqual(self.env['mobile.exit.pass']._gc_passes(), (1, True), "there may be more")
        self.assertFalse(shown.exists())

    def test_a_till_needs_no_pass(self):
        basket = self.basket()
        basket.order_id._action_cancel()
        basket._move_on('sold', ('open', 'cancelled'))
        basket._after_sale()
        self.assertFalse(self.pass_of(basket))

    # === GATES WITHOUT THE NETWORK === #

    def test_a_gate_tells_later(self):
        shown = self.sold()
        seen_at = fields.Datetime.now() + timedelta(minutes=3)
        self.later(hours=5)
        first = shown._report(self.gate, self.store_near, seen_at)
        self.assertEqual((first.result, first.seen_at, shown.left_at), ('ok', seen_at, seen_at))
        self.assertEqual(shown._report(self.gate, self.store_near, seen_at), first, "a lost answer")
        other = self.gate.copy({'name': "Other Gate"})
        self.assertEqual(shown._report(other, self.store_near, seen_at).result, 'repeated')

    def test_wrong_clocks_of_gates(self):
        shown = self.sold()
        issued_at = shown.issued_at
        self.later(days=1)
        for seen_at in (issued_at - timedelta(minutes=6), fields.Datetime.now() + timedelta(minutes=6),
                        issued_at - timedelta(days=30)):
            with self.assertRaises(Problem) as raised:
                shown._report(self.gate, self.store_near, seen_at)
            self.assertEqual(raised.exception.errors[0]['loc'], ['body', 'seen_at'])
        # A clock that is a little off does no harm to who was in time.
        self.assertEqual(shown._judge(self.store_near, issued_at + timedelta(minutes=19), timedelta(minutes=5)), 'ok')
        self.assertEqual(shown._report(self.gate, self.store_near, issued_at + timedelta(minutes=21)).result, 'expired')
        self.assertEqual(shown._report(self.gate, self.store_near, issued_at - timedelta(minutes=4)).result, 'ok')

    # === A NEW ONE === #

    def test_staff_give_a_new_pass(self):
        shown = self.sold(audit='random')
        self.later(minutes=20)
        answer = self.screen.look_up(self.store_near.id, shown._text())
        self.assertEqual((answer['result'], answer['can_renew']), ('expired', True))
        self.screen.renew(self.store_near.id, answer['pass_id'])
        new = self.pass_of(shown.basket_id)
        self.assertEqual((shown.state, new.audit_reason), ('void', 'random'), "it is counted all the same")
        self.assertEqual(new.expires_at, fields.Datetime.now() + timedelta(minutes=15))
        self.assertNotEqual(new.code, shown.code)
        self.assertEqual(shown._show(self.store_near).result, 'expired')
        with self.assertRaises(UserError):
            self.screen.renew(self.store_near.id, shown.id)

    def test_who_has_left_gets_no_new_pass(self):
        shown = self.sold()
        shown._show(self.store_near)
        with self.assertRaises(UserError):
            self.screen.renew(self.store_near.id, shown.id)

    # === THE SCREEN === #

    def test_what_staff_look_up(self):
        basket = self.basket([(self.milk, 1)], self.ben)
        shown = self.sold([(self.milk, 2), (self.mug, 1)])
        for text in (shown.order_id.name, f' {shown.code.lower()} '):
            self.assertEqual(self.screen.look_up(self.store_far.id, text)['result'], 'wrong_store')
        answer = self.screen.look_up(self.store_near.id, shown._text())
        self.assertEqual((answer['tone'], answer['result'], answer['order']), ('success', 'ok', shown.order_id.name))
        self.assertEqual([(row['name'], row['pieces']) for row in answer['goods']], [("Milk", 2), ("Mug", 1)])
        self.assertEqual(self.screen.look_up(self.store_near.id, shown._text())['tone'], 'danger')
        for text in (basket._public_id(), basket.order_id.name.lower()):
            found = self.screen.look_up(self.store_near.id, text)
            self.assertEqual((found['kind'], found['basket_id'], found['checks']), ('basket', basket.id, 0))
        for text in ('', 'x', '%', 'MX1.forged', 'S%', self.anna.name):
            self.assertEqual(self.screen.look_up(self.store_near.id, text)['kind'], 'unknown', text)

    def test_the_screen_names_nobody(self):
        shown = self.sold()
        state = self.screen.get_state(self.store_near.id)
        self.assertNotIn("Anna", str([state, self.screen.look_up(self.store_near.id, shown._text())]))

    def test_the_screen_is_for_staff_of_the_company(self):
        shown = self.sold()
        stranger = new_test_user(
            self.env, 'exit_stranger', groups='mobile_crm.group_mobile_crm_exit', company_id=self.other_company.id,
            company_ids=[Command.set(self.other_company.ids)])
        strangers = self.screen.with_user(stranger).with_context(allowed_company_ids=self.other_company.ids)
        user = new_test_user(self.env, 'exit_user', groups='mobile_crm.group_mobile_crm_user')
        store_id = self.store_near.id
        calls = (('get_state',), ('look_up', store_id, shown._text()), ('renew', store_id, shown.id),
                 ('close_audit', store_id, shown.id, []), ('find_product', store_id, '5400000000010'))
        for name, *args in calls:
            for caller in (user, self.anna_user, self.env.ref('base.public_user')):
                with self.assertRaises(AccessError):
                    getattr(self.screen.with_user(caller), name)(*args)
            if args:
                with self.assertRaises(UserError):
                    getattr(strangers, name)(*args)
        self.assertEqual(strangers.get_state(self.store_near.id)['stores'], [])
        for model in ('mobile.exit.pass', 'mobile.exit', 'sale.order'):
            self.assertFalse(self.env[model].with_user(self.doorman).has_access('read'), model)

    def test_the_screen_shows_what_waits(self):
        self.milk.mobile_min_age = 16
        basket = self.basket([(self.milk, 1)])
        self.assertEqual(self.screen.get_state(self.store_far.id)['baskets'], [])
        self.store_near.user_id = self.doorman
        state = self.screen.get_state()
        self.assertEqual(state['store_id'], self.store_near.id, "the one that they are in charge of")
        [waiting] = state['baskets']
        self.assertEqual((waiting['id'], waiting['checks'][0]['min_age']), (basket.id, 16))
        self.assertEqual(self.screen.look_up(self.store_near.id, basket._public_id())['checks'], 1)


def exit_seconds(moment):
    """Return a naive UTC instant in seconds of Unix."""
    return int((moment - fields.Datetime.to_datetime('1970-01-01')).total_seconds())
