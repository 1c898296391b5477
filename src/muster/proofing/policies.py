"""When a composite node is decided, from what is known of its children.

========== =================== ============================== =============================================
node       policy              succeeds                       fails
========== =================== ============================== =============================================
Sequence                       with its last child            with its first child that fails
Choice                         with the chosen child          with the chosen child
Parallel   FailFast            as soon as the join is reached as soon as the join is out of reach
Parallel   ContinueOnFailure   as soon as the join is reached when every child is decided
Parallel   WaitForAll          when every child is decided    when every child is decided
Threshold  FailFast, WaitForAll with the Nth success          as soon as N is out of reach
Threshold  ContinueOnFailure   with the Nth success           when every child is decided
========== =================== ============================== =============================================

The join is reached with every child (``All``), one child (``Any``); ``BestEffort`` waits for every child and never
fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class Verdict(Enum):
    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Join(Enum):
    ALL = "All"
    ANY = "Any"
    BEST_EFFORT = "BestEffort"


class OnFailure(Enum):
    FAIL_FAST = "FailFast"
    WAIT_FOR_ALL = "WaitForAll"
    CONTINUE = "ContinueOnFailure"


def sequence(children: Sequence[Verdict]) -> Verdict:
    return next((each for each in children if each is not Verdict.SUCCEEDED), Verdict.SUCCEEDED)


def parallel(children: Sequence[Verdict], join: Join, on_failure: OnFailure) -> Verdict:
    if join is Join.BEST_EFFORT:
        return Verdict.OPEN if Verdict.OPEN in children else Verdict.SUCCEEDED
    needed = len(children) if join is Join.ALL else 1
    if on_failure is OnFailure.WAIT_FOR_ALL and Verdict.OPEN in children:
        return Verdict.OPEN
    return _counted(children, needed, patient=on_failure is OnFailure.CONTINUE)


def threshold(children: Sequence[Verdict], minimum: int, on_failure: OnFailure) -> Verdict:
    return _counted(children, minimum, patient=on_failure is OnFailure.CONTINUE)


def _counted(children: Sequence[Verdict], needed: int, *, patient: bool) -> Verdict:
    """``patient``: what is out of reach fails only when nobody is at work any more."""
    succeeded, still_open = children.count(Verdict.SUCCEEDED), children.count(Verdict.OPEN)
    if succeeded >= needed:
        return Verdict.SUCCEEDED
    out_of_reach = succeeded + still_open < needed
    return Verdict.FAILED if out_of_reach and not (patient and still_open) else Verdict.OPEN
