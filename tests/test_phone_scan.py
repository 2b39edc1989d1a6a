"""Scanning, searching and looking at products in the web app. The camera sees real codes, as a phone in a hand does."""

import base64
import io
import re
import time

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect
from stdnum.iso7064 import mod_37_36

from tests import phone_video

BARCODE = '2000451990019'
ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
#: A coupon's code, with its proof at the end.
COUPON = f'7K3M-Q9XT-4HWB-2PDN{mod_37_36.calc_check_digit("7K3MQ9XT4HWB2PDN", ALPHABET)}'
#: A camera that shows a video; who may use it the tests say.
FAKE_CAMERA = ['--use-fake-device-for-media-stream', '--use-file-for-fake-video-capture={}']
CAMERA = {'permissions': ['camera']}
#: Stands in for the browser's own detector: what it is given a picture of is read outside.
NATIVE = '''
window.BarcodeDetector = class {
    static async getSupportedFormats() {
        return ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "qr_code", "data_matrix", "itf"];
    }
    async detect(video) {
        const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
        canvas.getContext("2d").drawImage(video, 0, 0);
        const reader = new FileReader();
        reader.readAsDataURL(await canvas.convertToBlob({type: "image/jpeg", quality: 0.95}));
        await new Promise((resolve) => (reader.onload = resolve));
        return window.readPicture(reader.result.split(",")[1]);
    }
};
'''
BROKEN_NATIVE = NATIVE.replace('return window.readPicture', 'throw new Error')
NO_CAMERA = 'Object.defineProperty(navigator, "mediaDevices", {value: undefined})'
#: Keeps the streams that the page gets.
WATCH = '''
window.streams = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wishes) => {
    const stream = await ask(wishes);
    window.streams.push(stream);
    return stream;
};
'''
#: A detector that sees nothing.
BLIND = NATIVE.replace('window.readPicture(reader.result.split(",")[1])', '[]')
LIVE = '() => window.streams.filter((stream) => stream.getTracks()[0].readyState === "live").length'
FORMATS = {zxingcpp.BarcodeFormat.EAN13: 'ean_13', zxingcpp.BarcodeFormat.QRCode: 'qr_code',
           zxingcpp.BarcodeFormat.DataMatrix: 'data_matrix'}


def read_picture(data):
    """Return the codes of a picture (base64) as the Barcode Detection API tells them."""
    picture = np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert('L'))
    found = []
    for code in zxingcpp.read_barcodes(picture, formats=tuple(FORMATS)):
        corners = [getattr(code.position, name) for name in ('top_left', 'top_right', 'bottom_right', 'bottom_left')]
        left, top = min(corner.x for corner in corners), min(corner.y for corner in corners)
        # As detectors of phones do: without brackets.
        found.append({'rawValue': code.bytes.decode(), 'format': FORMATS[code.format], 'boundingBox': {
            'x': left, 'y': top, 'width': max(corner.x for corner in corners) - left,
            'height': max(corner.y for corner in corners) - top}})
    return found


@pytest.fixture(scope='module')
def shelf(admin, company_id):
    """Make a store and what is sold there: a mug, and a shirt in two sizes."""
    address = admin.call('res.partner', 'create', {'name': 'Scan Street 1', 'city': 'Berlin'})
    store = admin.call('mobile.store', 'create', {
        'name': 'AA Scan Store', 'partner_id': address, 'company_id': company_id, 'tz': 'Europe/Berlin',
        'latitude': 52.41, 'longitude': 13.31})
    mug = admin.call('product.product', 'create', {
        'name': 'Scanned Mug', 'list_price': 14.5, 'barcode': BARCODE, 'taxes_id': [(5, 0, 0)],
        'invoice_policy': 'order'})
    size = admin.call('product.attribute', 'create', {
        'name': 'Scan size', 'value_ids': [(0, 0, {'name': 'Small'}), (0, 0, {'name': 'Large'})]})
    values = admin.read('product.attribute', size, 'value_ids')['value_ids']
    shirt = admin.call('product.template', 'create', {
        'name': 'Scanned Shirt', 'list_price': 20, 'taxes_id': [(5, 0, 0)],
        'attribute_line_ids': [(0, 0, {'attribute_id': size, 'value_ids': [(6, 0, values)]})]})
    yield {'mug': mug, 'store': store}
    admin.call('product.product', 'write', [mug], {'active': False, 'barcode': False})
    admin.call('product.template', 'write', [shirt], {'active': False})
    admin.call('mobile.store', 'write', [store], {'active': False})


@pytest.fixture(scope='module')
def videos(server, app, tmp_path_factory):
    folder = tmp_path_factory.mktemp('videos')
    return {name: phone_video.write(folder / f'{name}.mjpeg', label) for name, label in {
        'ean': phone_video.ean13(BARCODE),
        'qr': phone_video.qr(f'{server.url}/mobile/app/{app["client_id"]}/claim/{COUPON}'),
        'matrix': phone_video.gs1_matrix(f'(01)0{BARCODE}(17)301231(10)LOT7'),
    }.items()}


@pytest.fixture(scope='module')
def cameras(phone_browser, chromium, videos):
    """Return a function that gives the browser whose camera sees a code."""
    started = {}

    def camera(name):
        if name not in started:
            started[name] = phone_browser.browser_type.launch(
                executable_path=chromium,
                args=[part.format(videos[name]) for part in FAKE_CAMERA])
        return started[name]

    yield camera
    for browser in started.values():
        browser.close()


@pytest.fixture
def signed_in(browse, phone):
    def signed_in(**options):
        browser = browse(**options)
        browser.sign_in(phone)
        return browser
    return signed_in


def asked(browser, part):
    """Return the list, filled later, of the requests whose address has this part."""
    found = []
    browser.context.on('request', lambda request: part in request.url and found.append(request.url))
    return found


def type_code(page, text):
    page.get_by_label('Or type the code').fill(text)
    page.get_by_role('button', name='Go', exact=True).click()


@pytest.mark.parametrize('way', ['zxing', 'native'])
@pytest.mark.parametrize(('video', 'goal'), [
    ('ean', '**/products/*'), ('qr', f'**/claim/{COUPON}'), ('matrix', '**/products/*')])
def test_the_camera_reads_real_codes(browse, shelf, cameras, video, goal, way, record_property):
    browser = browse(browser=cameras(video), **CAMERA)
    if way == 'native':
        browser.context.expose_function('readPicture', read_picture)
        browser.context.add_init_script(NATIVE)
    loaded = asked(browser, 'scanner.js')
    page = browser.open('/scan')
    start = time.monotonic()
    page.wait_for_url(goal)
    record_property('seconds from camera to page', round(time.monotonic() - start, 2))
    if video != 'qr':
        expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')
        expect(page.get_by_text('$14.50').first).to_be_visible()
    if video == 'matrix':
        expect(page.get_by_text('LOT7')).to_be_visible()
        expect(page.get_by_text('31 December 2030')).to_be_visible()
    assert bool(loaded) == (way == 'zxing')


def test_a_detector_that_does_not_work_is_done_without(browse, shelf, cameras):
    browser = browse(browser=cameras('ean'), **CAMERA)
    browser.context.add_init_script(BROKEN_NATIVE)
    browser.open('/scan').wait_for_url('**/products/*')


def test_the_camera_is_given_back(browse, shelf, cameras):
    browser = browse(browser=cameras('ean'), **CAMERA)
    browser.context.add_init_script(WATCH + BLIND)
    page = browser.open('/scan')
    page.wait_for_function(f'{LIVE} === 1')
    page.evaluate('Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true});'
                  'document.dispatchEvent(new Event("visibilitychange"))')
    page.wait_for_function(f'{LIVE} === 0')
    page.evaluate('delete document.visibilityState; document.dispatchEvent(new Event("visibilitychange"))')
    page.wait_for_function(f'{LIVE} === 1')
    page.get_by_role('link', name='Search').click()
    page.wait_for_function(f'{LIVE} === 0')


def test_who_comes_back_is_not_sent_on_again(browse, shelf, cameras):
    page = browse(browser=cameras('ean'), **CAMERA).open('/scan')
    page.wait_for_url('**/products/*')
    page.get_by_role('button', name='Back').click()
    expect(page.get_by_text('Scanned already.')).to_be_visible()
    assert page.url.endswith('/scan')


def test_what_stays_in_view_is_put_into_the_basket_once(signed_in, shelf, cameras):
    browser = signed_in(browser=cameras('ean'), **CAMERA)
    sent = []
    browser.context.on('request', lambda request: request.method == 'POST' and '/orders' in request.url
                       and sent.append(request.url))
    page = browser.open('/scan?for=basket')
    page.get_by_role('dialog').get_by_role('button', name='AA Scan Store').click()
    basket = page.get_by_role('region', name='Your basket')
    expect(basket.get_by_role('listitem')).to_contain_text('Scanned Mug')
    # It is read some five times a second.
    expect(page.get_by_text('Scanned already.')).to_be_visible()
    assert len(sent) == 1
    expect(basket.get_by_role('link')).to_contain_text('$14.50')
    type_code(page, BARCODE)
    expect(basket.get_by_role('link')).to_contain_text('$29.00')
    basket.get_by_role('button', name='Undo').click()
    expect(basket.get_by_role('link')).to_contain_text('$14.50')
    type_code(page, 'NOT-SOLD-HERE')
    expect(page.get_by_role('heading', name="We don't know this code")).to_be_visible()
    expect(basket.get_by_role('listitem')).to_have_count(1)


def test_a_camera_that_is_refused_is_not_asked_for_again(browse, shelf, cameras):
    browser = browse(browser=cameras('ean'))
    browser.context.add_init_script(
        'const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); window.asks = 0;'
        'navigator.mediaDevices.getUserMedia = (wishes) => { window.asks++; return ask(wishes); }')
    page = browser.open('/scan')
    page.get_by_role('button', name='Use the camera').click()
    expect(page.get_by_role('heading', name='The camera is switched off')).to_be_visible()
    page = browser.open('/scan')
    expect(page.get_by_role('button', name='Use the camera')).to_be_visible()
    assert page.evaluate('window.asks') == 0
    type_code(page, BARCODE)
    expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')


@pytest.mark.parametrize(('script', 'title'), [
    (NO_CAMERA, 'No camera here'),
    (f'{NO_CAMERA}; Object.defineProperty(window, "isSecureContext", {{value: false}})', 'No camera on this address'),
])
def test_without_a_camera_codes_are_typed(browse, shelf, script, title):
    browser = browse()
    browser.context.add_init_script(script)
    page = browser.open('/scan')
    expect(page.get_by_role('heading', name=title)).to_be_visible()
    type_code(page, f'(01)0{BARCODE}(17)301231')
    expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')


def test_a_busy_camera_can_be_tried_again(browse, shelf, cameras):
    browser = browse(browser=cameras('ean'), **CAMERA)
    browser.context.add_init_script(
        'const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); let isBusy = true;'
        'navigator.mediaDevices.getUserMedia = (wishes) => { if (isBusy) { isBusy = false;'
        'return Promise.reject(new DOMException("in use", "NotReadableError")); } return ask(wishes); }')
    page = browser.open('/scan')
    expect(page.get_by_role('heading', name='The camera is busy')).to_be_visible()
    page.get_by_role('button', name='Try again').click()
    page.wait_for_url('**/products/*')


def test_typed_codes(browse, shelf):
    browser = browse()
    loaded = asked(browser, 'scanner.js')
    page = browser.open('/scan')
    type_code(page, '4006381333932')
    expect(page.get_by_text('One of the digits is not right')).to_be_visible()
    type_code(page, 'https://elsewhere.example/prize')
    dialog = page.get_by_role('dialog', name='This code is a link')
    expect(dialog.get_by_text('elsewhere.example', exact=True)).to_be_visible()
    dialog.get_by_role('button', name='Not now').click()
    expect(dialog).to_have_count(0)
    type_code(page, '../../me')
    expect(page.get_by_role('heading', name="We don't know this code")).to_be_visible()
    type_code(page, 'MC1.abc.def')
    expect(page.get_by_role('heading', name='This code is for the till')).to_be_visible()
    type_code(page, 'NOT-SOLD-HERE')
    expect(page.get_by_role('link', name='Use it as a coupon')).to_have_attribute(
        'href', f'{browser.base}/claim/NOT-SOLD-HERE')
    page.get_by_role('link', name='Search by name').click()
    expect(page.get_by_role('searchbox')).to_be_focused()
    page.go_back()
    type_code(page, COUPON.lower())
    page.wait_for_url(f'**/claim/{COUPON.lower()}')
    # Neither the first page nor typing needs what reads pictures.
    assert loaded == []
    assert browser.hosts == {browser.url.split('/')[2]}


def test_searching_as_one_types_asks_seldom(browse, shelf):
    browser = browse()
    requests = asked(browser, '/products?')
    page = browser.open('/search')
    page.get_by_role('searchbox').press_sequentially('scanned mug', delay=20)
    row = page.get_by_role('link', name='Scanned Mug')
    expect(row).to_contain_text('$14.50')
    assert len(requests) <= 2
    assert all('typing=true' in url for url in requests)
    page.get_by_role('searchbox').press('Enter')
    expect(row).to_be_visible()
    page.wait_for_function('() => document.activeElement.type !== "search"')
    assert 'typing' not in requests[-1]
    row.click()
    page.get_by_role('button', name='Back').click()
    expect(page.get_by_role('searchbox')).to_have_value('scanned mug')
    page = browser.open('/search')
    page.get_by_role('button', name='scanned mug').click()
    expect(row).to_be_visible()
    page.get_by_role('button', name='Clear the search').click()
    page.get_by_role('button', name='Clear', exact=True).click()
    page = browser.open('/search')
    expect(page.get_by_text('Searched lately')).to_have_count(0)


def test_a_late_answer_does_not_replace_a_newer_one(browse, shelf):
    browser = browse()
    page = browser.open('/search')
    held = []
    # Playwright looks at how many parameters it takes, and a built-in function does not tell.
    page.route(re.compile(r'q=scanned\+shirt'), lambda route: held.append(route))  # noqa: PLW0108
    box = page.get_by_role('searchbox')
    with page.expect_request(re.compile(r'q=scanned\+shirt')):
        box.fill('scanned shirt')
    box.fill('scanned mug')
    expect(page.get_by_role('link', name='Scanned Mug')).to_be_visible()
    held[0].continue_()
    page.wait_for_load_state('networkidle')
    expect(page.get_by_role('link', name='Scanned Mug')).to_be_visible()
    expect(page.get_by_role('link', name='Scanned Shirt')).to_have_count(0)


def test_a_product_and_its_variants(browse, shelf):
    browser = browse(locale='ar')
    page = browser.open('/search?q=scanned%20shirt')
    row = page.get_by_role('link', name='Scanned Shirt')
    row.click()
    first = page.url
    other = page.locator('.product-choice .chip[aria-pressed="false"]')
    name = other.inner_text()
    other.click()
    expect(page.locator('.product-choice .chip[aria-pressed="true"]')).to_have_text(name)
    expect(page.locator('.product-choice .chip[aria-pressed="true"]')).to_be_focused()
    assert page.url != first
    page.go_back()
    expect(row).to_be_visible()
    assert page.evaluate('document.documentElement.dir') == 'rtl'
    for path in ('/scan', '/search?q=scanned', f'/products/{shelf["mug"]}'):
        page = browser.open(path)
        expect(page.locator('.wait')).to_have_count(0)
        assert page.evaluate('document.documentElement.scrollWidth') == 360


def test_the_page_that_is_left_does_not_take_the_focus(browse, shelf):
    browser = browse()
    browser.context.add_init_script(
        'const draw = window.requestAnimationFrame.bind(window); window.held = null;'
        'window.requestAnimationFrame = (run) => (window.held ? window.held.push(run) : draw(run))')
    page = browser.open('/search?q=scanned%20shirt')
    waiting = []
    page.route('**/recommendations?*', lambda route: waiting.append(route))  # noqa: PLW0108
    page.get_by_role('link', name='Scanned Shirt').click()
    other = page.locator('.product-choice .chip[aria-pressed="false"]')
    name = other.inner_text()
    # The page is about to be drawn once more when another variant is chosen.
    page.evaluate('window.held = []')
    price = {'amount': '7.00', 'currency': 'USD'}
    waiting[0].fulfill(json={'items': [{
        'product': {'id': 1, 'name': 'Fine Hat', 'price': price}, 'reason': {'code': 'together', 'text': 'Because'}}]})
    page.wait_for_function('() => window.held.length', polling=20)
    other.evaluate('(chip) => chip.click()')
    page.evaluate('() => { const { held } = window; window.held = null; held.forEach((run) => run()); }')
    expect(page.locator('.product-choice .chip[aria-pressed="true"]')).to_have_text(name)
    expect(page.locator('.product-choice .chip[aria-pressed="true"]')).to_be_focused()


def test_what_one_saves_is_told_to_the_last_digit(browse, shelf):
    browser = browse()
    page = browser.open('/scan')
    address = f'/mobile/v1/products/{shelf["mug"]}'

    def dearer(route):
        answer = route.fetch()
        product = {**answer.json(), 'list_price': {'amount': '20.10', 'currency': 'USD'},
                   'stores': [{'store_id': 1, 'name': 'Corner', 'distance': 340.2, 'open_now': True,
                               'availability': 'low', 'quantity': 2}]}
        route.fulfill(response=answer, json=product)

    page.route(f'**{address}', dearer)
    page = browser.open(f'/products/{shelf["mug"]}')
    expect(page.get_by_text(re.compile(r'You save (US)?\$5\.60'))).to_be_visible()
    expect(page.get_by_role('link', name='Corner')).to_contain_text('Only a few left')
    expect(page.get_by_role('link', name='Corner')).to_contain_text('340 m')


def test_a_code_is_known_offline_once_its_product_was_seen(browse, shelf):
    browser = browse()
    page = browser.open(f'/products/{shelf["mug"]}')
    expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')
    # It is sold by the piece, as most is.
    expect(page.get_by_text('Sold by')).to_have_count(0)
    page.get_by_role('link', name='Scan', exact=True).click()
    browser.context.set_offline(True)
    type_code(page, BARCODE)
    expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')


def test_offline_there_is_what_was_seen(signed_in, shelf):
    browser = signed_in()
    page = browser.open('/search?q=scanned%20mug')
    page.get_by_role('link', name='Scanned Mug').click()
    favourite = page.get_by_role('button', name='Favourite')
    with page.expect_response(re.compile('/favourites/')):
        favourite.click()
    expect(favourite).to_have_attribute('aria-pressed', 'true')
    page.get_by_role('button', name='Back').click()
    browser.context.set_offline(True)
    page.get_by_role('link', name='Scanned Mug').click()
    expect(page.get_by_text('This was kept on your phone')).to_be_visible()
    page.get_by_role('link', name='Scan', exact=True).click()
    type_code(page, f']E0{BARCODE}')
    expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')
    page.get_by_role('link', name='Scan', exact=True).click()
    type_code(page, '4006381333931')
    expect(page.get_by_role('heading', name='You are offline')).to_be_visible()
    browser.context.set_offline(False)
    page.get_by_role('button', name='Try again').click()
    expect(page.get_by_role('heading', name="We don't know this code")).to_be_visible()


def test_an_older_browser_reads_links_too(browse, shelf):
    browser = browse()
    browser.context.add_init_script('delete URL.canParse; delete AbortSignal.any;')
    page = browser.open('/scan')
    type_code(page, 'https://elsewhere.example/prize')
    expect(page.get_by_role('dialog', name='This code is a link')).to_be_visible()


def test_a_reader_that_cannot_be_fetched_is_told(browse, shelf, cameras):
    """Also where that is known before the first picture is ready."""
    browser = browse(browser=cameras('ean'), **CAMERA)
    browser.context.route('**/scanner.js', lambda route: route.abort())
    browser.context.add_init_script("""{
        const make = window.createImageBitmap;
        window.createImageBitmap = async (...given) => {
            await new Promise((resolve) => setTimeout(resolve, 1500));
            return make(...given);
        };
    }""")
    page = browser.open('/scan')
    expect(page.get_by_role('button', name='Try again')).to_be_visible(timeout=15_000)


def test_a_price_is_for_who_has_scanned(signed_in, shelf):
    browser = signed_in()
    page = browser.open('/scan')
    type_code(page, BARCODE)
    expect(page.get_by_role('heading', level=1)).to_have_text('Scanned Mug')
    known = '''(id) => odoo.loader.modules.get("@mobile_crm/phone/pages/scan/found")
        .lastScanned([...owl.App.apps][0].env, id)'''
    product = int(page.url.split('/products/')[1].split('?')[0])
    assert page.evaluate(known, product)['id'] == product
    page.evaluate('async () => { await [...owl.App.apps][0].env.session.leave(); }')
    assert page.evaluate(known, product) is None
