import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from ..tools import vault


@tagged('post_install', '-at_install')
class TestVault(TransactionCase):
    """The secret that is kept in a file."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.startPatcher(patch.dict(config.options, {'data_dir': str(self.folder)}))
        environment = {name: value for name, value in os.environ.items() if name != vault.VARIABLE}
        self.startPatcher(patch.dict(os.environ, environment, clear=True))
        self.file = self.folder / 'mobile_crm' / f'{self.env.cr.dbname}.key'

    def test_nobody_else_on_the_machine_reads_it(self):
        sealed = vault.lock(self.env, "secret", 'test')
        self.assertEqual(vault.open_(self.env, sealed, 'test'), "secret")
        self.assertEqual((self.file.stat().st_mode & 0o777, self.file.parent.stat().st_mode & 0o777), (0o600, 0o700))
        self.assertEqual(os.listdir(self.file.parent), [self.file.name])

    def test_of_two_that_make_it_at_once_both_have_the_first_ones(self):
        link = os.link

        def late(source, target):
            Path(target).write_bytes(b'the key of the other host.......')
            link(source, target)
        with patch('os.link', late):
            sealed = vault.lock(self.env, "secret", 'test')
        self.assertEqual(vault.open_(self.env, sealed, 'test'), "secret")
        self.assertEqual(os.listdir(self.file.parent), [self.file.name])

    def test_a_place_that_keeps_none(self):
        with patch('os.link', side_effect=PermissionError(1, "Operation not permitted")), \
                self.assertRaises(vault.NoKeyError):
            vault.lock(self.env, "secret", 'test')
        # A key that nobody uses is not left about.
        self.assertEqual(os.listdir(self.file.parent), [])

    def test_a_key_that_cannot_be_read(self):
        """Nothing is sent, and the form opens and says so."""
        sealed = vault.lock(self.env, "secret", 'test')
        with patch.object(Path, 'read_bytes', side_effect=PermissionError(13, "Permission denied")):
            self.assertIsNone(vault.open_(self.env, sealed, 'test'))
            with self.assertRaises(vault.NoKeyError):
                vault.lock(self.env, "secret", 'test')

    def test_a_key_that_is_damaged(self):
        """What is sealed with an empty key opens for everybody."""
        sealed = vault.lock(self.env, "secret", 'test')
        self.file.write_bytes(b'')
        self.assertIsNone(vault.open_(self.env, sealed, 'test'))
        with self.assertRaises(vault.NoKeyError):
            vault.lock(self.env, "secret", 'test')
