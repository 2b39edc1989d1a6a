"""`./dev screenshot`: pictures of the pages that matter, on a desk and on a phone, for reviews and the store page."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Error, sync_playwright

from . import phone_screenshots
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
    && document.getAnimations().every((animation) =>
        animation.playState !== "running" || animation.effect.getComputedTiming().endTime === Infinity)
'''


@dataclass(frozen=True)
class Page:
    """A page to take a picture of.

    :ivar path: of its address; `/odoo/action-MODULE.XMLID` opens an action. Or a function that finds it out, given
        one that calls a model's method as the web client does.
    :ivar str ready: a CSS selector of what is there once the page is drawn
    :ivar tuple clicks: for what has no address of its own: CSS selectors to click, each with one of what is there
        afterwards
    :ivar bool tall: whether the picture shows what one would scroll to
    """

    path: str | Callable
    ready: str = '.o_action_manager .o_view_controller .o_content > *'
    clicks: tuple = ()
    tall: bool = False


def action(name, view=''):
    """Return the page of an action of our addon, in its first view or in the one that is named."""
    return Page(f'/odoo/action-{MAIN}.{name}' + (f'?view_type={view}' if view else ''))


def first_record(name):
    """Return the page of the first record that an action of our addon lists."""
    # A phone gets cards where a desk gets a list.
    record = '.o_data_row .o_data_cell, .o_kanban_record:not(.o_kanban_ghost)'
    return Page(f'/odoo/action-{MAIN}.{name}?view_type=list', record, ((record, '.o_form_view .o_form_sheet'),))


def newest(name, model, domain, *clicks, tall=False, module=MAIN, ready='.o_form_view .o_form_sheet'):
    """Return the page of the newest of some records, opened by an action."""
    def path(call):
        return f'/odoo/action-{module}.{name}/{call(model, "search", domain, order="id desc", limit=1)[0]}'
    return Page(path, ready, clicks, tall)


def order(status):
    """Return the page of the newest quotation whose customer was asked and has this to say."""
    def path(call):
        question, = call('mobile.approval', 'search_read', [('state', '=', status)], ['order_id'], limit=1)
        return f'/odoo/action-sale.action_orders/{question["order_id"][0]}'
    return Page(path, '.o_form_view .o_form_sheet')


def link_of_opt_in(call):
    """Return the newest link by which a customer is asked to confirm their consent to emails."""
    opt_in, = call('mobile.opt.in', 'search_read', [('confirmed_at', '=', False)], ['email'], limit=1)
    mail, = call('mail.mail', 'search_read', [('email_to', '=', opt_in['email'])], ['body_html'], limit=1)
    return '/' + re.search(r'href="https?://[^/]+/([^"]+)"', mail['body_html']).group(1)


DIALOG = '.modal .o_form_view'
#: Who has decided by phone, has a phone, and has held a coupon.
CUSTOMER = [('mobile_verified_phone', '!=', False), ('mobile_consent_ids', '!=', False)]
#: One that a colleague still writes.
QUOTATION = [('state', '=', 'draft'), ('partner_id', '!=', False)]
#: What a map shows once it has asked for the stores there, and for the fence.
MARK = '.o_mobile_map .leaflet-marker-icon:is(.o_mobile_map_pin, .o_mobile_map_cluster)'
FENCE = '.o_mobile_map path.o_mobile_map_own'


#: Every page, by the name of its picture.
PAGES = {
    'login': Page('/web/login', 'form.oe_login_form'),
    'campaigns': action('mobile_campaign_action'),
    'campaign': first_record('mobile_campaign_action'),
    'campaign-message': newest('mobile_campaign_action', 'mobile.campaign', [('trigger', '=', 'enter')], tall=True),
    'campaign-variants': newest('mobile_campaign_action', 'mobile.campaign', [('variant_ids', '!=', False)], tall=True),
    'campaign-list': action('mobile_campaign_action', 'list'),
    'campaign-templates': Page(f'/odoo/action-{MAIN}.mobile_campaign_action', '.o_kanban_record', (
        ('.o-kanban-button-new', '.modal .o_kanban_record'),)),
    'campaign-new': Page(f'/odoo/action-{MAIN}.mobile_campaign_action', '.o_kanban_record', (
        ('.o-kanban-button-new', '.modal .o_kanban_record'), ('.modal .o_kanban_record', DIALOG))),
    'campaign-start': newest(
        'mobile_campaign_action', 'mobile.campaign', [('trigger', '=', 'broadcast')],
        ('button[name=action_review]:visible', DIALOG)),
    'campaign-run': newest('mobile_campaign_action', 'mobile.campaign', [('run_ids', '!=', False)]),
    'runs': action('mobile_campaign_run_action'),
    'run': first_record('mobile_campaign_run_action'),
    'campaign-template-list': action('mobile_campaign_template_action'),
    'campaign-template': newest('mobile_campaign_template_action', 'mobile.campaign.template', []),
    'campaign-limits': newest(
        'mobile_campaign_action', 'mobile.campaign', [('trigger', '=', 'enter')],
        ('.o_notebook a[name=limits]', 'div[name=channel_ids]'), tall=True),
    'audience': newest(
        'mobile_campaign_action', 'mobile.campaign', [('audience_domain', '!=', '[]')],
        ('.o_notebook a[name=audience]', '.o_mobile_crm_audience .o_tree_editor'), tall=True),
    'audience-blocks': newest(
        'mobile_campaign_action', 'mobile.campaign', [('audience_domain', '!=', '[]')],
        ('.o_notebook a[name=audience]', '.o_mobile_crm_audience .o_tree_editor'),
        ('.o_mobile_crm_audience .o_model_field_selector', '.o_model_field_selector_popover_page')),
    'customers': action('mobile_customer_action'),
    'recommendations': action('mobile_recommendation_item_action'),
    'affinities': action('mobile_affinity_action'),
    'popular': action('mobile_popularity_action'),
    'suggest': Page(
        lambda call: f'/odoo/action-sale.action_orders/{call("sale.order", "search", QUOTATION, limit=1)[0]}',
        '.o_form_view .o_form_sheet', (('button[name=action_mobile_suggest]:visible', DIALOG),)),
    'phones': action('mobile_device_action'),
    'events': action('mobile_event_action'),
    'messages': action('mobile_message_action'),
    'message': newest('mobile_message_action', 'mobile.message', [('delivery_ids', '!=', False)], tall=True),
    'outbox': action('mobile_outbox_action'),
    'outbox-graph': action('mobile_outbox_action', 'graph'),
    'outbox-message': first_record('mobile_outbox_action'),
    'senders': action('mobile_sender_action'),
    'sender': first_record('mobile_sender_action'),
    'enquiries': action('mobile_enquiry_action'),
    'enquiry': newest('mobile_enquiry_action', 'mobile.enquiry', [('status', '=', 'answered')]),
    'enquiry-lead': newest(
        'crm_lead_action_pipeline', 'crm.lead', [('mobile_enquiry_ids.status', '=', 'open')],
        ('.o_notebook a[name=mobile]', 'div[name=mobile_store_id]'),
        ('.o-mail-Chatter-sendMessage', '.o_mobile_crm_answer_hint'), tall=True, module='crm'),
    'coupons': action('mobile_coupon_action'),
    'redemptions': action('mobile_redemption_action'),
    'visits': action('mobile_visit_action'),
    'visit': first_record('mobile_visit_action'),
    'in-store': action('mobile_visit_now_action'),
    'in-store-list': action('mobile_visit_now_action', 'list'),
    'footfall': action('mobile_visit_report_action', 'mobile_heatmap'),
    'footfall-graph': action('mobile_visit_report_action', 'graph'),
    'footfall-pivot': action('mobile_visit_report_action', 'pivot'),
    'my-preferences': Page('/odoo/my-preferences/2', '.o_form_view .o_form_sheet'),
    'stores': action('mobile_store_action'),
    'store': first_record('mobile_store_action'),
    'stores-map': Page(f'/odoo/action-{MAIN}.mobile_store_map_action', MARK),
    'store-map': newest('mobile_store_action', 'mobile.store', [('geofence_ids', '!=', False)], tall=True, ready=MARK),
    'fences': action('mobile_geofence_action'),
    'fence': newest('mobile_geofence_action', 'mobile.geofence', [('type', '=', 'circle')]),
    'fence-polygon': newest('mobile_geofence_action', 'mobile.geofence', [('type', '=', 'polygon')]),
    'fence-map': newest('mobile_geofence_action', 'mobile.geofence', [], tall=True, ready=FENCE),
    'campaign-results': newest(
        'mobile_campaign_action', 'mobile.campaign', [('name', 'like', 'Autumn')],
        ('.o_notebook a[name=results]', '.o_mobile_crm_lift'), tall=True),
    'results': action('mobile_campaign_report_action'),
    'results-graph': action('mobile_campaign_report_action', 'graph'),
    'results-list': action('mobile_campaign_report_action', 'list'),
    'decisions': action('mobile_decision_report_action'),
    'apps': action('mobile_app_action'),
    'app': first_record('mobile_app_action'),
    'till': newest('mobile_app_action', 'mobile.app', [('kind', '=', 'till')]),
    'till-secret': newest(
        'mobile_app_action', 'mobile.app', [('kind', '=', 'till')],
        ('button[name=action_rotate_secret]', '.modal-footer .btn-primary'), ('.modal-footer .btn-primary', DIALOG)),
    'contact': newest('action_partner_form', 'res.partner', CUSTOMER, (
        '.o_notebook a[name=mobile]', '.o_field_widget[name=mobile_current_consent_ids]'), tall=True, module='base'),
    'contact-record-consent': newest(
        'action_partner_form', 'res.partner', CUSTOMER,
        ('.o_notebook a[name=mobile]', '.o_field_widget[name=mobile_current_consent_ids]'),
        ('button:has-text("Record Consent")', DIALOG), module='base'),
    'consents': action('mobile_consent_action'),
    'consent': first_record('mobile_consent_action'),
    'wordings': action('mobile_consent_wording_action'),
    'wording': first_record('mobile_consent_wording_action'),
    'preferences': action('mobile_preference_action'),
    'preference': first_record('mobile_preference_action'),
    'favourites': action('mobile_favourite_action'),
    'lists': action('mobile_list_action'),
    'list': newest('mobile_list_action', 'mobile.list', [('line_ids.done', '=', True)], tall=True),
    'contact-lists': newest(
        'action_partner_form', 'res.partner', [('mobile_list_ids', '!=', False)], (
            '.o_notebook a[name=mobile_wishes]', '.o_field_widget[name=mobile_list_ids]'), tall=True, module='base'),
    'approvals': action('mobile_approval_action'),
    'approval': first_record('mobile_approval_action'),
    'order-waiting': order('pending'),
    'order-refused': order('denied'),
    'baskets': action('mobile_basket_action'),
    'basket': newest('mobile_basket_action', 'mobile.basket', []),
    'basket-checks': action('mobile_basket_check_action'),
    'scan-and-go': Page(f'/odoo/action-{MAIN}.mobile_exit_screen_action', '.o_action_manager .o_action'),
    'exit-passes': action('mobile_exit_pass_action'),
    'exit-pass': newest('mobile_exit_pass_action', 'mobile.exit.pass', []),
    'exits': action('mobile_exit_action'),
    'payments': action('mobile_payment_action'),
    'payment': newest('mobile_payment_action', 'mobile.payment', []),
    'payments-to-check': action('mobile_reconciliation_action'),
    'attributions': action('mobile_attribution_action'),
    'duplicates': action('mobile_duplicate_action'),
    'erasures': action('mobile_erasure_action'),
    'erasure': first_record('mobile_erasure_action'),
    'erasure-contact': newest(
        'action_partner_form', 'res.partner', [('name', '=', 'Theo Winterberg')], module='base'),
    'looks': action('mobile_look_action'),
    'look': first_record('mobile_look_action'),
    'settings': Page(f'/odoo/action-{MAIN}.res_config_settings_action', '.app_settings_block[data-key=mobile_crm]',
                     tall=True),
    'privacy-lookup': Page('/odoo/action-privacy_lookup.action_privacy_lookup_wizard', '.o_form_view'),
    'opt-ins': action('mobile_opt_in_action'),
    'opt-in-page': Page(link_of_opt_in, 'button[type=submit]'),
    'api': Page('/mobile/v1/docs', 'h1'),
}


def check(names):
    """Raise when a name is not one of PAGES."""
    known = [*PAGES, *phone_screenshots.NAMES]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Problem(f'there is no page {unknown[0]}', f'choose among {", ".join(known)}')


def run(url, database, chromium, names):
    """Take the pictures.

    :param str url: of the running demo
    :param str database: its name
    :param chromium: path of the browser
    :param list names: of PAGES, or of the web app's; all of them when empty
    :raise Problem: naming the page that does not come up
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium))
        phone_screenshots.run(url, database, browser, FOLDER, names)
        for size, viewport in SIZES.items() if not names or set(names) & set(PAGES) else ():
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


def draw(page, wanted, size):
    """Open a page and wait until it is drawn."""
    def call(model, method, *args, **kwargs):
        answer = page.context.request.post(f'/web/dataset/call_kw/{model}/{method}', data=json.dumps({'params': {
            'model': model, 'method': method, 'args': args, 'kwargs': kwargs}}),
            headers={'Content-Type': 'application/json'})
        return answer.json()['result']

    viewport = SIZES[size]
    page.set_viewport_size({**viewport, 'height': 2200} if wanted.tall else viewport)
    page.goto(wanted.path if isinstance(wanted.path, str) else wanted.path(call))
    page.wait_for_selector(wanted.ready)
    for button, then in wanted.clicks:
        page.click(button)
        page.wait_for_selector(then)
    page.wait_for_function(DRAWN)


def shoot(page, name, size, names):
    """Take the picture of one page, unless it is not among the wanted names."""
    if names and name not in names:
        return
    target = FOLDER / f'{name}-{size}.png'
    try:
        draw(page, PAGES[name], size)
    except Error as error:
        page.screenshot(path=target)
        raise Problem(f'the page {name} ({page.url}) did not come up on a {size} '
                      f'({str(error).splitlines()[0][:200]})', f'what was there instead is in {target}') from error
    page.screenshot(path=target)
    say(str(target.relative_to(REPO)))
