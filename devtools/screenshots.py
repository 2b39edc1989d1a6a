"""`./dev screenshot`: pictures of the pages that matter, on a desk and on a phone, for reviews and the store page."""

from dataclasses import dataclass

from playwright.sync_api import Error, sync_playwright

from .addons import MAIN
from .console import Problem, say
from .paths import REPO

FOLDER = REPO / 'build' / 'screenshots'
SIZES = {'desktop': {'width': 1440, 'height': 900}, 'phone': {'width': 390, 'height': 844}}
#: Milliseconds for a page to be drawn; the first one waits for its assets to be compiled.
TIMEOUT = 60_000


#: True once nothing on the page is still to come (a websocket and polls go on for ever, so the network is never idle).
DRAWN = '''
    document.fonts.status === "loaded"
    && [...document.images].every((image) => image.complete)
    && !document.querySelector(".o_blockUI, .o_loading_indicator, .fa-spin")
'''


@dataclass(frozen=True)
class Page:
    """A page to take a picture of.

    :ivar str path: of its address; `/odoo/action-MODULE.XMLID` opens an action
    :ivar str ready: a CSS selector of what is there once the page is drawn
    :ivar str click: a CSS selector to click before the picture, for what has no address of its own
    :ivar str then: a CSS selector of what is there after the click
    """

    path: str
    ready: str = '.o_action_manager .o_view_controller'
    click: str = ''
    then: str = ''



def action(name, view=''):
    """Return the page of an action of our addon, in its first view or in the one that is named."""
    return Page(f'/odoo/action-{MAIN}.{name}' + (f'?view_type={view}' if view else ''))


def first_record(name):
    """Return the page of the first record that an action of our addon lists."""
    # A phone gets cards where a desk gets a list.
    record = '.o_data_row .o_data_cell, .o_kanban_record:not(.o_kanban_ghost)'
    return Page(f'/odoo/action-{MAIN}.{name}?view_type=list', record, record, '.o_form_view .o_form_sheet')


#: Every page, by the name of its picture.
PAGES = {
    'login': Page('/web/login', 'form.oe_login_form'),
    'campaigns': action('mobile_campaign_action'),
    'campaign': first_record('mobile_campaign_action'),
    'phones': action('mobile_device_action'),
    'events': action('mobile_event_action'),
    'messages': action('mobile_message_action'),
    'coupons': action('mobile_coupon_action'),
    'redemptions': action('mobile_redemption_action'),
    'stores': action('mobile_store_action'),
    'store': first_record('mobile_store_action'),
    'fences': action('mobile_geofence_action'),
    'decisions': action('mobile_decision_report_action'),
    'apps': action('mobile_app_action'),
    'app': first_record('mobile_app_action'),
}


def check(names):
    """Raise when a name is not one of PAGES."""
    unknown = [name for name in names if name not in PAGES]
    if unknown:
        raise Problem(f'there is no page {unknown[0]}', f'choose among {", ".join(PAGES)}')


def run(url, chromium, names):
    """Take the pictures.

    :param str url: of the running demo
    :param chromium: path of the browser
    :param list names: of PAGES; all of them when empty
    :raise Problem: naming the page that does not come up
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium))
        for size, viewport in SIZES.items():
            context = browser.new_context(base_url=url, viewport=viewport, device_scale_factor=1,
                                          has_touch=size == 'phone', is_mobile=size == 'phone')
            page = context.new_page()
            page.set_default_timeout(TIMEOUT)
            shoot(page, 'login', size, names)
            page.goto('/web/login')
            page.fill('input[name=login]', 'admin')
            page.fill('input[name=password]', 'admin')
            page.click('form.oe_login_form button[type=submit]')
            page.wait_for_selector('.o_main_navbar')
            for name in PAGES:
                if name != 'login':
                    shoot(page, name, size, names)
            context.close()
        browser.close()


def shoot(page, name, size, names):
    """Take the picture of one page, unless it is not among the wanted names."""
    if names and name not in names:
        return
    target = FOLDER / f'{name}-{size}.png'
    try:
        page.goto(PAGES[name].path)
        page.wait_for_selector(PAGES[name].ready)
        if PAGES[name].click:
            page.click(PAGES[name].click)
            page.wait_for_selector(PAGES[name].then)
        page.wait_for_function(DRAWN)
    except Error as error:
        page.screenshot(path=target)
        raise Problem(f'the page {name} ({PAGES[name].path}) did not come up on a {size} '
                      f'({str(error).splitlines()[0][:200]})', f'what was there instead is in {target}') from error
    page.screenshot(path=target)
    say(str(target.relative_to(REPO)))
