"""Java's patterns in Python's engine, and the engine that cannot be brought to a halt."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.formats.bounded_match import BoundedPattern, is_explosive
from muster.formats.java_regex import LONGEST_TEXT, java_regex


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("(", 0),
        ("[a-z", 0),
        ("[a-z[0-9]]", 4),
        ("[a-z&&[^b]]", 4),
        ("a{2,1}", None),
        ("*a", None),
        (r"\p{Klingon}", 0),
        (r"[\P{L}]", 1),
        (r"\x{110000}", 0),
        (r"(a+)+\1", 0),
    ],
)
def test_a_pattern_that_cannot_work_is_refused(pattern: str, position: int | None) -> None:
    with pytest.raises(re.error) as refusal:
        java_regex(pattern)
    assert position is None or refusal.value.pos == position


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        (r"^[(?i)A-Z0-9]{5}$|^NA$", ["10113", "NA", "(?i)A"], ["1011", "nab", "10113\n"]),
        (r"^(?=.{3,50}$).*", ["Max", "x" * 50], ["ab", "x" * 51]),
        (r"^[+]*([0-9]{1})([0-9]{9})$", ["0123456789", "+0123456789"], ["012345678", "٠١٢٣٤٥٦٧٨٩"]),
        (r"\d+", ["1"], ["١"]),
        (r"\w+", ["a_1"], ["é"]),
        (r"[\p{L} '-]+", ["Zoë O'Neill", "محمد"], ["R2D2"]),
        (r"\p{IsArabic}+", ["محمد"], ["Erika"]),
        (r"\P{Lu}+", ["erika"], ["Erika"]),
        (r"[\p{Upper}]{2}", ["AB"], ["Ab"]),
        (r"a(?i)b(c(?-i)d)e(?u)", ["aBCdE"], ["ABCdE", "aBCDE"]),
        (r"(a(?i)b)c", ["aBc"], ["abC"]),
        (r"(?<year>[0-9]{4})-\k<year>", ["1990-1990"], ["1990-1991"]),
        (r"(?<=a)b|(?<!a)c", ["c"], ["b"]),
        (r"\Qa.b\E+", ["a.b", "a.bb"], ["axb"]),
        (r"\x{41}\u0042", ["AB"], ["ab"]),
        (r"a\h?b\z", ["a b", "a\u00a0b"], ["a\nb"]),
        (r"[a|~&]+", ["a|~&"], ["b"]),
        (r"[]a]+", ["]a"], ["b"]),
        (r"[^^]", ["a"], ["^"]),
    ],
)
def test_what_java_would_take_is_taken(pattern: str, matches: list[str], misses: list[str]) -> None:
    regex = java_regex(pattern)
    assert [each for each in matches if not regex.matches(each)] == []
    assert [each for each in misses if regex.matches(each)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a|aa)+b",
        r"(a*)*b",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(.*a){12}b",
        "(?:.*a)" * 9,
        "(a{1,20}){1,20}b",
        "([A-Za-z]{1,20} ?){1,10}",
        "(a?){20}(a?){20}a{20}b",
        "a?" * 40 + "b",
        "(a|aa)" * 40 + "b",
        "a{0,20}" * 9 + "b",
        "(?:(?:(?:^){1000}){1000}){1000}b",
        "(?:^){2000000000}b",
    ],
)
def test_a_pattern_that_would_take_for_ever_says_no_in_time(pattern: str) -> None:
    began = time.perf_counter()
    assert not java_regex(pattern).matches("a" * 200 + "!")
    assert time.perf_counter() - began < 1


def test_a_condition_hides_no_repetitions() -> None:
    with pytest.raises(re.error):
        java_regex("(a)?(?(1)(?:a+)+b|b)")


def test_a_text_longer_than_any_field_matches_nothing() -> None:
    assert java_regex(".*").matches("a" * LONGEST_TEXT)
    assert not java_regex(".*").matches("a" * (LONGEST_TEXT + 1))


def test_addresses_may_have_as_many_parts_as_they_like() -> None:
    email = java_regex(r"^[A-Za-z0-9_\-]+(\.[A-Za-z0-9_]+)*@[A-Za-z0-9_-]+(\.[A-Za-z0-9_]+)*(\.[a-zA-Z]{2,})$")
    assert email.matches("erika.von.mustermann@post.mustermann.example")
    assert not email.matches("erika.@mustermann.example")


_LETTERS = st.sampled_from(
    ["a", "b", "[ab]", "[^a]", ".", r"\w", "^", "$", r"\b", "(?i:a)", "(?=a)", "(?!b)", "(?<=a)"]
)
_PATTERNS = st.recursive(
    _LETTERS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.tuples(inner, inner).map(lambda each: f"(?:{each[0]}|{each[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map(
            lambda each: f"(?:{each[0]}){each[1]}"
        )
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200, database=None)
@given(_PATTERNS, st.text(alphabet="abAB \n", max_size=7))
def test_both_engines_agree(pattern: str, text: str) -> None:
    assert (BoundedPattern(pattern).fullmatch(text) is not None) is bool(re.fullmatch(pattern, text, re.ASCII))


def test_only_what_can_be_tried_in_very_many_ways_goes_to_the_slower_engine() -> None:
    assert not is_explosive(r"^(1869|18[7-9][0-9])/([0][1-9]|1[0-2])$", LONGEST_TEXT)
    assert is_explosive(r"(a+)+", LONGEST_TEXT)
    assert is_explosive(r"((ab|cd)e)*", LONGEST_TEXT)
    assert is_explosive(r"a*a*a*b", LONGEST_TEXT)
    assert not is_explosive(r"(a{2}){3}", LONGEST_TEXT)
    assert not is_explosive(r"a*b*", LONGEST_TEXT)
    assert not is_explosive(r"a*+b*+c*+d", LONGEST_TEXT)


@pytest.mark.parametrize("text", ["", "a", "aa", "a\n", "\na", "b"])
@pytest.mark.parametrize("pattern", [r"\Aa\Z", r"\A\w*\Z", r"a\Z\n", r"\n\Aa", r"a(?:\Z|\n)"])
def test_both_engines_agree_on_where_a_text_begins_and_ends(pattern: str, text: str) -> None:
    assert (BoundedPattern(pattern).fullmatch(text) is not None) is bool(re.fullmatch(pattern, text, re.ASCII))


def test_what_an_atomic_group_holds_is_tried_in_as_many_ways() -> None:
    assert is_explosive(r"(?>(a+)+)b", LONGEST_TEXT)
    assert not is_explosive(r"(?>ab)c", LONGEST_TEXT)


def test_a_class_may_hold_blanks_of_every_width_and_no_end_of_a_text() -> None:
    blanks = java_regex(r"[a\h]+")
    assert blanks.matches("a \u00a0a") and not blanks.matches("a\n")
    with pytest.raises(re.error):
        java_regex(r"[a\z]")
