"""The samples of the sources, as whole documents: what is told elsewhere is what they show."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.clock import rfc3339
from muster.domain.document_risk import DocumentVerdict, Risk, RiskIndicator
from muster.domain.evidence import (
    Address,
    Artifact,
    ArtifactRole,
    Check,
    CheckOutcome,
    DocumentDetails,
    Evaluation,
    EvidenceKind,
    IdentityAttributes,
    Submission,
)
from muster.domain.proofing import Scenario
from muster.formats import gips
from muster.packet.gips import identity
from muster.packet.mitrust import identity_dataset
from muster.proofing.ledger import evaluate
from muster.proofing.levels import shipped_levels

Json = dict[str, Any]
ID_AND_V: Json = json.loads(
    (Path(__file__).parents[1] / "formats" / "id_and_v_identity.json").read_text(encoding="utf-8")
)
BYTES = {"front": b"<FRONT IMAGE>", "back": b"<BACK IMAGE>", "attestation": b"%PDF-1.7 <ANONYMIZED>"}


def worth(*pieces: Submission, case: str = "case", at: datetime = datetime(2026, 3, 1, tzinfo=UTC)) -> Evaluation:
    return evaluate(pieces, shipped_levels(), case, at)


def dataset(piece: Submission) -> Json:
    return identity_dataset(worth(piece), lambda each: BYTES[each.role.value])


def wrapped(role: str, **more: str) -> Json:
    return {"file_wrapper": {"base64": base64.b64encode(BYTES[role]).decode(), **more}}


# --- MiTrust, "Identity Use Case", annex -----------------------------------------------------------------


SIDES = tuple(Artifact(role, "image/jpeg", "11" * 32, 3) for role in (ArtifactRole.FRONT, ArtifactRole.BACK))
CARD = Submission(
    id="card",
    kind=EvidenceKind.DOCUMENT,
    wire_type="ID_CARD",
    row="document_optical",
    submitted_at=datetime(2026, 3, 1, tzinfo=UTC),
    provider="station",
    scenario=Scenario.FACE_TO_FACE,
    attributes=IdentityAttributes(("Alexandre",), "Martin", None, "1992-04-17", "male", "FRA"),
    document=DocumentDetails("ID_CARD", "ID-FR-123456789", "FRA", None, "2022-06-30", "2032-06-30"),
    verdict=DocumentVerdict.APPROVED,
    artifacts=SIDES,
)


def test_sample_a_an_approved_document() -> None:
    assert dataset(CARD) == {
        "identity": {
            "given_name": "Alexandre",
            "family_name": "Martin",
            "name": "Alexandre Martin",
            "birthdate": "1992-04-17",
            "gender": "male",
            "nationality": "FR",
            "document": {
                "verification": {"decision": "approved"},
                "type": {"normalized": "id_card", "raw": "ID_CARD"},
                "issuing_country": "FR",
                "number": "ID-FR-123456789",
                "date_of_issue": "2022-06-30",
                "date_of_expiry": "2032-06-30",
                "front": wrapped("front"),
                "back": wrapped("back"),
            },
        }
    }


def test_sample_b_a_declined_document_with_its_indicators() -> None:
    declined = replace(
        CARD,
        wire_type="PASSPORT",
        attributes=IdentityAttributes(("Camille",), "Durand", None, "1987-11-03", "female", "FRA"),
        document=DocumentDetails("PASSPORT", "P-FR-987654321", "FRA", None, "2016-02-15", "2026-02-15"),
        verdict=DocumentVerdict.DECLINED,
        risks=(
            Risk(RiskIndicator.SUSPICIOUS_BEHAVIOUR, "suspicious_behaviour"),
            Risk(RiskIndicator.DOCUMENT_NOT_PHYSICAL, "112"),
        ),
    )
    assert dataset(declined) == {
        "identity": {
            "given_name": "Camille",
            "family_name": "Durand",
            "name": "Camille Durand",
            "birthdate": "1987-11-03",
            "gender": "female",
            "nationality": "FR",
            "document": {
                "verification": {
                    "decision": "declined",
                    "risk_indicators": [
                        {"normalized": "suspicious_behaviour", "raw": "suspicious_behaviour"},
                        {"normalized": "document_not_physical", "raw": "112"},
                    ],
                },
                "type": {"normalized": "passport", "raw": "PASSPORT"},
                "issuing_country": "FR",
                "number": "P-FR-987654321",
                "date_of_issue": "2016-02-15",
                "date_of_expiry": "2026-02-15",
                "front": wrapped("front"),
                "back": wrapped("back"),
            },
        }
    }


def test_sample_d_an_electronic_identity() -> None:
    eid = Submission(
        id="e7c94b21-8f42-4d2a-9c3e-5b91f6c2a8de",
        kind=EvidenceKind.EID_TOKEN,
        wire_type="TRUSTED_ID_CLAIM",
        row="eid_strong",
        submitted_at=datetime(2025, 12, 22, 9, tzinfo=UTC),
        provider="https://id.example",
        scenario=Scenario.FACE_TO_FACE,
        attributes=IdentityAttributes(("Julien", "André"), "Morel-Dupont", None, "1978-01-29", "male", "FR"),
        document=DocumentDetails("", issuing_country="FR"),
        checks=(Check("OIDC_AUTHENTICATION", CheckOutcome.OK, blocking=True),),
        artifacts=(Artifact(ArtifactRole.ATTESTATION, "application/pdf", "33" * 32, 5),),
    )
    assert dataset(eid) == {
        "identity": {
            "document": {
                "front": wrapped("attestation", filename="oidc_front.pdf"),
                "date_of_issue": "2025-12-22",
                "issuing_country": "FRA",
                "type": {"normalized": "jwt", "raw": "id_token"},
                "number": "e7c94b21-8f42-4d2a-9c3e-5b91f6c2a8de",
            },
            "nationality": "FRA",
            "given_name": "Julien André",
            "family_name": "Morel-Dupont",
            "gender": "male",
            "name": "Julien André Morel-Dupont",
            "birthdate": "1978-01-29",
        }
    }


# --- ID&V, "Check the status of the identity submitted" --------------------------------------------------


OUTCOMES = {each.value: each for each in CheckOutcome}


def submission(told: gips.EvidenceTold, raw: Json, kind: EvidenceKind, row: str) -> Submission:
    """A piece as the service's answer tells it, without what was found out about it."""
    claims = dict(told.claims)
    personal = {name: value for name, value in claims.items() if "." not in name}
    place = {name.removeprefix("address."): value for name, value in claims.items() if "address." in name}
    paper = {name.removeprefix("document."): value for name, value in claims.items() if "document." in name}
    submitted_at = gips.moment(raw["submitDateTime"])
    assert submitted_at is not None
    is_document = kind is EvidenceKind.DOCUMENT
    return Submission(
        id=told.id,
        kind=kind,
        wire_type=told.type,
        row=row,
        submitted_at=submitted_at,
        provider=raw.get("idpIdentifier", "station"),
        scenario=Scenario.UNATTENDED_REMOTE,
        attributes=IdentityAttributes(
            (personal.pop("given_name"),),
            personal.pop("family_name"),
            personal.pop("name", None),
            personal.pop("birthdate"),
            personal.pop("gender"),
            others=personal,
        ),
        address=Address(
            tuple(place["street_address"].split("\n")),
            place["postal_code"],
            place["locality"],
            place.get("region", ""),
            place["country"],
        ),
        document=DocumentDetails(
            paper["type"],
            paper["number"],
            paper.get("issuing_country"),
            paper.get("issuing_state"),
            paper["date_of_issue"],
            paper["date_of_expiry"],
        ),
        verdict=DocumentVerdict.APPROVED if is_document else None,
        checks=tuple(
            Check(name, OUTCOMES[ending], name == "OIDC_AUTHENTICATION")
            for name, _, ending in (each.rpartition("_") for each in told.status.indicators)
        ),
    )


def test_the_long_identity_status_number_by_number() -> None:
    read = gips.identity_told(json.dumps(ID_AND_V).encode())
    assert read.trusted_claim is not None
    assert read.status.evaluated_at is not None
    claim = submission(read.trusted_claim, ID_AND_V["trustedIdClaim"], EvidenceKind.EID_TOKEN, "trusted_id_claim")
    licence = submission(read.documents[0], ID_AND_V["idDocuments"][0], EvidenceKind.DOCUMENT, "document_optical")
    evaluation = worth(claim, licence, case=read.status.id, at=read.status.evaluated_at)
    created_at = gips.moment(ID_AND_V["globalStatus"]["creationDateTime"])
    assert created_at is not None
    told = identity(evaluation, read.status.id, created_at)
    assert ours(told) == theirs(ID_AND_V)


def ours(told: Json) -> Json:
    """But for what the sample leaves out: it tells no way to a higher level."""
    told["globalStatus"]["upgradePaths"] = {}
    return without_own_numbers(told)


def theirs(sample: Json) -> Json:
    """But for four things: its times have no zone and more digits; what a document that is invalid says is
    not verified here (K8); its portrait stands in no list; and pieces that are drawn have numbers of its own."""
    told = changed(json.loads(json.dumps(sample)), time_or_same)
    told["trustedIdClaim"].pop("portraitReferenceId")
    told["idDocuments"][0]["idDocumentData"]["address"] |= unverified_place()
    told["addresses"][1]["addressData"] |= unverified_place()
    return without_own_numbers(told)


def unverified_place() -> Json:
    street = {"streetLines": ["12 COTTONWOOD RD", "SUITE 1001"], "verified": False}
    return {"verified": False, "streetDetails": street}


def without_own_numbers(told: Json) -> Json:
    for each in (*told["attributes"], *told["addresses"]):
        assert each.pop("evidenceId")
        assert each.pop("submitDateTime")
    return told


def time_or_same(name: str, value: Any) -> Any:
    if not name.endswith("DateTime"):
        return value
    at = gips.moment(value)
    assert at is not None
    return rfc3339(at)


def changed(value: Any, change: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: change(name, changed(inner, change)) for name, inner in value.items()}
    return [changed(each, change) for each in value] if isinstance(value, list) else value
