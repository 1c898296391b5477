"""The evidence ledger in neutral words: ``verified_claims`` of OpenID Identity Assurance Schema Definition 1.0.

Everything the other wordings say has its place here, but for what speaks against a document: that stands in
``check_details`` as ``muster_indicators``, for whoever may see it. ``check_method`` values are of the eKYC working
group's list of identifiers (``vcrypt``, ``vdig``, ``bvp`` ...).
"""

from __future__ import annotations

from typing import Any

from muster.clock import rfc3339
from muster.domain.evidence import Artifact, CheckOutcome, Evaluation, Evidence, EvidenceKind, IdentityAttributes
from muster.domain.proofing import Framework, Scenario
from muster.formats.countries import alpha2
from muster.formats.json_part import without_empty

OWN_FRAMEWORK = "muster"  # its levels are those of the level table
_FRAMEWORKS = {
    Framework.EIDAS: "eidas",
    Framework.NIST_800_63A: "nist_800_63A",
    Framework.UK_DIATF: "uk_diatf",
    Framework.DE_AML: "de_aml",
}
_SCALES = {Framework.EIDAS: "eidas", Framework.NIST_800_63A: "ial"}
_DRAWN_WITH = (EvidenceKind.ADDRESS,)


def verified_claims(evaluation: Evaluation, case_id: str, framework: Framework | None = None) -> dict[str, Any]:
    """``{"verified_claims": {"verification": ..., "claims": ...}}``, of verified evidence alone.

    ``framework`` is whose level is told, where a use case names one. How each check ended is told where it was
    left in the evidence.
    """
    verified = [each for each in evaluation.evidence if each.is_verified and not each.submission.kind.is_derived]
    verification: dict[str, Any] = {
        "trust_framework": _FRAMEWORKS.get(framework, OWN_FRAMEWORK) if framework else OWN_FRAMEWORK,
        "assurance_level": _level(evaluation, framework),
        "time": rfc3339(evaluation.at),
        "verification_process": case_id,
        "evidence": [_evidence(each, verified) for each in verified if _is_told(each)],
    }
    return {"verified_claims": {"verification": verification, "claims": _claims(evaluation)}}


def _level(evaluation: Evaluation, framework: Framework | None) -> str:
    scale = getattr(evaluation.assurance, _SCALES[framework]) if framework in _SCALES else None
    return str(scale.value) if scale is not None else evaluation.level.value


def _is_told(evidence: Evidence) -> bool:
    """A face is a check of the document it was compared with; a code proves that somebody has a telephone."""
    return evidence.submission.kind not in (EvidenceKind.BIOMETRIC, EvidenceKind.ONE_TIME_CODE)


def _evidence(evidence: Evidence, among: list[Evidence]) -> dict[str, Any]:
    submission = evidence.submission
    checks = [_check(evidence)]
    checks += [
        {
            "check_method": "bvp" if each.submission.scenario is Scenario.FACE_TO_FACE else "bvr",
            "organization": each.submission.provider,
            "time": rfc3339(each.submission.answered_at or each.submission.submitted_at),
        }
        for each in among
        if each.submission.kind is EvidenceKind.BIOMETRIC and evidence.id in each.submission.references
    ]
    told: dict[str, Any] = {"type": _type(submission.kind), "check_details": checks}
    if submission.kind is EvidenceKind.DOCUMENT:
        told["document_details"] = _document(evidence)
    elif submission.kind is EvidenceKind.VOUCH:
        told["attestation"] = {"type": "written_attestation", "reference_number": submission.id}
    else:
        record: dict[str, Any] = {"type": submission.wire_type.lower(), "source": {"name": submission.provider}}
        record["created_at"] = rfc3339(submission.answered_at or submission.submitted_at)
        told["record"] = record
    if submission.artifacts:
        told["attachments"] = [_attachment(each) for each in submission.artifacts]
    return told


def _type(kind: EvidenceKind) -> str:
    if kind.is_sign_in or kind is EvidenceKind.REGISTER_RECORD:
        return "electronic_record"
    return "vouch" if kind is EvidenceKind.VOUCH else "document"


def _check(evidence: Evidence) -> dict[str, Any]:
    submission = evidence.submission
    told: dict[str, Any] = {
        "check_method": _method(evidence),
        "organization": submission.provider,
        "check_id": submission.id,
        "time": rfc3339(submission.answered_at or submission.submitted_at),
    }
    if submission.checks:
        told["muster_indicators"] = [name for outcome in CheckOutcome for name in evidence.indicators(outcome)]
    return told


def _method(evidence: Evidence) -> str:
    kind, row = evidence.submission.kind, evidence.submission.row
    if row == "document_chip" or kind.is_sign_in:
        return "vcrypt"
    if kind is EvidenceKind.REGISTER_RECORD:
        return "data"
    return "pvp" if kind is EvidenceKind.VOUCH else "vdig"


def _document(evidence: Evidence) -> dict[str, Any]:
    submission, details = evidence.submission, evidence.submission.document
    told: dict[str, Any] = {"type": submission.wire_type.lower()}
    if details is None:
        return told
    if details.number:
        told["document_number"] = details.number
    if details.issuing_country:
        told["issuer"] = {"country_code": alpha2(details.issuing_country)}
    if details.issued_on:
        told["date_of_issuance"] = details.issued_on
    if details.expires_on:
        told["date_of_expiry"] = details.expires_on
    return told


def _attachment(artifact: Artifact) -> dict[str, Any]:
    """By its digest alone: the file itself stays where it is."""
    digest = {"alg": "sha-256", "value": artifact.digest}
    return {"desc": artifact.role.value, "content_type": artifact.media_type, "digest": digest}


def _claims(evaluation: Evaluation) -> dict[str, Any]:
    drawn = [each for each in evaluation.evidence if each.submission.kind is EvidenceKind.ATTRIBUTES]
    told = (drawn[0].submission.attributes if drawn else None) or IdentityAttributes()
    given = " ".join(told.given_names)
    claims = without_empty(
        {
            "given_name": given,
            "family_name": told.surname,
            "name": told.full_name,
            "birthdate": told.birthdate,
            "gender": told.gender,
        }
    )
    if told.nationality:
        claims["nationalities"] = [alpha2(told.nationality)]
    places = [each for each in evaluation.evidence if each.submission.kind in _DRAWN_WITH and each.is_verified]
    if places and places[0].submission.address is not None:
        place = places[0].submission.address
        claims["address"] = without_empty(
            {
                "street_address": "\n".join(place.lines),
                "postal_code": place.postcode,
                "locality": place.locality,
                "region": place.region,
                "country": place.country,
            }
        )
    return claims
