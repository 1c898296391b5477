"""The capture lane's mind: what is being taken, what came of it, what the officer may do. No Qt.

One start, then one placement after the other in the plan's order: the device, the picture, the judging, a short
sign that it is good, and on. The lane stops only where somebody has to decide. ``round`` counts the times a device
is to be taken into use: whoever shows the lane begins anew whenever it changed. What has to survive the page
follows from the registration's events; nothing of it is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute, ForcedBecause, Modality
from muster.domain.lifecycle import Registration
from muster.domain.registration import Step
from muster.errors import Code, MusterError
from muster.ui.capture.lane_words import (
    LANE_DONE,
    LANE_FACE_TAKEN,
    LANE_GOOD,
    LANE_GREEN,
    LANE_JUDGING,
    LANE_MISSING,
    LANE_ONCE_MORE,
    LANE_PAUSED,
    LANE_PHOTO,
    LANE_READY,
    LANE_STARTING,
    LANE_TAKEN,
    LANE_TAKING,
    LANE_UNPLUGGED,
    LANE_USED_UP,
    LANE_WAITING,
    Said,
)
from muster.ui.capture.placement_presenter import PlacementPresenter, Row
from muster.ui.capture.tone import Tone
from muster.workstation import spoken_prompts
from muster.workstation.capture_lane import Placement, SampleState, next_placement, placements
from muster.workstation.face_watching import FaceView
from muster.workstation.samples import CaptureOutcome

# By name: what a device says is not the window's to know more of.
_GONE = ("DEVICE_ABSENT", "DEVICE_UNPLUGGED")
_SILENT = "DEVICE_TIMEOUT"
_NOT_CONFIRMED = "LIVENESS_REFUSED"
_WRONG = "WRONG_FINGER"
_SILENCES = 3  # how often in a row nobody answers before the officer is asked
_KINDS = {Modality.FACE: "camera", Modality.FINGER: "fingerprint reader", Modality.IRIS: "iris camera"}


class Doing(Enum):
    RESTING = "resting"  # not begun, or paused
    LIVE = "live"  # a device is in use
    TAKING = "taking"  # a picture is being kept
    JUDGING = "judging"
    GOOD = "good"  # for a moment
    AGAIN = "again"  # for a moment: what would help is to be read
    WAITING = "waiting"  # for a device
    STOPPED = "stopped"  # somebody has to decide
    DONE = "done"


_UNDER_WAY = frozenset(Doing) - {Doing.RESTING, Doing.DONE}


class Choice(Enum):
    """What the officer can press besides start and pause."""

    TAKE = "take"  # this picture of the exception
    TRY = "try"  # this picture although something is in the way
    KEEP = "keep"  # the best there is, with a reason
    ATTEST = "attest"  # that a living person is there
    OTHER_DEVICE = "other device"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Why the best there is is to be kept."""

    because: ForcedBecause
    comment: str = ""


class LanePresenter:
    """``quality_of`` is the quality that counts of a sample that is there; ``step`` the one to stand at first."""

    def __init__(
        self,
        registration: Registration,
        plan: Collection[Step],
        attempts_allowed: int,
        quality_of: Callable[[Registration, BiometricAttribute], float],
        step: Step | None = None,
    ) -> None:
        self.registration = registration
        self.attempts_allowed = attempts_allowed
        self._plan = tuple(plan)
        self._quality_of = quality_of
        self._parts: dict[Step, PlacementPresenter] = {}
        asked = [each.step for each in self.placements]
        self.step = step if step in asked else next_placement(registration, self._plan) or asked[-1]
        self.doing = Doing.RESTING
        self.round = 0
        self.keeping: Keeping | None = None
        self._said: Said | None = None
        self._view: FaceView | None = None
        self._is_patient = True
        self._was_doubted = False
        self._silences = 0
        self._was_seen_gone = False
        self.has_begun = False

    # What is to be seen

    @property
    def placements(self) -> tuple[Placement, ...]:
        return placements(self.registration, self._plan)

    @property
    def placement(self) -> Placement:
        return next(each for each in self.placements if each.step is self.step)

    @property
    def is_under_way(self) -> bool:
        return self.doing in _UNDER_WAY

    @property
    def is_complete(self) -> bool:
        return next_placement(self.registration, self._plan) is None and not self._is_judging

    @property
    def rows(self) -> tuple[Row, ...]:
        """How each finger or eye of this placement stands."""
        part = self._part
        return part.rows() if part is not None else ()

    @property
    def here(self) -> tuple[BiometricAttribute, ...]:
        """The fingers and eyes of this placement; of the photo those it is to show."""
        group = self.step.capture_group
        return group.attributes if group else tuple(self.registration.exceptions)

    @property
    def samples(self) -> Mapping[BiometricAttribute, SampleState]:
        """How every finger and eye of the plan stands."""
        states: dict[BiometricAttribute, SampleState] = {}
        for each in self.placements:
            part = self._part_of(each.step)
            states |= {row.attribute: row.state for row in part.rows()} if part else {}
        return states

    @property
    def said(self) -> Said:
        if self._said is not None:
            return self._said
        if self.doing is Doing.RESTING:
            return self._resting_words()
        return _WORDS[self.doing]

    def _resting_words(self) -> Said:
        if self.placement.is_done:
            face = self.step in (Step.FACE, Step.EXCEPTION_PHOTO)
            return Said(LANE_FACE_TAKEN if face else LANE_TAKEN, Tone.GOOD)
        return Said(LANE_PAUSED if self.has_begun else LANE_READY)

    @property
    def prompt(self) -> Code | None:
        """What the person is asked for now."""
        asked = spoken_prompts.asking_for(self.step, self.registration.exceptions)
        if self.doing is Doing.LIVE and self._view is not None and self.step is Step.FACE:
            if self._view.instruction is not None:
                return self._view.instruction
            helps = spoken_prompts.advising(self._view.findings) if self._view.is_blocked else None
            return helps or (asked if self._view.is_blocked else spoken_prompts.ASK_HOLD_STILL)
        if self.doing is Doing.AGAIN:
            return spoken_prompts.advising(self._found) or spoken_prompts.ASK_ONCE_MORE
        if self.doing is Doing.STOPPED:
            return spoken_prompts.advising(self._found)
        if self.doing is Doing.GOOD:
            return spoken_prompts.SAY_GOOD
        if self.doing is Doing.DONE:
            return spoken_prompts.SAY_ALL_DONE
        if self.doing in (Doing.TAKING, Doing.JUDGING, Doing.WAITING):
            return None
        return None if self.placement.is_done and not self.is_under_way else asked

    @property
    def _found(self) -> tuple[Finding, ...]:
        part = self._part
        if part is None:
            return ()
        placed = part.placement_finding
        return (*((placed,) if placed else ()), *(row.finding for row in part.rows() if row.finding))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be pressed, in this order."""
        view = self._view
        used_up = self.attempts >= self.attempts_allowed
        if self.step is Step.EXCEPTION_PHOTO and self.doing is Doing.LIVE:
            return (Choice.TAKE,) if view is not None and view.box is not None else ()
        if self.step is Step.FACE and view is not None and view.may_be_forced:
            if self._was_doubted and used_up and self.doing in (Doing.LIVE, Doing.STOPPED):
                return (Choice.ATTEST,)
            if view.is_blocked and used_up and self.doing in (Doing.LIVE, Doing.STOPPED):
                return (Choice.KEEP,)
            if view.is_blocked and self.doing is Doing.LIVE and (self.attempts or not self._is_patient):
                return (Choice.TRY,)
        part = self._part
        if self.doing is Doing.STOPPED and part is not None and self.step is not Step.FACE:
            kept = (Choice.KEEP,) if part.may_force and part.to_take_again else ()
            return (*kept, *((Choice.OTHER_DEVICE,) if self._is_device_at_fault else ()))
        if self.doing in (Doing.STOPPED, Doing.WAITING) and self._is_device_at_fault:
            return (Choice.OTHER_DEVICE,)
        return ()

    @property
    def _is_device_at_fault(self) -> bool:
        return self._said is not None and self._said.code.name.startswith("DEVICE_")

    @property
    def attempts(self) -> int:
        return self.placement.attempts

    @property
    def device_kind(self) -> str:
        group = self.step.capture_group
        return _KINDS[group.modality if group else Modality.FACE]

    @property
    def view(self) -> FaceView | None:
        """The newest live view of a face, to be taken."""
        return self._view

    # What the officer does

    def start(self) -> None:
        """Go on at this placement, or take it again; at the first that is not done when this one cannot be."""
        part = self._part
        if part is not None and not part.can_capture:
            following = next_placement(self.registration, self._plan)
            if following is None:
                return
            self.step = following
        self._go_live()

    @property
    def others_wait(self) -> bool:
        """Whether what is shown is done, and something else is not: then going on is no taking again."""
        open_step = next_placement(self.registration, self._plan)
        return self.doing is Doing.RESTING and self.placement.is_done and open_step is not None

    def go_on_elsewhere(self) -> None:
        """At the first that is not done."""
        self.step = next_placement(self.registration, self._plan) or self.step
        self._go_live()

    def choose(self, step: Step) -> None:
        """While the lane is under way another placement is taken at once; else it is only shown."""
        was_under_way = self.is_under_way
        self.step, self._said, self._view, self._was_doubted = step, None, None, False
        if was_under_way:
            self.start()
        else:
            self.doing = Doing.RESTING

    def pause(self) -> None:
        self.doing, self._said, self._view, self.keeping = Doing.RESTING, None, None, None
        self.round += 1

    def keep(self, because: ForcedBecause, comment: str) -> bool:
        """Keep the best there is. False for a face, which is taken from the view at hand instead of a device."""
        self.keeping = Keeping(because, comment)
        if self.step is Step.FACE:
            self.taking()
            return False
        self._go_live()
        return True

    def taking(self) -> None:
        """A view is being kept."""
        self.doing, self._said = Doing.TAKING, None

    def registered(self, registration: Registration) -> None:
        """An exception was marked or taken back."""
        part = self._part
        self.keep_up(registration)
        if part is not None:
            part.registered(registration)
        if self.step not in [each.step for each in self.placements]:  # the photo of what is no exception any more
            self.step = next_placement(registration, self._plan) or self.placements[-1].step
        if self.doing is Doing.RESTING:
            if self.placement.is_done:
                self.step = next_placement(registration, self._plan) or self.step
        elif self.placement.is_done:
            self._go_on()
        elif self.is_under_way and self.doing is not Doing.WAITING:
            self._go_live()

    # What the devices and the station say

    def seen(self, view: FaceView) -> bool:
        """A live view; whether to take it now."""
        if self.doing is not Doing.LIVE:
            return False
        self._view = view
        self._silences = 0
        if self.step is Step.EXCEPTION_PHOTO:
            seen = view.box is not None
            self._said = Said(LANE_PHOTO, Tone.GOOD) if seen else _finding(view.findings[0], Tone.WARN)
            return False
        if view.instruction is not None:  # the face turns away because it is asked to
            self._said = Said(view.instruction)
        elif view.is_blocked:
            self._said = _finding(view.findings[0], Tone.WARN)
        else:
            self._said = Said(LANE_GREEN, Tone.GOOD)
        return view.ready or view.has_challenge_failed

    def frame_seen(self) -> None:
        """The device shows something."""
        if self.doing is Doing.LIVE and self._said is None:
            self._said = Said(LANE_TAKING)

    def lost_patience(self) -> None:
        """A good face was waited for long enough: the officer may insist."""
        self._is_patient = False

    def face_taken(self, outcome: CaptureOutcome) -> None:
        part = self._part
        self.keeping = None if not outcome.findings else self.keeping
        self.keep_up(outcome.registration)
        if part is not None:
            part.captured(outcome)
        if not outcome.findings:
            self._be_good()
            return
        first = outcome.findings[0]
        self._was_doubted = any(each.code.name == _NOT_CONFIRMED for each in outcome.findings)
        if self._was_doubted or self.attempts >= self.attempts_allowed:
            self._stop(_finding(first, Tone.BAD))
        else:
            self._go_live(_finding(first, Tone.BAD))

    def placement_taken(self, outcome: CaptureOutcome, unjudged: tuple[BiometricAttribute, ...] = ()) -> None:
        part = self._part
        assert part is not None
        self.keeping, self._silences = None, 0
        self.keep_up(outcome.registration)
        part.captured(outcome)
        part.judging(unjudged)
        wrong = next((each for each in outcome.findings if each.code.name == _WRONG), None)
        if wrong is not None:
            self._stop(_finding(wrong, Tone.BAD))
        else:
            self._settle()

    def being_judged(self, attributes: Iterable[BiometricAttribute]) -> None:
        """What the station looks at now, of whichever placement."""
        wanted = set(attributes)
        for each in self.placements:
            part, group = self._part_of(each.step), each.step.capture_group
            if part is not None and group is not None:
                part.judging(wanted & set(group.attributes))

    def judged(self, attribute: BiometricAttribute, outcome: CaptureOutcome) -> None:
        """May come when another placement is being shown already."""
        self.keep_up(outcome.registration)
        for step, part in self._parts.items():
            group = step.capture_group
            if group is not None and attribute in group.attributes:
                part.judged(attribute, outcome)
        if self.doing is Doing.JUDGING:
            self._settle()

    def failed(self, error: MusterError, registration: Registration) -> None:
        """A device or a disk said no; ``registration`` as it stands now."""
        self.keep_up(registration)
        part = self._part
        if part is not None:
            part.registered(registration)
        self.keeping = None
        name = error.code.name
        if name in _GONE:
            self._was_seen_gone = name == _GONE[0]
            self.doing, self._view = Doing.WAITING, None
            self._said = Said(LANE_UNPLUGGED if name == _GONE[1] else LANE_WAITING, Tone.WARN, error.detail)
        elif name == _SILENT and self._silences < _SILENCES - 1:
            self._silences += 1
            self.doing, self._said = Doing.AGAIN, Said(error.code, Tone.WARN, error.detail)
        else:
            self._silences = 0
            self._stop(Said(error.code, Tone.BAD, error.detail))

    def devices_ready(self, kinds: Collection[str]) -> None:
        """What is plugged in now. A device that says it was pulled out while it is still listed is waited for
        until it was gone: else one that is broken would be tried for ever."""
        if self.doing is not Doing.WAITING:
            return
        if self.device_kind not in kinds:
            self._was_seen_gone = True
        elif self._was_seen_gone:
            self._go_live()

    def waited(self) -> None:
        """The moment is over in which a sign was to be seen."""
        if self.doing is Doing.GOOD:
            self._go_on()
        elif self.doing is Doing.AGAIN:
            self._go_live()

    # Inside

    @property
    def _part(self) -> PlacementPresenter | None:
        return self._part_of(self.step)

    def _part_of(self, step: Step) -> PlacementPresenter | None:
        group = step.capture_group
        if group is None:
            return None
        if step not in self._parts:
            self._parts[step] = PlacementPresenter(
                group, self.registration, self.attempts_allowed, self._quality_of
            )
        return self._parts[step]

    @property
    def _is_judging(self) -> bool:
        return any(each.is_judging for each in self._parts.values())

    def keep_up(self, registration: Registration) -> None:
        """The registration changed in a way that changes nothing of what is being done."""
        self.registration = registration
        for each in self._parts.values():
            each.keep_up(registration)

    def _go_live(self, said: Said | None = None) -> None:
        self.doing, self._said, self._view = Doing.LIVE, said, None
        self._is_patient = self.has_begun = True
        self.round += 1

    def _stop(self, said: Said) -> None:
        self.doing, self._said = Doing.STOPPED, said

    def _be_good(self) -> None:
        self.doing, self._said, self._was_doubted = Doing.GOOD, None, False

    def _settle(self) -> None:
        """What comes of a placement once nothing of it is being judged any more."""
        part = self._part
        assert part is not None
        if part.is_judging:
            self.doing, self._said = Doing.JUDGING, None
        elif part.is_done:
            self._be_good()
        elif part.attempts < self.attempts_allowed:
            placed = part.placement_finding
            again = Said(LANE_ONCE_MORE, Tone.WARN, fingers=self.placement.lacking)
            self.doing, self._said = Doing.AGAIN, _finding(placed, Tone.WARN) if placed else again
        elif part.to_take_again:
            self._stop(Said(LANE_USED_UP, Tone.BAD))
        else:
            self._stop(Said(LANE_MISSING, Tone.BAD, fingers=self.placement.lacking))

    def _go_on(self) -> None:
        following = next_placement(self.registration, self._plan)
        if following is None:
            self.doing, self._said = Doing.DONE, None
        else:
            self.step, self._was_doubted = following, False
            self._go_live()


_WORDS = {
    Doing.LIVE: Said(LANE_STARTING),
    Doing.TAKING: Said(LANE_GREEN, Tone.GOOD),
    Doing.JUDGING: Said(LANE_JUDGING),
    Doing.GOOD: Said(LANE_GOOD, Tone.GOOD),
    Doing.DONE: Said(LANE_DONE, Tone.GOOD),
}


def _finding(finding: Finding, tone: Tone) -> Said:
    return Said(finding.code, tone, finding.detail)
