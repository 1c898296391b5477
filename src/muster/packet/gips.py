"""The evidence ledger in ID&V's words: what its ``GET /identities/{id}`` answers ("Trusted Identity Claim
Verification").

Pieces it has no place for (one-time codes, vouchers, faces) are left out; of several trusted claims it has a place
for one, which is the best. An attribute is ``verified`` when the evidence it stands in is: the source's sample
says so of an address in an invalid document as well, which would tell its reader something untrue (K8).
Times are RFC 3339 with their zone, which the sample has not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from muster.clock import rfc3339
from muster.domain.evidence import (
    Address,
    CheckOutcome,
    DocumentDetails,
    Evaluation,
    Evidence,
    EvidenceKind,
    EvidenceStatus,
    IdentityAttributes,
)
from muster.formats.countries import alpha3
from muster.formats.json_part import without_empty

_LISTS = (
    ("positiveIndicators", CheckOutcome.OK),
    ("negativeIndicators", CheckOutcome.FAILED),  # ours: the source has no word for a check that failed
    ("warningIndicators", CheckOutcome.WARNING),
    ("unverifiedIndicators", CheckOutcome.UNVERIFIED),
)
_GENDERS = {"female": "F", "male": "M"}
AUTHORIZATION_CODE = "authorization_code"  # K4: CODE_FLOW is the same


def identity_status(
    evaluation: Evaluation, identity_id: str, created_at: datetime, *, closed: bool = False
) -> dict[str, Any]:
    """``globalStatus``: what it all comes to. ``closed`` once the proof was taken."""
    told: dict[str, Any] = {
        "id": identity_id,
        "status": "CLOSED" if closed else "EXPECTING_INPUT",
        "levelOfAssurance": evaluation.level.value,
        "creationDateTime": rfc3339(created_at),
        "evaluationDateTime": rfc3339(evaluation.at),
    }
    if evaluation.name_reference is not None:
        told["nameReferenceEvidenceId"] = evaluation.name_reference
    paths: dict[str, list[list[str]]] = {}
    for each in evaluation.upgrade_paths:
        paths.setdefault(each.reaches.value, []).append([row.upper() for row in each.add])
    return {**told, "upgradePaths": paths}


def identity(
    evaluation: Evaluation, identity_id: str, created_at: datetime, *, closed: bool = False
) -> dict[str, Any]:
    """The whole: status, attributes, addresses, documents, the trusted claim and the portrait."""

    def of(kind: EvidenceKind) -> list[Evidence]:
        return [each for each in evaluation.evidence if each.submission.kind is kind]

    claims = [each for each in evaluation.evidence if each.submission.kind.is_sign_in]
    portraits = of(EvidenceKind.PORTRAIT)
    told: dict[str, Any] = {
        "globalStatus": identity_status(evaluation, identity_id, created_at, closed=closed),
        "attributes": [_attributes(each) for each in of(EvidenceKind.ATTRIBUTES)],
        "addresses": [_address(each) for each in of(EvidenceKind.ADDRESS)],
        "idDocuments": [_document(each) for each in of(EvidenceKind.DOCUMENT)],
    }
    if claims:
        told["trustedIdClaim"] = trusted_claim(max(claims, key=lambda each: (each.is_verified, each.score.rank)))
    if portraits:
        told["portrait"] = _head(max(portraits, key=lambda each: each.score.rank))
    return told


def trusted_claim(evidence: Evidence) -> dict[str, Any]:
    submission = evidence.submission
    verified = evidence.is_verified
    data = _details(submission.document) if submission.document is not None else {}
    if submission.attributes is not None:
        data["personalAttributes"] = _personal(submission.attributes, verified=verified)
    if submission.address is not None:
        data["address"] = _place(submission.address, verified=verified)
    return {
        **_head(evidence),
        "idpIdentifier": submission.provider,
        "oidcGrantType": AUTHORIZATION_CODE,
        **({"trustedIdClaimData": data} if data else {}),
    }


def _head(evidence: Evidence) -> dict[str, Any]:
    submission = evidence.submission
    status: dict[str, Any] = {
        "evaluationDateTime": rfc3339(evidence.evaluated_at),
        "status": evidence.status.value,
        "strength": evidence.strength.value,
        "score": evidence.score.value,
        # Whether somebody may still decide: about a document of which too little could be judged.
        "isAdjudicable": submission.kind is EvidenceKind.DOCUMENT
        and evidence.status is EvidenceStatus.NOT_VERIFIED,
    }
    if evidence.faults:
        status["errors"] = [{"code": each.code, "message": each.message} for each in evidence.faults]
    for name, outcome in _LISTS:
        indicators = evidence.indicators(outcome)
        if indicators:
            status[name] = list(indicators)
    head = {
        "evidenceId": evidence.id,
        "submitDateTime": rfc3339(submission.submitted_at),
        "type": submission.wire_type,
        "evidenceStatus": status,
    }
    return {**head, "referenceIds": list(submission.references)} if submission.references else head


def _attributes(evidence: Evidence) -> dict[str, Any]:
    """Of all verified evidence together, so that the source's sample says of none that it comes from there."""
    told = evidence.submission.attributes or IdentityAttributes()
    head = {name: value for name, value in _head(evidence).items() if name != "referenceIds"}
    return {**head, "attributesData": _personal(told, verified=evidence.is_verified)}


def _address(evidence: Evidence) -> dict[str, Any]:
    told = evidence.submission.address or Address()
    return {**_head(evidence), "addressData": _place(told, verified=evidence.is_verified)}


def _document(evidence: Evidence) -> dict[str, Any]:
    submission, verified = evidence.submission, evidence.is_verified
    data = _details(submission.document or DocumentDetails(submission.wire_type))
    data["idDocumentType"] = submission.wire_type
    if submission.attributes is not None:
        data["personalAttributes"] = _personal(submission.attributes, verified=verified)
    if submission.address is not None:
        data["address"] = _place(submission.address, verified=verified)
    return {**_head(evidence), "idDocumentData": data}


def _details(details: DocumentDetails) -> dict[str, Any]:
    return without_empty(
        {
            "idDocumentType": details.type,
            "idDocumentNumber": details.number,
            "issuingCountry": alpha3(details.issuing_country) if details.issuing_country else None,
            "issuingState": details.issuing_state,
            "issuingDate": details.issued_on,
            "expiryDate": details.expires_on,
        }
    )


def _personal(told: IdentityAttributes, *, verified: bool) -> dict[str, Any]:
    def values(texts: Iterable[str]) -> list[dict[str, Any]]:
        return [{"value": each, "verified": verified} for each in texts]

    gender = _GENDERS.get(told.gender or "", told.gender)
    named = {
        "surname": told.surname,
        "fullname": told.full_name,
        "dateOfBirth": told.birthdate,
        "gender": gender,
        "nationality": alpha3(told.nationality) if told.nationality else None,
        **told.others,
    }
    given = {"givenNames": values(told.given_names)} if told.given_names else {}
    return {
        **given,
        **{name: {"value": each, "verified": verified} for name, each in without_empty(named).items()},
    }


def _place(told: Address, *, verified: bool) -> dict[str, Any]:
    parts = without_empty(
        {
            "postcode": told.postcode,
            "city": told.locality,
            "state": told.region,
            "country": alpha3(told.country) if told.country else None,
        }
    )
    street = {"streetDetails": {"streetLines": list(told.lines), "verified": verified}} if told.lines else {}
    return {**street, **parts, "verified": verified}
