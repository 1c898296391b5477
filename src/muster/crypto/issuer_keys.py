"""Keys and signatures of those who issue travel documents (ICAO Doc 9303-12, 4.4): RSA with PKCS#1 v1.5 or PSS,
and ECDSA on every curve that ``cryptography`` knows, whether an issuer names the curve or writes its numbers out,
which ``cryptography`` alone would not read.

Not spoken: DSA, the curves of 192, 224 and 320 bits of RFC 5639, curves of an issuer's own. What is not spoken is
told apart from what is wrong: nobody can say that such a signature is false.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from muster.crypto.curve_points import Curve, Point
from muster.crypto.curves import CURVES, with_numbers
from muster.errors import BadInput, Code

ISSUER_ALGORITHM_UNKNOWN = Code(
    "ISSUER_ALGORITHM_UNKNOWN", "The document is signed in a way that this program does not know."
)

# What asn1crypto raises, at once or when a field is first looked at, for octets that are not what they should be.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)

IssuerKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_LEAST_RSA_BITS, _MOST_RSA_BITS = 1024, 8192  # chips of the first passports have 1024
_LONGEST_EXPONENT_BITS = 64  # a longer one only costs time
_RSA_KEYS, _EC_KEY = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"), "1.2.840.10045.2.1"
_CURVES = {
    "1.2.840.10045.3.1.1": 8, "1.3.132.0.33": 10, "1.2.840.10045.3.1.7": 12, "1.3.36.3.3.2.8.1.1.7": 13,
    "1.3.132.0.34": 15, "1.3.36.3.3.2.8.1.1.11": 16, "1.3.36.3.3.2.8.1.1.13": 17, "1.3.132.0.35": 18,
}  # fmt: skip
_PRIME_FIELD = "1.2.840.10045.1.1"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}  # fmt: skip


class Kind(Enum):
    PKCS1 = auto()
    PSS = auto()
    ECDSA = auto()
    PLAIN_ECDSA = auto()  # BSI TR-03111, 5.2.1.1: two numbers of equal length, one behind the other


# By the algorithm's object identifier; None where it leaves the hash open.
_ALGORITHMS: dict[str, tuple[Kind, str | None]] = {
    "1.2.840.113549.1.1.1": (Kind.PKCS1, None),
    "1.2.840.113549.1.1.5": (Kind.PKCS1, "sha1"),
    "1.2.840.113549.1.1.14": (Kind.PKCS1, "sha224"),
    "1.2.840.113549.1.1.11": (Kind.PKCS1, "sha256"),
    "1.2.840.113549.1.1.12": (Kind.PKCS1, "sha384"),
    "1.2.840.113549.1.1.13": (Kind.PKCS1, "sha512"),
    "1.2.840.113549.1.1.10": (Kind.PSS, None),
    "1.2.840.10045.4": (Kind.ECDSA, None),
    "1.2.840.10045.2.1": (Kind.ECDSA, None),  # the key's algorithm, which some signers write here
    "1.2.840.10045.4.1": (Kind.ECDSA, "sha1"),
    "1.2.840.10045.4.3.1": (Kind.ECDSA, "sha224"),
    "1.2.840.10045.4.3.2": (Kind.ECDSA, "sha256"),
    "1.2.840.10045.4.3.3": (Kind.ECDSA, "sha384"),
    "1.2.840.10045.4.3.4": (Kind.ECDSA, "sha512"),
    "0.4.0.127.0.7.1.1.4.1.1": (Kind.PLAIN_ECDSA, "sha1"),
    "0.4.0.127.0.7.1.1.4.1.2": (Kind.PLAIN_ECDSA, "sha224"),
    "0.4.0.127.0.7.1.1.4.1.3": (Kind.PLAIN_ECDSA, "sha256"),
    "0.4.0.127.0.7.1.1.4.1.4": (Kind.PLAIN_ECDSA, "sha384"),
    "0.4.0.127.0.7.1.1.4.1.5": (Kind.PLAIN_ECDSA, "sha512"),
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """How something is signed. ``mask`` (the hash of its mask) and ``salt_length`` are PSS's."""

    kind: Kind
    digest: str
    mask: str = ""
    salt_length: int = 0

    def verify(self, key: IssuerKey, content: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is the key's over ``content``. Raises ``BadInput``: a key for another scheme."""
        hash_ = hash_named(self.digest)
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, content, self._padding(), hash_)
            elif self.kind in (Kind.ECDSA, Kind.PLAIN_ECDSA):
                is_plain = self.kind is Kind.PLAIN_ECDSA
                key.verify(_as_der(signature) if is_plain else signature, content, ec.ECDSA(hash_))
            else:
                raise unknown()
        except InvalidSignature:
            return False
        except UnsupportedAlgorithm as error:  # pragma: no cover - a computer's policy may bar SHA-1
            raise unknown() from error
        return True

    def _padding(self) -> padding.AsymmetricPadding:
        if self.kind is Kind.PKCS1:
            return padding.PKCS1v15()
        if self.kind is Kind.PSS:
            return padding.PSS(padding.MGF1(hash_named(self.mask)), self.salt_length)
        raise unknown()


def plain_scheme(dotted: str) -> Scheme | None:
    """Of Active Authentication's signature algorithm, by its object identifier; None for another."""
    kind, digest = _ALGORITHMS.get(dotted, (None, None))
    return Scheme(kind, digest) if kind is Kind.PLAIN_ECDSA and digest else None


def scheme_of(algorithm: algos.SignedDigestAlgorithm, digest: str | None = None) -> Scheme:
    """``digest`` names the hash for algorithms that leave it open, as a CMS may. Raises ``BadInput``, and what is
    in ``UNREADABLE``."""
    dotted = algorithm["algorithm"].dotted
    if dotted not in _ALGORITHMS:
        raise unknown()
    kind, fixed = _ALGORITHMS[dotted]
    if kind is Kind.PSS:
        parameters = algorithm["parameters"]
        own = parameters["hash_algorithm"]["algorithm"].native
        mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
        return Scheme(kind, _known(own), _known(mask), parameters["salt_length"].native)
    return Scheme(kind, _known(fixed or digest))


def load_key(subject_public_key_info: bytes) -> IssuerKey:
    """Raises ``BadInput`` for what is no key or one of a kind that is not spoken."""
    try:
        return key_of(keys.PublicKeyInfo.load(subject_public_key_info, strict=True))
    except UNREADABLE as error:
        raise unknown() from error


def key_of(info: keys.PublicKeyInfo) -> IssuerKey:
    """Raises ``BadInput``, and what is in ``UNREADABLE``."""
    kind = info["algorithm"]["algorithm"].dotted
    if kind in _RSA_KEYS:
        return _rsa_key(info)
    if kind != _EC_KEY:
        raise unknown()
    try:
        curve = _curve_of(info["algorithm"]["parameters"])
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.implementation, info["public_key"].native)
    except UnsupportedAlgorithm as error:  # pragma: no cover - a computer's OpenSSL may lack a curve
        raise unknown() from error


def hash_named(name: str) -> hashes.HashAlgorithm:
    """Raises ``BadInput``."""
    return _HASHES[_known(name)]()


def unknown() -> BadInput:
    return BadInput(ISSUER_ALGORITHM_UNKNOWN)


def _rsa_key(info: keys.PublicKeyInfo) -> rsa.RSAPublicKey:
    numbers = info["public_key"].parsed
    modulus, exponent = numbers["modulus"].native, numbers["public_exponent"].native
    if not _LEAST_RSA_BITS <= modulus.bit_length() <= _MOST_RSA_BITS:
        raise unknown()
    if exponent.bit_length() > _LONGEST_EXPONENT_BITS:
        raise unknown()
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _curve_of(parameters: keys.ECDomainParameters) -> Curve:
    if parameters.name == "named" and parameters.chosen.dotted in _CURVES:
        return CURVES[_CURVES[parameters.chosen.dotted]]
    # Where the curve is implied, a certificate above has it; no issuer does that.
    found = _written_out(parameters.chosen) if parameters.name == "specified" else None
    if found is None:
        raise unknown()
    return found


def _written_out(domain: keys.SpecifiedECDomain) -> Curve | None:
    if domain["field_id"]["field_type"].dotted != _PRIME_FIELD:
        return None
    a, b = (int.from_bytes(domain["curve"][name].native) for name in ("a", "b"))
    generator = Point(*domain["base"].to_coords())
    return with_numbers(domain["field_id"]["parameters"].native, a, b, generator, domain["order"].native)


def _as_der(signature: bytes) -> bytes:
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))


def _known(name: str | None) -> str:
    if name is None or name not in _HASHES:
        raise unknown()
    return name
