from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from .common import MobileHttpCase

HERE = {'lat': 50.8467, 'lon': 4.3525}
# What happens between two pages: how many come, and which of those that are there go.
CHANGES = st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 9), max_size=2)), max_size=8)


@tagged('-at_install', 'post_install')
class TestPages(MobileHttpCase):
    """Whoever walks through a list while it changes sees each row that stays, once, and no row twice."""

    def setUp(self):
        super().setUp()
        self.client = self.phone_of(self.phone)

    def _walk(self, path, limit, changes, add, remove, **query):
        """Walk through a list page by page, changing it in between.

        :param changes: see ``CHANGES``; nothing happens any more when they are used up
        :param add: makes one row and returns its public id
        :param remove: takes the row with a public id away
        """
        there = [row['id'] for row in self.client.get(path, limit=100, **query).json['items']]
        stays, seen, cursor = set(there), [], {}
        for coming, going in [*changes, *[(0, ())] * 100]:
            page = self.client.get(path, limit=limit, **query, **cursor).json
            self.assertLessEqual(len(page['items']), limit)
            seen += [row['id'] for row in page['items']]
            if not page['next_cursor']:
                break
            cursor = {'cursor': page['next_cursor']}
            for number in going:
                if there:
                    gone = there.pop(number % len(there))
                    stays.discard(gone)
                    remove(gone)
            there += [add() for _number in range(coming)]
        else:
            self.fail("the pages never end")
        self.assertEqual(len(seen), len(set(seen)), "none is there twice")
        self.assertLessEqual(stays, set(seen), "none is left out")

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(count=st.integers(0, 6), limit=st.integers(1, 3), changes=CHANGES)
    def test_offers(self, count, limit, changes):
        Card = self.env['loyalty.card']

        def add():
            return Card.create({
                'program_id': self.program.id, 'partner_id': self.anna.id, 'points': 1, 'holder_only': True,
            }).mobile_uuid

        def remove(offer_id):
            Card.search([('mobile_uuid', '=', offer_id)]).unlink()

        for _number in range(count):
            add()
        self._walk('/offers', limit, changes, add, remove)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(seconds=st.lists(st.integers(0, 2), max_size=6), limit=st.integers(1, 3), changes=CHANGES)
    def test_messages(self, seconds, limit, changes):
        Message = self.env['mobile.message']
        now = fields.Datetime.now()

        def add(age=0):
            message = Message._post([{
                'partner_id': self.anna.id, 'company_id': self.company.id, 'title': "Hello"}])
            # Some were sent within one second.
            message.sent_at = now - timedelta(seconds=age)
            return message.uuid

        def remove(message_id):
            Message.search([('uuid', '=', message_id)]).unlink()

        for age in seconds:
            add(age)
        self._walk('/messages', limit, changes, add, remove)

    def _store(self, number):
        # Some are twins in place and name, so the sort key alone does not tell them apart.
        store, _fence = self._make_store(f'Twin {number % 3}', "Ghent", 'base.be', 51.05 + number % 2, 3.72)
        return store.id

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(count=st.integers(0, 4), limit=st.integers(1, 3), changes=CHANGES, is_located=st.booleans())
    def test_stores(self, count, limit, changes, is_located):
        made = iter(range(1000))
        for _number in range(count):
            self._store(next(made))
        self._walk(
            '/stores', limit, changes, lambda: self._store(next(made)),
            lambda store_id: self.env['mobile.store'].browse(store_id).action_archive(),
            **(HERE if is_located else {}))
