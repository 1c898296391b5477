"""One JSON object that may hold anything."""

from __future__ import annotations

from typing import Any

import pytest

from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart, as_text, without_empty

_CODE = Code("JSON_PART_UNDER_TEST", "Part {part} is wrong.")


def _part(**values: Any) -> JsonPart:
    return JsonPart("body", values, _CODE)


def _deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"", 0),
        (b"\xff", 0),
        (b'{"a": "\xc3\xa9", }', 12),
        (b"[]", 0),
        (b"3", 0),
        (b'{"a": NaN}', 0),
        (b"[" * 9_999, 0),
    ],
)
def test_what_is_no_object_is_refused_at_its_octet(content: bytes, offset: int) -> None:
    with pytest.raises(MalformedData) as caught:
        JsonPart.of(content, _CODE)
    assert (caught.value.offset, caught.value.detail["part"]) == (offset, "body")


def test_a_value_nested_too_deeply_to_be_written_again_is_refused() -> None:
    with pytest.raises(MalformedData) as caught:
        _part(a=_deep()).all_texts()
    assert caught.value.detail["part"] == "body"


@pytest.mark.parametrize("value", [True, 1.5, "1", 2**63, [1]])
def test_a_number_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(MalformedData):
        _part(a=value).number("a")


def test_a_whole_number_may_have_a_point() -> None:
    assert (_part(a=3.0).number("a"), _part(a=None).number("a")) == (3, 0)


@pytest.mark.parametrize("value", ["maybe", 1, []])
def test_a_flag_that_is_neither_is_refused(value: object) -> None:
    with pytest.raises(MalformedData):
        _part(a=value).flag("a")


@pytest.mark.parametrize(("value", "meant"), [(True, True), ("TRUE", True), ("", False), (None, False)])
def test_a_flag_may_be_a_text(value: object, meant: bool) -> None:
    assert _part(a=value).flag("a") is meant


@pytest.mark.parametrize("value", [[-129], [256], [1, "a"], "%", ["AA", "AA"], 3])
def test_octets_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(MalformedData):
        _part(a=value).octets("a")


@pytest.mark.parametrize("value", ["AQD/", ["AQ", ""], [1, 0, -1], [1, 0, 255]])
def test_octets_come_as_base64_in_pieces_and_as_numbers_with_a_sign_or_without(value: object) -> None:
    assert _part(a=value).octets("a") in (b"\x01\x00\xff", b"\x01")


def test_an_entry_by_a_name_of_the_senders_own_is_told_by_its_place() -> None:
    with pytest.raises(MalformedData) as caught:
        _part(a={"Erika": {"b": 1}}).part("a").children()[0].text("b")  # type: ignore[union-attr]
    assert caught.value.detail["part"] == "a[0].b"


def test_a_text_of_our_own_formats_is_one() -> None:
    with pytest.raises(TypeError):
        as_text(3)
    assert as_text("a") == "a"


def test_what_nobody_knows_is_left_out() -> None:
    assert without_empty({"a": "1", "b": "", "c": None}) == {"a": "1"}
