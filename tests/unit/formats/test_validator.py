"""What a field's pattern asks for, where it says it in one piece."""

from __future__ import annotations

import pytest

from muster.formats.validator import Shape, Validator


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        ("^[0-9]{10}$", Shape(is_digits=True, least=10, most=10, may_have_plus=False)),
        (r"^\+?[0-9]{10}$", Shape(is_digits=True, least=10, most=10, may_have_plus=True)),
        (r"^(\d{10,30})$", Shape(is_digits=True, least=10, most=30, may_have_plus=False)),
        ("^.{3,50}$", Shape(is_digits=False, least=3, most=50, may_have_plus=False)),
    ],
)
def test_how_many_digits_or_characters_are_meant_is_read(pattern: str, shape: Shape) -> None:
    assert Validator(pattern).shape == shape


@pytest.mark.parametrize(
    "pattern", ["^[0-9]{4}/[0-9]{2}$", "^([A-Za-z0-9]{5}|NA)$", "[0-9]{10,}", "^[0-9]{3}[0-9]{4}$"]
)
def test_of_a_pattern_of_several_pieces_nothing_is_said(pattern: str) -> None:
    assert Validator(pattern).shape is None
