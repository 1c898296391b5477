"""Judging one eye, and whether two are one and the same: what ``muster analyse iris`` and ``muster match iris``
do. A file is a picture, or an iris record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.analysis.iris_code import IrisCode, match
from muster.analysis.iris_judging import QUALITY, IrisJudge, IrisReading
from muster.analysis.iris_side import SIDE
from muster.analysis.pictures import read_picture
from muster.domain.assessment import Finding, NotAssessed, Severity, blocking
from muster.errors import BadInput, Code
from muster.formats.iso19794_6 import EyeLabel, IrisRecord
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import parse_record
from muster.workstation.inspection import read_file
from muster.workstation.told_measures import Component, ToldFinding

NOT_AN_IRIS_RECORD = Code("NOT_AN_IRIS_RECORD", "This record is not of an iris.")
IRIS_OTHER_SIDE = Code(
    "IRIS_OTHER_SIDE", "The picture looks more like the other eye than like the one that the record says it is."
)

_RECORDS = (b"FIR\0", b"FAC\0", b"IIR\0")
_LABELS: Mapping[int, str] = {EyeLabel.LEFT: "left", EyeLabel.RIGHT: "right"}


@dataclass(frozen=True, slots=True)
class IrisQuality:
    """``overall`` 0..100; None where there is no eye to be judged."""

    overall: float | None
    components: Mapping[str, Component]


@dataclass(frozen=True, slots=True)
class IrisReport:
    """``side`` is what the picture looks like and ``label`` what the record says: ``left``, ``right``, or None
    where it does not tell."""

    quality: IrisQuality
    side: str | None
    label: str | None
    findings: tuple[ToldFinding, ...]

    @property
    def is_usable(self) -> bool:
        return all(each.severity != "blocks" for each in self.findings)


@dataclass(frozen=True, slots=True)
class IrisMatchReport:
    """``score`` and ``threshold`` are shares of bits that agree, 0.5 by chance; ``value`` is the score on
    0..100."""

    score: float
    threshold: float
    match: bool
    value: float


def analyse_iris(path: Path) -> IrisReport:
    """Raises ``BadInput`` (no picture, no iris record), ``MalformedData`` (a broken record), ``Unavailable``,
    ``NotAuthentic`` (calibration)."""
    reading, label = _look(path)
    side = None if reading.side is None else reading.side.value
    findings = list(reading.assessment.findings)
    if side is not None and label is not None and side != label:
        findings.append(Finding(IRIS_OTHER_SIDE, Severity.INFORMS))
    return IrisReport(_quality(reading), side, label, tuple(ToldFinding.of(each) for each in findings))


def match_irises(a: Path, b: Path) -> IrisMatchReport:
    """Raises the same, and ``BadInput`` where a picture shows no iris or the two have too little in common."""
    result = match(*(iris_code(each) for each in (a, b)))
    if isinstance(result, NotAssessed):
        raise BadInput(result.reason)
    return IrisMatchReport(result.score.raw, result.threshold, result.is_match, result.score.value)


def iris_code(path: Path) -> IrisCode:
    """Of the eye in a file. Raises what :func:`match_irises` raises."""
    reading, _ = _look(path)
    if reading.code is None:
        raise BadInput(blocking(reading.assessment.findings)[0].code)
    return reading.code


def _look(path: Path) -> tuple[IrisReading, str | None]:
    """What is seen, and which eye the record says it is."""
    content = read_file(path)
    if not content.startswith(_RECORDS):
        return IrisJudge().look(read_picture(content)), None
    record = parse_record(content)
    if not isinstance(record, IrisRecord):
        raise BadInput(NOT_AN_IRIS_RECORD)
    return IrisJudge().look(pixels_in(record)), _LABELS.get(record.eye)


def _quality(reading: IrisReading) -> IrisQuality:
    components = {
        each.measure: Component.of(each)
        for each in reading.assessment.measures
        if each.measure not in (QUALITY, SIDE)
    }
    return IrisQuality(reading.assessment.value(QUALITY), components)
