"""The captures of one registration as one row: which there are, how each stands, which comes next.

Everything here follows from the registration's events, so that whoever comes back stands at the same placement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.lifecycle import Registration
from muster.domain.registration import Step


class SampleState(Enum):
    """How one finger, eye or face stands."""

    WANTED = "wanted"
    JUDGING = "judging"
    KEPT = "kept"
    FORCED = "forced"  # kept below the threshold, with a reason
    POOR = "poor"
    EXCEPTION = "exception"


class PlacementState(Enum):
    """How everything that one placement captures stands."""

    WAITING = "waiting"
    WEAK = "weak"  # tried, and something of it is still missing
    GOOD = "good"
    KEPT = "kept with a reason"
    EXCEPTED = "excepted"


@dataclass(frozen=True, slots=True)
class Placement:
    """``attempts`` made so far; ``lacking`` are the fingers and eyes still to be captured."""

    step: Step
    state: PlacementState
    attempts: int = 0
    lacking: tuple[BiometricAttribute, ...] = ()

    @property
    def is_done(self) -> bool:
        return self.state not in (PlacementState.WAITING, PlacementState.WEAK)


def is_capture(step: Step) -> bool:
    return step.capture_group is not None or step is Step.EXCEPTION_PHOTO


def placements(state: Registration, plan: Iterable[Step]) -> tuple[Placement, ...]:
    """The captures of ``plan`` in its order; a photo of exceptions only where there are any."""
    asked = (step for step in plan if is_capture(step))
    return tuple(_placement(state, step) for step in asked if step.capture_group or state.exceptions)


def next_placement(state: Registration, plan: Iterable[Step]) -> Step | None:
    """The first that is not done, or nothing when all are."""
    return next((each.step for each in placements(state, plan) if not each.is_done), None)


def _placement(state: Registration, step: Step) -> Placement:
    group = step.capture_group
    if group is None:
        done = state.is_done(step)
        return Placement(step, PlacementState.GOOD if done else PlacementState.WAITING)
    attempts = state.attempts.get(group, 0)
    lacking = tuple(
        each for each in group.attributes if each not in state.samples and each not in state.exceptions
    )
    if lacking:
        tried = attempts or any(each in state.samples for each in group.attributes)
        return Placement(step, PlacementState.WEAK if tried else PlacementState.WAITING, attempts, lacking)
    return Placement(step, _done(state, group), attempts)


def _done(state: Registration, group: CaptureGroup) -> PlacementState:
    kept = [state.samples[each] for each in group.attributes if each in state.samples]
    if not kept:
        return PlacementState.EXCEPTED
    attested = group is CaptureGroup.FACE and state.is_face_attested
    return PlacementState.KEPT if attested or any(each.facts.forced for each in kept) else PlacementState.GOOD
