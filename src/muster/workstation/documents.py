"""Papers the person brings: scanned or chosen from a file, checked, kept as one PDF page.

MOSIP takes one file per document field, normally a PDF. A page becomes a PDF with the picture as JPEG
inside at the scanner's resolution, so that a scan prints in its true size. A picture from a file (a
telephone takes twelve megapixels) is kept at most as fine as a scan of A4 would be; never made finer.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event

import numpy as np
from PIL import Image

from muster.analysis.document_quality import DocumentQuality
from muster.analysis.pictures import read_picture
from muster.audit.catalogue import AuditEvent
from muster.devices.api import DeviceContext, DeviceKind, DocumentScanner
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame, Pixels
from muster.domain.applicant import DocumentFacts
from muster.domain.assessment import Finding
from muster.domain.lifecycle import DocumentAttached, DocumentRemoved, Registration, StepCompleted
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import BadInput, Code, Refused
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
    """A place for one document: its field, what may be put there, whether it must be."""

    field: str
    labels: Labels
    required: bool
    types: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What making a document smaller came to; sizes in bytes."""

    registration: Registration
    before: int
    after: int


class Documents:
    def __init__(
        self,
        journal: Journal,
        reference: ReferenceData,
        catalogue: Catalogue,
        context: DeviceContext,
        policy: Policy,
    ) -> None:
        self._journal = journal
        self._reference = reference
        self._catalogue = catalogue
        self._context = context
        self._policy = policy
        self._quality = DocumentQuality()

    def slots(self, process: Process) -> tuple[DocumentSlot, ...]:
        return tuple(
            DocumentSlot(
                field.id, field.labels, field.required, self._reference.document_types.get(field.sub_type, ())
            )
            for screen in self._reference.ui_specs[process].screens
            for field in screen.fields
            if field.control == "fileupload" and field.id in self._reference.schema.fields
        )

    def scan(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        cancel: Event,
        on_preview: Callable[[Frame], None],
    ) -> Registration:
        """Scan one page and keep it. Raises ``DeviceUnavailable``, ``Cancelled``, ``BadInput``."""
        self._check(registration_id, slot_field, type_code)
        with self._catalogue.open(DeviceKind.SCANNER, self._context) as scanner:
            assert isinstance(scanner, DocumentScanner)
            page = scanner.scan(self._policy.scan_resolution_dpi, cancel, on_preview)
        pdf = page_to_pdf(read_picture(page.content), page.resolution_dpi)
        return self._keep(registration_id, slot_field, type_code, reference, pdf, "scanner")

    def attach(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        content: bytes,
    ) -> Registration:
        """Keep a picture file the officer chose. Raises ``BadInput`` when it cannot be read."""
        self._check(registration_id, slot_field, type_code)
        dpi = self._policy.scan_resolution_dpi
        pdf = page_to_pdf(as_fine_as_a_scan(read_picture(content), dpi), dpi)
        return self._keep(registration_id, slot_field, type_code, reference, pdf, "file")

    def remove(self, registration_id: RegistrationId, slot_field: str) -> Registration:
        event = DocumentRemoved(self._journal.now(), slot_field)
        detail = {"field": slot_field}
        return self._journal.commit(registration_id, Entry(event, AuditEvent.DOCUMENT_REMOVED, detail))

    def finish(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        """Say that all documents are there; returns what is missing (nothing: committed)."""
        state = self._journal.open_draft(registration_id)
        missing = tuple(
            Finding(DOCUMENT_MISSING, field=slot.field)
            for slot in self.slots(state.started.process)
            if slot.required and slot.field not in state.documents
        )
        if not changes_something(state):  # this is the last step in which anything could be
            missing = (*missing, Finding(NOTHING_CHANGED))
        if not missing:
            event = StepCompleted(self._journal.now(), Step.DOCUMENTS)
            detail = {"step": Step.DOCUMENTS.value, "documents": str(len(state.documents))}
            self._journal.commit(registration_id, Entry(event, AuditEvent.STEP_COMPLETED, detail))
        return missing

    def picture(self, registration_id: RegistrationId, slot_field: str) -> Pixels:
        """The kept page as RGB pixels, for the screen. Raises ``BadInput`` when there is none."""
        document = self._journal.load(registration_id).documents.get(slot_field)
        if document is None:
            raise BadInput(DOCUMENT_FIELD_UNKNOWN)
        return picture_in_pdf(self._journal.read(registration_id, document.content))

    def findings(self, registration_id: RegistrationId, slot_field: str) -> tuple[Finding, ...]:
        """What makes the kept page hard to read, and what to do about it; warnings only, about 0.2 s. Says nothing
        of whether the document is genuine. Raises ``BadInput`` when there is none."""
        found = self._quality.assess(self.picture(registration_id, slot_field)).findings
        return tuple(replace(each, field=slot_field) for each in found)

    def make_smaller(self, registration_id: RegistrationId, slot_field: str) -> Shrunk:
        """Keep a document with a coarser picture, never below what can be read. Raises ``BadInput`` when there is
        no such document, ``Refused`` when its picture is as coarse as it may be."""
        document = self._journal.open_draft(registration_id).documents.get(slot_field)
        if document is None:
            raise BadInput(DOCUMENT_FIELD_UNKNOWN)
        before = self._journal.read(registration_id, document.content)
        after = smaller_page(before)
        if after is None:
            raise Refused(DOCUMENT_SMALL_ALREADY)
        ref = self._journal.keep(registration_id, after)
        detail = {"field": slot_field, "from": str(len(before)), "to": str(len(after)), "sha256": ref.digest}
        event = DocumentAttached(self._journal.now(), document.facts, ref)
        entry = Entry(event, AuditEvent.DOCUMENT_MADE_SMALLER, detail, ref)
        return Shrunk(self._journal.commit(registration_id, entry), len(before), len(after))

    def _check(self, registration_id: RegistrationId, slot_field: str, type_code: str) -> None:
        process = self._journal.open_draft(registration_id).started.process
        slot = next((each for each in self.slots(process) if each.field == slot_field), None)
        if slot is None:
            raise BadInput(DOCUMENT_FIELD_UNKNOWN)
        if type_code not in {choice.code for choice in slot.types}:
            raise BadInput(DOCUMENT_TYPE_UNKNOWN)

    def _keep(
        self,
        registration_id: RegistrationId,
        slot_field: str,
        type_code: str,
        reference: str | None,
        pdf: bytes,
        source: str,
    ) -> Registration:
        limit = self._policy.maximum_packet_bytes
        if document_alone(len(pdf)) > limit:
            raise Refused(DOCUMENT_TOO_LARGE, size=len(pdf) // 1000, limit=limit // 1000)
        ref = self._journal.keep(registration_id, pdf)
        facts = DocumentFacts(slot_field, type_code, _FORMAT, reference or None)
        entry = Entry(
            DocumentAttached(self._journal.now(), facts, ref),
            AuditEvent.DOCUMENT_ATTACHED,
            {"field": slot_field, "type": type_code, "source": source, "sha256": ref.digest},
            ref,
        )
        return self._journal.commit(registration_id, entry)


def smaller_page(pdf: bytes) -> bytes | None:
    """The page with its picture at the least resolution that can still be read, else at a lower quality; nothing
    when neither makes it clearly smaller."""
    pixels, dpi = picture_in_pdf(pdf), _resolution_of(pdf)
    coarser = Image.fromarray(pixels)
    if dpi > LEAST_RESOLUTION_DPI:
        share = LEAST_RESOLUTION_DPI / dpi
        size = (round(coarser.width * share), round(coarser.height * share))
        coarser, dpi = coarser.resize(size, Image.Resampling.LANCZOS), LEAST_RESOLUTION_DPI
    page = page_to_pdf(np.asarray(coarser), dpi, quality=_LEAST_JPEG_QUALITY)
    return page if len(page) < len(pdf) * _CLEARLY_SMALLER else None


def _resolution_of(pdf: bytes) -> int:
    """Dots per inch of a page of :func:`page_to_pdf`: its width in dots against its width in points."""
    width = re.search(rb"/Width (\d+)", pdf)
    box = re.search(rb"/MediaBox \[ 0 0 ([0-9.]+) ", pdf)
    if width is None or box is None:
        raise ValueError("not a page of ours")
    return round(int(width[1]) * 72 / float(box[1]))


def as_fine_as_a_scan(pixels: Pixels, resolution_dpi: int) -> Pixels:
    """The picture with no more pixels along its longer side than a scan of A4 has."""
    longest = round(_LONGER_SIDE_OF_A4_IN * resolution_dpi)
    if max(pixels.shape[:2]) <= longest:
        return pixels
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)


def page_to_pdf(pixels: Pixels, resolution_dpi: int, quality: int = _JPEG_QUALITY) -> bytes:
    """One RGB page as a one-page PDF in its true size."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer, "PDF", resolution=float(resolution_dpi), quality=quality, optimize=True, producer="Muster"
    )
    return buffer.getvalue()


def picture_in_pdf(pdf: bytes) -> Pixels:
    """The JPEG that :func:`page_to_pdf` put into the page."""
    start = pdf.index(b"\xff\xd8\xff")
    end = pdf.index(b"endstream", start)
    return read_picture(pdf[start:end].rstrip(b"\r\n"))
