"""What an officer may not decide alone, where the policy says so: a supervisor confirms it."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from muster.domain.lifecycle import Registration


class Cause(Enum):
    """The values stand in the trail."""

    EXCEPTION = "exception"  # a finger or an eye is said not to be there
    FORCED = "forced"  # a capture is kept though its quality is too low
    ATTESTED = "attested"  # on the officer's word alone a living person sat before the camera
    INTRODUCED = "introduced by the officer"  # whoever brings the person looks like the officer at the desk


def causes_in(state: Registration, asked_for: Collection[Cause]) -> tuple[Cause, ...]:
    """Those of ``asked_for`` that a registration has."""
    samples = (*state.samples.values(), *state.introducer.samples.values())
    found = {
        Cause.EXCEPTION: bool(state.exceptions or state.introducer.exceptions),
        Cause.FORCED: any(each.facts.forced for each in samples),
        Cause.ATTESTED: state.is_face_attested or state.turned.is_face_attested,
        Cause.INTRODUCED: state.is_introduced_by_operator,
    }
    return tuple(cause for cause in Cause if cause in asked_for and found[cause])
