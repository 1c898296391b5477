"""The window and a command, or two commands, at one station at the same time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId, Step
from muster.errors import NotAuthentic, Refused
from muster.store.blobs import BlobFolder
from muster.workstation import submission
from muster.workstation.embedded_receiver import EmbeddedReceiver
from unit.workstation.desks import desk_at, outbox_files, picture, play

Signed = tuple[Path, RegistrationId]


def test_somebody_who_signs_in_leaves_alone_what_the_other_is_just_writing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = BlobFolder.put

    def put_while_another_signs_in(self: BlobFolder, registration_id: RegistrationId, content: bytes) -> object:
        ref = put(self, registration_id, content)
        with desk_at(root):
            pass
        return ref

    with desk_at(root) as desk:
        draft = play(desk, Step.DEMOGRAPHICS)
        monkeypatch.setattr(BlobFolder, "put", put_while_another_signs_in)
        desk.enrollment.attach_document(draft, "proofOfIdentity", "CIN", None, picture("document.png"))
        assert desk.enrollment.document_page(draft, "proofOfIdentity").pixels.ndim == 3


def test_whoever_is_alone_tidies_up_even_after_two_were_there(root: Path) -> None:
    with desk_at(root), desk_at(root):
        (root / "blobs" / "0123456789abcdef").write_bytes(b"left by a crash")
    with desk_at(root):
        assert list((root / "blobs").iterdir()) == []


def _while_sealing(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    seal = submission.seal

    def slow_seal(*arguments: object, **named: object) -> object:
        packet = seal(*arguments, **named)  # type: ignore[arg-type]
        monkeypatch.setattr(submission, "seal", seal)
        meanwhile()
        return packet

    monkeypatch.setattr(submission, "seal", slow_seal)


def test_a_draft_discarded_while_it_is_sealed_stays_discarded(
    signed: Signed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    with desk_at(root, receiver) as desk:
        _while_sealing(monkeypatch, lambda: desk.enrollment.discard(registration_id, "changed their mind"))
        with pytest.raises(Refused) as caught:
            desk.enrollment.submit(registration_id)
        assert caught.value.code.name == "REGISTRATION_CLOSED"
        assert desk.enrollment.registration(registration_id).sealed is None
        assert desk.sync.outbox() == ()
    assert outbox_files(root) == []


def test_a_correction_made_while_it_is_sealed_is_not_lost(
    signed: Signed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    with desk_at(root, receiver) as desk:
        _while_sealing(monkeypatch, lambda: desk.enrollment.give_consent(registration_id, "fra"))
        with pytest.raises(NotAuthentic) as caught:
            desk.enrollment.submit(registration_id)
        assert caught.value.code.name == "CONTENT_CHANGED"
        assert desk.enrollment.registration(registration_id).is_draft
    assert outbox_files(root) == []


def test_two_submissions_at_once_make_one_packet_that_can_be_delivered(
    signed: Signed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    with desk_at(root, receiver) as desk:
        _while_sealing(monkeypatch, lambda: desk.enrollment.submit(registration_id))
        entry = desk.enrollment.submit(registration_id)
        assert [each.packet_id for each in desk.sync.outbox()] == [entry.packet_id]
        desk.sync.deliver(entry.packet_id)
        assert desk.sync.outbox()[0].state is DeliveryState.PUSHED


def test_nothing_can_be_read_after_signing_out(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.CONSENT)
    with pytest.raises(Exception, match="DATABASE_CLOSED"):
        desk.enrollment.registration(draft)


def test_a_folder_where_a_packet_should_be_keeps_nobody_from_signing_in(root: Path) -> None:
    (root / "outbox" / "a-folder").mkdir()
    (root / "blobs" / "another").mkdir()
    with desk_at(root) as desk:
        assert desk.sync.outbox() == ()


def test_an_outbox_that_is_gone_is_on_record_and_keeps_nobody_from_signing_in(root: Path) -> None:
    (root / "outbox").rmdir()
    with desk_at(root) as desk:
        assert desk.trail.newest_first(1)[0].event == "MUS-STA-003"
