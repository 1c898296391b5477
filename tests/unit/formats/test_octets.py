from __future__ import annotations

import pytest

from muster.errors import MalformedData
from muster.formats.octets import RECORD_MAGIC_WRONG, RECORD_OVERLONG, RECORD_TRUNCATED, Reader


def test_reading_past_the_end_is_refused_with_the_length_as_offset() -> None:
    reader = Reader(b"\x01\x02\x03")

    with pytest.raises(MalformedData) as caught:
        reader.one("I")

    assert caught.value.code is RECORD_TRUNCATED
    assert caught.value.offset == 3


def test_a_refused_read_leaves_the_cursor_where_it_was() -> None:
    reader = Reader(b"\x01\x02\x03")
    with pytest.raises(MalformedData):
        reader.one("I")

    assert reader.rest() == b"\x01\x02\x03"


def test_other_octets_than_expected_are_refused_where_they_begin() -> None:
    reader = Reader(b"..FAC\x00")
    reader.take(2)

    with pytest.raises(MalformedData) as caught:
        reader.expect(b"FIR\x00")

    assert caught.value.code is RECORD_MAGIC_WRONG
    assert caught.value.offset == 2


def test_octets_behind_the_end_are_refused_where_they_begin() -> None:
    reader = Reader(b"\x01\x02\x03")
    reader.one("B")

    with pytest.raises(MalformedData) as caught:
        reader.end()

    assert caught.value.code is RECORD_OVERLONG
    assert caught.value.offset == 1


def test_numbers_are_big_endian_and_unpadded() -> None:
    assert Reader(bytes((1, 0, 2, 0, 0, 0, 3))).unpack("BHI") == (1, 2, 3)


def test_everything_read_to_the_end_is_accepted() -> None:
    reader = Reader(b"\x01\x02")
    reader.one("H")

    reader.end()
    assert reader.rest() == b""
