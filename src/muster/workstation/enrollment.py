"""Enrolling one person, from the first question to the last capture.

Every method that changes something is durable before it returns. Which steps there are is the policy's
plan; which are done follows from the events. What needs a device lives in ``capture`` and ``documents``,
signing and sealing in ``submission``; this is the one door to all of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Event

from muster.audit.catalogue import AuditEvent
from muster.devices.frames import Frame, Pixels
from muster.devices.records import picture_of
from muster.domain.applicant import Demographics, FormChoices, LocalizedText
from muster.domain.assessment import Finding, blocking
from muster.domain.biometrics import (
    BiometricAttribute,
)
from muster.domain.confirmation import Cause
from muster.domain.delivery import OutboxEntry
from muster.domain.lifecycle import (
    ConsentGiven,
    Registration,
    RequestNamed,
    Started,
    StepCompleted,
)
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import BadInput, Code, MusterError, Refused, StorageUnavailable
from muster.workstation.capture import Capture
from muster.workstation.captures_asked import CapturesAsked
from muster.workstation.details import Details
from muster.workstation.documents import Attached, DocumentPage, Documents, DocumentSlot, Shrunk
from muster.workstation.duplicates import Duplicates
from muster.workstation.face_watching import FaceView
from muster.workstation.forms import FormField
from muster.workstation.introducer import Introducer, IntroducerJournal
from muster.workstation.journal import Entry, Journal
from muster.workstation.liveness_review import LivenessReview, LivenessSigns
from muster.workstation.operator_templates import OperatorTemplates
from muster.workstation.packet_size import PacketSize, packet_size
from muster.workstation.person_capture import SAMPLE_ABSENT, PersonCapture
from muster.workstation.person_screen import SIGNATURE_NEEDED, PersonScreen
from muster.workstation.placements import Placements
from muster.workstation.policy import Policy
from muster.workstation.prefill import Prefilling
from muster.workstation.processes import check_whole, checked_request
from muster.workstation.proofing_step import ProofingStep
from muster.workstation.proving import Proof
from muster.workstation.reference import LANGUAGES, ConsentText, Labels, Language, ReferenceData
from muster.workstation.samples import CaptureOutcome
from muster.workstation.shared_documents import SharedDocuments
from muster.workstation.slip import PORTRAIT_PX, PortraitHeld, Slip, as_portrait, compose_slip
from muster.workstation.slip_codes import SlipCodes
from muster.workstation.submission import Submission
from muster.workstation.summary import Summary, summarize

DISK_NEARLY_FULL = Code(
    "DISK_NEARLY_FULL", "There is too little space on the disk for another registration. Free some first."
)
LANGUAGE_UNKNOWN = Code("LANGUAGE_UNKNOWN", "This station does not know the language {language}.")
LANGUAGES_UNUSABLE = Code("LANGUAGES_UNUSABLE", "Choose one or more languages, each once.")
PROCESS_NOT_OFFERED = Code(
    "PROCESS_NOT_OFFERED", "This station has no form for the process {process}. Ask your administrator."
)
SAMPLES_SET_ASIDE = Code(
    "SAMPLES_SET_ASIDE", "A finger or eye that was captured is not good enough. Go back and take it again."
)

NAME_FIELD = "fullName"


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """One unfinished registration in the list to resume."""

    id: RegistrationId
    process: Process
    started_at: datetime
    changed_at: datetime
    next_step: Step | None
    applicant_name: str

    def has(self, words: str) -> bool:
        """Whether each of ``words`` begins one of the name's, in whatever case, or stands in the number."""
        names = self.applicant_name.casefold().split()
        return all(
            each in self.id.text or any(name.startswith(each) for name in names)
            for each in words.casefold().split()
        )


class Enrollment(PersonCapture):
    def __init__(
        self,
        journal: Journal,
        reference: ReferenceData,
        documents: Documents,
        capture: Capture,
        placements: Placements,
        submission: Submission,
        duplicates: Duplicates,
        policy: Policy,
        asked: CapturesAsked,
        templates: OperatorTemplates,
    ) -> None:
        super().__init__(journal, capture, placements, policy)
        self._reference = reference
        self._documents = documents
        self._submission = submission
        self._duplicates = duplicates
        self.asked = asked
        beside = IntroducerJournal.beside(journal)
        self.introducer = Introducer(
            beside, capture.beside(beside), placements.beside(beside), policy, asked, templates
        )
        self._liveness_review = LivenessReview(journal)
        self.details = Details(journal, reference)
        self.languages_offered: tuple[Language, ...] = LANGUAGES
        self.may_begin: Callable[[], None] = lambda: None
        """Asked before a registration begins; raises ``Refused`` when the station has reached a limit."""
        self.proof: ProofingStep
        self.shared: SharedDocuments
        self.prefill: Prefilling
        self.slip_codes: SlipCodes
        self._portrait_held = PortraitHeld()
        self.person = PersonScreen(
            journal,
            self.consent_text,
            self.summary_of,
            submission.discard,
            signature_required=policy.consent_signature_required,
        )

    # Beginning, finding again, giving up

    def processes(self) -> tuple[Process, ...]:
        """What a registration may be begun for here, in the order to be offered."""
        return tuple(process for process, spec in self._reference.ui_specs.items() if spec.active)

    def process_labels(self, process: Process) -> Labels:
        """A process's names by language; also of one that is not offered any more, for its drafts."""
        return self._reference.ui_specs[process].labels

    def plan(self, process: Process) -> tuple[Step, ...]:
        """The steps of one process, in their order, before anything is known of the person."""
        return self._policy.steps_for(process)

    def steps(self, state: Registration) -> tuple[Step, ...]:
        """The steps of one registration, in their order: a child's are not an adult's. Pure."""
        return self.asked.steps(state)

    def start(
        self,
        languages: tuple[str, ...] = ("eng", "fra"),
        process: Process = Process.NEW,
        request: str | None = None,
    ) -> Registration:
        """Begin a registration; a correction answers a ``request`` of the server.

        Raises ``StorageUnavailable`` when the disk is too full to end it, ``BadInput``.
        """
        if process not in self.processes():
            raise BadInput(PROCESS_NOT_OFFERED, process=process.value)
        request = checked_request(process, request)
        known = {language.code for language in self.languages_offered}
        for language in languages:
            if language not in known:
                raise BadInput(LANGUAGE_UNKNOWN, language=language)
        if not languages or len(set(languages)) < len(languages):
            raise BadInput(LANGUAGES_UNUSABLE)
        if shutil.disk_usage(self._submission.outbox_folder).free < self._policy.minimum_free_bytes:
            raise StorageUnavailable(DISK_NEARLY_FULL)
        self.may_begin()
        now = self._journal.now()
        version = self._reference.schema.version
        started = Started(now, process, languages, self._journal.operator.user_id, version)
        if request is None:
            return self._journal.start(started)
        return self._journal.start(started, RequestNamed(now, request), request=request)

    def resume(self, registration_id: RegistrationId) -> Registration:
        """Take a draft up again; audited. Raises ``Refused`` when it is finished."""
        state = self._journal.open_draft(registration_id)
        self._journal.note(registration_id, AuditEvent.REGISTRATION_RESUMED)
        return state

    def drafts(self, words: str = "") -> tuple[DraftSummary, ...]:
        """Unfinished registrations, the last touched first; with ``words``, those that have them (see there)."""
        with self._journal.database.read() as work:
            drafts = work.registrations.drafts()
        summaries = (
            DraftSummary(
                state.id,
                state.started.process,
                state.started.at,
                changed_at,
                state.next_step(self.steps(state)),
                _name_of(state),
            )
            for state, changed_at in drafts
        )
        return tuple(each for each in summaries if each.has(words))

    def discard(self, registration_id: RegistrationId, reason: str) -> None:
        """End a draft for good and destroy what was recorded, as the consent text promises."""
        self._submission.discard(registration_id, reason)
        self._duplicates.let_go_soon()

    def put_away(self, registration_id: RegistrationId) -> None:
        """Leave it to be finished later. One in which nothing stands yet, begun by mistake, say, is discarded: it
        would only have to be cleared away."""
        if self.registration(registration_id).is_untouched:
            self.discard(registration_id, "nothing was recorded in it")

    # Answers

    def consent_text(self, language: str) -> ConsentText:
        """The wording in ``language``, or in the first there is."""
        texts = self._reference.consent
        text = texts.get(language) or next(iter(texts.values()))
        return text.telling(self._policy.face_template_kept_for_days)

    def give_consent(self, registration_id: RegistrationId, language: str) -> Registration:
        """By the person's word to the officer. Raises ``BadInput`` where the person has to sign, and for a
        language the wording does not exist in: nobody agrees to what was not said."""
        if self._policy.consent_signature_required:
            raise BadInput(SIGNATURE_NEEDED)
        if language not in self._reference.consent:
            raise BadInput(LANGUAGE_UNKNOWN, language=language)
        text = self.consent_text(language)
        event = ConsentGiven(self._journal.now(), language, text.version)
        detail = {"language": language, "text": text.version}
        return self._journal.commit(registration_id, Entry(event, AuditEvent.CONSENT_GIVEN, detail))

    def form(self, process: Process = Process.NEW) -> tuple[FormField, ...]:
        return self.details.form(process)

    def check_demographics(
        self,
        values: Demographics,
        languages: tuple[str, ...],
        process: Process = Process.NEW,
        choices: FormChoices | None = None,
    ) -> tuple[Finding, ...]:
        """Everything that speaks against ``values``, warnings too. Pure and quick."""
        return self.details.check(values, languages, process, choices)

    def enter_demographics(
        self, registration_id: RegistrationId, values: Demographics, choices: FormChoices | None = None
    ) -> tuple[Finding, ...]:
        """Keep the form's values; returns what keeps them from being taken (nothing: committed)."""
        return self.details.enter(registration_id, values, choices)

    def keep_draft(
        self, registration_id: RegistrationId, values: Demographics, choices: FormChoices | None = None
    ) -> Registration:
        """Keep what stands in the form, unfinished and unchecked. Changes nothing that was finished."""
        return self.details.keep(registration_id, values, choices)

    # Documents

    def document_slots(self, process: Process = Process.NEW) -> tuple[DocumentSlot, ...]:
        return self._documents.slots(process)

    def slots_of(self, state: Registration) -> tuple[DocumentSlot, ...]:
        """With what this registration cannot do without. Pure."""
        return self._documents.slots_of(state)

    def scan_document(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        cancel: Event,
        on_preview: Callable[[Frame], None],
        *,
        page: int | None = None,
    ) -> Attached:
        return self._documents.scan(
            registration_id, slot_field, type_code, reference, cancel, on_preview, page=page
        )

    def attach_document(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        *contents: bytes,
        page: int | None = None,
    ) -> Registration:
        return self._documents.attach(registration_id, slot_field, type_code, reference, *contents, page=page)

    def remove_document_page(self, registration_id: RegistrationId, slot_field: str, page: int) -> Registration:
        return self._documents.remove_page(registration_id, slot_field, page)

    def make_document_smaller(self, registration_id: RegistrationId, slot_field: str) -> Shrunk:
        return self._documents.make_smaller(registration_id, slot_field)

    def remove_document(self, registration_id: RegistrationId, slot_field: str) -> Registration:
        return self._documents.remove(registration_id, slot_field)

    def finish_documents(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        return self._documents.finish(registration_id)

    def call_document(
        self, registration_id: RegistrationId, slot_field: str, type_code: str, reference: str | None
    ) -> Registration:
        return self._documents.call(registration_id, slot_field, type_code, reference)

    def move_document(
        self, registration_id: RegistrationId, slot_field: str, to: str, type_code: str, reference: str | None
    ) -> Registration:
        return self._documents.move(registration_id, slot_field, to, type_code, reference)

    def document_findings(
        self, registration_id: RegistrationId, slot_field: str, page: int = 0
    ) -> tuple[Finding, ...]:
        return self._documents.findings(registration_id, slot_field, page)

    def document_page(
        self, registration_id: RegistrationId, slot_field: str, page: int = 0, *, enough_px: int = 0
    ) -> DocumentPage:
        return self._documents.page(registration_id, slot_field, page, enough_px=enough_px)

    # Biometrics, besides what a person of any role is captured by

    def liveness_signs(self, registration_id: RegistrationId) -> tuple[LivenessSigns, ...]:
        """For a supervisor: what spoke for and against a living face. Audited. Raises ``Refused``."""
        return self._liveness_review.signs(registration_id)

    def capture_exception_photo(self, registration_id: RegistrationId, view: FaceView) -> CaptureOutcome:
        return self._capture.capture_exception_photo(registration_id, view)

    def exception_photo(self, registration_id: RegistrationId) -> Pixels:
        """The kept photo, (h, w, 3) RGB. Raises ``BadInput``."""
        photo = self._journal.load(registration_id).exception_photo
        if photo is None:
            raise BadInput(SAMPLE_ABSENT)
        return picture_of(self._journal.read(registration_id, photo.record))

    # Ending

    def summary(self, registration_id: RegistrationId) -> Summary:
        """Everything that was recorded, for the person to check."""
        return self.summary_of(self._journal.load(registration_id))

    def summary_of(self, state: Registration) -> Summary:
        process = state.started.process
        return summarize(
            state,
            self.details.form(process),
            self.slots_of(state),
            self._policy,
            self.asked.left_out(state),
        )

    def check(self, state: Registration) -> tuple[Finding, ...]:
        """What the whole lacks, whatever its single steps say, and whether it grows too large. Pure."""
        findings = (*check_whole(state, self.steps(state)), *self.asked.findings(state))
        size = self.size_of(state).finding
        return (*findings, *self.prefill.check(state), *((size,) if size else ()))

    def size_of(self, state: Registration) -> PacketSize:
        """How large the sealed packet is going to be. Pure."""
        return packet_size(state, self._policy, self.steps(state))

    def confirm_preview(self, registration_id: RegistrationId) -> Registration:
        """The person says yes to all of it, once everything was judged that is to be (0.2 to 0.75 s for each that
        was not). Raises ``Refused`` with what ``check`` found to be missing, and what ``judge`` raises."""
        before = self._journal.load(registration_id)
        had, introduced = before.samples, before.introducer.samples
        if len(self._placements.judge_the_rest(registration_id).samples) < len(had):
            raise Refused(SAMPLES_SET_ASIDE)
        if not self.introducer.judge_the_rest(registration_id).samples and introduced:
            raise Refused(SAMPLES_SET_ASIDE)
        compared = self.introducer.comparison(registration_id)
        event = StepCompleted(self._journal.now(), Step.PREVIEW)
        detail = {"step": Step.PREVIEW.value}
        entry = Entry(event, AuditEvent.STEP_COMPLETED, detail)
        state = self._journal.commit(registration_id, *compared, entry, check=self._require_whole)
        self._duplicates.look_soon(registration_id)
        return state

    def _require_whole(self, state: Registration) -> None:
        self.person.require_no_complaint(state)
        for finding in blocking(self.check(state)):
            raise Refused(finding.code)

    def causes(self, state: Registration) -> tuple[Cause, ...]:
        """What a supervisor has to confirm before the officer signs. Pure."""
        return self._submission.causes(state)

    def confirm(self, registration_id: RegistrationId, user_id: str, proof: Proof) -> Registration:
        """A supervisor confirms what the officer may not decide alone. Raises ``SignInRefused``, ``Refused``."""
        return self._submission.confirm(registration_id, user_id, proof)

    def check_supervisor(self, user_id: str, password: str) -> None:
        """Whether somebody could confirm by this password. Raises ``SignInRefused``, ``Refused``."""
        self._submission.check_supervisor(user_id, password)

    def sign(self, registration_id: RegistrationId, proof: Proof) -> Registration:
        """The officer's signature over the content. Raises ``SignInRefused``, ``BadInput``, ``Refused``.

        Whoever confirmed the preview may have been another officer, so that the introducer is compared again.
        """
        if compared := self.introducer.comparison(registration_id):
            self._journal.commit(registration_id, *compared)
        return self._submission.sign(registration_id, proof)

    def submit(self, registration_id: RegistrationId) -> OutboxEntry:
        """Seal the packet into the outbox. Doing it again returns the same packet."""
        entry = self._submission.submit(registration_id)
        self._duplicates.remember_soon(registration_id)
        state = self._journal.load(registration_id)
        if state.proof is not None:
            with suppress(MusterError):  # it can be written again at any time, by command
                self.proof.materialize(state)
        return entry

    def slip(self, registration_id: RegistrationId) -> Slip:
        """The acknowledgement. Raises ``Refused(CONTENT_GONE)`` once the content is destroyed (``forget``)."""
        state = self._journal.load(registration_id)
        self._submission.require_content(state)
        face = state.samples.get(BiometricAttribute.FACE)
        return compose_slip(
            replace(state, samples=self.asked.of_person(state).samples(state)),
            self.details.form(state.started.process),
            self._portrait_held.take(face.record, partial(self._portrait, registration_id)) if face else None,
            signed_text=self.slip_codes.code_of(state),
            valid_until=self.slip_codes.valid_until(state),
            signature=self.person.signature_picture(state),
            training=self.slip_codes.training,
        )

    def portrait(self, registration_id: RegistrationId) -> Pixels:
        """The face as it is shown and printed, (h, w) grey or (h, w, 3) RGB, no side longer than ``PORTRAIT_PX``.
        It is held until its slip is made, or ``let_go_portrait``. Raises ``BadInput`` where there is none."""
        face = self._journal.load(registration_id).samples.get(BiometricAttribute.FACE)
        if face is None:
            raise BadInput(SAMPLE_ABSENT)
        return self._portrait_held.get(face.record, partial(self._portrait, registration_id))

    def let_go_portrait(self) -> None:
        """The officer went elsewhere."""
        self._portrait_held.drop()

    def _portrait(self, registration_id: RegistrationId) -> Pixels:
        return as_portrait(self.sample_picture(registration_id, BiometricAttribute.FACE, enough_px=PORTRAIT_PX))

    def with_slip(self, among: Collection[RegistrationId]) -> frozenset[RegistrationId]:
        """Those whose slip can still be printed: their content is not destroyed yet."""
        with self._journal.database.read() as work:
            return work.blobs.among(among)

    def forget(self, registration_id: RegistrationId) -> None:
        """Destroy the plaintext of a registration the server has. Others are left as they are."""
        if self._journal.load(registration_id).uploaded is not None:
            self._duplicates.remember(registration_id)
            self._submission.destroy_content(registration_id)


def _name_of(state: Registration) -> str:
    name = state.demographics.get(NAME_FIELD, "")
    if isinstance(name, LocalizedText):
        return name.in_language(state.started.languages[0])
    return name
