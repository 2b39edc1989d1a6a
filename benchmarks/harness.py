"""Measure sides against each other, fairly on a machine that others use too.

All sides take turns in short slices (ABAB…), so that a slow minute hits them alike. Nothing is asserted: a figure is
for people, who see beside it how far the machine's own noise reaches.
"""

import contextlib
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from devtools.console import say

#: Seconds after a slice in which a server ends what it does after its last answer, so that its own side pays for it.
SETTLE = 0.02


@dataclass
class Side:
    """One thing that is measured.

    :ivar str name: in the table
    :ivar call: does it once, without arguments
    :ivar list slices: the seconds of each call, slice by slice
    :ivar int cpu: nanoseconds of processor time of all calls together
    """

    name: str
    call: object
    slices: list = field(default_factory=list)
    cpu: int = 0

    def run(self, count, meter):
        """Measure one slice of `count` calls."""
        seconds, clock = [], time.perf_counter
        cpu = meter()
        for _number in range(count):
            start = clock()
            self.call()
            seconds.append(clock() - start)
        time.sleep(SETTLE)
        self.cpu += meter() - cpu
        self.slices.append(seconds)

    @property
    def seconds(self):
        return [value for slice_ in self.slices for value in slice_]

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def calm(self):
        """The time that the fastest tenth of the calls stayed below: what a call costs while nobody else is at work."""
        return statistics.quantiles(self.seconds, n=10)[0]

    @property
    def cpu_per_call(self):
        return self.cpu / len(self.seconds)

    @property
    def noise(self):
        """How far this side is from itself: the median of its odd slices against that of its even ones, above 0."""
        halves = [statistics.median(value for slice_ in self.slices[start::2] for value in slice_) for start in (0, 1)]
        return max(halves) / min(halves) - 1


def compare(title, baseline, *sides, meter, goal=None, slices=40, calls=25, warm_up=50, clients=1):
    """Measure `sides` against `baseline` and print the table.

    :param str title: above the table
    :param Side baseline: what the ratios are relative to
    :param meter: returns the nanoseconds of processor time that were used so far, see :func:`processor_time`
    :param float goal: the ratio to stay below, printed for people
    :param int slices: turns of each side
    :param int calls: calls in one turn
    :param int warm_up: calls of each side beforehand, which are not counted
    :param int clients: how many at a time call to warm up, so that each worker of a server gets its share
    """
    everyone = [baseline, *sides]
    for side in everyone:
        with ThreadPoolExecutor(clients) as pool:
            for done in [pool.submit(side.call) for _number in range(warm_up)]:
                done.result()
    for turn in range(slices):
        # Whoever is first in a turn may find other caches than who is second: so they swap.
        for side in everyone if turn % 2 else reversed(everyone):
            side.run(calls, meter)
    say(f'\n{title}')
    say(f'  {slices} slices of {calls} calls a side in turns, after {warm_up} calls to warm up')
    width = max(len(side.name) for side in everyone)
    say(f'  {"milliseconds":{width}}    calm  median     worst    cpu'
        ' | ratio:  calm  median   cpu  quartiles by slice')
    for side in everyone:
        row = (f'  {side.name:{width}}  {side.calm * 1e3:6.3f}  {side.median * 1e3:6.3f}'
               f'  {max(side.seconds) * 1e3:8.3f}  {side.cpu_per_call / 1e6:5.3f}')
        if side is not baseline:
            ratios = [statistics.median(own) / statistics.median(other)
                      for own, other in zip(side.slices, baseline.slices, strict=True)]
            lower, _median, upper = statistics.quantiles(ratios, n=4)
            cpu_ratio = side.cpu_per_call / baseline.cpu_per_call if baseline.cpu else float('nan')
            row += (f' |       {side.calm / baseline.calm:6.2f}  {side.median / baseline.median:6.2f}  {cpu_ratio:4.2f}'
                    f'  {lower:.2f} to {upper:.2f}')
        say(row)
    said = '' if goal is None else f'   goal: a ratio of at most {goal}'
    say(f'  noise, each side against itself: {max(side.noise for side in everyone):.1%}{said}')


def processor_time(pids):
    """Return a function that reads how many nanoseconds of processor time these processes have used.

    Processes that are gone, or are not this machine's, count as nothing.
    """
    def read():
        total = 0
        for pid in pids:
            for path in Path(f'/proc/{pid}/task').glob('*/schedstat'):
                with contextlib.suppress(OSError):
                    total += int(path.read_text(encoding='ascii').split()[0])
        return total

    return read


def machine(system):
    """Return a line that says what the figures were measured on."""
    load = os.getloadavg()[0]
    return (f'{os.cpu_count()} cores (load {load:.1f} before the run), PostgreSQL {system.postgres_version}, '
            f'Odoo {system.databases.home.version}')
