"""What OCR confuses is put right where the format or a check digit proves it, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.formats.mrz import ALPHABET, parse
from muster.formats.mrz_correction import corrected

PASSPORT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
VISA = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")


def with_letter(lines: tuple[str, ...], row: int, column: int, letter: str) -> tuple[str, ...]:
    line = lines[row]
    return tuple(
        line[:column] + letter + line[column + 1 :] if index == row else each for index, each in enumerate(lines)
    )


def test_what_has_no_zones_shape_stays_as_it_is() -> None:
    assert corrected(("P<UT0", "L8989")) == ("P<UT0", "L8989")
    assert corrected(()) == ()
    assert corrected((PASSPORT[0], PASSPORT[1][:-1] + "é")) == (PASSPORT[0], PASSPORT[1][:-1] + "é")


def test_names_and_states_have_letters_only() -> None:
    assert (
        corrected(("P<UT0ER1K55ON<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<", PASSPORT[1].replace("UTO", "UT0"))) == PASSPORT
    )


def test_dates_and_check_digits_have_digits_only() -> None:
    assert corrected((PASSPORT[0], "L898902C36UTO74O8I22F12O4I59ZE184226B<<<<<1O")) == PASSPORT


@pytest.mark.parametrize(("column", "letter"), [(2, "G"), (3, "B"), (6, "Z"), (0, "C"), (5, "O")])
def test_without_a_doubt_of_the_reader_nothing_is_guessed(column: int, letter: str) -> None:
    wrong = with_letter(PASSPORT, 1, column, letter)
    assert corrected(wrong) == wrong


def test_the_only_doubt_that_makes_every_digit_right_is_followed() -> None:
    wrong = with_letter(PASSPORT, 1, 5, "O")  # L898902C3 read as L8989O2C3
    assert corrected(wrong, {(1, 5): "0D", (1, 2): "G"}) == PASSPORT


def test_a_doubt_that_makes_no_digit_right_changes_nothing() -> None:
    wrong = with_letter(PASSPORT, 1, 5, "O")
    assert corrected(wrong, {(1, 5): "Q", (1, 2): "G"}) == wrong


def test_of_several_possible_changes_none_is_made() -> None:
    wrong = with_letter(PASSPORT, 1, 5, "O")
    other = next(
        letter
        for letter in ALPHABET
        if letter != "9" and parse(with_letter(wrong, 1, 4, letter)).check_digits["number"]
    )
    assert corrected(wrong, {(1, 5): "0", (1, 4): other}) == wrong


def test_two_doubts_in_one_field_prove_nothing() -> None:
    wrong = with_letter(with_letter(PASSPORT, 1, 5, "O"), 1, 2, "G")
    assert not parse(wrong).check_digits["number"]
    assert corrected(wrong, {(1, 5): "0", (1, 2): "9"}) == wrong


def test_doubts_in_two_fields_are_followed_together() -> None:
    wrong = with_letter(with_letter(PASSPORT, 1, 5, "O"), 1, 15, "6")
    assert corrected(wrong, {(1, 5): "0", (1, 15): "0"}) == PASSPORT


def test_a_visa_is_corrected_by_its_own_digits() -> None:
    assert corrected(with_letter(VISA, 1, 6, "O"), {(1, 6): "0"}) == VISA


def test_a_right_zone_is_left_alone_whatever_was_doubted() -> None:
    assert corrected(PASSPORT, {(1, 0): "I", (1, 5): "O", (0, 7): "F"}) == PASSPORT


@given(st.lists(st.text(ALPHABET, min_size=30, max_size=30), min_size=3, max_size=3))
def test_a_correction_keeps_the_shape_and_never_breaks_a_right_digit(lines: list[str]) -> None:
    after = corrected(lines)
    assert [len(each) for each in after] == [30, 30, 30]
    assert corrected(after) == after


def test_more_doubts_than_can_be_tried_together_change_nothing() -> None:
    """Each of four fields has 25 ways to come right: 390,625 together."""
    doubts = {(1, column): ALPHABET for column in range(44)}
    wrong = PASSPORT
    for column in (0, 13, 21, 28):
        wrong = with_letter(wrong, 1, column, "8" if wrong[1][column] != "8" else "9")
    assert not any(list(parse(wrong).check_digits.values())[:4])
    assert corrected(wrong, doubts) == wrong
