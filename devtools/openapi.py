"""`./dev openapi`: the API's description, written by the addon from its routes and schemas."""

from . import addons
from .console import Problem, say
from .database import PREFIX
from .paths import REPO

DATABASE = f'{PREFIX}openapi'
FILE = REPO / addons.MAIN / 'static' / 'openapi.json'
SCRIPT = f'''
from pathlib import Path
from odoo.addons.{addons.MAIN}.controllers import openapi
Path({str(FILE)!r}).write_text(openapi.text(), encoding='utf-8')
'''


def run(databases):
    """Write the file of the addon as it is now."""
    databases.current(DATABASE)
    status, log_path = databases.odoo(DATABASE, 'shell', '--no-http', script=SCRIPT, log='openapi',
                                      title="writing the API's description")
    text = log_path.read_text(encoding='utf-8', errors='replace')
    if status or 'Traceback (most recent call last)' in text:
        raise Problem(f"the API's description was not written ({text.strip().splitlines()[-1][:300]})",
                      f'the whole log is in {log_path}')
    say(f'wrote {FILE.relative_to(REPO)}')
