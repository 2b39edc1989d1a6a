import gc
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time
from h2.settings import SettingCodes
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import transport, transport_dial, transport_http1, transport_kept
from ..tools.transport import Failure, Reply, Request, exchange
from .transport_host import Host, certificate, trusted

FINE = (200, [('x-word', 'yes')], b'{}')


def _always(select):
    """Return a select that waits a moment for what is about to come: the host is faster than this process."""
    return lambda selector, timeout=None: select(selector, max(timeout, 1))


@tagged('post_install', '-at_install')
class TestTransport(BaseCase):

    def setUp(self):
        super().setUp()
        self.certificate = self.enterContext(trusted())

    def host(self, answer=lambda asked: FINE, **options):
        host = Host(self.certificate, answer, **options)
        self.addCleanup(host.close)
        return host

    def requests(self, host, count, body=b'hello'):
        return [Request(number, f'{host.url}/to/{number}', [('x-same', 'same'), ('apns-id', str(number))], body)
                for number in range(count)]

    def ask(self, requests, **options):
        """Return the outcomes by tag; each request has exactly one."""
        found = list(exchange(requests, **{'timeout': 5, 'deadline': 20, **options}))
        outcomes = {request.tag: outcome for request, outcome in found}
        self.assertEqual(len(found), len(outcomes))
        self.assertEqual(set(outcomes), {request.tag for request in requests})
        return outcomes

    # === WHAT WORKS === #

    def test_other_verbs(self):
        for protocol in ('h2', 'http/1.1'):
            host = self.host(protocols=(protocol,))
            requests = [request._replace(method='PUT') for request in self.requests(host, 1)]
            self.assertEqual(self.ask(requests)[0].status, 200)
            self.assertEqual([asked.method for asked in host.asked], ['PUT'])

    def test_a_certificate_is_shown_over_http2_alone(self):
        host = self.host(protocols=('http/1.1',))
        identity = transport_dial.Identity(*Path(self.certificate).read_bytes().partition(b'-----BEGIN CERT')[::2])
        identity = identity._replace(chain=b'-----BEGIN CERT' + identity.chain)
        for _time in range(2):
            self.assertEqual(self.ask(self.requests(host, 1), identity=identity)[0], Failure('not_sent', 'no_http2'))
        self.assertEqual(self.ask(self.requests(host, 1))[0].status, 200)
        [asked] = host.asked
        self.assertNotIn(asked.connection, (0, 1), "none of those with a certificate serves others")

    def test_many_requests_share_a_connection(self):
        host = self.host()
        outcomes = self.ask(self.requests(host, 250), connections=1)
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertEqual(outcomes[3].headers['x-word'], 'yes')
        self.assertEqual(outcomes[3].body, b'{}')
        self.assertEqual(len(host.connections), 1)
        self.assertEqual({asked.path for asked in host.asked}, {f'/to/{number}' for number in range(250)})
        self.assertEqual({(asked.headers['x-same'], asked.body) for asked in host.asked}, {('same', b'hello')})

    def test_connections_outlive_the_call(self):
        host = self.host()
        for _ in range(3):
            self.ask(self.requests(host, 5))
        self.assertEqual(len(host.connections), 1)

    def test_connection_that_was_closed_meanwhile_is_not_used(self):
        host = self.host()
        self.ask(self.requests(host, 5))
        host.drop()
        self.assertEqual({outcome[0] for outcome in self.ask(self.requests(host, 50)).values()}, {200})

    def test_connection_that_was_idle_for_long_must_answer_first(self):
        host = self.host()
        self.ask(self.requests(host, 1))
        with patch.object(transport, 'LONGEST_TRUST', -1):
            outcomes = self.ask(self.requests(host, 5))
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertEqual(len(host.connections), 1)

    def test_connections_of_a_host_that_is_asked_no_more_are_closed(self):
        for protocols, module in ((['h2'], transport_kept), (['http/1.1'], transport_http1)):
            old, other = self.host(protocols=protocols), self.host(protocols=protocols)
            self.ask(self.requests(old, 1))
            kept = [connection for connections in (
                module._kept if module is transport_kept else module._idle).values() for connection in connections]
            self.assertTrue(kept)
            with patch.object(module, 'LONGEST_IDLE', -1):
                self.ask(self.requests(other, 1))
            self.assertEqual({connection.sock and connection.sock.fileno() for connection in kept} - {None, -1}, set())
            self.assertEqual(self.ask(self.requests(old, 1))[0].status, 200)

    def test_host_that_allows_few_requests_at_once(self):
        host = self.host(settings={SettingCodes.MAX_CONCURRENT_STREAMS: 3})
        outcomes = self.ask(self.requests(host, 40), connections=2)
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertLessEqual(host.most_at_once, 3)

    def test_unproven_connection_gets_few_requests(self):
        host = self.host(lambda asked: 'hold')
        outcomes = self.ask(self.requests(host, 40), connections=1, timeout=0.3, deadline=0.2)
        kinds = [outcome.kind for outcome in outcomes.values()]
        self.assertEqual(kinds.count('unknown'), 16)
        self.assertEqual(len(host.asked), 16)

    def test_small_windows_of_the_host(self):
        host = self.host(settings={SettingCodes.INITIAL_WINDOW_SIZE: 100})
        outcomes = self.ask(self.requests(host, 30, body=b'b' * 9000))
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertEqual({len(asked.body) for asked in host.asked}, {9000})

    def test_more_than_the_connection_may_send_at_once(self):
        host = self.host()
        outcomes = self.ask(self.requests(host, 100, body=b'b' * 4096), connections=1)
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})

    def test_long_answers_are_cut(self):
        for protocols in (['h2'], ['http/1.1']):
            host = self.host(lambda asked: (200, [], b'b' * 16000), protocols=protocols)
            outcomes = self.ask(self.requests(host, 30))
            self.assertEqual({len(outcome.body) for outcome in outcomes.values()}, {16000})
            with patch('odoo.addons.mobile_crm.tools.transport_parts.LONGEST_ANSWER', 100), \
                    patch('odoo.addons.mobile_crm.tools.transport_http1.LONGEST_ANSWER', 100):
                outcomes = self.ask(self.requests(host, 3))
            self.assertEqual({len(outcome.body) for outcome in outcomes.values()}, {100})

    def test_http1(self):
        host = self.host(protocols=['http/1.1'])
        for _ in range(2):
            outcomes = self.ask(self.requests(host, 50), in_flight=10)
            self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
            self.assertEqual(outcomes[0].headers['x-word'], 'yes')
        self.assertLessEqual(len(host.connections), 11)

    def test_without_the_library(self):
        host = self.host()
        with patch.object(transport, 'has_http2', return_value=False):
            outcomes = self.ask(self.requests(host, 10))
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertNotIn(':path', host.asked[0].headers)

    def test_many_hosts_at_once(self):
        hosts = [self.host(), self.host(protocols=['http/1.1']), self.host(lambda asked: (503, [], b''))]
        requests = [Request((index, number), f'{host.url}/{number}', [], b'x')
                    for number in range(20) for index, host in enumerate(hosts)]
        outcomes = self.ask(requests)
        for (index, _number), outcome in outcomes.items():
            self.assertEqual(outcome.status, 503 if index == 2 else 200)

    def test_calls_of_several_threads(self):
        host = self.host()
        found = []
        threads = [threading.Thread(target=lambda: found.append(self.ask(self.requests(host, 50)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([len(outcomes) for outcomes in found], [50] * 4)
        self.assertEqual({outcome[0] for outcomes in found for outcome in outcomes.values()}, {200})

    def test_clock_of_a_test_does_not_stop_it(self):
        host = self.host(lambda asked: 'hold')
        with freeze_time('2027-01-01'):
            outcomes = self.ask(self.requests(host, 2), timeout=0.2)
        self.assertEqual(set(outcomes.values()), {Failure('unknown', 'no_answer')})

    # === WHAT DOES NOT === #

    def test_nobody_listens(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
        requests = [Request(number, f'https://127.0.0.1:{port}/', [], b'x') for number in range(5)]
        for http2 in (True, False):
            outcomes = self.ask(requests, http2=http2)
            self.assertEqual(set(outcomes.values()), {Failure('not_sent', 'no_connection')})

    def test_host_that_is_not_trusted(self):
        other = f'{self.certificate}.other'
        certificate(other)
        for http2 in (True, False):
            host = Host(other, lambda asked: FINE)
            self.addCleanup(host.close)
            outcomes = self.ask(self.requests(host, 3), http2=http2)
            self.assertEqual(set(outcomes.values()), {Failure('not_sent', 'untrusted_certificate')})

    def test_certificate_of_another_host(self):
        other = f'{self.certificate}.name'
        certificate(other, '127.0.0.2')
        with patch.dict(os.environ, SSL_CERT_FILE=other):
            host = Host(other, lambda asked: FINE)
            self.addCleanup(host.close)
            for http2 in (True, False):
                outcomes = self.ask(self.requests(host, 3), http2=http2)
                self.assertEqual(set(outcomes.values()), {Failure('not_sent', 'untrusted_certificate')})

    def test_urls_that_are_none(self):
        for url in ('http://127.0.0.1/', 'https://user@127.0.0.1/', 'https://127.0.0.1:99999/', 'https:///', 'nonsense',
                    'https://127.0.0.1/a b', 'https://127.0.0.1/\r\nx: y', 'https://exämple.com/'):
            self.assertEqual(self.ask([Request(1, url, [], b'')]), {1: Failure('not_sent', 'invalid_url')}, url)

    def test_address_that_is_not_allowed(self):
        host = self.host()
        seen = []

        def may_connect(name, address):
            seen.append((name, address))
            return False
        for http2 in (True, False):
            outcomes = self.ask(self.requests(host, 2), may_connect=may_connect, http2=http2)
            self.assertEqual(set(outcomes.values()), {Failure('not_sent', 'forbidden_address')})
        self.assertIn(('127.0.0.1', '127.0.0.1'), seen)
        self.assertFalse(host.asked)

    def test_goaway_loses_nothing_and_doubles_nothing(self):
        host = self.host(lambda asked: 'goaway' if asked.number == 7 else FINE)
        outcomes = self.ask(self.requests(host, 60), connections=1)
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        paths = [asked.path for asked in host.asked]
        self.assertEqual(len(paths), len(set(paths)))
        self.assertGreater(len(host.connections), 3)

    def test_a_farewell_is_no_try(self):
        refused = set()

        def answer(asked):
            if len(host.connections) <= 2:
                return 'goaway'
            if asked.path not in refused:
                refused.add(asked.path)
                return 'refuse'
            return FINE
        host = self.host(answer)
        outcomes = self.ask(self.requests(host, 10), connections=1)
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertEqual(len(refused), 8)

    def test_refused_stream_is_sent_again_and_then_told(self):
        refused = {'/to/3'}
        host = self.host(lambda asked: 'refuse' if asked.path in refused else FINE)
        outcomes = self.ask(self.requests(host, 10))
        self.assertEqual(outcomes.pop(3), Failure('not_sent', 'refused_stream'))
        self.assertEqual({outcome.status for outcome in outcomes.values()}, {200})
        self.assertEqual([asked.path for asked in host.asked].count('/to/3'), 3)

    def test_reset_leaves_it_unknown(self):
        host = self.host(lambda asked: 'reset' if asked.path == '/to/3' else FINE)
        outcomes = self.ask(self.requests(host, 10))
        self.assertEqual(outcomes.pop(3), Failure('unknown', 'reset'))
        self.assertEqual({outcome.status for outcome in outcomes.values()}, {200})
        self.assertEqual([asked.path for asked in host.asked].count('/to/3'), 1)

    def test_connection_that_breaks(self):
        host = self.host(lambda asked: 'close' if asked.path == '/to/0' else FINE)
        outcomes = self.ask(self.requests(host, 100), connections=1)
        lost = [number for number, outcome in outcomes.items() if isinstance(outcome, Failure)]
        self.assertIn(0, lost)
        self.assertEqual({outcomes[number].kind for number in lost}, {'unknown'})
        # The connection had answered nothing yet, so few were on it.
        self.assertLessEqual(len(lost), 16)
        paths = [asked.path for asked in host.asked]
        self.assertEqual(len(paths), len(set(paths)))

    def test_host_that_always_breaks_is_left_alone(self):
        host = self.host(lambda asked: 'close')
        outcomes = self.ask(self.requests(host, 200), connections=1)
        kinds = [outcome.kind for outcome in outcomes.values()]
        self.assertLessEqual(kinds.count('unknown'), 48)
        self.assertEqual(len(host.connections), 3)

    def test_no_answer(self):
        host = self.host(lambda asked: 'hold' if asked.path == '/to/3' else FINE)
        outcomes = self.ask(self.requests(host, 10), timeout=0.3)
        self.assertEqual(outcomes.pop(3), Failure('unknown', 'no_answer'))
        self.assertEqual({outcome.status for outcome in outcomes.values()}, {200})
        # The connection answered others meanwhile, so it is kept.
        host.answer = lambda asked: FINE
        self.ask(self.requests(host, 3))
        self.assertEqual(len(host.connections), 1)

    def test_nonsense_of_the_host(self):
        host = self.host(lambda asked: b'', protocols=['h2'])
        nonsense = self.enterContext(socket.create_server(('127.0.0.1', 0)))

        def talk():
            plain, _address = nonsense.accept()
            with host.context.wrap_socket(plain, server_side=True) as sock:
                sock.sendall(b'\xff' * 1000)
                sock.recv(1000)
        threading.Thread(target=talk, daemon=True).start()
        url = f'https://127.0.0.1:{nonsense.getsockname()[1]}/'
        outcomes = self.ask([Request(1, url, [], b'')], timeout=0.5, deadline=0.5)
        self.assertEqual(outcomes[1].kind, 'not_sent')

    def test_host_that_talks_without_an_end(self):
        """It says nothing about the request, and always has more to say."""
        host = self.host(lambda asked: 'hold')
        talking = threading.Event()
        self.addCleanup(talking.set)

        def talk(asked):
            sock = host.connections[0]
            while not talking.is_set():
                # PING, a hundred of them.
                sock.sendall(b'\0\0\x08\x06\0\0\0\0\0abcdefgh' * 100)
        host.answer = talk
        started = transport_dial.clock()
        with patch.object(transport.selectors.DefaultSelector, 'select', autospec=True,
                          side_effect=_always(transport.selectors.DefaultSelector.select)):
            outcomes = self.ask(self.requests(host, 1), timeout=0.3, deadline=1)
        self.assertEqual(outcomes[0], Failure('unknown', 'no_answer'))
        self.assertLess(transport_dial.clock() - started, 3)

    def test_http1_that_breaks_or_holds(self):
        for answer, detail in (('close', 'lost'), ('hold', 'no_answer'), (b'nonsense\r\n\r\n', 'lost')):
            host = self.host(lambda asked, answer=answer: answer, protocols=['http/1.1'])
            outcomes = self.ask(self.requests(host, 3), timeout=0.3)
            self.assertEqual(set(outcomes.values()), {Failure('unknown', detail)}, answer)
            self.assertEqual(len(host.asked), 3)

    def test_http1_that_answers_drop_by_drop(self):
        def drip(asked):
            # What the network does: each drop comes within the timeout, all of them do not.
            time.sleep(0.1)
            return b'HTTP/1.1 200 Fine\r\nContent-Length: 100\r\n' if not asked.number else b'x'
        host = self.host(drip, protocols=['http/1.1'])
        started = transport_dial.clock()
        outcomes = self.ask(self.requests(host, 1), timeout=0.3)
        self.assertEqual(outcomes[0].kind, 'unknown')
        self.assertLess(transport_dial.clock() - started, 2)

    def test_http1_that_is_reached_too_late_is_sent_nothing(self):
        host = self.host(protocols=['http/1.1'])
        dialled = threading.Event()

        def slowly(*args):
            # A host that is reached when the request has been given up.
            time.sleep(1)
            try:
                return transport_dial.dial(*args)
            finally:
                dialled.set()
        with patch.object(transport_http1, 'dial', slowly):
            outcomes = self.ask(self.requests(host, 1), timeout=0.3, http2=False)
            dialled.wait()
        self.assertEqual(outcomes[0], Failure('not_sent', 'no_answer'))
        # It would have been sent by now.
        time.sleep(0.2)
        self.assertFalse(host.asked)

    def test_redirects_are_not_followed(self):
        other = self.host()
        for protocols in (['h2'], ['http/1.1']):
            host = self.host(lambda asked: (307, [('location', f'{other.url}/')], b''), protocols=protocols)
            self.assertEqual({outcome.status for outcome in self.ask(self.requests(host, 2)).values()}, {307})
        self.assertFalse(other.asked)

    def test_deadline(self):
        # A host that takes its time, and one request after another.
        host = self.host(lambda asked: time.sleep(0.02) or FINE, settings={SettingCodes.MAX_CONCURRENT_STREAMS: 1})
        outcomes = self.ask(self.requests(host, 100), connections=1, deadline=0.4)
        late = [outcome for outcome in outcomes.values() if outcome == Failure('not_sent', 'too_late')]
        self.assertTrue(late)
        self.assertEqual(len(host.asked), 100 - len(late))
        self.assertEqual([outcome for outcome in outcomes.values() if isinstance(outcome, Failure)], late)

    def test_caller_that_dawdles_misses_no_answer(self):
        host = self.host()
        statuses = []
        for _request, outcome in exchange(self.requests(host, 30), timeout=0.2, connections=1):
            if len(statuses) < 2:
                # The caller is away for longer than an answer may take.
                time.sleep(0.3)
            statuses.append(outcome.status)
        self.assertEqual(statuses, [200] * 30)

    def test_caller_that_stops(self):
        host = self.host()
        before = len(os.listdir('/proc/self/fd'))
        for _ in range(3):
            for _request, _outcome in exchange(self.requests(host, 30)):
                break
            gc.collect()
        self.assertLess(len(os.listdir('/proc/self/fd')), before + 12)
        self.assertEqual(self.ask(self.requests(host, 3))[0].status, 200)

    @settings(max_examples=15, deadline=None)
    @given(
        plan=st.lists(st.sampled_from(['fine', 'fine', 'fine', 'refuse', 'reset', 'close', 'goaway', 'hold']),
                      min_size=1, max_size=20),
        streams=st.integers(1, 20), connections=st.integers(1, 3))
    def test_each_request_ends_and_none_is_doubled(self, plan, streams, connections):
        """Whatever a host does: one outcome each; twice at the host only what it has refused."""
        host = Host(
            self.certificate, lambda asked: FINE if (word := plan[int(asked.path[4:]) % len(plan)]) == 'fine' else word,
            settings={SettingCodes.MAX_CONCURRENT_STREAMS: streams})
        try:
            outcomes = self.ask(self.requests(host, 40), timeout=0.3, deadline=3, connections=connections)
        finally:
            host.close()
        counts = {}
        for asked in host.asked:
            number = int(asked.path[4:])
            counts[number] = counts.get(number, 0) + 1
        for number, outcome in outcomes.items():
            word = plan[number % len(plan)]
            if word != 'refuse':
                self.assertLessEqual(counts.get(number, 0), 1)
            if isinstance(outcome, Reply):
                self.assertIn(word, ('fine', 'goaway'))
            elif outcome.kind == 'not_sent' and word != 'refuse':
                self.assertNotIn(number, counts)

    # === PROCESSES === #

    def test_child_uses_no_connection_of_its_parent(self):
        code = '''
import os, sys
sys.path.insert(0, sys.argv[1])
from tools.transport import Request, exchange
def ask(count):
    return [outcome.status for _, outcome in exchange([Request(n, sys.argv[2] + '/', [], b'x') for n in range(count)])]
assert ask(5) == [200] * 5
child = os.fork()
if not child:
    os._exit(0 if ask(5) == [200] * 5 else 1)
assert os.waitpid(child, 0)[1] == 0
assert ask(5) == [200] * 5
'''
        host = self.host()
        folder = os.path.dirname(os.path.dirname(transport.__file__))
        package = self.certificate + '.d'
        os.mkdir(package)
        os.mkdir(f'{package}/tools')
        for name in os.listdir(f'{folder}/tools'):
            if name.startswith('transport'):
                os.link(f'{folder}/tools/{name}', f'{package}/tools/{name}') if os.stat(folder).st_dev == os.stat(
                    package).st_dev else os.symlink(f'{folder}/tools/{name}', f'{package}/tools/{name}')
        subprocess.run([sys.executable, '-c', code, package, host.url], check=True, timeout=30)
        self.assertEqual(len(host.connections), 2)

    # === PROXIES === #

    def test_proxy_of_the_environment(self):
        host = self.host()
        port = int(host.url.rpartition(':')[2])
        listener = self.enterContext(socket.create_server(('127.0.0.1', 0)))
        heard = []

        def relay(source, target):
            while data := source.recv(65536):
                target.sendall(data)

        def serve():
            while True:
                try:
                    client, _address = listener.accept()
                except OSError:
                    return
                heard.append(client.recv(4096))
                upstream = socket.create_connection(('127.0.0.1', port))
                client.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
                for pair in ((client, upstream), (upstream, client)):
                    threading.Thread(target=relay, args=pair, daemon=True).start()
        threading.Thread(target=serve, daemon=True).start()
        proxy = f'http://me:word@127.0.0.1:{listener.getsockname()[1]}'
        with patch.dict(os.environ, https_proxy=proxy, no_proxy=''):
            outcomes = self.ask(self.requests(host, 3))
        listener.shutdown(socket.SHUT_RDWR)
        self.assertEqual({outcome[0] for outcome in outcomes.values()}, {200})
        self.assertIn(b'Proxy-Authorization: Basic bWU6d29yZA==', heard[0])
        self.assertTrue(heard[0].startswith(f'CONNECT 127.0.0.1:{port} HTTP/1.1\r\n'.encode()))
