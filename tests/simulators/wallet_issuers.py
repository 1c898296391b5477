"""Who issues credentials to wallets, made for a test: authorities, issuers below them, what they withdrew."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey
from polaris_oid4vp.status import encode_status_list

from muster import base64url

PEM = serialization.Encoding.PEM
STATUS_SIGNING = "1.3.6.1.5.5.7.3.30"


@dataclass(frozen=True)
class Party:
    """``certificate`` is of ``key``."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def authority(cls, name: str) -> Party:
        return _made(name, None, [_IS_AUTHORITY], (-1000, 1000))

    def authority_below(self, name: str) -> Party:
        return _made(name, self, [_IS_AUTHORITY], (-1000, 1000))

    def issuer(self, name: str = "Musterstaat", uri: str = "", days: tuple[int, int] = (-10, 300)) -> Party:
        """Below this authority; ``uri`` is what its credentials call it."""
        names = [(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), False)] if uri else []
        return _made(name, self, [_SIGNS, *names], days)

    def list_signer(
        self, *uses: str, days: tuple[int, int] = (-10, 300), curve: ec.EllipticCurve | None = None
    ) -> Party:
        known = x509.ExtendedKeyUsage([x509.ObjectIdentifier(each) for each in uses])
        return _made("Lists", self, [_SIGNS, (known, False)] if uses else [_SIGNS], days, curve)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def x5c(self) -> list[str]:
        return [base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()]

    def credential(self, claims: Mapping[str, Any], *, shown: Sequence[str] = (), **more: Any) -> dict[str, Any]:
        """What the wallet is to hold; ``shown`` is what its holder cannot hide."""
        always = ["iss", "vct", "exp", "nbf", "status", *shown]
        key = ECKey.import_key(self.key_pem).as_dict(private=True)
        return {"claims": dict(claims), "open": always, "key": key, "x5c": self.x5c, **more}

    def shown(self, claims: bytes, holder: ECKey, *, hidden: str = "") -> str:
        """A presentation without any wallet, for claims that no library would sign: to ``station``, with the nonce
        ``n``, just now; ``hidden`` is a disclosure that ``claims`` know the digest of."""
        header: dict[str, Any] = {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": self.x5c}
        key = ECKey.import_key(self.key_pem)
        signed = "~".join(
            (jws.serialize_compact(header, claims, key, registry=_Long()), *filter(None, [hidden]), "")
        )
        digest = base64url.encode(hashlib.sha256(signed.encode()).digest())
        proof = {"iat": int(datetime.now(UTC).timestamp()), "aud": "station", "nonce": "n", "sd_hash": digest}
        return signed + jws.serialize_compact(
            {"alg": "ES256", "typ": "kb+jwt"}, json.dumps(proof).encode(), holder
        )

    def status_list(self, uri: str, statuses: Sequence[int], *, own: bool = False, **more: int | str) -> bytes:
        """``own``: the list brings its signer's certificate."""
        at = int(datetime.now(UTC).timestamp())
        content = {"bits": 2, "lst": encode_status_list(list(statuses), 2)}
        claims = {"sub": uri, "iat": at, "ttl": 600, "status_list": content, **more}
        header = {"alg": "ES256", "typ": "statuslist+jwt", **({"x5c": self.x5c} if own else {})}
        return jws.serialize_compact(header, json.dumps(claims).encode(), ECKey.import_key(self.key_pem)).encode()


class _Long(jws.JWSRegistry):
    max_header_length = 64 * 1024
    max_payload_length = 1024 * 1024


_IS_AUTHORITY = (x509.BasicConstraints(ca=True, path_length=None), True)
_SIGNS = (
    x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    ),
    True,
)


def _made(
    name: str,
    above: Party | None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    days: tuple[int, int],
    curve: ec.EllipticCurve | None = None,
) -> Party:
    key = ec.generate_private_key(curve or ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Party(key, builder.sign(above.key if above else key, hashes.SHA256()))
