"""The web app is one that a browser installs, with an icon of its own, and asks nobody else for it."""


def test_it_can_be_installed(browse):
    phone = browse()
    missing = []
    phone.page.on('response', lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page = phone.open()
    session = phone.context.new_cdp_session(page)
    # A browser that keeps nothing installs nothing; Playwright's windows are of that kind.
    errors = {error['errorId'] for error in session.send('Page.getInstallabilityErrors')['installabilityErrors']}
    assert not errors - {'in-incognito'}
    manifest = session.send('Page.getAppManifest')
    assert not manifest['errors']
    assert manifest['url'].endswith(f'{phone.base}/app.webmanifest')
    assert missing == []


def test_its_icons_are_there(browse, server):
    page = browse().open()
    for link in page.locator('link[rel*="icon"]').all():
        answer = page.request.get(f'{server.url}{link.get_attribute("href")}')
        assert answer.headers['content-type'] == 'image/png'
