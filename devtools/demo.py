"""`./dev demo`: a fresh demo database, a server on it, and a customer's journey played against it over HTTP."""

import traceback

from . import journey, logcheck, server
from .console import Problem, note, say
from .database import PREFIX, Databases
from .paths import cache, lock

DATABASE = f'{PREFIX}demo'
NAME = 'demo'


def start(databases: Databases, port=None, workers=2):
    """Start the demo server on a fresh database; one that runs already is replaced.

    :param int port: None for 8069 or, when another server of ours has that, the next free one
    :return: the running instance
    """
    port = server.choose_port(NAME, port)
    previous = server.running(NAME)
    if previous:
        note(f'  stopping the demo that runs on {previous.url}')
        server.stop(previous)
    databases.fresh(DATABASE, 'full')
    return server.start(server.prepare(NAME, databases, DATABASE, port, workers, max_cron_threads=1))


def play(instance):
    """Play the journey against a running demo server.

    :raise Problem: naming the step that failed
    """
    say()
    try:
        journey.play(instance.url, instance.database, say)
    except Exception as error:
        path = cache('log', 'journey.log')
        path.write_text(traceback.format_exc(), encoding='utf-8')
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise Problem(f'the journey failed ({reason[:500]})',
                      f'its traceback is in {path}, the server\'s log in {instance.log}') from error
    for line in logcheck.findings(instance.read_log()):
        note(f'  the server logged: {line}')


def run(databases, options):
    """Do what `./dev demo` says; another one of this checkout is let finish its journey first."""
    with lock(DATABASE):
        _run(databases, options)


def _run(databases, options):
    instance = start(databases, options.port, options.workers)
    try:
        play(instance)
    except Problem:
        if not options.once:
            note(f'  the server is left running on {instance.url} for a look; ./dev stop ends it')
        else:
            server.stop(instance)
        raise
    if options.once:
        server.stop(instance)
        say('\nthe journey went well; the server is stopped')
        return
    say(f'\nOdoo is running on {instance.url} (stop it with ./dev stop)')
    for login, password, who in journey.LOGINS:
        say(f'  {login} / {password}   {who}')
    say(f'  log: {instance.log}')
