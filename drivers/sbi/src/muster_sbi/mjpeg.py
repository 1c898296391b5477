"""Pictures out of STREAM's octets.

The multipart these services write is none: the boundary in the header has two dashes too many, lengths are absent
or wrong, names of headers come in any case. What can be relied on is that pictures are JPEG, and a JPEG says
itself where it ends: its segments have lengths, and behind them no FF stands without a zero but those of markers
(ITU-T T.81, B.1.1). So parts, boundaries and lengths are passed over, and a thumbnail inside is not taken for a
picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAXIMUM_PICTURE = 8 * 1024 * 1024

_BEGIN = b"\xff\xd8\xff"
_SOI, _EOI, _SOS, _FILL = 0xD8, 0xD9, 0xDA, 0xFF
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def pictures(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each whole JPEG in ``pieces``, cut anywhere; what is no picture is passed over.

    A picture that breaks off, or has not ended after 8 MiB, is given up, and the next is looked for.
    """
    walk = _Walk()
    for piece in pieces:
        yield from walk.on(piece)


class _Walk:
    """Where we are: nowhere, between a picture's segments, or in its coded lines (a scan)."""

    def __init__(self) -> None:
        self._held = bytearray()  # from the picture's begin on, once there is one
        self._at = 0  # the next octet to look at
        self._inside = False
        self._in_scan = False

    def on(self, piece: bytes) -> Iterator[bytes]:
        self._held += piece
        while self._inside or self._found_begin():
            end = self._end()
            if end is None:
                return
            if end:
                yield bytes(self._held[:end])
            self._leave(end or len(_BEGIN) - 1)

    def _found_begin(self) -> bool:
        begin = self._held.find(_BEGIN)
        del self._held[: begin if begin >= 0 else max(0, len(self._held) - len(_BEGIN) + 1)]
        self._inside, self._in_scan, self._at = begin >= 0, False, 2
        return self._inside

    def _leave(self, octets: int) -> None:
        del self._held[:octets]
        self._inside = False

    def _end(self) -> int | None:
        """The octet behind the picture, 0 when it is broken, None when more has to come."""
        while True:
            if len(self._held) > MAXIMUM_PICTURE:
                return 0
            if self._in_scan:
                found = _MARKER.search(self._held, self._at)
                if found is None:
                    self._at = max(self._at, len(self._held) - 1)
                    return None
                self._at, self._in_scan = found.start(), False
            if len(self._held) < self._at + 4:
                # An end needs two octets, everything else the length behind it as well.
                return self._at + 2 if self._held[self._at : self._at + 2] == bytes((0xFF, _EOI)) else None
            mark, marker = self._held[self._at], self._held[self._at + 1]
            if mark != _FILL or marker in (0, _SOI):
                return 0
            if marker == _EOI:
                return self._at + 2
            self._step_over(marker)

    def _step_over(self, marker: int) -> None:
        if marker == _FILL:
            self._at += 1
        elif marker in _WITHOUT_LENGTH:
            self._at += 2
        else:
            # A length below 2 is broken; the walk stumbles over it at the next octet that is no marker.
            self._at += 2 + max(1, int.from_bytes(self._held[self._at + 2 : self._at + 4]))
            self._in_scan = marker == _SOS
