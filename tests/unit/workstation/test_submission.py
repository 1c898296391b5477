"""From the officer's signature to a sealed packet, whatever goes wrong in between."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.domain.biometrics import BiometricAttribute
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId, Step
from muster.errors import NetworkUnavailable, NotAuthentic, Refused, SignInRefused, StorageUnavailable
from muster.store.outbox import OutboxRows
from muster.upload.mosip import MosipTarget
from muster.workstation.content_digest import content_digest
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.inspection import inspect_packet
from muster.workstation.proving import Proof
from muster.workstation.server import RemoteServer
from unit.workstation.desks import (
    OFFICER,
    QUICK,
    SetClock,
    audited,
    blob_files,
    desk_at,
    outbox_files,
    play,
    with_database_key,
)

Signed = tuple[Path, RegistrationId]
Sealed = tuple[Path, RegistrationId, str]


def test_signing_is_refused_while_a_step_is_open(desk: Desk) -> None:
    draft = play(desk, Step.DOCUMENTS)
    with pytest.raises(Refused) as caught:
        desk.enrollment.sign(draft, Proof(OFFICER.password))
    assert caught.value.code.name == "STEPS_OPEN"


def test_signing_with_a_wrong_password_is_refused_and_nothing_is_signed(signed: Signed) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        desk.enrollment.give_consent(registration_id, "fra")  # takes preview and signature back
        desk.enrollment.confirm_preview(registration_id)
        with pytest.raises(SignInRefused):
            desk.enrollment.sign(registration_id, Proof("wrong password"))
        assert desk.enrollment.registration(registration_id).signed is None


def test_what_is_signed_is_the_digest_of_the_content(signed: Signed) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        state = desk.enrollment.registration(registration_id)
        record = desk.trail.about(registration_id)[-1]
    assert state.signed is not None
    assert state.signed.content_digest == content_digest(state)
    assert (record.event, record.detail["sha256"]) == ("MUS-REG-007", state.signed.content_digest)


def test_an_unsigned_registration_is_not_sealed(desk: Desk) -> None:
    draft = play(desk, Step.DOCUMENTS)
    with pytest.raises(Refused) as caught:
        desk.enrollment.submit(draft)
    assert caught.value.code.name == "STEPS_OPEN"
    assert outbox_files(desk.folder.root) == []


def test_a_change_after_the_signature_takes_the_signature_back(signed: Signed) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        values = {**demo_script().demographics, "phone": "0123456780"}
        assert desk.enrollment.enter_demographics(registration_id, values) == ()
        with pytest.raises(Refused) as caught:
            desk.enrollment.submit(registration_id)
    assert caught.value.code.name == "STEPS_OPEN"


def test_content_changed_with_the_database_key_after_the_signature_is_not_sealed(signed: Signed) -> None:
    root, registration_id = signed
    with_database_key(
        root,
        "UPDATE registration_event SET body = replace(body, '0123456789', '0123456780') WHERE kind = ?",
        "DemographicsEntered",
    )
    with desk_at(root) as desk:
        with pytest.raises(NotAuthentic) as caught:
            desk.enrollment.submit(registration_id)
        assert desk.sync.outbox() == ()
    assert caught.value.code.name == "CONTENT_CHANGED"
    assert outbox_files(root) == []


def test_a_picture_changed_on_the_disk_is_not_sealed(signed: Signed, receiver: EmbeddedReceiver) -> None:
    root, registration_id = signed
    blob = sorted((root / "blobs").iterdir())[0]
    blob.write_bytes(blob.read_bytes()[:-1] + b"\x00")
    with desk_at(root, receiver) as desk:
        with pytest.raises(NotAuthentic):
            desk.enrollment.submit(registration_id)
        assert desk.enrollment.registration(registration_id).is_draft
    assert outbox_files(root) == []


def test_the_first_packet_needs_the_server_once_and_waits_unharmed_without_it(
    signed: Signed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        with pytest.raises(NetworkUnavailable):
            desk.enrollment.submit(registration_id)
        assert desk.enrollment.registration(registration_id).signed is not None
        assert outbox_files(root) == []
    with desk_at(root, receiver) as desk:
        entry = desk.enrollment.submit(registration_id)
    assert outbox_files(root) == [f"{entry.packet_id}.zip"]


def test_a_station_that_has_the_certificate_seals_without_a_network(
    signed: Signed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = signed
    with desk_at(root, receiver) as desk:
        desk.enrollment._submission.server_certificate()
    with desk_at(root) as desk:
        assert desk.enrollment.submit(registration_id).state is DeliveryState.APPROVED


def test_what_the_outbox_says_of_a_packet_is_true_of_its_file(sealed: Sealed) -> None:
    root, registration_id, packet_id = sealed
    content = (root / "outbox" / f"{packet_id}.zip").read_bytes()
    with desk_at(root) as desk:
        (entry,) = desk.sync.outbox()
        assert (entry.packet_id, entry.registration_id) == (packet_id, registration_id)
        assert (entry.size, entry.digest) == (len(content), hashlib.sha256(content).hexdigest().upper())
        assert audited(desk, registration_id)[-1] == "MUS-PKT-001"


def test_the_sealed_packet_opens_at_the_server_with_every_check_good(sealed: Sealed) -> None:
    root, _, packet_id = sealed
    report = inspect_packet(
        root / "outbox" / f"{packet_id}.zip",
        root / "receiver" / "server.pem",
        root / "keys" / "machine.pub.pem",
    )
    assert report.valid
    assert {each.signature for each in report.subpackets} == {"valid"}


def test_submitting_again_gives_the_same_packet_byte_for_byte(sealed: Sealed) -> None:
    root, registration_id, packet_id = sealed
    before = (root / "outbox" / f"{packet_id}.zip").read_bytes()
    with desk_at(root) as desk:
        again = desk.enrollment.submit(registration_id)
        assert again.packet_id == packet_id
        assert len(desk.sync.outbox()) == 1
    assert outbox_files(root) == [f"{packet_id}.zip"]
    assert (root / "outbox" / f"{packet_id}.zip").read_bytes() == before


def test_a_disk_that_fills_up_while_the_packet_is_written_leaves_no_half_file_and_the_draft_whole(
    signed: Signed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    real = os.fsync

    def full(descriptor: int) -> None:
        if os.fstat(descriptor).st_size > 500_000:  # the packet, and nothing else here, is that large
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with desk_at(root, receiver) as desk:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StorageUnavailable) as caught:
                desk.enrollment.submit(registration_id)
        assert caught.value.code.name == "DISK_FULL"
        assert outbox_files(root) == []
        assert desk.sync.outbox() == ()
        assert desk.enrollment.registration(registration_id).signed is not None
        entry = desk.enrollment.submit(registration_id)  # space was freed
    assert outbox_files(root) == [f"{entry.packet_id}.zip"]


def test_a_crash_between_the_file_and_its_record_is_swept_away_and_sealed_anew(
    signed: Signed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with desk_at(root, receiver) as desk, monkeypatch.context() as patch:
        patch.setattr(OutboxRows, "add", power_cut)
        with pytest.raises(KeyboardInterrupt):
            desk.enrollment.submit(registration_id)
    assert len(outbox_files(root)) == 1
    with desk_at(root, receiver) as desk:
        assert outbox_files(root) == ["unclaimed"]
        entry = desk.enrollment.submit(registration_id)
    assert outbox_files(root) == [f"{entry.packet_id}.zip", "unclaimed"]


def test_captures_that_the_server_would_find_too_old_are_not_signed(root: Path) -> None:
    clock = SetClock(utc_now())
    with desk_at(root, clock=clock) as desk:
        draft = play(desk, Step.PREVIEW)
        clock.forward(minutes=31)
        with pytest.raises(Refused) as caught:
            desk.enrollment.sign(draft, Proof(OFFICER.password))
        assert caught.value.code.name == "CAPTURES_TOO_OLD"
        clock.forward(minutes=-2)
        assert desk.enrollment.sign(draft, Proof(OFFICER.password)).signed is not None


def test_a_capture_that_is_dated_after_the_signature_is_not_signed(root: Path) -> None:
    now = utc_now()
    clock = SetClock(now)
    with desk_at(root, clock=clock) as desk:
        draft = play(desk, Step.PREVIEW)
        clock.forward(minutes=-5)  # the devices' clock, which captured before, seems to be ahead
        with pytest.raises(Refused) as caught:
            desk.enrollment.sign(draft, Proof(OFFICER.password))
        assert caught.value.code.name == "CAPTURE_AFTER_PACKET"
        assert "clock" in caught.value.sentence


def test_a_packet_says_it_was_made_when_the_officer_signed_however_long_a_certificate_took(
    signed: Signed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = signed
    later = SetClock(utc_now() + timedelta(hours=3))
    with desk_at(root, receiver, clock=later) as desk:
        state = desk.enrollment.registration(registration_id)
        assert state.signed is not None
        entry = desk.enrollment.submit(registration_id)
    assert entry.packet_id.endswith(f"{state.signed.at:%Y%m%d%H%M%S}")


def test_a_packet_too_large_for_the_server_is_not_sealed_and_the_draft_stays_open(
    signed: Signed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = signed
    with desk_at(root, receiver, policy=replace(QUICK, maximum_packet_bytes=100_000)) as desk:
        with pytest.raises(Refused) as caught:
            desk.enrollment.submit(registration_id)
        assert caught.value.code.name == "PACKET_TOO_LARGE"
        desk.enrollment.remove_document(registration_id, "proofOfIdentity")
        assert desk.enrollment.registration(registration_id).is_draft
    assert outbox_files(root) == []


def test_a_signature_that_the_machine_key_did_not_make_is_not_sealed(
    signed: Signed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id = signed
    row = "SELECT body FROM registration_event WHERE kind = 'Signed'"
    content = json.loads(with_database_key(root, row)[0][0])
    content["operator"] = "somebody else"
    with_database_key(root, "UPDATE registration_event SET body = ? WHERE kind = 'Signed'", json.dumps(content))
    with desk_at(root, receiver) as desk, pytest.raises(NotAuthentic):
        desk.enrollment.submit(registration_id)


def test_a_certificate_nothing_can_be_sealed_to_is_not_kept(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    expired = self_signed_certificate(SigningKey.generate(), "old", datetime(2020, 1, 1, tzinfo=UTC), 30)
    monkeypatch.setattr(MosipTarget, "certificate", lambda self: certificate_to_pem(expired))
    with desk_at(root, RemoteServer("http://127.0.0.1:9")) as desk:
        with pytest.raises(Refused) as caught:
            desk.enrollment.submit(registration_id)
        assert caught.value.code.name == "SERVER_CERTIFICATE_UNUSABLE"
        assert "MUS-PKT-005" not in [record.event for record in desk.trail.newest_first(50)]


def test_forgetting_leaves_a_packet_that_the_server_does_not_have(sealed: Sealed) -> None:
    root, registration_id, _ = sealed
    with desk_at(root) as desk:
        desk.enrollment.forget(registration_id)
        assert BiometricAttribute.FACE in desk.enrollment.registration(registration_id).samples
    assert len(blob_files(root)) == 14  # one document, face, nine fingers, two eyes, the photo of the exception


def test_forgetting_a_delivered_registration_destroys_its_files_and_its_answers(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
        desk.enrollment.forget(registration_id)
        state = desk.enrollment.registration(registration_id)
        assert blob_files(root) == []
        assert not state.demographics and not state.samples and not state.documents
        assert state.uploaded is not None
        assert audited(desk, registration_id)[-1] == "MUS-REG-010"
        assert desk.trail.verify().valid
    assert outbox_files(root) == [f"{packet_id}.zip"]
    bodies = with_database_key(root, "SELECT body FROM registration_event")
    assert len(bodies) == 5 and "Mustermann" not in str(bodies)


def test_a_delivered_registration_is_forgotten_by_itself_when_nobody_waits_for_a_slip_any_more(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
    with desk_at(root, clock=SetClock(utc_now() + timedelta(hours=23))) as desk:
        assert desk.enrollment.slip(registration_id).photo_png
    with desk_at(root, clock=SetClock(utc_now() + timedelta(hours=25))) as desk:
        assert not desk.enrollment.registration(registration_id).samples
    assert blob_files(root) == []


def test_an_undelivered_registration_is_never_forgotten_by_itself(sealed: Sealed) -> None:
    root, registration_id, _ = sealed
    with desk_at(root, clock=SetClock(datetime(2036, 1, 1, tzinfo=UTC))) as desk:
        assert desk.enrollment.slip(registration_id).photo_png
