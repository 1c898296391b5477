"""What happened is written down with its audit record, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.workstation.desk import Desk
from unit.workstation.desks import audited, blob_files, desk_at, picture, with_database_key


def test_a_registration_nobody_started_is_unknown(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.give_consent(RegistrationId("10001100010999920260301120000"), "eng")
    assert caught.value.code.name == "REGISTRATION_UNKNOWN"


def test_a_discarded_registration_takes_no_answer(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.discard(draft, "the person left")
    with pytest.raises(Refused) as caught:
        desk.enrollment.give_consent(draft, "eng")
    assert caught.value.code.name == "REGISTRATION_CLOSED"


def test_a_sealed_registration_takes_no_answer_and_no_file(sealed: tuple[Path, RegistrationId, str]) -> None:
    root, registration_id, _ = sealed
    with desk_at(root) as desk:
        before = blob_files(root)
        with pytest.raises(Refused):
            desk.enrollment.attach_document(
                registration_id, "proofOfIdentity", "CIN", None, picture("document.png")
            )
        with pytest.raises(Refused):
            desk.enrollment.resume(registration_id)
        with pytest.raises(Refused):
            desk.enrollment.discard(registration_id, "too late")
        assert blob_files(root) == before


def test_an_answer_and_its_audit_record_come_together(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.give_consent(draft, "fra")
    record = desk.trail.about(draft)[-1]
    assert (record.event, record.actor, dict(record.detail)) == (
        "MUS-REG-002",
        "erika",
        {"language": "fra", "text": "2/0"},
    )


def test_an_answer_whose_audit_record_cannot_be_written_is_not_written_either(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
    with_database_key(
        root, "CREATE TRIGGER no_more BEFORE INSERT ON audit WHEN NEW.event = 'MUS-REG-002' "
        "BEGIN SELECT RAISE(ABORT, 'no'); END"
    )  # fmt: skip
    with desk_at(root) as desk:
        with pytest.raises(IntegrityError):
            desk.enrollment.give_consent(draft, "eng")
        assert desk.enrollment.registration(draft).consent is None
        assert desk.trail.verify().valid


def test_numbers_are_given_once_and_in_order(desk: Desk) -> None:
    first, second = desk.enrollment.start().id, desk.enrollment.start().id
    assert int(second.text[10:15]) == int(first.text[10:15]) + 1


def test_beginning_is_on_record(desk: Desk, draft: RegistrationId) -> None:
    assert audited(desk, draft) == ["MUS-REG-001"]
