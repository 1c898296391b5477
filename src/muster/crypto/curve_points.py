"""Points of elliptic curves, as far as PACE needs more than key agreement: a generator of its own.

All multiplication is done by ``cryptography`` (OpenSSL, in constant time), whose key agreement gives the first
coordinate of a product only. The second is one of two. Which of them does not matter for a public key on the
mapped generator, since the other belongs to the negative private key and the shared first coordinate is the same;
where it does matter, the next multiple tells (:func:`product`). What is left to do here is one addition.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from muster.errors import Code, NotAuthentic

CHIP_KEY_UNUSABLE = Code(
    "CHIP_KEY_UNUSABLE", "The chip names a key that no honest chip has. Do not trust this document's chip."
)


@dataclass(frozen=True, slots=True)
class Curve:
    """y^2 = x^3 + ax + b modulo ``prime``; ``order`` of its generator (whose cofactor is 1)."""

    name: str
    prime: int
    a: int
    b: int
    order: int
    implementation: ec.EllipticCurve = field(compare=False, repr=False)

    @property
    def octets(self) -> int:
        """Of a coordinate."""
        return (self.prime.bit_length() + 7) // 8


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int


def encode(curve: Curve, point: Point) -> bytes:
    """Uncompressed (SEC 1, 2.3.3)."""
    return b"\x04" + point.x.to_bytes(curve.octets) + point.y.to_bytes(curve.octets)


def decode(curve: Curve, content: bytes) -> Point:
    """Raises ``NotAuthentic`` for what is no point of the curve, infinity included."""
    if len(content) != 1 + 2 * curve.octets or content[0] != 0x04:
        raise NotAuthentic(CHIP_KEY_UNUSABLE)
    return _numbers(public_key(curve, content))


def public_key(curve: Curve, content: bytes) -> ec.EllipticCurvePublicKey:
    """Raises ``NotAuthentic``."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.implementation, content)
    except ValueError as error:
        raise NotAuthentic(CHIP_KEY_UNUSABLE) from error


def draw_scalar(curve: Curve) -> int:
    """At least 1, and its next is still smaller than the order."""
    return 1 + secrets.randbelow(curve.order - 2)


def of_generator(curve: Curve, scalar: int) -> Point:
    """``scalar`` times the curve's own generator."""
    return _numbers(ec.derive_private_key(scalar, curve.implementation).public_key())


def first_coordinate(curve: Curve, scalar: int, point: Point) -> bytes:
    """Of ``scalar`` times ``point``: what key agreement gives. Raises ``NotAuthentic`` where there is none."""
    peer = public_key(curve, encode(curve, point))
    try:
        return ec.derive_private_key(scalar, curve.implementation).exchange(ec.ECDH(), peer)
    except ValueError as error:
        raise NotAuthentic(CHIP_KEY_UNUSABLE) from error


def either_product(curve: Curve, scalar: int, point: Point) -> Point:
    """``scalar`` times ``point``, or its negative."""
    compressed = b"\x02" + first_coordinate(curve, scalar, point)
    return _numbers(ec.EllipticCurvePublicKey.from_encoded_point(curve.implementation, compressed))


def product(curve: Curve, scalar: int, point: Point) -> Point:
    """``scalar`` times ``point``. Raises ``NotAuthentic``: also in the one case of a curve's order where it cannot
    be told, which no honest chip brings about."""
    either = either_product(curve, scalar, point)
    following = int.from_bytes(first_coordinate(curve, scalar + 1, point))
    for candidate in (either, _negative(curve, either)):
        if candidate.x != point.x and total(curve, candidate, point).x == following:
            return candidate
    raise NotAuthentic(CHIP_KEY_UNUSABLE)


def total(curve: Curve, one: Point, other: Point) -> Point:
    """The sum of two points. Raises ``NotAuthentic`` where it is infinity."""
    prime = curve.prime
    if one.x == other.x:
        if (one.y + other.y) % prime == 0:
            raise NotAuthentic(CHIP_KEY_UNUSABLE)
        slope = (3 * one.x * one.x + curve.a) * pow(2 * one.y, -1, prime)
    else:
        slope = (other.y - one.y) * pow(other.x - one.x, -1, prime)
    x = (slope * slope - one.x - other.x) % prime
    return Point(x, (slope * (one.x - x) - one.y) % prime)


def _negative(curve: Curve, point: Point) -> Point:
    return Point(point.x, -point.y % curve.prime)


def _numbers(key: ec.EllipticCurvePublicKey) -> Point:
    numbers = key.public_numbers()
    return Point(numbers.x, numbers.y)
