"""The desk's certificate for TLS, made by the workspace itself: people compare its fingerprint on paper.

    private/desk/tls.key    the private key (ECDSA P-256), for the owner alone
    private/desk/tls.crt    the certificate, for the names and addresses that the desk answers to

No authority vouches for it, and none is asked: whoever opens the desk for the first time holds the
fingerprint that the browser shows against the one that the supervisor has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from escrutinio.base.errors import InputError
from escrutinio.base.files import PRIVATE, directory_mode, make_directories, write_files

TLS_KEY, CERTIFICATE = "tls.key", "tls.crt"
DAYS = 90
"""How long a certificate holds; then, or when the names change, another is made."""


def certificate_of(directory: Path, names: Sequence[str], clock: int) -> str:
    """Have a certificate for these names and addresses in a directory, made where there is none that fits.

    Gives its fingerprint: SHA-256 in hexadecimal, in pairs as browsers show it. Raises InputError for files
    that are no certificate.
    """
    path = directory / CERTIFICATE
    if path.exists() and (directory / TLS_KEY).exists():
        try:
            held = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise InputError("file-unreadable", path=path, why=str(error)) from None
        if _fits(held, names, clock):
            return _fingerprint(held)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _made(key, names, clock)
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    make_directories(directory, directory_mode(PRIVATE))
    files = [(TLS_KEY, plain), (CERTIFICATE, made.public_bytes(serialization.Encoding.PEM))]
    write_files(directory, files, private=True)
    return _fingerprint(made)


def _made(key: ec.EllipticCurvePrivateKey, names: Sequence[str], clock: int) -> x509.Certificate:
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Escrutinio")])
    begins = datetime.fromtimestamp(clock, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(whose)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - timedelta(days=1))
        .not_valid_after(begins + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _fits(held: x509.Certificate, names: Sequence[str], clock: int) -> bool:
    stated = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    moment = datetime.fromtimestamp(clock, UTC)
    valid = held.not_valid_before_utc <= moment < held.not_valid_after_utc - timedelta(days=1)
    return valid and set(stated) == {_general(name) for name in names}


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _fingerprint(held: x509.Certificate) -> str:
    return held.fingerprint(hashes.SHA256()).hex(":").upper()
