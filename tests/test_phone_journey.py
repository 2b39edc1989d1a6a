"""Somebody who has never seen the app: from the code in the shop window to a redeemed coupon, with fingers only."""

import base64
import io
import re
from contextlib import suppress
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Error, expect

from devtools import journey_campaigns
from devtools.journey import CLIENT_ID, DOOR, Journey
from devtools.process import wait_until

#: How often a finger may have to touch the phone, for questions of the system too. Typing is no tap.
MOST_TAPS = 12


class Finger:
    """Counts what a customer touches.

    :ivar list touched: in words
    """

    def __init__(self):
        self.touched = []

    def tap(self, locator):
        self.touched.append(locator.text_content().strip())
        locator.tap()

    def answer(self, question):
        """Answer a question of the system's own, which the browser of this test answers by itself."""
        self.touched.append(question)


@pytest.fixture
def story(server):
    """Return the staff of the demo data's shop, and a till."""
    return Journey(server.url, server.db, lambda text: None)


def link_of_poster(admin):
    """Return where the code leads that is on the printed poster."""
    app, = admin.find('mobile.app', [('client_id', '=', CLIENT_ID)], 'web_url')
    poster = admin.save('mobile.app.poster', {'app_id': app['id'], 'format': 'a4', 'language': 'en'})
    admin.press('mobile.app.poster', poster, 'action_write')
    pdf = base64.b64decode(admin.read('mobile.app.poster', poster, 'file')['file'])
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    return zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)[0].text


def stand(browser, place, until):
    """Let the phone find out where it is, again and again as phones do, until something is on the screen."""
    for accuracy in range(10, 30):
        browser.context.set_geolocation({**place, 'accuracy': accuracy})
        with suppress(Error):
            return until.wait_for(timeout=1000)
    return expect(until).to_be_visible()


def read(picture):
    return zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)), formats=zxingcpp.BarcodeFormat.QRCode)


def test_from_the_shop_window_to_the_till(browse, server, numbers, read_code, story, record_property):
    finger, number = Finger(), next(numbers)
    door = {'latitude': DOOR[0], 'longitude': DOOR[1], 'accuracy': 10}
    browser = browse(CLIENT_ID, permissions=['geolocation', 'notifications'], geolocation=door)
    page = browser.page
    page.goto(server.url + urlsplit(link_of_poster(story.admin)).path)
    finger.answer('open the link that the camera has found')

    finger.tap(page.get_by_role('button', name='Get your offers'))
    page.get_by_label('Phone number or email').fill(number)
    finger.tap(page.get_by_role('button', name='Send me a code'))
    code = page.get_by_label('Code', exact=True)
    expect(code).to_be_focused()
    # With the last digit it is sent by itself.
    code.press_sequentially(read_code(number))
    finger.tap(page.get_by_role('button', name='Agree to all'))
    finger.answer('let the page know the position')
    notice = page.locator('.notice', has_text='A new offer for you')
    stand(browser, door, notice)
    finger.tap(notice.get_by_role('button', name='Show'))
    expect(page).to_have_url(re.compile(r'/offers/[\w-]+$'))

    expect(page.locator('.code svg path')).to_be_visible()
    # As a till does, which looks until it reads: what is above the code may still move it.
    qr = wait_until(lambda: read(page.locator('.code').screenshot()), 20)[0].text
    store, = story.sales.find('mobile.store', [('name', 'ilike', 'Kastanienallee')], 'name')
    till = journey_campaigns.till(story, 'Till of the journey')
    held = till.post('/till/redemptions', 201, qr=qr, store_id=store['id'], order_ref='J-1', amount='80.00')
    till.post(f'/till/redemptions/{held["id"]}/confirm')
    expect(page.get_by_role('status').get_by_text('Redeemed. Enjoy it!')).to_be_visible()

    record_property('taps', len(finger.touched))
    assert len(finger.touched) <= MOST_TAPS, finger.touched
    assert browser.hosts == {urlsplit(server.url).netloc}
