"""A child and whoever brings it, from the first question to the server: two people who are never mixed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from leon import BORN, leon_script
from muster.analysis.pictures import read_picture
from muster.clock import utc_now
from muster.domain.biometrics import BiometricAttribute, CaptureGroup, ExceptionKind
from muster.domain.confirmation import Cause
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import BadInput, Refused
from muster.packet.assemble import assemble
from muster.packet.contents import PacketContents
from muster.workstation.captures_asked import CAPTURES_LEFT_OUT, DOCUMENT_NOW_NEEDED, INTRODUCER_NOT_ENOUGH
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.documents import DOCUMENT_MISSING
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.inspection import inspect_packet
from muster.workstation.proving import Proof
from muster.workstation.reference import ReferenceData
from muster.workstation.script import Script, ScriptedEnrollment, StepReport
from muster.workstation.server import RemoteServer
from muster.workstation.station import Station
from muster.workstation.submission import SUPERVISOR_NEEDED
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, desk_at, picture, play

_FACE = BiometricAttribute.FACE
_THUMBS = set(CaptureGroup.THUMBS.attributes)


def _leon(desk: Desk, stop_after: Step | None = None) -> RegistrationId:
    return play(desk, stop_after, script=leon_script())


@pytest.fixture(scope="module")
def alone(desk: Desk) -> RegistrationId:
    """The child was captured, nobody else. Only to be looked at."""
    return _leon(desk, stop_after=Step.FACE)


@pytest.fixture(scope="module")
def brought(desk: Desk) -> RegistrationId:
    """The mother was captured too. Only to be looked at."""
    return _leon(desk, stop_after=Step.INTRODUCER)


@pytest.fixture(scope="module")
def signed_leon(desk: Desk) -> RegistrationId:
    """Only to be looked at."""
    return _leon(desk)


def _contents(desk: Desk, registration_id: RegistrationId) -> PacketContents:
    return desk.enrollment._submission.contents(registration_id)


def _run(desk: Desk, script: Script) -> dict[str, StepReport]:
    outcome = ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()
    return {each.name: each for each in outcome.steps}


# Refused


def test_a_folder_that_says_nothing_of_an_introducer_stops_there(desk: Desk) -> None:
    steps = _run(desk, replace(leon_script(), introducer=None))
    assert (steps["introducer"].state, steps["preview"].state) == ("refused", "open")
    assert [each.code for each in steps["introducer"].findings] == [INTRODUCER_NOT_ENOUGH]


def test_a_child_without_the_paper_that_says_whose_it_is_stops_there(desk: Desk) -> None:
    steps = _run(desk, replace(leon_script(), documents=()))
    assert [(each.code, each.field) for each in steps["documents"].findings] == [
        (DOCUMENT_MISSING, "proofOfRelationship")
    ]


def test_a_child_is_neither_confirmed_nor_signed_without_an_introducer(desk: Desk, alone: RegistrationId) -> None:
    with pytest.raises(Refused) as caught:
        desk.enrollment.confirm_preview(alone)
    assert caught.value.code is INTRODUCER_NOT_ENOUGH
    with pytest.raises(Refused):
        desk.enrollment.sign(alone, Proof(OFFICER.password))


def test_the_paper_taken_away_again_is_missed(desk: Desk) -> None:
    state = desk.enrollment.remove_document(_leon(desk, stop_after=Step.DOCUMENTS), "proofOfRelationship")
    assert state.next_step(desk.enrollment.steps(state)) is Step.DOCUMENTS


# Kept apart


def test_what_is_captured_of_the_introducer_is_not_the_childs(desk: Desk, brought: RegistrationId) -> None:
    state = desk.enrollment.registration(brought)
    summary = desk.enrollment.summary(brought)
    assert [each for each, _, _ in summary.captured] == [_FACE]
    assert {each for each, _, _ in summary.introducer} == _THUMBS
    assert set(state.samples) == {_FACE}
    assert set(state.introducer.samples) == _THUMBS
    assert set(desk.enrollment.introducer.registration(brought).samples) == _THUMBS
    assert state.attempts.keys().isdisjoint(state.introducer.attempts)


def test_the_trail_says_whose_captures_they_are(desk: Desk, brought: RegistrationId) -> None:
    captured = [each for each in desk.trail.about(brought) if each.event == "MUS-BIO-001"]
    assert [(each.detail["attribute"], each.detail.get("of")) for each in captured] == [
        ("face", None),
        ("leftThumb", "introducer"),
        ("rightThumb", "introducer"),
    ]


def test_the_introducers_face_is_kept_beside_the_childs(desk: Desk) -> None:
    registration_id = play(desk, script=leon_script(CaptureGroup.FACE))
    state = desk.enrollment.registration(registration_id)
    assert state.samples[_FACE].record.name != state.introducer.samples[_FACE].record.name
    assert desk.enrollment.introducer.sample_picture(registration_id, _FACE).ndim == 3
    assert state.signed is not None  # and what the introducer showed is under the signature
    desk.enrollment.introducer.mark_exception(
        registration_id, BiometricAttribute.LEFT_THUMB, ExceptionKind.TEMPORARY, "bandaged"
    )
    assert desk.enrollment.registration(registration_id).signed is None


def test_the_officer_chooses_among_what_the_form_takes(desk: Desk, alone: RegistrationId) -> None:
    introducer = desk.enrollment.introducer
    state = introducer.registration(alone)
    assert introducer.groups(state) == tuple(CaptureGroup)
    assert not introducer.is_enough(state)


# The packet


def test_a_childs_packet_is_accepted_with_whoever_brought_it(
    root: Path, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    with desk_at(root, RemoteServer(receiver.url())) as desk:
        registration_id = _leon(desk)
        entry = desk.enrollment.submit(registration_id)
        receipt = desk.sync.deliver(entry.packet_id)
        assert not receipt.duplicate
        packet = desk.folder.packet(entry.packet_id)
    key, machine_key = new_station.folder.receiver / "server.pem", new_station.folder.machine_public_key
    report = inspect_packet(packet, key, machine_key)
    assert report.valid, report
    assert (report.captures, report.introducer_captures, report.documents) == (1, 2, 1)


@pytest.fixture
def far_east() -> Iterator[date]:
    """A zone in which it is tomorrow, but for one minute a day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EAST-23:59")  # POSIX counts west
        time.tzset()
        yield utc_now().astimezone().date()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process can be set on POSIX systems only")
def test_who_is_old_enough_where_the_station_stands_is_sealed_without_an_introducer(
    root: Path, receiver: EmbeddedReceiver, far_east: date
) -> None:
    erika = demo_script()
    sixth_birthday = f"{far_east.year - 6}/{far_east:%m/%d}"
    with desk_at(root, receiver) as desk:
        script = replace(erika, demographics={**erika.demographics, "dateOfBirth": sixth_birthday})
        registration_id = play(desk, script=script)
        assert desk.enrollment.submit(registration_id).registration_id == registration_id


def test_the_slip_names_whoever_brought_the_child(desk: Desk, signed_leon: RegistrationId) -> None:
    slip = desk.enrollment.slip(signed_leon)
    rows = dict(slip.sections[0].rows)
    assert rows["Name of the parent or guardian"] == "Erika Mustermann"
    assert rows["Captured"] == "Face"


def test_the_packet_holds_each_persons_captures_in_a_field_of_their_own(
    desk: Desk, signed_leon: RegistrationId
) -> None:
    contents = _contents(desk, signed_leon)
    assert [(each.field, [sample.attribute for sample in each.samples]) for each in contents.captures] == [
        ("individualBiometrics", [_FACE]),
        ("introducerBiometrics", list(CaptureGroup.THUMBS.attributes)),
    ]


def test_an_update_of_a_child_brings_its_face_for_new_and_whoever_brings_it(desk: Desk) -> None:
    leon = leon_script()
    changed = ("dateOfBirth", "introducerName", "introducerUIN")
    demographics = {"UIN": "2345678906", **{name: leon.demographics[name] for name in changed}}
    script = replace(leon, process=Process.UPDATE, demographics=demographics)
    contents = _contents(desk, play(desk, script=script))
    assert [(each.field, len(each.samples)) for each in contents.captures] == [
        ("individualAuthBiometrics", 0),
        ("individualBiometrics", 1),
        ("introducerBiometrics", 2),
    ]
    assert assemble(contents, ReferenceData.load().schema).process == "UPDATE"


# The officer at the desk

_THUMB = BiometricAttribute.LEFT_THUMB
_ASKING = replace(QUICK, confirmed_by_supervisor=frozenset({Cause.INTRODUCED}))


def test_an_introducer_who_is_the_officer_is_confirmed_by_a_supervisor(root: Path) -> None:
    """The simulated reader shows one person's thumbs, whoever they are called."""
    with desk_at(root, policy=_ASKING) as desk:
        desk.enroll_finger(BiometricAttribute.RIGHT_INDEX, Proof(OFFICER.password), Event())
        other = desk.enrollment.registration(_leon(desk, stop_after=Step.PREVIEW))
        assert other.compared is not None
        assert desk.enrollment.causes(other) == ()

        desk.enroll_finger(_THUMB, Proof(OFFICER.password), Event())
        state = desk.enrollment.registration(_leon(desk, stop_after=Step.PREVIEW))
        assert desk.enrollment.causes(state) == (Cause.INTRODUCED,)
        with pytest.raises(Refused) as caught:
            desk.enrollment.sign(state.id, Proof(OFFICER.password))
        assert caught.value.code is SUPERVISOR_NEEDED
        desk.enrollment.confirm(state.id, SUPERVISOR.user_id, Proof(SUPERVISOR.password))
        desk.enrollment.sign(state.id, Proof(OFFICER.password))
        (compared,) = [each for each in desk.trail.about(state.id) if each.event == "MUS-BIO-014"]
    assert (compared.detail["operator"], compared.detail["is_operator"]) == (OFFICER.user_id, "true")


def test_whoever_signs_what_another_officer_checked_is_compared_too(root: Path) -> None:
    with desk_at(root) as desk:
        desk.enroll_finger(_THUMB, Proof(OFFICER.password), Event())
    with desk_at(root, policy=_ASKING, who=SUPERVISOR) as desk:
        state = desk.enrollment.registration(_leon(desk, stop_after=Step.PREVIEW))
        assert (state.previewed, state.compared) == (True, None)
    with desk_at(root, policy=_ASKING) as desk:
        assert desk.enrollment.causes(state) == ()
        with pytest.raises(Refused) as caught:
            desk.enrollment.sign(state.id, Proof(OFFICER.password))
        assert caught.value.code is SUPERVISOR_NEEDED
        assert desk.enrollment.causes(desk.enrollment.registration(state.id)) == (Cause.INTRODUCED,)


def test_where_no_template_of_the_officer_is_kept_nobody_is_compared(
    desk: Desk, signed_leon: RegistrationId
) -> None:
    assert desk.enrollment.registration(signed_leon).compared is None


# A date of birth that is corrected late


def _born(desk: Desk, registration_id: RegistrationId, born: str) -> Registration:
    state = desk.enrollment.registration(registration_id)
    values = {**state.demographics, "dateOfBirth": born}
    assert not [each for each in desk.enrollment.enter_demographics(registration_id, values) if each.blocks]
    return desk.enrollment.registration(registration_id)


def test_a_child_that_turns_out_to_be_grown_up_is_asked_for_the_rest_and_leaves_its_mother_out(
    desk: Desk,
) -> None:
    state = _born(desk, _leon(desk, stop_after=Step.INTRODUCER), "1984/08/12")
    steps = desk.enrollment.steps(state)
    assert Step.INTRODUCER not in steps
    assert [step for step in steps if not state.is_done(step)][:1] == [Step.LEFT_SLAP]
    assert CAPTURES_LEFT_OUT in [each.code for each in desk.enrollment.check(state)]
    assert _contents(desk, state.id).further == ()
    assert set(state.introducer.samples) == _THUMBS


def test_a_grown_up_that_turns_out_to_be_a_child_keeps_its_fingers_here(desk: Desk) -> None:
    registration_id = play(desk, Step.EXCEPTION_PHOTO)
    erika = desk.enrollment.registration(registration_id)
    brought = {name: leon_script().demographics[name] for name in ("introducerName", "introducerUIN")}
    values = {**erika.demographics, **brought, "dateOfBirth": BORN}
    desk.enrollment.enter_demographics(registration_id, values)
    state = desk.enrollment.registration(registration_id)
    assert state.samples == erika.samples
    contents = _contents(desk, registration_id)
    assert [each.attribute for each in contents.samples] == [_FACE]
    summary = desk.enrollment.summary(registration_id)
    assert set(summary.left_out) == {*erika.samples, *erika.exceptions} - {_FACE}
    assert (contents.exceptions, contents.exception_photo) == ((), None)
    codes = [each.code for each in desk.enrollment.check(state)]
    assert {CAPTURES_LEFT_OUT, DOCUMENT_NOW_NEEDED, INTRODUCER_NOT_ENOUGH} <= set(codes)


# A folder with pictures

_LEON: dict[str, Any] = {
    "languages": ["eng", "fra"],
    "demographics": {"fullName": {"eng": "Leon Mustermann", "fra": "Leon Mustermann"}},
    "biometrics": {"face": "leon.jpg"},
}


def _folder(tmp_path: Path, introducer: object) -> Path:
    for name in ("leon.jpg", "erika.jpg", "leftThumb.png", "rightThumb.png"):
        source = "face.jpg" if name.endswith("jpg") else name
        (tmp_path / name).write_bytes(picture(source))
    (tmp_path / "registration.json").write_text(json.dumps({**_LEON, "introducer": introducer}))
    return tmp_path


@pytest.mark.parametrize(
    ("introducer", "code", "what"),
    [
        ("erika", "SCRIPT_UNREADABLE", "introducer"),
        ({"captures": ["left_foot"]}, "SCRIPT_UNREADABLE", "introducer"),
        ({"biometrics": {"leftToe": "leftThumb.png"}}, "SCRIPT_UNREADABLE", "introducer"),
        ({"fingers": {}}, "SCRIPT_KEY_UNKNOWN", "fingers"),
        ({"biometrics": {"leftThumb": "leftThumb.png"}}, "SCRIPT_PICTURE_MISSING", "rightThumb"),
        ({"captures": ["face"]}, "SCRIPT_PICTURE_MISSING", "face"),
    ],
)
def test_an_introducer_that_cannot_be_understood_is_refused_by_name(
    tmp_path: Path, introducer: object, code: str, what: str
) -> None:
    with pytest.raises(BadInput) as caught:
        Script.load(_folder(tmp_path, introducer))
    assert caught.value.code.name == code
    assert what in caught.value.detail.values()


def test_what_there_are_pictures_of_is_captured(tmp_path: Path) -> None:
    script = Script.load(
        _folder(
            tmp_path,
            {
                "exceptions": [{"attribute": "rightThumb", "kind": "Temporary", "reason": "bandaged"}],
                "biometrics": {"face": "erika.jpg", "leftThumb": "leftThumb.png"},
            },
        )
    )
    assert script.introducer is not None
    assert script.introducer.groups == (CaptureGroup.FACE, CaptureGroup.THUMBS)
    assert script.introducer.attributes == (_FACE, BiometricAttribute.LEFT_THUMB)


def test_pictures_of_two_people_come_from_the_same_devices(root: Path) -> None:
    leon = leon_script()
    assert leon.introducer is not None
    child, mother = read_picture(picture("face.jpg")), read_picture(picture("face.jpg"))[:, ::-1]
    thumbs = {each: read_picture(picture(f"{each.value}.png")) for each in CaptureGroup.THUMBS.attributes}
    groups = (CaptureGroup.FACE, CaptureGroup.THUMBS)
    introducer = replace(leon.introducer, groups=groups, pictures={_FACE: mother, **thumbs})
    script = replace(leon, pictures={_FACE: child}, introducer=introducer)
    with desk_at(root, catalogue=script.catalogue) as desk:
        registration_id = play(desk, Step.INTRODUCER, script=script)
        of_child = desk.enrollment.sample_picture(registration_id, _FACE).astype(int)
        of_mother = desk.enrollment.introducer.sample_picture(registration_id, _FACE).astype(int)
        assert set(desk.enrollment.registration(registration_id).introducer.samples) == {_FACE, *_THUMBS}
    assert abs(of_child - of_mother[:, ::-1]).mean() < abs(of_child - of_mother).mean() / 3
