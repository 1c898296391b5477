"""The sample of IDEMIA's "Trusted Identity Claim Verification", number by number, and what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.document_risk import DocumentVerdict, Risk, RiskIndicator
from muster.domain.evidence import (
    ACCESS_DENIED,
    ATTRIBUTES_DIFFER,
    AUTHENTICATION_FAILED,
    AUTHORIZATION_SERVER_UNAVAILABLE,
    Address,
    Artifact,
    ArtifactRole,
    Check,
    CheckOutcome,
    DocumentDetails,
    Evaluation,
    EvidenceFault,
    EvidenceKind,
    EvidenceLevel,
    EvidenceStatus,
    IdentityAttributes,
    LevelOfAssurance,
    Submission,
    UpgradePath,
)
from muster.domain.proofing import Eidas, Scenario, Strength
from muster.errors import MalformedData
from muster.proofing.ledger import agree, evaluate, history, merged
from muster.proofing.levels import LevelTable, shipped_levels

CASE = "gips-3096bbe8-ac24-4e2b-bd35-bd334714c3ec"
CLAIM, LICENCE = "5e836c69-c029-45eb-bb2c-c307b708e407", "62333961-8885-48bc-99a5-71caad2cbdd9"
AT = datetime(2020, 11, 18, 23, 58, 35, 924000, tzinfo=UTC)
ULYSSE = IdentityAttributes(("CHRISTOPHE",), "ULYSSE", None, "1960-04-10", "male")

CLAIM_SUBMITTED = Submission(
    id=CLAIM,
    kind=EvidenceKind.EID_TOKEN,
    wire_type="TRUSTED_ID_CLAIM",
    row="trusted_id_claim",
    submitted_at=AT + timedelta(seconds=128),
    provider="MIDSERVER",
    scenario=Scenario.UNATTENDED_REMOTE,
    processing=True,
)
CLAIM_TOLD = replace(
    CLAIM_SUBMITTED,
    processing=False,
    answered_at=AT + timedelta(seconds=303),
    attributes=ULYSSE,
    address=Address(("8840 w russell road",), "85001", "MINNEAPOLIS", "", "USA"),
    checks=(Check("OIDC_AUTHENTICATION", CheckOutcome.OK, blocking=True),),
)
LICENCE_SUBMITTED = Submission(
    id=LICENCE,
    kind=EvidenceKind.DOCUMENT,
    wire_type="DRIVING_LICENSE",
    row="document_optical",
    submitted_at=AT + timedelta(seconds=468),
    provider="station",
    scenario=Scenario.UNATTENDED_REMOTE,
    attributes=IdentityAttributes(("CHRISTOPHE",), "ULYSSE", "CHRISTOPHE ULYSSE", "1968-10-18", "male"),
    address=Address(("12 COTTONWOOD RD", "SUITE 1001"), "12345", "EMPIRE", "NV", "USA"),
    document=DocumentDetails("DRIVING_LICENSE", "000000000016", "USA", "WA", "2015-04-01", "2021-04-01"),
    verdict=DocumentVerdict.APPROVED,
    checks=(
        Check("DOC_EXPIRATION_DATE", CheckOutcome.OK),
        Check("LOW_IMAGE_QUALITY_FRONT", CheckOutcome.WARNING),
        Check("MRZ_CHECKSUMS", CheckOutcome.UNVERIFIED),
    ),
)
PASSPORT = replace(
    LICENCE_SUBMITTED,
    id="passport",
    wire_type="PASSPORT",
    row="document_chip",
    attributes=ULYSSE,
    address=None,
    scenario=Scenario.FACE_TO_FACE,
)
FACE = Submission(
    id="face",
    kind=EvidenceKind.BIOMETRIC,
    wire_type="FACE",
    row="face_match",
    submitted_at=AT + timedelta(seconds=500),
    provider="station",
    scenario=Scenario.FACE_TO_FACE,
    references=("passport",),
)


def evaluated(*submissions: Submission) -> Evaluation:
    return evaluate(submissions, shipped_levels(), CASE, AT)


def status_of(submission: Submission) -> tuple[str, str]:
    found = evaluated(submission).of(submission.id)
    return found.status.value, found.score.value


# --- the sample ------------------------------------------------------------------------------------------


def test_an_identity_begins_at_loa0() -> None:
    begun = evaluated()
    assert (begun.level, begun.name_reference, begun.evidence) == (LevelOfAssurance.LOA0, None, ())


def test_a_claim_on_its_way_reaches_nothing() -> None:
    found = evaluated(CLAIM_SUBMITTED)
    assert found.of(CLAIM).status is EvidenceStatus.PROCESSING
    assert found.level is LevelOfAssurance.LOA0
    assert len(found.evidence) == 1  # nothing is drawn from it


def test_a_verified_claim_is_level3_of_level3_and_loa1() -> None:
    found = evaluated(CLAIM_TOLD)
    claim = found.of(CLAIM)
    assert (claim.status, claim.strength, claim.score) == (
        EvidenceStatus.VERIFIED,
        EvidenceLevel.LEVEL3,
        EvidenceLevel.LEVEL3,
    )
    assert claim.indicators(CheckOutcome.OK) == ("OIDC_AUTHENTICATION_OK",)
    assert (found.level, found.name_reference) == (LevelOfAssurance.LOA1, CLAIM)


def test_what_the_claim_says_is_evidence_of_level5_that_scored_level3() -> None:
    drawn = {each.submission.wire_type: each for each in evaluated(CLAIM_TOLD).evidence if each.id != CLAIM}
    assert set(drawn) == {"ATTRIBUTES", "ADDRESS"}
    for each in drawn.values():
        assert (each.status, each.strength, each.score) == (
            EvidenceStatus.VERIFIED,
            EvidenceLevel.LEVEL5,
            EvidenceLevel.LEVEL3,
        )
        assert each.submission.references == (CLAIM,)


def test_a_document_that_contradicts_the_claim_is_invalid_and_leaves_loa1() -> None:
    found = evaluated(CLAIM_TOLD, LICENCE_SUBMITTED)
    licence = found.of(LICENCE)
    assert (licence.status, licence.strength, licence.score) == (
        EvidenceStatus.INVALID,
        EvidenceLevel.LEVEL3,
        EvidenceLevel.LEVEL0,
    )
    assert [(each.code, each.message) for each in licence.faults] == [
        ("1131", "Identity attributes don't match with evidences")
    ]
    assert licence.indicators(CheckOutcome.WARNING) == ("LOW_IMAGE_QUALITY_FRONT_WARNING",)
    assert licence.indicators(CheckOutcome.UNVERIFIED) == ("MRZ_CHECKSUMS_UNVERIFIED",)
    assert (found.level, found.name_reference) == (LevelOfAssurance.LOA1, CLAIM)


def test_the_address_of_the_invalid_document_is_not_verified() -> None:
    found = evaluated(CLAIM_TOLD, LICENCE_SUBMITTED)
    addresses = [each for each in found.evidence if each.submission.kind is EvidenceKind.ADDRESS]
    assert [(each.status.value, each.strength.value, each.score.value) for each in addresses] == [
        ("VERIFIED", "LEVEL5", "LEVEL3"),
        ("NOT_VERIFIED", "LEVEL5", "LEVEL0"),
    ]
    assert [each.submission.references for each in addresses] == [(CLAIM,), (LICENCE,)]


def test_every_submission_evaluates_all_of_them_anew() -> None:
    first, second = history((CLAIM_TOLD, LICENCE_SUBMITTED), shipped_levels(), CASE)
    assert {each.revision for each in first.evidence} == {1}
    assert {each.revision for each in second.evidence} == {2}
    assert {each.evaluated_at for each in second.evidence} == {LICENCE_SUBMITTED.submitted_at}
    assert first.of(CLAIM).id == second.of(CLAIM).id


# --- what went wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (AUTHENTICATION_FAILED, "INVALID"),
        (AUTHORIZATION_SERVER_UNAVAILABLE, "NOT_VERIFIED"),
        (ACCESS_DENIED, "NOT_VERIFIED"),
    ],
)
def test_a_claim_that_failed_scores_nothing(fault: object, status: str) -> None:
    assert status_of(replace(CLAIM_TOLD, faults=(fault,), attributes=None)) == (status, "LEVEL0")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (CheckOutcome.FAILED, "INVALID"),
        (CheckOutcome.UNVERIFIED, "NOT_VERIFIED"),
        (CheckOutcome.WARNING, "VERIFIED"),
    ],
)
def test_without_its_blocking_check_evidence_is_not_verified(outcome: CheckOutcome, status: str) -> None:
    assert (
        status_of(replace(CLAIM_TOLD, checks=(Check("OIDC_AUTHENTICATION", outcome, blocking=True),)))[0] == status
    )


def test_a_check_that_does_not_block_fails_alone() -> None:
    checks = (*CLAIM_TOLD.checks, Check("NICETY", CheckOutcome.FAILED))
    assert status_of(replace(CLAIM_TOLD, checks=checks)) == ("VERIFIED", "LEVEL3")


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (DocumentVerdict.APPROVED, ("VERIFIED", "LEVEL2")),
        (DocumentVerdict.DECLINED, ("INVALID", "LEVEL0")),
        (DocumentVerdict.INCONCLUSIVE, ("NOT_VERIFIED", "LEVEL0")),
        (None, ("NOT_VERIFIED", "LEVEL0")),
    ],
)
def test_k1_a_document_is_what_was_decided_about_it(
    verdict: DocumentVerdict | None, told: tuple[str, str]
) -> None:
    assert status_of(replace(LICENCE_SUBMITTED, verdict=verdict)) == told


@pytest.mark.parametrize(
    "against",
    [
        {"faults": (EvidenceFault("OTP_WRONG", ""),)},
        {"risks": (Risk(RiskIndicator.FACE_NOT_SIMILAR_TO_PORTRAIT, "0.2"),)},
        {"risks": (Risk(RiskIndicator.FACE_IMAGE_QUALITY_LOW, "blur"),)},
    ],
)
def test_what_something_speaks_against_is_never_verified(against: dict[str, Any]) -> None:
    assert status_of(replace(FACE, **against))[1] == "LEVEL0"


def test_k2_only_documents_are_decided_about() -> None:
    with pytest.raises(ValueError, match="document"):
        replace(CLAIM_TOLD, verdict=DocumentVerdict.APPROVED)


def test_an_eid_has_no_indicators() -> None:
    with pytest.raises(ValueError, match="eID"):
        replace(CLAIM_TOLD, risks=(Risk(RiskIndicator.KNOWN_FRAUD, "1"),))


def test_nothing_speaks_against_an_approved_document() -> None:
    with pytest.raises(ValueError, match="approved"):
        replace(LICENCE_SUBMITTED, risks=(Risk(RiskIndicator.OTHER, "112"),))


# --- what contradicts ------------------------------------------------------------------------------------


def test_what_came_first_is_believed() -> None:
    found = evaluated(LICENCE_SUBMITTED, CLAIM_TOLD)
    assert found.of(LICENCE).is_verified
    assert ATTRIBUTES_DIFFER in found.of(CLAIM).faults


def test_what_is_invalid_contradicts_nobody() -> None:
    declined = replace(LICENCE_SUBMITTED, verdict=DocumentVerdict.DECLINED)
    assert evaluated(declined, CLAIM_TOLD).of(CLAIM).is_verified


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        (IdentityAttributes(), True),
        (replace(ULYSSE, birthdate="1960"), True),  # a year is all that is known
        (replace(ULYSSE, birthdate="0000-04-10"), True),
        (replace(ULYSSE, birthdate="1960-04-11"), False),
        (replace(ULYSSE, birthdate="1961"), False),
        (replace(ULYSSE, gender="female"), False),
        (replace(ULYSSE, gender="mr"), True),  # a form of address is no gender
        (replace(ULYSSE, given_names=("Christophe", "Jean")), True),
        (replace(ULYSSE, given_names=("CHRISTOPH",)), True),  # cut off by a zone
        (replace(ULYSSE, given_names=("C",)), False),  # an initial may be anybody's
        (replace(ULYSSE, given_names=("Jean",)), False),
        (replace(ULYSSE, surname="Uliß"), False),
        (replace(ULYSSE, surname="Ulüsse"), False),
        (replace(ULYSSE, surname="Ulyssé"), True),
        (IdentityAttributes(full_name="Ulysse, Christophe"), True),
        (IdentityAttributes(full_name="Erika Mustermann"), False),
    ],
)
def test_pieces_agree_where_both_tell_the_same(other: IdentityAttributes, agrees: bool) -> None:
    assert agree(ULYSSE, other) is agrees
    assert agree(other, ULYSSE) is agrees


@pytest.mark.parametrize("name", ["Müller", "MUELLER", "MULLER", "müller-lüdenscheid"])
def test_a_name_agrees_with_what_a_zone_makes_of_it(name: str) -> None:
    assert agree(IdentityAttributes(surname=name), IdentityAttributes(surname="Mueller"))


def test_each_attribute_is_the_best_evidences() -> None:
    best = IdentityAttributes(surname="Mustermann", others={"eyeColor": "GRAY"})
    other = IdentityAttributes(("Erika",), "Muster", others={"eyeColor": "BLUE", "height": "170"})
    told = merged([None, best, other])
    assert (told.given_names, told.surname) == (("Erika",), "Mustermann")
    assert told.others == {"eyeColor": "GRAY", "height": "170"}


# --- levels ----------------------------------------------------------------------------------------------


def test_a_chip_and_the_persons_face_are_loa3_at_the_counter() -> None:
    found = evaluated(PASSPORT, FACE)
    assert (found.level, found.rule) == (LevelOfAssurance.LOA3, "superior-and-present")
    assert found.of("passport").score is EvidenceLevel.LEVEL5  # one more, as the officer saw whose face it is
    assert (found.assurance.eidas, found.assurance.strength) == (Eidas.HIGH, Strength.SUPERIOR)


def test_the_same_from_afar_is_loa2() -> None:
    far = [replace(each, scenario=Scenario.UNATTENDED_REMOTE) for each in (PASSPORT, FACE)]
    found = evaluated(*far)
    assert (found.level, found.of("passport").score) == (LevelOfAssurance.LOA2, EvidenceLevel.LEVEL4)


def test_a_face_compared_with_another_document_links_nothing() -> None:
    assert evaluated(PASSPORT, replace(FACE, references=("another",))).level is LevelOfAssurance.LOA1


def test_a_face_alone_says_nothing_of_who_it_is() -> None:
    assert evaluated(FACE).level is LevelOfAssurance.LOA0


def test_k5_an_identity_provider_may_be_worth_less_than_its_row() -> None:
    table = shipped_levels().model_copy(update={"providers": {"MIDSERVER": EvidenceLevel.LEVEL2}})
    found = evaluate((CLAIM_TOLD,), table, CASE, AT).of(CLAIM)
    assert (found.strength, found.score) == (EvidenceLevel.LEVEL3, EvidenceLevel.LEVEL2)


def test_k5_no_provider_is_worth_more_than_its_row_can_be() -> None:
    table = shipped_levels().model_copy(update={"providers": {"MIDSERVER": EvidenceLevel.LEVEL5}})
    assert evaluate((CLAIM_TOLD,), table, CASE, AT).of(CLAIM).score is EvidenceLevel.LEVEL3


def test_a_portrait_is_as_good_as_its_document() -> None:
    portrait = Artifact(ArtifactRole.PORTRAIT, "image/jpeg", "00" * 32, 100)
    drawn = evaluated(replace(PASSPORT, artifacts=(portrait,))).evidence[-1]
    assert (drawn.submission.wire_type, drawn.score) == ("PORTRAIT", EvidenceLevel.LEVEL4)
    assert drawn.submission.artifacts == (portrait,)


# --- upgrade paths ---------------------------------------------------------------------------------------


def test_what_would_raise_the_level_is_told_with_no_more_than_is_needed() -> None:
    assert evaluated(CLAIM_TOLD).upgrade_paths == (
        UpgradePath(("document_optical", "face_match"), LevelOfAssurance.LOA2),
        UpgradePath(("document_chip", "face_match"), LevelOfAssurance.LOA2),
        UpgradePath(("wallet_pid", "face_match"), LevelOfAssurance.LOA2),
    )


def test_with_a_passport_there_the_face_is_all_that_is_missing() -> None:
    assert evaluated(PASSPORT).upgrade_paths == (UpgradePath(("face_match",), LevelOfAssurance.LOA3),)


def test_nothing_is_above_the_highest() -> None:
    assert evaluated(PASSPORT, FACE).upgrade_paths == ()


@given(st.lists(st.sampled_from([CLAIM_TOLD, LICENCE_SUBMITTED, PASSPORT, FACE, CLAIM_SUBMITTED]), unique_by=id))
def test_an_upgrade_path_always_promises_more_and_scores_stay_below_strength(pieces: list[Submission]) -> None:
    found = evaluated(*pieces)
    assert all(path.reaches.rank > found.level.rank for path in found.upgrade_paths)
    assert all(each.score.rank <= each.strength.rank for each in found.evidence)
    assert all(each.score is EvidenceLevel.LEVEL0 for each in found.evidence if not each.is_verified)


# --- the table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[]", "the beginning"),
        ('{"rows": {}, "levels": []}', "levels"),
        ('{"rows": {"a": {"strength": "LEVEL9", "score": "LEVEL1"}}, "levels": []}', "rows.a.strength"),
        ('{"rows": {}, "levels": [{"id": "x", "reaches": "LOA1", "rows": ["nobody"]}]}', "levels.0"),
        ('{"rows": {}, "levels": [{"id": "x", "reaches": "LOA1"}], "upgrades": [["nobody"]]}', "upgrades.0"),
        (
            '{"rows": {}, "levels": [{"id": "x", "reaches": "LOA1", "leastScroe": "LEVEL2"}]}',
            "levels.0.leastScroe",
        ),
    ],
)
def test_a_table_with_a_mistake_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(MalformedData) as refused:
        LevelTable.parse(text)
    assert refused.value.detail["place"] == place
