"""What is captured of whom follows from the person's age and from the form."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    SampleFacts,
)
from muster.domain.lifecycle import (
    BlobRef,
    DemographicsDrafted,
    Event,
    ExceptionMarked,
    OfIntroducer,
    Registration,
    SampleCaptured,
    Started,
    StepCompleted,
    fold,
)
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.formats.ui_spec import UiSpec
from muster.packet.contents import AUTH_BIOMETRICS_FIELD, BIOMETRICS_FIELD
from muster.workstation.captures_asked import (
    CAPTURES_LEFT_OUT,
    DOCUMENT_NOW_NEEDED,
    INTRODUCER_NOT_ENOUGH,
    CapturesAsked,
)
from muster.workstation.policy import Policy
from muster.workstation.reference import ReferenceData

_NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_ALL = [each.value for each in BiometricAttribute]
_FACE, _THUMB = BiometricAttribute.FACE, BiometricAttribute.LEFT_THUMB
_EYES = CaptureGroup.IRISES.attributes
_AN_INFANT = "identity.get('ageGroup') == 'INFANT'"
_ANY = " || ".join(_ALL)
_REFERENCE = ReferenceData.load()

_CAPTURING = {*USUAL_STEPS} & {Step(each.value) for each in CaptureGroup}


def _when(condition: str) -> list[dict[str, str]]:
    return [{"engine": "MVEL", "expr": condition}]


def _only(attributes: list[str], rule: str, group: str = "INFANT") -> list[dict[str, Any]]:
    return [{"ageGroup": group, "process": "ALL", "validationExpr": rule, "bioAttributes": attributes}]


def _asking(
    of_infants: list[dict[str, Any]],
    process: Process = Process.NEW,
    of_introducers: list[dict[str, Any]] | None = None,
    **more: Mapping[str, Any],
) -> CapturesAsked:
    """A form with a date of birth, captures of the person, a paper and an introducer that infants need."""
    fields = [
        {"id": "dateOfBirth", "controlType": "ageDate", "required": True},
        {
            "id": "proofOfRelationship",
            "controlType": "fileupload",
            "subType": "POR",
            "requiredOn": _when(_AN_INFANT),
        },
        {
            "id": "individualBiometrics",
            "controlType": "biometrics",
            "required": True,
            "bioAttributes": _ALL,
            "conditionalBioAttributes": of_infants,
        },
        {
            "id": "introducerBiometrics",
            "controlType": "biometrics",
            "subType": "introducer",
            "bioAttributes": _ALL,
            "conditionalBioAttributes": of_introducers or _only(_ALL, _ANY),
            "requiredOn": _when(_AN_INFANT),
        },
        *({"id": name, **facts} for name, facts in more.items()),
    ]
    spec = {"id": process.value, "flow": process.value, "label": {}, "screens": [{"name": "one", "order": 1}]}
    spec["screens"][0] |= {"label": {}, "fields": fields}  # type: ignore[index, operator]
    reference = replace(_REFERENCE, ui_specs={process: UiSpec.parse(json.dumps(spec))})
    return CapturesAsked(reference, Policy())


def _sample(attribute: BiometricAttribute) -> SampleCaptured:
    facts = SampleFacts(
        attribute=attribute,
        quality=80.0,
        attempts=1,
        forced=False,
        captured_at=_NOON,
        device=DigitalId("S-1", "Mark", "One", "Finger", "Slap", "Provider", "PID"),
        device_code="D-1",
        device_service_version="0.9.5",
        attestation=Attestation("", "", "", "0.9.5"),
    )
    return SampleCaptured(_NOON, facts, BlobRef("0" * 32, "a" * 64, 3))


def _missing(attribute: BiometricAttribute) -> ExceptionMarked:
    return ExceptionMarked(_NOON, BiometricException(attribute, ExceptionKind.TEMPORARY, "bandaged"))


def _of(born: str, *events: Event, process: Process = Process.NEW) -> Registration:
    start = Started(_NOON, process, ("eng",), "officer1", 0.1)
    values = {"dateOfBirth": born} if born else {}
    return fold(
        RegistrationId("10001100020000120260301120000"), [start, *events, DemographicsDrafted(_NOON, values)]
    )


_LEON, _ERIKA = "2024/05/17", "1964/08/12"
_FACE_ONLY = _only(["face"], "face")


# What cannot be understood


def test_a_rule_that_nobody_understands_asks_for_all_it_names() -> None:
    asking = _asking(_only(["face", "leftEye", "rightEye"], "face ||"))
    assert {Step.FACE, Step.IRISES} < set(asking.steps(_of(_LEON, _sample(_FACE))))


def test_a_condition_that_nobody_understands_asks_for_no_introducer() -> None:
    asking = _asking(_FACE_ONLY)
    state = _of("unknown")
    assert asking.of_introducer(state) is None
    assert set(asking.steps(state)) > _CAPTURING


def test_names_that_nobody_knows_ask_for_everything() -> None:
    assert asking_of(_only(["leftToe"], "")).attributes == set(BiometricAttribute)


def asking_of(of_infants: list[dict[str, Any]]) -> Any:
    return _asking(of_infants).of_person(_of(_LEON))


# Steps


def test_of_an_infant_the_face_is_taken_and_an_introducer_is_asked_for() -> None:
    steps = _asking(_FACE_ONLY).steps(_of(_LEON))
    assert _CAPTURING & set(steps) == {Step.FACE}
    assert steps.index(Step.INTRODUCER) == steps.index(Step.PREVIEW) - 1


@pytest.mark.parametrize("born", ["2020/03/01", _ERIKA, ""], ids=["six today", "adult", "not yet said"])
def test_of_everybody_else_the_usual_is_taken(born: str) -> None:
    assert _asking(_FACE_ONLY).steps(_of(born)) == USUAL_STEPS


def test_the_day_before_the_sixth_birthday_a_child_does_not_come_alone() -> None:
    assert Step.INTRODUCER in _asking(_FACE_ONLY).steps(_of("2020/03/02"))


def test_what_makes_the_rule_true_is_enough() -> None:
    asking = _asking(_only(["face", "leftEye", "rightEye"], "face || (leftEye && rightEye)"))
    before, after = _of(_LEON), _of(_LEON, _sample(_FACE))
    assert {Step.FACE, Step.IRISES} < set(asking.steps(before))
    assert Step.IRISES not in asking.steps(after)


def test_one_eye_is_not_both() -> None:
    asking = _asking(_only(["face", "leftEye", "rightEye"], "face || (leftEye && rightEye)"))
    assert Step.FACE in asking.steps(_of(_LEON, _sample(_EYES[0])))
    assert Step.FACE not in asking.steps(_of(_LEON, *map(_sample, _EYES)))


def test_what_cannot_be_captured_counts_as_captured() -> None:
    asking = _asking(_only(["face", "leftEye", "rightEye"], "face || (leftEye && rightEye)"))
    assert Step.FACE not in asking.steps(_of(_LEON, _sample(_EYES[0]), _missing(_EYES[1])))


def test_the_photo_of_an_exception_is_for_what_is_asked_for() -> None:
    assert Step.EXCEPTION_PHOTO in _asking(_FACE_ONLY).steps(_of(_ERIKA, _missing(_THUMB)))
    assert Step.EXCEPTION_PHOTO not in _asking(_FACE_ONLY).steps(_of(_LEON, _missing(_THUMB)))


def test_a_policy_without_a_step_is_not_given_it_back() -> None:
    asking = CapturesAsked(_REFERENCE, Policy(steps=(Step.DEMOGRAPHICS, Step.FACE, Step.SIGNATURE)))
    assert asking.steps(_of(_ERIKA)) == (Step.DEMOGRAPHICS, Step.FACE, Step.SIGNATURE)


# A date of birth that is corrected late


def test_fingers_of_somebody_who_turns_out_to_be_a_child_stay_and_are_not_sent() -> None:
    asking = _asking(_FACE_ONLY)
    state = _of(_LEON, _sample(_FACE), _sample(_THUMB))
    assert asking.left_out(state) == (_THUMB,)
    assert list(asking.of_person(state).samples(state)) == [_FACE]
    assert CAPTURES_LEFT_OUT in [each.code for each in asking.findings(state)]


def test_corrected_once_more_they_count_again() -> None:
    state = _of(_ERIKA, _sample(_FACE), _sample(_THUMB))
    assert not _asking(_FACE_ONLY).left_out(state)
    assert _asking(_FACE_ONLY).findings(state) == ()


def test_of_a_child_that_turns_out_to_be_grown_up_the_rest_is_taken() -> None:
    asking = _asking(_FACE_ONLY)
    state = _of(_ERIKA, _sample(_FACE), StepCompleted(_NOON, Step.DOCUMENTS))
    assert state.next_step([step for step in asking.steps(state) if step in _CAPTURING]) is Step.LEFT_SLAP


def test_who_brought_somebody_who_turns_out_to_be_grown_up_is_not_sent() -> None:
    asking = _asking(_FACE_ONLY)
    state = _of(_ERIKA, OfIntroducer(_sample(_THUMB)))
    assert asking.of_introducer(state) is None
    assert [each.code for each in asking.findings(state)] == [CAPTURES_LEFT_OUT]


def test_a_paper_that_is_needed_now_is_asked_for() -> None:
    state = _of(_LEON, StepCompleted(_NOON, Step.DOCUMENTS), OfIntroducer(_sample(_THUMB)))
    found = _asking(_FACE_ONLY).findings(state)
    assert [(each.code, each.field) for each in found] == [(DOCUMENT_NOW_NEEDED, "proofOfRelationship")]


def test_a_paper_is_needed_of_a_child_alone() -> None:
    asking = _asking(_FACE_ONLY)
    assert asking.is_document_wanted("proofOfRelationship", _of(_LEON))
    assert not asking.is_document_wanted("proofOfRelationship", _of(_ERIKA))


# The introducer


def test_an_introducer_of_whom_nothing_is_there_is_not_enough() -> None:
    found = _asking(_FACE_ONLY).findings(_of(_LEON, OfIntroducer(_missing(_THUMB))))
    assert [each.code for each in found] == [INTRODUCER_NOT_ENOUGH]


def test_one_finger_of_the_introducer_is_enough() -> None:
    assert _asking(_FACE_ONLY).findings(_of(_LEON, OfIntroducer(_sample(_THUMB)))) == ()


@pytest.mark.parametrize("rule", ["", "leftThumb ||"], ids=["no rule", "a rule that nobody understands"])
def test_where_the_form_says_no_more_one_capture_of_the_introducer_is_enough(rule: str) -> None:
    asking = _asking(_FACE_ONLY, of_introducers=_only(_ALL, rule))
    assert asking.findings(_of(_LEON, OfIntroducer(_sample(_THUMB)))) == ()


def test_a_form_may_ask_for_more_of_the_introducer() -> None:
    asking = _asking(_FACE_ONLY, of_introducers=_only(_ALL, "leftThumb && rightThumb"))
    half = _of(_LEON, OfIntroducer(_sample(_THUMB)))
    whole = _of(_LEON, OfIntroducer(_sample(_THUMB)), OfIntroducer(_sample(BiometricAttribute.RIGHT_THUMB)))
    assert [each.code for each in asking.findings(half)] == [INTRODUCER_NOT_ENOUGH]
    assert asking.findings(whole) == ()


# Updates


def _update(**more: Mapping[str, Any]) -> CapturesAsked:
    return _asking(_FACE_ONLY, process=Process.UPDATE, **more)


_PROVING = {
    "controlType": "biometrics",
    "requiredOn": _when(f"!({_AN_INFANT})"),
    "conditionalBioAttributes": _only(_ALL, _ANY, group="ALL"),
}


def test_an_update_is_proven_by_any_one_capture() -> None:
    asking = _update(individualAuthBiometrics=_PROVING)
    state = _of(_ERIKA, _sample(_FACE), process=Process.UPDATE)
    assert asking.of_person(state).field == AUTH_BIOMETRICS_FIELD
    assert asking.of_person(state).is_enough(state)


def test_an_infants_update_brings_its_face_and_whoever_brings_the_infant() -> None:
    asking = _update(individualAuthBiometrics=_PROVING)
    state = _of(_LEON, process=Process.UPDATE)
    assert asking.of_person(state).field == BIOMETRICS_FIELD
    assert {Step.FACE, Step.INTRODUCER} < set(asking.steps(state))


# MOSIP's own forms


@pytest.fixture(scope="module")
def of_mosip(reference_data: Path) -> Callable[[Process], CapturesAsked]:
    csv.field_size_limit(10_000_000)
    with (reference_data / "mosip" / "ui_spec.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["type"]: row["json_spec"] for row in csv.DictReader(file) if row["type"]}
    names = {Process.NEW: "newProcess", Process.UPDATE: "updateProcess", Process.LOST: "lostProcess"}
    specs = {process: UiSpec.parse(rows[name]) for process, name in names.items()}
    return lambda process: CapturesAsked(replace(_REFERENCE, ui_specs={process: specs[process]}), Policy())


def test_mosips_form_takes_an_infants_face_and_any_one_thing_of_the_introducer(
    of_mosip: Callable[[Process], CapturesAsked],
) -> None:
    asking = of_mosip(Process.NEW)
    state = _of(_LEON, OfIntroducer(_sample(_THUMB)))
    assert asking.of_person(state).attributes == {_FACE}
    introducer = asking.of_introducer(state)
    assert introducer is not None
    assert introducer.field == "introducerBiometrics"
    assert introducer.is_enough(state.turned)
    assert asking.is_document_wanted("proofOfRelationship", state)
    assert asking.steps(_of(_ERIKA)) == USUAL_STEPS


def test_mosips_lost_form_asks_for_nobody_beside_the_infant(of_mosip: Callable[[Process], CapturesAsked]) -> None:
    assert of_mosip(Process.LOST).of_introducer(_of(_LEON, process=Process.LOST)) is None


def test_mosips_update_of_an_infant_asks_for_whoever_brings_it(
    of_mosip: Callable[[Process], CapturesAsked],
) -> None:
    asking = of_mosip(Process.UPDATE)
    assert asking.of_introducer(_of(_LEON, process=Process.UPDATE)) is not None
    assert asking.of_introducer(_of("", process=Process.UPDATE)) is None
