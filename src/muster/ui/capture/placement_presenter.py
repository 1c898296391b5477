"""How one placement of fingers or eyes stands, and what the officer can do next. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.lifecycle import Registration
from muster.workstation.capture_lane import SampleState
from muster.workstation.samples import CaptureOutcome, SampleResult


@dataclass(frozen=True, slots=True)
class Row:
    """One finger or eye: ``quality`` 0..100 where one is known, ``note`` the reason of an exception, ``finding``
    the one thing to say about it."""

    attribute: BiometricAttribute
    state: SampleState
    quality: float | None = None
    threshold: int = 0
    note: str = ""
    finding: Finding | None = None


class PlacementPresenter:
    """``quality_of`` is the quality that counts of a sample that is there."""

    def __init__(
        self,
        group: CaptureGroup,
        registration: Registration,
        attempts_allowed: int,
        quality_of: Callable[[Registration, BiometricAttribute], float],
    ) -> None:
        self.group = group
        self.attempts_allowed = attempts_allowed
        self._registration = registration
        self._quality_of = quality_of
        self._placement: tuple[Finding, ...] = ()
        self._results: dict[BiometricAttribute, SampleResult] = {}
        self._judging: set[BiometricAttribute] = set()

    def registered(self, registration: Registration) -> None:
        """The registration changed (an exception was marked), or what was going on ended with an error."""
        self._registration = registration
        self._placement, self._results, self._judging = (), {}, set()

    def keep_up(self, registration: Registration) -> None:
        """The registration changed elsewhere: what is known of this placement still holds."""
        self._registration = registration

    def captured(self, outcome: CaptureOutcome) -> None:
        self.registered(outcome.registration)
        self._placement = outcome.findings
        self._results = {each.attribute: each for each in outcome.samples}

    def judging(self, attributes: Iterable[BiometricAttribute]) -> None:
        """The station looks at these; each is ``judged`` by and by."""
        self._judging |= set(attributes)

    def judged(self, attribute: BiometricAttribute, outcome: CaptureOutcome) -> None:
        """The outcome may be about another one, too: the same finger twice."""
        self._registration = outcome.registration
        self._judging.discard(attribute)
        self._results |= {each.attribute: each for each in outcome.samples}

    @property
    def is_judging(self) -> bool:
        return bool(self._judging)

    @property
    def attempts(self) -> int:
        return self._registration.attempts.get(self.group, 0)

    @property
    def is_done(self) -> bool:
        have = {*self._registration.samples, *self._registration.exceptions}
        return set(self.group.attributes) <= have and not self._judging

    @property
    def can_capture(self) -> bool:
        return any(each not in self._registration.exceptions for each in self.group.attributes)

    @property
    def may_force(self) -> bool:
        """Whether keeping the best there is may be offered."""
        return not self.is_done and not self._judging and self.attempts >= self.attempts_allowed

    @property
    def placement_finding(self) -> Finding | None:
        """Why the last placement as a whole was refused."""
        return next(iter(self._placement), None)

    @property
    def to_take_again(self) -> tuple[BiometricAttribute, ...]:
        """What was tried and is not kept."""
        return tuple(row.attribute for row in self.rows() if row.state is SampleState.POOR)

    def rows(self) -> tuple[Row, ...]:
        """What is found of two of them, the same finger twice, is said once."""
        rows: list[Row] = []
        for row in map(self._row, self.group.attributes):
            said = any(_says_the_same(row.finding, each.finding) for each in rows)
            rows.append(replace(row, finding=None) if said else row)
        return tuple(rows)

    def _row(self, attribute: BiometricAttribute) -> Row:
        exception = self._registration.exceptions.get(attribute)
        if exception is not None:
            return Row(attribute, SampleState.EXCEPTION, note=exception.reason)
        result = self._results.get(attribute)
        if attribute in self._judging:
            return Row(attribute, SampleState.JUDGING)  # the device's number would jump to another
        sample = self._registration.samples.get(attribute)
        if sample is not None:
            forced = sample.facts.forced
            state = SampleState.FORCED if forced else SampleState.KEPT
            # What is good is thanked for: advice beside that would be taken for a wish.
            said = _foremost(result.findings) if forced and result and result.accepted else None
            return Row(attribute, state, self._quality_of(self._registration, attribute), finding=said)
        if result is not None:
            finding = _foremost(result.findings)
            return Row(attribute, SampleState.POOR, result.quality, result.threshold, finding=finding)
        return Row(attribute, SampleState.WANTED)


def _says_the_same(one: Finding | None, other: Finding | None) -> bool:
    if one is None or other is None or one.code is not other.code:
        return False
    return bool(one.detail.get("other")) and set(one.detail.values()) == set(other.detail.values())


def _foremost(findings: Iterable[Finding]) -> Finding | None:
    """What is seen in the picture says what to do; that a number is too low comes last, and no help with it."""
    told = [each for each in findings if each.severity is not Severity.INFORMS]
    return told[0] if told else None
