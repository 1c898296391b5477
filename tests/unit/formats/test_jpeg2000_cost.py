"""Small files that would take gigabytes are told by their headers."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from muster.errors import MalformedData
from muster.formats.image_codec import decode, encode_jp2_lossless
from muster.formats.iso19794_picture import codestream_of
from muster.formats.jpeg2000_cost import MAXIMUM_PIECES, pieces_in

GREY = np.random.default_rng(1).integers(0, 256, (80, 60), dtype=np.uint8)
STREAM = codestream_of(encode_jp2_lossless(GREY))
TILE_PART = b"\xff\x90"
DATA = b"\xff\x93"


def blank(side: int, **options: object) -> bytes:
    """A square of nothing: all of its size is in how it is cut up."""
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((side, side), np.uint8)).save(buffer, "JPEG2000", **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def coding_style(block_exponent: int, *precincts: int) -> bytes:
    """A COD segment: five levels, code blocks of 2^(exponent + 2), the 5/3 wavelet."""
    body = struct.pack(">BBHBBBBBB", bool(precincts), 0, 1, 0, 5, block_exponent, block_exponent, 0, 1)
    return b"\xff\x52" + (len(body) + len(precincts) + 2).to_bytes(2) + body + bytes(precincts)


def refusal(content: bytes) -> str:
    try:
        decode(content)
    except MalformedData as error:
        return error.code.name
    return "accepted"


@pytest.mark.parametrize(
    "options",
    [{"codeblock_size": (4, 4)}, {"precinct_size": (8, 8), "codeblock_size": (4, 4)}, {"tile_size": (16, 16)}],
    ids=["code blocks", "precincts", "tiles"],
)
def test_a_picture_cut_into_too_many_pieces_is_refused(options: dict[str, object]) -> None:
    """Code blocks of 4 by 4 take 1.3 GB for 4 megapixels, from a file of 2 kB."""
    content = blank(1200, **options)

    assert pieces_in(codestream_of(content)) > MAXIMUM_PIECES
    assert refusal(content) == "IMAGE_TOO_COSTLY"


@pytest.mark.parametrize("options", [{}, {"codeblock_size": (32, 32)}, {"tile_size": (512, 512)}])
def test_pictures_as_devices_cut_them_are_let_through(options: dict[str, object]) -> None:
    assert refusal(blank(1200, **options)) == "accepted"


def test_what_a_tile_part_says_counts_as_well() -> None:
    at = STREAM.index(TILE_PART)
    style = coding_style(0, *[0x00] * 6)
    (length,) = struct.unpack_from(">I", STREAM, at + 6)
    data = STREAM.index(DATA, at)
    longer = (
        STREAM[: at + 6] + struct.pack(">I", length + len(style)) + STREAM[at + 10 : data] + style + STREAM[data:]
    )

    assert pieces_in(longer) > 4 * pieces_in(STREAM)


@pytest.mark.parametrize("length", [1, 11, 13, 2**31, 2**32 - 1])
def test_a_tile_part_of_a_wrong_length_is_refused(length: int) -> None:
    at = STREAM.index(TILE_PART) + 6

    with pytest.raises(MalformedData):
        pieces_in(STREAM[:at] + struct.pack(">I", length) + STREAM[at + 4 :])


def test_a_tile_part_shorter_than_its_own_header_is_refused() -> None:
    """Its index is written so that four octets on stands what looks like the end of the picture."""
    at = STREAM.index(TILE_PART) + 4

    with pytest.raises(MalformedData):
        pieces_in(STREAM[:at] + b"\xff\xd9" + struct.pack(">I", 4) + STREAM[at + 6 :])


def test_a_tile_part_may_go_to_the_end() -> None:
    at = STREAM.index(TILE_PART) + 6

    assert pieces_in(STREAM[:at] + bytes(4) + STREAM[at + 4 :]) == pieces_in(STREAM)


@pytest.mark.parametrize("components", [0, 5, 16384])
def test_more_components_than_a_picture_has_are_refused(components: int) -> None:
    at = 4 + 2 + 2 + 32  # SOC, SIZ, its length, Rsiz and the eight sizes
    changed = STREAM[:at] + components.to_bytes(2) + STREAM[at + 2 :]

    with pytest.raises(MalformedData):
        pieces_in(changed)


@settings(deadline=None, max_examples=300, database=None)
@given(st.binary(max_size=200))
def test_anything_is_counted_or_refused(rest: bytes) -> None:
    try:
        assert pieces_in(b"\xff\x4f\xff\x51" + rest) > 0
    except MalformedData as error:
        assert error.offset >= 0


def test_a_stream_without_its_size_is_refused() -> None:
    first_tile_part = STREAM.index(TILE_PART)

    with pytest.raises(MalformedData):
        pieces_in(STREAM[:2] + STREAM[first_tile_part:])


def test_what_a_component_says_of_itself_counts_as_well() -> None:
    """A COC segment: code blocks of 4 by 4 for one component (A.6.2)."""
    body = struct.pack(">BBBBBBB", 0, 0, 5, 0, 0, 0, 1)
    at = STREAM.index(b"\xff\x52")
    finer = STREAM[:at] + b"\xff\x53" + (len(body) + 2).to_bytes(2) + body + STREAM[at:]

    assert pieces_in(finer) > 4 * pieces_in(STREAM)


def test_a_codestream_without_a_file_around_it_is_the_codestream() -> None:
    assert codestream_of(STREAM) == STREAM


def test_more_levels_than_a_stream_can_have_are_refused() -> None:
    at = STREAM.index(b"\xff\x52") + 4 + 5

    with pytest.raises(MalformedData):
        pieces_in(STREAM[:at] + bytes([33]) + STREAM[at + 1 :])
