"""Pictures of the web app: every page in two sizes, light, dark and in Arabic."""

from playwright.sync_api import Error

from .console import Problem, say
from .journey import CLIENT_ID, DOOR
from .phone_browser import SIZES, PhoneBrowser
from .phone_pages import PAGES, PUBLIC, customer

PREFIX = 'phone-'
NAMES = [f'{PREFIX}{name}' for name in (*PUBLIC, *PAGES)]
#: By the end of a picture's name: the colour scheme and the language of the browser.
MODES = {'light': ('light', 'en-GB'), 'dark': ('dark', 'en-GB'), 'arabic': ('light', 'ar')}
#: Ends once nothing is still to come. (Playwright's own way of waiting needs `eval`, which the page forbids.)
DRAWN = '''
    async () => {
        const isDrawn = () => document.fonts.status === "loaded" && !document.querySelector(".wait, .shell")
            && [...document.images].every((image) => image.complete)
            && document.getAnimations().every((animation) =>
                animation.playState !== "running" || animation.effect.getComputedTiming().endTime === Infinity);
        for (const end = Date.now() + 20000; !isDrawn() && Date.now() < end; ) {
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
'''


def run(url, database, chromium, folder, names):
    """Take the pictures.

    :param str url: of the running demo
    :param chromium: a running browser
    :param Path folder: where they go
    :param list names: of NAMES; all of them when empty
    """
    wanted = [name.removeprefix(PREFIX) for name in NAMES if not names or name in names]
    if not wanted:
        return
    shopper = customer(url, database)
    for mode, (scheme, locale) in MODES.items():
        for size in SIZES:
            stranger, phone = (PhoneBrowser(
                chromium, url, CLIENT_ID, size, color_scheme=scheme, locale=locale, permissions=['geolocation'],
                geolocation={'latitude': DOOR[0], 'longitude': DOOR[1]}) for _person in range(2))
            phone.sign_in(shopper.phone)
            for name in wanted:
                target = folder / f'{PREFIX}{name}-{SIZES[size]["width"]}-{mode}.png'
                _shoot(stranger if name in PUBLIC else phone, shopper.path(name), target)
            stranger.context.close()
            phone.context.close()


def _shoot(phone, path, target):
    try:
        phone.open(path)
        # What is asked for after the page is there, such as what else they may like, and its pictures.
        phone.page.wait_for_load_state('networkidle')
        phone.page.evaluate(DRAWN)
    except Error as error:
        phone.page.screenshot(path=target)
        raise Problem(f'{path} did not come up ({str(error).splitlines()[0][:200]})',
                      f'what was there instead is in {target}') from error
    phone.page.screenshot(path=target)
    say(target.name)
