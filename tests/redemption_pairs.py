"""Two transactions at once on one coupon, within an Odoo shell: nobody waits, and nothing is spent twice."""

from datetime import timedelta

import psycopg2

from odoo import fields

from odoo.addons.mobile_crm.tools.problems import CouponRefused

RESERVE, CONFIRM, VOID, RETURN = ('reserve',), ('_confirm', 'R-0'), ('_void', 'R-0'), ('_return', 'R-0')
GOOD, ENDED = timedelta(minutes=9), timedelta(minutes=-9)
CASES = [
    # Who comes while the first is at work is told at once, whatever becomes of the first.
    (('free', RESERVE, RESERVE, 'commit'), (True, 'coupon_held')),
    (('free', RESERVE, RESERVE, 'rollback'), (True, 'coupon_held')),
    # Whose snapshot is older than what the first has committed meets its row, and reads who it was.
    (('free', RESERVE, RESERVE, 'before'), (True, 'coupon_held')),
    (('held', RESERVE, RESERVE, 'commit', ENDED), (True, 'coupon_held')),
    (('held', VOID, RESERVE, 'commit'), (True, 'coupon_held')),
    (('held', VOID, RESERVE, 'before'), (True, 'coupon_held')),
    (('held', CONFIRM, RESERVE, 'commit'), (True, 'coupon_held')),
    (('confirmed', VOID, RESERVE, 'commit'), (True, 'coupon_redeemed')),
    (('confirmed', RETURN, RESERVE, 'commit'), (True, 'coupon_redeemed')),
    # A hold that has expired is nobody's, while somebody takes it over as well.
    (('held', RESERVE, CONFIRM, 'commit', ENDED), (True, False)),
    (('held', RESERVE, CONFIRM, 'before', ENDED), (True, False)),
    # Two moves of one row: the second begins anew, and finds the state that it is in.
    (('held', CONFIRM, VOID, 'before'), (True, 'begin anew')),
    (('held', VOID, CONFIRM, 'before'), (True, 'begin anew')),
    (('confirmed', VOID, RETURN, 'before'), (True, 'begin anew')),
    (('confirmed', RETURN, VOID, 'before'), (True, 'begin anew')),
    (('confirmed', RETURN, RETURN, 'before'), (True, 'begin anew')),
]


class Actor:
    """Somebody with a transaction; who waits in it fails.

    :param card: ``loyalty.card`` that it is about
    """

    def __init__(self, card, name):
        self.name, self.cr = name, card.env.registry.cursor()
        self.card = card.with_env(card.env(cr=self.cr))
        self.Redemption = self.card.env['mobile.redemption']
        self.cr.execute("SET LOCAL lock_timeout = '3s'")
        # From here on it sees the world as it is now.
        self.cr.execute('SELECT count(*) FROM mobile_redemption')

    def row(self, name):
        return self.Redemption.search([('card_id', '=', self.card.id), ('order_ref', '=', name)], limit=1)

    def do(self, step, name=None):
        """Return what came of a step: whether something was done, or why not."""
        try:
            if step == 'reserve':
                return bool(self.Redemption._reserve(
                    self.card, self.card.company_id, 'till', name or self.name, expires_at=fields.Datetime.now() + GOOD,
                    points=1))
            return bool(getattr(self.row(name), step)())
        except CouponRefused as refusal:
            return refusal.problem_code
        except psycopg2.errors.SerializationFailure:
            return 'begin anew'

    def end(self, how):
        getattr(self.cr, how)()
        self.cr.close()


def begin(card, state, expiry):
    """Bring a coupon into a state, by an order called R-0."""
    actor = Actor(card, 'R-0')
    actor.cr.execute('ALTER TABLE mobile_redemption DISABLE TRIGGER USER')
    actor.cr.execute('DELETE FROM loyalty_history WHERE card_id = %s', [card.id])
    actor.cr.execute('DELETE FROM mobile_redemption WHERE card_id = %s', [card.id])
    actor.cr.execute('UPDATE loyalty_card SET points = 1 WHERE id = %s', [card.id])
    actor.cr.execute('ALTER TABLE mobile_redemption ENABLE TRIGGER USER')
    actor.cr.commit()
    if state != 'free':
        assert actor.do('reserve') is True
        if state == 'confirmed':
            assert actor.do(*CONFIRM) is True
        actor.row('R-0').expires_at = fields.Datetime.now() + expiry
        actor.card.env.flush_all()
    actor.end('commit')


def meet(card, state, first, second, ends, expiry=GOOD):
    """Let the second come while the first is in the middle of it; return what each of them got.

    :param str ends: how the first ends; ``before`` the second begins its step, in a transaction that is older
    """
    begin(card, state, expiry)
    a, b = Actor(card, 'R-A'), Actor(card, 'R-B')
    found = a.do(*first)
    told = None if ends == 'before' else b.do(*second)
    a.end('rollback' if ends == 'rollback' else 'commit')
    if ends == 'before':
        told = b.do(*second)
    b.end('commit' if told is True else 'rollback')
    after = Actor(card, 'R-C')
    after.cr.execute(
        "SELECT count(*) FROM mobile_redemption WHERE card_id = %s AND state IN ('held', 'confirmed')", [card.id])
    assert after.cr.fetchone()[0] <= 1
    assert not [row for row in after.Redemption._differences(after.card.company_id) if row[0] == card.id]
    after.end('rollback')
    return found, told


def run(env, code):
    """Play all cases with the coupon that has this code."""
    card = env['loyalty.card'].search([('code', '=', code)])
    for case, expected in CASES:
        found = meet(card, *case)
        assert found == expected, (case, found)
    return f'{len(CASES)} pairs are good'
