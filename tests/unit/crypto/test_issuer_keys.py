"""Keys and algorithms of issuers: what is not spoken is told apart from what is wrong."""

from __future__ import annotations

import pytest
from asn1crypto import algos, core, keys
from cryptography.hazmat.primitives.asymmetric import ec

from muster.crypto.curves import CURVES
from muster.crypto.issuer_keys import Kind, Scheme, hash_named, load_key, scheme_of
from muster.errors import BadInput
from simulators.passport_issuer import ec_key, rsa_key

_CURVE = CURVES[12]
_BINARY_FIELD = "1.2.840.10045.1.2"


def _rsa(bits: int, exponent: int = 65537) -> bytes:
    key = keys.RSAPublicKey({"modulus": (1 << bits) - 1, "public_exponent": exponent})
    return keys.PublicKeyInfo.wrap(key, "rsa").dump()  # type: ignore[no-any-return]


def _point() -> ec.EllipticCurvePublicNumbers:
    return ec_key("DS").public_key().public_numbers()


def _ec(parameters: keys.ECDomainParameters) -> bytes:
    point = _point()
    info = keys.PublicKeyInfo(
        {
            "algorithm": keys.PublicKeyAlgorithm({"algorithm": "ec", "parameters": parameters}),
            "public_key": keys.ECPointBitString.from_coords(point.x, point.y),
        }
    )
    return info.dump()  # type: ignore[no-any-return]


def _written_out(field: str = "prime_field", b: int = _CURVE.b) -> keys.ECDomainParameters:
    generator = ec.derive_private_key(1, _CURVE.implementation).public_key().public_numbers()
    domain = keys.SpecifiedECDomain(
        {
            "version": "ecdpVer1",
            "field_id": {"field_type": "prime_field", "parameters": _CURVE.prime},
            "curve": {"a": _CURVE.a.to_bytes(32), "b": b.to_bytes(32)},
            "base": keys.ECPoint.from_coords(generator.x, generator.y),
            "order": _CURVE.order,
        }
    )
    if field != "prime_field":
        octets = domain.dump(force=True)
        known, other = (core.ObjectIdentifier(each).dump() for each in ("1.2.840.10045.1.1", field))
        domain = keys.SpecifiedECDomain.load(octets.replace(known, other))
    return keys.ECDomainParameters("specified", domain)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"\x30\x00",
        _rsa(1023),
        _rsa(8193),
        _rsa(2048, exponent=(1 << 64) + 1),
        _ec(keys.ECDomainParameters("implicit_ca", core.Null())),
        _ec(keys.ECDomainParameters("named", "1.3.132.0.10")),
        _ec(_written_out(_BINARY_FIELD)),
        _ec(_written_out(b=_CURVE.b + 1)),
    ],
    ids=[
        "nothing", "empty", "short", "long", "long exponent", "implied", "of another name", "binary", "of its own",
    ],
)  # fmt: skip
def test_a_key_that_is_not_spoken_is_not_called_wrong(key: bytes) -> None:
    with pytest.raises(BadInput, match="ISSUER_ALGORITHM_UNKNOWN"):
        load_key(key)


def test_a_curve_that_is_written_out_is_the_one_with_a_name() -> None:
    named = keys.ECDomainParameters("named", "1.2.840.10045.3.1.7")
    assert load_key(_ec(_written_out())) == load_key(_ec(named)) == ec_key("DS").public_key()


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Kind.PKCS1, ec_key("DS").public_key()),
        (Kind.PSS, ec_key("DS").public_key()),
        (Kind.ECDSA, rsa_key("DS").public_key()),
        (Kind.PLAIN_ECDSA, rsa_key("DS").public_key()),
    ],
)
def test_a_signature_by_a_key_of_another_kind_is_not_spoken(kind: Kind, key: ec.EllipticCurvePublicKey) -> None:
    with pytest.raises(BadInput):
        Scheme(kind, "sha256", "sha256", 32).verify(key, b"content", bytes(64))


@pytest.mark.parametrize("name", ["md5", "", "SHA256"])
def test_a_hash_that_is_not_spoken_has_no_name(name: str) -> None:
    with pytest.raises(BadInput):
        hash_named(name)


@pytest.mark.parametrize("digest", [None, "md5"])
def test_an_algorithm_that_leaves_its_hash_open_needs_one_that_is_known(digest: str | None) -> None:
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
    with pytest.raises(BadInput):
        scheme_of(algorithm, digest)
    assert scheme_of(algorithm, "sha256") == Scheme(Kind.PKCS1, "sha256")
