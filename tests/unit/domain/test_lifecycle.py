"""State is a fold over what happened: crash anywhere, replay, and continue at the same finger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.applicant import DocumentFacts, LocalizedText
from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    ForcedBecause,
    SampleFacts,
    StationJudgement,
)
from muster.domain.lifecycle import (
    BlobRef,
    CaptureAttempted,
    ConsentGiven,
    DemographicsDrafted,
    DemographicsEntered,
    Discarded,
    DocumentAttached,
    DocumentRemoved,
    Event,
    ExceptionCleared,
    ExceptionMarked,
    ExceptionPhotoTaken,
    PersonAnswered,
    PoorSamplesKept,
    ProofSettled,
    Registration,
    RequestNamed,
    SampleCaptured,
    SampleJudged,
    SampleSetAside,
    Sealed,
    Signed,
    Started,
    StepCompleted,
    Synced,
    Uploaded,
    apply,
    fold,
)
from muster.domain.person import Question, Reply
from muster.domain.proofing import ProofOutcome
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step

_NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_RID = RegistrationId("10001100020000320260301120000")
_START = Started(_NOON, Process.NEW, ("eng", "ara"), "officer1", 0.1)
_BLOB = BlobRef("0" * 32, "a" * 64, 3)
_SIGNED = Signed(_NOON, "officer1", "b" * 64, "signature")
_PREVIEWED = StepCompleted(_NOON, Step.PREVIEW)
_SAY_SO = [Step.DOCUMENTS, Step.PREVIEW]
_EXCEPTIONAL = [each for each in BiometricAttribute if each is not BiometricAttribute.FACE]


def _facts(attribute: BiometricAttribute, quality: float = 80.0) -> SampleFacts:
    return SampleFacts(
        attribute=attribute,
        quality=quality,
        attempts=1,
        forced=False,
        captured_at=_NOON,
        device=DigitalId("S-1", "Mark", "One", "Finger", "Slap", "Provider", "PID"),
        device_code="D-1",
        device_service_version="0.9.5",
        attestation=Attestation("", "", "", "0.9.5"),
    )


def _sample(attribute: BiometricAttribute, quality: float = 80.0) -> SampleCaptured:
    return SampleCaptured(_NOON, _facts(attribute, quality), _BLOB)


_PHOTO = ExceptionPhotoTaken(_NOON, _facts(BiometricAttribute.FACE), _BLOB)


def _judged(attribute: BiometricAttribute, quality: float, record: BlobRef = _BLOB) -> SampleJudged:
    return SampleJudged(_NOON, attribute, record.name, StationJudgement("NFIQ 2-compatible", quality))


def _missing(attribute: BiometricAttribute, reason: str = "lost") -> ExceptionMarked:
    return ExceptionMarked(_NOON, BiometricException(attribute, ExceptionKind.PERMANENT, reason))


def _document(field: str, type_code: str = "DOC001") -> DocumentAttached:
    return DocumentAttached(_NOON, DocumentFacts(field, type_code, "pdf"), _BLOB)


def _after(*events: Event) -> Registration:
    return fold(_RID, [_START, *events])


_CONTENT: st.SearchStrategy[Event] = st.one_of(
    st.just(ConsentGiven(_NOON, "eng", "v1")),
    st.sampled_from(["Erika", "Max"]).map(lambda name: DemographicsEntered(_NOON, {"fullName": name})),
    st.sampled_from(["Er", "Ma"]).map(lambda name: DemographicsDrafted(_NOON, {"fullName": name})),
    st.sampled_from(["proofOfIdentity", "proofOfAddress"]).map(_document),
    st.sampled_from(["proofOfIdentity", "proofOfAddress"]).map(lambda name: DocumentRemoved(_NOON, name)),
    st.builds(_sample, st.sampled_from(BiometricAttribute), st.integers(0, 100).map(float)),
    st.builds(_missing, st.sampled_from(_EXCEPTIONAL), st.sampled_from(["lost", "bandaged"])),
    st.sampled_from(_EXCEPTIONAL).map(lambda attribute: ExceptionCleared(_NOON, attribute)),
    st.just(_PHOTO),
    st.just(StepCompleted(_NOON, Step.DOCUMENTS)),
)
_REST: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from(CaptureGroup).map(lambda group: CaptureAttempted(_NOON, group)),
    st.just(_PREVIEWED),
    st.just(RequestNamed(_NOON, f"{_RID}-BIOMETRIC_CORRECTION-1")),
    st.sampled_from(["1" * 64, "2" * 64]).map(lambda digest: replace(_SIGNED, content_digest=digest)),
    st.builds(_judged, st.sampled_from(BiometricAttribute), st.integers(0, 100).map(float)),
    st.just(PoorSamplesKept(_NOON, (BiometricAttribute.LEFT_THUMB,), ForcedBecause.WORN)),
    st.just(Sealed(_NOON, "10002-1", "C" * 64, 1000)),
    st.just(Synced(_NOON)),
    st.just(Uploaded(_NOON, "Packet is in PACKET_RECEIVED status")),
    st.just(Discarded(_NOON, "officer1", "applicant left")),
)
_EVENTS = st.lists(st.one_of(_CONTENT, _REST), max_size=25)
_CHANGES_NO_CONTENT = (
    CaptureAttempted,
    PoorSamplesKept,
    RequestNamed,
    SampleJudged,
    Signed,
    Sealed,
    Synced,
    Uploaded,
    Discarded,
)


def _changes_content(event: Event) -> bool:
    return not isinstance(event, _CHANGES_NO_CONTENT) and event != _PREVIEWED


def _since_last_change(events: list[Event]) -> list[Event]:
    changes = [position for position, event in enumerate(events) if _changes_content(event)]
    return events[changes[-1] + 1 :] if changes else events


# What is refused


def test_nothing_is_no_registration() -> None:
    with pytest.raises(ValueError, match="begins with its start"):
        fold(_RID, [])


def test_a_registration_that_does_not_begin_with_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with its start"):
        fold(_RID, [ConsentGiven(_NOON, "eng", "v1"), _START])


def test_a_registration_starts_once() -> None:
    with pytest.raises(ValueError, match="starts once"):
        _after(_START)


@pytest.mark.parametrize("step", [each for each in Step if each not in _SAY_SO])
def test_a_step_with_an_answer_is_not_done_by_saying_so(step: Step) -> None:
    with pytest.raises(ValueError, match="only documents and preview"):
        _after(StepCompleted(_NOON, step))


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(ValueError, match="str changes no content"):
        apply(_after(), "not an event")  # type: ignore[arg-type]


# The fold as a whole


@given(_EVENTS, st.data())
def test_a_fold_cut_anywhere_and_continued_step_by_step_gives_the_same_state(
    events: list[Event], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(events)))
    state = _after(*events[:cut])
    for event in events[cut:]:
        state = apply(state, event)
    assert state == _after(*events)


@given(_EVENTS)
def test_applying_an_event_leaves_the_state_before_it_as_it_was(events: list[Event]) -> None:
    state = _after()
    for event in events:
        before, content = state, (dict(state.samples), dict(state.exceptions), dict(state.attempts))
        state = apply(state, event)
        assert content == (dict(before.samples), dict(before.exceptions), dict(before.attempts))


@given(_EVENTS)
def test_the_preview_counts_only_if_nothing_changed_after_it(events: list[Event]) -> None:
    assert _after(*events).previewed == (_PREVIEWED in _since_last_change(events))


@given(_EVENTS)
def test_the_signature_that_counts_is_the_last_one_after_the_last_change(events: list[Event]) -> None:
    signatures = [event for event in _since_last_change(events) if isinstance(event, Signed)]
    assert _after(*events).signed == (signatures[-1] if signatures else None)


@given(_EVENTS)
def test_no_attribute_is_both_sample_and_exception(events: list[Event]) -> None:
    state = _after(*events)
    assert set(state.samples) & set(state.exceptions) == set()


@given(_EVENTS, st.sampled_from(_EXCEPTIONAL))
def test_the_last_word_on_an_attribute_counts(events: list[Event], attribute: BiometricAttribute) -> None:
    sample, exception = None, None
    for event in events:
        if isinstance(event, SampleCaptured) and event.facts.attribute is attribute:
            sample, exception = event, None
        elif isinstance(event, ExceptionMarked) and event.exception.attribute is attribute:
            sample, exception = None, event.exception
        elif isinstance(event, ExceptionCleared) and event.attribute is attribute:
            exception = None
    state = _after(*events)
    assert (state.samples.get(attribute), state.exceptions.get(attribute)) == (sample, exception)


@given(_EVENTS, st.sampled_from(CaptureGroup))
def test_every_attempt_is_counted(events: list[Event], group: CaptureGroup) -> None:
    made = [event for event in events if isinstance(event, CaptureAttempted) and event.group is group]
    assert _after(*events).attempts.get(group, 0) == len(made)


@given(_EVENTS)
def test_a_registration_is_a_draft_until_it_is_sealed_or_discarded(events: list[Event]) -> None:
    ended = any(isinstance(event, Sealed | Discarded) for event in events)
    assert _after(*events).is_draft is not ended


# Changed answers


@pytest.mark.parametrize(
    "change",
    [
        ConsentGiven(_NOON, "ara", "v1"),
        DemographicsEntered(_NOON, {"fullName": "Max"}),
        DemographicsDrafted(_NOON, {"fullName": "Ma"}),
        _document("proofOfIdentity"),
        DocumentRemoved(_NOON, "proofOfIdentity"),
        _sample(BiometricAttribute.FACE),
        _missing(BiometricAttribute.LEFT_EYE),
        ExceptionCleared(_NOON, BiometricAttribute.LEFT_EYE),
        _PHOTO,
        StepCompleted(_NOON, Step.DOCUMENTS),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_changed_answer_takes_preview_and_signature_back(change: Event) -> None:
    state = _after(_PREVIEWED, _SIGNED, change)
    assert not state.previewed
    assert state.signed is None


def test_an_attempt_that_kept_nothing_takes_nothing_back() -> None:
    state = _after(_PREVIEWED, _SIGNED, CaptureAttempted(_NOON, CaptureGroup.FACE))
    assert state.previewed
    assert state.signed == _SIGNED


def test_corrected_demographics_replace_the_earlier_ones_as_a_whole() -> None:
    first = DemographicsEntered(_NOON, {"fullName": LocalizedText.of(eng="Erika"), "phone": "1"})
    second = DemographicsEntered(_NOON, {"fullName": LocalizedText.of(eng="Erika Mustermann")})
    assert _after(first, second).demographics == second.values


def test_an_unfinished_form_is_kept_but_is_not_the_answer_to_the_step() -> None:
    state = _after(DemographicsDrafted(_NOON, {"fullName": "Er"}))
    assert state.demographics == {"fullName": "Er"}
    assert not state.is_done(Step.DEMOGRAPHICS)


def test_a_form_being_corrected_is_to_be_confirmed_again() -> None:
    entered = DemographicsEntered(_NOON, {"fullName": "Erika"})
    assert not _after(entered, DemographicsDrafted(_NOON, {"fullName": "Er"})).is_done(Step.DEMOGRAPHICS)


def test_what_is_changed_in_the_entered_values_afterwards_is_not_in_the_state() -> None:
    values = {"fullName": "Erika"}
    state = _after(DemographicsEntered(_NOON, values))
    values["fullName"] = "Max"
    assert state.demographics == {"fullName": "Erika"}


def test_a_finger_taken_again_replaces_the_earlier_sample() -> None:
    better = _sample(BiometricAttribute.LEFT_THUMB, 90.0)
    state = _after(_sample(BiometricAttribute.LEFT_THUMB, 50.0), better)
    assert state.samples == {BiometricAttribute.LEFT_THUMB: better}


def test_an_exception_replaces_the_sample() -> None:
    state = _after(_sample(BiometricAttribute.LEFT_THUMB), _missing(BiometricAttribute.LEFT_THUMB))
    assert state.samples == {}
    assert set(state.exceptions) == {BiometricAttribute.LEFT_THUMB}


def test_a_judgement_belongs_to_the_sample_it_was_made_of() -> None:
    thumb, later = BiometricAttribute.LEFT_THUMB, BlobRef("1" * 32, "b" * 64, 3)
    again = SampleCaptured(_NOON, _facts(thumb), later)
    assert _after(_sample(thumb), again, _judged(thumb, 20)).judgements == {}
    assert _after(_sample(thumb), _judged(thumb, 20), again).judgements == {}
    assert _after(_sample(thumb), again, _judged(thumb, 60, later)).judgements[thumb].quality == 60


def test_a_judgement_takes_neither_preview_nor_signature_back() -> None:
    state = _after(_sample(BiometricAttribute.LEFT_THUMB), _PREVIEWED, _SIGNED)
    judged = apply(state, _judged(BiometricAttribute.LEFT_THUMB, 50))
    assert judged.previewed and judged.signed == _SIGNED and judged.judgements


def test_a_sample_that_is_set_aside_opens_its_step_and_takes_the_signature_back() -> None:
    thumb = BiometricAttribute.LEFT_THUMB
    state = _after(
        _missing(BiometricAttribute.RIGHT_THUMB), _sample(thumb), _judged(thumb, 9), _PREVIEWED, _SIGNED
    )
    assert state.is_done(Step.THUMBS)
    aside = apply(state, SampleSetAside(_NOON, thumb, _BLOB.name))
    assert not aside.is_done(Step.THUMBS) and not aside.judgements
    assert not aside.previewed and aside.signed is None


def test_setting_an_earlier_sample_aside_leaves_the_one_that_counts_now() -> None:
    thumb = BiometricAttribute.LEFT_THUMB
    state = _after(_sample(thumb), _PREVIEWED, SampleSetAside(_NOON, thumb, "another"))
    assert state.samples and state.previewed


def test_the_reason_for_a_poor_sample_goes_with_the_sample() -> None:
    thumb = BiometricAttribute.LEFT_THUMB
    kept = PoorSamplesKept(_NOON, (thumb,), ForcedBecause.INJURY)
    assert _after(_sample(thumb), kept).forced_because == {thumb: kept}
    assert _after(_sample(thumb), kept, _sample(thumb)).forced_because == {}


def test_a_sample_replaces_the_exception() -> None:
    state = _after(_missing(BiometricAttribute.LEFT_THUMB), _sample(BiometricAttribute.LEFT_THUMB))
    assert state.exceptions == {}
    assert set(state.samples) == {BiometricAttribute.LEFT_THUMB}


def test_a_cleared_exception_does_not_bring_an_earlier_sample_back() -> None:
    thumb = BiometricAttribute.LEFT_THUMB
    state = _after(_sample(thumb), _missing(thumb), ExceptionCleared(_NOON, thumb))
    assert (state.samples, state.exceptions) == ({}, {})


def test_a_document_attached_again_replaces_the_one_in_its_field() -> None:
    state = _after(_document("proofOfIdentity", "DOC001"), _document("proofOfIdentity", "DOC002"))
    assert [each.facts.type_code for each in state.documents.values()] == ["DOC002"]


def test_a_removed_document_asks_for_the_documents_to_be_confirmed_again() -> None:
    state = _after(
        _document("proofOfIdentity"),
        StepCompleted(_NOON, Step.DOCUMENTS),
        DocumentRemoved(_NOON, "proofOfIdentity"),
    )
    assert state.documents == {}
    assert not state.is_done(Step.DOCUMENTS)


def test_removing_what_was_never_attached_removes_nothing_else() -> None:
    state = _after(_document("proofOfIdentity"), DocumentRemoved(_NOON, "proofOfAddress"))
    assert set(state.documents) == {"proofOfIdentity"}


# Steps


@pytest.mark.parametrize(
    ("step", "event"),
    [
        (Step.CONSENT, ConsentGiven(_NOON, "eng", "v1")),
        (Step.DEMOGRAPHICS, DemographicsEntered(_NOON, {})),
        (Step.DOCUMENTS, StepCompleted(_NOON, Step.DOCUMENTS)),
        (Step.FACE, _sample(BiometricAttribute.FACE)),
        (Step.PREVIEW, _PREVIEWED),
        (Step.SIGNATURE, _SIGNED),
    ],
)
def test_the_answer_to_a_step_is_what_makes_it_done(step: Step, event: Event) -> None:
    assert not _after().is_done(step)
    assert _after(event).is_done(step)
    nothing_asked = [Step.EXCEPTION_PHOTO]  # as long as there is no exception
    assert [each for each in Step if _after(event).is_done(each) and each not in nothing_asked] == [step]


def test_attached_documents_are_not_yet_the_end_of_the_step() -> None:
    assert not _after(_document("proofOfIdentity")).is_done(Step.DOCUMENTS)


def test_a_hand_with_one_finger_neither_taken_nor_excepted_is_not_done() -> None:
    fingers = CaptureGroup.LEFT_SLAP.attributes
    assert not _after(*[_sample(each) for each in fingers[:-1]]).is_done(Step.LEFT_SLAP)


def test_a_hand_is_done_with_samples_and_exceptions_together() -> None:
    fingers = CaptureGroup.LEFT_SLAP.attributes
    state = _after(*[_sample(each) for each in fingers[:-1]], _missing(fingers[-1]))
    assert state.is_done(Step.LEFT_SLAP)
    assert not state.is_done(Step.RIGHT_SLAP)


def test_the_photo_is_asked_for_by_an_exception_alone() -> None:
    assert _after().is_done(Step.EXCEPTION_PHOTO)
    assert not _after(_missing(BiometricAttribute.LEFT_EYE)).is_done(Step.EXCEPTION_PHOTO)
    assert _after(_missing(BiometricAttribute.LEFT_EYE), _PHOTO).is_done(Step.EXCEPTION_PHOTO)


def test_one_more_exception_asks_for_another_photo() -> None:
    marked = _after(_missing(BiometricAttribute.LEFT_EYE), _PHOTO)
    assert not apply(marked, _missing(BiometricAttribute.RIGHT_EYE)).is_done(Step.EXCEPTION_PHOTO)
    assert apply(marked, _missing(BiometricAttribute.LEFT_EYE, "bandaged")).exception_photo == _PHOTO


@pytest.mark.parametrize(
    "event",
    [ExceptionCleared(_NOON, BiometricAttribute.LEFT_EYE), _sample(BiometricAttribute.LEFT_EYE)],
    ids=lambda event: type(event).__name__,
)
def test_the_last_exception_takes_the_photo_along(event: Event) -> None:
    one: list[Event] = [_missing(BiometricAttribute.LEFT_EYE), _PHOTO]
    two: list[Event] = [_missing(BiometricAttribute.RIGHT_EYE), *one]
    assert _after(*one, event).exception_photo is None
    assert _after(*two, event).exception_photo == _PHOTO


def test_a_correction_goes_under_the_registration_its_request_is_about() -> None:
    first = RegistrationId("10001100020000120260201120000")
    assert _after(RequestNamed(_NOON, f"{first}-BIOMETRIC_CORRECTION-1")).filed_under == first
    assert _after().filed_under == _RID


def test_the_next_step_is_the_first_one_not_done() -> None:
    assert _after().next_step() is Step.CONSENT
    assert _after(ConsentGiven(_NOON, "eng", "v1")).next_step() is Step.DEMOGRAPHICS


def test_a_step_left_out_of_the_plan_is_not_asked_for() -> None:
    assert _after().next_step([Step.FACE, Step.PREVIEW]) is Step.FACE


def test_no_step_follows_the_last_one() -> None:
    assert _after(_PREVIEWED, _SIGNED).next_step([Step.PREVIEW, Step.SIGNATURE]) is None


def test_a_change_at_the_end_leads_back_to_the_preview() -> None:
    state = _after(_PREVIEWED, _SIGNED, DemographicsEntered(_NOON, {"fullName": "Max"}))
    assert state.next_step([Step.DEMOGRAPHICS, Step.PREVIEW, Step.SIGNATURE]) is Step.PREVIEW


_PROVEN = ProofSettled(_NOON, ProofOutcome.PROVEN, "e", "case", ("email",))


def test_a_proof_of_identity_is_asked_for_where_the_plan_has_it_alone() -> None:
    assert not _after().is_done(Step.PROOFING)
    assert _after(_PROVEN).is_done(Step.PROOFING)
    assert Step.PROOFING not in USUAL_STEPS


@pytest.mark.parametrize("kind", [DemographicsEntered, DemographicsDrafted])
def test_a_proof_rests_on_what_it_was_about(kind: type[DemographicsEntered] | type[DemographicsDrafted]) -> None:
    said = DemographicsEntered(_NOON, {"fullName": "Max", "email": "max@mustermann.example"})
    assert _after(said, _PROVEN, kind(_NOON, {**said.values, "fullName": "Moritz"})).proof == _PROVEN
    assert _after(said, _PROVEN, kind(_NOON, {**said.values, "email": "moritz@mustermann.example"})).proof is None


def test_a_proof_given_late_takes_the_signature_back() -> None:
    assert _after(_PREVIEWED, _SIGNED, _PROVEN).signed is None


def _said(reply: Reply) -> PersonAnswered:
    return PersonAnswered(_NOON, reply, "eng", "d" * 64, own_screen=True)


def test_what_the_person_said_of_the_data_holds_until_the_data_changes() -> None:
    agreed, right = _said(Reply.AGREED), _said(Reply.RIGHT)
    state = _after(agreed, right)
    assert dict(state.answers) == {Question.CONSENT: agreed, Question.DATA: right}
    changed = apply(state, DemographicsEntered(_NOON, {"fullName": "Max"}))
    assert dict(changed.answers) == {Question.CONSENT: agreed}


def test_the_persons_word_on_the_data_leaves_the_preview_and_the_consent_takes_it_back() -> None:
    assert _after(_PREVIEWED, _said(Reply.RIGHT)).previewed
    assert not _after(_PREVIEWED, _said(Reply.AGREED)).previewed


def test_a_consent_by_the_officers_word_leaves_no_signature_of_another_one() -> None:
    agreed, consent = _said(Reply.AGREED), ConsentGiven(_NOON, "fra", "v2")
    assert dict(_after(consent, agreed).answers) == {Question.CONSENT: agreed}
    assert dict(_after(consent, agreed, consent).answers) == {}


def test_what_the_person_calls_wrong_takes_preview_and_signature_back_and_stays_said() -> None:
    wrong = _said(Reply.WRONG)
    state = _after(_PREVIEWED, _SIGNED, wrong)
    assert not state.previewed
    assert state.signed is None
    assert dict(state.answers) == {Question.DATA: wrong}


def test_what_the_person_says_after_the_signature_is_not_under_it() -> None:
    state = _after(_PREVIEWED, _SIGNED, _said(Reply.RIGHT))
    assert state.signed is None
    assert state.previewed
