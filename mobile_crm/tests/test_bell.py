import json
import select
import uuid

from odoo.sql_db import db_connect
from odoo.tests import BaseCase, tagged

from ..tools.bell import Bell


@tagged('-at_install', 'post_install')
class TestBell(BaseCase):

    def setUp(self):
        super().setUp()
        # Where browsers' processes listen.
        self.cursor = self.enterContext(db_connect('postgres').cursor())
        self.cursor.execute("LISTEN imbus; SELECT pg_backend_pid()")
        self.cursor.commit()
        self.bell = Bell()
        self.shop = f'shop_{uuid.uuid4().hex}'
        self.addCleanup(self._close)

    def _close(self):
        self.bell._connection.close()

    def _heard(self):
        connection = self.cursor._cnx
        while True:
            while connection.notifies:
                heard = json.loads(connection.notifies.pop(0).payload)
                # Others ring in other databases.
                if heard[0][0] == self.shop:
                    return heard
            self.assertTrue(select.select([connection], [], [], 10)[0], "nothing was heard")
            connection.poll()

    def test_who_listens_hears(self):
        self.bell.ring([(self.shop, 'res.company', 1, 'bell')])
        self.assertEqual(self._heard(), [[self.shop, 'res.company', 1, 'bell']])

    def test_one_connection_serves_all_and_is_opened_anew_when_it_dies(self):
        self.bell.ring([(self.shop, 'first')])
        self._heard()
        first = self.bell._connection
        self.bell.ring([(self.shop, 'second')])
        self._heard()
        self.assertIs(self.bell._connection, first)
        with db_connect('postgres').cursor() as killer:
            killer.execute('SELECT pg_terminate_backend(%s)', [first.get_backend_pid()])
        self.bell.ring([(self.shop, 'third')])
        self.assertEqual(self._heard(), [[self.shop, 'third']])
        self.assertIsNot(self.bell._connection, first)
