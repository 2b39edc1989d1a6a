"""Every page of the web app, and a customer to whom each of them has something to show: for pictures and for checks."""

from dataclasses import dataclass

from . import journey, journey_basket, journey_delivery, journey_pull
from .people import Phone

#: By name: the path below the app's address. What stands in braces is of :class:`Customer`.
PAGES = {
    'near': '/near',
    'store': '/stores/{store_id}',
    'offers': '/offers',
    'offer': '/offers/{offer_id}',
    'claim': '/claim',
    'scan': '/scan',
    'search': '/search?q=mug',
    'product': '/products/{product_id}',
    'basket': '/basket',
    'pay': '/basket/pay',
    'exit': '/exit/{order_id}',
    'for-you': '/for-you',
    'lists': '/lists',
    'list': '/lists/{list_id}',
    'favourites': '/favourites',
    'purchases': '/purchases',
    'purchase': '/purchases/{order_id}',
    'messages': '/messages',
    'conversation': '/conversations/{enquiry_id}',
    'ask': '/ask?store={store_id}',
    'me': '/me',
    'card': '/me/card',
    'points': '/me/points',
    'preferences': '/me/preferences',
    'consents': '/me/consents',
    'decisions': '/me/decisions',
    'devices': '/me/devices',
    'data': '/me/data',
    'settings': '/me/settings',
}
#: What somebody sees who has not signed in.
PUBLIC = {'welcome': '/near', 'sign-in': '/offers'}
#: What the customer has done before: comes by, gets an offer, shops, asks.
STEPS = (
    journey.sign_in, journey.sign_in_by_mail, journey.find_stores, journey.watch_fences, journey.consent,
    journey.enter_fence, journey.decide, journey_pull.look_up, journey_pull.keep_list, journey_basket.fill,
    journey_basket.pay, journey_delivery.ask,
)


@dataclass
class Customer:
    """Who looks at the pages.

    :ivar Phone phone: signed in
    :ivar dict ids: what the pages' paths name
    """

    phone: Phone
    ids: dict

    def path(self, name):
        """Return the path of a page."""
        return {**PAGES, **PUBLIC}[name].format(**self.ids)


def customer(url, database):
    """Let a new customer live through the beginning of the journey, and return them.

    :param str url: of a running server with demo data
    """
    story = journey.Journey(url, database, lambda text: None)
    story.phone.platform = 'web'
    for step in STEPS:
        step(story)
    phone = story.phone
    kettle = phone.get('/products', q='kettle')['items'][0]
    phone.post('/orders', 201, store_id=story.store['id'], lines=[
        {'barcode': journey_basket.MUG, 'quantity': 2}, {'product_id': kettle['id']}])
    return Customer(phone, {
        'store_id': story.store['id'],
        'offer_id': story.offer['id'],
        'product_id': story.mug['id'],
        'order_id': story.basket.json()['id'],
        'list_id': story.list_id,
        'enquiry_id': phone.get('/enquiries')['items'][0]['id'],
    })
