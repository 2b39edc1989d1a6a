"""The web app's first visit, by Lighthouse. Goals: performance 95, accessibility 100, best practices 95, 150 kB.

Lighthouse's own mobile profile: a phone four times slower than this machine, 1.6 Mbit/s, 150 ms to the server
(simulated). Each run begins with an empty browser. The first load is what comes before the page is at rest. The
server has been asked for each page once before, for each of its processes makes the files when the first asks for them.
"""

import json
import statistics
import subprocess

from devtools import browser, environment, node_packages
from devtools.console import Problem, say
from devtools.database import PREFIX
from devtools.journey import CLIENT_ID
from devtools.paths import REPO

RUNS = 5
PAGES = ('/near', '/offers', '/scan', '/for-you')
CATEGORIES = {'performance': 95, 'accessibility': 100, 'best-practices': 95}
#: Kilobytes of the whole first load, as they travel.
GOAL_SIZE = 150
TIMINGS = ('first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift',
           'speed-index')
#: Seconds for one run.
PATIENCE = 180
#: What it says when the browser gave it no trace, which happens now and then.
AGAIN = 'Please run Lighthouse again'
TRIES = 3


def run(system):
    """Measure and print."""
    database = f'{PREFIX}bench_lighthouse'
    system.databases.fresh(database, 'full')
    instance = system.server(database)
    packages = node_packages.ensure(REPO / 'tests' / 'phone')
    found = {page: [] for page in PAGES}
    for page in PAGES:
        _visit(packages, f'{instance.url}/mobile/app/{CLIENT_ID}{page}')
    # In turns, so that a slow minute hits all pages alike.
    for _time in range(RUNS):
        for page in PAGES:
            found[page].append(_visit(packages, f'{instance.url}/mobile/app/{CLIENT_ID}{page}'))
    for page, reports in found.items():
        _print(page, reports)


def _visit(packages, url):
    """Return Lighthouse's report of one visit."""
    for _try in range(TRIES):
        done = _lighthouse(packages, url)
        if AGAIN not in done.stderr:
            break
    if done.returncode:
        raise Problem(f'Lighthouse failed ({done.stderr.strip()[-500:]})', 'see that node is 18.16 or newer')
    return json.loads(done.stdout)


def _lighthouse(packages, url):
    return subprocess.run(
        ['node', packages / 'lighthouse' / 'cli' / 'index.js', url, '--output=json', '--quiet',
         f'--only-categories={",".join(CATEGORIES)}', f'--chrome-path={browser.ensure()}',
         '--chrome-flags=--headless=new'],
        capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment.child())


def _print(page, reports):
    say(f'\n{page}, {len(reports)} visits')
    # How fast Lighthouse found this machine: it slows down four times whatever there is, and means one of 1500 or more.
    speeds = [report['environment']['benchmarkIndex'] for report in reports]
    say(f'  {"speed of the machine":24} median {statistics.median(speeds):5.0f}   worst {min(speeds):5.0f}')
    for category, goal in CATEGORIES.items():
        scores = [round(100 * report['categories'][category]['score']) for report in reports]
        say(f'  {category:24} median {statistics.median(scores):5.0f}   worst {min(scores):5}   goal {goal}')
    sizes = [report['audits']['total-byte-weight']['numericValue'] / 1000 for report in reports]
    say(f'  {"kilobytes":24} median {statistics.median(sizes):5.1f}   worst {max(sizes):5.1f}   goal {GOAL_SIZE}')
    for name in TIMINGS:
        values = [report['audits'][name]['numericValue'] for report in reports]
        say(f'  {name:24} median {statistics.median(values):5.2f}   worst {max(values):5.2f}')
    failed = {
        audit['id']: audit['title'] for report in reports for category in report['categories'].values()
        for reference in category['auditRefs'] if reference['weight']
        for audit in [report['audits'][reference['id']]] if audit['score'] is not None and audit['score'] < 0.9}
    for name, title in failed.items():
        say(f'  to mend: {name}: {title}')
