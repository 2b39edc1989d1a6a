"""`./dev openapi`: the API's description, written by each addon from its routes and schemas."""

from . import addons
from .console import Problem, say
from .database import PREFIX
from .paths import REPO

DATABASE = f'{PREFIX}openapi'
#: A bridge describes what it adds in a file of its own: who does without it has no such paths.
SCRIPT = f'''
from pathlib import Path
from odoo.addons.{addons.MAIN}.controllers import openapi
from odoo.addons.{addons.MAIN}.controllers.routing import OPERATIONS
for addon in sorted({{operation.addon for operation in OPERATIONS}}):
    path = Path({str(REPO)!r}, addon, 'static', 'openapi.json')
    path.write_text(openapi.text(addon), encoding='utf-8')
    print('wrote', path.relative_to({str(REPO)!r}))
'''


def run(databases):
    """Write the files of the addons as they are now."""
    databases.current(DATABASE, 'wide', tuple(addons.names()))
    status, log_path = databases.odoo(DATABASE, 'shell', '--no-http', script=SCRIPT, log='openapi',
                                      title="writing the API's description")
    text = log_path.read_text(encoding='utf-8', errors='replace')
    if status or 'Traceback (most recent call last)' in text:
        raise Problem(f"the API's description was not written ({text.strip().splitlines()[-1][:300]})",
                      f'the whole log is in {log_path}')
    say('\n'.join(line for line in text.splitlines() if line.startswith('wrote ')))
