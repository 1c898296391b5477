"""Where the sources contradict each other: the rest of what decision 35 decides, by its numbers.

Elsewhere: K1, K2, K5 in ``test_ledger``; K3 in ``workstation/test_browser_return``; K3, K4, K20 in
``methods/test_id_and_v``; K20 in ``workstation/test_proof_archive``; K2, K8, K21 in
``packet/test_evidence_wordings``; K9 in ``formats/test_countries``; K10, K21 in ``formats/test_govstack_claims``;
K13, K14, K15 in ``methods/test_mitrust``; K16, K18, K19 in ``formats/test_govstack``; K22 in
``methods/test_wallet``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import muster
from muster.domain.document_risk import DocumentVerdict
from muster.domain.evidence import (
    Artifact,
    ArtifactRole,
    DocumentDetails,
    EvidenceKind,
    EvidenceLevel,
    EvidenceStatus,
    IdentityAttributes,
    Submission,
)
from muster.domain.proofing import Aal, Eidas, Ial, Scenario
from muster.formats import mitrust as mitrust_format
from muster.formats.govstack_claims import faults_of
from muster.formats.media_types import PDF, media_type_of
from muster.methods.mitrust import Mitrust, _shared
from muster.packet.govstack_claims import person_claims
from muster.packet.mitrust import identity_dataset
from muster.proofing.ledger import agree, evaluate
from muster.proofing.levels import shipped_levels
from muster.proofing.method import Done, Work
from unit.proofing.graphs import NOON, definitions, method

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CARD = Submission(
    id="card",
    kind=EvidenceKind.DOCUMENT,
    wire_type="ID_CARD",
    row="document_optical",
    submitted_at=AT,
    provider="station",
    scenario=Scenario.FACE_TO_FACE,
    attributes=IdentityAttributes(("Erika",), "Mustermann", None, "1992-04-17"),
    document=DocumentDetails("ID_CARD"),
    verdict=DocumentVerdict.APPROVED,
)


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (DocumentVerdict.APPROVED, EvidenceStatus.VERIFIED),
        (DocumentVerdict.DECLINED, EvidenceStatus.INVALID),
        (DocumentVerdict.INCONCLUSIVE, EvidenceStatus.NOT_VERIFIED),
    ],
)
def test_k1_each_decision_is_one_status(verdict: DocumentVerdict, status: EvidenceStatus) -> None:
    assert EvidenceStatus.of_verdict(verdict) is status


@pytest.mark.parametrize(
    ("named", "scale"), [("AAL2", Aal.AAL2), ("IAL2", Ial.IAL2), ("substantial", Eidas.SUBSTANTIAL)]
)
def test_k6_a_minimum_may_be_named_on_any_scale_and_stays_on_its_own(named: str, scale: Any) -> None:
    minimum = definitions(method("a"), policy={"minimumAssurance": named}).use_cases[0].policy.minimum
    scales = (minimum.eidas, minimum.ial, minimum.aal)
    assert [each for each in scales if each is not None] == [scale]


def test_k7_one_table_says_what_everything_is_worth_and_nothing_scores_more_than_it_can() -> None:
    rows = shipped_levels().rows.values()
    assert rows
    assert all(isinstance(each.strength, EvidenceLevel) and each.score.rank <= each.strength.rank for each in rows)


@pytest.mark.parametrize("less", ["1992", "1992-04-17"])
def test_k10_a_year_agrees_with_its_days(less: str) -> None:
    told = CARD.attributes
    assert told is not None
    assert agree(told, replace(told, birthdate=less))
    assert not agree(told, replace(told, birthdate="1993"))


@pytest.mark.parametrize(("form", "gender"), [("Mr", "male"), ("Mme", "female"), ("Dr", "dr")])
def test_k11_a_form_of_address_is_a_hint_of_a_gender(form: str, gender: str) -> None:
    definition = {
        "_type": "MitrustMethodDefinition",
        "id": "records",
        "origin": "https://mitrust.example",
        "clientRef": {"key": "client"},
        "sharingScope": "gender",
        "attributeMappings": [{"sourceAttribute": "gender", "targetAttribute": "gender"}],
    }
    read = definitions(method("a", "records"), [definition]).methods[0]
    work = Work("e", "a", 1, read, {}, {}, "ref", NOON, str)
    done = _shared(work, mitrust_format.UserInfo({"gender": form}, (), ""), "")
    assert isinstance(done, Done)
    assert str(done.attributes["gender"]).casefold() == gender
    assert done.assurance.eidas is Eidas.LOW  # and no proof of anything much
    assert Mitrust.type == done.evidence.method_type


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.7 ...", PDF), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png")],
)
def test_k12_what_lies_in_the_front_says_its_content_and_not_its_name(content: bytes, said: str) -> None:
    assert media_type_of(content) == said
    front = Artifact(ArtifactRole.FRONT, said, "11" * 32, len(content), "front.jpg")
    told = identity_dataset(
        evaluate((replace(CARD, artifacts=(front,)),), shipped_levels(), "case", AT), lambda _: content
    )
    assert told["identity"]["document"]["front"]["file_wrapper"]["filename"] == "front.jpg"


def test_k14_nobody_signs_in_inside_the_program() -> None:
    """A page in a window of ours could read what is typed into it."""
    sources = Path(muster.__file__).parent.rglob("*.py")
    assert [each.name for each in sources if "QtWebEngine" in each.read_text(encoding="utf-8")] == []


def test_k16_a_telephone_is_a_phone_number() -> None:
    assert faults_of({"sub": "1", "phone_number": "+491701234567"}) == ()
    assert faults_of({"sub": "1", "phone": "+491701234567"}) == ("phone",)


@pytest.mark.parametrize("picture", ["http://id.example/e.jpg", "https://id.example/profile", "file:///e.jpg"])
def test_k17_a_picture_is_a_secure_address_of_an_image_or_none(picture: str) -> None:
    assert faults_of({"sub": "1", "picture": picture}) == ("picture",)


def test_k17_no_picture_is_told_of_somebody() -> None:
    evaluation = evaluate((CARD,), shipped_levels(), "case", AT)
    assert "picture" not in person_claims(evaluation, "1")
