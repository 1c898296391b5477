"""What all that was measured of a document comes to: checks, risk indicators, a decision. Pure.

Checks have the names that identity-proofing systems exchange (ID&V: ``MRZ_CHECKSUMS``, ``LCD_DETECTION`` ...)
and four outcomes: passed, in doubt, not judged, failed. Only a failed check makes an indicator, and only what
was judged can fail. The document is declined for an indicator that declines; it is approved when nothing speaks
against it *and* everything in ``_NEEDED`` was judged and passed; else the decision is left open. Nothing here
knows what a genuine document of some country looks like: the checks that would (``NEVER_JUDGED``) are always
said to be unjudged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from muster.analysis import document_quality as quality
from muster.analysis.barcodes import Barcode, zone_in
from muster.analysis.calibration import calibration
from muster.analysis.face_recognition import FaceMatch
from muster.analysis.mrz_reading import MEASURE as SURENESS
from muster.analysis.mrz_reading import MrzReading, best_of
from muster.domain.assessment import Assessment, Score
from muster.domain.document_risk import DocumentVerdict, Risk, RiskIndicator
from muster.domain.evidence import Check, CheckOutcome


@dataclass(frozen=True, slots=True)
class SideEvidence:
    """What was found on one side. ``faces`` is how many portraits."""

    quality: Assessment
    mrz: MrzReading | None = None
    barcodes: tuple[Barcode, ...] = ()
    faces: int = 0


@dataclass(frozen=True, slots=True)
class DocumentEvidence:
    """``back_expected`` where the kind of document has one; ``portrait_match`` the comparison of the portrait
    with the live face, where there was one to compare with."""

    front: SideEvidence | None
    back: SideEvidence | None = None
    back_expected: bool = False
    portrait_match: FaceMatch | None = None


@dataclass(frozen=True, slots=True)
class DocumentDecision:
    """``risks`` in the order they were found, none twice; an approved document has none."""

    verdict: DocumentVerdict
    risks: tuple[Risk, ...]
    checks: tuple[Check, ...]


NEVER_JUDGED = (
    "MODEL_RECOGNIZED", "VISUAL_SECURITY", "TEXTURE_ANALYSIS", "MODEL_COLOR_MATCHING", "DOCUMENT_NUMBER_VALIDITY",
    "COMPROMISED_DOCUMENT_CHECK",
)  # fmt: skip
_NEEDED = frozenset(
    {
        "MRZ_CHECKSUMS", "DOC_EXPIRATION_DATE", "BIRTHDATE_VALID", "PHOTOCOPY_DETECTION", "LCD_DETECTION",
        "PORTRAIT", "BLUR_IMAGE_QUALITY_FRONT", "IMAGE_FRONT_DPI_CHECK",
    }
)  # fmt: skip
_FAILURE_MEANS = {
    "PHOTOCOPY_DETECTION": RiskIndicator.DOCUMENT_NOT_PHYSICAL,
    "LCD_DETECTION": RiskIndicator.DOCUMENT_NOT_PHYSICAL,
    "OCRX": RiskIndicator.DOCUMENT_IMAGE_QUALITY_LOW,
    "IMAGE_FRONT_DPI_CHECK": RiskIndicator.DOCUMENT_IMAGE_QUALITY_LOW,
    "DOC_EXPIRATION_DATE": RiskIndicator.DOCUMENT_EXPIRED,
    "MRZ_CHECKSUMS": RiskIndicator.DOCUMENT_TEMPERING,
    "SIDES_DATA_CONSISTENCY": RiskIndicator.DOCUMENT_TEMPERING,
    "MRZ_BARCODE_CROSSCHECK": RiskIndicator.DOCUMENT_TEMPERING,
    "PORTRAIT_MATCH": RiskIndicator.FACE_NOT_SIMILAR_TO_PORTRAIT,
}
_NOT_VISIBLE = {
    "FRONT": RiskIndicator.DOCUMENT_FRONT_NOT_VISIBLE,
    "BACK": RiskIndicator.DOCUMENT_BACK_NOT_VISIBLE,
}


def decide(evidence: DocumentEvidence, today: date, models: Path | None = None) -> DocumentDecision:
    """Raises ``Unavailable``, ``NotAuthentic`` over the calibration alone."""
    checks = (
        *_Checks(evidence, today, models).all(),
        *(Check(name, CheckOutcome.UNVERIFIED) for name in NEVER_JUDGED),
    )
    risks = tuple(dict.fromkeys((*_missing(evidence), *_failed(checks))))
    return DocumentDecision(_verdict(risks, checks), risks, checks)


def _verdict(risks: tuple[Risk, ...], checks: tuple[Check, ...]) -> DocumentVerdict:
    if any(risk.normalized.declines for risk in risks):
        return DocumentVerdict.DECLINED
    passed = {check.name for check in checks if check.outcome is CheckOutcome.OK}
    return DocumentVerdict.INCONCLUSIVE if risks or not passed >= _NEEDED else DocumentVerdict.APPROVED


def _missing(evidence: DocumentEvidence) -> Iterator[Risk]:
    if evidence.front is None:
        yield Risk(RiskIndicator.DOCUMENT_FRONT_IMAGE_MISSING, "FRONT_IMAGE")
    if evidence.back is None and evidence.back_expected:
        yield Risk(RiskIndicator.DOCUMENT_BACK_IMAGE_MISSING, "BACK_IMAGE")
    for name, side in (("FRONT", evidence.front), ("BACK", evidence.back)):
        if side is not None and any(each.code is quality.PAGE_BLANK for each in side.quality.findings):
            yield Risk(_NOT_VISIBLE[name], f"{name}_IMAGE")


def _failed(checks: tuple[Check, ...]) -> Iterator[Risk]:
    for check in checks:
        if check.outcome is CheckOutcome.FAILED:
            is_quality = "_IMAGE_QUALITY_" in check.name
            means = RiskIndicator.DOCUMENT_IMAGE_QUALITY_LOW if is_quality else _FAILURE_MEANS[check.name]
            yield Risk(means, check.name)


class _Checks:
    def __init__(self, evidence: DocumentEvidence, today: date, models: Path | None) -> None:
        self._evidence = evidence
        self._today = today
        self._models = models

    def all(self) -> Iterator[Check]:
        for name, side in (("FRONT", self._evidence.front), ("BACK", self._evidence.back)):
            if side is not None:
                yield from self._quality(name, side.quality)
        front = self._evidence.front
        if front is not None:
            yield self._judged("IMAGE_FRONT_DPI_CHECK", front.quality, quality.RESOLUTION, below="coarse")
            yield self._judged("PHOTOCOPY_DETECTION", front.quality, quality.COLOUR, below="copy")
            yield self._judged("LCD_DETECTION", front.quality, quality.MOIRE, above="screen", doubt="doubt")
            yield Check("PORTRAIT", CheckOutcome.OK if front.faces else CheckOutcome.UNVERIFIED)
        if self._evidence.portrait_match is not None:
            yield _check("PORTRAIT_MATCH", self._evidence.portrait_match.is_match)
        yield from self._zone()

    def _quality(self, side: str, found: Assessment) -> Iterator[Check]:
        yield self._judged(f"BLUR_IMAGE_QUALITY_{side}", found, quality.SHARPNESS, above="blurred")
        yield self._judged(f"GLARE_IMAGE_QUALITY_{side}", found, quality.GLARE, above="glare")
        askew = self._judged(f"KEYSTONE_IMAGE_QUALITY_{side}", found, quality.KEYSTONE, above="askew")
        # Seen from the side it can be read all the same.
        yield Check(askew.name, CheckOutcome.WARNING) if askew.outcome is CheckOutcome.FAILED else askew
        others = (
            quality.DOCUMENT_CUT_OFF, quality.DOCUMENT_CORNER_MISSING, quality.DOCUMENT_COVERED,
            quality.DOCUMENT_TOO_DARK, quality.DOCUMENT_TOO_COARSE,
        )  # fmt: skip
        yield _check(f"LOW_IMAGE_QUALITY_{side}", not any(each.code in others for each in found.findings))

    def _zone(self) -> Iterator[Check]:
        sides = [side for side in (self._evidence.front, self._evidence.back) if side is not None]
        zones = [side.mrz for side in sides if side.mrz is not None]
        reading = best_of(zones)
        if reading is None:
            for name in ("MRZ_CHECKSUMS", "DOC_EXPIRATION_DATE", "BIRTHDATE_VALID"):
                yield Check(name, CheckOutcome.UNVERIFIED)
            return
        yield from self._checksums(reading)
        right = reading.mrz.check_digits
        expiry, birth = reading.mrz.expiry(self._today), reading.mrz.birth(self._today)
        if expiry is None or not right["expiry_date"]:
            yield Check("DOC_EXPIRATION_DATE", CheckOutcome.UNVERIFIED)
        else:
            yield _check("DOC_EXPIRATION_DATE", expiry >= self._today)
        known = birth is not None and right["birth_date"]
        yield Check("BIRTHDATE_VALID", CheckOutcome.OK if known else CheckOutcome.UNVERIFIED)
        sure = [each for each in zones if each.mrz.is_valid]
        if len(sure) > 1:
            yield _check("SIDES_DATA_CONSISTENCY", sure[0].mrz.lines == sure[1].mrz.lines)
        yield from _barcodes(tuple(code for side in sides for code in side.barcodes), reading)

    def _checksums(self, reading: MrzReading) -> Iterator[Check]:
        """A wrong digit speaks against the document only where every letter was read without doubt; else against
        the picture."""
        if reading.mrz.is_valid:
            yield Check("MRZ_CHECKSUMS", CheckOutcome.OK)
        elif reading.sureness >= calibration(SURENESS, self._models).thresholds["sure"]:
            yield Check("MRZ_CHECKSUMS", CheckOutcome.FAILED)
        else:
            yield Check("MRZ_CHECKSUMS", CheckOutcome.UNVERIFIED)
            yield Check("OCRX", CheckOutcome.FAILED)

    def _judged(
        self, name: str, found: Assessment, measure: str, *, above: str = "", below: str = "", doubt: str = ""
    ) -> Check:
        score = found[measure]
        if not isinstance(score, Score):
            return Check(name, CheckOutcome.UNVERIFIED)
        limits = calibration(measure, self._models).thresholds
        if (above and score.raw > limits[above]) or (below and score.raw < limits[below]):
            return Check(name, CheckOutcome.FAILED)
        return Check(name, CheckOutcome.WARNING if doubt and score.raw > limits[doubt] else CheckOutcome.OK)


def _barcodes(codes: tuple[Barcode, ...], reading: MrzReading) -> Iterator[Check]:
    if codes:
        yield Check("DOCUMENT_BARCODE_PARSING", CheckOutcome.OK)
    repeated = zone_in(codes)
    if repeated is None or not reading.mrz.is_valid:
        yield Check("MRZ_BARCODE_CROSSCHECK", CheckOutcome.UNVERIFIED)
    else:
        yield _check("MRZ_BARCODE_CROSSCHECK", repeated.lines == reading.mrz.lines)


def _check(name: str, passed: bool) -> Check:
    return Check(name, CheckOutcome.OK if passed else CheckOutcome.FAILED)
