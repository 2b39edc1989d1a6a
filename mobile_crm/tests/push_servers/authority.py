"""A certificate authority for one run: who trusts it talks to the fakes over TLS as to the real services."""
import atexit
import functools
import shutil
import ssl
import tempfile
from datetime import datetime, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

#: What the services are called, here and out there.
NAMES = (
    'localhost', 'fcm.googleapis.com', 'oauth2.googleapis.com', 'api.push.apple.com', 'api.sandbox.push.apple.com',
    'updates.push.services.mozilla.com')
# The clock of a test may be turned far away from the machine's.
BEGINS, ENDS = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2040, 1, 1, tzinfo=timezone.utc)


@functools.lru_cache
def _folder():
    """Make the authority and one certificate for all services; return where they are."""
    folder = Path(tempfile.mkdtemp(prefix='mobile_crm_push.'))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    authority_key, authority = _certificate('A test of mobile_crm')
    (folder / 'ca.pem').write_bytes(authority.public_bytes(Encoding.PEM))
    key, certificate = _certificate('localhost', authority_key, authority)
    (folder / 'server.pem').write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM))
    return folder


def _certificate(name, issuer_key=None, issuer=None):
    """Return a key and its certificate, which signs itself where no issuer is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS).not_valid_after(ENDS)
        .add_extension(x509.BasicConstraints(ca=not issuer, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            (issuer_key or key).public_key()), critical=False))
    if issuer:
        builder = builder.add_extension(x509.SubjectAlternativeName(
            [*map(x509.DNSName, NAMES), x509.IPAddress(ip_address('127.0.0.1'))]), critical=False)
    else:
        builder = builder.add_extension(x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False),
            critical=True)
    return key, builder.sign(issuer_key or key, hashes.SHA256())


def ca_file():
    """Return the path of the authority's certificate.

    :rtype: str
    """
    return str(_folder() / 'ca.pem')


def server_context(protocols):
    """Return the TLS settings of a server.

    :param protocols: names that it offers by ALPN, the preferred one first.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(_folder() / 'server.pem')
    context.set_alpn_protocols(list(protocols))
    return context
