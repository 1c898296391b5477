"""Events as rows. What an earlier version wrote, every later version reads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain import lifecycle
from muster.domain.applicant import DocumentFacts, FormChoices, LocalizedText
from muster.domain.biometrics import (
    Attestation,
    AttestedBecause,
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
    CaptureEvent,
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
)
from muster.domain.person import Reply
from muster.domain.prefill import Conflict, Origin, PrefilledField, Resolution
from muster.domain.proofing import ProofOutcome
from muster.domain.registration import Process, Step
from muster.domain.review_decision import Decision, Reason
from muster.errors import NotAuthentic
from muster.store.event_codec import EVENT_UNREADABLE, decode, encode

_AT = datetime(2026, 3, 1, 12, 0, 0, 123_456, UTC)
_BLOB = BlobRef("0f0f0f0f", "a1a1a1a1", 3)
_FACTS = SampleFacts(
    attribute=BiometricAttribute.LEFT_INDEX,
    quality=61.5,
    attempts=2,
    forced=True,
    captured_at=_AT,
    device=DigitalId("S-1", "Mark", "One", "Finger", "Slap", "Provider", "PID"),
    device_code="D-1",
    device_service_version="0.9.5",
    attestation=Attestation("head", '{"bio":"<bioValue>"}', "sig", "0.9.5"),
    chain_hash="ABABABAB",
)
_SAID = PrefilledField(
    "fullName", LocalizedText.of(eng="Erika"), Origin.CHIP, 0.5, "proofOfIdentity", cut_off=True
)

# Rows as they lie in databases out there. A line here is never changed: when an event gets another shape, it
# gets a new kind or a migration, and a new line.
_GOLDEN: list[tuple[Event, str]] = [
    (
        Started(_AT, Process.NEW, ("eng", "ara"), "officer1", 0.1),
        '{"at":"2026-03-01T12:00:00.123456Z","process":"NEW","languages":["eng","ara"],'
        '"operator":"officer1","schema_version":0.1}',
    ),
    (
        ConsentGiven(_AT, "eng", "v1"),
        '{"at":"2026-03-01T12:00:00.123456Z","language":"eng","text_version":"v1"}',
    ),
    (
        DemographicsEntered(
            _AT,
            {"fullName": LocalizedText.of(eng="Erika", ara="إريكا"), "phone": "1"},
            FormChoices(("Contact",), {"fullName.eng": "her real name"}, ("phone",)),
            {"introducerUIN": "2"},
            {"fullName.eng": ("damn",)},
        ),
        '{"at":"2026-03-01T12:00:00.123456Z","values":{"fullName":{"values":[["eng","Erika"],'
        '["ara","إريكا"]]},"phone":"1"},"choices":{"groups":["Contact"],'
        '"words_kept":{"fullName.eng":"her real name"},"handles":["phone"],"suggested":[]},'
        '"aside":{"introducerUIN":"2"},"blocklisted":{"fullName.eng":["damn"]}}',
    ),
    (
        DemographicsDrafted(_AT, {"phone": "1"}),
        '{"at":"2026-03-01T12:00:00.123456Z","values":{"phone":"1"},'
        '"choices":{"groups":[],"words_kept":{},"handles":null,"suggested":[]}}',
    ),
    (
        DocumentAttached(_AT, DocumentFacts("proofOfIdentity", "DOC001", "pdf", None), _BLOB),
        '{"at":"2026-03-01T12:00:00.123456Z","facts":{"field":"proofOfIdentity","type_code":"DOC001",'
        '"format":"pdf","reference":null},"content":{"name":"0f0f0f0f","digest":"a1a1a1a1","size":3}}',
    ),
    (
        DocumentShared(_AT, "a1a1a1a1", "app.records.example", "piece", "b2b2b2b2"),
        '{"at":"2026-03-01T12:00:00.123456Z","digest":"a1a1a1a1","provider":"app.records.example",'
        '"piece":"piece","file":"b2b2b2b2"}',
    ),
    (
        DocumentRemoved(_AT, "proofOfIdentity"),
        '{"at":"2026-03-01T12:00:00.123456Z","field":"proofOfIdentity"}',
    ),
    (
        ProofSettled(_AT, ProofOutcome.PROVEN, "0a0b", "demo-registration", ("email",)),
        '{"at":"2026-03-01T12:00:00.123456Z","outcome":"proven","execution":"0a0b",'
        '"use_case":"demo-registration","about":["email"]}',
    ),
    (
        SampleCaptured(_AT, _FACTS, _BLOB),
        '{"at":"2026-03-01T12:00:00.123456Z","facts":{"attribute":"leftIndex","quality":61.5,"attempts":2,'
        '"forced":true,"captured_at":"2026-03-01T12:00:00.123456Z","device":{"serial":"S-1","make":"Mark",'
        '"model":"One","kind":"Finger","sub_kind":"Slap","provider":"Provider","provider_id":"PID"},'
        '"device_code":"D-1","device_service_version":"0.9.5","attestation":{"header":"head",'
        '"payload":"{\\"bio\\":\\"<bioValue>\\"}","signature":"sig","spec_version":"0.9.5"},'
        '"chain_hash":"ABABABAB"},"record":{"name":"0f0f0f0f","digest":"a1a1a1a1","size":3}}',
    ),
    (
        CaptureAttempted(_AT, CaptureGroup.LEFT_SLAP),
        '{"at":"2026-03-01T12:00:00.123456Z","group":"left_slap"}',
    ),
    (
        ExceptionMarked(_AT, BiometricException(BiometricAttribute.RIGHT_THUMB, ExceptionKind.PERMANENT, "lost")),
        '{"at":"2026-03-01T12:00:00.123456Z","exception":{"attribute":"rightThumb","kind":"Permanent",'
        '"reason":"lost","comment":""}}',
    ),
    (
        ExceptionCleared(_AT, BiometricAttribute.RIGHT_THUMB),
        '{"at":"2026-03-01T12:00:00.123456Z","attribute":"rightThumb"}',
    ),
    (
        StepCompleted(_AT, Step.DOCUMENTS),
        '{"at":"2026-03-01T12:00:00.123456Z","step":"documents"}',
    ),
    (
        PersonAnswered(_AT, Reply.AGREED, "ara", "d4d4d4d4", True, _BLOB),
        '{"at":"2026-03-01T12:00:00.123456Z","reply":"agreed","language":"ara","shown":"d4d4d4d4",'
        '"own_screen":true,"signature":{"name":"0f0f0f0f","digest":"a1a1a1a1","size":3},"cannot_sign":false}',
    ),
    (
        Signed(_AT, "officer1", "b2b2b2b2", "c2ln"),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"officer1","content_digest":"b2b2b2b2",'
        '"signature":"c2ln"}',
    ),
    (
        Sealed(_AT, "10002-1", "C3C3C3C3", 1000),
        '{"at":"2026-03-01T12:00:00.123456Z","packet_id":"10002-1","digest":"C3C3C3C3","size":1000}',
    ),
    (
        OperatorSampleTaken(_AT, "officer1", _FACTS, _BLOB),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"officer1","facts":{"attribute":"leftIndex","quality":61.5,'
        '"attempts":2,"forced":true,"captured_at":"2026-03-01T12:00:00.123456Z","device":{"serial":"S-1",'
        '"make":"Mark","model":"One","kind":"Finger","sub_kind":"Slap","provider":"Provider","provider_id":"PID"},'
        '"device_code":"D-1","device_service_version":"0.9.5","attestation":{"header":"head",'
        '"payload":"{\\"bio\\":\\"<bioValue>\\"}","signature":"sig","spec_version":"0.9.5"},'
        '"chain_hash":"ABABABAB"},"record":{"name":"0f0f0f0f","digest":"a1a1a1a1","size":3}}',
    ),
    (
        Confirmed(_AT, "supervisor1", "b2b2b2b2", ("exception",), "c2ln"),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"supervisor1","content_digest":"b2b2b2b2",'
        '"causes":["exception"],"signature":"c2ln"}',
    ),
    (
        ReviewWanted(_AT, "10002-1"),
        '{"at":"2026-03-01T12:00:00.123456Z","packet_id":"10002-1"}',
    ),
    (
        Reviewed(_AT, "supervisor1", "10002-1", Decision.SEND_BACK, Reason.POOR_CAPTURE),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"supervisor1","packet_id":"10002-1",'
        '"decision":"send_back","reason":"POC"}',
    ),
    (
        ReviewSigned(_AT, "supervisor1", "10002-1", Decision.APPROVE, None, "d4d4d4d4", "c2ln"),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"supervisor1","packet_id":"10002-1",'
        '"decision":"approve","reason":null,"batch":"d4d4d4d4","signature":"c2ln"}',
    ),
    (Synced(_AT), '{"at":"2026-03-01T12:00:00.123456Z"}'),
    (Uploaded(_AT, "received"), '{"at":"2026-03-01T12:00:00.123456Z","server_status":"received"}'),
    (
        ProofPutTogether(_AT, "max", BlobRef("a1b2", "d4d4", 4096)),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"max","archive":{"name":"a1b2","digest":"d4d4","size":4096}}',
    ),
    (
        ProofTaken(_AT, "max", "d4d4", 4096),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"max","digest":"d4d4","size":4096}',
    ),
    (
        Discarded(_AT, "officer1", "left"),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"officer1","reason":"left"}',
    ),
    (
        RequestNamed(_AT, "10001100020000120260201120000-BIOMETRIC_CORRECTION-1"),
        '{"at":"2026-03-01T12:00:00.123456Z","request":"10001100020000120260201120000-BIOMETRIC_CORRECTION-1"}',
    ),
    (
        ExceptionPhotoTaken(_AT, replace(_FACTS, attribute=BiometricAttribute.FACE), _BLOB),
        '{"at":"2026-03-01T12:00:00.123456Z","facts":{"attribute":"face","quality":61.5,"attempts":2,'
        '"forced":true,"captured_at":"2026-03-01T12:00:00.123456Z","device":{"serial":"S-1","make":"Mark",'
        '"model":"One","kind":"Finger","sub_kind":"Slap","provider":"Provider","provider_id":"PID"},'
        '"device_code":"D-1","device_service_version":"0.9.5","attestation":{"header":"head",'
        '"payload":"{\\"bio\\":\\"<bioValue>\\"}","signature":"sig","spec_version":"0.9.5"},'
        '"chain_hash":"ABABABAB"},"record":{"name":"0f0f0f0f","digest":"a1a1a1a1","size":3}}',
    ),
    (
        SampleJudged(
            _AT, BiometricAttribute.LEFT_INDEX, "0f0f0f0f", StationJudgement("NFIQ 2", 38.0, ("FINGER_DRY",))
        ),
        '{"at":"2026-03-01T12:00:00.123456Z","attribute":"leftIndex","record":"0f0f0f0f",'
        '"judgement":{"measure":"NFIQ 2","quality":38.0,"findings":["FINGER_DRY"]}}',
    ),
    (
        SampleJudged(_AT, BiometricAttribute.LEFT_EYE, "0f0f0f0f", StationJudgement("iris quality", None)),
        '{"at":"2026-03-01T12:00:00.123456Z","attribute":"leftEye","record":"0f0f0f0f",'
        '"judgement":{"measure":"iris quality","quality":null,"findings":[]}}',
    ),
    (
        SampleSetAside(_AT, BiometricAttribute.LEFT_INDEX, "0f0f0f0f"),
        '{"at":"2026-03-01T12:00:00.123456Z","attribute":"leftIndex","record":"0f0f0f0f"}',
    ),
    (
        PoorSamplesKept(_AT, (BiometricAttribute.LEFT_INDEX,), ForcedBecause.WORN),
        '{"at":"2026-03-01T12:00:00.123456Z","attributes":["leftIndex"],"because":"worn or damaged ridges",'
        '"comment":""}',
    ),
    (
        LivenessJudged(_AT, LivenessOutcome.ATTESTED, _BLOB, "0e0e0e0e", AttestedBecause.LIGHT),
        '{"at":"2026-03-01T12:00:00.123456Z","outcome":"attested","signals":{"name":"0f0f0f0f",'
        '"digest":"a1a1a1a1","size":3},"record":"0e0e0e0e","because":"light or camera"}',
    ),
    (
        LivenessJudged(_AT, LivenessOutcome.NOT_JUDGED, None),
        '{"at":"2026-03-01T12:00:00.123456Z","outcome":"not judged","signals":null,"record":"","because":null}',
    ),
    (
        OfIntroducer(CaptureAttempted(_AT, CaptureGroup.LEFT_SLAP)),
        '{"CaptureAttempted":{"at":"2026-03-01T12:00:00.123456Z","group":"left_slap"}}',
    ),
    (
        OfIntroducer(SampleSetAside(_AT, BiometricAttribute.LEFT_INDEX, "0f0f0f0f")),
        '{"SampleSetAside":{"at":"2026-03-01T12:00:00.123456Z","attribute":"leftIndex","record":"0f0f0f0f"}}',
    ),
    (
        IntroducerCompared(_AT, "officer1", is_operator=True),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"officer1","is_operator":true}',
    ),
    (
        FieldsRead(_AT, Origin.CHIP, "proofOfIdentity", (_SAID,)),
        '{"at":"2026-03-01T12:00:00.123456Z","origin":"chip","document":"proofOfIdentity","fields":[{"field":'
        '"fullName","value":{"values":[["eng","Erika"]]},"origin":"chip","confidence":0.5,"document":'
        '"proofOfIdentity","cut_off":true}]}',
    ),
    (
        FieldsFilled(_AT, {"phone": "1"}, (PrefilledField("phone", "1", Origin.BARCODE),)),
        '{"at":"2026-03-01T12:00:00.123456Z","values":{"phone":"1"},"fields":[{"field":"phone","value":"1",'
        '"origin":"barcode","confidence":null,"document":"","cut_off":false}]}',
    ),
    (
        ConflictDecided(_AT, "officer1", Conflict(_SAID, "Erica", Resolution.KEPT_TYPED)),
        '{"at":"2026-03-01T12:00:00.123456Z","operator":"officer1","conflict":{"said":{"field":"fullName","value":'
        '{"values":[["eng","Erika"]]},"origin":"chip","confidence":0.5,"document":"proofOfIdentity","cut_off":true},'
        '"standing":"Erica","resolution":"kept_typed"}}',
    ),
    (
        ChipRead(_AT, "proofOfIdentity", ChipAuthenticity.GENUINE, ("CHIP_DOCUMENT_EXPIRED",), _BLOB),
        '{"at":"2026-03-01T12:00:00.123456Z","document":"proofOfIdentity","authenticity":"genuine","findings":'
        '["CHIP_DOCUMENT_EXPIRED"],"portrait":{"name":"0f0f0f0f","digest":"a1a1a1a1","size":3}}',
    ),
    (
        PortraitCompared(_AT, "proofOfIdentity", "0f0f0f0f", "0e0e0e0e", 0.5, 0.25),
        '{"at":"2026-03-01T12:00:00.123456Z","document":"proofOfIdentity","portrait":"0f0f0f0f","face":"0e0e0e0e",'
        '"score":0.5,"threshold":0.25}',
    ),
]


def _kind(value: object) -> str:
    return type(value).__name__ if not isinstance(value, str) else ""


@pytest.mark.parametrize("kind", ["", "Promoted", "started", "BlobRef", "Registration", "Event"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(NotAuthentic) as refusal:
        decode(kind, '{"at":"2026-03-01T12:00:00Z"}')
    assert refusal.value.code is EVENT_UNREADABLE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"at":"2026-03-01T12:00:00Z"',
        pytest.param('{"at":"noon","language":"eng","text_version":"v1"}', id="no time"),
        pytest.param('{"at":"2026-03-01T12:00:00Z","language":"eng"}', id="a field is missing"),
        pytest.param('{"at":"2026-03-01T12:00:00Z","language":1,"text_version":"v1"}', id="number for text"),
        pytest.param('{"at":"2026-03-01T12:00:00Z","language":null,"text_version":"v1"}', id="null for text"),
    ],
)
def test_a_body_that_is_not_of_its_kind_is_refused(body: str) -> None:
    with pytest.raises(NotAuthentic) as refusal:
        decode("ConsentGiven", body)
    assert refusal.value.code is EVENT_UNREADABLE


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("CaptureAttempted", '{"at":"2026-03-01T12:00:00Z","group":"left_foot"}'),
        ("StepCompleted", '{"at":"2026-03-01T12:00:00Z","step":"tea"}'),
        ("ExceptionCleared", '{"at":"2026-03-01T12:00:00Z","attribute":"leftToe"}'),
        (
            "ExceptionMarked",
            '{"at":"2026-03-01T12:00:00Z","exception":{"attribute":"face","kind":"Permanent","reason":""}}',
        ),
    ],
)
def test_a_word_outside_its_closed_set_is_refused(kind: str, body: str) -> None:
    with pytest.raises(NotAuthentic):
        decode(kind, body)


@pytest.mark.parametrize(
    "body",
    [
        '{"at":"2026-03-01T12:00:00Z","group":"left_slap"}',
        '{"Signed":{"at":"2026-03-01T12:00:00Z","operator":"o","content_digest":"","signature":""}}',
        '{"CaptureAttempted":{"at":"2026-03-01T12:00:00Z"}}',
        '{"CaptureAttempted":{"at":"2026-03-01T12:00:00Z","group":"thumbs"},"a":{}}',
    ],
)
def test_what_happened_to_an_introducer_is_a_capture_and_nothing_else(body: str) -> None:
    with pytest.raises(NotAuthentic) as refusal:
        decode("OfIntroducer", body)
    assert refusal.value.code is EVENT_UNREADABLE


def test_a_quality_that_is_no_number_is_refused() -> None:
    _, body = encode(SampleCaptured(_AT, _FACTS, _BLOB))
    with pytest.raises(NotAuthentic):
        decode("SampleCaptured", body.replace("61.5", "NaN"))


def test_a_judgement_that_is_no_number_is_refused() -> None:
    judgement = '{"measure":"","quality":NaN}'
    body = f'{{"at":"2026-03-01T12:00:00Z","attribute":"leftIndex","record":"0","judgement":{judgement}}}'
    with pytest.raises(NotAuthentic):
        decode("SampleJudged", body)


def test_a_refusal_does_not_quote_what_the_person_said() -> None:
    with pytest.raises(NotAuthentic) as refusal:
        decode("DemographicsEntered", '{"at":"2026-03-01T12:00:00Z","values":["Mustermann"]}')
    assert "Mustermann" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_every_kind_of_event_has_a_golden_row() -> None:
    assert {type(event) for event, _ in _GOLDEN} == set(get_args(lifecycle.Event))


@pytest.mark.parametrize(("event", "body"), _GOLDEN, ids=_kind)
def test_a_stored_row_reads_as_its_event(event: Event, body: str) -> None:
    assert decode(_kind(event), body) == event


@pytest.mark.parametrize(("event", "body"), _GOLDEN, ids=_kind)
def test_an_event_is_written_as_its_stored_row(event: Event, body: str) -> None:
    assert encode(event) == (_kind(event), body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "ExceptionMarked",
            '{"at":"2026-03-01T12:00:00Z","exception":{"attribute":"rightThumb","kind":"Permanent","reason":"lost"}}',
        ),
        (
            "PoorSamplesKept",
            '{"at":"2026-03-01T12:00:00Z","attributes":["leftIndex"],"because":"worn or damaged ridges"}',
        ),
    ],
)
def test_what_was_stored_before_officers_could_comment_has_none(kind: str, body: str) -> None:
    event = decode(kind, body)
    said = event.exception if isinstance(event, ExceptionMarked) else event
    assert isinstance(said, BiometricException | PoorSamplesKept)
    assert said.comment == ""


@pytest.mark.parametrize("kind", [DemographicsEntered, DemographicsDrafted])
def test_a_form_that_was_stored_before_officers_could_choose_has_no_choices(kind: type[Event]) -> None:
    event = decode(kind.__name__, '{"at":"2026-03-01T12:00:00Z","values":{"phone":"1"}}')
    assert event == kind(datetime(2026, 3, 1, 12, tzinfo=UTC), {"phone": "1"})  # type: ignore[call-arg]


def test_an_answer_that_was_stored_before_anybody_could_say_so_is_of_somebody_who_can_sign() -> None:
    body = '{"at":"2026-03-01T12:00:00Z","reply":"agreed","language":"eng","shown":"d4","own_screen":true}'
    event = decode("PersonAnswered", body)
    assert isinstance(event, PersonAnswered) and not event.cannot_sign


@pytest.mark.parametrize("event", [event for event, _ in _GOLDEN], ids=_kind)
def test_a_time_that_was_read_knows_its_zone(event: Event) -> None:
    assert decode(*encode(event)).at.utcoffset() is not None


_TIMES = st.datetimes(timezones=st.just(UTC))
_TEXTS = st.text(max_size=20)
_BLOBS = st.builds(BlobRef, _TEXTS, _TEXTS, st.integers(0, 2**40))
_VALUES = st.dictionaries(
    _TEXTS, _TEXTS | st.lists(st.tuples(_TEXTS, _TEXTS), max_size=3).map(tuple).map(LocalizedText), max_size=4
)
_SAMPLES = st.builds(
    SampleFacts,
    attribute=st.sampled_from(BiometricAttribute),
    quality=st.floats(0, 100),
    attempts=st.integers(0, 1000),
    forced=st.booleans(),
    captured_at=_TIMES,
    device=st.builds(DigitalId, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS),
    device_code=_TEXTS,
    device_service_version=_TEXTS,
    attestation=st.builds(Attestation, _TEXTS, _TEXTS, _TEXTS, _TEXTS),
    chain_hash=_TEXTS,
)
_MARKED = st.builds(
    BiometricException,
    st.sampled_from([each for each in BiometricAttribute if each is not BiometricAttribute.FACE]),
    st.sampled_from(ExceptionKind),
    _TEXTS,
)
_EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Started,
        _TIMES,
        st.sampled_from(Process),
        st.lists(_TEXTS).map(tuple),
        _TEXTS,
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.builds(ConsentGiven, _TIMES, _TEXTS, _TEXTS),
    st.builds(DemographicsEntered, _TIMES, _VALUES),
    st.builds(DemographicsDrafted, _TIMES, _VALUES),
    st.builds(
        DocumentAttached, _TIMES, st.builds(DocumentFacts, _TEXTS, _TEXTS, _TEXTS, st.none() | _TEXTS), _BLOBS
    ),
    st.builds(DocumentRemoved, _TIMES, _TEXTS),
    st.builds(DocumentShared, _TIMES, _TEXTS, _TEXTS, _TEXTS, _TEXTS),
    st.builds(SampleCaptured, _TIMES, _SAMPLES, _BLOBS),
    st.builds(
        SampleJudged,
        _TIMES,
        st.sampled_from(BiometricAttribute),
        _TEXTS,
        st.builds(StationJudgement, _TEXTS, st.none() | st.floats(0, 100), st.lists(_TEXTS).map(tuple)),
    ),
    st.builds(SampleSetAside, _TIMES, st.sampled_from(BiometricAttribute), _TEXTS),
    st.builds(
        PoorSamplesKept,
        _TIMES,
        st.lists(st.sampled_from(BiometricAttribute)).map(tuple),
        st.sampled_from(ForcedBecause),
    ),
    st.builds(LivenessJudged, _TIMES),
    st.builds(CaptureAttempted, _TIMES, st.sampled_from(CaptureGroup)),
    st.builds(ExceptionMarked, _TIMES, _MARKED),
    st.builds(ExceptionCleared, _TIMES, st.sampled_from(BiometricAttribute)),
    st.builds(ExceptionPhotoTaken, _TIMES, _SAMPLES, _BLOBS),
    st.builds(RequestNamed, _TIMES, _TEXTS),
    st.builds(StepCompleted, _TIMES, st.sampled_from(Step)),
    st.builds(Signed, _TIMES, _TEXTS, _TEXTS, _TEXTS),
    st.builds(Sealed, _TIMES, _TEXTS, _TEXTS, st.integers(0, 2**40)),
    st.builds(Synced, _TIMES),
    st.builds(Uploaded, _TIMES, _TEXTS),
    st.builds(ProofPutTogether, _TIMES, _TEXTS, _BLOBS),
    st.builds(ProofTaken, _TIMES, _TEXTS, _TEXTS, st.integers(0, 2**40)),
    st.builds(Discarded, _TIMES, _TEXTS, _TEXTS),
)


_OF_INTRODUCERS = _EVENTS.filter(lambda event: isinstance(event, CaptureEvent)).map(OfIntroducer)


@given(_EVENTS | _OF_INTRODUCERS)
def test_reading_gives_back_every_event_that_was_written(event: Event) -> None:
    kind, body = encode(event)
    assert decode(kind, body) == event
    json.loads(body)
