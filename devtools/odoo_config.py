"""Odoo's configuration files, written anew for each use: ports, database and addons change from run to run."""

from .paths import REPO, cache, cache_folder, write_atomic

#: Where Odoo keeps its filestore.
DATA_FOLDER = 'data'


def write(name, home, server, **options):
    """Write a configuration file and return its path.

    :param str name: of the file; one per running Odoo
    :param Odoo home: the Odoo that will read it
    :param Server server: its PostgreSQL
    :param options: further options of the configuration file; None leaves one out
    """
    values = {
        'addons_path': ','.join(str(path) for path in (*home.addons_paths, REPO)),
        'data_dir': cache_folder(DATA_FOLDER),
        'db_host': server.host or False,
        'db_port': server.port,
        'db_user': server.user,
        'db_password': server.password or False,
        'http_interface': '127.0.0.1',
        'max_cron_threads': 0,
        'list_db': False,
        # A developer's machine may be slow, and its first request compiles every asset.
        'limit_time_cpu': 600,
        'limit_time_real': 1200,
        # Odoo's tests leave pictures of a failed tour here.
        'screenshots': cache_folder('screenshots'),
        **options,
    }
    lines = [f'{key} = {value}' for key, value in values.items() if value is not None]
    path = cache('etc', f'{name}.conf')
    write_atomic(path, '\n'.join(['[options]', *lines]) + '\n', mode=0o600)
    return path
