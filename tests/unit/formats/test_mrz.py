"""Machine-readable zones: specimens of ICAO Doc 9303, and what is none."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.errors import MalformedData
from muster.formats.mrz import ALPHABET, Holder, MrzType, check_digit, compose, parse

TODAY = date(2026, 11, 21)
# The specimens of parts 4 to 7 (Utopia's Anna Maria Eriksson, who exists on paper only).
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
MRV_A = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
MRV_B = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")


@pytest.mark.parametrize(
    ("lines", "offset"),
    [
        pytest.param((), 0, id="nothing"),
        pytest.param(("",), 0, id="one empty line"),
        pytest.param(("A" * 40, "A" * 40), 0, id="no zone's length"),
        pytest.param(TD3[:1], 0, id="half a passport"),
        pytest.param((*TD3, TD3[1]), 0, id="a line too many"),
        pytest.param(("IDFRA" + TD2[0][5:], TD2[1]), 0, id="France's card until 2021"),
        pytest.param((TD3[0], TD3[1][:-1]), 44 + 43, id="cut off"),
        pytest.param((TD3[0], TD3[1] + "<"), 44 + 44, id="too long"),
        pytest.param((TD3[0].replace("I", "i"), TD3[1]), 7, id="a small letter"),
        pytest.param((TD3[0], "٣" + TD3[1][1:]), 44, id="another script's digit"),
    ],
)
def test_what_is_no_zone_is_refused_with_its_place(lines: tuple[str, ...], offset: int) -> None:
    with pytest.raises(MalformedData) as caught:
        parse(lines)
    assert caught.value.offset == offset


@pytest.mark.parametrize(("lines", "kind"), list(zip((TD1, TD2, TD3, MRV_A, MRV_B), MrzType, strict=True)))
def test_a_specimen_is_of_its_type_with_every_check_digit_right(lines: tuple[str, ...], kind: MrzType) -> None:
    mrz = parse(lines)
    assert mrz.type is kind
    assert mrz.is_valid


def test_a_passport_says_who_and_until_when() -> None:
    mrz = parse(TD3)
    assert (mrz.document_code, mrz.issuing_state, mrz.nationality, mrz.sex) == ("P", "UTO", "UTO", "F")
    assert (mrz.surname, mrz.given_names, mrz.number) == ("ERIKSSON", "ANNA MARIA", "L898902C3")
    assert (mrz.birth(TODAY), mrz.expiry(TODAY)) == (date(1974, 8, 12), date(2012, 4, 15))
    assert mrz.optional == "ZE184226B"


@pytest.mark.parametrize("column", [*range(10), *range(13, 20), *range(21, 44)])
def test_one_wrong_character_under_a_check_digit_is_seen(column: int) -> None:
    instead = ALPHABET[(ALPHABET.index(TD3[1][column]) + 1) % 36]
    assert not parse((TD3[0], TD3[1][:column] + instead + TD3[1][column + 1 :])).is_valid


def test_a_number_longer_than_nine_goes_on_in_the_optional_data() -> None:
    # Part 5, appendix to section 4
    mrz = parse(
        ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
    )
    assert (mrz.number, mrz.optional) == ("D23145890734", "")
    assert mrz.is_valid


def test_the_check_digit_of_a_long_number_counts() -> None:
    mrz = parse(
        ("I<UTOD23145890<7348<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
    )
    assert mrz.check_digits["number"] is False


def test_a_passport_has_no_long_number() -> None:
    assert not parse((TD3[0], TD3[1][:9] + "<" + TD3[1][10:])).check_digits["number"]


def test_the_digit_over_empty_optional_data_may_be_left_out() -> None:
    holder = Holder("P", "UTO", "X12345678", "MUSTERMANN", "ERIKA", "UTO", "640812", "F", "310731")
    mrz = compose(MrzType.TD3, holder)
    assert mrz.lines[1][42] == "<"
    assert mrz.is_valid


def test_names_that_fill_their_field_may_be_cut_off() -> None:
    holder = Holder("I", "UTO", "1", "MUSTERMANN", "ERIKA GABRIELE SOPHIE LUISE", "UTO", "640812", "F", "310731")
    assert compose(MrzType.TD1, holder).names_may_be_cut_off
    assert not parse(TD1).names_may_be_cut_off


def test_a_person_with_one_name_has_no_given_names() -> None:
    mrz = parse(("P<UTOARKFREITH" + "<" * 30, TD3[1]))
    assert (mrz.surname, mrz.given_names) == ("ARKFREITH", "")


@pytest.mark.parametrize("birth", ["74<<<<", "<<<<<<", "740230", "741301"])
def test_a_birthday_that_is_not_known_or_not_in_the_calendar_is_no_day(birth: str) -> None:
    line = TD3[1][:13] + birth + check_digit(birth) + TD3[1][20:]
    assert parse((TD3[0], line)).birth(TODAY) is None


def test_nobody_was_born_tomorrow() -> None:
    line = TD3[1][:13] + "261122" + check_digit("261122") + TD3[1][20:]
    assert parse((TD3[0], line)).birth(TODAY) == date(1926, 11, 22)
    assert parse((TD3[0], line)).birth(date(2026, 11, 22)) == date(2026, 11, 22)


def test_a_leap_day_is_looked_for_in_the_century_that_has_it() -> None:
    line = TD3[1][:13] + "000229" + check_digit("000229") + TD3[1][20:]
    assert parse((TD3[0], line)).birth(TODAY) == date(2000, 2, 29)
    assert parse((TD3[0], line)).expiry(date(2024, 2, 29)) == date(2012, 4, 15)


def test_what_does_not_fit_is_not_composed() -> None:
    with pytest.raises(ValueError, match="birth_date"):
        compose(MrzType.TD3, Holder("P", "UTO", "1", "A", "B", "UTO", "19640812", "F", "310731"))
    with pytest.raises(ValueError, match="names"):
        compose(MrzType.TD3, Holder("P", "UTO", "1", "MÜLLER", "B", "UTO", "640812", "F", "310731"))


names = st.lists(st.text(string.ascii_uppercase, min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join)
numbers = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=9)
days = st.dates(date(1930, 1, 1), date(2026, 11, 1)).map(lambda day: day.strftime("%y%m%d"))


@given(
    kind=st.sampled_from(list(MrzType)), number=numbers, surname=names, given_names=names, birth=days, expiry=days
)
def test_what_is_composed_reads_the_same(
    kind: MrzType, number: str, surname: str, given_names: str, birth: str, expiry: str
) -> None:
    code = "V" if kind in (MrzType.MRV_A, MrzType.MRV_B) else "I"
    mrz = compose(kind, Holder(code, "UTO", number, surname, given_names, "UTO", birth, "F", expiry))
    assert mrz.is_valid
    assert parse(mrz.lines) == mrz
    assert (mrz.type, mrz.number, mrz.birth_date, mrz.expiry_date) == (kind, number, birth, expiry)
    assume(len(surname) + len(given_names) + 2 <= 30)
    assert (mrz.surname, mrz.given_names) == (surname, given_names)


@given(number=st.text(string.ascii_uppercase + string.digits, min_size=10, max_size=20))
def test_a_long_number_reads_the_same(number: str) -> None:
    mrz = compose(MrzType.TD1, Holder("I", "UTO", number, "MUSTERMANN", "MAX", "UTO", "640812", "M", "310731"))
    assert (mrz.number, mrz.is_valid) == (number, True)


@given(st.lists(st.text(max_size=50), max_size=4))
def test_anything_else_is_refused_and_nothing_worse(lines: list[str]) -> None:
    try:
        mrz = parse(lines)
    except MalformedData:
        return
    assert (mrz.surname, mrz.given_names, mrz.check_digits) is not None


def test_a_card_has_room_for_more_in_its_second_line() -> None:
    holder = Holder("I", "UTO", "D23145890", "ERIKSSON", "ANNA", "UTO", "740812", "F", "120415", "FIRST", "SECOND")
    read = parse(compose(MrzType.TD1, holder).lines)
    assert read.is_valid
    assert (read.optional, read.optional_2) == ("FIRST", "SECOND")
