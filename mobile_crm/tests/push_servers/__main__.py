"""A fake service as a process of its own, for benchmarks: ``python -m push_servers apns --delay 0.05``.

It tells in a line of JSON where it is and with what to send to how many phones. A line on its standard input is
answered by what it has counted; the end of the input ends it.
"""
import argparse
import json
import sys

from . import ApnsServer, FcmServer, WebPushServer, ca_file

SERVICES = {'apns': ApnsServer, 'fcm': FcmServer, 'webpush': WebPushServer}


def credentials(server, options):
    """Return what a sender needs, and the addresses of phones."""
    if options.service == 'apns':
        key, key_id, team = server.provider_key()
        return {'key': key, 'key_id': key_id, 'team': team, 'topic': 'com.example.shop'}, [
            server.register() for _phone in range(options.phones)]
    if options.service == 'fcm':
        return {'service_account': server.service_account()}, [server.register() for _phone in range(options.phones)]
    return {}, [server.subscribe(options.key) for _phone in range(options.phones)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('service', choices=SERVICES)
    parser.add_argument('--delay', type=float, default=0.0, help='seconds before each answer')
    parser.add_argument('--streams', type=int, default=100, help='requests in flight on a connection')
    parser.add_argument('--phones', type=int, default=1)
    parser.add_argument('--key', default='', help="public key of a web push sender, in base64url")
    options = parser.parse_args()
    # Other senders than ours make a token for each connection.
    lenient = {'is_lenient': True} if options.service == 'apns' else {}
    with SERVICES[options.service](delay=options.delay, streams=options.streams, **lenient) as server:
        given, addresses = credentials(server, options)
        say({'url': server.url, 'ca_file': ca_file(), 'addresses': addresses, **given})
        for _line in sys.stdin:
            say({'received': sum(len(phone.received) for phone in server.phones.values()),
                 'answers': {str(key): count for key, count in server.answers.items()},
                 'connections': server.accepted, 'most_streams': server.most_streams,
                 'violations': server.violations})


def say(what):
    sys.stdout.write(json.dumps(what) + '\n')
    sys.stdout.flush()


main()
