"""What each process asks for: of the script, of the form, of the whole before it is signed, of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muster.analysis.pictures import read_picture
from muster.devices.attestation import next_hash
from muster.domain.biometrics import BiometricAttribute, ExceptionKind
from muster.domain.lifecycle import Registration
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.errors import BadInput, Refused
from muster.packet.contents import CORRECTION_WITHOUT_REQUEST, Position
from muster.workstation.capture import NO_EXCEPTION
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.enrollment import PROCESS_NOT_OFFERED
from muster.workstation.form_checking import FIELD_REQUIRED, UIN_WRONG
from muster.workstation.form_conditions import Circumstances, shown_fields
from muster.workstation.forms import build_form
from muster.workstation.policy import Policy
from muster.workstation.processes import (
    EXCEPTION_PHOTO_MISSING,
    NOTHING_CHANGED,
    REQUEST_NOT_EXPECTED,
    REQUEST_UNUSABLE,
)
from muster.workstation.reference import ReferenceData
from muster.workstation.script import Script, ScriptedEnrollment, ScriptOutcome
from muster.workstation.slip import Slip
from muster.workstation.station import Station
from muster.workstation.uin import is_uin
from receivers import announcement, kept_packet
from simulators.gpsd import SimulatedGpsd, served
from unit.packet.independent_reader import Subpacket, labelled, read_packet
from unit.workstation.desks import OFFICER, QUICK, audited, desk_at, first_view, picture, play

UIN = "2345678906"
FIRST_RID = "10001100010000720260201120000"
REQUEST = f"{FIRST_RID}-BIOMETRIC_CORRECTION-1"
REFERENCE = ReferenceData.load()
FINGERS_AND_EYES = (Step.LEFT_SLAP, Step.RIGHT_SLAP, Step.THUMBS, Step.IRISES)

NEW = demo_script()
UPDATE = replace(
    NEW,
    process=Process.UPDATE,
    demographics={"UIN": UIN, "email": "mustermann@erika.example"},
    documents=(),
    exceptions=(),
)
LOST = replace(NEW, process=Process.LOST, demographics={"dateOfBirth": "1984/08/12"}, documents=())
CORRECTION = replace(
    NEW, process=Process.BIOMETRIC_CORRECTION, demographics={}, documents=(), exceptions=(), request=REQUEST
)


def _tried(desk: Desk, script: Script) -> ScriptOutcome:
    return ScriptedEnrollment(desk.enrollment, script, OFFICER.password).run()


def _refusal(outcome: ScriptOutcome) -> tuple[str, list[str]]:
    """The step that was refused, and the codes that say why."""
    (refused,) = [step for step in outcome.steps if step.state == "refused"]
    return refused.name, [finding.code.name for finding in refused.findings]


# What is refused


@pytest.mark.parametrize("request_given", [None, "", "  "])
def test_a_correction_without_a_request_is_refused_before_it_begins(desk: Desk, request_given: str | None) -> None:
    before = desk.enrollment.drafts()
    with pytest.raises(BadInput) as caught:
        desk.enrollment.start(("eng",), Process.BIOMETRIC_CORRECTION, request_given)
    assert caught.value.code is CORRECTION_WITHOUT_REQUEST
    assert desk.enrollment.drafts() == before


@pytest.mark.parametrize("request_given", ["4711", "BIOMETRIC_CORRECTION-1", f"x{REQUEST}"])
def test_a_request_that_names_no_registration_is_refused(desk: Desk, request_given: str) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.start(("eng",), Process.BIOMETRIC_CORRECTION, request_given)
    assert caught.value.code is REQUEST_UNUSABLE


@pytest.mark.parametrize("process", [Process.NEW, Process.UPDATE, Process.LOST])
def test_only_a_correction_takes_a_request(desk: Desk, process: Process) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.start(("eng",), process, REQUEST)
    assert caught.value.code is REQUEST_NOT_EXPECTED


def test_a_script_of_a_correction_without_a_request_is_refused_when_it_is_read() -> None:
    text = json.dumps({"process": "BIOMETRIC_CORRECTION", "languages": ["eng"]}).encode()
    with pytest.raises(BadInput) as caught:
        Script.parse(text, _no_file)
    assert caught.value.code is CORRECTION_WITHOUT_REQUEST


def _no_file(name: str) -> bytes:
    raise AssertionError(name)


def test_an_update_with_nothing_changed_is_refused_at_the_last_step_where_something_could_be(desk: Desk) -> None:
    outcome = _tried(desk, replace(UPDATE, demographics={"UIN": UIN}))
    assert _refusal(outcome) == ("documents", [NOTHING_CHANGED.name])


def test_an_update_whose_change_was_taken_back_is_refused_at_the_check(desk: Desk) -> None:
    registration_id = play(desk, Step.FACE, script=UPDATE)
    assert desk.enrollment.enter_demographics(registration_id, {"UIN": UIN}) == ()
    with pytest.raises(Refused) as caught:
        desk.enrollment.confirm_preview(registration_id)
    assert caught.value.code is NOTHING_CHANGED


@pytest.mark.parametrize(
    "number", [None, "", "1234567890", "2345678905", "234567890", "2345678906 ", "٢345678906"]
)
def test_an_update_without_a_number_that_can_be_right_is_refused(desk: Desk, number: str | None) -> None:
    values = {"email": "mustermann@erika.example", **({} if number is None else {"UIN": number})}
    outcome = _tried(desk, replace(UPDATE, demographics=values))
    code = UIN_WRONG if number else FIELD_REQUIRED
    assert _refusal(outcome) == ("demographics", [code.name])


def test_every_slip_of_one_digit_and_every_swap_of_two_is_noticed_in_a_number() -> None:
    assert is_uin(UIN)
    slips = {UIN[:at] + digit + UIN[at + 1 :] for at in range(10) for digit in "0123456789"} - {UIN}
    swaps = {UIN[:at] + UIN[at + 1] + UIN[at] + UIN[at + 2 :] for at in range(9)} - {UIN}
    assert not any(map(is_uin, slips | swaps))


def test_an_exception_without_its_photo_is_refused_at_the_check(desk: Desk) -> None:
    registration_id = play(desk, Step.IRISES)
    with pytest.raises(Refused) as caught:
        desk.enrollment.confirm_preview(registration_id)
    assert caught.value.code is EXCEPTION_PHOTO_MISSING
    assert not desk.enrollment.registration(registration_id).previewed


def test_nobody_is_photographed_for_an_exception_that_there_is_not(desk: Desk) -> None:
    registration_id = desk.enrollment.start().id
    with pytest.raises(Refused) as caught:
        desk.enrollment.capture_exception_photo(registration_id, first_view(desk))
    assert caught.value.code is NO_EXCEPTION


def test_a_photo_without_a_face_is_not_kept(desk: Desk, registration_with_exception: RegistrationId) -> None:
    seen = first_view(desk)
    view = replace(seen, now=replace(seen.now, box=None))
    state = desk.enrollment.capture_exception_photo(registration_with_exception, view).registration
    assert state.exception_photo is None


# What each process asks for


def test_an_update_asks_for_the_number_and_requires_nothing_else() -> None:
    form = build_form(REFERENCE, Process.UPDATE)
    assert [field.id for field in form if field.required] == ["UIN"]
    assert {field.id for field in form} == {"UIN", *(field.id for field in build_form(REFERENCE))}


def test_a_lost_number_is_not_asked_for_and_nothing_is_required() -> None:
    form = build_form(REFERENCE, Process.LOST)
    assert form
    assert not any(field.required or field.id == "UIN" for field in form)


def test_a_required_field_of_an_update_s_specification_is_not_required_of_who_changes_another() -> None:
    strict = replace(REFERENCE, ui_specs={**REFERENCE.ui_specs, Process.UPDATE: REFERENCE.ui_specs[Process.NEW]})
    shown = shown_fields(build_form(strict, Process.UPDATE), {}, Circumstances(date(2026, 3, 1), Process.UPDATE))
    assert [each.field.id for each in shown if each.required] == ["UIN"]


def test_a_process_asks_for_its_own_steps() -> None:
    steps = {process: set(Policy().steps_for(process)) for process in Process}
    assert steps[Process.NEW] == set(USUAL_STEPS)
    assert set(USUAL_STEPS) - steps[Process.UPDATE] == {*FINGERS_AND_EYES, Step.EXCEPTION_PHOTO}
    assert set(USUAL_STEPS) - steps[Process.LOST] == {Step.DOCUMENTS}
    assert set(USUAL_STEPS) - steps[Process.BIOMETRIC_CORRECTION] == {Step.DEMOGRAPHICS, Step.DOCUMENTS}


def test_a_policy_without_photos_of_exceptions_asks_for_none(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, exception_photo_required=False)) as desk:
        state = desk.enrollment.registration(play(desk))
    assert state.exceptions and state.exception_photo is None
    assert state.signed is not None


def test_the_desk_offers_what_there_are_forms_for_new_registrations_first(desk: Desk) -> None:
    assert list(desk.enrollment.processes()) == list(Process)


def test_a_process_that_is_switched_off_is_not_offered_and_cannot_be_begun(root: Path) -> None:
    with desk_at(root) as desk:
        specs = {**REFERENCE.ui_specs, Process.LOST: replace(REFERENCE.ui_specs[Process.LOST], active=False)}
        desk.enrollment._reference = replace(REFERENCE, ui_specs=specs)
        assert Process.LOST not in desk.enrollment.processes()
        with pytest.raises(BadInput) as caught:
            desk.enrollment.start(("eng",), Process.LOST)
    assert caught.value.code is PROCESS_NOT_OFFERED


# The photo of an exception


@pytest.fixture
def registration_with_exception(desk: Desk) -> RegistrationId:
    registration_id = desk.enrollment.start().id
    mark = desk.enrollment.mark_exception
    mark(registration_id, BiometricAttribute.LEFT_LITTLE, ExceptionKind.PERMANENT, "Finger missing")
    return registration_id


def test_a_photo_is_kept_signed_and_in_the_trail(desk: Desk, registration_with_exception: RegistrationId) -> None:
    outcome = desk.enrollment.capture_exception_photo(registration_with_exception, first_view(desk))
    photo = outcome.registration.exception_photo
    assert photo is not None
    assert photo.facts.attestation.signature
    assert desk.enrollment.exception_photo(registration_with_exception).shape[2] == 3
    assert audited(desk, registration_with_exception)[-1] == "MUS-BIO-007"


def test_the_next_capture_hangs_on_the_photo_s_link_of_the_chain(
    desk: Desk, registration_with_exception: RegistrationId
) -> None:
    taken = desk.enrollment.capture_exception_photo(registration_with_exception, first_view(desk)).registration
    after = desk.enrollment.capture_face(registration_with_exception, first_view(desk)).registration
    assert taken.exception_photo is not None
    event = after.samples[BiometricAttribute.FACE]
    record = desk.enrollment._journal.read(registration_with_exception, event.record)
    assert event.facts.chain_hash == next_hash(taken.exception_photo.facts.chain_hash, record)


def test_a_script_s_photo_is_what_stands_before_the_camera(root: Path) -> None:
    """Not the face's picture once more."""
    face = read_picture(picture("face.jpg"))
    photo = np.pad(face, ((0, 40), (0, 0), (0, 0)))
    script = replace(NEW, pictures={BiometricAttribute.FACE: face}, exception_photo=photo)
    with desk_at(root, catalogue=script.catalogue()) as desk:
        registration_id = play(desk, Step.EXCEPTION_PHOTO, script=script)
        kept = desk.enrollment.exception_photo(registration_id)
        assert kept.shape == photo.shape
        assert desk.enrollment.sample_picture(registration_id, BiometricAttribute.FACE).shape == face.shape


def test_a_face_from_a_file_is_not_taken_for_the_photo(root: Path) -> None:
    script = replace(NEW, pictures={BiometricAttribute.FACE: read_picture(picture("face.jpg"))})
    with desk_at(root, catalogue=script.catalogue()) as desk:
        assert _refusal(_tried(desk, script)) == ("exception_photo", [EXCEPTION_PHOTO_MISSING.name])


# To the server and back


@dataclass(frozen=True, slots=True)
class Arrived:
    state: Registration
    announced: dict[str, Any]
    parts: dict[str, Subpacket]
    slip: Slip


Sending = Callable[..., Arrived]


@pytest.fixture
def sent(root: Path, receiver: EmbeddedReceiver, new_station: Station) -> Sending:
    """Play a script to its end; the receiver checks and takes the packet."""

    def play_and_send(script: Script, policy: Policy = QUICK) -> Arrived:
        with desk_at(root, receiver, policy=policy) as desk:
            registration_id = play(desk, script=script)
            state = desk.enrollment.registration(registration_id)
            entry = desk.enrollment.submit(registration_id)
            slip = desk.enrollment.slip(registration_id)
            assert not desk.sync.deliver(entry.packet_id).duplicate
            desk.enrollment.forget(registration_id)
            assert desk.sync.deliver(entry.packet_id).packet_id == entry.packet_id  # its receipt, once more
        server = new_station.folder.receiver
        announced = announcement(server, entry.packet_id)
        packet = kept_packet(server, entry.packet_id).read_bytes()
        filed_under = entry.packet_id.partition("-")[0]
        process = script.process.value
        parts = read_packet(packet, (server / "server.pem").read_bytes(), filed_under, process)
        assert {part.sidecar["process"] for part in parts.values()} == {process}
        return Arrived(state, announced, parts, slip)

    return play_and_send


def test_an_update_brings_what_changed_the_number_and_a_face_to_know_the_person_by(sent: Sending) -> None:
    arrived = sent(UPDATE)
    identity = arrived.parts["id"].identity
    assert {name for name in identity if name != "IDSchemaVersion"} == {"UIN", "email", "individualAuthBiometrics"}
    assert identity["UIN"] == UIN
    assert list(arrived.parts["id"].meta["biometrics"]) == ["individualAuthBiometrics"]
    assert arrived.announced["registrationType"] == "UPDATE"
    assert arrived.announced["additionalInfoReqId"] is None
    assert dict(arrived.slip.sections[0].rows)["Captured"] == "Face"


def test_a_document_alone_is_an_update(sent: Sending) -> None:
    arrived = sent(replace(UPDATE, demographics={"UIN": UIN}, documents=NEW.documents))
    assert "proofOfIdentity" in arrived.parts["id"].identity


def test_a_lost_number_brings_all_captures_and_no_number(sent: Sending) -> None:
    arrived = sent(LOST)
    assert "UIN" not in arrived.parts["id"].identity
    assert arrived.parts["id"].identity["dateOfBirth"] == "1984/08/12"
    assert len(arrived.parts["id"].meta["biometrics"]["individualBiometrics"]) == 13  # the photo, too
    assert arrived.announced["registrationType"] == "LOST"


def test_a_correction_is_announced_filed_and_handed_out_under_the_registration_it_corrects(sent: Sending) -> None:
    arrived = sent(CORRECTION)
    assert arrived.state.id.text != FIRST_RID
    assert arrived.announced["registrationId"] == FIRST_RID
    assert arrived.announced["additionalInfoReqId"] == REQUEST
    assert arrived.announced["registrationType"] == "BIOMETRIC_CORRECTION"
    assert labelled(arrived.parts["id"].meta["metaData"])["registrationId"] == FIRST_RID
    assert arrived.slip.registration_id == arrived.slip.qr_text == FIRST_RID


def test_the_photo_of_an_exception_arrives_among_the_captures(sent: Sending) -> None:
    part = sent(NEW).parts["id"]
    assert "unknown" in part.meta["biometrics"]["individualBiometrics"]
    assert b"<Type>ExceptionPhoto</Type>" in part.named("individualBiometrics_bio_CBEFF")
    assert set(part.meta["exceptionBiometrics"]["individualBiometrics"]) == {"leftLittle"}


def test_the_meta_info_names_officer_station_and_consent_and_no_position(sent: Sending) -> None:
    meta = sent(UPDATE).parts["id"].meta
    data, operations = labelled(meta["metaData"]), labelled(meta["operationsData"])
    assert (data["centerId"], data["machineId"], data["consentOfApplicant"]) == ("10001", "10001", "Yes")
    assert (operations["officerId"], operations["officerPassword"]) == (OFFICER.user_id, "true")
    assert operations["supervisorId"] is None
    assert not any("geoLoc" in key for key in (*data, *meta))


def test_a_station_whose_policy_says_where_it_stands_says_so_in_the_packet(sent: Sending) -> None:
    meta = sent(UPDATE, replace(QUICK, position=Position(48.137154, 11.576124))).parts["id"].meta
    assert (meta["geoLocLatitude"], meta["geoLoclongitude"]) == ("48.137154", "11.576124")


def test_a_station_that_measures_where_it_stands_says_that_and_the_trail_how_it_knows(
    sent: Sending, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(SimulatedGpsd()) as gpsd:
        monkeypatch.setenv("MUSTER_DRIVERS", "gpsd,simulated")
        monkeypatch.setenv("MUSTER_GPSD", "{}:{}".format(*gpsd.address))
        meta = sent(UPDATE, replace(QUICK, position=Position(48.137154, 11.576124))).parts["id"].meta
    assert (meta["geoLocLatitude"], meta["geoLoclongitude"]) == ("50.000500", "8.271100")
    with desk_at(root) as desk:
        (sealed,) = [each for each in desk.trail.newest_first(100) if each.event == "MUS-PKT-001"]
    assert (sealed.detail["position"], sealed.detail["position_accuracy_m"]) == ("measured", "10")
