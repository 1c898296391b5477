"""How one placement of fingers or eyes stands, and what the officer can do next. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.lifecycle import Registration
from muster.workstation.samples import CaptureOutcome


class RowState(Enum):
    WANTED = "wanted"
    KEPT = "kept"
    FORCED = "forced"
    POOR = "poor"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Row:
    """One finger or eye: ``quality`` 0..100 where one is known, ``note`` the reason of an exception."""

    attribute: BiometricAttribute
    state: RowState
    quality: float | None = None
    threshold: int = 0
    note: str = ""


class PlacementPresenter:
    def __init__(self, group: CaptureGroup, registration: Registration, attempts_allowed: int) -> None:
        self.group = group
        self.attempts_allowed = attempts_allowed
        self._registration = registration
        self._outcome: CaptureOutcome | None = None

    def registered(self, registration: Registration) -> None:
        """The registration changed (an exception was marked)."""
        self._registration = registration
        self._outcome = None

    def captured(self, outcome: CaptureOutcome) -> None:
        self._registration = outcome.registration
        self._outcome = outcome

    @property
    def attempts(self) -> int:
        return self._registration.attempts.get(self.group, 0)

    @property
    def is_done(self) -> bool:
        have = {*self._registration.samples, *self._registration.exceptions}
        return set(self.group.attributes) <= have

    @property
    def can_capture(self) -> bool:
        return any(each not in self._registration.exceptions for each in self.group.attributes)

    @property
    def may_force(self) -> bool:
        """Whether keeping the best there is may be offered."""
        return not self.is_done and self.attempts >= self.attempts_allowed

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the last capture was refused for: the placement as a whole first, then finger by finger."""
        if self._outcome is None:
            return ()
        return (*self._outcome.findings, *(each for s in self._outcome.samples for each in s.findings))

    @property
    def kept(self) -> tuple[BiometricAttribute, ...]:
        """The fingers and eyes whose samples are in the registration."""
        return tuple(each for each in self.group.attributes if each in self._registration.samples)

    def rows(self) -> tuple[Row, ...]:
        return tuple(self._row(attribute) for attribute in self.group.attributes)

    def _row(self, attribute: BiometricAttribute) -> Row:
        exception = self._registration.exceptions.get(attribute)
        if exception is not None:
            return Row(attribute, RowState.EXCEPTION, note=exception.reason)
        sample = self._registration.samples.get(attribute)
        if sample is not None:
            state = RowState.FORCED if sample.facts.forced else RowState.KEPT
            return Row(attribute, state, sample.facts.quality)
        for result in self._outcome.samples if self._outcome else ():
            if result.attribute is attribute:
                return Row(attribute, RowState.POOR, result.quality, result.threshold)
        return Row(attribute, RowState.WANTED)
