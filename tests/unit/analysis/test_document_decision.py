"""From measures to a decision: nothing is approved that was not judged, nothing declined that was not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from muster.analysis.barcodes import Barcode
from muster.analysis.document_decision import (
    NEVER_JUDGED,
    DocumentDecision,
    DocumentEvidence,
    SideEvidence,
    decide,
)
from muster.analysis.document_quality import (
    COLOUR,
    COVERAGE,
    DOCUMENT_BORDER_UNSEEN,
    DOCUMENT_COVERED,
    GLARE,
    KEYSTONE,
    MEASURES,
    MOIRE,
    PAGE_BLANK,
    RESOLUTION,
    SHARPNESS,
)
from muster.analysis.face_recognition import FaceMatch
from muster.analysis.mrz_reading import MrzReading
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, Severity
from muster.domain.document_risk import DocumentVerdict
from muster.formats.mrz import Holder, MrzType, compose, parse

TODAY = date(2026, 11, 21)
GOOD = {
    COVERAGE: 0.7, KEYSTONE: 0.02, "document corners": 0.0, RESOLUTION: 300.0, SHARPNESS: 1.1, GLARE: 0.0,
    "document light": 200.0, "document covered": 0.0, COLOUR: 20.0, MOIRE: 1.0,
}  # fmt: skip
HOLDER = Holder("P", "UTO", "C01X00T47", "MUSTERMANN", "ERIKA", "UTO", "840812", "F", "350131")


def zone(
    *, expiry: str = "350131", birth: str = "840812", sureness: float = 0.99, wrong: bool = False
) -> MrzReading:
    mrz = compose(MrzType.TD3, replace(HOLDER, expiry_date=expiry, birth_date=birth))
    if wrong:
        first, second = mrz.lines
        mrz = parse((first, "D" + second[1:]))
    return MrzReading(mrz, mrz.lines, sureness, (), 30.0)


def side(mrz: MrzReading | None = None, faces: int = 1, **measures: float | None) -> SideEvidence:
    """Good, but for ``measures`` by the last word of their name; None was not assessed."""
    raw = {name: measures.get(name.split()[-1], value) for name, value in GOOD.items()}
    found = (_measure(name, raw[name]) for name in MEASURES)
    return SideEvidence(Assessment(tuple(found)), mrz, faces=faces)


def _measure(name: str, raw: float | None) -> Score | NotAssessed:
    return NotAssessed(name, DOCUMENT_BORDER_UNSEEN) if raw is None else Score(name, raw, 0)


def with_finding(evidence: SideEvidence, finding: Finding) -> SideEvidence:
    return replace(evidence, quality=replace(evidence.quality, findings=(finding,)))


def risks(decision: DocumentDecision) -> list[tuple[str, str]]:
    return [(each.normalized.value, each.raw) for each in decision.risks]


def outcome(decision: DocumentDecision, name: str) -> str:
    (found,) = (each.outcome.value for each in decision.checks if each.name == name)
    return found


def match(cosine: float) -> FaceMatch:
    return FaceMatch(Score("face match", cosine, 0), 0.4)


def test_no_picture_at_all_leaves_the_decision_open() -> None:
    decision = decide(DocumentEvidence(None), TODAY)
    assert decision.verdict is DocumentVerdict.INCONCLUSIVE
    assert risks(decision) == [("document_front_image_missing", "FRONT_IMAGE")]


def test_a_good_picture_of_a_valid_document_is_approved_without_indicators() -> None:
    decision = decide(DocumentEvidence(side(zone())), TODAY)
    assert (decision.verdict, decision.risks) == (DocumentVerdict.APPROVED, ())


def test_what_no_picture_can_tell_is_always_said_to_be_unjudged() -> None:
    decision = decide(DocumentEvidence(side(zone())), TODAY)
    assert {outcome(decision, name) for name in NEVER_JUDGED} == {"UNVERIFIED"}


@pytest.mark.parametrize("measure", ["sharpness", "colour", "moire", "resolution"])
def test_what_was_not_judged_is_not_approved_and_not_held_against_it(measure: str) -> None:
    decision = decide(DocumentEvidence(side(zone(), **{measure: None})), TODAY)
    assert (decision.verdict, decision.risks) == (DocumentVerdict.INCONCLUSIVE, ())


def test_without_a_zone_nothing_is_known_and_nothing_approved() -> None:
    decision = decide(DocumentEvidence(side(None)), TODAY)
    assert (decision.verdict, decision.risks) == (DocumentVerdict.INCONCLUSIVE, ())
    assert outcome(decision, "MRZ_CHECKSUMS") == "UNVERIFIED"


def test_without_a_portrait_nothing_is_approved() -> None:
    decision = decide(DocumentEvidence(side(zone(), faces=0)), TODAY)
    assert (decision.verdict, decision.risks) == (DocumentVerdict.INCONCLUSIVE, ())


@pytest.mark.parametrize(
    ("measure", "value", "check"),
    [
        ("sharpness", 3.5, "BLUR_IMAGE_QUALITY_FRONT"),
        ("glare", 0.2, "GLARE_IMAGE_QUALITY_FRONT"),
        ("resolution", 60.0, "IMAGE_FRONT_DPI_CHECK"),
    ],
)
def test_a_poor_picture_leaves_the_decision_open(measure: str, value: float, check: str) -> None:
    decision = decide(DocumentEvidence(side(zone(), **{measure: value})), TODAY)
    assert decision.verdict is DocumentVerdict.INCONCLUSIVE
    assert risks(decision) == [("document_image_quality_low", check)]


def test_a_covered_page_leaves_the_decision_open() -> None:
    front = with_finding(side(zone()), Finding(DOCUMENT_COVERED, Severity.WARNS))
    assert risks(decide(DocumentEvidence(front), TODAY)) == [
        ("document_image_quality_low", "LOW_IMAGE_QUALITY_FRONT")
    ]


@pytest.mark.parametrize(
    ("measure", "value", "check"),
    [("colour", 1.5, "PHOTOCOPY_DETECTION"), ("moire", 2.2, "LCD_DETECTION")],
)
def test_a_copy_or_a_screen_is_declined(measure: str, value: float, check: str) -> None:
    decision = decide(DocumentEvidence(side(zone(), **{measure: value})), TODAY)
    assert decision.verdict is DocumentVerdict.DECLINED
    assert risks(decision) == [("document_not_physical", check)]


def test_a_doubt_about_a_screen_is_neither_approved_nor_held_against_it() -> None:
    decision = decide(DocumentEvidence(side(zone(), moire=1.6)), TODAY)
    assert (decision.verdict, decision.risks) == (DocumentVerdict.INCONCLUSIVE, ())
    assert outcome(decision, "LCD_DETECTION") == "WARNING"


def test_a_page_seen_from_the_side_is_a_warning_only() -> None:
    decision = decide(DocumentEvidence(side(zone(), keystone=0.3)), TODAY)
    assert decision.verdict is DocumentVerdict.APPROVED
    assert outcome(decision, "KEYSTONE_IMAGE_QUALITY_FRONT") == "WARNING"


@pytest.mark.parametrize(("expiry", "verdict"), [("261120", "declined"), ("261121", "approved")])
def test_a_document_is_good_through_its_last_day(expiry: str, verdict: str) -> None:
    decision = decide(DocumentEvidence(side(zone(expiry=expiry))), TODAY)
    assert decision.verdict.value == verdict
    assert risks(decision) == ([("document_expired", "DOC_EXPIRATION_DATE")] if verdict == "declined" else [])


def test_a_day_that_does_not_exist_is_not_judged() -> None:
    decision = decide(DocumentEvidence(side(zone(birth="841332"))), TODAY)
    assert outcome(decision, "BIRTHDATE_VALID") == "UNVERIFIED"
    assert decision.verdict is DocumentVerdict.INCONCLUSIVE


def test_a_wrong_check_digit_that_was_read_without_doubt_speaks_against_the_document() -> None:
    decision = decide(DocumentEvidence(side(zone(wrong=True, sureness=0.99))), TODAY)
    assert decision.verdict is DocumentVerdict.DECLINED
    assert risks(decision) == [("document_tempering", "MRZ_CHECKSUMS")]


def test_a_wrong_check_digit_that_was_hardly_read_speaks_against_the_picture() -> None:
    decision = decide(DocumentEvidence(side(zone(wrong=True, sureness=0.6))), TODAY)
    assert decision.verdict is DocumentVerdict.INCONCLUSIVE
    assert risks(decision) == [("document_image_quality_low", "OCRX")]
    assert outcome(decision, "MRZ_CHECKSUMS") == "UNVERIFIED"


def test_a_back_is_missed_only_where_there_is_one() -> None:
    front = side(zone())
    assert decide(DocumentEvidence(front), TODAY).risks == ()
    expected = decide(DocumentEvidence(front, back_expected=True), TODAY)
    assert risks(expected) == [("document_back_image_missing", "BACK_IMAGE")]
    assert expected.verdict is DocumentVerdict.INCONCLUSIVE


def test_a_blank_side_is_not_visible() -> None:
    blank = with_finding(side(sharpness=None), Finding(PAGE_BLANK, Severity.WARNS))
    assert ("document_back_not_visible", "BACK_IMAGE") in risks(
        decide(DocumentEvidence(side(zone()), blank), TODAY)
    )
    assert ("document_front_not_visible", "FRONT_IMAGE") in risks(
        decide(DocumentEvidence(blank, side(zone())), TODAY)
    )


def test_a_cards_zone_on_the_back_counts() -> None:
    assert decide(DocumentEvidence(side(None), side(zone(), faces=0)), TODAY).verdict is DocumentVerdict.APPROVED


def test_sides_that_say_different_things_are_declined() -> None:
    decision = decide(DocumentEvidence(side(zone()), side(zone(birth="850812"))), TODAY)
    assert risks(decision) == [("document_tempering", "SIDES_DATA_CONSISTENCY")]


@pytest.mark.parametrize(("birth", "verdict"), [("840812", "approved"), ("850812", "declined")])
def test_a_code_that_repeats_the_zone_has_to_say_the_same(birth: str, verdict: str) -> None:
    text = "\n".join(zone(birth=birth).mrz.lines)
    code = Barcode("QRCode", text.encode(), text, ())
    decision = decide(DocumentEvidence(replace(side(zone()), barcodes=(code,))), TODAY)
    assert decision.verdict.value == verdict


def test_a_code_that_says_something_else_proves_nothing() -> None:
    code = Barcode("QRCode", b"https://utopia.example", "https://utopia.example", ())
    decision = decide(DocumentEvidence(replace(side(zone()), barcodes=(code,))), TODAY)
    assert outcome(decision, "DOCUMENT_BARCODE_PARSING") == "OK"
    assert outcome(decision, "MRZ_BARCODE_CROSSCHECK") == "UNVERIFIED"


@pytest.mark.parametrize(("cosine", "verdict"), [(0.41, "approved"), (0.39, "declined")])
def test_the_portrait_has_to_be_the_person(cosine: float, verdict: str) -> None:
    decision = decide(DocumentEvidence(side(zone()), portrait_match=match(cosine)), TODAY)
    assert decision.verdict.value == verdict
    assert risks(decision) == (
        [("face_not_similar_to_portrait", "PORTRAIT_MATCH")] if verdict == "declined" else []
    )


def test_everything_that_speaks_against_it_is_told_once_and_in_order() -> None:
    decision = decide(
        DocumentEvidence(side(zone(expiry="200101"), sharpness=4.0, colour=1.0), portrait_match=match(0.1)), TODAY
    )
    assert risks(decision) == [
        ("document_image_quality_low", "BLUR_IMAGE_QUALITY_FRONT"),
        ("document_not_physical", "PHOTOCOPY_DETECTION"),
        ("face_not_similar_to_portrait", "PORTRAIT_MATCH"),
        ("document_expired", "DOC_EXPIRATION_DATE"),
    ]
