"""What the ledger must do with one coupon, in as few lines as say it: nothing here knows of a database."""
from dataclasses import dataclass, field

HOLD = 15


@dataclass
class Row:
    state: str
    expires_at: int | None = None
    points: int = 0


@dataclass
class Coupon:
    """A coupon that is good once, and whoever has to do with it; a row is named by its order."""

    points: int = 1
    now: int = 0
    rows: dict = field(default_factory=dict)

    # === WHAT IS SEEN === #

    def holds(self, row):
        return row.state == 'held' and (row.expires_at is None or row.expires_at > self.now)

    def spender(self):
        """Return the order that keeps others from the coupon, or None."""
        return next((name for name, row in self.rows.items()
                     if row.state in ('confirmed', 'conflict') or self.holds(row)), None)

    @property
    def status(self):
        name = self.spender()
        if name is not None:
            return 'reserved' if self.rows[name].state == 'held' else 'redeemed'
        return 'available' if self.points > 0 else 'redeemed'

    # === WHAT IS DONE: each tells whether it came to pass === #

    def reserve(self, name):
        if self.spender() is not None:
            return False
        for row in self.rows.values():
            if row.state == 'held':
                row.state = 'void'
        self.rows[name] = Row('held', self.now + HOLD)
        return True

    def confirm(self, name):
        row = self.rows.get(name)
        if not row or not self.holds(row):
            return False
        row.state, row.points = 'confirmed', 1
        self.points -= 1
        return True

    def void(self, name):
        return self._give_back(name, 'void', ('held', 'confirmed', 'conflict'))

    def refund(self, name):
        return self._give_back(name, 'returned', ('confirmed',))

    def accept(self, name):
        """A till without the network has taken it."""
        if self.spender() is not None:
            self.rows[name] = Row('conflict')
            return False
        for row in self.rows.values():
            if row.state == 'held':
                row.state = 'void'
        self.rows[name] = Row('confirmed', points=1)
        self.points -= 1
        return True

    def expire(self):
        for row in self.rows.values():
            if row.state == 'held' and not self.holds(row):
                row.state = 'void'

    def wait(self, minutes):
        self.now += minutes

    def _give_back(self, name, state, states):
        row = self.rows.get(name)
        if not row or row.state not in states:
            return False
        if row.state == 'confirmed':
            self.points += row.points
        row.state = state
        return True
