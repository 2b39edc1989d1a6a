"""Text that only the caller can have opened again: the key is made of what they send, and kept nowhere."""
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_LENGTH = 16
# Each key is used once, with a salt of its own, so one nonce is as good as any other.
NONCE = bytes(12)


def seal(secret, text, purpose):
    """Encrypt a text with a key derived from a secret (HKDF-SHA256, AES-256-GCM).

    :param bytes secret: cannot be guessed, as a whole.
    :param bytes text: what is sealed.
    :param bytes purpose: what it is good for; it opens for nothing else.
    :rtype: bytes
    """
    salt = os.urandom(SALT_LENGTH)
    return salt + AESGCM(_key(secret, salt)).encrypt(NONCE, text, purpose)


def unseal(secret, sealed, purpose):
    """Return what was sealed with this secret for this purpose, or None when it was another.

    :rtype: bytes | None
    """
    salt, ciphertext = sealed[:SALT_LENGTH], sealed[SALT_LENGTH:]
    try:
        return AESGCM(_key(secret, salt)).decrypt(NONCE, ciphertext, purpose)
    except InvalidTag:
        return None


def _key(secret, salt):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b'mobile_crm').derive(secret)
