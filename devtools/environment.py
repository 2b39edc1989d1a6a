"""The environment variables under which Odoo, pytest and the other Python programs run."""

import os
import sys
from pathlib import Path

from .paths import REPO, cache_folder


def child(**extra):
    """Return the environment for a Python program of ours.

    :param extra: variables to add; None removes one
    """
    variables = dict(os.environ)
    # Odoo is large: it starts twice as fast from byte code, which must not end up in the clone.
    variables.pop('PYTHONDONTWRITEBYTECODE', None)
    variables['PYTHONPYCACHEPREFIX'] = str(cache_folder('pycache'))
    variables['PYTHONUNBUFFERED'] = '1'
    # Odoo reads these two where no --config is given, and libpq's PG* would win over the configuration's empty fields.
    for name in ('ODOO_RC', 'OPENERP_SERVER'):
        variables.pop(name, None)
    variables['PATH'] = os.pathsep.join([
        str(cache_folder('browser', 'bin')), str(Path(sys.prefix) / 'bin'), variables.get('PATH', os.defpath),
    ])
    variables['PYTHONPATH'] = str(REPO)
    for name, value in extra.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = str(value)
    return variables
