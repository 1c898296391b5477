from __future__ import annotations

from dataclasses import dataclass

import pytest

from muster.errors import BadInput, MalformedData
from muster.formats.octets import (
    RECORD_FIELD_UNFIT,
    RECORD_MAGIC_WRONG,
    RECORD_OVERLONG,
    RECORD_TRUNCATED,
    Layout,
    Reader,
)


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


def test_a_part_of_the_octets_ends_where_it_was_told_to() -> None:
    reader = Reader(bytes(range(9)), 2, 5)

    assert (reader.rest_length, reader.one("B")) == (3, 2)
    with pytest.raises(MalformedData) as caught:
        reader.take(3)
    assert caught.value.offset == 5
    assert reader.rest() == b"\x03\x04"


LAYOUT = Layout(small="B", pair="HH", octets="3s", large="I")
GOOD = {"small": 1, "pair": (2, 3), "octets": b"abc", "large": 4}


@pytest.mark.parametrize(
    "field, value",
    [
        ("small", -1),
        ("small", 256),
        ("small", 1.0),
        ("pair", (-1, 3)),
        ("pair", (2, 65536)),
        ("pair", (2,)),
        ("pair", (2, 3, 4)),
        ("pair", 2),
        ("octets", b"ab"),
        ("octets", b"abcd"),
        ("octets", "abc"),
        ("large", 1 << 32),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_refused_by_the_fields_name(field: str, value: object) -> None:
    with pytest.raises(BadInput) as caught:
        LAYOUT.write(**{**GOOD, field: value})

    assert caught.value.code is RECORD_FIELD_UNFIT
    assert caught.value.detail == {"field": field}


def test_fields_lie_one_behind_the_other_without_gaps() -> None:
    assert LAYOUT.write(**GOOD).hex() == "01" + "0002" + "0003" + "616263" + "00000004"
    assert LAYOUT.length == 12


def test_the_largest_values_are_written_and_read_back() -> None:
    largest = {"small": 255, "pair": (65535, 65535), "octets": b"\xff" * 3, "large": 0xFFFFFFFF}

    assert LAYOUT.write(**largest) == b"\xff" * 12
    assert LAYOUT.read(Reader(b"\xff" * 12)) == largest


def test_fields_that_the_record_has_not_are_told_beside_it() -> None:
    @dataclass
    class Record:
        first: int

    assert Layout(first="B", second="B").write(Record(7), second=8) == b"\x07\x08"
