"""What the whole-system tests work with: a running server, its database, and Odoo's command line on scratch databases.

`./dev test` starts the server and says in environment variables where it is.
"""

import os
import random
from dataclasses import dataclass

import psycopg2
import pytest
from playwright.sync_api import expect

from devtools import odoo, postgres
from devtools import server as odoo_server
from devtools.database import PREFIX, Databases
from devtools.journey import FICTION
from devtools.people import Phone, Staff
from devtools.phone_browser import PhoneBrowser, launch
from devtools.ports import free_port


@dataclass(frozen=True)
class Server:
    """The server under test: several workers, demo data.

    :ivar str url: without a trailing slash
    :ivar str db: the database's name
    :ivar str dsn: a libpq connection string of that database
    :ivar str log: path of the server's log
    :ivar str config: path of the server's configuration file
    """

    url: str
    db: str
    dsn: str
    log: str
    config: str


@pytest.fixture(scope='session')
def server():
    """Return the running server."""
    names = ['MOBILE_CRM_URL', 'MOBILE_CRM_DB', 'MOBILE_CRM_DSN', 'MOBILE_CRM_LOG', 'MOBILE_CRM_CONFIG']
    if not all(os.environ.get(name) for name in names):
        pytest.fail('these tests need a server: run them by ./dev test tests/', pytrace=False)
    server = Server(*(os.environ[name] for name in names))
    # All tests call from one address, and register more phones and ask for more codes than one address may in an hour.
    for policy in ('register_ip', 'otp_ip'):
        set_limit(server, policy, '1000000/3600')
    return server


def set_limit(server, policy, value):
    """Give a limit (see mobile.limit) another quota and window, such as '10/60'; False gives it back its own."""
    Staff(server.url, server.db, 'admin', 'admin').call(
        'ir.config_parameter', 'set_param', f'mobile_crm.limit.{policy}', value)


@pytest.fixture
def limit(server):
    """Return a function that changes a limit until the end of the test."""
    def change(policy, value):
        changed.append(policy)
        set_limit(server, policy, value)

    changed = []
    yield change
    for policy in changed:
        set_limit(server, policy, False)


@pytest.fixture
def db(server):
    """Return a function that opens connections to the server's database; all are closed after the test."""
    connections = []

    def connect(autocommit=True):
        connection = psycopg2.connect(server.dsn)
        connection.autocommit = autocommit
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def query(db):
    """Return a function that reads one value from the server's database."""
    connection = db()

    def read(statement, *parameters):
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()[0]

    return read


@pytest.fixture(scope='session')
def admin(server):
    """Return the administrator, signed in."""
    return Staff(server.url, server.db, 'admin', 'admin')


@pytest.fixture(scope='session')
def company_id(admin):
    """Return the administrator's company."""
    return admin.read('res.users', 2, 'company_id')['company_id'][0]


@pytest.fixture(scope='module')
def app(request, admin, company_id):
    """Return an app (id and client_id) of the administrator's company, which only this file's tests use."""
    app = admin.call('mobile.app', 'create', {'name': request.module.__name__, 'company_id': company_id})
    yield admin.read('mobile.app', app, 'client_id')
    admin.call('mobile.app', 'write', [app], {'active': False})


@pytest.fixture
def register(server, app):
    """Return a function that registers a new install of that app, signed out as yet."""
    def register(platform='android'):
        install = Phone(server.url, app['client_id'], platform, 'Test phone')
        install.register()
        return install

    return register


@pytest.fixture(scope='session')
def numbers():
    """Yield phone numbers that are nobody's, each once in a run."""
    return iter(random.sample(FICTION[1], len(FICTION[1])))


@pytest.fixture
def phone(register, numbers, read_code):
    """Sign in a customer."""
    install = register('ios')
    install.sign_in('sms', next(numbers), read_code)
    return install


@pytest.fixture
def read_code(query):
    """Return a function that reads the newest one-time code which was sent to a number."""
    return lambda number: query(
        'SELECT body FROM sms_sms WHERE number = %s ORDER BY id DESC LIMIT 1', number).split()[0]


@pytest.fixture
def customer(register, numbers, read_code):
    """Return a function that signs a customer in on a new install, who agrees to be located.

    The same number is the same customer; without one it is somebody new.
    """
    def sign_in(number=None):
        install = register()
        install.sign_in('sms', number or next(numbers), read_code)
        install.decide(location=True)
        return install

    return sign_in


@pytest.fixture(scope='session')
def full():
    """Return whether the big counts are wanted (`./dev test --full`)."""
    return os.environ.get('MOBILE_CRM_FULL') == '1'


@pytest.fixture(scope='session')
def chromium():
    """Return the path of a browser, for Playwright's `executable_path`."""
    return os.environ['MOBILE_CRM_CHROMIUM']


class OdooCli:
    """Odoo's command line on a scratch database.

    :ivar str database: the scratch database's name
    """

    def __init__(self, databases, database):
        self._databases = databases
        self.database = database

    def fresh(self, kind):
        """Make the scratch database a copy of a template: `plain`, `demo` or `full` (see devtools.database.KINDS)."""
        self._databases.fresh(self.database, kind)

    def run(self, *arguments, script=None):
        """Run Odoo until it stops by itself.

        :param arguments: of its command line
        :param str script: given to it as standard input
        :return: its log
        :rtype: str
        """
        status, log_path = self._databases.odoo(
            self.database, *arguments, script=script, config={'http_port': 0}, title=f'odoo {" ".join(arguments)}')
        text = log_path.read_text(encoding='utf-8', errors='replace')
        assert status == 0, f'Odoo ended with status {status}:\n{text[-3000:]}'
        return text

    def shell(self, code):
        """Run Python code in an Odoo shell and return the log with what it printed; an exception fails the test."""
        return self.run('shell', '--no-http', script=code)

    def query(self, statement, parameters=None, database=None):
        """Return the rows of one SQL statement on the scratch database, or on another one."""
        with self._databases.server.cursor(database or self.database) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def wake_crons(self):
        """Let the cron workers look at once what there is to do; they do so once a minute by themselves."""
        self.query("SELECT pg_notify('cron_trigger', %s)", [self.database], database='postgres')


@pytest.fixture
def odoo_cli(request):
    """Return Odoo's command line on a scratch database that is dropped after the test."""
    databases = Databases(odoo.ensure(), postgres.ensure())
    cli = OdooCli(databases, f'{PREFIX}scratch_{os.getpid()}')
    yield cli
    databases.drop(cli.database)


@pytest.fixture(scope='module')
def module_cli():
    """Return Odoo's command line on a copy of a database with demo data, for all tests of a file."""
    databases = Databases(odoo.ensure(), postgres.ensure())
    cli = OdooCli(databases, f'{PREFIX}scratch_{os.getpid()}_module')
    cli.fresh('full')
    yield cli
    databases.drop(cli.database)


@pytest.fixture
def serve(odoo_cli):
    """Return a function that starts a server on the scratch database; it is stopped after the test.

    Its name, how many workers it has, and how many of them for scheduled actions, are parameters.
    """
    def run(name, workers, max_cron_threads):
        databases = Databases(odoo.ensure(), postgres.ensure())
        instance = odoo_server.prepare(name, databases, odoo_cli.database, free_port(), workers=workers, door=False,
                                       max_cron_threads=max_cron_threads)
        started.append(odoo_server.start(instance))
        return instance

    started = []
    yield run
    for instance in started:
        odoo_server.stop(instance)


@pytest.fixture(scope='module')
def phone_browser():
    """Return a running browser. (Playwright runs once at a time, and some files start their own.)"""
    # CI runs on few cores, beside other tests.
    expect.set_options(timeout=20_000)
    with launch() as browser:
        yield browser


@pytest.fixture
def browse(server, app, phone_browser):
    """Return a function that opens the web app of this file's app as on another phone. It must do so without faults."""
    def browse(client_id=None, **options):
        opened.append(PhoneBrowser(options.pop('browser', phone_browser), server.url, client_id or app['client_id'],
                                   **options))
        return opened[-1]

    opened = []
    yield browse
    for phone in opened:
        phone.context.close()
        assert not phone.faults
