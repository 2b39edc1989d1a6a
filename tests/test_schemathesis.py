"""Requests that schemathesis makes up from the API's description: no crash, and no answer that is not described."""

import os
import re
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime

import psycopg2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from devtools.paths import REPO
from devtools.people import Phone, Staff
from tests import points

SCHEMA = schemathesis.openapi.from_path(REPO / 'mobile_crm' / 'static' / 'openapi.json')
# A body that is wrong may be refused for its size before it is read.
SCHEMA.config.checks.negative_data_rejection.expected_statuses.append('413')
#: Beside the edge cases that schemathesis derives from the schema, for each operation.
EXAMPLES = 300 if os.environ.get('MOBILE_CRM_FULL') == '1' else 5
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection, unsupported_method, allow_header_conformance,
]
#: They sign the phone out, so each of their requests comes from a phone of its own.
FAREWELLS = {'logout', 'delete_device', 'sign_out_device'}
#: Seconds after which a phone exchanges its tokens, well before they expire.
TOKEN_AGE = 600
#: What a walk through the API leaves out: it would go on as a stranger.
WALK = SCHEMA.exclude(operation_id=[*FAREWELLS, 'register_device', 'refresh', 'verify_otp'])


@pytest.fixture(scope='module')
def sign_in(server):
    """Return a function that signs a new customer in on a new install."""
    def query(statement, *parameters):
        with closing(psycopg2.connect(server.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()[0]

    def read_code(address):
        return re.search(r'>(\d{6})<', query('SELECT body_html FROM mail_mail WHERE email_to = %s', address))[1]

    client_id = query("SELECT client_id FROM mobile_app WHERE active AND kind = 'phone' ORDER BY id LIMIT 1")

    def sign_in():
        phone = Phone(server.url, client_id, 'android', 'Schemathesis')
        phone.register()
        phone.sign_in('email', f'{uuid.uuid4().hex}@mobile-crm.example', read_code)
        return phone

    return sign_in


@pytest.fixture(scope='module')
def customer(sign_in):
    """Return a phone whose customer has been at many stores, and so has offers and messages."""
    phone = sign_in()
    phone.send('PUT', '/me/consents', json={'location': True})
    fences = phone.get('/geofences', lat=52.52, lon=13.405)['items']
    phone.report(*({'id': str(uuid.uuid4()), 'type': 'enter', 'geofence_id': fence['id'],
                    'occurred_at': datetime.now(UTC).isoformat()} for fence in fences))
    return phone


@pytest.fixture(scope='module')
def question(server, customer):
    """Ask the customer about their points, as a salesperson does who takes them."""
    admin = Staff(server.url, server.db, 'admin', 'admin')
    shop = points.make_program(admin)
    [device] = admin.find('mobile.device', [('install_id', '=', customer.install_id)], 'partner_id')
    points.make_card(admin, shop, device['partner_id'][0])
    points.take_points(admin, shop, device['partner_id'][0])
    yield customer.get('/me/approvals')['items'][0]['id']
    admin.call('loyalty.program', 'write', [shop['program']], {'active': False})


@pytest.fixture(scope='module')
def redemption(customer, till):
    """Let the till hold one of the customer's coupons; return the hold's id."""
    code = customer.get('/offers', status='available')['items'][-1]['code']
    answer = till.post('/till/redemptions', 201, code=code, order_ref='Schemathesis', store_id=customer.get(
        '/stores')['items'][0]['id'])
    return answer['id']


@pytest.fixture(scope='module')
def known(customer, question, redemption):
    """Return an id for each parameter of a path; those that schemathesis makes up name nothing."""
    shopping_list = customer.post(
        '/lists', 201, id=str(uuid.uuid4()), name='Schemathesis', lines=[{'id': str(uuid.uuid4()), 'text': 'Bread'}])
    return {
        'redemption_id': redemption,
        'approval_id': question,
        'store_id': customer.get('/stores')['items'][0]['id'],
        'offer_id': customer.get('/offers')['items'][0]['id'],
        'message_id': customer.get('/messages')['items'][0]['id'],
        'enquiry_id': customer.post('/enquiries', 201, subject='Schemathesis', message='Hello')['id'],
        'list_id': shopping_list['id'],
        'line_id': shopping_list['lines'][0]['id'],
    }


@pytest.fixture(scope='module')
def till(server):
    """Return a till that has signed in."""
    admin = Staff(server.url, server.db, 'admin', 'admin')
    app = admin.save('mobile.app', {'name': 'Schemathesis', 'kind': 'till'})
    till = Phone(server.url, admin.read('mobile.app', app, 'client_id')['client_id'], 'web', 'Till')
    secret = admin.call('mobile.app', 'rotate_secret', [app])

    def renew():
        answer = till.post('/auth/token', client_id=till.http.headers['X-App-Id'], client_secret=secret)
        till.http.headers['Authorization'] = f'Bearer {answer["access_token"]}'

    till.renew = renew
    return renewed(till)


@pytest.fixture(scope='module')
def anonymous(server, customer):
    """Return a phone on which nobody has signed in."""
    phone = Phone(server.url, customer.http.headers['X-App-Id'], 'ios', 'Schemathesis')
    phone.register()
    return phone


def renewed(phone):
    """Return the phone after it has exchanged its tokens, if they are about to expire."""
    now = time.monotonic()
    if now - getattr(phone, 'renewed_at', 0) > TOKEN_AGE:
        phone.renew()
        phone.renewed_at = now
    return phone


def check(case, phone, headers=('Authorization', 'X-App-Id')):
    """Send a request as a phone does, and hold the answer against the description."""
    phone = renewed(phone)
    response = case.call(base_url=phone.base_url, headers={name: phone.http.headers[name] for name in headers})
    case.validate_response(response, checks=CHECKS)


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_to_who_is_served(case, customer, till, sign_in, known):
    described = case.operation.definition.raw
    if {'tillToken': []} in described['security']:
        phone = till
    else:
        phone = sign_in() if described['operationId'] in FAREWELLS else customer
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        names = {**known, 'device_id': phone.device_id}
        case.path_parameters = {name: names.get(name, value) for name, value in case.path_parameters.items()}
    check(case, phone)


@SCHEMA.exclude(operation_id=list(FAREWELLS)).parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_to_an_anonymous_phone(case, anonymous):
    check(case, anonymous)


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_to_nobody(case, anonymous):
    check(case, anonymous, headers=())


def test_on_a_walk(customer):
    """Follow the names that answers give into further requests."""

    class Walk(WALK.as_state_machine()):

        def get_call_kwargs(self, case):
            renewed(customer)
            return {'base_url': customer.base_url,
                    'headers': {name: customer.http.headers[name] for name in ('Authorization', 'X-App-Id')}}

        def validate_response(self, response, case, **kwargs):
            case.validate_response(response, checks=CHECKS)

    Walk.run(settings=settings(
        max_examples=EXAMPLES, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)))
