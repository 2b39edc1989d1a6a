"""What a customer may want again, by their own purchases and by what goes with them: without any library.

Where scipy is there, ``tools/affinity.py`` ranks instead.
"""
from datetime import date
from typing import NamedTuple

EPOCH = date(1970, 1, 1)
# A customer's habit is known from so many days of buying on.
HABIT = 3
# What is bought every n days is due from this part of n on, and for so many times n: then it was given up.
DUE_FROM, DUE_UNTIL = 0.8, 3.0
# After so many days a purchase counts half.
HALF_LIFE = 90


class Want(NamedTuple):
    """Something that a customer may want.

    :ivar str why: ``due``, ``again`` or ``bought_with``
    :ivar int because_of: the product of the history that weighs most; 0 for none
    """

    product: int
    score: float
    why: str
    because_of: int = 0


def gap(days):
    """Return after how many days somebody buys a product again, on average, as ``affinity`` has it; or None.

    :param days: the days on which they bought it, sorted.
    """
    if len(days) < HABIT:
        return None
    return (days[-1] - days[0]) / (len(days) - 1)


def wants(history, pairs, today):
    """Return what a customer may want, best first.

    :param dict history: {product: the days on which they bought it, sorted and each once}.
    :param dict pairs: {product: [(other, weight)]}.
    :param int today:
    :rtype: list[Want]
    """
    found, weights = {}, {}
    for product in sorted(history):
        days = history[product]
        habit = sum(0.5 ** ((today - day) / HALF_LIFE) for day in days)
        usual = gap(days)
        if usual:
            late = (today - days[-1]) / usual
            if DUE_FROM <= late <= DUE_UNTIL:
                found[product] = Want(product, 1 + habit, 'due')
            elif late < DUE_FROM:
                found[product] = Want(product, habit / 2, 'again')
        elif len(days) > 1:
            found[product] = Want(product, habit / 2, 'again')
        for other, weight in pairs.get(product, ()):
            if other not in history:
                total, best, because = weights.get(other, (0.0, 0.0, 0))
                part = weight * min(habit, 1.0)
                weights[other] = (total + part, *((part, product) if part > best else (best, because)))
    found |= {other: Want(other, total, 'bought_with', because) for other, (total, _best, because) in weights.items()}
    return sorted(found.values(), key=lambda want: (-want.score, want.product))
