"""Opening a chip: PACE where chip and station both know it, Basic Access Control otherwise (ICAO Doc 9303-11,
4.2).

A key is what is printed on the document: number, birth and expiry from its machine-readable zone, or the card
access number, six digits on its front, which opens PACE only. A chip that offers PACE in a way that is spoken here
is never asked for the weaker one: somebody in between could wish for that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from muster.crypto.bac import ANSWER_LENGTH, CHALLENGE_LENGTH, BacTerminal, seed_of
from muster.crypto.pace import PaceOption, PaceTerminal, best_option, identifier_octets
from muster.devices.chip_channel import ChipChannel
from muster.devices.chip_exchange import unusable
from muster.domain.chips import ChipAccess
from muster.errors import BadInput, Code, MalformedData
from muster.formats.iso7816 import SHORT, Answer, Command
from muster.formats.lds import File
from muster.formats.lds_security import SecurityInfo, card_access
from muster.formats.mrz import FILLER, Mrz, check_digit
from muster.formats.tlv import encode, parse_one

CHIP_KEY_MALFORMED = Code(
    "CHIP_KEY_MALFORMED",
    "A chip is opened by the machine-readable lines of the document, or by the six digits on its front. This is "
    "neither.",
)
CHIP_KEY_WRONG = Code(
    "CHIP_KEY_WRONG",
    "The chip does not open with this. Check the document number and the dates of birth and expiry, or the six "
    "digits.",
)
CHIP_WANTS_LINES = Code(
    "CHIP_WANTS_LINES", "This chip does not open with six digits. Use the machine-readable lines of the document."
)
CHIP_NOT_TRAVEL = Code(
    "CHIP_NOT_TRAVEL", "This is not the chip of a passport or identity card. Lay the right document on the reader."
)

_NUMBER, _DATE = re.compile(r"[0-9A-Z<]{1,30}"), re.compile(r"[0-9<]{6}")  # of a birth, parts may be unknown
_GET_CHALLENGE, _EXTERNAL_AUTHENTICATE = 0x84, 0x82
_MANAGE_SECURITY, _GENERAL_AUTHENTICATE = 0x22, 0x86
_SET_TEMPLATE = (0xC1, 0xA4)  # P1 P2: for mutual authentication
_CHAINED = 0x10
_PROTOCOL, _PASSWORD, _PARAMETERS = 0x80, 0x83, 0x84
_BY_ZONE, _BY_ACCESS_NUMBER = b"\x01", b"\x02"
_DYNAMIC = 0x7C
_TRIES_LEFT = 0x63C0  # to 63CF: allowed, though somebody was wrong before


@dataclass(frozen=True, slots=True)
class ChipKey:
    """What opens a chip; one of both is empty. ``zone`` are number, birth and expiry, each with its check
    digit."""

    zone: str = field(default="", repr=False)
    access_number: str = field(default="", repr=False)

    @classmethod
    def of_zone(cls, mrz: Mrz) -> ChipKey:
        """9303-11, 4.3.2: a long number whole, a short one filled up."""
        return cls.of_fields(mrz.number, mrz.birth_date, mrz.expiry_date)

    @classmethod
    def of_fields(cls, number: str, birth_date: str, expiry_date: str) -> ChipKey:
        """Dates as YYMMDD. Raises ``BadInput``."""
        number = number.upper()
        if not _NUMBER.fullmatch(number) or not all(map(_DATE.fullmatch, (birth_date, expiry_date))):
            raise BadInput(CHIP_KEY_MALFORMED)
        parts = (number.ljust(9, FILLER), birth_date, expiry_date)
        return cls(zone="".join(part + check_digit(part) for part in parts))

    @classmethod
    def of_access_number(cls, digits: str) -> ChipKey:
        """Raises ``BadInput``."""
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise BadInput(CHIP_KEY_MALFORMED)
        return cls(access_number=digits)


@dataclass(frozen=True, slots=True)
class Opened:
    """``offers`` is what EF.CardAccess said, which nobody has vouched for yet."""

    access: ChipAccess
    offers: tuple[SecurityInfo, ...] = ()


def open_chip(channel: ChipChannel, key: ChipKey) -> Opened:
    """Leaves the application selected. Raises ``BadInput`` (``CHIP_KEY_WRONG`` and the others above),
    ``NotAuthentic``, and as the channel does."""
    offers = _offers(channel)
    option = best_option((each.protocol, each.numbers) for each in offers)
    if option is not None:
        _open_by_pace(channel, option, key)
        if not channel.select_application():
            raise BadInput(CHIP_NOT_TRAVEL)
        return Opened(ChipAccess.PACE, offers)
    if not channel.select_application():
        raise BadInput(CHIP_NOT_TRAVEL)
    if not key.zone:
        raise BadInput(CHIP_WANTS_LINES)
    _open_by_bac(channel, key)
    return Opened(ChipAccess.BAC, offers)


def _offers(channel: ChipChannel) -> tuple[SecurityInfo, ...]:
    channel.select_master_file()
    content = channel.read(File.CARD_ACCESS)
    try:
        return card_access(content) if content else ()
    except MalformedData:  # then nothing is offered; that it should have been is seen in DG14
        return ()


def _open_by_bac(channel: ChipChannel, key: ChipKey) -> None:
    challenge = channel.ask(Command(0, _GET_CHALLENGE, 0, 0, expected=CHALLENGE_LENGTH))
    if len(challenge) != CHALLENGE_LENGTH:
        raise unusable(Answer(b"", 0))
    terminal = BacTerminal(key.zone, challenge)
    answer = channel.send(
        Command(0, _EXTERNAL_AUTHENTICATE, 0, 0, terminal.command_data(), expected=ANSWER_LENGTH)
    )
    if not answer.is_ok:
        raise BadInput(CHIP_KEY_WRONG)
    session = terminal.accept(answer.data)
    channel.secure(session.cipher, session.counter)


def _open_by_pace(channel: ChipChannel, option: PaceOption, key: ChipKey) -> None:
    """9303-11, 4.4.4."""
    password = seed_of(key.zone) if key.zone else key.access_number.encode("ascii")
    template = (
        encode(_PROTOCOL, identifier_octets(option.protocol))
        + encode(_PASSWORD, _BY_ZONE if key.zone else _BY_ACCESS_NUMBER)
        + encode(_PARAMETERS, bytes([option.parameters]))
    )
    begun = channel.send(Command(0, _MANAGE_SECURITY, *_SET_TEMPLATE, template))
    if not begun.is_ok and not _TRIES_LEFT < begun.status <= _TRIES_LEFT | 0xF:
        raise BadInput(CHIP_KEY_WRONG) if key.access_number else unusable(begun)
    terminal = PaceTerminal(option, password)
    terminal.decrypt_nonce(_step(channel, b"", 0x80))
    terminal.map_generator(_step(channel, encode(0x81, terminal.mapping_key()), 0x82))
    terminal.agree(_step(channel, encode(0x83, terminal.public_key()), 0x84))
    last = channel.send(_general_authenticate(encode(0x85, terminal.token()), is_last=True))
    if not last.is_ok:
        raise BadInput(CHIP_KEY_WRONG)
    channel.secure(terminal.accept(_inner(last, 0x86)))


def _step(channel: ChipChannel, data: bytes, wanted: int) -> bytes:
    answer = channel.send(_general_authenticate(data, is_last=False))
    if not answer.is_ok:
        raise unusable(answer)
    return _inner(answer, wanted)


def _general_authenticate(data: bytes, *, is_last: bool) -> Command:
    return Command(0 if is_last else _CHAINED, _GENERAL_AUTHENTICATE, 0, 0, encode(_DYNAMIC, data), SHORT)


def _inner(answer: Answer, tag: int) -> bytes:
    try:
        return parse_one(answer.data, _DYNAMIC).child(tag).value
    except MalformedData as error:
        raise unusable(answer) from error
