"""A signature by hand: what a pad reports comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import BadInput, MalformedData, MusterError
from muster.formats.handwriting import MAXIMUM_BYTES, Handwriting, Point

LINE = (Point(10.0, 50.0, 0, 0.5), Point(60.0, 20.0, 16, 1.0), Point(90.0, 70.0, 33, 0.25))
WRITTEN = Handwriting(100, 80, (LINE,))


def test_what_was_written_comes_back_with_pressure_and_times() -> None:
    assert Handwriting.parse(WRITTEN.encode()) == WRITTEN


def test_the_picture_is_dark_along_the_line_and_white_beside_it() -> None:
    picture = WRITTEN.draw()
    assert picture.shape == (80, 100)
    assert picture[35, 35] < 128
    assert picture[5, 5] == 255


@pytest.mark.parametrize("strokes", [(), ((Point(5, 5),),), ((Point(5, 5), Point(7, 5)),)])
def test_a_pad_that_was_only_touched_is_no_signature(strokes: Any) -> None:
    with pytest.raises(BadInput, match="HANDWRITING_EMPTY"):
        Handwriting(100, 80, strokes).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"width": True},
        {"height": 10**9},
        {"width": 4000, "height": 4000},
        {"strokes": [[[1, 2, 3]]]},
        {"strokes": [[[1, 2, 3, 1.5]]]},
        {"strokes": [[["1", 2, 3, 1]]]},
        {"strokes": [[[1e9, 2, 3, 1]]]},
        {"strokes": 7},
        {"strokes": [[[1, 2, 3, 1]] * 20_001]},
    ],
)
def test_what_no_pad_reports_is_refused(change: dict[str, Any]) -> None:
    content = json.dumps({**json.loads(WRITTEN.encode()), **change}).encode()
    with pytest.raises(MalformedData, match="HANDWRITING_UNREADABLE"):
        Handwriting.parse(content)


def test_more_octets_than_a_signature_has_are_not_looked_into() -> None:
    with pytest.raises(MalformedData, match="HANDWRITING_UNREADABLE"):
        Handwriting.parse(b" " * (MAXIMUM_BYTES + 1))


@given(st.binary(max_size=60))
def test_octets_of_anybody_raise_nothing_but_errors_of_ours(content: bytes) -> None:
    with suppress(MusterError):
        Handwriting.parse(content)
