"""Secure messaging: commands and answers that nobody between station and chip can read or change (ICAO Doc
9303-11, 9.8; worked example in appendix D.4).

::

    command   header | 87 or 85: data, encrypted | 97: length of the answer | 8E: MAC over all of it and the
    counter answer    87: data, encrypted | 99: status | 8E: MAC over all of it and the counter

Every answer's MAC is checked before anything else of it is looked at. One that is wrong, or none, ends the
conversation: from then on nothing is said any more.
"""

from __future__ import annotations

from dataclasses import replace

from muster.crypto.bac import CHIP_ANSWER_FORGED
from muster.crypto.chip_session import MAC_LENGTH, SessionCipher, pad, same, unpad
from muster.errors import MalformedData, NotAuthentic
from muster.formats.iso7816 import EXTENDED, SHORT, Answer, Command
from muster.formats.tlv import Tlv, encode, parse_all

_SECURED = 0x0C
_ENCRYPTED, _ENCRYPTED_OBJECTS, _EXPECTED, _STATUS, _MAC = 0x87, 0x85, 0x97, 0x99, 0x8E
_PADDED = b"\x01"  # in front of what is encrypted: padding method 2


class SecureMessaging:
    """One session: its ciphers and where its counter stands."""

    def __init__(self, cipher: SessionCipher, counter: int = 0) -> None:
        self._cipher = cipher
        self._counter = counter
        self._ended = False

    def protect(self, command: Command) -> Command:
        """Raises ``NotAuthentic`` when the session has ended."""
        if self._ended:
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        counter = self._next()
        secured = replace(command, cla=command.cla | _SECURED)
        objects = b""
        if command.data:
            encrypted = self._cipher.encrypt(pad(command.data, self._cipher.block), counter)
            is_odd = bool(command.ins & 1)
            objects += encode(_ENCRYPTED_OBJECTS, encrypted) if is_odd else encode(_ENCRYPTED, _PADDED + encrypted)
        if command.expected:
            objects += encode(_EXPECTED, _length(command.expected))
        mac = self._mac(counter, pad(secured.header, self._cipher.block), objects)
        protected = objects + encode(_MAC, mac)
        is_long = len(protected) > 0xFF or command.expected > SHORT
        return replace(secured, data=protected, expected=EXTENDED if is_long else SHORT)

    def unprotect(self, answer: Answer) -> Answer:
        """Raises ``NotAuthentic``; then the session has ended."""
        try:
            return self._opened(answer)
        except (MalformedData, ValueError) as error:
            self._ended = True
            raise NotAuthentic(CHIP_ANSWER_FORGED) from error
        except NotAuthentic:
            self._ended = True
            raise

    def _opened(self, answer: Answer) -> Answer:
        counter = self._next()
        objects = {each.tag: each for each in parse_all(answer.data)}
        mac, status = objects.get(_MAC), objects.get(_STATUS)
        if mac is None or status is None:
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        if not same(mac.value, self._mac(counter, b"", answer.data[: mac.at])) or mac.end != len(answer.data):
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        return Answer(self._data(objects, counter), int.from_bytes(status.value))

    def _data(self, objects: dict[int, Tlv], counter: bytes) -> bytes:
        """Raises ``ValueError`` for what is no whole blocks or not padded."""
        if _ENCRYPTED_OBJECTS in objects:
            return unpad(self._cipher.decrypt(objects[_ENCRYPTED_OBJECTS].value, counter))
        if _ENCRYPTED not in objects:
            return b""
        value = objects[_ENCRYPTED].value
        if value[:1] != _PADDED:
            raise NotAuthentic(CHIP_ANSWER_FORGED)
        return unpad(self._cipher.decrypt(value[1:], counter))

    def _next(self) -> bytes:
        self._counter += 1
        return self._counter.to_bytes(self._cipher.block)

    def _mac(self, counter: bytes, header: bytes, objects: bytes) -> bytes:
        content = counter + header + objects
        # Padded as a whole; a header alone is already, and is not padded twice (ISO/IEC 7816-4, 10.2.3.1).
        padded = pad(content, self._cipher.block) if objects else content
        return self._cipher.mac(padded)[:MAC_LENGTH]


def _length(expected: int) -> bytes:
    return bytes([expected % SHORT]) if expected <= SHORT else (expected % EXTENDED).to_bytes(2)
