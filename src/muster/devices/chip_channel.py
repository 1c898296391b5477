"""The conversation with one chip: plain until it is opened, then through secure messaging."""

from __future__ import annotations

from threading import Event

from muster.crypto.chip_session import SessionCipher
from muster.devices.chip_exchange import Transmits, exchange, unusable
from muster.devices.chip_messaging import SecureMessaging
from muster.errors import BadInput, Code, MalformedData
from muster.formats.iso7816 import END_OF_FILE, Answer, Command
from muster.formats.lds import TRAVEL_DOCUMENT, File
from muster.formats.tlv import encode, parse_one, whole_length

CHIP_FILE_TOO_LARGE = Code(
    "CHIP_FILE_TOO_LARGE", "A file on the chip ({file}) says that it is larger than any passport's is."
)
CHIP_FILE_CUT_OFF = Code(
    "CHIP_FILE_CUT_OFF", "A file on the chip ({file}) is not whole. Lay the document on again and start again."
)

_SELECT, _READ, _READ_FAR = 0xA4, 0xB0, 0xB1
_BY_NAME, _BY_IDENTIFIER, _NO_ANSWER = 0x04, 0x02, 0x0C
_MASTER_FILE = b"\x3f\x00"
_BEGINNING = 8  # octets: enough for tag and length
# As much as fits into a short answer together with what secure messaging puts around it, in blocks of 8 and of 16.
_PIECE = 0xDF
_FAR = 0x8000  # where READ BINARY has no more room for an offset in its header
_OFFSET, _FOUND = 0x54, 0x53
_LONGEST_FILE = 0x40000  # portraits are 12 to 60 kB


class ChipChannel:
    """Whatever is sent, ``cancel`` is looked at before.

    Its methods raise ``DeviceUnavailable`` as the reader does, ``Cancelled``, ``NotAuthentic`` for an answer that
    was changed, ``BadInput`` for one that no honest chip gives.
    """

    def __init__(self, reader: Transmits, cancel: Event | None = None) -> None:
        self._reader = reader
        self._cancel = cancel or Event()
        self._messaging: SecureMessaging | None = None

    def secure(self, cipher: SessionCipher, counter: int = 0) -> None:
        """From the next command on."""
        self._messaging = SecureMessaging(cipher, counter)

    def send(self, command: Command) -> Answer:
        if self._messaging is None:
            return exchange(self._reader, command, self._cancel)
        return self._messaging.unprotect(exchange(self._reader, self._messaging.protect(command), self._cancel))

    def ask(self, command: Command) -> bytes:
        """The same, where anything but success cannot be used."""
        answer = self.send(command)
        if not answer.is_ok:
            raise unusable(answer)
        return answer.data

    def select_application(self) -> bool:
        """Whether it is a travel document."""
        return self.send(Command(0, _SELECT, _BY_NAME, _NO_ANSWER, TRAVEL_DOCUMENT)).is_ok

    def select_master_file(self) -> None:
        """What the chip says to it does not matter: many are there already."""
        self.send(Command(0, _SELECT, 0, _NO_ANSWER, _MASTER_FILE))

    def read(self, file: File) -> bytes | None:
        """The octets of a file, as long as it says that it is; None when there is none or it may not be read."""
        selected = self.send(Command(0, _SELECT, _BY_IDENTIFIER, _NO_ANSWER, file.identifier.to_bytes(2)))
        if not selected.is_ok:
            return None
        first = self.send(Command(0, _READ, 0, 0, expected=_BEGINNING))
        if not first.is_ok and first.status != END_OF_FILE:
            return None
        try:
            length = whole_length(first.data)
        except MalformedData as error:
            raise BadInput(CHIP_FILE_CUT_OFF, file=file.label) from error
        if length > _LONGEST_FILE:
            raise BadInput(CHIP_FILE_TOO_LARGE, file=file.label)
        content = bytearray(first.data[:length])
        while len(content) < length:
            piece = self._piece(len(content), min(_PIECE, length - len(content)))
            if not piece:
                raise BadInput(CHIP_FILE_CUT_OFF, file=file.label)
            content += piece[: length - len(content)]
        return bytes(content)

    def _piece(self, offset: int, length: int) -> bytes:
        if offset < _FAR:
            answer = self.send(Command(0, _READ, offset >> 8, offset & 0xFF, expected=length))
            found = answer.data
        else:
            where = encode(_OFFSET, offset.to_bytes(3))
            answer = self.send(Command(0, _READ_FAR, 0, 0, where, _PIECE))
            found = _inner(answer) if answer.data else b""
        if not answer.is_ok and answer.status != END_OF_FILE:
            raise unusable(answer)
        return found


def _inner(answer: Answer) -> bytes:
    try:
        return parse_one(answer.data, _FOUND).value
    except MalformedData as error:
        raise unusable(answer) from error
