"""Whether somebody was here before: the answer of one search among the faces captured at this station.

A candidate looks alike and may be somebody else. Who that is, and how alike, is for a supervisor; for everybody
else there is nothing to see. A finding's ``field`` names the candidate, its sentence names nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from muster.domain.assessment import Assessment, Finding, NotAssessed, Severity
from muster.errors import Code

FACE_SEEN_BEFORE = Code(
    "FACE_SEEN_BEFORE",
    "An earlier registration at this station shows a face like this one. Compare the pictures: it may be the same "
    "person.",
)
FACE_OF_OPERATOR = Code(
    "FACE_OF_OPERATOR", "The face is like that of an operator of this station. Compare: it may be the same person."
)
TEMPLATES_DAMAGED = Code(
    "TEMPLATES_DAMAGED",
    "Stored faces are damaged and were not compared ({count}). Whether this person was here before is not sure.",
)

MEASURE = "local duplicates"


class Whose(Enum):
    REGISTRATION = "registration"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Person:
    """``name`` is a registration's number or an operator's user name."""

    whose: Whose
    name: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """``cosine`` of the two templates, -1 to 1; above the threshold for searching."""

    person: Person
    cosine: float


@dataclass(frozen=True, slots=True)
class Look:
    """What one search found, the most alike first. ``compared`` templates were, ``damaged`` ones could not be;
    ``reason`` says why nobody was searched for at all."""

    at: datetime
    compared: int = 0
    damaged: int = 0
    candidates: tuple[Candidate, ...] = ()
    reason: Code | None = None

    @property
    def assessment(self) -> Assessment:
        """Warnings only: nobody is kept from being enrolled for looking like somebody."""
        reason = self.reason or (TEMPLATES_DAMAGED if self.damaged else None)
        told = [_finding(each) for each in self.candidates]
        if self.damaged:
            told.append(Finding(TEMPLATES_DAMAGED, Severity.WARNS, detail={"count": self.damaged}))
        elif self.reason is not None:
            told.append(Finding(self.reason, Severity.WARNS))
        return Assessment((NotAssessed(MEASURE, reason),) if reason else (), tuple(told))


def _finding(candidate: Candidate) -> Finding:
    person = candidate.person
    code = FACE_OF_OPERATOR if person.whose is Whose.OPERATOR else FACE_SEEN_BEFORE
    return Finding(code, Severity.WARNS, person.name)
