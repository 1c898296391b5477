"""Papers the person brings: scanned or chosen from a file, checked, kept as one PDF page.

MOSIP takes one file per document field, normally a PDF. A page becomes a PDF with the picture as JPEG
inside at the scanner's resolution, so that a scan prints in its true size. A picture from a file (a
telephone takes twelve megapixels) is kept at most as fine as a scan of A4 would be; never made finer.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

import numpy as np
from PIL import Image

from muster.analysis.pictures import read_picture
from muster.audit.catalogue import AuditEvent
from muster.devices.api import DeviceContext, DeviceKind, DocumentScanner
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame, Pixels
from muster.domain.applicant import DocumentFacts
from muster.domain.assessment import Finding
from muster.domain.lifecycle import DocumentAttached, DocumentRemoved, Registration, StepCompleted
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, Code
from muster.workstation.journal import Entry, Journal
from muster.workstation.policy import Policy
from muster.workstation.reference import Choice, Labels, ReferenceData

DOCUMENT_MISSING = Code("DOCUMENT_MISSING", "This document is needed before you can go on.")
DOCUMENT_FIELD_UNKNOWN = Code("DOCUMENT_FIELD_UNKNOWN", "The form has no document of this name.")
DOCUMENT_TYPE_UNKNOWN = Code("DOCUMENT_TYPE_UNKNOWN", "Choose the kind of document from the list.")

_FORMAT = "pdf"
_JPEG_QUALITY = 85
_LONGER_SIDE_OF_A4_IN = 11.7


@dataclass(frozen=True, slots=True)
class DocumentSlot:
    """A place for one document: its field, what may be put there, whether it must be."""

    field: str
    labels: Labels
    required: bool
    types: tuple[Choice, ...]


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

    def slots(self) -> tuple[DocumentSlot, ...]:
        return tuple(
            DocumentSlot(
                field.id, field.labels, field.required, self._reference.document_types.get(field.sub_type, ())
            )
            for screen in self._reference.ui_spec.screens
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
        self._check(slot_field, type_code)
        self._journal.open_draft(registration_id)
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
        self._check(slot_field, type_code)
        self._journal.open_draft(registration_id)
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
            for slot in self.slots()
            if slot.required and slot.field not in state.documents
        )
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

    def _check(self, slot_field: str, type_code: str) -> None:
        slot = next((each for each in self.slots() if each.field == slot_field), None)
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
        ref = self._journal.keep(registration_id, pdf)
        facts = DocumentFacts(slot_field, type_code, _FORMAT, reference or None)
        entry = Entry(
            DocumentAttached(self._journal.now(), facts, ref),
            AuditEvent.DOCUMENT_ATTACHED,
            {"field": slot_field, "type": type_code, "source": source, "sha256": ref.digest},
            ref,
        )
        return self._journal.commit(registration_id, entry)


def as_fine_as_a_scan(pixels: Pixels, resolution_dpi: int) -> Pixels:
    """The picture with no more pixels along its longer side than a scan of A4 has."""
    longest = round(_LONGER_SIDE_OF_A4_IN * resolution_dpi)
    if max(pixels.shape[:2]) <= longest:
        return pixels
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)


def page_to_pdf(pixels: Pixels, resolution_dpi: int) -> bytes:
    """One RGB page as a one-page PDF in its true size."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer, "PDF", resolution=float(resolution_dpi), quality=_JPEG_QUALITY, producer="Muster"
    )
    return buffer.getvalue()


def picture_in_pdf(pdf: bytes) -> Pixels:
    """The JPEG that :func:`page_to_pdf` put into the page."""
    start = pdf.index(b"\xff\xd8\xff")
    end = pdf.index(b"endstream", start)
    return read_picture(pdf[start:end].rstrip(b"\r\n"))
