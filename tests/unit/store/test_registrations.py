"""Registrations as rows of events."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from sqlalchemy.exc import IntegrityError

from muster.audit.catalogue import AuditEvent
from muster.domain import lifecycle
from muster.domain.applicant import DocumentFacts
from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    ForcedBecause,
    LivenessOutcome,
    SampleFacts,
    StationJudgement,
)
from muster.domain.chips import ChipAuthenticity
from muster.domain.lifecycle import (
    BlobRef,
    CaptureAttempted,
    ChipRead,
    Confirmed,
    ConflictDecided,
    ConsentGiven,
    DemographicsDrafted,
    DemographicsEntered,
    Discarded,
    DocumentAttached,
    DocumentRemoved,
    DocumentShared,
    Event,
    ExceptionCleared,
    ExceptionMarked,
    ExceptionPhotoTaken,
    FieldsFilled,
    FieldsRead,
    IntroducerCompared,
    LivenessJudged,
    OfIntroducer,
    OperatorSampleTaken,
    PersonAnswered,
    PoorSamplesKept,
    PortraitCompared,
    ProofPutTogether,
    ProofSettled,
    ProofTaken,
    Registration,
    RequestNamed,
    Reviewed,
    ReviewSigned,
    ReviewWanted,
    SampleCaptured,
    SampleJudged,
    SampleSetAside,
    Sealed,
    Signed,
    Started,
    StepCompleted,
    Synced,
    Uploaded,
    fold,
)
from muster.domain.person import Reply
from muster.domain.prefill import Conflict, Origin, PrefilledField, Resolution
from muster.domain.proofing import ProofOutcome
from muster.domain.registration import RegistrationId, Step
from muster.domain.review_decision import Decision
from muster.errors import BadInput, NotAuthentic
from muster.store.database import Database, Work
from muster.store.event_codec import EVENT_UNREADABLE
from muster.store.registrations import REGISTRATION_UNKNOWN

Around = Callable[[], AbstractContextManager[Any]]
StartRegistration = Callable[[Work, int], RegistrationId]

_NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_UNKNOWN = RegistrationId("10001100029999920260301120000")
_BLOB = BlobRef("0f" * 16, "a" * 64, 3)
_EYE = BiometricAttribute.LEFT_EYE
_FACTS = SampleFacts(
    attribute=BiometricAttribute.FACE,
    quality=80.0,
    attempts=1,
    forced=False,
    captured_at=_NOON,
    device=DigitalId("S-1", "Mark", "One", "Face", "Full face", "Provider", "PID"),
    device_code="D-1",
    device_service_version="0.9.5",
    attestation=Attestation("", "", "", "0.9.5"),
)
_READ = PrefilledField("fullName", "Erika", Origin.CHIP)
_WHOLE_LIFE: list[Event] = [
    RequestNamed(_NOON, "10001100020000120260201120000-BIOMETRIC_CORRECTION-1"),
    ConsentGiven(_NOON, "eng", "v1"),
    DemographicsDrafted(_NOON, {"fullName": "Erika"}),
    DemographicsEntered(_NOON, {"fullName": "Erika Mustermann"}),
    DocumentAttached(_NOON, DocumentFacts("proofOfIdentity", "DOC001", "pdf", "L01X00T47"), _BLOB),
    DocumentShared(_NOON, "ab" * 32, "MiTrust", "piece1", "cd" * 32),
    DocumentRemoved(_NOON, "proofOfIdentity"),
    CaptureAttempted(_NOON, CaptureGroup.FACE),
    SampleCaptured(_NOON, _FACTS, _BLOB),
    SampleJudged(_NOON, BiometricAttribute.LEFT_INDEX, "0f0f", StationJudgement("NFIQ 2", 38.0)),
    LivenessJudged(_NOON, LivenessOutcome.NOT_JUDGED, None),
    PoorSamplesKept(_NOON, (BiometricAttribute.LEFT_INDEX,), ForcedBecause.WORN),
    SampleSetAside(_NOON, BiometricAttribute.LEFT_INDEX, "0f0f"),
    ExceptionMarked(_NOON, BiometricException(_EYE, ExceptionKind.PERMANENT, "lost as a child")),
    ExceptionPhotoTaken(_NOON, _FACTS, _BLOB),
    ExceptionCleared(_NOON, _EYE),
    OfIntroducer(SampleCaptured(_NOON, _FACTS, _BLOB)),
    IntroducerCompared(_NOON, "officer1", is_operator=True),
    FieldsRead(_NOON, Origin.CHIP, "proofOfIdentity", (_READ,)),
    FieldsFilled(_NOON, {"fullName": "Erika"}, (_READ,)),
    ConflictDecided(_NOON, "officer1", Conflict(_READ, "Erica", Resolution.KEPT_TYPED)),
    ChipRead(_NOON, "proofOfIdentity", ChipAuthenticity.GENUINE, ("CHIP_DOCUMENT_EXPIRED",), _BLOB),
    PortraitCompared(_NOON, "proofOfIdentity", "0f0f", "0e0e", 0.5, 0.25),
    PersonAnswered(_NOON, Reply.AGREED, "eng", "d" * 64, True, _BLOB),
    StepCompleted(_NOON, Step.PREVIEW),
    OperatorSampleTaken(_NOON, "officer1", _FACTS, _BLOB),
    Confirmed(_NOON, "supervisor1", "b" * 64, ("exception",), "signature"),
    ProofSettled(_NOON, ProofOutcome.PROVEN, "0a0b", "demo-registration", ("email",)),
    Signed(_NOON, "officer1", "b" * 64, "signature"),
    Sealed(_NOON, "10002-1", "C" * 64, 1000),
    ReviewWanted(_NOON, "10002-1"),
    Reviewed(_NOON, "supervisor1", "10002-1", Decision.APPROVE),
    ReviewSigned(_NOON, "supervisor1", "10002-1", Decision.APPROVE, None, "d" * 64, "signature"),
    Synced(_NOON),
    Uploaded(_NOON, "received"),
    ProofPutTogether(_NOON, "max", _BLOB),
    ProofTaken(_NOON, "max", "D" * 64, 4096),
    Discarded(_NOON, "officer1", "test"),
]


@pytest.fixture
def registration_id(database: Database, start: StartRegistration) -> RegistrationId:
    with database.work() as work:
        started = start(work, 1)
        work.record(AuditEvent.REGISTRATION_STARTED, actor="officer1", subject=started.text)
    return started


def _append(database: Database, registration_id: RegistrationId, *events: Event) -> None:
    with database.work() as work:
        for event in events:
            work.registrations.append(registration_id, event)
        work.record(AuditEvent.STEP_COMPLETED, actor="officer1", subject=registration_id.text)


def _append_elsewhere(path: Path, key: bytes, registration_id: RegistrationId, *events: Event) -> None:
    """As another program would."""
    other = Database.open(path, key, lambda: _NOON)
    _append(other, registration_id, *events)
    other.close()


def _destroy(database: Database, registration_id: RegistrationId) -> None:
    with database.work() as work:
        work.registrations.destroy_content(registration_id)
        work.record(AuditEvent.CONTENT_DESTROYED, actor="officer1", subject=registration_id.text)


def _events(database: Database, registration_id: RegistrationId) -> tuple[Event, ...]:
    with database.read() as work:
        return work.registrations.events(registration_id)


def _state(database: Database, registration_id: RegistrationId) -> Registration:
    with database.read() as work:
        return work.registrations.load(registration_id)


def test_an_unknown_registration_is_refused(database: Database) -> None:
    with database.read() as work:
        with pytest.raises(BadInput) as refusal:
            work.registrations.load(_UNKNOWN)
        assert refusal.value.code is REGISTRATION_UNKNOWN


def test_nothing_is_appended_to_an_unknown_registration(database: Database) -> None:
    with pytest.raises(BadInput) as refusal:
        _append(database, _UNKNOWN, ConsentGiven(_NOON, "eng", "v1"))
    assert refusal.value.code is REGISTRATION_UNKNOWN


def test_a_number_is_started_once(
    database: Database, registration_id: RegistrationId, start: StartRegistration
) -> None:
    with pytest.raises(IntegrityError), database.work() as work:
        start(work, 1)
    assert len(_events(database, registration_id)) == 1


def test_an_event_the_lifecycle_refuses_is_not_stored(database: Database, registration_id: RegistrationId) -> None:
    with pytest.raises(ValueError, match="only documents and preview"):
        _append(database, registration_id, StepCompleted(_NOON, Step.FACE))
    assert len(_events(database, registration_id)) == 1


def test_an_event_the_lifecycle_refuses_is_not_stored_even_if_the_transaction_goes_on(
    database: Database, registration_id: RegistrationId
) -> None:
    with database.work() as work:
        with suppress(ValueError):
            work.registrations.append(registration_id, StepCompleted(_NOON, Step.FACE))
        work.record(AuditEvent.STEP_COMPLETED, actor="officer1", subject=registration_id.text)
    assert len(_events(database, registration_id)) == 1


def test_a_row_that_cannot_be_read_makes_the_registration_unreadable_rather_than_shorter(
    database: Database, registration_id: RegistrationId, around: Around
) -> None:
    _append(database, registration_id, ConsentGiven(_NOON, "eng", "v1"))
    with around() as connection:
        connection.execute("UPDATE registration_event SET kind = 'Promoted' WHERE number = 2")
    with pytest.raises(NotAuthentic) as refusal:
        _events(database, registration_id)
    assert refusal.value.code is EVENT_UNREADABLE


def test_events_come_back_in_the_order_they_happened(database: Database, registration_id: RegistrationId) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    assert list(_events(database, registration_id)[1:]) == _WHOLE_LIFE


def test_the_state_after_loading_is_the_fold_over_the_events(
    database: Database, registration_id: RegistrationId
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    with database.read() as work:
        state = work.registrations.load(registration_id)
    assert state == fold(registration_id, _events(database, registration_id))


def test_events_of_one_registration_are_not_those_of_another(
    database: Database, registration_id: RegistrationId, start: StartRegistration
) -> None:
    with database.work() as work:
        other = start(work, 2)
        work.record(AuditEvent.REGISTRATION_STARTED, actor="officer1")
    _append(database, registration_id, ConsentGiven(_NOON, "eng", "v1"))
    assert len(_events(database, other)) == 1


def test_drafts_come_with_the_last_changed_first(
    database: Database, registration_id: RegistrationId, start: StartRegistration
) -> None:
    with database.work() as work:
        other = start(work, 2)
        work.record(AuditEvent.REGISTRATION_STARTED, actor="officer1")
    _append(database, other, ConsentGiven(_NOON + timedelta(milliseconds=1), "eng", "v1"))
    _append(database, registration_id, ConsentGiven(_NOON + timedelta(milliseconds=2), "eng", "v1"))
    with database.read() as work:
        drafts = [(state.id, changed) for state, changed in work.registrations.drafts()]
    assert drafts == [
        (registration_id, _NOON + timedelta(milliseconds=2)),
        (other, _NOON + timedelta(milliseconds=1)),
    ]


@pytest.mark.parametrize(
    "end", [Sealed(_NOON, "10002-1", "C" * 64, 1000), Discarded(_NOON, "officer1", "applicant left")]
)
def test_what_is_sealed_or_discarded_is_no_draft_any_more(
    database: Database, registration_id: RegistrationId, end: Event
) -> None:
    _append(database, registration_id, end)
    with database.read() as work:
        assert work.registrations.drafts() == ()


def test_after_destruction_only_that_there_was_a_registration_remains(
    database: Database, registration_id: RegistrationId
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    _destroy(database, registration_id)
    left = [type(event) for event in _events(database, registration_id)]
    ending = [Signed, Sealed, ReviewWanted, Reviewed, ReviewSigned, Synced, Uploaded, ProofTaken, Discarded]
    assert left == [Started, RequestNamed, *ending]


def test_the_life_destroyed_in_these_tests_has_every_kind_of_event() -> None:
    assert {Started, *map(type, _WHOLE_LIFE)} == set(get_args(lifecycle.Event))


_SAID = ["Erika", "L01X00T47", "lost as a child", "leftEye", _BLOB.name]


def test_no_row_of_a_destroyed_registration_holds_what_the_person_said(
    database: Database, registration_id: RegistrationId, around: Around
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    _destroy(database, registration_id)
    with around() as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
        ]  # what a virtual table holds lies in others
        left = repr([connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables])
    assert registration_id.text in left
    assert [said for said in _SAID if said in left] == []


def _decrypted(path: Path, key: bytes) -> bytes:
    """Every page in the clear, the free ones too. SQLCipher 4: the salt is the first page's first 16 octets;
    each page ends with 80 octets, of which the first 16 are its initial vector."""
    content, pages = path.read_bytes(), []
    for start in range(0, len(content), 4096):
        page = content[start : start + 4096]
        decryptor = Cipher(AES256(key), CBC(page[-80:-64])).decryptor()
        pages.append(decryptor.update(page[16 if start == 0 else 0 : -80]))
    return b"".join(pages)


def test_not_even_with_the_key_is_destroyed_content_found_in_the_files_free_pages(
    database: Database, registration_id: RegistrationId, path: Path, key: bytes
) -> None:
    long_name = DemographicsEntered(_NOON, {"fullName": "Erika Mustermann " * 2000})
    _append(database, registration_id, *_WHOLE_LIFE[:14], long_name)
    database.close()
    before = _decrypted(path, key)
    again = Database.open(path, key, lambda: _NOON)
    _destroy(again, registration_id)
    again.close()
    after = _decrypted(path, key)
    assert [said for said in _SAID if said.encode() in before] == _SAID
    assert len(after) == len(before)
    assert [said for said in _SAID if said.encode() in after] == []


def test_destruction_touches_no_other_registration(
    database: Database, registration_id: RegistrationId, start: StartRegistration
) -> None:
    with database.work() as work:
        other = start(work, 2)
        work.record(AuditEvent.REGISTRATION_STARTED, actor="officer1")
    _append(database, other, ConsentGiven(_NOON, "eng", "v1"))
    _destroy(database, registration_id)
    assert len(_events(database, other)) == 2


def test_a_destroyed_registration_still_takes_what_the_server_says_later(
    database: Database, registration_id: RegistrationId
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE[:-3])
    _destroy(database, registration_id)
    _append(database, registration_id, Synced(_NOON))
    with database.read() as work:
        state = work.registrations.load(registration_id)
    assert state.synced == Synced(_NOON)
    assert state.demographics == {}


# States that are remembered


def test_what_another_program_stored_counts_before_the_next_step(
    database: Database, registration_id: RegistrationId, path: Path, key: bytes
) -> None:
    _append(database, registration_id, ConsentGiven(_NOON, "eng", "v1"))
    _append_elsewhere(path, key, registration_id, DemographicsEntered(_NOON, {"fullName": "Erika Mustermann"}))
    _append(database, registration_id, StepCompleted(_NOON, Step.DOCUMENTS))
    assert _state(database, registration_id) == fold(registration_id, _events(database, registration_id))
    assert _state(database, registration_id).demographics_entered


def test_what_another_program_destroyed_is_not_remembered(
    database: Database, registration_id: RegistrationId, path: Path, key: bytes
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    other = Database.open(path, key, lambda: _NOON)
    _destroy(other, registration_id)
    other.close()
    assert _state(database, registration_id).demographics == {}


def test_what_was_undone_is_not_remembered(
    database: Database, registration_id: RegistrationId, path: Path, key: bytes
) -> None:
    with pytest.raises(InterruptedError), database.work() as work:
        work.registrations.append(registration_id, DemographicsEntered(_NOON, {"fullName": "Erika"}))
        raise InterruptedError
    _append_elsewhere(path, key, registration_id, ConsentGiven(_NOON, "eng", "v1"))
    assert not _state(database, registration_id).demographics_entered


def test_what_was_written_while_reading_is_not_remembered(
    database: Database, registration_id: RegistrationId, path: Path, key: bytes
) -> None:
    with database.read() as work:
        work.registrations.append(registration_id, DemographicsEntered(_NOON, {"fullName": "Erika"}))
    _append_elsewhere(path, key, registration_id, ConsentGiven(_NOON, "eng", "v1"))
    assert not _state(database, registration_id).demographics_entered


def test_the_state_after_a_step_is_the_one_that_is_read_from_the_disk(
    database: Database, registration_id: RegistrationId, path: Path, key: bytes
) -> None:
    causes: Any = ["exception"]  # a list where the disk gives a tuple
    confirmed = Confirmed(_NOON, "supervisor1", "b" * 64, causes, "signature")
    with pytest.warns(UserWarning, match="causes"):
        _append(database, registration_id, *_WHOLE_LIFE[:-4], confirmed)
    other = Database.open(path, key, lambda: _NOON)
    try:
        assert _state(database, registration_id) == _state(other, registration_id)
    finally:
        other.close()


def test_of_what_was_destroyed_nothing_stays_in_memory(
    database: Database, registration_id: RegistrationId
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    assert registration_id in database._states._states
    _destroy(database, registration_id)
    assert registration_id not in database._states._states


def test_who_reads_while_it_is_destroyed_does_not_bring_it_back_into_memory(
    database: Database, registration_id: RegistrationId
) -> None:
    _append(database, registration_id, *_WHOLE_LIFE)
    with database.read() as work:
        work.registrations.load(registration_id)
        _destroy(database, registration_id)
    assert registration_id not in database._states._states


def test_who_reads_while_the_database_is_closed_leaves_nothing_in_memory(
    database: Database, registration_id: RegistrationId
) -> None:
    with database.read() as work:
        work.registrations.load(registration_id)
        database.close()
    assert not database._states._states


def test_more_registrations_than_are_remembered_are_read_again(
    database: Database, start: StartRegistration
) -> None:
    with database.work() as work:
        ids = [start(work, number) for number in range(1, 67)]
        for each in ids:
            work.registrations.append(each, ConsentGiven(_NOON, "eng", "v1"))
        work.record(AuditEvent.REGISTRATION_STARTED, actor="officer1")
    assert all(_state(database, each).consent is not None for each in ids)
    assert len(database._states._states) == 64
