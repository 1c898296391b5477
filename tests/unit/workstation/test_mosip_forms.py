"""MOSIP's own files make forms as they are, and the forms behave as MOSIP's client does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from muster.domain.applicant import Demographics, DemographicValue, FormChoices, LocalizedText
from muster.domain.assessment import Severity
from muster.domain.registration import Process
from muster.workstation.form_checking import check_form
from muster.workstation.form_conditions import (
    Circumstances,
    groups_offered,
    is_wanted,
    scope_of,
    shown_fields,
    shown_values,
)
from muster.workstation.forms import FieldKind, FormField, build_form, spell_out
from muster.workstation.places import PlaceIndex
from muster.workstation.reference import ReferenceData
from muster.workstation.spec_files import read_spec_files, reference_of

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LANGUAGES = ("eng", "fra", "ara")
ADULT, CHILD = "1984/08/12", "2024/05/01"


@pytest.fixture(scope="module")
def mosip(reference_data: Path) -> ReferenceData:
    names = ("ui_spec", "identity_schema", "location", "blocklisted_words")
    return reference_of(read_spec_files(reference_data / "mosip" / f"{name}.csv" for name in names))


def shown(
    reference: ReferenceData, values: Demographics, process: Process = Process.NEW, *groups: str
) -> dict[str, bool]:
    """Fields by id, and whether they are required."""
    form = build_form(reference, process)
    around = Circumstances(TODAY, process, groups)
    return {each.field.id: each.required for each in shown_fields(form, values, around)}


def field(reference: ReferenceData, name: str) -> FormField:
    return next(each for each in build_form(reference) if each.id == name)


def test_all_four_processes_make_a_form(mosip: ReferenceData) -> None:
    assert {process: len(build_form(mosip, process)) for process in mosip.ui_specs} == {
        Process.NEW: 19,
        Process.UPDATE: 20,
        Process.LOST: 19,
        Process.BIOMETRIC_CORRECTION: 1,
    }


def test_a_grown_up_is_asked_for_no_introducer(mosip: ReferenceData) -> None:
    assert not [name for name in shown(mosip, {"dateOfBirth": ADULT}) if name.startswith("introducer")]
    assert not [name for name in shown(mosip, {}) if name.startswith("introducer")]


def test_an_infant_s_introducer_is_asked_for_by_name_and_one_of_two_numbers(mosip: ReferenceData) -> None:
    asked = shown(mosip, {"dateOfBirth": CHILD})
    assert {name: asked[name] for name in asked if name.startswith("introducer")} == {
        "introducerName": True,
        "introducerRID": True,
        "introducerUIN": True,
    }
    asked = shown(mosip, {"dateOfBirth": CHILD, "introducerUIN": "2345678904"})
    assert "introducerRID" not in asked
    assert asked["introducerUIN"]


def test_of_two_numbers_that_hide_one_another_one_stays(mosip: ReferenceData) -> None:
    values: Demographics = {
        "dateOfBirth": CHILD,
        "introducerUIN": "2345678904",
        "introducerRID": "10001100010000120260301120000",
    }
    assert len([name for name in shown(mosip, values) if name in ("introducerUIN", "introducerRID")]) == 1


def test_what_stands_behind_a_hidden_field_is_not_delivered(mosip: ReferenceData) -> None:
    name = LocalizedText.of(eng="Max Mustermann")
    values: Demographics = {"dateOfBirth": ADULT, "introducerName": name, "phone": "0123456789"}
    around = Circumstances(TODAY)
    assert set(shown_values(build_form(mosip), values, around)) == {"dateOfBirth", "phone"}
    assert set(shown_values(build_form(mosip), {**values, "dateOfBirth": CHILD}, around)) == set(values)


def test_one_sentence_names_both_numbers_of_which_one_is_needed(mosip: ReferenceData) -> None:
    findings = check_form({"dateOfBirth": CHILD}, build_form(mosip), mosip, ("eng",), NOW)
    (one,) = [each for each in findings if each.field in ("introducerUIN", "introducerRID")]
    assert one.code.name == "ONE_OF_TWO_NEEDED"
    assert set(one.detail.values()) == {"introducerUIN", "introducerRID"}


def test_an_update_shows_the_chosen_groups_and_those_that_are_always_asked(mosip: ReferenceData) -> None:
    assert list(shown(mosip, {}, Process.UPDATE, "Phone")) == ["UIN", "preferredLang", "phone"]
    assert shown(mosip, {}, Process.UPDATE, "Phone")["phone"]


def test_an_update_of_which_nobody_said_what_it_changes_needs_the_number_alone(mosip: ReferenceData) -> None:
    asked = shown(mosip, {}, Process.UPDATE)
    assert [name for name in asked if asked[name]] == ["UIN"]
    assert len(asked) == 20


def test_the_groups_of_an_update_are_offered_once_each(mosip: ReferenceData) -> None:
    offered = groups_offered(build_form(mosip, Process.UPDATE))
    assert [each.name for each in offered] == [
        "FullName", "DateOfBirth", "Gender", "Address", "ResidenceStatus", "ReferenceIdentityNumber", "Location",
        "Phone", "Email", "IntroducerDetails",
    ]  # fmt: skip
    assert all(each.labels["eng"] for each in offered)


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        (("Address",), {"proofOfAddress"}),
        (("FullName",), {"proofOfIdentity"}),
        (("DateOfBirth", "Location"), {"proofOfAddress", "proofOfIdentity", "proofOfDateOfBirth"}),
        (("Phone",), set()),
    ],
)
def test_the_documents_of_an_update_go_with_what_changes(
    mosip: ReferenceData, groups: tuple[str, ...], wanted: set[str]
) -> None:
    around = Circumstances(TODAY, Process.UPDATE, groups)
    scope = scope_of(build_form(mosip, Process.UPDATE), {}, around)
    fields = [each for each in mosip.ui_specs[Process.UPDATE].fields if each.control == "fileupload"]
    assert {each.id for each in fields if is_wanted(each, scope)} == wanted


def test_an_infant_needs_a_proof_of_relationship(mosip: ReferenceData) -> None:
    (proof,) = [each for each in mosip.ui_specs[Process.NEW].fields if each.id == "proofOfRelationship"]
    for born, wanted in ((CHILD, True), (ADULT, False)):
        assert is_wanted(proof, scope_of(build_form(mosip), {"dateOfBirth": born}, Circumstances(TODAY))) is wanted


def test_places_hang_on_one_another_though_the_files_name_no_parents(mosip: ReferenceData) -> None:
    chain = {name: field(mosip, name).parent for name in ("region", "province", "city", "zone", "postalCode")}
    assert chain == {
        "region": None, "province": "region", "city": "province", "zone": "city", "postalCode": "zone",
    }  # fmt: skip
    assert field(mosip, "postalCode").kind is FieldKind.CHOICE
    assert len(field(mosip, "zone").choices) > 10


def test_one_place_found_fills_the_whole_chain_and_what_has_no_other_choice_below(mosip: ReferenceData) -> None:
    (first, *_) = PlaceIndex.of(mosip).find("mnas")
    assert first.words("fra") == "Mnasra, Kénitra, Rabat-Salé-Kénitra"
    assert first.values(build_form(mosip)) == {
        "region": "RSK", "province": "KTA", "city": "KNT", "zone": "MNAS", "postalCode": "14053",
    }  # fmt: skip


def test_a_postal_code_finds_its_place(mosip: ReferenceData) -> None:
    (only,) = PlaceIndex.of(mosip).find("14022")
    assert only.values(build_form(mosip))["zone"] == "BNMR"
    assert "postalCode" not in PlaceIndex.of(mosip).find("ben mansour")[0].values(build_form(mosip))  # it has five


def erika(reference: ReferenceData, **changes: DemographicValue) -> Demographics:
    values: dict[str, DemographicValue] = {
        name: LocalizedText.of(eng="Erika Mustermann", fra="Erika Mustermann", ara="إريكا موسترمان")
        for name in ("fullName", "addressLine1", "addressLine2", "addressLine3")
    }
    values |= {"dateOfBirth": ADULT, "gender": "FLE", "preferredLang": "fra", "phone": "0123456789"}
    values |= {"email": "erika@mustermann.example", "region": "RSK", "province": "KTA", "city": "KNT"}
    values |= {"zone": "BNMR", "postalCode": "14022", **changes}
    return spell_out(values, build_form(reference), LANGUAGES)


def found(
    reference: ReferenceData, choices: FormChoices | None = None, **changes: DemographicValue
) -> list[tuple[str, str]]:
    findings = check_form(
        erika(reference, **changes), build_form(reference), reference, LANGUAGES, NOW, choices=choices
    )
    return [(each.code.name, each.field) for each in findings if each.severity is Severity.BLOCKS]


def test_a_whole_adult_is_taken(mosip: ReferenceData) -> None:
    assert found(mosip) == []


def test_rules_of_the_form_and_of_the_schema_both_count(mosip: ReferenceData) -> None:
    assert found(mosip, phone="12") == [("FIELD_FORMAT", "phone")]
    assert found(mosip, fullName=LocalizedText.of(eng="E", fra="Erika", ara="إريكا")) == [
        ("FIELD_FORMAT", "fullName.eng")
    ]


def test_a_blocklisted_word_stays_only_with_a_reason(mosip: ReferenceData) -> None:
    name = LocalizedText.of(eng="Erika Damn", fra="Erika Damn", ara="إريكا")
    assert found(mosip, fullName=name) == [("WORD_BLOCKLISTED", "fullName.eng")]
    assert found(mosip, FormChoices(words_kept={"fullName.eng": " "}), fullName=name)
    assert found(mosip, FormChoices(words_kept={"fullName.eng": "so in her passport"}), fullName=name) == []
