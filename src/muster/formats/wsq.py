"""Wavelet scalar quantisation of fingerprints (WSQ), around NIST's codec in the package ``wsq``.

NIST's decoder trusts its input: some damaged files make it read and write outside its memory, and a file cut
off aborts the process. So no byte from outside reaches it as it came. ``decode`` first walks the whole file as
the decoder would, and hands over only the parts that carry the picture. What that walk makes sure of:

- the order of the markers: SOI, tables, SOF, blocks (each behind its tables), EOI; every length within the file;
- sides of ``SIDES`` pixels (below, filters reach outside the picture) and at most ``MAXIMUM_PIXELS``;
- one table of filters, of the 9 and 7 taps that encoders use, and one of quantisers, before the first block;
- Huffman tables that are prefix codes, each defined before a block uses it;
- every code and extra bit of every block, and that the blocks give exactly as many coefficients as the subbands
  with a quantiser have: neither more (a write behind the buffer) nor fewer (memory that nobody has written).

Comments are left out, because the decoder copies them into buffers of fixed size. The package's Pillow plug-in is
not loaded: it would make Pillow take WSQ files everywhere, without all of this.

Encoding is at 0.75 bits per pixel and not otherwise: ``wsq`` 0.9 takes a bit rate and overwrites it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.errors import BadInput, Code, MalformedData
from muster.formats.octets import Reader

WSQ_MALFORMED = Code("WSQ_MALFORMED", "The WSQ picture is cut off or damaged, at byte {offset}.")
WSQ_TOO_LARGE = Code("WSQ_TOO_LARGE", "The WSQ picture is larger than any fingerprint reader makes.")
WSQ_UNSUITABLE = Code(
    "WSQ_UNSUITABLE", "Only grey pictures of 64 to 8192 pixels on each side can be compressed as WSQ."
)

# Target bits per pixel as NIST's manual of ``cwsq`` gives them: about 15:1, and about 5:1. ``encode`` writes the
# first; the second is what others write who want more.
BIT_RATE_15_TO_1 = 0.75
BIT_RATE_5_TO_1 = 2.25

START = b"\xff\xa0"
SIDES = range(64, 8193)
MAXIMUM_PIXELS = 12_000_000  # four fingers at 1000 dpi, 3.2 by 3 inch, are 9.6 million
_EOI, _SOF, _SOB, _DTT, _DQT, _DHT, _COM = 0xFFA1, 0xFFA2, 0xFFA3, 0xFFA4, 0xFFA5, 0xFFA6, 0xFFA8
# black, white, height, width, exponent and value of shift and of scale, encoder, software
_FRAME = "BBHHBHBHBH"
_SUBBANDS = 64
_SENT_SUBBANDS = 60  # the finest diagonal four are never sent
_HUFFMAN_TABLES = range(8)
_CODE_BITS = 16
_MAXIMUM_SYMBOLS = 256
_MAXIMUM_EXPONENT = 20  # further down a 32 bit float is zero where the file says it is not

Pixels = NDArray[np.uint8]


def encode(pixels: Pixels) -> bytes:
    """``pixels`` is (height, width) grey. Raises ``BadInput(WSQ_UNSUITABLE)``."""
    if pixels.ndim != 2 or not all(side in SIDES for side in pixels.shape) or pixels.size > MAXIMUM_PIXELS:
        raise BadInput(WSQ_UNSUITABLE)
    height, width = pixels.shape
    encoded: bytes = _codec().compress(pixels.tobytes(), height, width, BIT_RATE_15_TO_1)
    return encoded


def decode(content: bytes) -> Pixels:
    """Raises ``MalformedData``."""
    walk = _Walk(content)
    try:
        stream = walk.essence()
    except MalformedData as error:
        if error.code is WSQ_TOO_LARGE:
            raise
        raise MalformedData(WSQ_MALFORMED, offset=walk.offset) from error
    try:
        pixels, width, height, _ = _codec().decompress(stream)
    except Exception as error:  # what the codec raises is a bare Exception
        raise MalformedData(WSQ_MALFORMED) from error
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


def _codec() -> Any:
    import _wsq  # type: ignore[import-not-found]

    return _wsq


# --- looking through a file before the codec does --------------------------------------------------------------


@dataclass(slots=True)
class _Symbols:
    """A Huffman table, unfolded: for each 16 bits, how many of them are a code, and for which symbol."""

    lengths: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)


class _Walk:
    """One pass over a file. Whatever is not as the standard has it raises ``MalformedData``."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._reader = Reader(content)
        self._kept = [START]
        self._has_filters = False
        self._quantised: list[bool] = []
        self._tables: dict[int, _Symbols] = {}
        self._subbands: list[int] = []

    @property
    def offset(self) -> int:
        return self._reader.offset

    def essence(self) -> bytes:
        """The file without comments and without what stands behind its end."""
        self._reader.expect(START)
        for marker in self._markers_until(_SOF):
            self._table(marker)
        self._frame()
        count = 0
        expected: int | None = None
        for marker in self._markers_until(_EOI):
            if marker != _SOB:
                self._table(marker)
                continue
            if expected is None:
                expected = self._expected()
            count += self._block(expected - count)
        if count != expected:
            raise self._malformed()
        self._kept.append(_EOI.to_bytes(2))
        return b"".join(self._kept)

    def _markers_until(self, last: int) -> Iterator[int]:
        while (marker := self._reader.one("H")) != last:
            yield marker

    def _segment(self, marker: int) -> Reader:
        """What stands behind a marker's length; kept for the codec."""
        length = self._reader.one("H")
        if length < 2:
            raise self._malformed()
        body = self._reader.take(length - 2)
        if marker != _COM:
            self._kept.append(marker.to_bytes(2) + length.to_bytes(2) + body)
        return Reader(body)

    def _frame(self) -> None:
        body = self._segment(_SOF)
        _, _, height, width, *_ = body.unpack(_FRAME)
        body.end()
        if width * height > MAXIMUM_PIXELS:
            raise MalformedData(WSQ_TOO_LARGE)
        if width not in SIDES or height not in SIDES:
            raise self._malformed()
        self._subbands = subband_sizes(width, height)

    def _table(self, marker: int) -> None:
        if marker == _COM:
            self._segment(marker)
        elif marker == _DTT and not self._has_filters:
            self._filters(self._segment(marker))
        elif marker == _DQT and not self._quantised:
            self._quantisers(self._segment(marker))
        elif marker == _DHT:
            self._huffman(self._segment(marker))
        else:
            raise self._malformed()

    def _filters(self, body: Reader) -> None:
        """High and low pass, of 7 and 9 taps in either order: half of the symmetric taps of each are written."""
        if sorted(body.unpack("BB")) != [7, 9]:
            raise self._malformed()
        for _ in range(4 + 5):
            _, exponent, _ = body.unpack("BBI")
            if exponent > _MAXIMUM_EXPONENT:
                raise self._malformed()
        body.end()
        self._has_filters = True

    def _quantisers(self, body: Reader) -> None:
        body.unpack("BH")  # bin centre
        for _ in range(_SUBBANDS):
            exponent, step, zero_exponent, _ = body.unpack("BHBH")
            if max(exponent, zero_exponent) > _MAXIMUM_EXPONENT:
                raise self._malformed()
            self._quantised.append(step != 0)
        body.end()
        if any(self._quantised[_SENT_SUBBANDS:]):
            raise self._malformed()

    def _huffman(self, body: Reader) -> None:
        """A later segment may define a table anew, but only as its first: the codec refuses others."""
        is_first = True
        while is_first or body.rest_length:
            number = body.one("B")
            counts = body.take(_CODE_BITS)
            is_new = is_first or number not in self._tables
            if number not in _HUFFMAN_TABLES or not is_new or sum(counts) > _MAXIMUM_SYMBOLS:
                raise self._malformed()
            is_first = False
            self._tables[number] = self._unfolded(counts, body.take(sum(counts)))

    def _unfolded(self, counts: bytes, symbols: bytes) -> _Symbols:
        """Canonical codes: within a length they count up, and the next length goes on with a 0 bit behind."""
        table = _Symbols()
        following = iter(symbols)
        for length, count in enumerate(counts, start=1):
            repeat = 1 << (_CODE_BITS - length)
            for _ in range(count):
                table.lengths += [length] * repeat
                table.values += [next(following)] * repeat
        missing = (1 << _CODE_BITS) - len(table.lengths)
        if missing < 0:
            raise self._malformed()
        table.lengths += [0] * missing
        table.values += [0] * missing
        return table

    def _expected(self) -> int:
        if not self._has_filters or not self._quantised:
            raise self._malformed()
        return sum(size for size, is_sent in zip(self._subbands, self._quantised, strict=True) if is_sent)

    def _block(self, room: int) -> int:
        """The number of coefficients in a block, at most ``room``."""
        header = self._segment(_SOB)
        table = self._tables.get(header.one("B"))
        header.end()
        if table is None:
            raise self._malformed()
        begin = self._reader.offset
        end = self._end_of_block(begin)
        data = self._reader.take(end - begin)
        self._kept.append(data)
        return self._coefficients(data.replace(b"\xff\x00", b"\xff"), table, room)

    def _end_of_block(self, at: int) -> int:
        """The next FF that no stuffed zero follows."""
        while True:
            at = self._content.find(b"\xff", at)
            if at < 0 or at + 1 >= len(self._content):
                raise self._malformed()
            if self._content[at + 1]:
                return at
            at += 2

    def _coefficients(self, data: bytes, table: _Symbols, room: int) -> int:
        """Decode as the codec does: codes until the bits end, where the rest of a code is padding."""
        lengths, values = table.lengths, table.values
        total = len(data) * 8
        padded = data + bytes(4)
        at = count = 0
        while at < total:
            window = int.from_bytes(padded[at >> 3 : (at >> 3) + 3]) >> (8 - (at & 7)) & 0xFFFF
            length = lengths[window]
            if length == 0 or at + length > total:
                if total - at >= _CODE_BITS:
                    raise self._malformed()
                break
            at += length
            symbol = values[window]
            if 0 < symbol <= 100:  # a run of zeros
                count += symbol
            elif 106 < symbol < 255:  # a small value
                count += 1
            elif 101 <= symbol <= 106:  # a value (101 to 104) or a run (105, 106) in the 8 or 16 bits behind
                extra = 8 if symbol in (101, 102, 105) else 16
                if at + extra > total:
                    raise self._malformed()
                count += self._bits(padded, at, extra) if symbol >= 105 else 1
                at += extra
            else:
                raise self._malformed()
            if count > room:
                raise self._malformed()
        return count

    @staticmethod
    def _bits(data: bytes, at: int, number: int) -> int:
        return int.from_bytes(data[at >> 3 : (at >> 3) + 3]) >> (24 - number - (at & 7)) & ((1 << number) - 1)

    def _malformed(self) -> MalformedData:
        return MalformedData(WSQ_MALFORMED, offset=self.offset)


Side = tuple[int, bool]  # length, and whether it is the upper of two halves


def subband_sizes(width: int, height: int) -> list[int]:
    """Coefficients in each of the 64 subbands, in the order in which they are sent.

    ::

        whole picture -> 4 -> the lowest of them -> 4: three of these -> 16 each, and of the lowest 16 again
        the lowest -> 4
    """
    low, right, below, corner = _quarters((width, False), (height, False))
    lowest, low_right, low_below, low_corner = _quarters(*low)
    first, *others = _sixteen(*lowest)
    regions = [
        *_quarters(*first),
        *others,
        *_sixteen(*low_right),
        *_sixteen(*low_below),
        low_corner,
        *_quarters(*right),
        *_quarters(*below),
        *_quarters(*corner),
    ]
    return [x[0] * y[0] for x, y in regions]


def _quarters(x: Side, y: Side) -> list[tuple[Side, Side]]:
    return [(each_x, each_y) for each_y in _halves(y) for each_x in _halves(x)]


def _sixteen(x: Side, y: Side) -> list[tuple[Side, Side]]:
    return [inner for outer in _quarters(x, y) for inner in _quarters(*outer)]


def _halves(side: Side) -> tuple[Side, Side]:
    """The lower frequencies get the odd one; an upper half stands mirrored, so that there it is the other way."""
    length, is_upper = side
    smaller, larger = length // 2, (length + 1) // 2
    return ((smaller, False), (larger, True)) if is_upper else ((larger, False), (smaller, True))
