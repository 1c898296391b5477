"""Judging one fingerprint, and whether two are of the same finger: what ``muster analyse fingerprint`` and
``muster match fingerprint`` do. A file is a picture (taken for one of 500 dpi) or a finger record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.analysis.fingerprint_judging import MINUTIAE, MINUTIAE_TOO_FEW, NFIQ2, FingerJudge, FingerReading
from muster.analysis.fingerprint_matching import FingerTemplate, match
from muster.analysis.fingerprint_records import standard_pixels
from muster.analysis.pictures import read_picture
from muster.domain.assessment import Assessment, Score, blocking
from muster.errors import BadInput, Code
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_record import parse_record
from muster.workstation.inspection import read_file
from muster.workstation.told_measures import ToldFinding

NOT_A_FINGER_RECORD = Code("NOT_A_FINGER_RECORD", "This record is not of a finger.")

_RECORDS = (b"FIR\0", b"FAC\0", b"IIR\0")


@dataclass(frozen=True, slots=True)
class FingerReport:
    """``nfiq2`` is an NFIQ 2-compatible score, 0..100, and ``minutiae`` how many there are; None where they could
    not be told. ``measures`` are in their own units."""

    nfiq2: int | None
    minutiae: int | None
    findings: tuple[ToldFinding, ...]
    measures: Mapping[str, float]

    @property
    def is_usable(self) -> bool:
        return all(each.severity != "blocks" for each in self.findings)


@dataclass(frozen=True, slots=True)
class FingerMatchReport:
    """``score`` and ``threshold`` are similarities, 0 to 1; ``value`` is the score on 0..100."""

    score: float
    threshold: float
    match: bool
    value: float


def analyse_fingerprint(path: Path) -> FingerReport:
    """Raises ``BadInput`` (no picture, no finger record), ``MalformedData`` (a broken record), ``Unavailable``,
    ``NotAuthentic`` (weights)."""
    assessment = _look(path, FingerJudge()).assessment
    others = [each for each in assessment.measures if isinstance(each, Score)]
    return FingerReport(
        _whole(assessment, NFIQ2),
        _whole(assessment, MINUTIAE),
        tuple(ToldFinding.of(each) for each in assessment.findings),
        {each.measure: each.raw for each in others if each.measure not in (NFIQ2, MINUTIAE)},
    )


def match_fingerprints(a: Path, b: Path) -> FingerMatchReport:
    """Raises the same, and ``BadInput`` where a picture shows no finger or too little of one."""
    judge = FingerJudge()
    result = match(*(finger_template(each, judge) for each in (a, b)))
    return FingerMatchReport(result.score.raw, result.threshold, result.is_match, result.score.value)


def _look(path: Path, judge: FingerJudge) -> FingerReading:
    content = read_file(path)
    if not content.startswith(_RECORDS):
        return judge.look(read_picture(content))
    record = parse_record(content)
    if not isinstance(record, FingerRecord):
        raise BadInput(NOT_A_FINGER_RECORD)
    return judge.look(standard_pixels(record))


def finger_template(path: Path, judge: FingerJudge) -> FingerTemplate:
    """Of the finger in a file. Raises what :func:`match_fingerprints` raises."""
    reading = _look(path, judge)
    wrong = blocking(reading.assessment.findings)
    if wrong:
        raise BadInput(wrong[0].code)
    if len(reading.template) == 0:
        raise BadInput(MINUTIAE_TOO_FEW)
    return reading.template


def _whole(assessment: Assessment, measure: str) -> int | None:
    found = assessment[measure]
    return round(found.raw) if isinstance(found, Score) else None
