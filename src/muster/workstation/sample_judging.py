"""What the station itself sees in a captured finger or eye, and whether two of them are one.

A finger takes 0.2 to 0.75 s of one processor, the first one three seconds more, an eye 0.06 s: never on the
window's thread. Templates are biometric data: in memory only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol
from uuid import uuid4

from muster.analysis import fingerprint_matching, iris_code
from muster.analysis.api import Pixels
from muster.analysis.fingerprint_conditions import FINGER_ABSENT, FINGER_RESIDUE
from muster.analysis.fingerprint_judging import NFIQ2, FingerJudge, FingerReading
from muster.analysis.fingerprint_matching import SAME_FINGER_TWICE
from muster.analysis.fingerprint_records import standard_pixels
from muster.analysis.iris_code import SAME_EYE_TWICE, IrisCode
from muster.analysis.iris_judging import QUALITY, IrisJudge, IrisReading
from muster.analysis.iris_quality import IRIS_ABSENT, IRIS_EYE_CLOSED
from muster.analysis.iris_side import EyeSide
from muster.domain.assessment import Assessment, Finding, NotAssessed, Severity
from muster.domain.biometrics import BiometricAttribute, Modality, StationJudgement
from muster.domain.registration import RegistrationId
from muster.errors import Code, Unavailable
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import parse_record

EYE_OTHER_SIDE = Code(
    "EYE_OTHER_SIDE", "This looks like the other eye. Check that left and right are not swapped."
)
JUDGED_BEFORE = Code(
    "JUDGED_BEFORE", "What judges fingers and eyes was started anew. It looks at this capture again at the check."
)

_NOBODYS = (FINGER_ABSENT, FINGER_RESIDUE)
_NOTHING_SEEN = (*_NOBODYS, IRIS_ABSENT, IRIS_EYE_CLOSED)
_SIDES = {BiometricAttribute.LEFT_EYE: EyeSide.LEFT, BiometricAttribute.RIGHT_EYE: EyeSide.RIGHT}


@dataclass(frozen=True, slots=True)
class Judged:
    """``findings`` name their finger or eye. What comparing it with another one needs stays with the judge, which
    finds it by ``mark``."""

    attribute: BiometricAttribute
    judgement: StationJudgement
    findings: tuple[Finding, ...]
    mark: str

    @property
    def shows_something(self) -> bool:
        """Whether it may be kept when nothing better comes: an empty glass may not, whatever its score. A closed
        eye may: some are hardly ever open."""
        return all(each.code not in _NOBODYS for each in self.findings)

    def findings_by_rule(self, *, strict: bool) -> tuple[Finding, ...]:
        """Unless the station decides, what it sees is said and no more, but for a picture of nothing."""
        if strict:
            return self.findings
        return tuple(
            each if each.code in _NOTHING_SEEN else replace(each, severity=Severity.WARNS)
            for each in self.findings
        )


class Judge(Protocol):
    """Remembers what it saw of one registration: each finger of it is compared with each. Every call raises
    ``Unavailable`` and ``NotAuthentic`` where its weights are missing or were changed."""

    def load_once(self) -> None:
        """What the first finger would have to wait for."""

    def begin(self, registration_id: RegistrationId) -> None:
        """Forget everybody else."""

    def look(self, attribute: BiometricAttribute, record: bytes) -> Judged:
        """What an ISO/IEC 19794 record shows. Raises ``MalformedData`` for a broken one."""

    def see(self, attribute: BiometricAttribute, pixels: Pixels) -> Judged:
        """A picture that has no record yet, (h, w) grey; of a finger at 500 dpi."""

    def remember(self, record: bytes, judged: Judged) -> None:
        """``record`` was made of what was seen."""

    def same_twice(self, one: Judged, other: Judged) -> Finding | None:
        """What to say of ``one`` where both are the same finger or the same eye. Raises
        ``Unavailable(JUDGED_BEFORE)`` of what is not remembered any more."""

    def close(self) -> None:
        """It is not asked any more; whoever waits for it is told."""


class SampleJudge:
    """Implements :class:`Judge` where it is. Loads its weights at the first use."""

    def __init__(self) -> None:
        self._fingers = FingerJudge()
        self._eyes = IrisJudge()
        self._is_loaded = False
        self._whose: RegistrationId | None = None
        self._by_record: dict[bytes, Judged] = {}
        self._readings: dict[str, FingerReading | IrisReading] = {}

    def load_once(self) -> None:
        if not self._is_loaded:
            self._fingers.load()
            self._is_loaded = True

    def begin(self, registration_id: RegistrationId) -> None:
        if self._whose != registration_id:
            self._whose, self._by_record, self._readings = registration_id, {}, {}

    def look(self, attribute: BiometricAttribute, record: bytes) -> Judged:
        known = self._by_record.get(sha256(record).digest())
        if known is None:
            parsed = parse_record(record)
            pixels = standard_pixels(parsed) if isinstance(parsed, FingerRecord) else pixels_in(parsed)
            known = self.see(attribute, pixels)
            self.remember(record, known)
        return known

    def see(self, attribute: BiometricAttribute, pixels: Pixels) -> Judged:
        if attribute.modality is Modality.FINGER:
            finger = self._fingers.look(pixels)
            return self._judged(attribute, NFIQ2, finger.assessment, finger)
        eye = self._eyes.look(pixels)
        assessment = eye.assessment
        if eye.side is not None and eye.side is not _SIDES[attribute]:
            other = Finding(EYE_OTHER_SIDE, Severity.WARNS)
            assessment = replace(assessment, findings=(*assessment.findings, other))
        return self._judged(attribute, QUALITY, assessment, eye)

    def remember(self, record: bytes, judged: Judged) -> None:
        if judged.mark in self._readings:
            self._by_record[sha256(record).digest()] = judged

    def same_twice(self, one: Judged, other: Judged) -> Finding | None:
        readings = self._readings.get(one.mark), self._readings.get(other.mark)
        if None in readings:
            raise Unavailable(JUDGED_BEFORE)
        match readings:
            case FingerReading() as a, FingerReading() as b:
                same = fingerprint_matching.match(a.template, b.template).is_match
                return _twice(SAME_FINGER_TWICE, "finger", one, other) if same else None
            case IrisReading(code=IrisCode() as a), IrisReading(code=IrisCode() as b):
                found = iris_code.match(a, b)
                same = not isinstance(found, NotAssessed) and found.is_match
                return _twice(SAME_EYE_TWICE, "eye", one, other) if same else None
            case _:  # a finger and an eye, or an eye nothing is known of
                return None

    def close(self) -> None:
        self._by_record, self._readings = {}, {}

    def _judged(
        self,
        attribute: BiometricAttribute,
        measure: str,
        assessment: Assessment,
        reading: FingerReading | IrisReading,
    ) -> Judged:
        findings = tuple(replace(each, field=attribute.value) for each in assessment.findings)
        names = tuple(each.code.name for each in findings)
        found = assessment[measure]
        quality = None if isinstance(found, NotAssessed) else found.value
        judged = Judged(attribute, StationJudgement(measure, quality, names), findings, uuid4().hex)
        self._readings[judged.mark] = reading
        return judged


def _twice(code: Code, what: str, one: Judged, other: Judged) -> Finding:
    names = {what: one.attribute.value, "other": other.attribute.value}
    return Finding(code, Severity.BLOCKS, one.attribute.value, names)
