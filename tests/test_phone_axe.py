"""Every page of the web app by the rules of axe-core, in both themes and both directions of writing."""

import pytest
from playwright.sync_api import expect

from devtools import node_packages
from devtools.journey import CLIENT_ID, DOOR
from devtools.paths import REPO
from devtools.phone_pages import PAGES, PUBLIC, customer

PACKAGES = REPO / 'tests' / 'phone'
#: The colour scheme and the language of the browser. Each theme and each direction is among the first two.
MODES = [('light', 'en-GB'), ('dark', 'ar')]
MORE_MODES = [('dark', 'en-GB'), ('light', 'ar')]
#: What keeps somebody from using the page. Lesser findings are advice.
GRAVE = ('serious', 'critical')
RUN = '''
async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    ({id, impact, nodes}) => ({id, impact, nodes: nodes.map((node) => `${node.target}: ${node.failureSummary}`)}))
'''


@pytest.fixture(scope='module')
def shopper(server):
    return customer(server.url, server.db)


@pytest.fixture(scope='module')
def axe():
    return (node_packages.ensure(PACKAGES) / 'axe-core' / 'axe.min.js').read_text(encoding='utf-8')


def test_pages_are_accessible(browse, shopper, axe, full, subtests):
    for scheme, locale in MODES + (MORE_MODES if full else []):
        stranger, phone = (browse(
            CLIENT_ID, color_scheme=scheme, locale=locale, permissions=['geolocation'],
            geolocation={'latitude': DOOR[0], 'longitude': DOOR[1]}) for _person in range(2))
        phone.sign_in(shopper.phone)
        for name in (*PUBLIC, *PAGES):
            with subtests.test(page=name, scheme=scheme, locale=locale):
                page = (stranger if name in PUBLIC else phone).open(shopper.path(name))
                expect(page.locator('.wait')).to_have_count(0)
                # By the browser's debugging protocol: the page's own policy lets no other script in.
                page.evaluate(axe)
                found = [violation for violation in page.evaluate(RUN) if violation['impact'] in GRAVE]
                assert not found
