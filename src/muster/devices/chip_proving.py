"""Asking a chip to show that it has its private key (ICAO Doc 9303-11, 6). What the keys are worth depends on the
issuer's signature over DG14 and DG15; who asks here has to look at that as well."""

from __future__ import annotations

import secrets

from muster.crypto.chip_proof import agree, agreement_suite, answer_length, is_answered
from muster.crypto.chip_session import Suite
from muster.crypto.pace import identifier_octets
from muster.devices.chip_channel import ChipChannel
from muster.domain.chips import ChipProof
from muster.errors import BadInput, MalformedData, NotAuthentic
from muster.formats.iso7816 import EXTENDED, SHORT, Command
from muster.formats.lds import File
from muster.formats.lds_security import SecurityInfo, public_key, security_options
from muster.formats.tlv import encode

_INTERNAL_AUTHENTICATE, _MANAGE_SECURITY, _GENERAL_AUTHENTICATE = 0x88, 0x22, 0x86
_SET_KEY_AGREEMENT, _SET_TEMPLATE = (0x41, 0xA6), (0x41, 0xA4)
_SELECT, _BY_IDENTIFIER = 0xA4, (0x02, 0x0C)
_CHALLENGE_LENGTH = 8
_FITS_SHORT = 208  # octets of a signature that still fit a short answer, with what secure messaging puts around
_PROTOCOL, _KEY_NUMBER, _PUBLIC, _DYNAMIC = 0x80, 0x84, 0x91, 0x7C
_ACTIVE, _AGREEMENT_KEY, _AGREEMENT = "2.23.136.1.1.5", "0.4.0.127.0.7.2.2.1.2", "0.4.0.127.0.7.2.2.3."
_ANY_AGREEMENT_KEY = "0.4.0.127.0.7.2.2.1."
_TRIPLE_DES_AGREEMENT = "0.4.0.127.0.7.2.2.3.2.1"  # what a key without further word is for (9303-11, 6.2.3)


def active_authentication(channel: ChipChannel, dg15: bytes | None, dg14: bytes | None) -> ChipProof:
    """Raises as the channel does, but for a chip that does not or wrongly answer, which has ``FAILED``."""
    if dg15 is None:
        return ChipProof.NOT_OFFERED
    try:
        key = public_key(dg15)
        infos = security_options(dg14) if dg14 else ()
    except MalformedData:
        return ChipProof.NOT_SPOKEN
    algorithm = next((each.protocols[0] for each in infos if each.protocol == _ACTIVE and each.protocols), None)
    challenge = secrets.token_bytes(_CHALLENGE_LENGTH)
    # Not every chip and reader knows extended lengths, and not every signature fits into a short answer.
    expected = EXTENDED if answer_length(key) > _FITS_SHORT else SHORT
    answer = channel.send(Command(0, _INTERNAL_AUTHENTICATE, 0, 0, challenge, expected))
    if not answer.is_ok:
        return ChipProof.FAILED
    try:
        is_right = is_answered(key, algorithm, challenge, answer.data)
    except BadInput:
        return ChipProof.NOT_SPOKEN
    return ChipProof.PROVED if is_right else ChipProof.FAILED


def chip_authentication(channel: ChipChannel, dg14: bytes | None) -> ChipProof:
    """Afterwards the session goes on under new keys; where it ``FAILED`` there is none any more."""
    try:
        infos = security_options(dg14) if dg14 else ()
    except MalformedData:
        return ChipProof.NOT_SPOKEN
    keys = [each for each in infos if each.protocol.startswith(_ANY_AGREEMENT_KEY) and each.structures]
    if not keys:
        return ChipProof.NOT_OFFERED
    chosen = _choose(infos, [each for each in keys if each.protocol == _AGREEMENT_KEY])
    if chosen is None:
        return ChipProof.NOT_SPOKEN
    protocol, suite, key = chosen
    try:
        new = agree(suite, key.structures[0])
    except BadInput:
        return ChipProof.NOT_SPOKEN
    number = encode(_KEY_NUMBER, _unsigned(key.numbers[0])) if key.numbers else b""
    if not _exchange_keys(channel, suite, protocol, number, new.public):
        return ChipProof.FAILED
    channel.secure(new.cipher)
    try:  # whatever is asked, and whatever comes: only the chip that has the key can say it under the new keys
        channel.send(Command(0, _SELECT, *_BY_IDENTIFIER, File.COM.identifier.to_bytes(2)))
    except (NotAuthentic, BadInput):
        return ChipProof.FAILED
    return ChipProof.PROVED


def _choose(infos: tuple[SecurityInfo, ...], keys: list[SecurityInfo]) -> tuple[str, Suite, SecurityInfo] | None:
    """The protocol with the strongest cipher, and the key it names, where it names one."""
    strength = {suite: place for place, suite in enumerate(Suite)}
    found: list[tuple[int, str, Suite, SecurityInfo]] = []
    agreements = [each for each in infos if each.protocol.startswith(_AGREEMENT)]
    for each in agreements:
        suite = agreement_suite(each.protocol)
        named = each.numbers[1:2]  # behind the version
        key = next((key for key in keys if key.numbers[:1] == named or not named), None)
        if suite is not None and key is not None:
            found.append((strength[suite], each.protocol, suite, key))
    if not agreements and keys:
        return _TRIPLE_DES_AGREEMENT, Suite.TRIPLE_DES, keys[0]
    return max(found, key=lambda each: each[0])[1:] if found else None


def _exchange_keys(channel: ChipChannel, suite: Suite, protocol: str, number: bytes, public: bytes) -> bool:
    """Whether the chip agreed, which it does without knowing whether it can go on."""
    if suite is Suite.TRIPLE_DES:
        data = encode(_PUBLIC, public) + number
        return channel.send(Command(0, _MANAGE_SECURITY, *_SET_KEY_AGREEMENT, data)).is_ok
    data = encode(_PROTOCOL, identifier_octets(protocol)) + number
    if not channel.send(Command(0, _MANAGE_SECURITY, *_SET_TEMPLATE, data)).is_ok:
        return False
    dynamic = encode(_DYNAMIC, encode(0x80, public))
    return channel.send(Command(0, _GENERAL_AUTHENTICATE, 0, 0, dynamic, SHORT)).is_ok


def _unsigned(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8)) if number >= 0 else b"\0"
