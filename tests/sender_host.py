"""Within an Odoo shell: an Odoo that is loaded once, from which processes are forked off, to work and to be killed.

Its other side is ``tests.senders``.
"""

import importlib
import os
import signal
import traceback
from multiprocessing.connection import Client

from freezegun import freeze_time

from odoo import sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry


def serve(env, address, key, world='tests.sender_world'):
    """Fork a process off each time that a test asks for one, until it asks for no more.

    :param str world: the module with what they can do.
    """
    database, world = env.cr.dbname, importlib.import_module(world)
    # No connection is shared with those who are forked off: each opens its own.
    env.cr.close()
    sql_db.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # The clock is taken over once, which looks through all modules; it goes on from wherever it is put.
    clock = freeze_time(tick=True).start()
    ask = Client(address, authkey=key)
    while ask.recv():
        if not os.fork():
            ask.close()
            work(database, clock, Client(address, authkey=key), world)
    os._exit(0)


def work(database, clock, ask, world):
    """Do what a test asks for, each in a transaction of its own; never return."""
    try:
        ask.send(os.getpid())
        while True:
            name, now, arguments = ask.recv()
            clock.move_to(now)
            try:
                with Registry(database).cursor() as cr:
                    answer = getattr(world, name)(Environment(cr, SUPERUSER_ID, {}), **arguments)
                ask.send((True, answer))
            except Exception:  # noqa: BLE001 -- the test is told
                ask.send((False, traceback.format_exc()))
    except EOFError:
        pass
    finally:
        os._exit(0)
