"""Judging a document from pictures of its sides: what ``muster analyse document`` and ``muster evaluate mrz`` do.

The command is a tool and prints everything. Who enrolls sees generic sentences only (``documents``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from muster.analysis.api import Pixels
from muster.analysis.barcodes import read_barcodes
from muster.analysis.document_decision import DocumentEvidence, SideEvidence, decide
from muster.analysis.document_portrait import Portrait, PortraitFinder
from muster.analysis.document_quality import DocumentQuality
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceMatch, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.analysis.mrz_reading import MrzReader, MrzReading, best_of
from muster.analysis.pictures import read_picture
from muster.domain.assessment import NotAssessed
from muster.domain.document_risk import RiskIndicator
from muster.errors import BadInput, Code
from muster.formats.mrz import Mrz
from muster.workstation.analysing_face import chosen_recogniser
from muster.workstation.inspection import read_file, require_folder

EVALUATION_FOLDER_EMPTY = Code("EVALUATION_FOLDER_EMPTY", "There are no pictures in the folder {folder}.")

_PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp")


@dataclass(frozen=True, slots=True)
class RiskReport:
    normalized: RiskIndicator
    raw: str


@dataclass(frozen=True, slots=True)
class MrzReport:
    """``lines`` after correction, ``read`` before; ``sureness`` of the least sure letter under a check digit."""

    type: str
    fields: Mapping[str, str | None]
    check_digits: Mapping[str, bool]
    valid: bool
    lines: tuple[str, ...]
    read: tuple[str, ...]
    sureness: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure in its own unit and on 0..100; None and the ``reason`` where it was not taken."""

    raw: float | None
    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class BarcodeReport:
    format: str
    text: str


@dataclass(frozen=True, slots=True)
class PortraitReport:
    """``score`` and ``threshold`` are cosines; None where there was no other face to compare with."""

    found: bool
    score: float | None = None
    threshold: float | None = None
    match: bool | None = None


@dataclass(frozen=True, slots=True)
class DocumentFinding:
    code: str
    severity: str
    side: str
    message: str


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """``quality`` by side (``front``, ``back``) and measure; ``checks`` by name OK, WARNING, UNVERIFIED or KO."""

    decision: str
    risk_indicators: tuple[RiskReport, ...]
    mrz: MrzReport | None
    quality: Mapping[str, Mapping[str, Measured]]
    checks: Mapping[str, str]
    barcodes: tuple[BarcodeReport, ...]
    portrait: PortraitReport
    findings: tuple[DocumentFinding, ...]


def analyse_document(front: Path, back: Path | None, live_face: Path | None, today: date) -> DocumentReport:
    """Raises ``BadInput`` (no picture; ``live_face`` shows not one face), ``Unavailable``, ``NotAuthentic``."""
    judge = _Judge()
    sides = {"front": judge.side(read_picture(read_file(front)))}
    if back is not None:
        sides["back"] = judge.side(read_picture(read_file(back)))
    portrait = sides["front"].portrait
    match = None if portrait is None or live_face is None else judge.match(portrait, live_face)
    evidence = DocumentEvidence(
        sides["front"].evidence, sides["back"].evidence if back else None, portrait_match=match
    )
    decision = decide(evidence, today)
    readings = [side.evidence.mrz for side in sides.values() if side.evidence.mrz is not None]
    best = best_of(readings)
    return DocumentReport(
        decision=decision.verdict.value,
        risk_indicators=tuple(RiskReport(each.normalized, each.raw) for each in decision.risks),
        mrz=None if best is None else _mrz(best, today),
        quality={name: _measures(side.evidence) for name, side in sides.items()},
        checks={each.name: each.outcome.value for each in decision.checks},
        barcodes=tuple(
            BarcodeReport(each.format, each.text) for side in sides.values() for each in side.evidence.barcodes
        ),
        portrait=_portrait(portrait, match),
        findings=tuple(_findings(sides)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    evidence: SideEvidence
    portrait: Portrait | None


class _Judge:
    """The analysers, each loaded once."""

    def __init__(self) -> None:
        self._quality = DocumentQuality()
        self._mrz = MrzReader()
        self._portraits = PortraitFinder()

    def side(self, pixels: Pixels) -> _Side:
        mrz = self._mrz.read(pixels)
        reading = self._quality.look(pixels, None if mrz is None else mrz.resolution_dpi)
        portrait = None if reading.page is None else self._portraits.find(pixels, reading.page, mrz)
        evidence = SideEvidence(reading.assessment, mrz, read_barcodes(pixels), faces=0 if portrait is None else 1)
        return _Side(evidence, portrait)

    def match(self, portrait: Portrait, live_face: Path) -> FaceMatch:
        recogniser = chosen_recogniser()
        live = template_in(read_picture(read_file(live_face)), FaceDetector(), FaceMesher(), recogniser)
        return compare(self._portraits.template(portrait, recogniser), live, recogniser.calibration)


def _mrz(reading: MrzReading, today: date) -> MrzReport:
    mrz = reading.mrz
    return MrzReport(
        mrz.type.label,
        _fields(mrz, today),
        dict(mrz.check_digits),
        mrz.is_valid,
        mrz.lines,
        reading.lines,
        round(reading.sureness, 3),
    )


def _fields(mrz: Mrz, today: date) -> dict[str, str | None]:
    names = (
        "document_code", "issuing_state", "number", "surname", "given_names", "nationality", "sex", "optional",
        "optional_2",
    )  # fmt: skip
    birth, expiry = mrz.birth(today), mrz.expiry(today)
    return {name: getattr(mrz, name) for name in names} | {
        "birth_date": birth.isoformat() if birth else None,
        "expiry_date": expiry.isoformat() if expiry else None,
    }


def _measures(side: SideEvidence) -> dict[str, Measured]:
    return {
        each.measure.removeprefix("document "): Measured(None, None, each.reason.name)
        if isinstance(each, NotAssessed)
        else Measured(each.raw, each.value)
        for each in side.quality.measures
    }


def _portrait(portrait: Portrait | None, match: FaceMatch | None) -> PortraitReport:
    if match is None:
        return PortraitReport(portrait is not None)
    return PortraitReport(True, round(match.score.raw, 4), match.threshold, match.is_match)


def _findings(sides: Mapping[str, _Side]) -> Iterator[DocumentFinding]:
    for name, side in sides.items():
        for each in side.evidence.quality.findings:
            yield DocumentFinding(each.code.name, each.severity.value, name, each.sentence)


# --- how often zones are read right ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageResult:
    """``valid``: a zone was read with every check digit right. ``exact``: as the label has it, letter by letter;
    None without a label."""

    file: str
    type: str | None
    valid: bool
    exact: bool | None


@dataclass(frozen=True, slots=True)
class MrzMetrics:
    """Of ``n`` pages ``valid`` ones, and of the ``labelled`` ``exact`` ones; the share is ``valid / n``."""

    n: int
    valid: int
    share: float
    labelled: int
    exact: int


@dataclass(frozen=True, slots=True)
class MrzEvaluation:
    metrics: MrzMetrics
    pages: tuple[PageResult, ...]
    plots: tuple[str, ...] = ()


def evaluate_mrz(folder: Path) -> MrzEvaluation:
    """Every picture in ``folder``; its label, if it has one, is the zone's lines in a text file of the same name.

    Raises ``BadInput`` (no folder, no pictures, one that cannot be read), ``Unavailable``, ``NotAuthentic``.
    """
    require_folder(folder)
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() in _PICTURES)
    if not files:
        raise BadInput(EVALUATION_FOLDER_EMPTY, folder=folder.name)
    reader = MrzReader()
    pages = tuple(_page(file, reader) for file in files)
    valid, labelled = sum(each.valid for each in pages), [each for each in pages if each.exact is not None]
    exact = sum(bool(each.exact) for each in labelled)
    return MrzEvaluation(MrzMetrics(len(pages), valid, round(valid / len(pages), 4), len(labelled), exact), pages)


def _page(file: Path, reader: MrzReader) -> PageResult:
    reading = reader.read(read_picture(read_file(file)))
    label = file.with_suffix(".txt")
    lines = tuple(read_file(label).decode("ascii", "replace").split()) if label.is_file() else None
    if reading is None:
        return PageResult(file.name, None, False, None if lines is None else False)
    exact = None if lines is None else reading.mrz.lines == lines
    return PageResult(file.name, reading.mrz.type.label, reading.mrz.is_valid, exact)
