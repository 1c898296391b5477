"""Password Authenticated Connection Establishment: chip and station show each other that both know a password,
without giving a listener anything to search (ICAO Doc 9303-11, 4.4; worked example in appendix G.1).

Spoken is the generic mapping on elliptic curves (id-PACE-ECDH-GM) with Triple DES and AES. Not spoken: Diffie-
Hellman modulo a prime, the integrated mapping, chip authentication mapping, parameters of an issuer's own. A chip
that offers those alone is opened by Basic Access Control where it knows that.

::

    encrypted nonce -> map two points onto a generator that only who knows the password arrives at
    -> agree on a key there -> exchange tokens over each other's public key
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto.core import ObjectIdentifier

from muster.crypto.bac import CHIP_ANSWER_FORGED
from muster.crypto.chip_session import Purpose, SessionCipher, Suite, same
from muster.crypto.curve_points import (
    CHIP_KEY_UNUSABLE,
    Curve,
    Point,
    decode,
    draw_scalar,
    either_product,
    encode,
    first_coordinate,
    of_generator,
    product,
    total,
)
from muster.crypto.curves import CURVES
from muster.errors import NotAuthentic

_ECDH_GM = "0.4.0.127.0.7.2.2.4.2."
_SUITES = {"1": Suite.TRIPLE_DES, "2": Suite.AES_128, "3": Suite.AES_192, "4": Suite.AES_256}
_STRENGTH = {suite: place for place, suite in enumerate(Suite)}
_VERSION = 2


@dataclass(frozen=True, slots=True)
class PaceOption:
    """One way a chip offers. ``protocol`` is its object identifier, ``parameters`` the number of its curve."""

    protocol: str
    suite: Suite
    parameters: int

    @property
    def curve(self) -> Curve:
        return CURVES[self.parameters]


def best_option(offers: Iterable[tuple[str, tuple[int, ...]]]) -> PaceOption | None:
    """The strongest of what a chip offers, as (object identifier, numbers behind it), that is spoken here."""
    options = [option for offer in offers if (option := _option(*offer)) is not None]
    return max(options, key=lambda each: (_STRENGTH[each.suite], each.curve.octets), default=None)


def _option(protocol: str, numbers: tuple[int, ...]) -> PaceOption | None:
    suite = _SUITES.get(protocol.removeprefix(_ECDH_GM)) if protocol.startswith(_ECDH_GM) else None
    if suite is None or len(numbers) != 2 or numbers[0] != _VERSION or numbers[1] not in CURVES:
        return None
    return PaceOption(protocol, suite, numbers[1])


class PaceTerminal:
    """The station's side, one call for each message, in this order.

    Raises ``NotAuthentic`` throughout: for points that are none, for the station's own key sent back, for a token
    that shows that the chip does not know the password.
    """

    def __init__(self, option: PaceOption, password: bytes, scalars: tuple[int, int] | None = None) -> None:
        """``password``: the hash of the zone (``bac.seed_of``) or the digits of the card access number.
        ``scalars`` are the two secrets, drawn when not given."""
        self._option = option
        self._curve = option.curve
        self._password = password
        drawn = scalars or (draw_scalar(self._curve), draw_scalar(self._curve))
        self._mapping_secret, self._secret = drawn
        self._nonce = 0
        self._generator = self._public = self._peer = Point(0, 0)
        self._cipher: SessionCipher | None = None

    def decrypt_nonce(self, encrypted: bytes) -> None:
        suite = self._option.suite
        try:
            plain = suite.decrypt_nonce(suite.derive(self._password, Purpose.PASSWORD), encrypted)
        except ValueError as error:
            raise NotAuthentic(CHIP_ANSWER_FORGED) from error
        self._nonce = int.from_bytes(plain) % self._curve.order
        if self._nonce == 0:
            raise NotAuthentic(CHIP_KEY_UNUSABLE)

    def mapping_key(self) -> bytes:
        return encode(self._curve, of_generator(self._curve, self._mapping_secret))

    def map_generator(self, peer: bytes) -> None:
        """4.4.3.3.1: the nonce times the old generator, plus what both agreed on."""
        point = decode(self._curve, peer)
        if point == of_generator(self._curve, self._mapping_secret):
            raise NotAuthentic(CHIP_KEY_UNUSABLE)
        agreed = product(self._curve, self._mapping_secret, point)
        self._generator = total(self._curve, of_generator(self._curve, self._nonce), agreed)

    def public_key(self) -> bytes:
        self._public = either_product(self._curve, self._secret, self._generator)
        return encode(self._curve, self._public)

    def agree(self, peer: bytes) -> None:
        self._peer = decode(self._curve, peer)
        if self._peer.x == self._public.x:  # ours, or its negative: nothing of the chip's own is in it
            raise NotAuthentic(CHIP_KEY_UNUSABLE)
        shared = first_coordinate(self._curve, self._secret, self._peer)
        self._cipher = self._option.suite.session(shared)

    def token(self) -> bytes:
        return self._token_over(self._peer)

    def accept(self, token: bytes) -> SessionCipher:
        """Whose counter starts at 0."""
        if self._cipher is None or not same(token, self._token_over(self._public)):
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        return self._cipher

    def _token_over(self, point: Point) -> bytes:
        assert self._cipher is not None  # agreed before
        return self._cipher.token(public_key_object(self._option.protocol, encode(self._curve, point)))


def public_key_object(protocol: str, point: bytes) -> bytes:
    """9303-11, 9.4.5 and appendix G: what tokens are counted over."""
    inner = _object(b"\x06", identifier_octets(protocol)) + _object(b"\x86", point)
    return _object(b"\x7f\x49", inner)


def identifier_octets(protocol: str) -> bytes:
    """An object identifier's value, without tag and length."""
    octets: bytes = ObjectIdentifier(protocol).contents
    return octets


def _object(tag: bytes, value: bytes) -> bytes:
    long = b"\x81" if len(value) > 0x7F else b""  # keys here are shorter than 256 octets
    return tag + long + bytes([len(value)]) + value
