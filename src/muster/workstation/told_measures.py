"""Measures and findings of analysers as commands tell them: names, numbers and sentences."""

from __future__ import annotations

from dataclasses import dataclass

from muster.domain.assessment import Finding, NotAssessed, Score


@dataclass(frozen=True, slots=True)
class Component:
    """A measure in its own unit and on 0..100; None and the ``reason`` where it was not taken."""

    raw: float | None
    value: float | None
    reason: str | None = None

    @classmethod
    def of(cls, measure: Score | NotAssessed) -> Component:
        if isinstance(measure, NotAssessed):
            return cls(None, None, measure.reason.name)
        return cls(measure.raw, measure.value)


@dataclass(frozen=True, slots=True)
class ToldFinding:
    code: str
    severity: str
    message: str

    @classmethod
    def of(cls, finding: Finding) -> ToldFinding:
        return cls(finding.code.name, finding.severity.value, finding.sentence)
