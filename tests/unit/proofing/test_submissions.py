"""From what methods noted to pieces of evidence, and what these are worth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from muster.domain.document_risk import DocumentVerdict, RiskIndicator
from muster.domain.evidence import (
    Artifact,
    ArtifactRole,
    CheckOutcome,
    EvidenceKind,
    EvidenceLevel,
    EvidenceStatus,
    LevelOfAssurance,
)
from muster.domain.proofing import (
    Assurance,
    Eidas,
    ErrorKind,
    InputField,
    MethodEvidence,
    ProofingError,
    Strength,
    UserInputAction,
)
from muster.errors import Code
from muster.methods.biometric import FINGER_NOT_SIMILAR
from muster.methods.rest import REST_INVALID, REST_NOT_VERIFIED
from muster.proofing.events import FilesKept, NodeAwaits, NodeCompleted, NodeDispatched, NodeFailed, ProofingEvent
from muster.proofing.ledger import evaluate
from muster.proofing.levels import shipped_levels
from muster.proofing.method import SEALED
from muster.proofing.submissions import submissions_of
from unit.proofing.graphs import EMAIL, NOON, VOUCH, Json, begun, method, plan, sequence, start

DOCUMENT: Json = {
    "_type": "DocumentMethodDefinition",
    "id": "document",
    "provider": "local",
    "attributeMappings": [
        {"sourceAttribute": "given_name", "targetAttribute": "givenName"},
        {"sourceAttribute": "identity.family_name", "targetAttribute": "surname"},
        {"sourceAttribute": "birthdate", "targetAttribute": "born"},
        {"sourceAttribute": "document.date_of_expiry", "targetAttribute": "documentExpiry"},
        {"sourceAttribute": "address.locality", "targetAttribute": "city"},
    ],
}
FACE: Json = {"_type": "BiometricMethodDefinition", "id": "face", "provider": "local"}
OIDC: Json = {
    "_type": "OidcMethodDefinition",
    "id": "oidc",
    "discoveryUrl": "https://id.example/.well-known/openid-configuration",
    "clientIdRef": {"key": "client"},
    "attributeMappings": [{"sourceAttribute": "gender", "targetAttribute": "gender"}],
}
PORTRAIT = {
    "source": {"_type": "PriorNodeAttribute", "nodeId": "paper", "attributePath": "portrait"},
    "target": "portrait",
}
PLAN = plan(
    sequence(
        method("paper", "document"),
        method("person", "face", inputBindings=[PORTRAIT]),
        method("eid", "oidc"),
        method("mail", "email"),
        method("friend"),
    ),
    (DOCUMENT, FACE, OIDC, EMAIL, VOUCH),
)
APPROVED = {
    "type": "PASSPORT",
    "decision": "approved",
    "positiveIndicators": "MRZ_CHECKSUMS_OK DOC_EXPIRATION_DATE_OK",
    "warningIndicators": "LOW_IMAGE_QUALITY_FRONT_WARNING",
    "unverifiedIndicators": "VISUAL_SECURITY_UNVERIFIED",
}
SAID = {
    "givenName": "Erika",
    "surname": "Mustermann",
    "born": "1990-05-31",
    "documentExpiry": "2031-01-01",
    "city": "Heimstadt",
    "portrait": f"{SEALED}abc",
}


def done(node: str, metadata: dict[str, str] | None = None, **more: Any) -> NodeCompleted:
    evidence = MethodEvidence(more.pop("provider", "station"), "x", NOON, metadata or {})
    assurance = Assurance(Eidas.SUBSTANTIAL, strength=more.pop("strength", Strength.STRONG))
    at = NOON + timedelta(minutes=1)
    return NodeCompleted(at, node, (), more.pop("attributes", {}), assurance, more.pop("amr", ()), evidence)


def failed(node: str, provider_code: str = "", *, retryable: bool = False, code: str = "X") -> NodeFailed:
    error = ProofingError(ErrorKind.DRIVER, code, node, provider_code, retryable)
    return NodeFailed(NOON + timedelta(minutes=1), node, error)


def brought(*events: ProofingEvent) -> Any:
    return submissions_of("execution", PLAN, [start(PLAN), *events])


def worth(*events: ProofingEvent) -> Any:
    return evaluate(brought(*events), shipped_levels(), "case", NOON)


def test_an_execution_without_events_brings_nothing() -> None:
    assert submissions_of("execution", PLAN, []) == ()
    assert brought() == ()


def test_a_document_says_what_the_configuration_let_it_keep_in_the_sources_names() -> None:
    (paper,) = brought(begun("paper"), done("paper", APPROVED, attributes=SAID))
    assert (paper.kind, paper.wire_type, paper.row) == (EvidenceKind.DOCUMENT, "PASSPORT", "document_optical")
    assert (paper.attributes.given_names, paper.attributes.surname) == (("Erika",), "Mustermann")
    assert (paper.attributes.birthdate, paper.document.expires_on) == ("1990-05-31", "2031-01-01")
    assert (paper.address.locality, paper.verdict) == ("Heimstadt", DocumentVerdict.APPROVED)
    assert not paper.attributes.others  # the sealed portrait is nobody's to read
    assert [(each.name, each.outcome) for each in paper.checks] == [
        ("MRZ_CHECKSUMS", CheckOutcome.OK),
        ("DOC_EXPIRATION_DATE", CheckOutcome.OK),
        ("LOW_IMAGE_QUALITY_FRONT", CheckOutcome.WARNING),
        ("VISUAL_SECURITY", CheckOutcome.UNVERIFIED),
    ]


@pytest.mark.parametrize(
    ("chip", "strength", "row"),
    [
        ("genuine", Strength.SUPERIOR, "document_chip"),
        ("genuine", Strength.STRONG, "document_optical"),  # its portrait could not be read
        ("unknown", Strength.SUPERIOR, "document_optical"),
    ],
)
def test_only_a_genuine_chip_with_its_own_portrait_makes_a_document_worth_more(
    chip: str, strength: Strength, row: str
) -> None:
    assert brought(begun("paper"), done("paper", {**APPROVED, "chip": chip}, strength=strength))[0].row == row


def test_a_face_like_the_printed_portrait_beside_a_genuine_chip_reaches_no_more_than_the_page() -> None:
    """Somebody could have put their picture over the one that was printed."""
    with_chip = {**APPROVED, "chip": "genuine"}
    found = worth(begun("paper"), done("paper", with_chip), begun("person"), done("person", amr=("face",)))
    assert found.level is LevelOfAssurance.LOA2


@pytest.mark.parametrize(
    ("node", "code", "status"),
    [
        ("person", FINGER_NOT_SIMILAR, EvidenceStatus.INVALID),
        ("eid", REST_INVALID, EvidenceStatus.INVALID),
        ("eid", REST_NOT_VERIFIED, EvidenceStatus.NOT_VERIFIED),
    ],
    ids=["another's finger", "not this person", "undecided"],
)
def test_what_a_check_found_to_be_untrue_is_invalid_and_what_nobody_could_decide_is_open(
    node: str, code: Code, status: EvidenceStatus
) -> None:
    """By the methods' own codes: the ledger knows them by name alone, and another name would leave it open."""
    assert worth(begun(node), failed(node, "word", code=code.name)).evidence[0].status is status


def test_the_face_hangs_on_the_document_whose_portrait_it_was_compared_with() -> None:
    events = (begun("paper"), done("paper", APPROVED), begun("person"), done("person", amr=("face",)))
    paper, person = brought(*events)
    assert person.references == (paper.id,)
    found = worth(*events)
    assert (found.level, found.amr) == (LevelOfAssurance.LOA2, ("face",))


@pytest.mark.parametrize(
    ("said", "is_level_one"), [({"device": "L1"}, True), ({"device": "L0"}, False), ({}, False)]
)
def test_what_was_compared_of_the_body_knows_whether_its_device_is_of_level_one(
    said: dict[str, str], is_level_one: bool
) -> None:
    (piece,) = brought(begun("person"), done("person", said))
    assert piece.level_one_device is is_level_one


def test_no_source_elsewhere_makes_itself_a_device_of_level_one() -> None:
    (piece,) = brought(begun("eid"), done("eid", {"device": "L1"}))
    assert not piece.level_one_device


def test_a_step_on_its_way_is_in_process() -> None:
    assert worth(begun("eid")).evidence[0].status is EvidenceStatus.PROCESSING


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ("2301", EvidenceStatus.INVALID, "2301"),
        ("2302", EvidenceStatus.NOT_VERIFIED, "2302"),
        ("2303 access_denied", EvidenceStatus.NOT_VERIFIED, "2303"),
        ("strange", EvidenceStatus.NOT_VERIFIED, "X"),
    ],
)
def test_a_sign_in_that_failed_is_told_by_its_number(said: str, status: EvidenceStatus, code: str) -> None:
    found = worth(begun("eid"), failed("eid", said)).evidence[0]
    assert (found.status, [each.code for each in found.faults]) == (status, [code])
    assert found.submission.wire_type == "TRUSTED_ID_CLAIM"


@pytest.mark.parametrize(
    ("strength", "level"), [(Strength.FAIR, EvidenceLevel.LEVEL2), (Strength.STRONG, EvidenceLevel.LEVEL3)]
)
def test_a_sign_in_is_worth_as_much_as_it_was_strong(strength: Strength, level: EvidenceLevel) -> None:
    told = {"type": "TRUSTED_ID_CLAIM", "positiveIndicators": "OIDC_AUTHENTICATION_OK"}
    found = worth(begun("eid"), done("eid", told, strength=strength)).evidence[0]
    assert (found.status, found.score) == (EvidenceStatus.VERIFIED, level)
    assert found.submission.checks[0].blocking


@pytest.mark.parametrize(
    ("said", "retryable", "verdict", "status"),
    [
        ("document_expired:DATE", False, DocumentVerdict.DECLINED, EvidenceStatus.INVALID),
        ("document_image_quality_low:OCRX", True, DocumentVerdict.INCONCLUSIVE, EvidenceStatus.NOT_VERIFIED),
        # Scanned as often as is allowed: that it never could be read declines nothing.
        ("document_image_quality_low:OCRX", False, DocumentVerdict.INCONCLUSIVE, EvidenceStatus.NOT_VERIFIED),
        ("", False, DocumentVerdict.INCONCLUSIVE, EvidenceStatus.NOT_VERIFIED),
    ],
)
def test_a_document_is_declined_for_what_speaks_against_it_and_for_nothing_else(
    said: str, retryable: bool, verdict: DocumentVerdict, status: EvidenceStatus
) -> None:
    found = worth(begun("paper"), failed("paper", said, retryable=retryable)).evidence[0]
    assert (found.submission.verdict, found.status) == (verdict, status)


def test_a_refused_document_carries_its_risks() -> None:
    said = "document_image_quality_low:OCRX nonsense:112"
    found = worth(begun("paper"), failed("paper", said)).evidence[0]
    assert [(each.normalized, each.raw) for each in found.submission.risks] == [
        (RiskIndicator.DOCUMENT_IMAGE_QUALITY_LOW, "OCRX"),
        (RiskIndicator.OTHER, "112"),
    ]


def test_a_face_that_is_another_persons_proves_nothing() -> None:
    said = "face_not_similar_to_portrait:PORTRAIT_MATCH"
    found = worth(begun("paper"), done("paper", APPROVED), begun("person"), failed("person", said))
    assert found.evidence[1].status is EvidenceStatus.INVALID
    assert found.level is LevelOfAssurance.LOA1  # the document alone


def test_a_step_that_is_repeated_counts_as_it_was_last() -> None:
    again = NodeDispatched(NOON + timedelta(minutes=2), "paper", 2)
    first, second = (
        brought(begun("paper"), failed("paper", retryable=True)),
        brought(begun("paper"), failed("paper", retryable=True), again, done("paper", APPROVED)),
    )
    assert len(second) == 1
    assert second[0].verdict is DocumentVerdict.APPROVED
    assert second[0].id != first[0].id


def test_pieces_are_the_same_ones_whenever_they_are_looked_at() -> None:
    events = (begun("mail"), done("mail"), begun("friend"), done("friend"))
    assert brought(*events) == brought(*events)
    assert [each.row for each in brought(*events)] == ["one_time_code", "vouch"]
    assert worth(*events).level is LevelOfAssurance.LOA0  # LEVEL1 each, and two weak pieces are no strong one


def test_files_stand_behind_the_piece_whose_answers_brought_them() -> None:
    front, back = (Artifact(role, "image/jpeg", role.value, 1) for role in (ArtifactRole.FRONT, ArtifactRole.BACK))
    (paper,) = brought(
        begun("paper"),
        FilesKept(NOON, "paper", (front,)),
        FilesKept(NOON, "paper", (front, back)),
        failed("paper"),
    )
    assert paper.artifacts == (front, back)


def test_files_of_an_earlier_attempt_stand_behind_the_later_one_no_more() -> None:
    front = Artifact(ArtifactRole.FRONT, "image/jpeg", "f0", 1)
    again = NodeDispatched(NOON + timedelta(minutes=2), "paper", 2)
    told = (begun("paper"), FilesKept(NOON, "paper", (front,)), failed("paper", retryable=True), again)
    assert brought(*told)[0].artifacts == ()


def test_what_a_step_waits_for_is_no_answer() -> None:
    (mail,) = brought(begun("mail"), NodeAwaits(NOON, "mail", UserInputAction((InputField("code", "Code"),))))
    assert (mail.answered_at, mail.verdict) == (None, None)


def test_a_face_that_was_compared_with_no_document_hangs_on_none() -> None:
    (person,) = brought(begun("person"), done("person"))
    assert person.references == ()
