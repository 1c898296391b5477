"""The evidence ledger in MiTrust's words: the ``identity`` dataset ("Identity Use Case").

Either a document, which was decided about, or an eID, which is a signed statement: that has no
``document.verification`` at all, and its PDF attestation lies where a document's front would. What a file is says
its content. States are written as the source's samples have them: two letters with documents, three with an eID.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from muster.domain.document_risk import DocumentVerdict
from muster.domain.evidence import (
    Artifact,
    ArtifactRole,
    Evaluation,
    Evidence,
    EvidenceKind,
    EvidenceStatus,
    IdentityAttributes,
)
from muster.formats.countries import alpha2, alpha3
from muster.formats.json_part import without_empty

Read = Callable[[Artifact], bytes]

ATTESTATION_NAME = "oidc_front.pdf"
_SIDES = (("front", ArtifactRole.FRONT), ("back", ArtifactRole.BACK))


def identity_dataset(evaluation: Evaluation, read: Read) -> dict[str, Any]:
    """``{"identity": {...}}``: of the best document, else of the best eID, else what all evidence says.

    ``read`` gives the bytes behind an artifact. Where the risks were left out of the evidence, for people who may
    not see why a document was refused, the decision stands alone.
    """
    of = _best(evaluation)
    if of is None:
        drawn = next(
            (each for each in evaluation.evidence if each.submission.kind is EvidenceKind.ATTRIBUTES), None
        )
        told = drawn.submission.attributes if drawn is not None else None
        return {"identity": _person(told or IdentityAttributes(), alpha2)}
    if of.submission.kind.is_sign_in:
        told = of.submission.attributes or IdentityAttributes()
        return {"identity": {**_person(told, alpha3), "document": _attested(of, read)}}
    told = of.submission.attributes or IdentityAttributes()
    return {"identity": {**_person(told, alpha2), "document": _document(of, read)}}


def _best(evaluation: Evaluation) -> Evidence | None:
    """A document before an eID, since it says more; the one that scored more before the other."""
    found = [each for each in evaluation.evidence if each.status is not EvidenceStatus.PROCESSING]
    documents = [each for each in found if each.submission.kind is EvidenceKind.DOCUMENT]
    tokens = [each for each in found if each.submission.kind.is_sign_in and each.is_verified]
    verified = [each for each in documents if each.is_verified]
    for among in (verified, tokens, documents):
        if among:
            return max(among, key=lambda each: each.score.rank)
    return None


def _person(told: IdentityAttributes, country: Callable[[str], str]) -> dict[str, Any]:
    given = " ".join(told.given_names)
    return without_empty(
        {
            "given_name": given,
            "family_name": told.surname,
            "name": told.full_name or " ".join(each for each in (given, told.surname) if each),
            "birthdate": told.birthdate,
            "gender": told.gender,
            "nationality": country(told.nationality) if told.nationality else None,
        }
    )


def _document(evidence: Evidence, read: Read) -> dict[str, Any]:
    submission = evidence.submission
    details = submission.document
    # What contradicts the rest was not declined by itself; whoever reads this has nothing of the rest.
    verdict = submission.verdict or DocumentVerdict.INCONCLUSIVE
    if verdict is DocumentVerdict.APPROVED and not evidence.is_verified:
        verdict = DocumentVerdict.DECLINED
    verification: dict[str, Any] = {"decision": verdict.value}
    if submission.risks:
        verification["risk_indicators"] = [
            {"normalized": each.normalized.value, "raw": each.raw} for each in submission.risks
        ]
    told: dict[str, Any] = {
        "verification": verification,
        "type": {"normalized": submission.wire_type.lower(), "raw": submission.wire_type},
    }
    if details is not None:
        told |= without_empty(
            {
                "issuing_country": alpha2(details.issuing_country) if details.issuing_country else None,
                "number": details.number,
                "date_of_issue": details.issued_on,
                "date_of_expiry": details.expires_on,
            }
        )
    for slot, role in _SIDES:
        for artifact in submission.artifacts:
            if artifact.role is role:
                told[slot] = _file(artifact, read)
    return told


def _attested(evidence: Evidence, read: Read) -> dict[str, Any]:
    """Neither a back nor an expiry; its number is the piece's own, its day the one of the token. Whose state's
    identity it is stands there where the provider told it."""
    submission = evidence.submission
    issued_in = submission.document.issuing_country if submission.document is not None else None
    told: dict[str, Any] = without_empty({"issuing_country": alpha3(issued_in) if issued_in else None}) | {
        "date_of_issue": (submission.answered_at or submission.submitted_at).date().isoformat(),
        "type": {"normalized": "jwt", "raw": "id_token"},
        "number": submission.id,
    }
    for artifact in submission.artifacts:
        if artifact.role is ArtifactRole.ATTESTATION:
            told["front"] = _file(artifact, read, ATTESTATION_NAME)
    return told


def _file(artifact: Artifact, read: Read, name: str = "") -> dict[str, Any]:
    wrapper = {"base64": base64.b64encode(read(artifact)).decode()}
    filename = artifact.filename or name
    return {"file_wrapper": {**wrapper, **({"filename": filename} if filename else {})}}
