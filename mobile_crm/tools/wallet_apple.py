"""Apple Wallet: what a certificate for passes is, and how a pass is signed and packed.

https://developer.apple.com/documentation/walletpasses (Building a Pass, Pass, Adding a Web Service to Update Passes)
"""
import binascii
import contextlib
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from .push_account import Account, CredentialError
from .transport import Request
from .transport_dial import Identity

PASS_TYPE = re.compile(r'pass\.[A-Za-z0-9][A-Za-z0-9.-]{1,149}')
#: Bytes; a file with two certificates and a key has about 6,000.
LONGEST_CREDENTIAL = 50_000
PEM = re.compile(rb'-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----', re.DOTALL)
#: Of all files in a pass: what ZIP can say at the earliest.
MOMENT = (1980, 1, 1, 0, 0, 0)
#: Where passes are told that there is something new. They have no sandbox.
PUSH_URL = 'https://api.push.apple.com'


def read_credential(files, password=None, now=None):
    """Return what is in the files of a pass type's certificate, checked, as one PEM text: key, certificate, authority.

    :param list[bytes] files: PKCS#12, PEM or DER; the certificate, its key and Apple's intermediate certificate.
    :param bytes | None password: of the PKCS#12 file or the key.
    :param datetime now: naive UTC.
    :raise CredentialError:
    :rtype: str
    """
    keys, certificates = [], []
    for content in files:
        if len(content) > LONGEST_CREDENTIAL:
            raise CredentialError('no_certificate')
        _read(content, password, keys, certificates)
    if not certificates:
        raise CredentialError('no_certificate')
    leaves = [certificate for certificate in certificates if _named(certificate, NameOID.USER_ID)]
    if len(leaves) != 1 or not PASS_TYPE.fullmatch(_named(leaves[0], NameOID.USER_ID)):
        raise CredentialError('no_pass_type')
    [leaf] = leaves
    if not _named(leaf, NameOID.ORGANIZATIONAL_UNIT_NAME):
        raise CredentialError('no_team')
    if not keys:
        raise CredentialError('no_key')
    [key] = [key for key in keys if _public(key) == _public(leaf)][:1] or [None]
    if key is None:
        raise CredentialError('other_key')
    if not isinstance(key, rsa.RSAPrivateKey):
        raise CredentialError('no_rsa')
    begins, ends = _validity(leaf)
    now = now or datetime.now(UTC).replace(tzinfo=None)
    if not begins <= now < ends:
        raise CredentialError('expired' if now >= ends else 'not_yet')
    above = [other for other in certificates if other != leaf and _has_issued(other, leaf)]
    if not above:
        raise CredentialError('no_authority')
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + leaf.public_bytes(Encoding.PEM) + above[0].public_bytes(Encoding.PEM)).decode()


class PassAccount(Account):
    """A certificate for passes of one type, with its key.

    :ivar str pass_type: Apple's identifier of the kind of passes.
    :ivar str team: of ten symbols.
    :ivar datetime ends_at: naive UTC.
    :ivar Identity identity: by which Apple's push service knows us.
    """

    def __init__(self, text):
        super().__init__()
        blocks = [match[0] + b'\n' for match in PEM.finditer(text.encode())]
        self._key = load_pem_private_key(blocks[0], None)
        self._leaf, self._authority = (x509.load_pem_x509_certificate(block) for block in blocks[1:])
        self.pass_type = _named(self._leaf, NameOID.USER_ID)
        self.team = _named(self._leaf, NameOID.ORGANIZATIONAL_UNIT_NAME)
        self.ends_at = _validity(self._leaf)[1]
        self.identity = Identity(blocks[0], b''.join(blocks[1:]))

    def package(self, files):
        """Return a pass as Wallet takes it: the files with their manifest and its signature.

        :param dict[str, bytes] files: by name, ``pass.json`` among them.
        :rtype: bytes
        """
        # SHA-1 is what the format says; what counts is the signature over the list of them.
        digests = {name: hashlib.sha1(files[name]).hexdigest() for name in sorted(files)}  # noqa: S324
        manifest = json.dumps(digests, indent=1).encode()
        signature = (
            pkcs7.PKCS7SignatureBuilder().set_data(manifest).add_signer(self._leaf, self._key, hashes.SHA256())
            .add_certificate(self._authority)
            .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]))
        output = io.BytesIO()
        with zipfile.ZipFile(output, 'w', zipfile.ZIP_DEFLATED) as archive:
            for name, content in [*sorted(files.items()), ('manifest.json', manifest), ('signature', signature)]:
                entry = zipfile.ZipInfo(name, MOMENT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        return output.getvalue()


def strings(texts):
    """Return the file of a language: what to show in place of the texts in ``pass.json``.

    :param dict[str, str] texts:
    :rtype: bytes
    """
    return ''.join(
        f'{_quoted(text)} = {_quoted(translation)};\n' for text, translation in sorted(texts.items())).encode()


def push(tag, base, push_token, pass_type):
    """Return the request by which a phone learns that a pass has changed: it says nothing, and the phone asks.

    :rtype: Request
    """
    return Request(tag, f'{base.rstrip("/")}/3/device/{push_token}', [
        ('apns-topic', pass_type), ('apns-push-type', 'background'), ('apns-priority', '5')], b'{}')


def _quoted(text):
    escaped = text.replace('\\', '\\\\').replace('"', '\\"').replace('\r', '').replace('\n', '\\n')
    return f'"{escaped}"'


def _read(content, password, keys, certificates):
    """Add what a file holds to keys and certificates."""
    if b'-----BEGIN ' in content:
        for match in PEM.finditer(content):
            try:
                if match[1] == b'CERTIFICATE':
                    certificates.append(x509.load_pem_x509_certificate(match[0] + b'\n'))
                elif match[1].endswith(b'PRIVATE KEY'):
                    is_locked = b'ENCRYPTED' in match[0]
                    keys.append(load_pem_private_key(match[0] + b'\n', password if is_locked else None))
            except (ValueError, TypeError, binascii.Error):
                is_key = match[1] != b'CERTIFICATE'
                raise CredentialError('password' if is_key else 'no_certificate') from None
        return
    with contextlib.suppress(ValueError):
        certificates.append(x509.load_der_x509_certificate(content))
        return
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(content, password)
    except (ValueError, TypeError):
        # What is no sequence of ASN.1 has no password either.
        raise CredentialError('password' if content[:1] == b'\x30' else 'no_certificate') from None
    keys += [key] if key else []
    certificates += [*([leaf] if leaf else []), *others]


def _named(certificate, name):
    found = certificate.subject.get_attributes_for_oid(name)
    return found[0].value if found else ''


def _public(holder):
    return holder.public_key().public_numbers()


def _validity(certificate):
    """Return from when until when a certificate is good (naive UTC)."""
    if hasattr(certificate, 'not_valid_after_utc'):
        return tuple(moment.replace(tzinfo=None) for moment in (
            certificate.not_valid_before_utc, certificate.not_valid_after_utc))
    # Before cryptography 42.
    return certificate.not_valid_before, certificate.not_valid_after


def _has_issued(authority, certificate):
    if authority.subject != certificate.issuer:
        return False
    try:
        authority.public_key().verify(
            certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(),
            certificate.signature_hash_algorithm)
    except (InvalidSignature, TypeError, AttributeError):
        return False
    return True
