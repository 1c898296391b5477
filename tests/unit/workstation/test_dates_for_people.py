"""Dates with the month's name in the language of the text, and nothing else changed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from muster.domain.lifecycle import DemographicsEntered, Registration, Started, fold
from muster.domain.registration import Process, RegistrationId
from muster.workstation.dates_for_people import (
    date_in_words,
    day_in,
    languages_with_month_names,
    moment_in_words,
)
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.person_screen import shown_data
from muster.workstation.reference import Choices
from muster.workstation.slip import compose_slip
from muster.workstation.summary import summarize
from muster.workstation.words_for_people import languages_with_words

_AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
_DAY = date(2001, 3, 4)

_LANGUAGES = ("eng", "ara", "fra")


def _field(name: str, kind: FieldKind) -> FormField:
    return FormField(name, kind, {"eng": name}, False, Choices(), None, "", {})


_FORM = (_field("dateOfBirth", FieldKind.DATE), _field("introducerName", FieldKind.TEXT))


def _registered(born: str, other: str = "2001/03/04", languages: tuple[str, ...] = _LANGUAGES) -> Registration:
    started = Started(_AT, Process.NEW, languages, "erika", 0.1)
    entered = DemographicsEntered(_AT, {"dateOfBirth": born, "introducerName": other})
    return fold(RegistrationId("10001100010000120260301123000"), (started, entered))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("eng", "4 March 2001"),
        ("fra", "4 mars 2001"),
        ("ara", "4 مارس 2001"),
        ("hin", "4 मार्च 2001"),
        ("amh", "4 ማርች 2001"),
        ("swa", "4 Machi 2001"),
        ("por", "4 de março de 2001"),
        ("zxx", "2001-03-04"),
    ],
)
def test_a_date_is_said_in_the_language_of_the_text_and_year_first_in_one_nobody_knows(
    language: str, said: str
) -> None:
    assert date_in_words(_DAY, language) == said


@pytest.mark.parametrize("language", languages_with_month_names())
def test_every_language_tells_all_days_of_a_year_apart(language: str) -> None:
    said = {date_in_words(date.fromordinal(_DAY.toordinal() + day), language) for day in range(365)}
    assert len(said) == 365


def test_whoever_is_told_something_at_all_is_told_its_month() -> None:
    assert set(languages_with_words()) <= set(languages_with_month_names())


@pytest.mark.parametrize("text", ["2001", "2001/03", "2001/02/30", "04/03/2001", "2001-03-04", ""])
def test_what_is_no_whole_date_of_the_calendar_is_none(text: str) -> None:
    assert day_in(_FORM[0], text) is None


def test_a_date_in_a_field_that_is_none_of_dates_is_left_alone() -> None:
    assert [day_in(each, "2001/03/04") for each in _FORM] == [_DAY, None]


def test_the_slip_says_dates_in_words_in_each_language() -> None:
    slip = compose_slip(_registered("2001/03/04"), _FORM, None, valid_until=_AT)
    assert [section.rows[1][1] for section in slip.sections] == ["4 March 2001", "4 مارس 2001", "4 mars 2001"]
    assert [section.rows[2][1] for section in slip.sections] == ["2001/03/04"] * 3
    english = dict(slip.sections[0].rows)
    assert (english["Date"], english["Valid until"]) == ("1 March 2026 · 12:30 UTC", "1 March 2026")
    assert moment_in_words(_AT, "fra") == "1 mars 2026 · 12:30 UTC"


def test_the_slip_leaves_what_is_no_date_and_a_language_without_names_as_it_was_entered() -> None:
    unfinished = compose_slip(_registered("2001"), _FORM, None).sections[0]
    assert unfinished.rows[1][1] == "2001"
    unknown = compose_slip(_registered("2001/03/04", languages=("zxx",)), _FORM, None).sections[0]
    assert unknown.rows[1][1] == "2001/03/04"


def test_the_persons_screen_and_the_preview_read_dates_in_their_language_and_the_packet_keeps_its_own() -> None:
    state = _registered("2001/03/04")
    summary = summarize(state, _FORM, (), lambda *_: 0.0)
    assert [line.text for line in shown_data(summary, state, "ara").lines] == ["4 مارس 2001", "2001/03/04"]
    born, other = summary.lines
    assert born.values == (("", "2001/03/04"),) and state.demographics["dateOfBirth"] == "2001/03/04"
    assert (born.read_in("fra"), born.read_in("zxx")) == ((("fra", "4 mars 2001"),), (("", "2001/03/04"),))
    assert other.read_in("fra") == (("", "2001/03/04"),)
