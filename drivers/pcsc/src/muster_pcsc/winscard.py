"""PC/SC as its library has it, by ctypes: readers, what lies on them, one chip taken, commands to it.

On Linux the library is pcsc-lite (libpcsclite.so.1), which talks to a daemon (pcscd). On Windows it would be
winscard.dll: there numbers (DWORD, LONG) have 32 bits, the names of functions that take text end with A
(SCardListReadersA, SCardConnectA, SCardGetStatusChangeA), and an answer to reset has room for 36 octets; that is
not written here, because nobody has tried it.

Nothing here waits longer than it is told to. A failed call is a :class:`PcscError` with PC/SC's number.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import POINTER, byref, c_char_p, c_long, c_ubyte, c_ulong, c_void_p
from dataclasses import dataclass
from enum import IntEnum, IntFlag

LIBRARY = "libpcsclite.so.1"

_SCOPE_SYSTEM = 2
_SHARE_EXCLUSIVE = 1
_T0, _T1 = 1, 2
_RESET_CARD = 1
_LONGEST_ANSWER = 0x10000 + 2
_LONGEST_RESET_ANSWER = 33
_CODE_BITS = 0xFFFFFFFF
_TELLING = 0xFFFD  # without the count of events above, and the mark that something is new, which is no state


class Status(IntEnum):
    """The numbers that are told apart (winscard.h)."""

    OK = 0
    CANCELLED = 0x80100002
    INVALID_HANDLE = 0x80100003
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTOCOL_MISMATCH = 0x8010000F
    COMMUNICATION = 0x80100013
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_READERS = 0x8010002E
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069


class State(IntFlag):
    """Of a reader (SCARD_STATE_...)."""

    UNAWARE = 0x0000
    UNKNOWN = 0x0004
    UNAVAILABLE = 0x0008
    EMPTY = 0x0010
    PRESENT = 0x0020
    EXCLUSIVE = 0x0080
    IN_USE = 0x0100
    MUTE = 0x0200


class PcscError(Exception):
    """``code`` is PC/SC's number; ``status`` its name, None for one that is not told apart."""

    def __init__(self, code: int) -> None:
        super().__init__(f"PC/SC 0x{code:08X}")
        self.code = code
        self.status = Status(code) if code in set(Status) else None


@dataclass(frozen=True, slots=True)
class ReaderState:
    state: State
    reset_answer: bytes


class _State(ctypes.Structure):
    """SCARD_READERSTATE."""

    _fields_ = [
        ("reader", c_char_p),
        ("user", c_void_p),
        ("current", c_ulong),
        ("event", c_ulong),
        ("length", c_ulong),
        ("answer", c_ubyte * _LONGEST_RESET_ANSWER),
    ]


class _Protocol(ctypes.Structure):
    """SCARD_IO_REQUEST."""

    _fields_ = [("protocol", c_ulong), ("length", c_ulong)]


class Pcsc:
    """The library. Raises ``OSError`` where there is none."""

    def __init__(self, library: str = LIBRARY) -> None:
        loaded = ctypes.CDLL(library)
        for name, arguments in (
            ("SCardEstablishContext", (c_ulong, c_void_p, c_void_p, POINTER(c_long))),
            ("SCardReleaseContext", (c_long,)),
            ("SCardListReaders", (c_long, c_char_p, c_char_p, POINTER(c_ulong))),
            ("SCardGetStatusChange", (c_long, c_ulong, POINTER(_State), c_ulong)),
            ("SCardConnect", (c_long, c_char_p, c_ulong, c_ulong, POINTER(c_long), POINTER(c_ulong))),
            ("SCardDisconnect", (c_long, c_ulong)),
            (
                "SCardTransmit",
                (c_long, POINTER(_Protocol), c_char_p, c_ulong, c_void_p, c_char_p, POINTER(c_ulong)),
            ),
        ):
            function = getattr(loaded, name)
            function.argtypes, function.restype = arguments, c_long
        self._library = loaded

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Raises ``PcscError``: ``NO_SERVICE`` where the daemon does not run."""
        context = c_long()
        _check(self._library.SCardEstablishContext(_SCOPE_SYSTEM, None, None, byref(context)))
        try:
            yield Session(self._library, context)
        finally:
            self._library.SCardReleaseContext(context)


class Session:
    def __init__(self, library: ctypes.CDLL, context: c_long) -> None:
        self._library = library
        self._context = context

    def readers(self) -> tuple[str, ...]:
        """Their names."""
        length = c_ulong(0)
        try:
            _check(self._library.SCardListReaders(self._context, None, None, byref(length)))
            names = ctypes.create_string_buffer(length.value)
            _check(self._library.SCardListReaders(self._context, None, names, byref(length)))
        except PcscError as error:
            if error.status is Status.NO_READERS:
                return ()
            raise
        return tuple(each.decode("utf-8", "replace") for each in names.raw[: length.value].split(b"\0") if each)

    def state(self, reader: str, *, other_than: State = State.UNAWARE, timeout_s: float = 0.0) -> ReaderState:
        """What the reader is like now, or after ``timeout_s`` if until then it is ``other_than`` nothing else."""
        wanted = _State(reader=reader.encode(), current=int(other_than))
        code = self._library.SCardGetStatusChange(self._context, int(timeout_s * 1000), byref(wanted), 1)
        if code & _CODE_BITS == Status.TIMEOUT:
            return ReaderState(other_than, b"")
        _check(code)
        length = min(wanted.length, _LONGEST_RESET_ANSWER)
        return ReaderState(State(wanted.event & _TELLING), bytes(wanted.answer[:length]))

    def connect(self, reader: str) -> Card:
        """Take the chip for ourselves alone."""
        handle, protocol = c_long(), c_ulong()
        _check(
            self._library.SCardConnect(
                self._context, reader.encode(), _SHARE_EXCLUSIVE, _T0 | _T1, byref(handle), byref(protocol)
            )
        )
        return Card(self._library, handle, protocol.value)


class Card:
    def __init__(self, library: ctypes.CDLL, handle: c_long, protocol: int) -> None:
        self._library = library
        self._handle = handle
        self._protocol = _Protocol(protocol, ctypes.sizeof(_Protocol))
        self._answer = ctypes.create_string_buffer(_LONGEST_ANSWER)

    def transmit(self, command: bytes) -> bytes:
        length = c_ulong(_LONGEST_ANSWER)
        _check(
            self._library.SCardTransmit(
                self._handle, byref(self._protocol), command, len(command), None, self._answer, byref(length)
            )
        )
        return self._answer.raw[: length.value]

    def disconnect(self) -> None:
        """It forgets who opened it. Nothing is raised: it may have been taken away."""
        with suppress(PcscError):
            _check(self._library.SCardDisconnect(self._handle, _RESET_CARD))


def _check(code: int) -> None:
    if code & _CODE_BITS != Status.OK:
        raise PcscError(code & _CODE_BITS)
