"""What becomes of a form: kept while it is hidden, delivered when it shows, said in the trail without a name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from muster.domain.applicant import DemographicValue, FormChoices, LocalizedText
from muster.domain.lifecycle import DemographicsDrafted
from muster.domain.registration import Process, RegistrationId
from muster.formats.id_schema import FieldType, SchemaField
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.details import Details
from muster.workstation.reference import ReferenceData
from muster.workstation.station import Station
from unit.workstation.desks import audited, desk_at

REFERENCE = ReferenceData.load()
ERIKA: dict[str, DemographicValue] = dict(demo_script().demographics)
BEHIND = LocalizedText.of(eng="Max Mustermann", fra="Max Mustermann")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[Desk]:
    """One for all: each test begins a registration of its own."""
    root = tmp_path_factory.mktemp("details") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root) as opened:
        yield opened


@pytest.fixture
def draft(desk: Desk) -> RegistrationId:
    return desk.enrollment.start().id


@pytest.fixture(scope="module")
def details(desk: Desk) -> Details:
    """By the station's own files, with one word on the blocklist and handles in the schema."""
    fields = {
        **REFERENCE.schema.fields,
        "selectedHandles": SchemaField("selectedHandles", FieldType.LIST, "none", False, (), ()),
        "phone": replace(REFERENCE.schema.fields["phone"], is_handle=True),
        "email": replace(REFERENCE.schema.fields["email"], is_handle=True),
    }
    schema = replace(REFERENCE.schema, fields=fields)
    blocklisted = {"eng": frozenset({"damn"})}
    return Details(desk.enrollment._journal, replace(REFERENCE, schema=schema, blocklisted=blocklisted))


def test_what_stands_behind_a_hidden_field_is_kept_and_not_delivered(
    desk: Desk, details: Details, draft: RegistrationId
) -> None:
    assert details.enter(draft, {**ERIKA, "introducerName": BEHIND}) == ()
    state = desk.enrollment.registration(draft)
    assert "introducerName" not in state.demographics
    assert details.standing(state)["introducerName"] == BEHIND


def test_looking_at_the_page_again_changes_nothing_about_what_was_finished(
    desk: Desk, details: Details, draft: RegistrationId
) -> None:
    details.enter(draft, {**ERIKA, "introducerName": BEHIND}, FormChoices(handles=("phone",)))
    state = desk.enrollment.registration(draft)
    details.keep(draft, details.standing(state))
    assert desk.enrollment.registration(draft).demographics_entered


def test_a_word_that_stays_is_kept_with_its_reason_and_named_in_the_trail_by_its_field_alone(
    desk: Desk, details: Details, draft: RegistrationId
) -> None:
    named: dict[str, DemographicValue] = {
        **ERIKA,
        "fullName": LocalizedText.of(eng="Erika Damn", fra="Erika Damn"),
    }
    assert [each.code.name for each in details.enter(draft, named)] == ["WORD_BLOCKLISTED"]
    reason = {"fullName.eng": "so in her passport", "email": "nothing listed in it"}
    assert details.enter(draft, named, FormChoices(words_kept=reason)) == ()
    state = desk.enrollment.registration(draft)
    assert dict(state.blocklisted) == {"fullName.eng": ("damn",)}
    assert state.form_choices.words_kept["fullName.eng"] == "so in her passport"
    assert audited(desk, draft)[-1] == "MUS-REG-016"
    (record,) = [each for each in desk.trail.about(draft) if each.event == "MUS-REG-016"]
    assert record.detail["words_in"] == "fullName.eng"
    assert "amn" not in str(dict(record.detail))


def test_handles_are_delivered_as_one_more_field_and_shown_as_none(
    desk: Desk, details: Details, draft: RegistrationId
) -> None:
    details.enter(draft, ERIKA)
    state = desk.enrollment.registration(draft)
    assert state.demographics["selectedHandles"] == "phone,email"
    assert "selectedHandles" not in details.standing(state)


def test_a_warning_keeps_nothing_from_being_taken(desk: Desk, details: Details, draft: RegistrationId) -> None:
    assert details.enter(draft, {**ERIKA, "email": "erika@gmial.com"}) == ()
    assert desk.enrollment.registration(draft).demographics["email"] == "erika@gmial.com"


def test_a_draft_keeps_the_groups_of_an_update_and_goes_on_without_being_told_again(
    desk: Desk, details: Details
) -> None:
    update = desk.enrollment.start(("eng",), Process.UPDATE).id
    details.keep(update, {"phone": "01"}, FormChoices(("Contact",)))
    details.keep(update, {"phone": "012"})
    assert desk.enrollment.registration(update).form_choices.groups == ("Contact",)


def test_groups_that_are_chosen_are_all_that_is_asked_and_delivered(desk: Desk, details: Details) -> None:
    update = desk.enrollment.start(("eng",), Process.UPDATE).id
    groups = [each.name for each in details.groups(Process.UPDATE)]
    assert "Contact" in groups
    values = {
        "UIN": "5213840762",
        "phone": "0123456789",
        "email": "erika@mustermann.example",
        "postalCode": "10010",
    }
    assert details.enter(update, values, FormChoices(("Contact",))) == ()
    assert set(desk.enrollment.registration(update).demographics) == {"UIN", "phone", "email", "selectedHandles"}


def test_a_draft_kept_before_there_were_choices_reads_on(desk: Desk, draft: RegistrationId) -> None:
    state = desk.enrollment.keep_draft(draft, {"phone": "01"})
    assert state.form_choices == DemographicsDrafted(state.started.at, {}).choices
