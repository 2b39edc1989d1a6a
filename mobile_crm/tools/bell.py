"""Telling browsers that there is news on the bus, over a connection that stays.

Odoo opens a new connection to PostgreSQL's own database for each transaction that has sent something on the bus, and
closes it again: that costs more than all the rest of a phone's report. Here a process keeps one.
"""
import logging
import os
import threading

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tools import SQL

from odoo.addons.bus.models.bus import ODOO_NOTIFY_FUNCTION, get_notify_payloads

_logger = logging.getLogger(__name__)


class Bell:
    """One connection of this process, for one thread at a time."""

    def __init__(self):
        self._lock = threading.Lock()
        self._connection = self._process = None

    def ring(self, channels):
        """Let who waits for these channels look at the bus.

        :param list[tuple] channels: as `bus.bus` stores them, with the database's name first
        """
        with self._lock:
            try:
                self._notify(channels)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                # The connection has died since it was used last, as when PostgreSQL was started anew.
                self._connection = None
                try:
                    self._notify(channels)
                except psycopg2.Error as error:
                    # The news is committed. Whoever has caused it is not to blame.
                    self._connection = None
                    _logger.warning("Screens are not told of news on the bus: %s", error)

    def _notify(self, channels):
        # What a parent process has opened is not ours.
        if self._connection is None or self._connection.closed or self._process != os.getpid():
            _name, info = connection_info_for('postgres')
            self._connection, self._process = psycopg2.connect(**info), os.getpid()
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            for payload in get_notify_payloads(channels):
                notice = SQL("SELECT %s('imbus', %s)", SQL.identifier(ODOO_NOTIFY_FUNCTION), payload)
                cursor.execute(notice.code, notice.params)


bell = Bell()
