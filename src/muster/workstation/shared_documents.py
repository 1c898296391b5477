"""Documents that a proof of identity brought, taken over as documents of the registration.

What a person shared, or showed when they proved who they are, need not be scanned once more. An officer is offered
what was verified and nothing else; what was taken over says from whom it came, as long as it stays the same file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.audit.catalogue import AuditEvent
from muster.domain.evidence import Artifact, ArtifactRole, Submission
from muster.domain.lifecycle import DocumentShared, Registration
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.workstation.documents import Documents, DocumentSlot
from muster.workstation.evidence import EvidenceLedger
from muster.workstation.journal import Entry, Journal

SHARED_DOCUMENT_UNKNOWN = Code("SHARED_DOCUMENT_UNKNOWN", "No proof of identity brought such a document.")

STATION = "station"  # who stands behind what this station looked at itself
# MOSIP's words for what a document proves.
_ADDRESS, _IDENTITY = "POA", "POI"


@dataclass(frozen=True, slots=True)
class SharedDocument:
    """``id`` is the digest of its first file; ``provider`` whoever it is from, ``slots`` the places that are free
    for it. ``role`` is what it is: the front of a document has its back with it."""

    id: str
    role: ArtifactRole
    provider: str
    slots: tuple[DocumentSlot, ...]

    @property
    def is_from_here(self) -> bool:
        return self.provider == STATION


class SharedDocuments:
    def __init__(self, journal: Journal, documents: Documents) -> None:
        self._journal = journal
        self._documents = documents
        self._ledger = EvidenceLedger(journal)

    def offers(self, registration_id: RegistrationId) -> tuple[SharedDocument, ...]:
        """What could be taken over, each with the places it could go to; what was is offered no more."""
        state = self._journal.load(registration_id)
        free = tuple(each for each in self._documents.slots_of(state) if each.field not in state.documents)
        found = []
        for piece, files in self._brought(registration_id):
            slots = tuple(each for each in free if each.category in _wanted(files[0].role, each.category))
            if slots and not _is_taken(state, files):
                first = files[0]
                found.append(SharedDocument(first.digest, first.role, piece.provider, slots))
        return tuple(found)

    def take(self, registration_id: RegistrationId, shared: str, slot_field: str, type_code: str) -> Registration:
        """Keep it as the document of this place. A PDF stays as it is, pictures become one.

        Raises ``BadInput`` (no such document, place or kind; not to be read), ``Refused`` (there is one already,
        too large, or the registration is finished), ``StorageUnavailable``, ``NotAuthentic``.
        """
        found = next((each for each in self._brought(registration_id) if each[1][0].digest == shared), None)
        if found is None:
            raise BadInput(SHARED_DOCUMENT_UNKNOWN)
        piece, files = found
        contents = [self._ledger.read(registration_id, each) for each in files]
        number = piece.document.number if piece.document is not None else None

        def provenance(digest: str) -> Entry:
            event = DocumentShared(self._journal.now(), digest, piece.provider, piece.id, shared)
            told = {"field": slot_field, "piece": piece.id, "provider": piece.provider, "sha256": digest}
            return Entry(event, AuditEvent.SHARED_DOCUMENT_TAKEN, told)

        return self._documents.take_over(registration_id, slot_field, type_code, number, contents, provenance)

    def _brought(self, registration_id: RegistrationId) -> Iterator[tuple[Submission, tuple[Artifact, ...]]]:
        """By document: both sides of one are one."""
        for piece in self._ledger.submissions(registration_id):
            if piece.processing or piece.faults:
                continue
            kept = [each for each in piece.artifacts if each.kept]
            sides = tuple(each for each in kept if each.role in (ArtifactRole.FRONT, ArtifactRole.BACK))
            if sides:
                yield piece, tuple(sorted(sides, key=lambda each: each.role is ArtifactRole.BACK))
            for each in kept:
                if each.role in (ArtifactRole.PROOF_OF_RESIDENCE, ArtifactRole.RECORD):
                    yield piece, (each,)


def _wanted(role: ArtifactRole, category: str) -> tuple[str, ...]:
    """The places it may go to, by what is proven there: what nobody named may go anywhere."""
    named = {ArtifactRole.PROOF_OF_RESIDENCE: (_ADDRESS,), ArtifactRole.FRONT: (_IDENTITY,)}
    return named.get(role, (category,))


def _is_taken(state: Registration, files: tuple[Artifact, ...]) -> bool:
    there = (state.provenance(field) for field in state.documents)
    return files[0].digest in {each.file for each in there if each is not None}
