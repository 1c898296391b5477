"""Papers the person brings: scanned or chosen from files, checked, kept as one PDF each.

MOSIP takes one file per document field, normally a PDF. Each page of it is one JPEG at the scanner's resolution,
so that a scan prints in its true size; a page that stays is not touched when another one is added or taken away. A
picture from a file (a telephone takes twelve megapixels) is kept at most as fine as a scan of A4 would be; never
made finer.

Pages are counted from 0. What is scanned or chosen stands in place of ``page``: one that is there is replaced, the
one after the last is added; without a ``page`` the whole document is taken anew.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event

import numpy as np
from PIL import Image

from muster.analysis.document_quality import DocumentQuality
from muster.analysis.pictures import read_picture
from muster.audit.catalogue import AuditEvent
from muster.devices.api import DeviceContext, DeviceKind, DocumentScanner, ScannedPage, SheetFeeder
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame, Pixels
from muster.devices.scanning import FEEDER_EMPTY
from muster.domain.applicant import DocumentFacts
from muster.domain.assessment import Finding, Severity
from muster.domain.lifecycle import BlobRef, DocumentAttached, DocumentRemoved, Registration, StepCompleted
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import BadInput, Code, DeviceUnavailable, MalformedData, Refused
from muster.formats.media_types import PDF, media_type_of
from muster.formats.picture_pdf import PicturePage, encode, parse, pictures_in
from muster.workstation.captures_asked import CapturesAsked
from muster.workstation.journal import Entry, Journal
from muster.workstation.packet_size import document_alone
from muster.workstation.policy import Policy
from muster.workstation.processes import NOTHING_CHANGED, changes_something
from muster.workstation.reference import Choice, Labels, ReferenceData

DOCUMENT_MISSING = Code("DOCUMENT_MISSING", "This document is needed before you can go on.")
DOCUMENT_FIELD_UNKNOWN = Code("DOCUMENT_FIELD_UNKNOWN", "The form has no document of this name.")
DOCUMENT_TYPE_UNKNOWN = Code("DOCUMENT_TYPE_UNKNOWN", "Choose the kind of document from the list.")
DOCUMENT_TOO_LARGE = Code(
    "DOCUMENT_TOO_LARGE",
    "This picture alone is too large to be sent: {size} kB, and at most {limit} kB can be. Scan it again, or "
    "choose a smaller picture.",
)
DOCUMENT_PAGES_TOO_LARGE = Code(
    "DOCUMENT_PAGES_TOO_LARGE",
    "These pages together are too large to be sent: {size} kB, and at most {limit} kB can be. Leave some of them "
    "out.",
)
DOCUMENT_THERE_ALREADY = Code(
    "DOCUMENT_THERE_ALREADY", "There is a document in that place already. Remove it first."
)
DOCUMENT_NOT_SHOWN = Code(
    "DOCUMENT_NOT_SHOWN",
    "This document came as a PDF that cannot be shown here. It is kept and sent as it was shared.",
)
DOCUMENT_PAGE_ABSENT = Code("DOCUMENT_PAGE_ABSENT", "The document has no such page.")
DOCUMENT_SMALL_ALREADY = Code(
    "DOCUMENT_SMALL_ALREADY", "This picture is already as small as it can be and still be read."
)

_FORMAT = "pdf"
_JPEG_QUALITY = 85
_LONGER_SIDE_OF_A4_IN = 11.7
LEAST_RESOLUTION_DPI = 150  # below it small print is lost
_LEAST_JPEG_QUALITY = 65
_CLEARLY_SMALLER = 0.9


@dataclass(frozen=True, slots=True)
class DocumentSlot:
    """A place for one document: its field, what may be put there, whether it must be; ``category`` is the form's
    word for what is proven by it (``POA``)."""

    field: str
    labels: Labels
    required: bool
    types: tuple[Choice, ...]
    category: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """What scanning came to: ``pages`` more were taken, and ``broke_off`` says why not all of them, if so."""

    registration: Registration
    pages: int
    broke_off: Finding | None = None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page for the screen: (h, w, 3) RGB, and of how many it is one; of a PDF that somebody else made of more
    than pictures there are no pixels."""

    pixels: Pixels | None
    of: int


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What making a document smaller came to; sizes in bytes."""

    registration: Registration
    before: int
    after: int


Pages = tuple[PicturePage, ...]


class Documents:
    def __init__(
        self,
        journal: Journal,
        reference: ReferenceData,
        catalogue: Catalogue,
        context: DeviceContext,
        policy: Policy,
        asked: CapturesAsked,
    ) -> None:
        self._journal = journal
        self._reference = reference
        self._catalogue = catalogue
        self._context = context
        self._policy = policy
        self._asked = asked
        self._quality = DocumentQuality()

    def slots(self, process: Process) -> tuple[DocumentSlot, ...]:
        return tuple(
            DocumentSlot(
                field.id,
                field.labels,
                field.required,
                self._reference.document_types.get(field.sub_type, ()),
                field.sub_type,
            )
            for screen in self._reference.ui_specs[process].screens
            for field in screen.fields
            if field.control == "fileupload" and field.id in self._reference.schema.fields
        )

    def slots_of(self, state: Registration) -> tuple[DocumentSlot, ...]:
        """The places this registration has, and which it cannot do without: a child's needs others than an
        adult's. Pure."""
        return tuple(
            replace(slot, required=self._asked.is_document_wanted(slot.field, state))
            for slot in self.slots(state.started.process)
            if slot.field in state.documents or self._asked.is_document_taken(slot.field, state)
        )

    def scan(
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
        """Scan what lies in the feeder, else one page from the glass, and keep it.

        Raises ``DeviceUnavailable``, ``Cancelled``, ``BadInput``, ``Refused``.
        """
        before, after = self._around(registration_id, slot_field, type_code, page)
        with self._catalogue.open(DeviceKind.SCANNER, self._context) as scanner:
            scanned, broke_off = _scanned(scanner, self._policy.scan_resolution_dpi, cancel, on_preview)
        pages = [kept_page(read_picture(each.content), each.resolution_dpi) for each in scanned]
        state = self._keep(registration_id, slot_field, type_code, reference, (before, pages, after), "scanner")
        warned = replace(broke_off, severity=Severity.WARNS, field=slot_field) if broke_off else None
        return Attached(state, len(pages), warned)

    def attach(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        *contents: bytes,
        page: int | None = None,
    ) -> Registration:
        """Keep picture files the officer chose, a page each, or the pages of a PDF of pictures. Raises
        ``BadInput`` when one cannot be read, ``Refused``."""
        before, after = self._around(registration_id, slot_field, type_code, page)
        dpi = self._policy.scan_resolution_dpi
        pictures = [each for content in contents for each in pictures_of(content)]
        pages = [kept_page(as_fine_as_a_scan(each, dpi), dpi) for each in pictures]
        return self._keep(registration_id, slot_field, type_code, reference, (before, pages, after), "file")

    def take_over(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        contents: Sequence[bytes],
        provenance: Callable[[str], Entry],
    ) -> Registration:
        """Keep what somebody else vouches for: one PDF as it is, else pictures, a page each. ``provenance`` says
        where the document of a digest is from, and is committed with it. Raises ``BadInput``; ``Refused`` where
        there is one already, or it is too large."""
        self._around(registration_id, slot_field, type_code, None)
        if len(contents) == 1 and media_type_of(contents[0]) == PDF:
            pdf = contents[0]
            self._require_size(len(pdf), DOCUMENT_TOO_LARGE)
        else:
            dpi = self._policy.scan_resolution_dpi
            pictures = [each for content in contents for each in pictures_of(content)]
            pdf = self._fitting([kept_page(as_fine_as_a_scan(each, dpi), dpi) for each in pictures])
        ref = self._journal.keep(registration_id, pdf)
        attached = self._attaching(ref, slot_field, type_code, reference, source="shared")

        def changed(state: Registration) -> tuple[Entry, ...]:
            if slot_field in state.documents:
                raise Refused(DOCUMENT_THERE_ALREADY)
            return attached, provenance(ref.digest)

        return self._journal.decide(registration_id, changed)

    def remove_page(self, registration_id: RegistrationId, slot_field: str, page: int) -> Registration:
        """Keep the document without one of its pages; without the last one there is no document any more."""
        document = self._document(self._journal.open_draft(registration_id), slot_field)
        pages = self._pages(registration_id, document)
        if not 0 <= page < len(pages):
            raise BadInput(DOCUMENT_PAGE_ABSENT)
        if len(pages) == 1:
            return self.remove(registration_id, slot_field)
        facts, others = document.facts, (pages[:page], (), pages[page + 1 :])
        return self._keep(registration_id, slot_field, facts.type_code, facts.reference, others, "page removed")

    def remove(self, registration_id: RegistrationId, slot_field: str) -> Registration:
        return self._journal.commit(registration_id, self._removing(slot_field))

    def finish(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        """Say that all documents are there; returns what is missing (nothing: committed)."""
        state = self._journal.open_draft(registration_id)
        missing = tuple(
            Finding(DOCUMENT_MISSING, field=slot.field)
            for slot in self.slots_of(state)
            if slot.required and slot.field not in state.documents
        )
        # Unless the details are still to come, this is the last step in which anything could be.
        if state.demographics_entered and not changes_something(state):
            missing = (*missing, Finding(NOTHING_CHANGED))
        if not missing:
            event = StepCompleted(self._journal.now(), Step.DOCUMENTS)
            detail = {"step": Step.DOCUMENTS.value, "documents": str(len(state.documents))}
            self._journal.commit(registration_id, Entry(event, AuditEvent.STEP_COMPLETED, detail))
        return missing

    def page(
        self, registration_id: RegistrationId, slot_field: str, page: int = 0, *, enough_px: int = 0
    ) -> DocumentPage:
        """One kept page, for the screen; a smaller one where it need be no larger than ``enough_px``. Raises
        ``BadInput`` when there is none."""
        document = self._document(self._journal.load(registration_id), slot_field)
        try:
            pages = self._pages(registration_id, document)
        except BadInput as error:
            if error.code is not DOCUMENT_NOT_SHOWN:
                raise
            return DocumentPage(None, 1)
        if not 0 <= page < len(pages):
            raise BadInput(DOCUMENT_PAGE_ABSENT)
        return DocumentPage(read_picture(pages[page].jpeg, enough_px=enough_px), len(pages))

    def pictures(self, registration_id: RegistrationId, slot_field: str) -> tuple[Pixels, ...]:
        """All kept pages, to be read by machine. Raises ``BadInput`` when there is no such document."""
        document = self._document(self._journal.load(registration_id), slot_field)
        return tuple(read_picture(each.jpeg) for each in self._pages(registration_id, document))

    def call(
        self, registration_id: RegistrationId, slot_field: str, type_code: str, reference: str | None
    ) -> Registration:
        """Keep a document under another kind or number; its pages stay what they are. Raises ``BadInput``."""
        state = self._journal.open_draft(registration_id)
        document, slot = self._document(state, slot_field), self._slot(state, slot_field)
        if type_code not in {choice.code for choice in slot.types}:
            raise BadInput(DOCUMENT_TYPE_UNKNOWN)
        facts = replace(document.facts, type_code=type_code, reference=reference or None)
        if facts == document.facts:
            return state
        event = DocumentAttached(self._journal.now(), facts, document.content)
        told = {"field": slot_field, "type": type_code, "source": "renamed", "sha256": document.content.digest}
        return self._journal.commit(registration_id, Entry(event, AuditEvent.DOCUMENT_ATTACHED, told))

    def move(
        self, registration_id: RegistrationId, slot_field: str, to: str, type_code: str, reference: str | None
    ) -> Registration:
        """Keep a document in another place, as what it turned out to be. Raises ``BadInput``; ``Refused`` where
        there is one already."""
        state = self._journal.open_draft(registration_id)
        document, slot = self._document(state, slot_field), self._slot(state, to)
        if type_code not in {choice.code for choice in slot.types}:
            raise BadInput(DOCUMENT_TYPE_UNKNOWN)
        if to in state.documents:
            raise Refused(DOCUMENT_THERE_ALREADY)
        now, content = self._journal.now(), document.content
        facts = replace(document.facts, field=to, type_code=type_code, reference=reference or None)
        told = {"field": to, "type": type_code, "source": slot_field, "sha256": content.digest}
        attached = Entry(DocumentAttached(now, facts, content), AuditEvent.DOCUMENT_ATTACHED, told)
        removed = Entry(DocumentRemoved(now, slot_field), AuditEvent.DOCUMENT_REMOVED, {"field": slot_field})
        return self._journal.commit(registration_id, attached, removed)

    def findings(self, registration_id: RegistrationId, slot_field: str, page: int = 0) -> tuple[Finding, ...]:
        """What makes the kept page hard to read, and what to do about it; warnings only, about 0.2 s. Says nothing
        of whether the document is genuine. Raises ``BadInput`` when there is none."""
        pixels = self.page(registration_id, slot_field, page).pixels
        found = self._quality.assess(pixels).findings if pixels is not None else ()
        return tuple(replace(each, field=slot_field) for each in found)

    def make_smaller(self, registration_id: RegistrationId, slot_field: str) -> Shrunk:
        """Keep a document with coarser pictures, never below what can be read. Raises ``BadInput`` when there is
        no such document, ``Refused`` when its pictures are as coarse as they may be."""
        document = self._document(self._journal.open_draft(registration_id), slot_field)
        before = self._journal.read(registration_id, document.content)
        after = smaller_document(before)
        if after is None:
            raise Refused(DOCUMENT_SMALL_ALREADY)
        ref = self._journal.keep(registration_id, after)
        detail = {"field": slot_field, "from": str(len(before)), "to": str(len(after)), "sha256": ref.digest}
        event = DocumentAttached(self._journal.now(), document.facts, ref)
        entry = Entry(event, AuditEvent.DOCUMENT_MADE_SMALLER, detail, ref)
        return Shrunk(self._journal.commit(registration_id, entry), len(before), len(after))

    def _around(
        self, registration_id: RegistrationId, slot_field: str, type_code: str, page: int | None
    ) -> tuple[Pages, Pages]:
        """The pages that stay, before and behind what is going to be taken. Raises ``BadInput``."""
        state = self._journal.open_draft(registration_id)
        slot = self._slot(state, slot_field)
        if type_code not in {choice.code for choice in slot.types}:
            raise BadInput(DOCUMENT_TYPE_UNKNOWN)
        document = state.documents.get(slot_field)
        if page is None or (page == 0 and document is None):
            return (), ()
        pages = self._pages(registration_id, document) if document else ()
        if not 0 <= page <= len(pages):
            raise BadInput(DOCUMENT_PAGE_ABSENT)
        return pages[:page], pages[page + 1 :]

    def _slot(self, state: Registration, slot_field: str) -> DocumentSlot:
        slot = next((each for each in self.slots(state.started.process) if each.field == slot_field), None)
        if slot is None:
            raise BadInput(DOCUMENT_FIELD_UNKNOWN)
        return slot

    def _document(self, state: Registration, slot_field: str) -> DocumentAttached:
        document = state.documents.get(slot_field)
        if document is None:
            raise BadInput(DOCUMENT_FIELD_UNKNOWN)
        return document

    def _pages(self, registration_id: RegistrationId, document: DocumentAttached) -> Pages:
        """Raises ``BadInput(DOCUMENT_NOT_SHOWN)`` for a PDF of somebody else's that holds more than pictures."""
        try:
            return parse(self._journal.read(registration_id, document.content))
        except MalformedData as error:
            raise BadInput(DOCUMENT_NOT_SHOWN) from error

    def _keep(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        parts: tuple[Sequence[PicturePage], Sequence[PicturePage], Sequence[PicturePage]],
        source: str,
    ) -> Registration:
        """The pages that stay are those before and behind the new ones; where none does, it is another document,
        of which the chip of the first says nothing."""
        before, taken, after = parts
        pages = (*before, *taken, *after)
        pdf = self._fitting(pages)
        ref = self._journal.keep(registration_id, pdf)
        entry = self._attaching(ref, slot_field, type_code, reference, source=source, pages=str(len(pages)))

        def changed(state: Registration) -> tuple[Entry, ...]:
            if before or after or slot_field not in state.chips:
                return (entry,)
            return (self._removing(slot_field), entry)

        return self._journal.decide(registration_id, changed)

    def _attaching(
        self, ref: BlobRef, slot_field: str, type_code: str, reference: str | None, **detail: str
    ) -> Entry:
        facts = DocumentFacts(slot_field, type_code, _FORMAT, reference or None)
        told = {"field": slot_field, "type": type_code, **detail, "sha256": ref.digest}
        return Entry(DocumentAttached(self._journal.now(), facts, ref), AuditEvent.DOCUMENT_ATTACHED, told, ref)

    def _removing(self, slot_field: str) -> Entry:
        event = DocumentRemoved(self._journal.now(), slot_field)
        return Entry(event, AuditEvent.DOCUMENT_REMOVED, {"field": slot_field})

    def _fitting(self, pages: Sequence[PicturePage]) -> bytes:
        """The document; of several pages that are too large together a coarser one, where that is enough: nobody
        wants to lay a stack into the feeder again. Raises ``Refused``."""
        pdf, limit = encode(pages), self._policy.maximum_packet_bytes
        if document_alone(len(pdf)) > limit and len(pages) > 1:
            pdf = smaller_document(pdf) or pdf
        self._require_size(len(pdf), DOCUMENT_PAGES_TOO_LARGE if len(pages) > 1 else DOCUMENT_TOO_LARGE)
        return pdf

    def _require_size(self, size: int, code: Code) -> None:
        limit = self._policy.maximum_packet_bytes
        if document_alone(size) > limit:
            raise Refused(code, size=size // 1000, limit=limit // 1000)


def _scanned(
    scanner: object, resolution_dpi: int, cancel: Event, on_preview: Callable[[Frame], None]
) -> tuple[Sequence[ScannedPage], Finding | None]:
    """Paper in the feeder was put there to be scanned; otherwise what lies on the glass is meant."""
    if isinstance(scanner, SheetFeeder):
        try:
            stack = scanner.scan_stack(resolution_dpi, cancel, on_preview)
        except DeviceUnavailable as error:
            if error.code != FEEDER_EMPTY:
                raise
        else:
            return stack.pages, stack.broke_off
    assert isinstance(scanner, DocumentScanner)
    return (scanner.scan(resolution_dpi, cancel, on_preview),), None


def pictures_of(content: bytes) -> tuple[Pixels, ...]:
    """The pages in a file: a picture, or a PDF of pictures. Raises ``BadInput``."""
    pictures = pictures_in(content) if content.startswith(b"%PDF-") else (content,)
    return tuple(read_picture(each) for each in pictures)


def smaller_document(pdf: bytes) -> bytes | None:
    """The pages with their pictures at the least resolution that can still be read, else at a lower quality;
    nothing when neither makes the document clearly smaller."""
    smaller = encode([_smaller(each) for each in parse(pdf)])
    return smaller if len(smaller) < len(pdf) * _CLEARLY_SMALLER else None


def _smaller(page: PicturePage) -> PicturePage:
    coarser, dpi = Image.fromarray(read_picture(page.jpeg)), page.resolution_dpi
    if dpi > LEAST_RESOLUTION_DPI:
        share = LEAST_RESOLUTION_DPI / dpi
        size = (max(1, round(coarser.width * share)), max(1, round(coarser.height * share)))
        coarser, dpi = coarser.resize(size, Image.Resampling.LANCZOS), LEAST_RESOLUTION_DPI
    smaller = kept_page(np.asarray(coarser), dpi, quality=_LEAST_JPEG_QUALITY)
    return smaller if len(smaller.jpeg) < len(page.jpeg) else page


def as_fine_as_a_scan(pixels: Pixels, resolution_dpi: int) -> Pixels:
    """The picture with no more pixels along its longer side than a scan of A4 has."""
    longest = round(_LONGER_SIDE_OF_A4_IN * resolution_dpi)
    if max(pixels.shape[:2]) <= longest:
        return pixels
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)


def kept_page(pixels: Pixels, resolution_dpi: int, quality: int = _JPEG_QUALITY) -> PicturePage:
    """RGB pixels as a page in its true size."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, optimize=True)
    return PicturePage(buffer.getvalue(), resolution_dpi)
