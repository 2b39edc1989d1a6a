"""The journey that `./dev demo` plays: so far only that the server and the API are up."""

import json
import urllib.request

#: (login, password, who it is) of the users that the demo data brings.
LOGINS = [('admin', 'admin', 'administrator')]


def play(base_url, database, say):
    """Play the journey over HTTP.

    :param str base_url: of the server, without a trailing slash
    :param str database: the name of its database
    :param say: function that prints one line
    :raise Exception: at the step that failed
    """
    with urllib.request.urlopen(f'{base_url}/web/login', timeout=60) as response:
        response.read()
    say('1. the web login answers')
    with urllib.request.urlopen(f'{base_url}/mobile/v1/health', timeout=60) as response:
        say(f'2. the API is up: {json.load(response)}')
