import base64
from unittest.mock import patch
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import sync_cursor
from ..tools.sync_cursor import Held

OWNER = b'1,2,3'
DIGESTS = st.binary(min_size=sync_cursor.DIGEST, max_size=sync_cursor.DIGEST)
NUMBERED = st.dictionaries(st.integers(0, 2 ** 31 - 1), DIGESTS, max_size=40)
NAMED = st.dictionaries(st.uuids(), DIGESTS, max_size=40)
WORDED = st.dictionaries(st.text(st.characters(codec='utf-8'), max_size=20), DIGESTS, max_size=40)
HELD = st.builds(Held, st.dictionaries(st.integers(1, 20), NUMBERED | NAMED | WORDED, max_size=8), st.integers(0, 255))


@tagged('-at_install', 'post_install')
class TestSyncCursor(BaseCase):

    @settings(max_examples=40)
    @given(HELD)
    def test_it_says_what_the_phone_has(self, held):
        self.assertEqual(sync_cursor.decode(sync_cursor.encode(held, OWNER), OWNER), held)

    @settings(max_examples=40)
    @given(HELD, st.integers(60, 600))
    def test_it_fits_into_a_url(self, held, most):
        with patch.object(sync_cursor, 'MOST_BYTES', most + 9 * len(held.kinds)):
            cursor = sync_cursor.encode(held, OWNER)
        self.assertLessEqual(len(cursor) * 3 // 4, most + 9 * len(held.kinds))
        read = sync_cursor.decode(cursor, OWNER)
        self.assertEqual(read.kinds.keys(), held.kinds.keys())
        for kind, items in read.kinds.items():
            self.assertIn(items, (held.kinds[kind], sync_cursor.summary(held.kinds[kind])))

    @settings(max_examples=40)
    @given(HELD, HELD)
    def test_the_difference_makes_what_there_is(self, had, has):
        """Whatever the phone had, also when the cursor had no room to say so: with the answer it has what there is."""
        for most in (60, 100_000):
            with patch.object(sync_cursor, 'MOST_BYTES', most + 9 * len(had.kinds)):
                read = sync_cursor.decode(sync_cursor.encode(had, OWNER), OWNER)
            lacks = sync_cursor.difference(read, has.kinds)
            for kind, items in has.kinds.items():
                phone = {} if kind in lacks.complete else dict(had.kinds.get(kind, {}))
                for key in lacks.gone.get(kind, ()):
                    del phone[key]
                phone.update({key: items[key] for key in lacks.changed[kind]})
                self.assertEqual(phone, items)
                if had.kinds.get(kind) == items:
                    self.assertFalse(lacks.changed[kind], "what is as before is not sent")

    @settings(max_examples=40)
    @given(HELD, st.data())
    def test_a_damaged_one_is_none(self, held, data):
        cursor = sync_cursor.encode(held, OWNER)
        place = data.draw(st.integers(0, len(cursor) - 1))
        letter = data.draw(st.sampled_from('ABCxyz019-_.=\n é'))
        damaged = cursor[:place] + letter + cursor[place + 1:]
        if damaged != cursor:
            read = sync_cursor.decode(damaged, OWNER)
            # The last character has bits to spare.
            self.assertIn(read, (None, held) if place == len(cursor) - 1 else (None,))
        self.assertIsNone(sync_cursor.decode(cursor[:place], OWNER))

    @settings(max_examples=40)
    @given(HELD)
    def test_a_strangers_is_none(self, held):
        self.assertIsNone(sync_cursor.decode(sync_cursor.encode(held, OWNER), b'1,2,4'))

    @given(st.text(max_size=60) | st.none())
    def test_any_text_is_none(self, text):
        self.assertIsNone(sync_cursor.decode(text, OWNER))

    @settings(max_examples=300)
    @given(st.binary(max_size=60))
    def test_made_up_ones_are_read_or_not(self, body):
        """Who knows how the check is made can write what they like; it must not break the server."""
        raw = bytes([sync_cursor.VERSION]) + body
        cursor = base64.urlsafe_b64encode(raw + sync_cursor._check(raw, OWNER)).decode().rstrip('=')
        read = sync_cursor.decode(cursor, OWNER)
        if read:
            sync_cursor.difference(read, {1: {1: b'12345'}, 2: {UUID(int=1): b'12345'}})

    def test_made_up_ones_with_huge_numbers_are_none(self):
        """Python refuses to write numbers of so many digits, as what is gone they would break the answer."""
        raw = bytes([sync_cursor.VERSION, 0, 5, 1 << 2]) + b'\xff' * 4_000 + b'\x01' + b'12345'
        cursor = base64.urlsafe_b64encode(raw + sync_cursor._check(raw, OWNER)).decode().rstrip('=')
        self.assertIsNone(sync_cursor.decode(cursor, OWNER))

    def test_one_of_an_older_server_is_none(self):
        with patch.object(sync_cursor, 'VERSION', 0):
            cursor = sync_cursor.encode(Held({1: {1: b'12345'}}), OWNER)
        self.assertIsNone(sync_cursor.decode(cursor, OWNER))

    def test_size_of_an_ordinary_one(self):
        """50 stores, 10 coupons, 40 messages, 3 lists, 60 products."""
        kinds = {kind: {0: b'12345'} for kind in (1, 2, 3, 4)}
        kinds |= {5: dict.fromkeys(range(1, 51), b'12345'), 9: dict.fromkeys(range(1, 61), b'12345')}
        kinds |= {kind: {UUID(int=number): b'12345' for number in range(count)}
                  for kind, count in ((6, 10), (7, 40), (8, 3))}
        self.assertLess(len(sync_cursor.encode(Held(kinds), OWNER)), 2_600)
