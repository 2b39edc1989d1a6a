"""Load the data into a database that has the addon: started by devtools.load."""

import argparse
import sys
from datetime import date

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config

from ..console import Problem, say
from .loader import Options, load
from .source import published


def main(arguments):
    """Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument('config')
    parser.add_argument('database')
    parser.add_argument('--households', type=int)
    parser.add_argument('--last-day', type=date.fromisoformat)
    options = parser.parse_args(arguments)
    try:
        source = published(options.households)
        config.parse_config(['-c', options.config], setup_logging=True)
        with Registry(options.database).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            went_well = load(env, source, Options(options.households, options.last_day), say)
    except Problem as problem:
        print(f'dev: {problem}', file=sys.stderr)
        return 1
    return 0 if went_well else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
