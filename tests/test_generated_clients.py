"""Clients that others' tools generate from the API's description, used as docs/api.md shows it."""

import os
import re
import shutil
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from devtools import environment, node_packages
from devtools.paths import REPO
from devtools.process import run

NODE = REPO / 'tests' / 'clients'
DESCRIPTION = REPO / 'mobile_crm' / 'static' / 'openapi.json'
#: Seconds for the code to be asked for and found.
PATIENCE = 60


def example(language):
    """Return the example of a client in docs/api.md that is written in this language."""
    page = (REPO / 'docs' / 'api.md').read_text(encoding='utf-8')
    chapter = page.partition('\n## With a generated client\n')[2].partition('\n## ')[0]
    return re.search(rf'```{language}\n(.*?)```', chapter, re.S)[1]


@pytest.fixture
def play(server):
    """Return a function that runs an example to its end, types the code that was sent, and returns what it printed."""
    def query(statement, *parameters):
        with closing(psycopg2.connect(server.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()

    def play(*command, cwd):
        address = f'{uuid.uuid4().hex}@mobile-crm.example'
        client_id, = query("SELECT client_id FROM mobile_app WHERE active AND kind = 'phone' ORDER BY id LIMIT 1")
        process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment.child(SERVER=server.url, CLIENT_ID=client_id, ADDRESS=address))
        prompt = os.read(process.stdout.fileno(), 1000).decode()
        mail = prompt and query('SELECT body_html FROM mail_mail WHERE email_to = %s', address)
        code = mail and re.search(r'>(\d{6})<', mail[0])[1]
        output, errors = process.communicate(f'{code}\n', timeout=PATIENCE)
        assert process.returncode == 0, prompt + output + errors
        return address, prompt + output

    return play


@pytest.fixture(scope='module')
def node_modules():
    """Return a folder with the pinned npm packages."""
    return node_packages.ensure(NODE)


def assert_played(address, output):
    assert f'Welcome, {address.partition("@")[0]}' in output
    assert re.search(r' is \d+ m away\n1 event accepted\n', output)


def test_python(play, tmp_path):
    run([Path(sys.executable).with_name('openapi-python-client'), 'generate', '--path', DESCRIPTION, '--meta', 'none',
         '--config', NODE / 'openapi-python-client.yaml', '--output-path', tmp_path / 'mobile_crm_phone_api',
         '--fail-on-warning'],
        env=environment.child(), log='openapi-python-client')
    (tmp_path / 'client.py').write_text(example('python'), encoding='utf-8')
    assert_played(*play(sys.executable, 'client.py', cwd=tmp_path))


def test_typescript(play, node_modules, tmp_path):
    (tmp_path / 'node_modules').symlink_to(node_modules)
    (tmp_path / 'package.json').write_text('{"type": "module"}', encoding='utf-8')
    shutil.copy(NODE / 'tsconfig.json', tmp_path)
    run(['node', node_modules / 'openapi-typescript' / 'bin' / 'cli.js', DESCRIPTION, '-o', tmp_path / 'api.d.ts',
         '--default-non-nullable', 'false'], log='openapi-typescript')
    (tmp_path / 'client.ts').write_text(example('typescript'), encoding='utf-8')
    run(['node', node_modules / 'typescript' / 'bin' / 'tsc', '--project', tmp_path], log='tsc')
    assert_played(*play('node', 'out/client.js', cwd=tmp_path))
