"""Asking the person to move, in an order nobody can know beforehand, and seeing whether they did.

A recording cannot follow an order drawn when it is played. Pure: readings and times in, instruction and state out;
only the order comes from the operating system's cryptographic source. ``step`` takes one reading after the other:

* an instruction is done when the head came as far as asked, or both eyes stayed shut for longer than a blink, and
then came back;
* a turn the other way, one that had begun before anybody could have heard the instruction, a head that jumps from
one frame to the next, and a time that runs backwards (frames played again) fail the challenge;
* so does an instruction that is not followed in its time, or a face that is gone or joined by another.

A person who was slow is asked again from the start, with another order; how often is the policy's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from statistics import median

from muster.analysis.face_portrait import FACE_LOOK_AT_CAMERA
from muster.analysis.liveness_observation import Observation
from muster.errors import Code

LIVENESS_TURN_LEFT = Code("LIVENESS_TURN_LEFT", "Turn your head slowly to the left, then back to the camera.")
LIVENESS_TURN_RIGHT = Code("LIVENESS_TURN_RIGHT", "Turn your head slowly to the right, then back to the camera.")
LIVENESS_LOOK_UP = Code("LIVENESS_LOOK_UP", "Lift your chin slowly, then look back to the camera.")
LIVENESS_CLOSE_EYES = Code("LIVENESS_CLOSE_EYES", "Close both eyes for a moment, then open them.")


class Action(Enum):
    """What is asked; the values are written in recordings. Left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    CLOSE_EYES = "close_eyes"

    @property
    def instruction(self) -> Code:
        return _INSTRUCTIONS[self]


_INSTRUCTIONS = {
    Action.TURN_LEFT: LIVENESS_TURN_LEFT,
    Action.TURN_RIGHT: LIVENESS_TURN_RIGHT,
    Action.LOOK_UP: LIVENESS_LOOK_UP,
    Action.CLOSE_EYES: LIVENESS_CLOSE_EYES,
}

STEPS = 3
_LEAST_AT_REST = 4


class Standing(Enum):
    ASKING = "asking"
    PASSED = "passed"
    FAILED = "failed"


class Failure(Enum):
    """For the supervisor; nobody tells the person."""

    WRONG_WAY = "wrong way"
    TOO_FAST = "too fast"
    TOO_EARLY = "too early"
    TOO_SLOW = "too slow"
    FACE_LOST = "face lost"
    SEVERAL_FACES = "several faces"
    TIME_RAN_BACK = "time ran back"


@dataclass(frozen=True, slots=True)
class Pace:
    """Degrees from the person's own rest, seconds, and shares of their own open eyes."""

    reach: float = 9.0
    back: float = 6.0
    wrong: float = 8.0
    early_s: float = 0.15
    limit_s: float = 6.0
    jump: float = 24.0
    shut: float = 0.6
    shut_s: float = 0.25
    reopened: float = 0.75
    lost_s: float = 0.5
    rest_s: float = 0.4


@dataclass(frozen=True, slots=True)
class Rest:
    """How the person looks when nothing is asked."""

    yaw: float
    pitch: float
    eyes: float


@dataclass(frozen=True, slots=True)
class Challenge:
    """The state; ``step`` makes the next one."""

    actions: tuple[Action, ...]
    pace: Pace = Pace()
    done: int = 0
    standing: Standing = Standing.ASKING
    failure: Failure | None = None
    rest: Rest | None = None
    _asked_s: float | None = None
    _reached: bool = False
    _shut_s: float | None = None  # since when
    _last: tuple[float, float, float] | None = None  # time, yaw, pitch
    _before: tuple[Rest, ...] = ()

    @classmethod
    def drawn(cls, choose: Callable[[Sequence[Action]], Action] = secrets.choice) -> Challenge:
        """Three in random order, none twice in a row, with the eyes and a turn among them."""
        while True:
            actions: list[Action] = []
            while len(actions) < STEPS:
                actions.append(choose([each for each in Action if not actions or each is not actions[-1]]))
            if Action.CLOSE_EYES in actions and {Action.TURN_LEFT, Action.TURN_RIGHT} & set(actions):
                return cls(tuple(actions))

    @property
    def asked(self) -> Action | None:
        """What is asked for now, until the person is back from it; None before the first and at the end."""
        is_asking = self.standing is Standing.ASKING and self.rest is not None
        return self.actions[self.done] if is_asking else None

    @property
    def instruction(self) -> Code | None:
        """What the person is told now; None when it is over, whatever its end."""
        if self.standing is not Standing.ASKING:
            return None
        return FACE_LOOK_AT_CAMERA if self.rest is None or self._reached else self.actions[self.done].instruction

    def step(self, seen: Observation) -> Challenge:
        if self.standing is not Standing.ASKING:
            return self
        if self._last is not None and seen.time_s <= self._last[0]:
            return self._failed(Failure.TIME_RAN_BACK)
        if seen.faces > 1:
            return self._failed(Failure.SEVERAL_FACES)
        if seen.pose is None:
            lost = self._last is not None and seen.time_s - self._last[0] > self.pace.lost_s
            return self._failed(Failure.FACE_LOST) if lost else self
        yaw, pitch = seen.pose.yaw, seen.pose.pitch
        if self._last is not None and max(abs(yaw - self._last[1]), abs(pitch - self._last[2])) > self.pace.jump:
            return self._failed(Failure.TOO_FAST)
        now = replace(self, _last=(seen.time_s, yaw, pitch))
        if now.rest is None:
            return now._resting(seen.time_s, Rest(yaw, pitch, seen.eyes))
        return now._following(seen.time_s, Rest(yaw - now.rest.yaw, pitch - now.rest.pitch, seen.eyes))

    def _resting(self, time_s: float, seen: Rest) -> Challenge:
        before = (*self._before, seen)
        began_s = time_s if self._asked_s is None else self._asked_s
        if len(before) < _LEAST_AT_REST or time_s - began_s < self.pace.rest_s:
            return replace(self, _before=before, _asked_s=began_s)
        yaw, pitch = (median(getattr(each, name) for each in before) for name in ("yaw", "pitch"))
        # Whoever blinks meanwhile has not got narrow eyes.
        eyes = sorted(each.eyes for each in before)[-2]
        return replace(self, rest=Rest(yaw, pitch, eyes), _asked_s=time_s)

    def _following(self, time_s: float, off: Rest) -> Challenge:
        assert self.rest is not None and self._asked_s is not None
        action, pace, since = self.actions[self.done], self.pace, time_s - self._asked_s
        if since > pace.limit_s:
            return self._failed(Failure.TOO_SLOW)
        open_share = off.eyes / max(self.rest.eyes, 1e-9)
        if self._reached:
            is_back = max(abs(off.yaw), abs(off.pitch)) < pace.back and open_share > pace.reopened
            return self._next(time_s) if is_back else self
        if action is Action.CLOSE_EYES:
            if max(abs(off.yaw), abs(off.pitch)) > pace.reach:
                return self._failed(Failure.WRONG_WAY)
            return self._with_eyes(time_s, is_shut=open_share < pace.shut)
        along = {Action.TURN_LEFT: off.yaw, Action.TURN_RIGHT: -off.yaw, Action.LOOK_UP: -off.pitch}[action]
        is_aside = action is Action.LOOK_UP and abs(off.yaw) > pace.reach and abs(off.pitch) < pace.reach
        if -along > pace.wrong or is_aside:
            return self._failed(Failure.WRONG_WAY)
        if along <= pace.reach:
            return self
        # Somebody who had come so far by then had begun before the instruction was heard.
        return self._failed(Failure.TOO_EARLY) if since < pace.early_s else replace(self, _reached=True)

    def _with_eyes(self, time_s: float, *, is_shut: bool) -> Challenge:
        """Everybody blinks, also just when an instruction comes: that is neither right nor wrong."""
        if not is_shut:
            return replace(self, _shut_s=None)
        shut_s = time_s if self._shut_s is None else self._shut_s
        return replace(self, _shut_s=shut_s, _reached=time_s - shut_s >= self.pace.shut_s)

    def _next(self, time_s: float) -> Challenge:
        done = self.done + 1
        standing = Standing.PASSED if done == len(self.actions) else Standing.ASKING
        return replace(self, done=done, standing=standing, _asked_s=time_s, _reached=False, _shut_s=None)

    def _failed(self, failure: Failure) -> Challenge:
        return replace(self, standing=Standing.FAILED, failure=failure)
