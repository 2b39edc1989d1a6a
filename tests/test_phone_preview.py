"""The picture of the app beside the forms: it follows what is typed, and asks the API for nothing."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope='module')
def desk(server, phone_browser):
    """Return a page of the web client, signed in, and a list of what its frames have asked the API for."""
    context = phone_browser.new_context(base_url=server.url, viewport={'width': 1440, 'height': 900}, locale='en-US')
    page = context.new_page()
    page.goto('/web/login')
    page.fill('#login', 'admin')
    page.fill('#password', 'admin')
    page.click('button[type=submit]')
    page.wait_for_url(re.compile('/odoo'))
    asked, faults = [], []
    context.on('request', lambda request: '/mobile/v1' in request.url and asked.append(request.url))
    context.on('console', lambda message: message.type == 'error' and faults.append(message.text))
    yield page
    context.close()
    assert asked == []
    assert faults == []


def test_the_app_follows_its_form(desk, app, query):
    desk.goto(f'/odoo/mobile-apps/{app["id"]}')
    frame = desk.frame_locator('.o_mobile_crm_handset iframe')
    # The first one who asks a worker for the app waits until its files are made.
    expect(frame.locator('h1')).to_have_text('Near me', timeout=30_000)
    desk.locator('.o_field_widget[name=web_start_page] select, .o_field_widget[name=web_start_page] input').click()
    desk.locator('.o_select_menu_item:has-text("For you"), .dropdown-item:has-text("For you")').first.click()
    expect(frame.locator('h1')).to_have_text('For you')
    root = frame.locator(':root')
    expect(root).to_have_attribute('data-theme', 'light')
    desk.get_by_role('button', name='Dark').click()
    expect(root).to_have_attribute('data-theme', 'dark')
    desk.get_by_label('Language').select_option('ar')
    expect(root).to_have_attribute('dir', 'rtl')
    desk.locator('.o_form_button_cancel').click()
    assert query('SELECT count(*) FROM mobile_device WHERE app_id = %s', app['id']) == 0


def test_the_coupon_follows_its_campaign(desk):
    desk.goto('/odoo/mobile-campaigns/new')
    desk.get_by_role('button', name='Coupon in the App').click()
    desk.locator('.o_field_widget[name=message_title] input').fill('A coffee, perhaps?')
    frame = desk.frame_locator('.o_mobile_crm_handset iframe')
    expect(frame.locator('h1')).to_have_text('A coffee, perhaps?', timeout=30_000)
    desk.get_by_role('button', name='Message', exact=True).click()
    expect(desk.locator('.o_mobile_crm_bubble')).to_contain_text('A coffee, perhaps?')
    desk.locator('.o_form_button_cancel').click()
