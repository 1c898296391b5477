"""A sign-in elsewhere as a document: a PDF that says that it took place and what it was worth, but not for whom.

For systems that know documents only ("Identity Use Case", Backward Compatibility): it lies where the front of a
document would. Anonymised: whoever asked for it knows by the number of the piece what it is about. Signed by the
station's machine key (PAdES).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from muster.clock import rfc3339
from muster.crypto.machine_key import MachineKey
from muster.domain.evidence import Artifact, ArtifactRole, Evaluation, Evidence
from muster.formats.text_pdf import text_pdf

_REASON = "Attestation of a sign-in"
_PDF = "application/pdf"


def attested(evaluation: Evaluation, key: MachineKey, station: str) -> tuple[Evaluation, dict[str, bytes]]:
    """The same with an attestation behind each verified sign-in, and the files by their digests.

    Raises ``KeyUnavailable``."""
    from muster.crypto.pdf_signing import sign_pdf  # whose library takes a second to import

    files: dict[str, bytes] = {}

    def with_attestation(evidence: Evidence) -> Evidence:
        if not evidence.submission.kind.is_sign_in or not evidence.is_verified:
            return evidence
        pdf = sign_pdf(attestation(evidence, station), key, station, reason=_REASON)
        digest = hashlib.sha256(pdf).hexdigest()
        files[digest] = pdf
        artifact = Artifact(ArtifactRole.ATTESTATION, _PDF, digest, len(pdf))
        artifacts = (*evidence.submission.artifacts, artifact)
        return replace(evidence, submission=replace(evidence.submission, artifacts=artifacts))

    return replace(evaluation, evidence=tuple(map(with_attestation, evaluation.evidence))), files


def attestation(evidence: Evidence, station: str) -> bytes:
    """One page, not yet signed."""
    submission = evidence.submission
    at = submission.answered_at or submission.submitted_at
    lines = [
        "The person named in the registration signed in at an identity provider, before this station.",
        "Who it was is not told here.",
        "",
        f"Provider:  {_plain(submission.provider)}",
        f"Time:  {rfc3339(at)}",
        f"Piece of evidence:  {submission.id}",
        f"Status:  {evidence.status.value}",
        f"Score:  {evidence.score.value} of {evidence.strength.value}",
        f"Methods:  {_plain(' '.join(submission.amr)) or 'not told'}",
        f"Station:  {station}",
    ]
    return text_pdf("Attestation of a sign-in", lines)


def _plain(text: str) -> str:
    """An issuer may be written in letters the page has not; its address in ASCII is as good."""
    return text.encode("ascii", "backslashreplace").decode()[:90]
