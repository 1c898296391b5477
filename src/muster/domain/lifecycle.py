"""What happened to a registration, and the state that follows from it.

Rules:

1. An event is a past fact with a time; it is stored once and never changed.
2. State is a fold over the events in order; nothing else is remembered. Crash anywhere, reload the
   events, and the officer continues at the same finger.
3. A later answer replaces an earlier one (a finger taken again, a corrected name), and any change
   to the content after the preview takes the preview and the signature back.
4. Which steps are required is the caller's plan; whether a step is *done* is decided here.

Does not check whether an answer is good: that is the enrollment's business, before the event exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from muster.domain.applicant import DemographicValue, DocumentFacts, FormChoices
from muster.domain.biometrics import (
    AttestedBecause,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    ForcedBecause,
    LivenessOutcome,
    SampleFacts,
    StationJudgement,
)
from muster.domain.chips import ChipAuthenticity
from muster.domain.person import Question, Reply
from muster.domain.prefill import Conflict, Origin, PrefilledField
from muster.domain.proofing import ProofOutcome
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.domain.review_decision import Decision, Reason

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class BlobRef:
    """Where a sealed blob lies: its random name, the SHA-256 of its plaintext (hex) and its size."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Started:
    at: datetime
    process: Process
    languages: tuple[str, ...]
    operator: str
    schema_version: float


@dataclass(frozen=True, slots=True)
class RequestNamed:
    """The server's request for additional information that this registration (a correction) answers."""

    at: datetime
    request: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """``text_version`` names the wording that was read to the person."""

    at: datetime
    language: str
    text_version: str


@dataclass(frozen=True, slots=True)
class DemographicsEntered:
    """``aside`` stands behind fields that were hidden in the end: it is shown again when they are, and never
    delivered. ``blocklisted`` are words by field that stay; the reasons are among the choices."""

    at: datetime
    values: Mapping[str, DemographicValue]
    choices: FormChoices = field(default_factory=FormChoices)
    aside: Mapping[str, DemographicValue] = field(default_factory=dict)
    blocklisted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemographicsDrafted:
    """What stands in the form so far, unchecked: kept so that a power cut costs seconds, not the page."""

    at: datetime
    values: Mapping[str, DemographicValue]
    choices: FormChoices = field(default_factory=FormChoices)


@dataclass(frozen=True, slots=True)
class DocumentAttached:
    at: datetime
    facts: DocumentFacts
    content: BlobRef


@dataclass(frozen=True, slots=True)
class DocumentRemoved:
    at: datetime
    field: str


@dataclass(frozen=True, slots=True)
class DocumentShared:
    """The document with this ``digest`` (SHA-256, hex, as it is kept) was not captured here: ``provider`` gave it,
    with ``piece`` of the evidence, as the file whose own digest is ``file``."""

    at: datetime
    digest: str
    provider: str
    piece: str
    file: str


@dataclass(frozen=True, slots=True)
class ProofSettled:
    """What proving who the person is came to. ``execution`` is where it is told, empty where nobody was asked;
    ``about`` names the fields it rests on: when one of them says something else it is to be settled anew."""

    at: datetime
    outcome: ProofOutcome
    execution: str
    use_case: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleCaptured:
    at: datetime
    facts: SampleFacts
    record: BlobRef


@dataclass(frozen=True, slots=True)
class SampleJudged:
    """The station looked at a sample that counts: ``record`` is the name of its blob, so that a judgement which
    comes late is never taken for one of a later sample."""

    at: datetime
    attribute: BiometricAttribute
    record: str
    judgement: StationJudgement


@dataclass(frozen=True, slots=True)
class SampleSetAside:
    """A sample counts no longer: judged, it was too poor, or not of the finger it was taken for."""

    at: datetime
    attribute: BiometricAttribute
    record: str


@dataclass(frozen=True, slots=True)
class PoorSamplesKept:
    """The officer said why samples below the threshold are kept; ``comment`` is for the supervisor."""

    at: datetime
    attributes: tuple[BiometricAttribute, ...]
    because: ForcedBecause
    comment: str = ""


@dataclass(frozen=True, slots=True)
class LivenessJudged:
    """Whether a face that was taken is a living one. ``signals`` is what speaks for and against it, sealed for the
    supervisor; None where nothing was judged. ``record`` is the name of the blob of the face that was kept, empty
    where it was not. ``because`` is the officer's reason, if the officer attests it."""

    at: datetime
    outcome: LivenessOutcome
    signals: BlobRef | None
    record: str = ""
    because: AttestedBecause | None = None


@dataclass(frozen=True, slots=True)
class CaptureAttempted:
    """A placement on a device was made, whatever came of it. Attempts survive a crash."""

    at: datetime
    group: CaptureGroup


@dataclass(frozen=True, slots=True)
class ExceptionMarked:
    at: datetime
    exception: BiometricException


@dataclass(frozen=True, slots=True)
class ExceptionCleared:
    at: datetime
    attribute: BiometricAttribute


@dataclass(frozen=True, slots=True)
class ExceptionPhotoTaken:
    """The person with what cannot be captured, as the face camera saw them."""

    at: datetime
    facts: SampleFacts
    record: BlobRef


CaptureEvent = (
    SampleCaptured
    | SampleJudged
    | SampleSetAside
    | PoorSamplesKept
    | LivenessJudged
    | CaptureAttempted
    | ExceptionMarked
    | ExceptionCleared
)


@dataclass(frozen=True, slots=True)
class OfIntroducer:
    """The same happened with whoever brings the person: a parent beside a child. Never the person's own."""

    what: CaptureEvent

    @property
    def at(self) -> datetime:
        return self.what.at


@dataclass(frozen=True, slots=True)
class IntroducerCompared:
    """What was captured of the introducer was held against the templates of the officer at the desk."""

    at: datetime
    operator: str
    is_operator: bool


@dataclass(frozen=True, slots=True)
class StepCompleted:
    """The officer said a step is done whose end no single answer marks (documents, preview)."""

    at: datetime
    step: Step


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """The person's own answer to what they were shown. ``shown`` is the SHA-256 (hex) of exactly that
    (``workstation.person_screen``), ``language`` the one it was shown in; ``own_screen`` whether on a screen of
    theirs or on the officer's, turned to them. ``signature`` is their handwriting, where they signed;
    ``cannot_sign`` that they said they cannot, where one is asked for."""

    at: datetime
    reply: Reply
    language: str
    shown: str
    own_screen: bool
    signature: BlobRef | None = None
    cannot_sign: bool = False


@dataclass(frozen=True, slots=True)
class OperatorSampleTaken:
    """The finger or face by which somebody who works here signed or confirmed, instead of a password."""

    at: datetime
    operator: str
    facts: SampleFacts
    record: BlobRef


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A supervisor looked at what an officer may not decide alone; ``causes`` say what that was. Over the content
    digest (hex SHA-256), signed by the machine key."""

    at: datetime
    operator: str
    content_digest: str
    causes: tuple[str, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The officer's confirmation over the content digest (hex SHA-256), signed by the machine key."""

    at: datetime
    operator: str
    content_digest: str
    signature: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """The packet exists; from here on only its bytes count. ``digest`` is HEX SHA-256 of the file."""

    at: datetime
    packet_id: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class ReviewWanted:
    """The packet that was just sealed is not sent before a supervisor approved it."""

    at: datetime
    packet_id: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A supervisor's decision about a sealed packet. It counts once it was signed off, and the last one does;
    holding needs no signature."""

    at: datetime
    operator: str
    packet_id: str
    decision: Decision
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class ReviewSigned:
    """The decision counts from now on. ``batch`` is the SHA-256 (hex) of the list of everything that was signed
    off together, ``signature`` the machine key's over that list (``workstation.review``)."""

    at: datetime
    operator: str
    packet_id: str
    decision: Decision
    reason: Reason | None
    batch: str
    signature: str


@dataclass(frozen=True, slots=True)
class Synced:
    """The server knows that the packet exists."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The server has the packet. ``server_status`` is its own sentence."""

    at: datetime
    server_status: str


@dataclass(frozen=True, slots=True)
class ProofPutTogether:
    """The proof of who this is lies here sealed, to be written (``workstation.proof_archive``)."""

    at: datetime
    operator: str
    archive: BlobRef


@dataclass(frozen=True, slots=True)
class ProofTaken:
    """It was written: the case is closed, and what the proof rests on was destroyed here. ``digest`` is the
    SHA-256 (hex) of the archive."""

    at: datetime
    operator: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Discarded:
    at: datetime
    operator: str
    reason: str


@dataclass(frozen=True, slots=True)
class FieldsRead:
    """What a document, chip, code, pre-registration or proof says about the person, taken over or not; instead of
    what the same source said of the same ``document`` before."""

    at: datetime
    origin: Origin
    document: str
    fields: tuple[PrefilledField, ...]


@dataclass(frozen=True, slots=True)
class FieldsFilled:
    """``values`` is what stands in the form now, ``fields`` those of it that were filled in."""

    at: datetime
    values: Mapping[str, DemographicValue]
    fields: tuple[PrefilledField, ...]


@dataclass(frozen=True, slots=True)
class ConflictDecided:
    """What somebody decided where a source and the form differ."""

    at: datetime
    operator: str
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class ChipRead:
    """What reading the chip of a document came to; ``findings`` are codes. ``portrait`` is the picture on it, None
    where there is none."""

    at: datetime
    document: str
    authenticity: ChipAuthenticity
    findings: tuple[str, ...]
    portrait: BlobRef | None


@dataclass(frozen=True, slots=True)
class PortraitCompared:
    """A document's portrait was held against the face that was captured: ``portrait`` and ``face`` are the names
    of their blobs. ``score`` and ``threshold`` are cosines; both None where one of the two could not be judged."""

    at: datetime
    document: str
    portrait: str
    face: str
    score: float | None
    threshold: float | None

    @property
    def is_same(self) -> bool | None:
        """None where nobody can say."""
        return None if self.score is None or self.threshold is None else self.score >= self.threshold


Event = (
    Started
    | RequestNamed
    | ConsentGiven
    | DemographicsEntered
    | DemographicsDrafted
    | DocumentAttached
    | DocumentRemoved
    | DocumentShared
    | ProofSettled
    | SampleCaptured
    | SampleJudged
    | SampleSetAside
    | PoorSamplesKept
    | LivenessJudged
    | CaptureAttempted
    | ExceptionMarked
    | ExceptionCleared
    | ExceptionPhotoTaken
    | OfIntroducer
    | IntroducerCompared
    | StepCompleted
    | PersonAnswered
    | OperatorSampleTaken
    | Confirmed
    | Signed
    | Sealed
    | ReviewWanted
    | Reviewed
    | ReviewSigned
    | Synced
    | Uploaded
    | ProofPutTogether
    | ProofTaken
    | Discarded
    | FieldsRead
    | FieldsFilled
    | ConflictDecided
    | ChipRead
    | PortraitCompared
)


def _nothing() -> Mapping[_K, _V]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Captures:
    """What was captured of one person, or cannot be. The fields are those of :class:`Registration`."""

    samples: Mapping[BiometricAttribute, SampleCaptured] = field(default_factory=_nothing)
    judgements: Mapping[BiometricAttribute, StationJudgement] = field(default_factory=_nothing)
    forced_because: Mapping[BiometricAttribute, PoorSamplesKept] = field(default_factory=_nothing)
    liveness: tuple[LivenessJudged, ...] = ()
    exceptions: Mapping[BiometricAttribute, BiometricException] = field(default_factory=_nothing)
    exception_photo: ExceptionPhotoTaken | None = None
    attempts: Mapping[CaptureGroup, int] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Registration:
    """The state of one registration after its events. ``None`` means "not yet"."""

    id: RegistrationId
    started: Started
    request: str | None = None
    consent: ConsentGiven | None = None
    demographics: Mapping[str, DemographicValue] = field(default_factory=lambda: MappingProxyType({}))
    demographics_entered: bool = False
    form_choices: FormChoices = field(default_factory=FormChoices)
    set_aside: Mapping[str, DemographicValue] = field(default_factory=lambda: MappingProxyType({}))
    blocklisted: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    documents: Mapping[str, DocumentAttached] = field(default_factory=lambda: MappingProxyType({}))
    documents_complete: bool = False
    proof: ProofSettled | None = None
    samples: Mapping[BiometricAttribute, SampleCaptured] = field(default_factory=lambda: MappingProxyType({}))
    judgements: Mapping[BiometricAttribute, StationJudgement] = field(default_factory=lambda: MappingProxyType({}))
    forced_because: Mapping[BiometricAttribute, PoorSamplesKept] = field(
        default_factory=lambda: MappingProxyType({})
    )
    liveness: tuple[LivenessJudged, ...] = ()
    exceptions: Mapping[BiometricAttribute, BiometricException] = field(
        default_factory=lambda: MappingProxyType({})
    )
    exception_photo: ExceptionPhotoTaken | None = None
    attempts: Mapping[CaptureGroup, int] = field(default_factory=lambda: MappingProxyType({}))
    introducer: Captures = Captures()
    compared: IntroducerCompared | None = None
    previewed: bool = False
    answers: Mapping[Question, PersonAnswered] = field(default_factory=lambda: MappingProxyType({}))
    operator_samples: Mapping[str, OperatorSampleTaken] = field(default_factory=lambda: MappingProxyType({}))
    confirmed: Confirmed | None = None
    signed: Signed | None = None
    sealed: Sealed | None = None
    review_wanted: ReviewWanted | None = None
    reviewed: Reviewed | None = None
    review_signed: ReviewSigned | None = None
    sent_back: ReviewSigned | None = None
    synced: Synced | None = None
    uploaded: Uploaded | None = None
    proof_waiting: ProofPutTogether | None = None
    proof_taken: ProofTaken | None = None
    discarded: Discarded | None = None
    said: tuple[PrefilledField, ...] = ()
    filled: Mapping[str, PrefilledField] = field(default_factory=lambda: MappingProxyType({}))
    decided: tuple[Conflict, ...] = ()
    chips: Mapping[str, ChipRead] = field(default_factory=lambda: MappingProxyType({}))
    shared: tuple[DocumentShared, ...] = ()
    portraits: tuple[PortraitCompared, ...] = ()

    @property
    def portraits_compared(self) -> tuple[PortraitCompared, ...]:
        """Of the face and the portraits that count, one for each document."""
        face = self.samples.get(BiometricAttribute.FACE)
        name = face.record.name if face else None
        here = {each.portrait.name for each in self.chips.values() if each.portrait}
        found = {each.document: each for each in self.portraits if each.face == name and each.portrait in here}
        return tuple(found.values())

    def provenance(self, field: str) -> DocumentShared | None:
        """From whom the document in this place came; None where it was captured here."""
        document = self.documents.get(field)
        digest = document.content.digest if document else None
        return next((each for each in reversed(self.shared) if each.digest == digest), None)

    @property
    def is_draft(self) -> bool:
        """Whether an officer can still work on it."""
        return self.sealed is None and self.discarded is None

    @property
    def face_liveness(self) -> LivenessJudged | None:
        """What was judged of the face that counts."""
        face = self.samples.get(BiometricAttribute.FACE)
        if face is None:
            return None
        return next((each for each in reversed(self.liveness) if each.record == face.record.name), None)

    @property
    def turned(self) -> Registration:
        """Seen from the introducer: what was captured of them stands where the person's captures stand, and the
        other way round."""
        own = Captures(**{each: getattr(self, each) for each in Captures.__slots__})
        return replace(
            self, introducer=own, **{each: getattr(self.introducer, each) for each in Captures.__slots__}
        )

    @property
    def is_introduced_by_operator(self) -> bool:
        """Whether the officer at the desk was recognized in what the introducer showed."""
        return self.compared is not None and self.compared.is_operator

    @property
    def is_face_attested(self) -> bool:
        """Whether the officer's word alone says that the face is a living one."""
        return self.face_liveness is not None and self.face_liveness.outcome is LivenessOutcome.ATTESTED

    @property
    def is_rejected(self) -> bool:
        return self.review_signed is not None and self.review_signed.decision is Decision.REJECT

    @property
    def awaits_approval(self) -> bool:
        """Whether it is not sent before somebody approves it."""
        return self.review_wanted is not None and self.review_signed is None

    @property
    def risk(self) -> int:
        """What a reviewer should see soon, of the person and of whoever introduced them: captures kept below the
        threshold, what could not be captured, a face that the officer attested; and an introducer who looks like
        the officer."""
        both = (self, self.turned)
        forced = sum(each.facts.forced for one in both for each in one.samples.values())
        excepted = sum(len(one.exceptions) for one in both)
        attested = sum(one.is_face_attested for one in both)
        return forced + excepted + attested + self.is_introduced_by_operator

    @property
    def filed_under(self) -> RegistrationId:
        """The number the server knows this by: a correction goes under the registration it corrects."""
        return RegistrationId.of_request(self.request) if self.request else self.id

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was said or taken since it was begun."""
        return self == Registration(self.id, self.started, self.request)

    def is_done(self, step: Step) -> bool:
        """Whether the answers that ``step`` asks for are all there."""
        group = step.capture_group
        if group is not None:
            return all(each in self.samples or each in self.exceptions for each in group.attributes)
        return {
            Step.CONSENT: self.consent is not None,
            Step.DEMOGRAPHICS: self.demographics_entered,
            Step.DOCUMENTS: self.documents_complete,
            Step.PROOFING: self.proof is not None,
            Step.EXCEPTION_PHOTO: not self.exceptions or self.exception_photo is not None,
            Step.INTRODUCER: bool(self.introducer.samples),
            Step.PREVIEW: self.previewed,
            Step.SIGNATURE: self.signed is not None,
        }[step]

    def next_step(self, plan: Iterable[Step] = USUAL_STEPS) -> Step | None:
        """The first step of ``plan`` that is not done, or nothing when all are."""
        return next((step for step in plan if not self.is_done(step)), None)


def fold(registration_id: RegistrationId, events: Iterable[Event]) -> Registration:
    """Replay ``events`` in order. The first must be :class:`Started`; raises ``ValueError`` if not."""
    iterator = iter(events)
    first = next(iterator, None)
    if not isinstance(first, Started):
        raise ValueError("a registration begins with its start")
    state = Registration(registration_id, first)
    for event in iterator:
        state = apply(state, event)
    return state


def apply(state: Registration, event: Event) -> Registration:
    """The state after one more event."""
    match event:
        case Started():
            raise ValueError("a registration starts once")
        case StepCompleted():
            return _apply_completed(state, event)
        case RequestNamed(request=request):
            return replace(state, request=request)
        case OfIntroducer() | IntroducerCompared():
            return _apply_introducer(state, event)
        case CaptureAttempted(group=group):
            return replace(state, attempts=_with(state.attempts, group, state.attempts.get(group, 0) + 1))
        case (
            PersonAnswered() | OperatorSampleTaken() | Confirmed() | Signed()
            | Sealed() | ReviewWanted() | Reviewed() | ReviewSigned() | Synced() | Uploaded() | Discarded()
            | ProofPutTogether() | ProofTaken()
        ):  # fmt: skip
            return _apply_ending(state, event)
        case SampleJudged() | SampleSetAside() if not _is_current(state, event):
            return state
        case SampleJudged():  # what the person gave is what it was: preview and signature stand
            return replace(state, judgements=_with(state.judgements, event.attribute, event.judgement))
        case LivenessJudged():  # it comes with its face, which takes preview and signature back
            return replace(state, liveness=(*state.liveness, event))
        case FieldsRead() | ConflictDecided() | ChipRead() | PortraitCompared() | DocumentShared():
            # The form says what it said.
            return _apply_reading(state, event)
        case PoorSamplesKept():
            reasons = {**state.forced_because, **dict.fromkeys(event.attributes, event)}
            return replace(state, forced_because=MappingProxyType(reasons))
        case _:
            return _apply_content(_content_changed(state), event)


def _apply_completed(state: Registration, event: StepCompleted) -> Registration:
    if event.step is Step.DOCUMENTS:
        return replace(_content_changed(state), documents_complete=True)
    if event.step is Step.PREVIEW:
        return replace(state, previewed=True)
    raise ValueError("only documents and preview are completed by saying so")


_Reading = FieldsRead | ConflictDecided | ChipRead | PortraitCompared | DocumentShared


def _apply_reading(state: Registration, event: _Reading) -> Registration:
    match event:
        case FieldsRead(origin=origin, document=document):
            others = (each for each in state.said if (each.origin, each.document) != (origin, document))
            return replace(state, said=(*others, *event.fields))
        case ConflictDecided():
            return replace(state, decided=(*state.decided, event.conflict))
        case ChipRead():
            return replace(state, chips=_with(state.chips, event.document, event))
        case PortraitCompared():
            return replace(state, portraits=(*state.portraits, event))
        case DocumentShared():
            return replace(state, shared=(*state.shared, event))


_Review = ReviewWanted | Reviewed | ReviewSigned
_Proof = ProofPutTogether | ProofTaken
_Ending = (
    PersonAnswered
    | OperatorSampleTaken
    | Confirmed
    | Signed
    | Sealed
    | _Review
    | Synced
    | Uploaded
    | _Proof
    | Discarded
)


def _apply_ending(state: Registration, event: _Ending) -> Registration:
    match event:
        case PersonAnswered(reply=Reply.RIGHT):  # the preview stands; who signed or confirmed did so before this
            nobody: Mapping[str, OperatorSampleTaken] = MappingProxyType({})
            state = replace(state, operator_samples=nobody, confirmed=None, signed=None)
            return replace(state, answers=_with(state.answers, Question.DATA, event))
        case PersonAnswered():
            state = _content_changed(state)
            return replace(state, answers=_with(state.answers, event.reply.question, event))
        case OperatorSampleTaken():
            return replace(state, operator_samples=_with(state.operator_samples, event.operator, event))
        case Confirmed():
            return replace(state, confirmed=event)
        case Signed():
            return replace(state, signed=event)
        case Sealed():
            return replace(state, sealed=event)
        case ReviewWanted() | Reviewed() | ReviewSigned():
            return _apply_review(state, event)
        case Synced():
            return replace(state, synced=event)
        case Uploaded():
            return replace(state, uploaded=event)
        case ProofPutTogether():
            return replace(state, proof_waiting=event)
        case ProofTaken():
            return replace(state, proof_waiting=None, proof_taken=event)
        case Discarded():
            return replace(state, discarded=event)


def _apply_review(state: Registration, event: _Review) -> Registration:
    """What is sent back is a draft again, to be checked and signed anew; its packet is gone."""
    match event:
        case ReviewWanted():
            return replace(state, review_wanted=event)
        case Reviewed():
            return replace(state, reviewed=event)
        case ReviewSigned(decision=Decision.SEND_BACK):
            draft = replace(
                state, sealed=None, review_wanted=None, reviewed=None, review_signed=None, proof_waiting=None
            )
            return replace(_content_changed(draft), sent_back=event)
        case ReviewSigned():
            return replace(state, review_signed=event)


def _content_changed(state: Registration) -> Registration:
    """What the person said of the data was said of other data."""
    seen = Question.DATA in state.answers
    if not (seen or state.previewed or state.operator_samples or state.confirmed or state.signed):
        return state
    nobody: Mapping[str, OperatorSampleTaken] = MappingProxyType({})
    answers = _without(state.answers, Question.DATA)
    return replace(state, previewed=False, answers=answers, operator_samples=nobody, confirmed=None, signed=None)


def _apply_introducer(state: Registration, event: OfIntroducer | IntroducerCompared) -> Registration:
    """Whoever was compared is compared anew once something else was captured. A supervisor who confirmed before
    the officer was recognized did not know it."""
    if isinstance(event, IntroducerCompared):
        return replace(state, compared=event, confirmed=None if event.is_operator else state.confirmed)
    after = apply(state.turned, event.what).turned
    return after if after.introducer.samples == state.introducer.samples else replace(after, compared=None)


def _still_about(state: Registration, values: Mapping[str, DemographicValue]) -> ProofSettled | None:
    """The proof, unless something it rests on says something else now."""
    about = state.proof.about if state.proof else ()
    same = all(values.get(each) == state.demographics.get(each) for each in about)
    return state.proof if same else None


def _apply_content(state: Registration, event: Event) -> Registration:
    match event:
        case ConsentGiven():  # what the person answered and signed was another consent
            return replace(state, consent=event, answers=_without(state.answers, Question.CONSENT))
        case DemographicsEntered() | DemographicsDrafted():
            return replace(
                state,
                demographics=MappingProxyType(dict(event.values)),
                demographics_entered=isinstance(event, DemographicsEntered),
                form_choices=event.choices,
                set_aside=MappingProxyType(dict(event.aside) if isinstance(event, DemographicsEntered) else {}),
                blocklisted=MappingProxyType(
                    dict(event.blocklisted) if isinstance(event, DemographicsEntered) else {}
                ),
                proof=_still_about(state, event.values),
            )
        case FieldsFilled():
            return replace(
                _apply_content(state, DemographicsDrafted(event.at, event.values, state.form_choices)),
                set_aside=state.set_aside,
                filled=MappingProxyType({**state.filled, **{each.field: each for each in event.fields}}),
            )
        case ProofSettled():
            return replace(state, proof=event)
        case DocumentAttached():
            return replace(state, documents=_with(state.documents, event.facts.field, event))
        case DocumentRemoved():
            # The step must be confirmed again: a required document may just have gone.
            state = _without_what_it_said(state, event.field)
            return replace(state, documents=_without(state.documents, event.field), documents_complete=False)
        case SampleCaptured():
            attribute = event.facts.attribute
            state = _without_sample(state, attribute)
            return _except(replace(state, samples=_with(state.samples, attribute, event)), attribute, None)
        case SampleSetAside():
            return _without_sample(state, event.attribute)
        case ExceptionMarked():
            attribute = event.exception.attribute
            return _except(_without_sample(state, attribute), attribute, event.exception)
        case ExceptionCleared():
            return _except(state, event.attribute, None)
        case ExceptionPhotoTaken():
            return replace(state, exception_photo=event)
        case _:
            raise ValueError(f"{type(event).__name__} changes no content")


def _without_what_it_said(state: Registration, document: str) -> Registration:
    """What was filled in from it stays, as what somebody typed from it would."""
    said = tuple(each for each in state.said if each.document != document)
    return replace(state, said=said, chips=_without(state.chips, document))


def _is_current(state: Registration, event: SampleJudged | SampleSetAside) -> bool:
    sample = state.samples.get(event.attribute)
    return sample is not None and sample.record.name == event.record


def _without_sample(state: Registration, attribute: BiometricAttribute) -> Registration:
    """And without what was said about it."""
    return replace(
        state,
        samples=_without(state.samples, attribute),
        judgements=_without(state.judgements, attribute),
        forced_because=_without(state.forced_because, attribute),
    )


def _except(
    state: Registration, attribute: BiometricAttribute, exception: BiometricException | None
) -> Registration:
    """The photo shows what was missing when it was taken: one more asks for another, the last takes it along."""
    if exception is None:
        exceptions = _without(state.exceptions, attribute)
        return replace(state, exceptions=exceptions, exception_photo=state.exception_photo if exceptions else None)
    photo = state.exception_photo if attribute in state.exceptions else None
    return replace(state, exceptions=_with(state.exceptions, attribute, exception), exception_photo=photo)


def _with(mapping: Mapping[_K, _V], key: _K, value: _V) -> Mapping[_K, _V]:
    return MappingProxyType({**mapping, key: value})


def _without(mapping: Mapping[_K, _V], key: _K) -> Mapping[_K, _V]:
    return MappingProxyType({each: value for each, value in mapping.items() if each != key})
