from unittest.mock import patch
from uuid import uuid4

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from odoo.fields import Command
from odoo.tests import tagged

from ..controllers.sync import synchronise
from ..models.mobile_catalogue import Shopper
from ..tools import sync_cursor
from .common import MobileCommon

KINDS = ('stores', 'offers', 'messages', 'lists', 'products', 'orders')
SINGLE = ('me', 'preferences', 'consents', 'favourites')
BRUSSELS, PARIS = (50.8467, 4.3525), (48.8566, 2.3522)


class OfflinePhone:
    """A phone as its developer writes it: it does what the answer says, and knows nothing else."""

    def __init__(self, case, partner):
        self.case, self.partner = case, partner
        self.cursor, self.kinds, self.single = None, {kind: {} for kind in KINDS}, {}

    def ask(self, place=(None, None)):
        """Return the answer to what the phone says it has."""
        case = self.case
        case.env.flush_all()
        case.env.invalidate_all()
        env = case.env(user=self.partner.user_ids.id)
        shopper = Shopper(case.company.sudo(), case.app.sudo(), self.partner.sudo().with_env(env(su=True)))
        return synchronise(env, shopper, self.cursor, *place).model_dump(mode='json', by_alias=True)

    def take(self, answer):
        """Do what an answer says."""
        for kind in KINDS:
            if answer['reset'] or kind in answer['complete']:
                self.kinds[kind] = {}
        for gone in answer['gone']:
            del self.kinds[gone['kind']][gone['id']]
        for kind in KINDS:
            self.kinds[kind].update({item['id']: item for item in answer[kind]})
        self.single.update({kind: answer[kind] for kind in SINGLE if answer[kind] is not None})
        self.cursor = answer['cursor']

    def has(self):
        """Return all that is on the phone."""
        return self.kinds, self.single


class SyncCase(MobileCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['product.template'].search([]).mobile_published = False
        cls.products = cls.product + cls.env['product.product'].create([
            {'name': name, 'list_price': price, 'taxes_id': [Command.clear()]}
            for name, price in (("Bread", 2.5), ("Milk", 1.2), ("Salt", 0.8))])
        cls.products.mobile_published = True

    def shopper(self, partner=None):
        return Shopper(self.company, self.app, (partner or self.anna).sudo())

    def new_list(self, *products, partner=None):
        return self.env['mobile.list']._add(self.shopper(partner), {'id': uuid4(), 'name': "Weekend", 'lines': [
            {'id': uuid4(), 'product_id': product.id, 'text': None, 'quantity': 1.0, 'unit': None, 'note': None,
             'done': False, 'position': None} for product in products]})[0]

    def post(self, partner=None):
        return self.env['mobile.message']._post([
            {'partner_id': (partner or self.anna).id, 'company_id': self.company.id, 'title': "Hello"}])


class Walk(RuleBasedStateMachine):
    """Whatever happens between two answers, and whichever of them get lost.

    :cvar SyncCase case: whose records they are
    """

    case = None

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint(flush=True)
        self.phone, self.place = OfflinePhone(self.case, self.case.anna), BRUSSELS
        # So that there is something to take away.
        self.mark(0, True)
        self.make_a_list({0, 1})
        self.get_a_message(True)
        self.ask(False)

    def teardown(self):
        try:
            self.ask(False)
        finally:
            self.case.env.invalidate_all(flush=False)
            self.savepoint.rollback()
            self.savepoint.close(rollback=False)
            self.case.env.registry.clear_all_caches()

    @rule(index=st.integers(0, 3), on=st.booleans())
    def mark(self, index, on):
        product = self.case.products[index]
        if not on:
            self.case.env['mobile.favourite']._remove(self.case.shopper(), product.id)
        elif product.mobile_published:
            self.case.env['mobile.favourite']._add(self.case.shopper(), product.id)

    @rule(index=st.integers(0, 3), price=st.sampled_from([1.0, 2.0]), shown=st.booleans())
    def change_a_product(self, index, price, shown):
        self.case.products[index].write({'list_price': price, 'mobile_published': shown})

    @rule(indexes=st.sets(st.integers(0, 3)))
    def make_a_list(self, indexes):
        self.case.new_list(*(
            self.case.products[index] for index in sorted(indexes) if self.case.products[index].mobile_published))

    @rule(done=st.booleans(), away=st.booleans())
    def change_a_list(self, done, away):
        for shopping_list in self.case.env['mobile.list'].search([('partner_id', '=', self.case.anna.id)], limit=1):
            if away:
                shopping_list._remove()
            elif shopping_list.line_ids:
                shopping_list.line_ids[0]._change(self.case.shopper(), {'done': done})

    @rule(who=st.booleans())
    def get_a_message(self, who):
        self.case.post(self.case.anna if who else self.case.ben)

    @rule(active=st.booleans())
    def close_a_store(self, active):
        self.case.store_far.active = active

    @rule()
    def delete_a_message(self):
        self.case.env['mobile.message'].search([('partner_id', '=', self.case.anna.id)], limit=1).unlink()

    @rule(place=st.sampled_from([BRUSSELS, PARIS]))
    def walk(self, place):
        self.place = place

    @rule(lost=st.booleans())
    def ask(self, lost):
        answer = self.phone.ask(self.place)
        if not lost:
            self.phone.take(answer)
            fresh = OfflinePhone(self.case, self.case.anna)
            fresh.take(fresh.ask(self.place))
            self.case.assertEqual(self.phone.has(), fresh.has())


@tagged('-at_install', 'post_install')
class TestSync(SyncCase):

    def assertNews(self, answer, **news):
        """Assert what an answer holds: numbers of items by kind, and what is gone."""
        told = {kind: len(answer[kind]) for kind in KINDS if answer[kind]}
        told |= {kind: True for kind in SINGLE if answer[kind] is not None}
        told |= {'gone': len(answer['gone'])} if answer['gone'] else {}
        self.assertEqual(told, news)

    def _synced(self, partner=None, place=BRUSSELS):
        phone = OfflinePhone(self, partner or self.anna)
        phone.take(phone.ask(place))
        return phone

    def test_everything_then_nothing(self):
        self.env['mobile.favourite']._add(self.shopper(), self.product.id)
        self.new_list(*self.products[:2])
        self.post()
        phone = OfflinePhone(self, self.anna)
        answer = phone.ask(BRUSSELS)
        self.assertTrue(answer['reset'])
        self.assertNews(answer, **dict.fromkeys(SINGLE, True), stores=2, messages=1, lists=1, products=2)
        phone.take(answer)
        self.assertEqual(phone.single['favourites'], {'product_ids': self.product.ids})
        again = phone.ask(BRUSSELS)
        self.assertFalse(again['reset'])
        self.assertNews(again)
        self.assertEqual(again['cursor'], phone.cursor)

    def test_one_change_is_one_item(self):
        self.env['mobile.favourite']._add(self.shopper(), self.products[0].id)
        message, made = self.post(), self.new_list(self.products[1])
        phone = self._synced()
        for change, news in (
            (lambda: self.products[1].write({'list_price': 3}), {'products': 1}),
            (lambda: self.products[0].write({'barcode': '4006381333931'}), {'products': 1}),
            (lambda: self.store_near.write({'street': "Main Street 2"}), {'stores': 1}),
            (lambda: message.write({'opened_at': '2026-01-01 10:00:00'}), {'messages': 1}),
            (lambda: made._change({'name': "Sunday"}), {'lists': 1}),
            (lambda: made.line_ids._change(self.shopper(), {'done': True}), {'lists': 1}),
            (lambda: self.anna.write({'name': "Anna Maes"}), {'me': True}),
            (lambda: self.env['mobile.preference']._mobile_update(
                self.anna, self.company, {'max_messages_per_week': 1}), {'preferences': True}),
            (lambda: self.let_learn(self.anna, self.phone), {'consents': True}),
            # It counts for the products, too.
            (lambda: self.enter(self.phone, self.fence_near), {'offers': 1, 'messages': 1, 'products': 2}),
            # What the shop does not show any more.
            (lambda: self.products[0].write({'mobile_published': False}), {'favourites': True, 'gone': 1}),
            (self.products[1].action_archive, {'lists': 1, 'gone': 1}),
            (lambda: self.store_far.write({'active': False}), {'gone': 1}),
            (made._remove, {'gone': 1}),
            (self.make_order(self.anna, [(self.products[3], 1)]).action_confirm, {'orders': 1}),
        ):
            change()
            answer = phone.ask(BRUSSELS)
            self.assertNews(answer, **news)
            phone.take(answer)
            self.assertEqual(phone.has(), self._synced().has())

    def test_a_used_coupon_is_gone(self):
        self.enter(self.phone, self.fence_near)
        phone = self._synced()
        [uuid] = phone.kinds['offers']
        self.env['loyalty.card'].search([('mobile_uuid', '=', uuid)]).write({'points': 0})
        self.assertEqual(phone.ask(BRUSSELS)['gone'], [{'kind': 'offers', 'id': uuid}])

    def test_without_a_position_the_stores_stay(self):
        phone = self._synced()
        third, _fence = self._make_store("A Third Store", "Ghent", 'base.be', 51.05, 3.72)
        self.assertNews(phone.ask())
        phone.take(phone.ask())
        self.store_far.name = "Lutetia"
        answer = phone.ask()
        self.assertEqual([store['name'] for store in answer['stores']], ["Lutetia"])
        phone.take(answer)
        answer = phone.ask(PARIS)
        self.assertEqual([store['id'] for store in answer['stores']], third.ids)
        # Whoever never says where they are gets the stores by name.
        phone = self._synced(place=(None, None))
        self.assertEqual(len(phone.kinds['stores']), 3)
        third.active = False
        self.assertEqual(phone.ask()['gone'], [{'kind': 'stores', 'id': third.id}])
        self.assertEqual(phone.kinds['stores'][self.store_near.id]['open_now'], None)

    def test_a_phone_that_changed_hands(self):
        self.env['mobile.favourite']._add(self.shopper(), self.product.id)
        self.post()
        phone = self._synced()
        phone.partner = self.ben
        answer = phone.ask(BRUSSELS)
        self.assertTrue(answer['reset'])
        self.assertFalse(answer['gone'])
        phone.take(answer)
        self.assertEqual(phone.has(), self._synced(self.ben).has())
        self.assertEqual(phone.kinds['messages'], {})

    def test_another_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.store_near.with_context(lang='fr_FR').name = "Magasin de Bruxelles"
        phone = self._synced()
        env = self.env(context={**self.env.context, 'lang': 'fr_FR'})
        answer = synchronise(env(user=self.anna_user.id), self.shopper(), phone.cursor, *BRUSSELS)
        self.assertIn("Magasin de Bruxelles", [store.name for store in answer.stores])

    def test_queries_do_not_grow(self):
        """More of everything takes no more queries."""
        def queries():
            phone = OfflinePhone(self, self.anna)
            phone.ask(BRUSSELS)
            before = self.env.cr.sql_log_count
            phone.ask(BRUSSELS)
            return self.env.cr.sql_log_count - before

        def more():
            for product in self.products:
                self.env['mobile.favourite']._add(self.shopper(), product.id)
            for _index in range(3):
                self.new_list(*self.products)
                self.post()

        self.new_list(self.products[0])
        self.env['mobile.favourite']._add(self.shopper(), self.product.id)
        self.post()
        few = queries()
        more()
        self.assertEqual(queries(), few)

    def _run_any_sequence(self, **options):
        run_state_machine_as_test(type('Machine', (Walk,), {'case': self}), settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck),
            derandomize=True, **options))

    def test_any_sequence_of_changes(self):
        self._run_any_sequence()

    def test_a_sequence_shows_what_was_forgotten(self):
        """The test above turns red where the server does not say what is gone."""
        difference = sync_cursor.difference

        def forgetful(held, kinds):
            return difference(held, kinds)._replace(gone={})

        with patch.object(sync_cursor, 'difference', forgetful), self.assertRaises(AssertionError):
            self._run_any_sequence(
                phases=[Phase.generate], verbosity=Verbosity.quiet, report_multiple_bugs=False, database=None)
