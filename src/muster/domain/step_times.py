"""How long each step of a registration took, told from the times of its events. Pure.

The time up to an event counts for the step the event belongs to. A longer gap than ``pause`` is a pause, not work:
somebody went to lunch, or the registration was put away. A clock that was set back shows as an event before the
one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.domain import lifecycle
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.registration import Step

PAUSE = timedelta(minutes=10)
_NO_TIME = timedelta(0)
_STEPS: Mapping[type, Step] = {
    lifecycle.ConsentGiven: Step.CONSENT,
    lifecycle.DemographicsEntered: Step.DEMOGRAPHICS,
    lifecycle.DemographicsDrafted: Step.DEMOGRAPHICS,
    lifecycle.DocumentAttached: Step.DOCUMENTS,
    lifecycle.DocumentRemoved: Step.DOCUMENTS,
    lifecycle.ProofSettled: Step.PROOFING,
    lifecycle.LivenessJudged: Step.FACE,
    lifecycle.ExceptionPhotoTaken: Step.EXCEPTION_PHOTO,
    lifecycle.Confirmed: Step.SIGNATURE,
    lifecycle.Signed: Step.SIGNATURE,
}
_GROUP_OF = {attribute: group for group in CaptureGroup for attribute in group.attributes}


@dataclass(frozen=True, slots=True)
class Pause:
    began: datetime
    lasted: timedelta


@dataclass(frozen=True, slots=True)
class StepTimes:
    """``set_back`` is the largest step of the clock back; zero where it never went."""

    by_step: Mapping[Step, timedelta]
    pauses: tuple[Pause, ...]
    set_back: timedelta

    @property
    def working(self) -> timedelta:
        """All steps together."""
        return sum(self.by_step.values(), _NO_TIME)


def step_times(events: Iterable[lifecycle.Event], pause: timedelta = PAUSE) -> StepTimes:
    """Of everything up to the last event that belongs to a step: what comes later is the machine's work."""
    return times_of(((event.at, step_of(event)) for event in events), pause)


def times_of(happened: Iterable[tuple[datetime, Step | None]], pause: timedelta = PAUSE) -> StepTimes:
    """The same of whatever happened, each with the step it belongs to, if it does to one."""
    by_step: dict[Step, timedelta] = {}
    pauses: list[Pause] = []
    set_back, before, unclaimed = _NO_TIME, None, _NO_TIME
    for at, step in happened:
        passed = at - before if before is not None else _NO_TIME
        if passed < _NO_TIME:
            set_back, passed = max(set_back, -passed), _NO_TIME
        elif passed > pause:
            pauses.append(Pause(before or at, passed))
            passed = _NO_TIME
        unclaimed += passed
        if step is not None:
            by_step[step] = by_step.get(step, _NO_TIME) + unclaimed
            unclaimed = _NO_TIME
        before = at
    return StepTimes(by_step, tuple(pauses), set_back)


def step_of(event: lifecycle.Event) -> Step | None:
    """The step that an event is work on; none for the beginning, and for what the machine did by itself."""
    match event:
        case lifecycle.StepCompleted(step=step):
            return step
        case lifecycle.CaptureAttempted(group=group):
            return Step(group.value)
        case lifecycle.SampleCaptured(facts=facts):
            return step_of_attribute(facts.attribute)
        case lifecycle.ExceptionMarked(exception=exception):
            return step_of_attribute(exception.attribute)
        case lifecycle.ExceptionCleared(attribute=attribute):
            return step_of_attribute(attribute)
        case lifecycle.OfIntroducer(what=what):
            return Step.INTRODUCER if step_of(what) else None
        case _:
            return _STEPS.get(type(event))


def step_of_attribute(attribute: BiometricAttribute) -> Step:
    return Step(_GROUP_OF[attribute].value)
