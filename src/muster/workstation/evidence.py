"""What a registration's identity rests on: the evidence ledger of its proofs of identity.

Nothing is kept here. The pieces are what the executions about a registration brought in
(``proofing.submissions``), the evaluation follows from them (``proofing.ledger``). Officers see the level and what
would raise it; why a document was doubted would teach whoever asks them, so that only those who may see indicators
do, and each look is on record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from muster.audit.catalogue import AuditEvent
from muster.domain.evidence import Evaluation, LevelOfAssurance, Submission, UpgradePath
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import Code, Refused
from muster.proofing.ledger import evaluate
from muster.proofing.levels import LevelTable, shipped_levels
from muster.proofing.submissions import submissions_of
from muster.workstation.journal import Journal

EVIDENCE_ABSENT = Code(
    "EVIDENCE_ABSENT", "Nobody has proven who this person is at this station: there is no evidence to tell of."
)


@dataclass(frozen=True, slots=True)
class AssuranceView:
    """What an officer sees."""

    level: LevelOfAssurance
    upgrade_paths: tuple[UpgradePath, ...]
    pieces: int


class EvidenceLedger:
    def __init__(self, journal: Journal, table: LevelTable | None = None) -> None:
        self._journal = journal
        self._table = table

    def assurance(self, registration_id: RegistrationId) -> AssuranceView:
        """How sure the station is of who this is, and what would make it surer. Raises ``BadInput``."""
        self._journal.load(registration_id)
        evaluation = self._evaluation(registration_id, self._submissions(registration_id))
        pieces = sum(not each.submission.kind.is_derived for each in evaluation.evidence)
        return AssuranceView(evaluation.level, evaluation.upgrade_paths, pieces)

    def evaluation(self, registration_id: RegistrationId) -> Evaluation:
        """All of it, checks and risks too. Raises ``Refused`` for whoever may not see indicators, ``BadInput``."""
        self._journal.access.require(Permission.SEE_INDICATORS)
        self._journal.load(registration_id)
        submissions = self._submissions(registration_id)
        self._journal.note(registration_id, AuditEvent.EVIDENCE_SHOWN, pieces=str(len(submissions)))
        return self._evaluation(registration_id, submissions)

    def for_others(self, registration_id: RegistrationId, *, unveiled: bool) -> Evaluation:
        """To be told in another system's words, by whoever notes that it was. What speaks against a document is in
        it only when ``unveiled``. Raises ``BadInput``, ``Refused(EVIDENCE_ABSENT)``."""
        self._journal.load(registration_id)
        submissions = self._submissions(registration_id)
        if not submissions:
            raise Refused(EVIDENCE_ABSENT)
        evaluation = self._evaluation(registration_id, submissions)
        return evaluation if unveiled else _veiled(evaluation)

    def _submissions(self, registration_id: RegistrationId) -> tuple[Submission, ...]:
        with self._journal.database.read() as work:
            executions = [work.proofings.load(each) for each in work.proofings.of_subject(registration_id.text)]
        return tuple(
            piece
            for execution in executions
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
