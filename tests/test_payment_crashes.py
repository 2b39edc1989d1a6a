"""Odoo is killed at each point between a payment and the confirmed order: no paid order is lost, none is confirmed
unpaid, and nobody is charged twice."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devtools.console import say
from tests.senders import Clock, Died, SenderHost

#: Deaths at each point.
DEATHS, FULL_DEATHS = 1, 50
#: What dies at which points: the request that hears from the provider, the phone's, Odoo's own worker, and the one that
#: charges a saved method.
IN_NOTIFICATION = ('the notification arrives', 'the state is written', 'the state is committed')
IN_POLL = (
    'post-processing begins', 'the coupon is held', 'the order is confirmed', 'the basket is sold',
    'the money is booked', 'the sale is written', 'the sale is committed')
IN_WORKER = ('the order is confirmed', 'the sale is written', 'the sale is committed')
IN_CHARGE = ('the provider has charged', 'the state is written', 'the state is committed')
POINTS = [
    *(('notify', point) for point in IN_NOTIFICATION), *(('poll', point) for point in IN_POLL),
    *(('work', point) for point in IN_WORKER), *(('charge', point) for point in IN_CHARGE)]
#: After which the order is confirmed.
LATE = 'the sale is committed'


class World:
    """A shop, a provider with its book, and a process of Odoo that outlives all others."""

    def __init__(self, host, clock, book):
        self.host, self.clock, self.book = host, clock, book
        self.survivor = host.fork()
        self.survivor.call('shop', book=str(book))

    def charged(self):
        """Return what the provider has charged."""
        return self.book.read_text(encoding='utf-8').split()

    def die(self, what, point, **arguments):
        """Let a new process do something, and die at a point."""
        victim = self.host.fork()
        if what == 'charge':
            victim.call('keep_book')
        victim.call('arm', point=point)
        with pytest.raises(Died):
            victim.call(what, **arguments)


@pytest.fixture(scope='module')
def world(module_cli, tmp_path_factory):
    clock = Clock(datetime.now(UTC).replace(tzinfo=None))
    book = Path(tmp_path_factory.mktemp('provider')) / 'book'
    book.touch()
    with SenderHost(module_cli.shell, clock, 'tests.payment_world') as host:
        world = World(host, clock, book)
        yield world
        world.survivor.dismiss()


def pay(world, what, point, chance):
    """Let a customer pay, and Odoo die over it; return the basket's id once everybody has carried on.

    The provider tells again until it is answered. Whether the phone asks, or Odoo's worker comes first, is chance.
    """
    ask = world.survivor.call
    basket = ask('basket')
    payment, reference = ask('begin', basket_id=basket, is_saved=what == 'charge')
    if what == 'charge':
        before = len(world.charged())
        world.die(what, point, payment_id=payment)
        [reference] = world.charged()[before:]
        # The phone has no answer, and asks for the same again.
        ask('charge', payment_id=payment)
        ask('poll', payment_id=payment)
        assert world.charged()[before:] == [reference], 'charged once'
    else:
        with world.book.open('a', encoding='utf-8') as pages:
            pages.write(f'{reference}\n')
    if what == 'notify':
        world.die('notify', point, reference=reference)
    if what != 'charge' or point != 'the state is committed':
        ask('notify', reference=reference)
    if what in ('poll', 'work'):
        world.die(what, point, **({'payment_id': payment} if what == 'poll' else {}))
        state = ask('look', basket_id=basket)
        expected = ('sold', 'sale') if point == LATE else ('paying', 'draft')
        assert (state['basket'], state['order']) == expected, 'it has died in between'
        assert state['paid'] == [reference]
    for recovery in chance.sample([('poll', {'payment_id': payment}), ('work', {}), ('notify', {
            'reference': reference})], 3):
        ask(recovery[0], **recovery[1])
    ask('poll', payment_id=payment)
    return basket, reference


@pytest.mark.parametrize(('what', 'point'), POINTS, ids=lambda value: value.replace(' ', '-'))
def test_odoo_dies(world, full, what, point):
    deaths, chance = FULL_DEATHS if full else DEATHS, random.Random(8)
    for _number in range(deaths):
        basket, reference = pay(world, what, point, chance)
        state = world.survivor.call('look', basket_id=basket)
        assert state == {
            'basket': 'sold', 'order': 'sale', 'total': 85.0, 'paid': [reference], 'known': [reference],
            'booked': 85.0, 'coupons': 1, 'passes': 1}
    assert world.survivor.call('findings') == [], 'money, orders, baskets and the ledger agree'
    say(f'\n{what}, {point}: {deaths} deaths, each order paid once and confirmed once')


def test_nothing_but_the_check_comes(world):
    """Neither the provider's second notification nor the phone nor the worker: the hourly check mends it alone."""
    ask = world.survivor.call
    basket = ask('basket')
    payment, reference = ask('begin', basket_id=basket)
    ask('notify', reference=reference)
    world.die('poll', 'the order is confirmed', payment_id=payment)
    [finding] = ask('findings')
    assert finding[0] == 'paid_not_confirmed'
    assert ask('reconcile') == []
    assert ask('look', basket_id=basket)['order'] == 'sale'


def test_nobody_has_paid(world):
    """Whoever dies before the provider has charged leaves nothing that is confirmed."""
    ask = world.survivor.call
    basket = ask('basket')
    payment, _reference = ask('begin', basket_id=basket)
    ask('work')
    assert ask('poll', payment_id=payment) == 'processing'
    world.clock.turn(16 * 60)
    assert ask('poll', payment_id=payment) == 'expired'
    state = ask('look', basket_id=basket)
    assert (state['basket'], state['order'], state['paid']) == ('open', 'draft', [])
    assert ask('findings') == []
