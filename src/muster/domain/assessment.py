"""What a check says. A check never raises over what it looked at: it returns one of these.

``Score`` and ``NotAssessed`` are the two answers of a measure (raw number and calibrated 0..100
value are kept apart, so that recalibration touches data only); ``Finding`` is a sentence somebody
should act on. An ``Assessment`` is all that one analyser says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.errors import Code


class Severity(Enum):
    """How much a finding weighs."""

    BLOCKS = "blocks"  # the step cannot be completed
    WARNS = "warns"  # the officer may go on, the supervisor sees it
    INFORMS = "informs"


@dataclass(frozen=True, slots=True)
class Score:
    """A measured value: ``raw`` in the measure's own unit, ``value`` calibrated to 0..100."""

    measure: str
    raw: float
    value: float


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """A measure that could not be taken, with the reason."""

    measure: str
    reason: Code


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check found. ``field`` names what it is about (a form field, a finger)."""

    code: Code
    severity: Severity = Severity.BLOCKS
    field: str = ""
    detail: Mapping[str, str | int | float] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.code.say(self.detail)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one analyser says about one subject."""

    measures: tuple[Score | NotAssessed, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __getitem__(self, measure: str) -> Score | NotAssessed:
        """The measure of that name. Raises ``KeyError``."""
        for each in self.measures:
            if each.measure == measure:
                return each
        raise KeyError(measure)

    def value(self, measure: str) -> float | None:
        """The calibrated 0..100 value; None when it could not be taken or was not asked for."""
        return next(
            (each.value for each in self.measures if isinstance(each, Score) and each.measure == measure), None
        )


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that keep a step from being completed."""
    return tuple(each for each in findings if each.severity is Severity.BLOCKS)
