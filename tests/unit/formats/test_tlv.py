"""Objects of tag, length and value."""

from __future__ import annotations

import pytest

from muster.errors import MalformedData
from muster.formats.tlv import encode, parse_all, parse_one, whole_length


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        ("", 0),
        ("5F", 1),  # a tag that goes on
        ("61", 1),  # no length
        ("6103AABB", 4),  # less than it says
        ("6180AABB0000", 1),  # no definite length
        ("6184000000020000", 1),  # a length of four octets
        ("6182AA", 3),
        ("7F81818101AA", 0),  # a tag of more than three octets
        ("6101AA00", 3),  # something behind
    ],
)
def test_what_is_no_single_object_is_refused_with_its_place(content: str, offset: int) -> None:
    with pytest.raises(MalformedData) as seen:
        parse_one(bytes.fromhex(content), 0x61)
    assert seen.value.offset == offset


def test_another_tag_is_refused() -> None:
    with pytest.raises(MalformedData, match="RECORD_MAGIC_WRONG"):
        parse_one(bytes.fromhex("6000"), 0x61)


def test_a_child_that_is_longer_than_what_holds_it_is_refused_at_its_place_in_the_whole() -> None:
    whole = parse_one(bytes.fromhex("6104800300AA"), 0x61)
    with pytest.raises(MalformedData) as seen:
        whole.children()
    assert seen.value.offset == 6


def test_a_child_that_is_missing_is_refused() -> None:
    with pytest.raises(MalformedData):
        parse_one(bytes.fromhex("61038001AA"), 0x61).child(0x81)


@pytest.mark.parametrize("tag", [0x61, 0x5F1F, 0x7F61])
@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 70_000])
def test_what_was_written_is_read_as_it_was(tag: int, length: int) -> None:
    content = encode(tag, bytes(length))
    (found,) = parse_all(content)
    assert (found.tag, found.value, found.whole) == (tag, bytes(length), content)
    assert whole_length(content[:8]) == len(content)


def test_a_length_may_be_written_longer_than_it_needs_to_be() -> None:
    assert parse_one(bytes.fromhex("6183000001AA"), 0x61).value == b"\xaa"


def test_an_object_shows_none_of_its_content() -> None:
    assert "secret" not in repr(parse_one(encode(0x61, b"secret"), 0x61))
