"""The chip of a travel document, for tests: it answers commands as ICAO Doc 9303-10 and -11 say, enforces that it
is opened first, and can lie.

It stands where a reader stands (``take_chip``, ``transmit``, ``leave_chip``). Secure messaging is written here a
second time, from the chip's side; curves are counted by hand, other than in the program.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from muster.crypto.bac import seed_of
from muster.crypto.chip_session import Purpose, SessionCipher, Suite, pad
from muster.crypto.curve_points import Curve, of_generator
from muster.crypto.curves import CURVES
from muster.crypto.pace import identifier_octets, public_key_object
from muster.devices.api import CHIP_TAKEN_AWAY
from muster.errors import DeviceUnavailable
from muster.formats.iso7816 import Answer, Command
from muster.formats.lds import TRAVEL_DOCUMENT, File
from muster.formats.mrz import Mrz
from muster.formats.tlv import encode, parse_all, parse_one
from simulators.passport_issuer import PrivateKey, number, plain, security_info, security_infos

PACE_AES_128, PACE_AES_256, PACE_3DES = (f"0.4.0.127.0.7.2.2.4.2.{last}" for last in "241")
CA_KEY, CA_3DES, CA_AES_128 = "0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.3.2.1", "0.4.0.127.0.7.2.2.3.2.2"
AA = "2.23.136.1.1.5"
ECDSA_PLAIN_SHA256 = "0.4.0.127.0.7.1.1.4.1.3"
_SUITES = {"1": Suite.TRIPLE_DES, "2": Suite.AES_128, "3": Suite.AES_192, "4": Suite.AES_256}
_OK, _REFUSED, _ABSENT, _WRONG = 0x9000, 0x6982, 0x6A82, 0x6300

Point = tuple[int, int] | None


@dataclass
class PassportChip:
    """``zone`` and ``access_number`` open it; ``pace`` are (protocol, parameters) pairs. ``lie`` sees every answer
    on its way out, with how many there were before, and may change it."""

    files: dict[File, bytes]
    zone: Mrz
    access_number: str = "123456"
    pace: tuple[tuple[str, int], ...] = ()
    has_bac: bool = True
    agreement_key: ec.EllipticCurvePrivateKey | None = None
    signing_key: PrivateKey | None = None
    trailer: bytes = b"\xbc"
    longest_answer: int | None = None  # beyond it, GET RESPONSE
    has_extended: bool = True
    lie: Callable[[int, bytes], bytes] = lambda count, answer: answer
    taken_away_after: int | None = None
    commands: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.pace:
            infos = [security_info(protocol, number(2), number(curve)) for protocol, curve in self.pace]
            self.files = {**self.files, File.CARD_ACCESS: security_infos(*infos)}
        self.reset()

    def reset(self) -> None:
        self._cipher: SessionCipher | None = None
        self._next_cipher: SessionCipher | None = None
        self._counter = 0
        self._is_open = False
        self._in_application = False
        self._selected: bytes | None = None
        self._challenge = b""
        self._pace: _Pace | None = None
        self._agreement: Suite | None = None
        self._left = b""

    # --- the reader's side --------------------------------------------------------------------------------------

    def take_chip(self, timeout_s: float, cancel: Event) -> bytes:
        return bytes.fromhex("3B8801")

    def leave_chip(self) -> None:
        self.reset()

    def transmit(self, command: bytes) -> bytes:
        if self.taken_away_after is not None and len(self.commands) >= self.taken_away_after:
            raise DeviceUnavailable(CHIP_TAKEN_AWAY)
        self.commands.append(command)
        if Command.parse(command).is_extended and not self.has_extended:
            return b"\x67\x00"
        answer = self._transmitted(Command.parse(command)).encode()
        if self.longest_answer and len(answer) - 2 > self.longest_answer:
            self._left = answer[self.longest_answer : -2]
            more = min(len(self._left), 0xFF)
            answer = answer[: self.longest_answer] + bytes((0x61, more))
        return self.lie(len(self.commands), answer)

    def _transmitted(self, command: Command) -> Answer:
        if command.ins == 0xC0:
            piece, self._left = self._left[: command.expected], self._left[command.expected :]
            return Answer(piece, 0x6100 | min(len(self._left), 0xFF) if self._left else _OK)
        if not command.cla & 0x0C:
            self._cipher = None  # a plain command ends the session
            return self._plain(command)
        return self._secured(command)

    def _secured(self, command: Command) -> Answer:
        cipher = self._cipher
        if cipher is None:
            return Answer(b"", 0x6988)
        counter = self._count(cipher)
        objects = {each.tag: each for each in parse_all(command.data)}
        before = command.data[: objects[0x8E].at]
        content = counter + pad(command.header, cipher.block) + before
        expected_mac = cipher.mac(pad(content, cipher.block) if before else content)
        if objects[0x8E].value != expected_mac:
            self._cipher = None
            return Answer(b"", 0x6988)
        data = b""
        if 0x87 in objects:
            data = _unpadded(cipher.decrypt(objects[0x87].value[1:], counter))
        elif 0x85 in objects:
            data = _unpadded(cipher.decrypt(objects[0x85].value, counter))
        length = int.from_bytes(objects[0x97].value) if 0x97 in objects else 0
        wanted = (length or (256 if len(objects[0x97].value) == 1 else 65536)) if 0x97 in objects else 0
        answer = self._plain(Command(command.cla & ~0x0C, command.ins, command.p1, command.p2, data, wanted))
        protected = self._protected(answer, cipher, is_odd=bool(command.ins & 1))
        if self._next_cipher is not None:
            self._cipher, self._next_cipher, self._counter = self._next_cipher, None, 0
        return protected

    def _protected(self, answer: Answer, cipher: SessionCipher, *, is_odd: bool) -> Answer:
        counter = self._count(cipher)
        objects = b""
        if answer.data:
            encrypted = cipher.encrypt(pad(answer.data, cipher.block), counter)
            objects += encode(0x85, encrypted) if is_odd else encode(0x87, b"\x01" + encrypted)
        objects += encode(0x99, answer.status.to_bytes(2))
        mac = cipher.mac(pad(counter + objects, cipher.block))
        return Answer(objects + encode(0x8E, mac), _OK)

    def _count(self, cipher: SessionCipher) -> bytes:
        self._counter += 1
        return self._counter.to_bytes(cipher.block)

    # --- commands -----------------------------------------------------------------------------------------------

    def _plain(self, command: Command) -> Answer:
        handler = {
            0xA4: self._select, 0xB0: self._read, 0xB1: self._read_far, 0x84: self._get_challenge,
            0x82: self._external_authenticate, 0x22: self._manage_security, 0x86: self._general_authenticate,
            0x88: self._internal_authenticate,
        }.get(command.ins)  # fmt: skip
        return Answer(b"", 0x6D00) if handler is None else handler(command)

    def _select(self, command: Command) -> Answer:
        if command.p1 == 0x04:
            self._in_application = command.data == TRAVEL_DOCUMENT
            return Answer(b"", _OK if self._in_application else _ABSENT)
        if command.p1 == 0x00:
            self._in_application = False
            return Answer(b"", _OK)
        found = next((each for each in self.files if each.identifier == int.from_bytes(command.data)), None)
        if found is None or self._in_application is (found is File.CARD_ACCESS):
            return Answer(b"", _ABSENT)
        if self._in_application and not (self._is_open and self._cipher):
            return Answer(b"", _REFUSED)
        self._selected = self.files[found]
        return Answer(b"", _OK)

    def _read(self, command: Command) -> Answer:
        return self._piece(command.p1 << 8 | command.p2, command.expected)

    def _read_far(self, command: Command) -> Answer:
        answer = self._piece(int.from_bytes(parse_one(command.data, 0x54).value), command.expected - 4)
        return Answer(encode(0x53, answer.data), answer.status)

    def _piece(self, offset: int, length: int) -> Answer:
        if self._selected is None or (self._in_application and not (self._is_open and self._cipher)):
            return Answer(b"", _REFUSED)
        piece = self._selected[offset : offset + length]
        return Answer(piece, _OK if len(piece) == length else 0x6282)

    def _get_challenge(self, command: Command) -> Answer:
        self._challenge = secrets.token_bytes(8)
        return Answer(self._challenge, _OK)

    def _external_authenticate(self, command: Command) -> Answer:
        """9303-11, 4.3.4.2."""
        if not self.has_bac:
            return Answer(b"", 0x6D00)
        cipher = Suite.TRIPLE_DES.session(seed_of(_information(self.zone))[:16])
        encrypted, mac = command.data[:-8], command.data[-8:]
        opened = cipher.decrypt(encrypted, b"")
        if mac != cipher.mac(pad(encrypted, 8)) or opened[8:16] != self._challenge:
            return Answer(b"", _WRONG)
        secret = secrets.token_bytes(16)
        answer = cipher.encrypt(self._challenge + opened[:8] + secret, b"")
        shared = bytes(one ^ other for one, other in zip(opened[16:], secret, strict=True))
        self._cipher = Suite.TRIPLE_DES.session(shared)
        self._counter = int.from_bytes(self._challenge[4:] + opened[4:8])
        self._is_open = True
        return Answer(answer + cipher.mac(pad(answer, 8)), _OK)

    def _manage_security(self, command: Command) -> Answer:
        objects = {each.tag: each.value for each in parse_all(command.data)}
        if command.p1 == 0xC1:
            found = next((each for each in self.pace if identifier_octets(each[0]) == objects[0x80]), None)
            if found is None:
                return Answer(b"", 0x6A80)
            zone = seed_of(_information(self.zone))
            password = zone if objects[0x83] == b"\x01" else self.access_number.encode()
            self._pace = _Pace(found[0], CURVES[found[1]], password)
            return Answer(b"", _OK)
        if command.p2 == 0xA6:
            return self._agree(objects[0x91], Suite.TRIPLE_DES)
        self._agreement = next(
            suite for last, suite in _SUITES.items() if identifier_octets(CA_3DES[:-1] + last) == objects[0x80]
        )
        return Answer(b"", _OK)

    def _general_authenticate(self, command: Command) -> Answer:
        inner = {each.tag: each.value for each in parse_one(command.data, 0x7C).children()}
        if self._agreement is not None and 0x80 in inner:
            answer = self._agree(inner[0x80], self._agreement)
            return Answer(encode(0x7C, b"") if answer.is_ok else b"", answer.status)
        if self._pace is None:
            return Answer(b"", 0x6985)
        tag, value = self._pace.step(inner)
        if tag == 0:
            return Answer(b"", _WRONG)
        if tag == 0x86:
            self._cipher, self._counter, self._is_open = self._pace.cipher, 0, True
        return Answer(encode(0x7C, encode(tag, value)), _OK)

    def _agree(self, public: bytes, suite: Suite) -> Answer:
        key = self.agreement_key
        if key is None:
            return Answer(b"", 0x6A80)
        peer = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, public)
        self._next_cipher = suite.session(key.exchange(ec.ECDH(), peer))
        return Answer(b"", _OK)

    def _internal_authenticate(self, command: Command) -> Answer:
        """9303-11, 6.1; ISO/IEC 9796-2, scheme 1."""
        if self.signing_key is None:
            return Answer(b"", 0x6D00)
        if isinstance(self.signing_key, ec.EllipticCurvePrivateKey):
            signature = self.signing_key.sign(command.data, ec.ECDSA(hashes.SHA256()))
            return Answer(plain(signature, (self.signing_key.key_size + 7) // 8), _OK)
        return Answer(recoverable_signature(self.signing_key, command.data, self.trailer), _OK)


def recoverable_signature(
    key: rsa.RSAPrivateKey, challenge: bytes, trailer: bytes, header: bytes = b"\x6a"
) -> bytes:
    name = {b"\xbc": "sha1", b"\x34\xcc": "sha256"}[trailer]
    octets = key.key_size // 8
    own = secrets.token_bytes(octets - 1 - hashlib.new(name).digest_size - len(trailer))
    message = header + own + hashlib.new(name, own + challenge).digest() + trailer
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    signature = pow(int.from_bytes(message), numbers.d, modulus)
    return min(signature, modulus - signature).to_bytes(octets)


class _Pace:
    """9303-11, 4.4.3, from the chip's side."""

    def __init__(self, protocol: str, curve: Curve, password: bytes) -> None:
        self._protocol = protocol
        self._curve = curve
        self._suite = _SUITES[protocol[-1]]
        self._key = self._suite.derive(password, Purpose.PASSWORD)
        self._nonce = secrets.token_bytes(16)
        generator = of_generator(curve, 1)
        self._generator: Point = (generator.x, generator.y)
        self._own: Point = None
        self._peer: Point = None
        self.cipher: SessionCipher | None = None

    def step(self, said: dict[int, bytes]) -> tuple[int, bytes]:
        if 0x81 in said:
            secret = 1 + secrets.randbelow(self._curve.order - 1)
            public = self._times(secret, self._generator)
            shared = self._times(secret, self._point(said[0x81]))
            nonce = int.from_bytes(self._nonce)
            self._generator = self._plus(self._times(nonce, self._generator), shared)
            return 0x82, self._octets(public)
        if 0x83 in said:
            secret = 1 + secrets.randbelow(self._curve.order - 1)
            self._own = self._times(secret, self._generator)
            self._peer = self._point(said[0x83])
            shared = self._times(secret, self._peer)
            assert shared is not None
            self.cipher = self._suite.session(shared[0].to_bytes(self._curve.octets))
            return 0x84, self._octets(self._own)
        if 0x85 in said:
            right = said[0x85] == self._token(self._own)
            return (0x86, self._token(self._peer)) if right else (0, b"")
        return 0x80, self._encrypted_nonce()

    def _encrypted_nonce(self) -> bytes:
        cipher = self._suite.cipher(self._key, self._key)
        if self._suite is Suite.TRIPLE_DES:
            return cipher.encrypt(self._nonce, b"")
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(bytes(16))).encryptor()
        return encryptor.update(self._nonce) + encryptor.finalize()

    def _token(self, point: Point) -> bytes:
        assert self.cipher is not None
        return self.cipher.token(public_key_object(self._protocol, self._octets(point)))

    def _octets(self, point: Point) -> bytes:
        assert point is not None
        return b"\x04" + b"".join(each.to_bytes(self._curve.octets) for each in point)

    def _point(self, content: bytes) -> Point:
        half = self._curve.octets
        return int.from_bytes(content[1 : 1 + half]), int.from_bytes(content[1 + half :])

    def _plus(self, one: Point, other: Point) -> Point:
        if one is None or other is None:
            return one or other
        prime = self._curve.prime
        if one[0] == other[0]:
            if (one[1] + other[1]) % prime == 0:
                return None
            slope = (3 * one[0] ** 2 + self._curve.a) * pow(2 * one[1], -1, prime)
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, prime)
        x = (slope**2 - one[0] - other[0]) % prime
        return x, (slope * (one[0] - x) - one[1]) % prime

    def _times(self, scalar: int, point: Point) -> Point:
        result: Point = None
        while scalar:
            if scalar & 1:
                result = self._plus(result, point)
            point = self._plus(point, point)
            scalar >>= 1
        return result


def _information(zone: Mrz) -> str:
    """By the places in the lines: number, birth and expiry with their check digits."""
    if len(zone.lines) == 3:
        first, second, _ = zone.lines
        return first[5:15] + second[0:7] + second[8:15]
    _, second = zone.lines
    return second[0:10] + second[13:20] + second[21:28]


def _unpadded(content: bytes) -> bytes:
    return content[: content.rindex(0x80)]
