"""Certificates of a server on this machine: a good one, and each kind of wrong one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Certificates:
    """PEM files in ``folder``; the servers' hold the private key too. ``issuer`` is what a station trusts."""

    folder: Path

    @cached_property
    def issuer(self) -> Path:
        path = self.folder / "issuer.pem"
        path.write_bytes(_pem(_ISSUER))
        return path

    @cached_property
    def good(self) -> Path:
        return self._server("good", "127.0.0.1")

    @cached_property
    def of_another_issuer(self) -> Path:
        return self._server("other-issuer", "127.0.0.1", issuer=_Issuer("Somebody else"))

    @cached_property
    def expired(self) -> Path:
        return self._server("expired", "127.0.0.1", ended_before=timedelta(days=1))

    @cached_property
    def of_another_name(self) -> Path:
        return self._server("other-name", "127.0.0.2")

    def _server(
        self, file: str, address: str, *, issuer: _Issuer | None = None, ended_before: timedelta | None = None
    ) -> Path:
        issuer, key = issuer or _ISSUER, ec.generate_private_key(ec.SECP256R1())
        end = datetime.now(UTC) + (_YEAR if ended_before is None else -ended_before)
        certificate = (
            _builder(address, issuer.name, key, end)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(address))]), critical=False)
            .sign(issuer.key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / f"{file}.pem"
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        return path


class _Issuer:
    def __init__(self, name: str) -> None:
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, self.name, self.key, datetime.now(UTC) + _YEAR)
        ca = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = builder.add_extension(ca, critical=True).sign(self.key, hashes.SHA256())


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * _YEAR)
        .not_valid_after(end)
    )


def _pem(issuer: _Issuer) -> bytes:
    return issuer.certificate.public_bytes(serialization.Encoding.PEM)


_ISSUER = _Issuer("Issuer of this machine")
