"""What a station leaves at its center for a wallet, and what comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.answer_relay import Left, fields_of, is_name, new_name

_LEFT = Left("aGVhZA.Ym9keQ.c2ln", datetime(2026, 3, 1, 12, tzinfo=UTC))


def _changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(_LEFT.encode()), **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        _changed(request="a.b"),
        _changed(request="a.b.c.d"),
        _changed(request="<script>"),
        _changed(request=3),
        _changed(expiresAt=None),
        _changed(expiresAt="soon"),
    ],
)
def test_what_no_station_leaves_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        Left.parse(content)
    assert caught.value.code.name == "RELAY_REQUEST_UNREADABLE"


@pytest.mark.parametrize("question", [_LEFT.question, ""])
def test_what_was_left_is_read_as_it_was_written(question: str) -> None:
    left = Left(question, _LEFT.until)
    assert Left.parse(left.encode()) == left


@pytest.mark.parametrize("name", ["", "a" * 42, "a" * 44, "../" + "a" * 40, "a" * 42 + "\n", "é" + "a" * 42])
def test_a_name_that_no_station_draws_is_none(name: str) -> None:
    assert not is_name(name)


def test_a_name_is_drawn_anew_each_time() -> None:
    one, other = new_name(), new_name()
    assert is_name(one) and one != other


@pytest.mark.parametrize("form", ["", "&", "a=%ff", "&".join(f"a{each}=1" for each in range(21))])
def test_a_form_without_fields_or_with_more_than_any_wallet_sends_is_refused(form: str) -> None:
    with pytest.raises(MalformedData):
        fields_of(form)


def test_of_a_field_that_comes_twice_the_first_counts() -> None:
    assert fields_of("a=1&b=%C3%A9+x&a=2") == {"a": "1", "b": "é x"}
