"""Messages between the program and the process a driver runs in, over a pair of pipes.

One message is the struct below, a JSON text of that length, and octets (pictures, records) of that length, in
pieces whose lengths the text ends with. Native code may have ruined the other side's memory, so nothing it writes
is believed: lengths are looked at before anything is kept, and what is no message ends the conversation.
"""

from __future__ import annotations

import io
import json
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

_HEAD = struct.Struct("!IQ")  # octets of the text, octets of the pieces together
_MAXIMUM_TEXT = 4 * 1024 * 1024
MAXIMUM_PIECES = 256 * 1024 * 1024  # a page of A4 in colour at 600 dpi is 104 MB
_CHUNK = 1024 * 1024

Piece = bytes | bytearray | memoryview


class Ended(Exception):
    """The other side is gone."""


class Garbled(Exception):
    """What came is no message; the other side is not to be listened to any longer."""


@dataclass(frozen=True, slots=True)
class Message:
    """``kind`` says what it is about, ``call`` which of the calls under way; ``said`` is JSON."""

    kind: str
    call: int
    said: Any = None
    pieces: Sequence[Piece] = ()


class Pipes:
    """One end. Any thread sends, one receives."""

    def __init__(self, inlet: io.FileIO, outlet: io.FileIO) -> None:
        self._inlet = inlet
        self._outlet = outlet
        self._sending = Lock()
        self.heard_at = time.monotonic()
        """When octets last came, of whatever kind."""

    def send(self, message: Message) -> None:
        """Waits while the other side does not read. Raises ``Ended``."""
        lengths = [len(piece) for piece in message.pieces]
        text = json.dumps([message.kind, message.call, message.said, lengths], allow_nan=False).encode()
        with self._sending:
            try:
                self._write(_HEAD.pack(len(text), sum(lengths)) + text)
                for piece in message.pieces:
                    self._write(piece)
            except (OSError, ValueError) as error:  # a pipe nobody reads, or one that was closed here
                raise Ended from error

    def receive(self) -> Message:
        """Raises ``Ended``, ``Garbled``."""
        text_length, pieces_length = _HEAD.unpack(self._read(_HEAD.size))
        if text_length > _MAXIMUM_TEXT or pieces_length > MAXIMUM_PIECES:
            raise Garbled("longer than any message")
        kind, call, said, lengths = _parsed(self._read(text_length))
        if sum(lengths) != pieces_length:
            raise Garbled("pieces of another length")
        whole, pieces, begin = memoryview(self._read(pieces_length)), [], 0
        for length in lengths:
            pieces.append(whole[begin : begin + length])
            begin += length
        return Message(kind, call, said, pieces)

    def end_sending(self, within_s: float) -> bool:
        """Close what the other side reads, which ends it; False while somebody is in the middle of a message."""
        if not self._sending.acquire(timeout=within_s):
            return False
        try:
            self._outlet.close()
            return True
        finally:
            self._sending.release()

    def close(self) -> None:
        """When the other side is gone and nobody receives any more."""
        with self._sending:
            self._outlet.close()
        self._inlet.close()

    def _write(self, octets: Piece) -> None:
        left = memoryview(octets)
        while left:
            left = left[self._outlet.write(left[:_CHUNK]) or 0 :]

    def _read(self, length: int) -> bytearray:
        octets = bytearray(length)
        left = memoryview(octets)
        while left:
            try:
                count = self._inlet.readinto(left[:_CHUNK])
            except (OSError, ValueError) as error:
                raise Ended from error
            if not count:
                raise Ended
            self.heard_at = time.monotonic()
            left = left[count:]
        return octets


def _parsed(text: bytearray) -> tuple[str, int, Any, list[int]]:
    try:
        kind, call, said, lengths = json.loads(text, parse_constant=_no_number)
    except (ValueError, TypeError, RecursionError) as error:
        raise Garbled("no JSON of a message") from error
    if not (
        isinstance(kind, str) and _is_count(call) and isinstance(lengths, list) and all(map(_is_count, lengths))
    ):
        raise Garbled("no message")
    return kind, call, said, lengths


def _no_number(name: str) -> None:
    raise ValueError(name)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
