"""Filling in the form from whatever the person brings.

Reading comes first, and is kept with the registration as it was said, whatever becomes of it (``FieldsRead``);
filling in follows ``domain.prefill``: what was typed stays. Trails name fields and sources, never values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Event

from muster.analysis.api import Pixels
from muster.audit.catalogue import AuditEvent
from muster.devices.chip_reading import OnFile
from muster.devices.frames import Frame
from muster.devices.records import picture_of
from muster.domain.applicant import Demographics
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import BiometricAttribute
from muster.domain.chips import ChipAuthenticity
from muster.domain.lifecycle import (
    BlobRef,
    ChipRead,
    ConflictDecided,
    FieldsFilled,
    FieldsRead,
    PortraitCompared,
    Registration,
)
from muster.domain.prefill import (
    Conflict,
    FieldMark,
    Origin,
    PrefilledField,
    Resolution,
    conflicts,
    fill,
    marks,
)
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, Code, Refused, Unavailable
from muster.formats import mrz
from muster.formats.mrz import Mrz
from muster.workstation.analysing_face import match_pictures
from muster.workstation.camera_reading import CameraReading
from muster.workstation.documents import DOCUMENT_FIELD_UNKNOWN, Documents
from muster.workstation.forms import FormField
from muster.workstation.journal import Entry, Journal
from muster.workstation.page_reading import DocumentWords, PageReading
from muster.workstation.policy import Policy
from muster.workstation.prefill_mapping import PrefillMapping, in_codes
from muster.workstation.prefill_words import DocumentKind, SourceWords, of_attributes, of_chip
from muster.workstation.reading_chip import ChipKey, ChipReading, ReadingChip, picture_in
from muster.workstation.reference import Choice

FIELD_DIFFERS = Code(
    "FIELD_DIFFERS",
    "A document says something else than what stands here. Look at both and decide which is right.",
)
PORTRAIT_DIFFERS = Code(
    "PORTRAIT_DIFFERS",
    "The face in the document's chip is not clearly that of the person. Compare both yourself, and call your "
    "supervisor if you doubt it.",
)
PORTRAIT_NOT_COMPARED = Code(
    "PORTRAIT_NOT_COMPARED",
    "The portrait in the document's chip cannot be compared by the station. Compare it with the person yourself.",
)
PORTRAIT_ALIKE = Code("PORTRAIT_ALIKE", "The face in the document's chip is that of the person.")
CHIP_NOT_OPENED = Code(
    "CHIP_NOT_OPENED",
    "The chip is opened by what is printed on the document. Scan the page with the machine-readable lines first, "
    "or type the six digits on its front.",
)

DOCUMENT_GONE_MEANWHILE = Code(
    "DOCUMENT_GONE_MEANWHILE",
    "The document was removed or replaced while its chip was read. Read the chip of the one that is there now.",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What reading one source came to: ``read`` is what it says of the form's fields, ``filled`` those that were
    filled in, ``fillable`` those that would be, ``suggested`` those too unsure for it. ``type_code`` and
    ``number`` are what the document seems to be, ``belongs_to`` the place it is for, where that is another one;
    ``booking`` the number of a pre-registration that was found on it, ``booking_host`` whose; ``has_chip`` whether
    its chip can be opened, ``has_expired`` whether its time is over."""

    registration: Registration
    read: tuple[PrefilledField, ...] = ()
    filled: tuple[PrefilledField, ...] = ()
    fillable: tuple[PrefilledField, ...] = ()
    suggested: tuple[PrefilledField, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    type_code: str = ""
    number: str = ""
    belongs_to: str = ""
    booking: str = ""
    booking_host: str = ""
    has_chip: bool = False
    has_expired: bool = False


@dataclass(frozen=True, slots=True)
class ChipOffer:
    """``findings`` are what an officer is told about the chip."""

    offer: Offer
    authenticity: ChipAuthenticity
    findings: tuple[Finding, ...]
    has_portrait: bool


class Prefilling:
    def __init__(
        self,
        journal: Journal,
        form: Callable[[Process], Sequence[FormField]],
        documents: Documents,
        chips: ReadingChip,
        cameras: Callable[[PageReading], CameraReading],
        policy: Policy,
        mapping: PrefillMapping | None = None,
    ) -> None:
        self._journal = journal
        self._form = form
        self._documents = documents
        self._chips = chips
        self._policy = policy
        self._mapping = mapping or PrefillMapping.load()
        self._pages = PageReading(self._mapping.labels, with_text=policy.reads_printed_text)
        self._cameras = cameras(self._pages)
        self._whose: RegistrationId | None = None

    # Reading

    def read_document(self, registration_id: RegistrationId, slot_field: str) -> Offer:
        """What the kept pages of a document say; filled in at once where the policy has it so.

        On a lane of its own: seconds where printed text has to be read, which is left alone once the form is
        filled in. Raises ``BadInput`` when there is no such document, ``Refused`` for a registration that is
        finished, ``NotAuthentic``.
        """
        before = self._journal.load(registration_id)
        pages = self._documents.pictures(registration_id, slot_field)
        words = self._reading(registration_id).read(
            pages, self._today(), with_text=not before.demographics_entered
        )
        return self._take_in(registration_id, slot_field, words, before)

    def known(self, registration_id: RegistrationId, slot_field: str) -> Offer | None:
        """What reading a document came to, told again by what stands in the form now: nothing is read, kept or
        filled in. None where its pages are not remembered, of a letter whose pre-registration was fetched, and
        where its chip was read: what that is worth was said with more than is kept. Raises as
        :meth:`read_document`."""
        state = self._journal.load(registration_id)
        if registration_id != self._whose or slot_field not in state.documents or slot_field in state.chips:
            return None
        words = self._pages.known(self._documents.pictures(registration_id, slot_field))
        if words is None:
            return None
        offer = self._worded(self._offer(state, slot_field, at_once=False), slot_field, words)
        fetched = {each.document for each in state.said if each.origin is Origin.PRE_REGISTRATION}
        return None if offer.booking in fetched else offer

    def read_pictures(self, registration_id: RegistrationId, slot_field: str, pictures: Sequence[Pixels]) -> Offer:
        """The same of pictures that are no document of the registration yet, or will never be one: the code on a
        telephone, held before the camera."""
        words = self._reading(registration_id).read(pictures, self._today())
        return self._take_in(registration_id, slot_field, words)

    def read_from_camera(
        self, registration_id: RegistrationId, cancel: Event, on_frame: Callable[[Frame], None]
    ) -> Offer:
        """What is held before the camera: a document, or the code of a pre-registration on a telephone. Nothing of
        the picture is kept. Raises ``DeviceUnavailable``, ``Cancelled``, ``Refused``, ``NotAuthentic``."""
        self._journal.open_draft(registration_id)
        words = self._cameras.watch(self._today(), cancel, on_frame)
        return self._take_in(registration_id, BEFORE_CAMERA, words)

    def _take_in(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        words: DocumentWords,
        before: Registration | None = None,
    ) -> Offer:
        state = self._keep(registration_id, slot_field, words.sources, before=before)
        if not _is_there_still(state, slot_field, before):
            return Offer(state)
        return self._worded(self._offer(state, slot_field), slot_field, words)

    def _worded(self, offer: Offer, slot_field: str, words: DocumentWords) -> Offer:
        """With what the document is."""
        slots = {each.field: each for each in self._documents.slots(offer.registration.started.process)}
        kind = words.kind
        booking = words.booking
        types = (
            {each.field: self._mapping.type_of(kind, each.types) or "" for each in slots.values()} if kind else {}
        )
        other = "" if types.get(slot_field) else next((field for field, code in types.items() if code), "")
        return replace(
            offer,
            type_code=types.get(other or slot_field, ""),
            number=words.number,
            belongs_to=other if slot_field in slots else "",
            booking=booking.booking if booking else "",
            booking_host=booking.host if booking else "",
            has_chip=words.zone is not None,
            has_expired=words.has_expired(self._today()),
        )

    def read_chip(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        cancel: Event,
        *,
        access_number: str = "",
        on_file: OnFile = lambda label, number, of: None,
    ) -> ChipOffer:
        """Read the chip of a document, opened by the lines on its kept pages or by the six digits on its front.

        Raises ``BadInput`` (nothing to open it by), ``DeviceUnavailable`` (no reader, no chip, it went away),
        ``Cancelled``, ``Refused``, ``NotAuthentic``.
        """
        before = self._journal.open_draft(registration_id)
        key = self._key(registration_id, slot_field, access_number)
        reading = self._chips.read(key, cancel, on_file=on_file)
        self._keep_chip(registration_id, slot_field, reading, before)
        zone = mrz.parse(reading.lines) if reading.lines else None
        source = of_chip(reading, zone, self._today())
        state = self._keep(registration_id, slot_field, (source,), Origin.CHIP, before=before)
        offer = self._offer(state, slot_field)
        return ChipOffer(offer, reading.authenticity, reading.findings, bool(reading.portrait))

    def take_booking(self, registration_id: RegistrationId, number: str, said: Demographics) -> Offer:
        """What somebody wrote at home, already as the form has it."""
        fields = tuple(
            PrefilledField(name, value, Origin.PRE_REGISTRATION, None, number) for name, value in said.items()
        )
        state = self._note_read(registration_id, Origin.PRE_REGISTRATION, number, fields)
        return self._offer(state, number, at_once=True)

    def take_proof(self, registration_id: RegistrationId, execution: str, said: Mapping[str, object]) -> Offer:
        """What a settled proof of identity came to know, by the names of its configuration."""
        return self._offer(self._keep(registration_id, execution, (of_attributes(said),), Origin.PROOF), execution)

    def may_have_chip(self, types: Sequence[Choice]) -> bool:
        """Whether documents of one of these kinds have chips that can be read. Pure."""
        return any(self._mapping.type_of(kind, types) for kind in _WITH_CHIPS)

    # Filling in and deciding

    def fill(self, registration_id: RegistrationId) -> tuple[Registration, tuple[PrefilledField, ...]]:
        """Fill in what may be; returns what was."""
        return self._fill(registration_id)

    def _fill(
        self, registration_id: RegistrationId, *, asked: bool = True
    ) -> tuple[Registration, tuple[PrefilledField, ...]]:
        """Unless the officer asked for it, what was checked or signed stays as it is."""
        taken: list[PrefilledField] = []

        def changed(state: Registration) -> tuple[Entry, ...]:
            if not asked and _is_checked(state):
                return ()
            values, found = self._filled(state)
            taken[:] = found
            return (self._filling(values, found),) if found else ()

        return self._journal.decide(registration_id, changed), tuple(taken)

    def take(self, registration_id: RegistrationId, said: PrefilledField, values: Demographics) -> Registration:
        """The officer takes what a source says, a suggestion or instead of what stands there; ``values`` is what
        stands in the form otherwise."""
        before = in_codes(values, self._form_of(self._journal.load(registration_id)))
        standing = before.get(said.field)
        entries = [self._filling({**values, said.field: said.value}, (said,))]
        if standing:
            entries.append(self._deciding(Conflict(said, standing, Resolution.TOOK_DOCUMENT)))
        return self._journal.commit(registration_id, *entries)

    def keep(self, registration_id: RegistrationId, conflict: Conflict) -> Registration:
        """The officer keeps what stands there; the supervisor sees it."""
        kept = Conflict(conflict.said, conflict.standing, Resolution.KEPT_TYPED)
        return self._journal.commit(registration_id, self._deciding(kept))

    # Looking

    def marks(self, state: Registration, values: Demographics | None = None) -> Mapping[str, FieldMark]:
        """What is to be seen beside each field, for what stands in the form now (else what is kept). Pure."""
        standing = in_codes(state.demographics if values is None else values, self._form_of(state))
        return marks(standing, state.said, state.filled, state.decided)

    def conflicts(self, state: Registration) -> tuple[Conflict, ...]:
        """Where a source that is sure enough says something else than what is kept, decided or not; for the
        officer who has to decide, and for the supervisor. Pure."""
        standing = in_codes(state.demographics, self._form_of(state))
        found = conflicts(standing, state.said, state.decided)
        return tuple(each for each in found if each.said.sureness >= self._policy.prefill_from)

    def check(self, state: Registration) -> tuple[Finding, ...]:
        """What the officer should look at before the person says yes to all of it. Pure."""
        open_ones = dict.fromkeys(each.field for each in self.conflicts(state) if each.resolution is None)
        findings = [Finding(FIELD_DIFFERS, Severity.WARNS, name) for name in open_ones]
        if any(each.is_same is False for each in state.portraits_compared):
            findings.append(Finding(PORTRAIT_DIFFERS, Severity.WARNS, BiometricAttribute.FACE.value))
        return tuple(findings)

    def look_over(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        """What ``check`` says once the portraits are compared, as far as they can be."""
        try:
            state = self.compare_portraits(registration_id)
        except Unavailable:  # without the networks: who looks at both sees as much
            state = self._journal.load(registration_id)
        return (*self.check(state), *_of_portraits(state))

    def compare_portraits(self, registration_id: RegistrationId) -> Registration:
        """Hold the portraits on chips against the face that was captured, once for each pair (about 0.5 s). Raises
        ``Unavailable``, ``NotAuthentic`` for networks that cannot be loaded."""
        state = self._journal.load(registration_id)
        face = state.samples.get(BiometricAttribute.FACE)
        compared = {each.document for each in state.portraits_compared}
        if face is None or not state.is_draft:
            return state
        for document, chip in state.chips.items():
            if chip.portrait is None or document in compared:
                continue
            live = picture_of(self._journal.read(registration_id, face.record))
            held = picture_in(self._journal.read(registration_id, chip.portrait))
            score, threshold = _compared(held, live)
            event = PortraitCompared(
                self._journal.now(), document, chip.portrait.name, face.record.name, score, threshold
            )
            outcome = {True: "same", False: "different", None: "not judged"}[event.is_same]
            detail = {"document": document, "outcome": outcome}
            state = self._journal.commit(registration_id, Entry(event, AuditEvent.PORTRAIT_COMPARED, detail))
        return state

    # Keeping

    def _keep(
        self,
        registration_id: RegistrationId,
        document: str,
        sources: Iterable[SourceWords],
        *origins: Origin,
        before: Registration | None = None,
    ) -> Registration:
        """What was said by each origin; also that a page says nothing any more, where it did before."""
        state = self._journal.open_draft(registration_id)
        by_origin: dict[Origin, list[PrefilledField]] = {each: [] for each in origins or _OF_PAGES}
        for source in sources:
            form, languages = self._form_of(state), state.started.languages
            said = self._mapping.fields_of(source, form, languages, document)
            there = {each.field for each in by_origin.setdefault(source.origin, [])}
            by_origin[source.origin] += [each for each in said if each.field not in there]
        for origin, fields in by_origin.items():
            state = self._note_read(registration_id, origin, document, tuple(fields), before)
        return state

    def _note_read(
        self,
        registration_id: RegistrationId,
        origin: Origin,
        document: str,
        fields: tuple[PrefilledField, ...],
        before: Registration | None = None,
    ) -> Registration:
        """Nothing, where the document is not the one any more that it was ``before`` it was read."""

        def changed(state: Registration) -> tuple[Entry, ...]:
            said = tuple(each for each in state.said if (each.origin, each.document) == (origin, document))
            if said == fields or not _is_there_still(state, document, before):
                return ()
            event = FieldsRead(self._journal.now(), origin, document, fields)
            names = " ".join(each.field for each in fields)
            detail = {"from": origin.value, "document": document, "fields": names}
            return (Entry(event, AuditEvent.FIELDS_READ, detail),)

        return self._journal.decide(registration_id, changed)

    def _keep_chip(
        self, registration_id: RegistrationId, document: str, reading: ChipReading, before: Registration
    ) -> None:
        """Raises ``Refused`` where its document went away meanwhile."""

        def check(state: Registration) -> None:
            if not _is_there_still(state, document, before):
                raise Refused(DOCUMENT_GONE_MEANWHILE)

        portrait: BlobRef | None = None
        if reading.portrait:
            portrait = self._journal.keep(registration_id, reading.portrait)
        codes = tuple(dict.fromkeys(each.code.name for each in reading.findings))
        event = ChipRead(self._journal.now(), document, reading.authenticity, codes, portrait)
        detail = {"document": document, "authenticity": reading.authenticity.value, "findings": " ".join(codes)}
        entry = Entry(event, AuditEvent.CHIP_READ, detail, portrait)
        self._journal.commit(registration_id, entry, check=check)

    def _offer(self, state: Registration, document: str, *, at_once: bool | None = None) -> Offer:
        read = tuple(each for each in state.said if each.document == document)
        _, fillable = self._filled(state)
        filled: tuple[PrefilledField, ...] = ()
        if fillable and (self._policy.fills_at_once if at_once is None else at_once):
            state, filled = self._fill(state.id, asked=False)
            _, fillable = self._filled(state)
        standing = in_codes(state.demographics, self._form_of(state))
        suggested = tuple(each for each in read if not standing.get(each.field))
        return Offer(
            state,
            read,
            filled,
            fillable,
            tuple(each for each in suggested if each not in fillable),
            tuple(each for each in self.conflicts(state) if each.said.document == document),
        )

    def _filled(self, state: Registration) -> tuple[Demographics, tuple[PrefilledField, ...]]:
        """In an update what is filled in is what changes: that is for people to say."""
        if state.started.process is Process.UPDATE:
            return state.demographics, ()
        standing = in_codes(state.demographics, self._form_of(state))
        values, found = fill(standing, state.said, state.filled, self._policy.prefill_from)
        changed = {each.field for each in found}
        kept = {name: value for name, value in state.demographics.items() if name not in changed}
        return {**kept, **{name: values[name] for name in values if name in changed}}, found

    def _filling(self, values: Demographics, found: tuple[PrefilledField, ...]) -> Entry:
        event = FieldsFilled(self._journal.now(), values, found)
        sources = " ".join(dict.fromkeys(each.origin.value for each in found))
        detail = {"fields": " ".join(each.field for each in found), "from": sources}
        return Entry(event, AuditEvent.FIELDS_FILLED, detail)

    def _deciding(self, conflict: Conflict) -> Entry:
        assert conflict.resolution is not None
        event = ConflictDecided(self._journal.now(), self._journal.operator.user_id, conflict)
        detail = {
            "field": conflict.field,
            "from": conflict.said.origin.value,
            "decision": conflict.resolution.value,
        }
        return Entry(event, AuditEvent.CONFLICT_DECIDED, detail)

    def _key(self, registration_id: RegistrationId, slot_field: str, access_number: str) -> ChipKey:
        if access_number.strip():
            return ChipKey.of_access_number(access_number.strip())
        zone: Mrz | None = None
        try:
            pages = self._documents.pictures(registration_id, slot_field)
        except BadInput as error:
            if error.code is not DOCUMENT_FIELD_UNKNOWN:
                raise
        else:
            zone = self._reading(registration_id).zone_of(pages, self._today())
        if zone is None:
            raise BadInput(CHIP_NOT_OPENED)
        return ChipKey.of_zone(zone)

    def _reading(self, registration_id: RegistrationId) -> PageReading:
        """Of the last person's pages nothing is needed any more."""
        if registration_id != self._whose:
            self._pages.forget()
        self._whose = registration_id
        return self._pages

    def _form_of(self, state: Registration) -> Sequence[FormField]:
        return self._form(state.started.process)

    def _today(self) -> date:
        return self._journal.now().astimezone().date()


BEFORE_CAMERA = "camera"  # as the document that a value is from
_WITH_CHIPS = (DocumentKind.PASSPORT, DocumentKind.ID_CARD)
_OF_PAGES = (Origin.PASSPORT_ZONE, Origin.BARCODE, Origin.PRINTED_TEXT)


def _is_checked(state: Registration) -> bool:
    return state.previewed or state.signed is not None


def _is_there_still(state: Registration, document: str, before: Registration | None) -> bool:
    """Whether a document is what it was ``before``; true where it was not asked of any."""
    if before is None:
        return True
    then, now = before.documents.get(document), state.documents.get(document)
    return (then and then.content) == (now and now.content)


def _of_portraits(state: Registration) -> Iterator[Finding]:
    """What is no warning, or none by itself."""
    face = BiometricAttribute.FACE.value
    outcomes = {each.is_same for each in state.portraits_compared}
    if None in outcomes:
        yield Finding(PORTRAIT_NOT_COMPARED, Severity.WARNS, face)
    if outcomes == {True}:
        yield Finding(PORTRAIT_ALIKE, Severity.INFORMS, face)


def _compared(held: Pixels | None, live: Pixels) -> tuple[float | None, float | None]:
    """Score and threshold; nothing where one of the two is no picture of one face."""
    if held is None:
        return None, None
    try:
        report = match_pictures(held, live)
    except BadInput:
        return None, None
    return report.score, report.threshold
