"""What the station itself sees in a captured finger or eye, and whether two of them are one.

A finger takes 0.2 to 0.75 s of one processor, the first one three seconds more: never on the window's thread.
Templates are biometric data: in memory only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_conditions import FINGER_ABSENT, FINGER_RESIDUE
from muster.analysis.fingerprint_judging import NFIQ2, FingerJudge, FingerReading
from muster.analysis.fingerprint_matching import SAME_FINGER_TWICE, match
from muster.analysis.fingerprints import RIDGES_ABSENT
from muster.domain.assessment import Assessment, Finding, NotAssessed
from muster.domain.biometrics import BiometricAttribute, Modality, StationJudgement
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_record import parse_record
from muster.workstation.analysing_fingerprint import NOT_A_FINGER_RECORD, standard_pixels

_SHOWS_NOTHING = (RIDGES_ABSENT, FINGER_ABSENT, FINGER_RESIDUE)


@dataclass(frozen=True, eq=False)
class Judged:
    """``findings`` name their finger or eye; ``reading`` is what comparing two of them needs."""

    attribute: BiometricAttribute
    judgement: StationJudgement
    findings: tuple[Finding, ...]
    reading: FingerReading

    @property
    def shows_something(self) -> bool:
        """Whether it may be kept when nothing better comes: an empty glass may not, whatever its score."""
        return all(each.code not in _SHOWS_NOTHING for each in self.findings)

    @cached_property
    def is_comparable(self) -> bool:
        return len(self.reading.template) > 0


class SampleJudge:
    """Loads its weights at the first use. Remembers what it saw of one registration: each finger of it is compared
    with each."""

    def __init__(self) -> None:
        self._fingers = FingerJudge()
        self._whose: RegistrationId | None = None
        self._seen: dict[bytes, Judged] = {}

    def load(self) -> None:
        """Raises ``Unavailable``, ``NotAuthentic`` (weights)."""
        self._fingers.load()

    def begin(self, registration_id: RegistrationId) -> None:
        """Forget everybody else."""
        if self._whose != registration_id:
            self._whose, self._seen = registration_id, {}

    def look(self, attribute: BiometricAttribute, record: bytes) -> Judged:
        """Raises ``MalformedData`` (a broken record), ``Unavailable``, ``NotAuthentic`` (weights)."""
        known = self._seen.get(sha256(record).digest())
        if known is None:
            parsed = parse_record(record)
            if not isinstance(parsed, FingerRecord):
                raise BadInput(NOT_A_FINGER_RECORD)
            known = self.see(attribute, standard_pixels(parsed))
            self.remember(record, known)
        return known

    def see(self, attribute: BiometricAttribute, pixels: Pixels) -> Judged:
        """A picture that has no record yet, (h, w) grey at 500 dpi."""
        reading = self._fingers.look(pixels)
        return Judged(attribute, *_said(attribute, NFIQ2, reading.assessment), reading)

    def remember(self, record: bytes, judged: Judged) -> None:
        """``record`` was made of what was seen."""
        self._seen[sha256(record).digest()] = judged


def same_twice(one: Judged, other: Judged) -> Finding | None:
    """What to say where both are the same finger; of different kinds none is."""
    if one.attribute.modality is not other.attribute.modality or not (one.is_comparable and other.is_comparable):
        return None
    if not match(one.reading.template, other.reading.template).is_match:
        return None
    names = {"finger": one.attribute.value, "other": other.attribute.value}
    return Finding(_TWICE[one.attribute.modality], field=one.attribute.value, detail=names)


_TWICE: dict[Modality, Code] = {Modality.FINGER: SAME_FINGER_TWICE}


def _said(
    attribute: BiometricAttribute, measure: str, assessment: Assessment
) -> tuple[StationJudgement, tuple[Finding, ...]]:
    findings = tuple(replace(each, field=attribute.value) for each in assessment.findings)
    names = tuple(each.code.name for each in findings)
    found = assessment[measure]
    quality = None if isinstance(found, NotAssessed) else found.value
    return StationJudgement(measure, quality, names), findings
