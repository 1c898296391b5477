"""What decoding a JPEG 2000 picture would take, before it is decoded.

A picture of a few kilobytes can ask for gigabytes: the decoder keeps some five kilobytes for each code block, and
both code blocks (down to 4 by 4 pixels) and precincts (down to a single one) are as small as the file says, in
the main header or in that of any tile part. So all of these headers are read here (ISO/IEC 15444-1 A.4 to A.6),
and the smallest of everything in them is taken for everywhere: what is let through costs no more than reckoned.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.errors import Code, MalformedData
from muster.formats.octets import Reader

JPEG2000_MALFORMED = Code("JPEG2000_MALFORMED", "The JPEG 2000 picture is cut off or damaged.")

MAXIMUM_PIECES = 65_536  # 24 megapixels in RGB have some 25 thousand
_MAXIMUM_COMPONENTS = 4
_SIZ, _COD, _COC, _SOT, _SOD, _EOC = 0xFF51, 0xFF52, 0xFF53, 0xFF90, 0xFF93, 0xFFD9
_WHOLE = 15  # a precinct of 2^15 pixels on each side, where the file names none


@dataclass(slots=True)
class _Pieces:
    """The smallest of each that any header names; sides are exponents of two."""

    levels: int = 0
    block: tuple[int, int] = (10, 10)
    precinct: tuple[int, int] = (_WHOLE, _WHOLE)

    def note(self, body: Reader, *, names_precincts: bool) -> None:
        """Levels, code block width and height, style, wavelet, then one octet of precinct for each resolution."""
        levels, wide, high, _, _ = body.unpack("BBBBB")
        self.levels = max(self.levels, levels)
        self.block = (min(self.block[0], wide + 2), min(self.block[1], high + 2))
        if names_precincts:
            for each in body.rest():
                self.precinct = (min(self.precinct[0], each & 15), min(self.precinct[1], each >> 4))


def pieces_in(stream: bytes) -> int:
    """At most so many code blocks and precincts are in the codestream. Raises ``MalformedData``."""
    reader = Reader(stream)
    reader.take(2)
    pieces = _Pieces()
    components = tiles = 0
    sides = (0, 0)
    while (marker := reader.one("H")) != _SOT:
        body = _segment(reader)
        if marker == _SIZ:
            _, x1, y1, _, _, wide, high, x0, y0, components = body.unpack("HIIIIIIIIH")
            if not (wide and high and x1 > x0 and y1 > y0) or not 0 < components <= _MAXIMUM_COMPONENTS:
                raise MalformedData(JPEG2000_MALFORMED)
            tiles = -(-(x1 - x0) // wide) * -(-(y1 - y0) // high)
            sides = (min(wide, x1), min(high, y1))
        _style(marker, body, pieces)
    if tiles == 0:
        raise MalformedData(JPEG2000_MALFORMED)
    _tile_parts(reader, stream, pieces)
    return components * tiles * _in_one_tile(sides, pieces)


def _tile_parts(reader: Reader, stream: bytes, pieces: _Pieces) -> None:
    """The reader stands behind the first SOT marker. A length of 0 is "to the end"."""
    marker = _SOT
    while marker == _SOT:
        begin = reader.offset - 2
        _, length, _, _ = _segment(reader).unpack("HIBB")
        while (marker := reader.one("H")) != _SOD:
            _style(marker, _segment(reader), pieces)
        if length == 0:
            return
        behind = begin + length - reader.offset
        if behind < 0:
            raise MalformedData(JPEG2000_MALFORMED)
        reader.take(behind)
        marker = reader.one("H")
    if marker != _EOC:
        raise MalformedData(JPEG2000_MALFORMED)


def _style(marker: int, body: Reader, pieces: _Pieces) -> None:
    if marker == _COD:  # Scod u8, progression u8, layers u16, component transform u8
        scod, _ = body.unpack("B4s")
        pieces.note(body, names_precincts=bool(scod & 1))
    elif marker == _COC:  # component u8, Scoc u8
        _, scoc = body.unpack("BB")
        pieces.note(body, names_precincts=bool(scoc & 1))


def _segment(reader: Reader) -> Reader:
    length = reader.one("H")
    if length < 2:
        raise MalformedData(JPEG2000_MALFORMED)
    return Reader(reader.take(length - 2))


def _in_one_tile(sides: tuple[int, int], pieces: _Pieces) -> int:
    """Code blocks and precincts of one component of one tile, over all resolutions."""
    if pieces.levels > 32:
        raise MalformedData(JPEG2000_MALFORMED)
    total = 0
    for level in range(pieces.levels + 1):
        blocks = precincts = 1
        for side, precinct, block in zip(sides, pieces.precinct, pieces.block, strict=True):
            length = -(-side >> level)
            in_length = (length >> precinct) + 2  # one more at each end, where the grid does not begin at 0
            precincts *= in_length
            blocks *= max(in_length, (length >> min(block, max(precinct - 1, 0))) + 2)
        total += blocks + precincts
    return total
