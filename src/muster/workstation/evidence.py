"""What a registration's identity rests on: the evidence ledger of its proofs of identity.

Nothing is kept here. The pieces are what the executions about a registration brought in
(``proofing.submissions``), the evaluation follows from them (``proofing.ledger``). Officers see the level and what
would raise it; why a document was doubted would teach whoever asks them, so that only those who may see indicators
do, and each look is on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.devices.frames import Pixels
from muster.domain.evidence import Artifact, Evaluation, LevelOfAssurance, Submission, UpgradePath
from muster.domain.operators import Permission
from muster.domain.proofing import Consent
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, MalformedData, Refused
from muster.proofing.events import ConsentCollected, ProofingCancelled
from muster.proofing.ledger import evaluate
from muster.proofing.levels import LevelTable, shipped_levels
from muster.proofing.submissions import submissions_of
from muster.store.proofings import CONTENT_DESTROYED, Execution
from muster.workstation.documents import pictures_of
from muster.workstation.journal import Journal

EVIDENCE_ABSENT = Code(
    "EVIDENCE_ABSENT", "Nobody has proven who this person is at this station: there is no evidence to tell of."
)
EVIDENCE_DESTROYED = Code(
    "EVIDENCE_DESTROYED",
    "What proved who this person is was destroyed here with the rest of the registration, after it was delivered "
    "or given up.",
)
EVIDENCE_FILE_UNKNOWN = Code("EVIDENCE_FILE_UNKNOWN", "No piece of evidence of this registration has such a file.")


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    consent: Consent
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class FileSeen:
    """``pages`` are (h, w, 3) RGB: a picture is one, a PDF that holds pictures has as many; none is what cannot be
    shown here."""

    content: bytes = field(repr=False)
    pages: tuple[Pixels, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AssuranceView:
    """What an officer sees. ``is_destroyed``: there were pieces, until the content of the registration went."""

    level: LevelOfAssurance
    upgrade_paths: tuple[UpgradePath, ...]
    pieces: int
    is_destroyed: bool = False


class EvidenceLedger:
    def __init__(self, journal: Journal, table: LevelTable | None = None) -> None:
        self._journal = journal
        self._table = table

    def assurance(self, registration_id: RegistrationId) -> AssuranceView:
        """How sure the station is of who this is, and what would make it surer. Raises ``BadInput``."""
        self._journal.load(registration_id)
        evaluation = self._evaluation(registration_id, self.submissions(registration_id))
        pieces = sum(not each.submission.kind.is_derived for each in evaluation.evidence)
        is_destroyed = not pieces and self.absence(registration_id) is EVIDENCE_DESTROYED
        return AssuranceView(evaluation.level, evaluation.upgrade_paths, pieces, is_destroyed)

    def absence(self, registration_id: RegistrationId) -> Code:
        """Why there are no pieces of evidence, where there are none."""
        reasons = {
            event.reason
            for execution in self._executions(registration_id)
            for event in execution.events
            if isinstance(event, ProofingCancelled)
        }
        return EVIDENCE_DESTROYED if CONTENT_DESTROYED in reasons else EVIDENCE_ABSENT

    def evaluation(self, registration_id: RegistrationId) -> Evaluation:
        """All of it, checks and risks too. Raises ``Refused`` for whoever may not see indicators, ``BadInput``."""
        self._journal.access.require(Permission.SEE_INDICATORS)
        self._journal.load(registration_id)
        submissions = self.submissions(registration_id)
        self._journal.note(registration_id, AuditEvent.EVIDENCE_SHOWN, pieces=str(len(submissions)))
        return self._evaluation(registration_id, submissions)

    def consents(self, registration_id: RegistrationId) -> tuple[ConsentGiven, ...]:
        """What the person agreed to before they proved who they are. Raises ``BadInput``."""
        self._journal.load(registration_id)
        return tuple(
            ConsentGiven(each, event.at)
            for execution in self._executions(registration_id)
            for event in execution.events
            if isinstance(event, ConsentCollected)
            for each in event.consents
        )

    def file(self, registration_id: RegistrationId, digest: str) -> FileSeen:
        """A file behind a piece of evidence, by its SHA-256. Raises ``Refused`` for whoever may not see
        indicators, ``BadInput(EVIDENCE_FILE_UNKNOWN)``, ``StorageUnavailable``, ``NotAuthentic``."""
        content = self._opened(registration_id, digest, AuditEvent.EVIDENCE_FILE_SHOWN)
        try:
            pages = pictures_of(content)
        except (BadInput, MalformedData):  # a copy of it can still be taken
            pages = ()
        return FileSeen(content, pages)

    def copy_file(self, registration_id: RegistrationId, digest: str, path: Path) -> None:
        """Write it to ``path``, in place of what is there. Raises as :meth:`file`."""
        content = self._opened(registration_id, digest, AuditEvent.EVIDENCE_FILE_COPIED)
        durable.write(path, content)

    def read(self, registration_id: RegistrationId, artifact: Artifact) -> bytes:
        """The bytes behind one of the artifacts, for whoever notes what becomes of them."""
        return self._journal.read(registration_id, artifact.ref)

    def _opened(self, registration_id: RegistrationId, digest: str, event: AuditEvent) -> bytes:
        self._journal.access.require(Permission.SEE_INDICATORS)
        self._journal.load(registration_id)
        pieces = self.submissions(registration_id)
        found = next((each for piece in pieces for each in piece.artifacts if each.digest == digest), None)
        if found is None:
            raise BadInput(EVIDENCE_FILE_UNKNOWN)
        content = self.read(registration_id, found)
        self._journal.note(registration_id, event, role=found.role.value, sha256=digest)
        return content

    def for_others(self, registration_id: RegistrationId, *, unveiled: bool) -> Evaluation:
        """To be told in another system's words, by whoever notes that it was. What speaks against a document is in
        it only when ``unveiled``. Raises ``BadInput``, ``Refused(EVIDENCE_ABSENT, EVIDENCE_DESTROYED)``."""
        self._journal.load(registration_id)
        submissions = self.submissions(registration_id)
        if not submissions:
            raise Refused(self.absence(registration_id))
        evaluation = self._evaluation(registration_id, submissions)
        return evaluation if unveiled else _veiled(evaluation)

    def _executions(self, registration_id: RegistrationId) -> tuple[Execution, ...]:
        with self._journal.database.read() as work:
            return tuple(work.proofings.load(each) for each in work.proofings.of_subject(registration_id.text))

    def submissions(self, registration_id: RegistrationId) -> tuple[Submission, ...]:
        """The pieces as they came in, for other use cases: nothing of them is shown without being noted."""
        return tuple(
            piece
            for execution in self._executions(registration_id)
            for piece in submissions_of(execution.id, execution.plan, execution.events)
        )

    def _evaluation(self, registration_id: RegistrationId, submissions: tuple[Submission, ...]) -> Evaluation:
        """As of the last thing that was learnt; of nothing, as of now."""
        moments = [each.answered_at or each.submitted_at for each in submissions]
        at: datetime = max(moments) if moments else self._journal.now()
        return evaluate(submissions, self._table or shipped_levels(), registration_id.text, at)


def _veiled(evaluation: Evaluation) -> Evaluation:
    """Without checks and risks: how each piece ended stays."""
    evidence = tuple(
        replace(each, submission=replace(each.submission, checks=(), risks=())) for each in evaluation.evidence
    )
    return replace(evaluation, evidence=evidence)
