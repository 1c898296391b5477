"""Conditions: what is refused with its column, what they mean, and a second reading of the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.errors import MalformedData
from muster.formats.expression import DEEPEST, LONGEST, Expression

INFANT = {"identity": {"ageGroup": "INFANT", "introducerUIN": " ", "groups": ("Address", "Phone"), "age": 3.0}}


def holds(text: str, **identity: Any) -> bool:
    return Expression.parse(text).holds({"identity": identity})


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("   ", 4),
        ("a ==", 5),
        ("== a", 1),
        ("a && || b", 6),
        ("(a", 3),
        ("a)", 2),
        ("a b", 3),
        ("a = b", 3),
        ("a + 1", 3),
        ("'never closed", 1),
        ("a == 'x' 'y'", 10),
        ("identity.get(x)", 14),
        ("identity.get('x'", 17),
        ("identity.remove('x')", 10),
        ("identity.", 10),
        ("a.get('x').toString().length() > 1", 12),
        ("new java.io.File('x')", 5),
        ("System.exit(0)", 8),
        ("a == - b", 8),
        ("nil.x", 4),
        ("a ? b : c", 3),
        ("a; b", 2),
    ],
)
def test_what_is_not_understood_is_told_with_its_column(text: str, column: int) -> None:
    with pytest.raises(MalformedData) as refusal:
        Expression.parse(text)
    assert (refusal.value.detail["column"], refusal.value.offset) == (column, column - 1)


@pytest.mark.parametrize("text", ["(" * 60 + "a" + ")" * 60, "!" * 60 + "a", "a || " * 2_000 + "a"])
def test_too_long_and_too_deep_is_refused_before_it_hurts(text: str) -> None:
    with pytest.raises(MalformedData) as refusal:
        Expression.parse(text)
    assert refusal.value.code.name == "EXPRESSION_TOO_LARGE"


def test_the_deepest_and_the_longest_allowed_are_read() -> None:
    assert Expression.parse("(" * DEEPEST + "true" + ")" * DEEPEST).holds({})
    assert Expression.parse("true" + " " * (LONGEST - 4)).holds({})


@pytest.mark.parametrize(
    "text",
    [
        "identity.get('ageGroup') == 'INFANT'",
        'identity.get("ageGroup") == "INFANT"',
        "identity['ageGroup'] == 'INFANT'",
        "identity.ageGroup == 'INFANT'",
        "identity.get('introducerUIN') == nil || identity.get('introducerUIN') == empty",
        "identity.introducerRID == nil && identity.introducerRID == null && identity.introducerRID == empty",
        "identity.groups contains 'Address'",
        "!(identity.groups contains 'Biometrics')",
        "identity.age < 5 && identity.age <= 3 && identity.age >= 3 && !(identity.age > 3)",
        "identity.ageGroup != 'ADULT' and not == nil or true",
        "identity.nothing.at.all == nil",
        "!identity.nothing",
        "empty == ''",
        "'a' < 'b'",
        "-1 < 0",
    ],
)
def test_these_hold_of_an_infant(text: str) -> None:
    assert Expression.parse(text).holds(INFANT)


@pytest.mark.parametrize(
    "text",
    [
        "identity.ageGroup",  # a text is no yes
        "identity.ageGroup == nil",
        "identity.ageGroup < 5",
        "identity.nothing < 5 || identity.nothing > 5",
        "identity.nothing contains 'Address'",
        "identity.groups contains nil",
        "empty != nil",
        "true == 'true'",
        "identity == nil && false",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not Expression.parse(text).holds(INFANT)


def test_and_binds_closer_than_or_and_not_closer_than_both() -> None:
    assert holds("true || true && false")
    assert not holds("(true || true) && false")
    assert holds("!false || true") and not holds("!(false || true)")


def test_a_number_is_compared_with_a_text_that_is_one() -> None:
    assert holds("identity.x == 5 && identity.x < 10", x="5")
    assert not holds("identity.x == 5", x="five")


def test_a_value_with_several_spellings_equals_each_of_them() -> None:
    assert holds("identity.x == 'FR' && identity.x.get(0).value == 'Foreigner'", x=("FR", "Foreigner", "Étranger"))
    assert not holds("identity.x == 'NFR'", x=("FR", "Foreigner"))


def test_a_tick_box_is_a_condition_by_itself() -> None:
    assert holds("identity.x", x="Y") and holds("identity.x", x="true") and not holds("identity.x", x="N")


def test_what_was_captured_is_asked_for_by_its_name_alone() -> None:
    enough = Expression.parse("face || (leftEye && rightEye)")
    assert enough.holds({"leftEye": True, "rightEye": True})
    assert not enough.holds({"face": False, "leftEye": True})
    assert [path.names for path in enough.paths()] == [("face",), ("leftEye",), ("rightEye",)]


# A second reading, as naive as can be: rewritten into Python and handed to Python. Only in this test.

_VALUES: dict[str, Any] = {"a": "x", "b": None, "c": 2.0, "d": True, "e": ("x", "y")}
_ATOMS = st.sampled_from(
    [
        "identity.a == 'x'", "identity.a != 'y'", "identity.b == nil", "identity.b != nil", "identity.c > 1",
        "identity.c <= 1", "identity.d", "identity.e contains 'y'", "identity.e contains 'z'", "true", "false",
    ]
)  # fmt: skip
_TREES = st.recursive(
    _ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(" ".join)
        | inner.map(lambda each: f"!({each})")
        | inner.map(lambda each: f"({each})")
    ),
    max_leaves=12,
)


def _naively(text: str) -> bool:
    python = re.sub(r"identity\.(\w) contains ('\w')", r"(\2 in \1)", text).replace("identity.", "")
    for theirs, ours in (("||", " or "), ("&&", " and "), ("nil", "None"), ("true", "True"), ("false", "False")):
        python = python.replace(theirs, ours)
    python = re.sub(r"!(?!=)", " not ", python)
    return bool(eval(python, {"__builtins__": {}}, dict(_VALUES)))


@settings(deadline=None, max_examples=150, database=None)
@given(_TREES)
def test_two_readings_of_a_condition_agree(text: str) -> None:
    assert Expression.parse(text).holds({"identity": _VALUES}) is _naively(text)


@settings(deadline=None, max_examples=150, database=None)
@given(st.text(alphabet="ab.'\"()!&|=<>[] 01-nilemptycontainsget\n\\é", max_size=40))
def test_whatever_is_written_is_understood_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        expression = Expression.parse(text)
    except MalformedData as refusal:
        assert 1 <= int(refusal.detail["column"]) <= len(text) + 1
    else:
        assert expression.holds(INFANT) in (True, False)


@pytest.mark.parametrize("value", [None, "", " ", 0.0, 0, ()])
def test_nothing_a_blank_zero_and_a_list_without_entries_are_empty(value: Any) -> None:
    assert holds("identity.x == empty", x=value) and not holds("identity.x != empty", x=value)


@pytest.mark.parametrize("value", ["a", 1.0, ("a",), True, False])
def test_a_text_a_number_and_a_tick_box_either_way_are_not(value: Any) -> None:
    assert not holds("identity.x == empty", x=value)


def test_everything_that_is_looked_up_is_told_in_the_order_it_is_written() -> None:
    asked = Expression.parse(
        "!(identity.age < identity['limit']) && (face || 'x' == identity.get('group'))"
    ).paths()
    assert [each.asked_for for each in asked] == ["age", "limit", "face", "group"]
    assert [each.is_of_identity for each in asked] == [True, True, False, True]
    assert [each.column for each in asked] == [3, 18, 41, 56]
