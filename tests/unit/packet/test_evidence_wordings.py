"""One ledger in three systems' words, against the samples of their documents."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.domain.document_risk import DocumentVerdict, Risk, RiskIndicator
from muster.domain.evidence import (
    Address,
    Artifact,
    ArtifactRole,
    Check,
    CheckOutcome,
    DocumentDetails,
    EvidenceFault,
    EvidenceKind,
    IdentityAttributes,
    Submission,
)
from muster.domain.proofing import Framework, Scenario
from muster.formats.govstack_claims import faults_of
from muster.packet.gips import identity
from muster.packet.govstack_claims import person_claims
from muster.packet.mitrust import identity_dataset
from muster.packet.openid_assurance import verified_claims
from muster.proofing.ledger import evaluate
from muster.proofing.levels import shipped_levels

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FRONT = Artifact(ArtifactRole.FRONT, "image/jpeg", "11" * 32, 3)
BACK = Artifact(ArtifactRole.BACK, "image/jpeg", "22" * 32, 3, "back.jpg")
ATTESTATION = Artifact(ArtifactRole.ATTESTATION, "application/pdf", "33" * 32, 5)
CARD = Submission(
    id="card",
    kind=EvidenceKind.DOCUMENT,
    wire_type="ID_CARD",
    row="document_optical",
    submitted_at=AT,
    provider="station",
    scenario=Scenario.FACE_TO_FACE,
    attributes=IdentityAttributes(("Erika",), "Mustermann", None, "1992-04-17", "female", "FRA"),
    address=Address(("Heidestrasse 17",), "51147", "Köln", "", "DEU"),
    document=DocumentDetails("ID_CARD", "ID-123456789", "FRA", None, "2022-06-30", "2032-06-30"),
    verdict=DocumentVerdict.APPROVED,
    checks=(Check("MRZ_CHECKSUMS", CheckOutcome.OK), Check("NICETY", CheckOutcome.FAILED)),
    artifacts=(FRONT, BACK),
)
EID = Submission(
    id="e7c94b21-8f42-4d2a-9c3e-5b91f6c2a8de",
    kind=EvidenceKind.EID_TOKEN,
    wire_type="TRUSTED_ID_CLAIM",
    row="eid_strong",
    submitted_at=AT,
    provider="https://id.example",
    scenario=Scenario.FACE_TO_FACE,
    attributes=IdentityAttributes(("Erika",), "Mustermann", None, "1992-04-17", "female", "FR"),
    checks=(Check("OIDC_AUTHENTICATION", CheckOutcome.OK, blocking=True),),
    artifacts=(ATTESTATION,),
)
FACE = Submission(
    "face",
    EvidenceKind.BIOMETRIC,
    "FACE",
    "face_match",
    AT,
    "station",
    Scenario.FACE_TO_FACE,
    references=("card",),
)
RISKS = (
    Risk(RiskIndicator.SUSPICIOUS_BEHAVIOUR, "suspicious_behaviour"),
    Risk(RiskIndicator.DOCUMENT_NOT_PHYSICAL, "112"),
)


def worth(*pieces: Submission) -> Any:
    return evaluate(pieces, shipped_levels(), "case", AT)


def mitrust(*pieces: Submission) -> dict[str, Any]:
    return identity_dataset(worth(*pieces), lambda each: each.role.value.encode())["identity"]


# --- MiTrust ---------------------------------------------------------------------------------------------


def test_an_approved_document_is_told_as_sample_a_has_it() -> None:
    wrapped = base64.b64encode
    assert mitrust(CARD) == {
        "given_name": "Erika",
        "family_name": "Mustermann",
        "name": "Erika Mustermann",
        "birthdate": "1992-04-17",
        "gender": "female",
        "nationality": "FR",  # two letters beside documents, though three are kept (K9)
        "document": {
            "verification": {"decision": "approved"},
            "type": {"normalized": "id_card", "raw": "ID_CARD"},
            "issuing_country": "FR",
            "number": "ID-123456789",
            "date_of_issue": "2022-06-30",
            "date_of_expiry": "2032-06-30",
            "front": {"file_wrapper": {"base64": wrapped(b"front").decode()}},
            "back": {"file_wrapper": {"base64": wrapped(b"back").decode(), "filename": "back.jpg"}},
        },
    }


def test_a_declined_document_carries_its_indicators_in_the_order_found() -> None:
    verification = mitrust(replace(CARD, verdict=DocumentVerdict.DECLINED, risks=RISKS))["document"][
        "verification"
    ]
    assert verification == {
        "decision": "declined",
        "risk_indicators": [
            {"normalized": "suspicious_behaviour", "raw": "suspicious_behaviour"},
            {"normalized": "document_not_physical", "raw": "112"},
        ],
    }


def test_k2_nobody_decides_about_an_eid() -> None:
    told = mitrust(EID)
    assert told["document"] == {
        "date_of_issue": "2026-03-01",
        "type": {"normalized": "jwt", "raw": "id_token"},
        "number": EID.id,
        "front": {
            "file_wrapper": {"base64": base64.b64encode(b"attestation").decode(), "filename": "oidc_front.pdf"}
        },
    }
    assert told["nationality"] == "FRA"  # and three letters beside eIDs


def test_a_document_that_contradicts_the_rest_is_not_told_as_approved() -> None:
    other = replace(CARD, attributes=IdentityAttributes(("Max",), "Muster", None, "1990-01-01"))
    only = identity_dataset(worth(replace(EID, row="one_time_code"), other), lambda _: b"")
    assert "verification" not in only["identity"]["document"]  # the eID is told, which is verified
    told = identity_dataset(worth(replace(FACE, attributes=EID.attributes), other), lambda _: b"")
    assert told["identity"]["document"]["verification"] == {"decision": "declined"}


def test_a_document_of_which_nothing_is_known_is_told_by_its_kind() -> None:
    told = mitrust(replace(CARD, document=None))["document"]
    assert told["type"] == {"normalized": "id_card", "raw": "ID_CARD"}
    assert not {"number", "issuing_country", "date_of_issue"} & set(told)


def test_only_what_attests_an_eid_is_its_front() -> None:
    told = mitrust(replace(EID, artifacts=(FRONT, ATTESTATION, BACK)))["document"]
    assert told["front"]["file_wrapper"]["filename"] == "oidc_front.pdf"
    assert "back" not in told


def test_without_any_document_what_is_known_is_told() -> None:
    friend = replace(FACE, kind=EvidenceKind.VOUCH, wire_type="VOUCH", row="vouch", attributes=EID.attributes)
    assert mitrust(friend)["given_name"] == "Erika"
    assert "document" not in mitrust(friend)


# --- ID&V ------------------------------------------------------------------------------------------------


def told_by_gips(*pieces: Submission, closed: bool = False) -> dict[str, Any]:
    return identity(worth(*pieces), "gips-1", AT, closed=closed)


def test_a_new_identity_expects_input() -> None:
    assert told_by_gips() == {
        "globalStatus": {
            "id": "gips-1",
            "status": "EXPECTING_INPUT",
            "levelOfAssurance": "LOA0",
            "creationDateTime": "2026-03-01T12:00:00.000Z",
            "evaluationDateTime": "2026-03-01T12:00:00.000Z",
            "upgradePaths": {
                "LOA1": [["TRUSTED_ID_CLAIM"], ["DOCUMENT_OPTICAL"], ["DOCUMENT_CHIP"], ["WALLET_PID"]],
                "LOA2": [["DOCUMENT_OPTICAL", "FACE_MATCH"]],
                "LOA3": [["DOCUMENT_CHIP", "FACE_MATCH"], ["WALLET_PID", "FACE_MATCH"]],
            },
        },
        "attributes": [],
        "addresses": [],
        "idDocuments": [],
    }


def test_once_the_proof_is_taken_the_identity_is_closed() -> None:
    assert told_by_gips(CARD, closed=True)["globalStatus"]["status"] == "CLOSED"


def test_a_document_is_told_with_every_list_that_has_something() -> None:
    (document,) = told_by_gips(CARD)["idDocuments"]
    assert document["evidenceStatus"] == {
        "evaluationDateTime": "2026-03-01T12:00:00.000Z",
        "status": "VERIFIED",
        "strength": "LEVEL3",
        "score": "LEVEL2",
        "isAdjudicable": False,
        "positiveIndicators": ["MRZ_CHECKSUMS_OK"],
        "negativeIndicators": ["NICETY_KO"],
    }
    data = document["idDocumentData"]
    assert data["issuingCountry"] == "FRA"
    assert data["personalAttributes"]["gender"] == {"value": "F", "verified": True}
    assert data["address"]["streetDetails"] == {"streetLines": ["Heidestrasse 17"], "verified": True}


def test_k8_nothing_an_invalid_document_says_is_verified() -> None:
    invalid = replace(CARD, verdict=DocumentVerdict.DECLINED, risks=RISKS)
    assert '"verified": true' not in json.dumps(told_by_gips(invalid))  # K8: the source's sample has one


def test_only_a_document_left_open_can_still_be_decided() -> None:
    left_open = replace(CARD, verdict=DocumentVerdict.INCONCLUSIVE)
    assert told_by_gips(left_open)["idDocuments"][0]["evidenceStatus"]["isAdjudicable"] is True


def test_of_several_claims_the_verified_one_that_scored_most_is_told() -> None:
    weak = replace(EID, id="weak", row="eid")
    failed = replace(EID, id="failed", checks=(Check("OIDC_AUTHENTICATION", CheckOutcome.FAILED, blocking=True),))
    assert told_by_gips(failed, weak, EID)["trustedIdClaim"]["evidenceId"] == EID.id


def test_what_a_claim_or_a_document_does_not_say_is_not_told() -> None:
    told = told_by_gips(replace(EID, attributes=None), replace(CARD, attributes=None, address=None))
    assert "trustedIdClaimData" not in told["trustedIdClaim"]
    assert set(told["idDocuments"][0]["idDocumentData"]) == {
        "idDocumentType", "idDocumentNumber", "issuingCountry", "issuingDate", "expiryDate",
    }  # fmt: skip


def test_a_claim_says_all_that_came_with_it() -> None:
    data = told_by_gips(replace(EID, document=CARD.document, address=CARD.address))["trustedIdClaim"]
    assert set(data["trustedIdClaimData"]) >= {"idDocumentNumber", "personalAttributes", "address"}


def test_of_several_portraits_the_best_is_told() -> None:
    portrait = replace(FACE, kind=EvidenceKind.PORTRAIT, wire_type="PORTRAIT", references=())
    told = told_by_gips(replace(portrait, id="weak", row="vouch"), replace(portrait, id="good"))
    assert told["portrait"]["evidenceId"] == "good"


# --- OpenID Identity Assurance ---------------------------------------------------------------------------


def test_verified_evidence_becomes_verified_claims() -> None:
    told = verified_claims(worth(CARD, FACE), "case-1")["verified_claims"]
    assert told["claims"] == {
        "given_name": "Erika",
        "family_name": "Mustermann",
        "birthdate": "1992-04-17",
        "gender": "female",
        "nationalities": ["FR"],
        "address": {
            "street_address": "Heidestrasse 17",
            "postal_code": "51147",
            "locality": "Köln",
            "country": "DEU",
        },
    }
    verification = told["verification"]
    assert (verification["trust_framework"], verification["assurance_level"]) == ("muster", "LOA2")
    (document,) = verification["evidence"]
    assert document["type"] == "document"
    assert [each["check_method"] for each in document["check_details"]] == ["vdig", "bvp"]
    assert document["document_details"] == {
        "type": "id_card",
        "document_number": "ID-123456789",
        "issuer": {"country_code": "FR"},
        "date_of_issuance": "2022-06-30",
        "date_of_expiry": "2032-06-30",
    }
    assert [each["content_type"] for each in document["attachments"]] == ["image/jpeg", "image/jpeg"]


def test_an_eid_is_an_electronic_record_that_a_signature_proves() -> None:
    (record,) = verified_claims(worth(EID), "case")["verified_claims"]["verification"]["evidence"]
    assert (record["type"], record["check_details"][0]["check_method"]) == ("electronic_record", "vcrypt")
    assert record["record"]["source"] == {"name": "https://id.example"}


def told_by_openid(piece: Submission) -> dict[str, Any]:
    (told,) = verified_claims(worth(piece), "case")["verified_claims"]["verification"]["evidence"]
    return dict(told)


def test_a_vouch_is_a_written_attestation() -> None:
    told = told_by_openid(replace(FACE, kind=EvidenceKind.VOUCH, wire_type="VOUCH", row="vouch"))
    assert (told["type"], told["check_details"][0]["check_method"]) == ("vouch", "pvp")
    assert told["attestation"] == {"type": "written_attestation", "reference_number": "face"}
    assert "attachments" not in told
    assert "muster_indicators" not in told["check_details"][0]


def test_a_record_of_a_register_is_proved_by_its_data() -> None:
    kind = EvidenceKind.REGISTER_RECORD
    told = told_by_openid(replace(EID, kind=kind, wire_type="REGISTER", row="register_record"))
    assert (told["type"], told["check_details"][0]["check_method"]) == ("electronic_record", "data")


@pytest.mark.parametrize("details", [None, DocumentDetails("ID_CARD")], ids=["nothing", "its kind"])
def test_a_document_says_no_more_than_is_known_of_it(details: DocumentDetails | None) -> None:
    assert told_by_openid(replace(CARD, document=details))["document_details"] == {"type": "id_card"}


@pytest.mark.parametrize(
    ("framework", "told"),
    [
        (None, ("muster", "LOA1")),
        (Framework.EIDAS, ("eidas", "substantial")),
        (Framework.NIST_800_63A, ("nist_800_63A", "IAL2")),
    ],
)
def test_a_level_is_told_on_the_scale_of_its_framework(framework: Framework | None, told: tuple[str, str]) -> None:
    verification = verified_claims(worth(EID), "case", framework)["verified_claims"]["verification"]
    assert (verification["trust_framework"], verification["assurance_level"]) == told


def test_what_is_not_verified_is_not_told() -> None:
    declined = replace(CARD, verdict=DocumentVerdict.DECLINED, risks=RISKS)
    told = verified_claims(worth(declined), "case")["verified_claims"]
    assert (told["claims"], told["verification"]["evidence"]) == ({}, [])
    assert "suspicious" not in json.dumps(told)


# --- GovStack --------------------------------------------------------------------------------------------


def test_a_partner_is_told_what_is_verified_and_nothing_its_rules_do_not_know() -> None:
    told = person_claims(worth(CARD, replace(FACE, amr=("face",))), "psut")
    assert told == {
        "sub": "psut",
        "name": "Erika Mustermann",
        "given_name": "Erika",
        "family_name": "Mustermann",
        "gender": "female",
        "birthdate": "1992-04-17",
        "address": {
            "street_address": "Heidestrasse 17",
            "locality": "Köln",
            "postal_code": "51147",
            "country": "DE",
        },
    }
    assert faults_of(told) == ()


@pytest.mark.parametrize(("is_level_one", "acr"), [(True, "idbb:acr:biometrics"), (False, None)])
def test_k21_the_body_counts_from_a_device_of_level_one_alone(is_level_one: bool, acr: str | None) -> None:
    finger = replace(FACE, wire_type="FINGERPRINT", amr=("fpt",), level_one_device=is_level_one)
    assert person_claims(worth(CARD, finger), "psut").get("acr") == acr


def test_k21_what_was_not_verified_makes_no_class_of_a_device() -> None:
    another = (EvidenceFault("FINGER_NOT_SIMILAR", ""),)
    broke_off = replace(FACE, amr=("fpt",), level_one_device=True, faults=another)
    face = replace(FACE, id="face", amr=("face",))
    assert "acr" not in person_claims(worth(CARD, face, broke_off), "psut")


def test_k21_one_finger_of_a_level_one_device_suffices_whatever_else_was_compared() -> None:
    finger = replace(FACE, wire_type="FINGERPRINT", amr=("fpt",), level_one_device=True)
    face = replace(FACE, id="face", amr=("face",))
    assert person_claims(worth(CARD, finger, face), "psut")["acr"] == "idbb:acr:biometrics"


def test_k21_a_device_of_level_one_vouches_for_its_own_piece_alone() -> None:
    of_no_body = replace(FACE, wire_type="FINGERPRINT", amr=("user",), level_one_device=True)
    face = replace(FACE, id="face", amr=("face",))
    assert "acr" not in person_claims(worth(CARD, of_no_body, face), "psut")


def test_of_what_is_not_verified_a_partner_is_told_nothing() -> None:
    declined = replace(CARD, verdict=DocumentVerdict.DECLINED, risks=RISKS)
    assert person_claims(worth(declined), "psut") == {"sub": "psut"}
