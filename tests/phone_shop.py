"""A store in which customers of the web app scan, pay and go; with what a till, a colleague and a provider do there."""

import contextlib

from devtools.people import Phone, Till

STORE = 'Corner of the Phones'
MUG, TEA, GIN = '2000451990015', '2000451990022', '2000451990039'
#: Without taxes, so that sums are easy to read.
PRICES = {'mug': 20, 'tea': 4.5, 'gin': 30}


@contextlib.contextmanager
def opened(admin, company_id, app):
    """Open the store, and put it away in the end; a mug, tea, and gin that only adults may buy are on its shelves.

    :param dict app: whose customers come
    :return: ids by name, and a till
    """
    [provider] = admin.call('payment.provider', 'search', [('code', '=', 'demo'), ('company_id', '=', company_id)])
    before = admin.read('payment.provider', provider, 'state', 'is_published', 'allow_tokenization')
    admin.call('payment.provider', 'write', [provider], {
        'state': 'test', 'is_published': True, 'allow_tokenization': True})
    store = admin.save('mobile.store', {
        'name': STORE, 'company_id': company_id, 'tz': 'Europe/Berlin', 'latitude': 52.4, 'longitude': 13.3})
    goods = {name: admin.call('product.product', 'create', {
        'name': f'Phone {name}', 'barcode': barcode, 'list_price': PRICES[name], 'taxes_id': [(5, 0, 0)],
        'invoice_policy': 'order', 'mobile_min_age': 18 if name == 'gin' else 0,
    }) for name, barcode in (('mug', MUG), ('tea', TEA), ('gin', GIN))}
    program = admin.call('loyalty.program', 'create', {
        'name': '15 % by phone', 'program_type': 'coupons', 'company_id': company_id, 'applies_on': 'current',
        'trigger': 'with_code', 'rule_ids': [(5, 0, 0)],
        'reward_ids': [(5, 0, 0), (0, 0, {'discount': 15, 'required_points': 1})]})
    till = admin.call('mobile.app', 'create', {'name': 'Till of the phones', 'kind': 'till', 'company_id': company_id})
    client_id = admin.read('mobile.app', till, 'client_id')['client_id']
    secret = admin.call('mobile.app', 'rotate_secret', [till])
    yield {'store': store, 'program': program, 'app': app, 'secret': secret, 'client_id': client_id, **goods}
    admin.call('mobile.app', 'write', [till], {'active': False})
    admin.call('loyalty.program', 'write', [program], {'active': False})
    admin.call('product.product', 'write', list(goods.values()), {'active': False})
    admin.call('mobile.store', 'write', [store], {'active': False})
    admin.call('payment.provider', 'write', [provider], {
        name: before[name] for name in ('allow_tokenization', 'is_published', 'state')})


class Shopper:
    """A customer of the web app; signed in over HTTP, for a browser to go on.

    :ivar Phone phone: the first install, and the same customer's others by :meth:`another`
    """

    def __init__(self, server, admin, shop, number):
        self.server, self.admin, self.shop, self.number = server, admin, shop, number
        self.phone = self.another()

    def another(self):
        """Return another phone of theirs."""
        phone = Phone(self.server.url, self.shop['app']['client_id'], 'web', 'Test phone')
        phone.register()
        phone.sign_in('sms', self.number, self._read_code)
        return phone

    def _read_code(self, number):
        return self.admin.call('sms.sms', 'search_read', [('number', '=', number)], fields=['body'], limit=1,
                               order='id desc')[0]['body'].split()[0]

    @property
    def partner_id(self):
        [device] = self.admin.find('mobile.device', [('install_id', '=', self.phone.install_id)], 'partner_id')
        return device['partner_id'][0]

    def give_coupon(self):
        """Give them the coupon of 15 %; return its id as the API has it."""
        [card] = self.admin.call('loyalty.card', 'create', [{
            'program_id': self.shop['program'], 'partner_id': self.partner_id, 'points': 1, 'holder_only': True}])
        return self.admin.read('loyalty.card', card, 'mobile_uuid')['mobile_uuid']

    def fill(self, *names):
        """Begin a basket; return its order."""
        self.empty()
        return self.phone.post('/orders', 201, store_id=self.shop['store'], lines=[
            {'product_id': self.shop[name]} for name in names])

    def empty(self):
        """Give up the basket that a test before has left."""
        for order in self.phone.get('/orders', status='basket')['items']:
            path = f'/orders/{order["id"]}'
            if self.phone.get(path)['basket']['state'] != 'open':
                self.phone.send('DELETE', f'{path}/payments/current')
            found = self.phone.send('GET', path)
            self.phone.send('DELETE', path, 204, headers={'If-Match': found.headers['ETag']})

    def basket(self):
        """Return the order of their basket as the server has it."""
        [order] = self.phone.get('/orders', status='basket')['items']
        return self.phone.get(f'/orders/{order["id"]}')

    def quantities(self):
        """Return how many of what are in their basket."""
        return {line['product_id']: line['quantity'] for line in self.basket()['basket']['lines']}

    def payments(self, order):
        """Return how many payments of an order were ever begun."""
        return self.admin.call('mobile.payment', 'search_count', [('order_id.name', '=', order['name'])])


def till(server, shop):
    """Return the till, signed in."""
    return Till(f'{server.url}/mobile/v1', shop['client_id'], shop['secret'])


def pay_on_page(page, state='done'):
    """Fill in the demo provider's form, and press the button."""
    option = page.locator('li[name=o_payment_option]', has_text='Demo').first
    option.locator('input[name=o_payment_radio]').check()
    page.fill('#customer_input', '4242 4242 4242 4242')
    page.select_option('#simulated_payment_state', state)
    page.click('button[name=o_payment_submit_button]')
