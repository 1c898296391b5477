"""What the demographic form accepts, and the finding for everything it does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from muster.domain.applicant import Demographics, DemographicValue, LocalizedText
from muster.workstation.demo import demo_script
from muster.workstation.form_checking import check_form
from muster.workstation.forms import FieldKind, FormField, build_form, spell_out
from muster.workstation.reference import ReferenceData
from unit.workstation.desks import SetClock, desk_at

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LANGUAGES = ("eng", "fra")
REFERENCE = ReferenceData.load()
FORM = build_form(REFERENCE)
ERIKA = spell_out(demo_script().demographics, FORM, LANGUAGES)


def _field(name: str) -> FormField:
    return next(field for field in FORM if field.id == name)


def _found(values: Demographics, languages: tuple[str, ...] = LANGUAGES) -> list[tuple[str, str]]:
    return [(each.code.name, each.field) for each in check_form(values, FORM, REFERENCE, languages, NOW)]


def _with(**changes: DemographicValue) -> Demographics:
    return {**ERIKA, **changes}


def test_a_complete_form_has_no_findings() -> None:
    assert _found(ERIKA) == []


def test_an_empty_form_misses_every_required_field_and_no_optional_one() -> None:
    assert _found({}) == [("FIELD_REQUIRED", field.id) for field in FORM if field.required]
    assert ("FIELD_REQUIRED", "residenceStatus") not in _found({})


def test_a_field_of_blanks_is_missing() -> None:
    assert _found(_with(phone="   ")) == [("FIELD_REQUIRED", "phone")]


def test_a_text_in_one_of_two_languages_misses_the_other() -> None:
    assert _found(_with(fullName=LocalizedText.of(eng="Erika"))) == [("FIELD_REQUIRED", "fullName.fra")]


def test_a_text_that_is_blank_in_one_language_misses_that_one() -> None:
    value = LocalizedText.of(eng="Erika Mustermann", fra=" ")
    assert _found(_with(fullName=value)) == [("FIELD_REQUIRED", "fullName.fra")]


def test_a_text_in_a_language_the_registration_does_not_have_is_refused() -> None:
    value = LocalizedText.of(eng="Erika", fra="Erika", deu="Erika")
    assert _found(_with(fullName=value)) == [("FIELD_LANGUAGE_UNKNOWN", "fullName.deu")]


def test_a_name_the_form_does_not_have_is_refused() -> None:
    assert _found(_with(shoeSize="38")) == [("FIELD_UNKNOWN", "shoeSize")]


def test_the_schemas_own_fields_cannot_be_smuggled_in_through_the_form() -> None:
    assert _found(_with(UIN="1234567890")) == [("FIELD_UNKNOWN", "UIN")]


def test_a_plain_text_where_languages_are_needed_is_the_wrong_kind() -> None:
    assert _found(_with(fullName="Erika Mustermann")) == [("FIELD_WRONG_KIND", "fullName")]


def test_languages_where_a_plain_text_is_needed_are_the_wrong_kind() -> None:
    assert _found(_with(phone=LocalizedText.of(eng="0123456789"))) == [("FIELD_WRONG_KIND", "phone")]


@pytest.mark.parametrize("phone", ["12345", "01234567890", "O123456789", "0123456789\n", "٠١٢٣٤٥٦٧٨٩"])
def test_a_phone_number_the_schema_does_not_allow_is_refused(phone: str) -> None:
    assert _found(_with(phone=phone)) == [("FIELD_FORMAT", "phone")]


def test_a_name_that_is_too_short_in_one_language_is_refused_there() -> None:
    value = LocalizedText.of(eng="Erika", fra="É")
    assert _found(_with(fullName=value)) == [("FIELD_FORMAT", "fullName.fra")]


@pytest.mark.parametrize(
    "text", ["12/08/1984", "1984-08-12", "1984/13/01", "1983/02/29", "1984/8/2", "١٩٨٤/٠٨/١٢", "1984/08/12 "]
)
def test_a_date_that_is_not_year_month_day_in_ten_characters_is_refused(text: str) -> None:
    assert _found(_with(dateOfBirth=text)) == [("DATE_UNREADABLE", "dateOfBirth")]


def test_a_leap_day_is_a_date_of_birth() -> None:
    assert _found(_with(dateOfBirth="1984/02/29")) == []


def test_nobody_was_born_tomorrow() -> None:
    assert _found(_with(dateOfBirth="2026/03/02")) == [("DATE_IN_FUTURE", "dateOfBirth")]


BROUGHT: Demographics = {
    "introducerName": LocalizedText.of(eng="Erika Mustermann", fra="Erika Mustermann"),
    "introducerUIN": "5736190427",
}


def test_a_child_born_today_can_be_registered_with_whoever_brings_it() -> None:
    assert _found(_with(dateOfBirth="2026/03/01", **BROUGHT)) == []


TOKYO = timezone(timedelta(hours=9))
EIGHT_IN_TOKYO = datetime(2026, 3, 2, 8, tzinfo=TOKYO)  # in UTC it is still the first of March


def _born(text: str, now: datetime) -> list[str]:
    return [
        each.code.name for each in check_form(_with(dateOfBirth=text, **BROUGHT), FORM, REFERENCE, LANGUAGES, now)
    ]


def test_a_child_born_this_morning_where_the_station_stands_can_be_registered() -> None:
    assert _born("2026/03/02", EIGHT_IN_TOKYO) == []
    assert _born("2026/03/03", EIGHT_IN_TOKYO) == ["DATE_IN_FUTURE"]


def test_tomorrow_where_the_station_stands_is_the_future_although_greenwich_is_there() -> None:
    evening = datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=-5)))
    assert evening.astimezone(UTC).day == 2
    assert _born("2026/03/02", evening) == ["DATE_IN_FUTURE"]


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC-9")  # POSIX counts west
        time.tzset()
        yield
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process can be set on POSIX systems only")
def test_the_station_asks_for_the_date_of_its_own_zone(root: Path, in_tokyo: None) -> None:
    with desk_at(root, clock=SetClock(EIGHT_IN_TOKYO.astimezone(UTC))) as desk:
        assert desk.enrollment.check_demographics(_with(dateOfBirth="2026/03/02", **BROUGHT), LANGUAGES) == ()


LONE_SURROGATE = "Erika \ud800"


def test_half_a_character_is_a_wrong_format() -> None:
    value = LocalizedText.of(eng=LONE_SURROGATE, fra="Erika")
    assert _found(_with(fullName=value)) == [("FIELD_FORMAT", "fullName.eng")]
    assert _found(_with(email="erika\udfff@mustermann.example")) == [("FIELD_FORMAT", "email")]


def test_nobody_is_older_than_two_hundred_years() -> None:
    assert _found(_with(dateOfBirth="1825/12/31")) == [("DATE_TOO_EARLY", "dateOfBirth")]
    assert _found(_with(dateOfBirth="1826/01/01")) == []


def test_a_text_that_is_no_entry_of_its_list_is_refused() -> None:
    value = LocalizedText.of(eng="Male", fra="Monsieur")
    assert _found(_with(gender=value)) == [("CHOICE_UNKNOWN", "gender.fra")]


def test_a_name_of_the_other_language_is_no_entry() -> None:
    value = LocalizedText.of(eng="Féminin", fra="Féminin")
    assert _found(_with(gender=value)) == [("CHOICE_UNKNOWN", "gender.eng")]


def test_a_code_that_no_list_knows_is_refused_as_a_choice() -> None:
    assert _found(spell_out({**ERIKA, "gender": "XYZ"}, FORM, LANGUAGES)) == [("CHOICE_UNKNOWN", "gender")]


def test_two_languages_cannot_name_two_different_entries() -> None:
    value = LocalizedText.of(eng="Male", fra="Féminin")
    assert _found(_with(gender=value)) == [("CHOICES_DIFFER", "gender")]


def test_a_postal_code_that_is_not_in_the_list_is_refused() -> None:
    assert _found(_with(postalCode="99999")) == [("CHOICE_UNKNOWN", "postalCode")]


def test_a_city_of_another_province_is_refused() -> None:
    value = LocalizedText.of(eng="Harbour", fra="Port")
    assert ("CHOICE_ELSEWHERE", "city") in _found(_with(city=value))


def test_choosing_another_region_puts_the_province_elsewhere() -> None:
    value = LocalizedText.of(eng="Southern Region", fra="Région Sud")
    assert _found(_with(region=value)) == [("CHOICE_ELSEWHERE", "province")]


def test_a_place_is_not_called_elsewhere_while_the_one_above_is_missing() -> None:
    values = {name: value for name, value in ERIKA.items() if name != "region"}
    assert _found(values) == [("FIELD_REQUIRED", "region")]


def test_every_finding_is_reported_at_once() -> None:
    values = _with(phone="1", dateOfBirth="never", fullName=LocalizedText.of(eng="Erika Mustermann"))
    assert set(_found(values)) == {
        ("FIELD_FORMAT", "phone"),
        ("DATE_UNREADABLE", "dateOfBirth"),
        ("FIELD_REQUIRED", "fullName.fra"),
    }


def test_a_registration_in_one_language_needs_one_text() -> None:
    values = spell_out(demo_script().demographics, FORM, ("fra",))
    only_french = {
        name: LocalizedText.of(fra=value.in_language("fra")) if isinstance(value, LocalizedText) else value
        for name, value in values.items()
    }
    assert _found(only_french, ("fra",)) == []


def test_a_registration_with_arabic_takes_arabic_text() -> None:
    values = spell_out(demo_script().demographics, FORM, ("eng", "ara"))
    address = LocalizedText.of(eng="12 Specimen Street", ara="١٢ شارع العينة")
    mixed = {
        **values,
        "fullName": LocalizedText.of(eng="Erika Mustermann", ara="إريكا موسترمان"),
        **dict.fromkeys(("addressLine1", "addressLine2", "addressLine3"), address),
    }
    assert _found(mixed, ("eng", "ara")) == []


def test_a_bare_code_is_spelled_out_in_the_languages_of_the_registration() -> None:
    spelled = spell_out({"gender": "FLE"}, FORM, LANGUAGES)
    assert spelled == {"gender": LocalizedText.of(eng="Female", fra="Féminin")}


def test_an_entrys_name_in_any_language_is_spelled_out_too() -> None:
    assert spell_out({"gender": "Féminin"}, FORM, ("ara",)) == {"gender": LocalizedText.of(ara="أنثى")}


def test_spelling_out_leaves_everything_else_as_it_is() -> None:
    values: Demographics = {
        "phone": "FLE",
        "gender": "nothing we know",
        "unheard": "FLE",
        "postalCode": "10010",
    }
    assert spell_out(values, FORM, LANGUAGES) == values


def test_what_is_already_in_languages_is_not_spelled_out_again() -> None:
    values: Demographics = {"gender": LocalizedText.of(eng="FLE")}
    assert spell_out(values, FORM, LANGUAGES) == values


def test_the_form_shows_neither_documents_nor_biometrics() -> None:
    assert not {"proofOfIdentity", "proofOfAddress", "individualBiometrics"} & {field.id for field in FORM}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fullName", FieldKind.LOCALIZED),
        ("dateOfBirth", FieldKind.DATE),
        ("gender", FieldKind.LOCALIZED_CHOICE),
        ("city", FieldKind.LOCALIZED_CHOICE),
        ("postalCode", FieldKind.CHOICE),
        ("phone", FieldKind.TEXT),
    ],
)
def test_a_fields_kind_follows_from_its_control_and_type(name: str, kind: FieldKind) -> None:
    assert _field(name).kind is kind


def test_places_hang_on_one_another_from_region_to_postal_code() -> None:
    chain = ["region", "province", "city", "zone", "postalCode"]
    assert [_field(name).parent for name in chain] == [None, *chain[:-1]]
