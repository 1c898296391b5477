from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from muster.analysis.face_pose import HeadPose
from muster.analysis.liveness_challenge import Action, Challenge, Failure, Standing
from muster.analysis.liveness_observation import Observation

FRAME = np.zeros((2, 2, 3), np.uint8)
LEFT, RIGHT, UP, EYES = Action.TURN_LEFT, Action.TURN_RIGHT, Action.LOOK_UP, Action.CLOSE_EYES


def seen(time_s: float, yaw: float = 0, pitch: float = 0, eyes: float = 0.1, faces: int = 1) -> Observation:
    return Observation(time_s, FRAME, pose=HeadPose(yaw, pitch, 0, 0.01), eyes=eyes, faces=faces)


def play(actions: Iterable[Action], *yaws: float, **more: float) -> Challenge:
    """Five frames at rest, then a frame for each yaw, ten a second."""
    challenge = Challenge(tuple(actions))
    for index, yaw in enumerate((0, 0, 0, 0, 0, *yaws)):
        challenge = challenge.step(seen(index / 10, yaw, **more))
    return challenge


def test_a_head_that_does_nothing_is_too_slow() -> None:
    challenge = play([LEFT], *[0] * 70)
    assert (challenge.standing, challenge.failure) == (Standing.FAILED, Failure.TOO_SLOW)


def test_a_turn_the_other_way_fails() -> None:
    assert play([LEFT], 0, 0, -5, -10).failure is Failure.WRONG_WAY


def test_a_turn_instead_of_closed_eyes_fails() -> None:
    assert play([EYES], 0, 0, 6, 12).failure is Failure.WRONG_WAY


def test_a_movement_that_began_before_the_instruction_fails() -> None:
    assert play([LEFT], 12).failure is Failure.TOO_EARLY


def test_a_head_that_jumps_fails() -> None:
    assert play([LEFT], 0, 0, 40).failure is Failure.TOO_FAST


def test_a_second_face_fails() -> None:
    challenge = play([LEFT])
    assert challenge.step(seen(0.6, faces=2)).failure is Failure.SEVERAL_FACES


def test_a_face_that_is_gone_for_a_moment_is_waited_for_and_then_lost() -> None:
    challenge = play([LEFT]).step(Observation(0.6, FRAME))
    assert challenge.standing is Standing.ASKING
    assert challenge.step(Observation(1.2, FRAME)).failure is Failure.FACE_LOST


@pytest.mark.parametrize("time_s", [0.1, 0.2])
def test_frames_played_again_fail(time_s: float) -> None:
    assert play([LEFT]).step(seen(time_s)).failure is Failure.TIME_RAN_BACK


def test_a_turn_is_done_only_when_the_head_is_back() -> None:
    assert play([LEFT], 0, 5, 11, 15).standing is Standing.ASKING
    assert play([LEFT], 0, 5, 11, 15, 8, 3).standing is Standing.PASSED


def test_what_passed_or_failed_stays_so() -> None:
    passed = play([LEFT], 0, 5, 11, 3)
    assert passed.step(seen(9, 90)) is passed


def test_the_degrees_are_those_from_the_persons_own_rest() -> None:
    challenge = Challenge((RIGHT,))
    for index, yaw in enumerate((15, 15, 15, 15, 15, 15, 12, 8, 4, 8, 14)):
        challenge = challenge.step(seen(index / 10, yaw))
    assert challenge.standing is Standing.PASSED


def test_eyes_have_to_open_again() -> None:
    challenge = Challenge((EYES,))
    for index, eyes in enumerate((0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.03)):
        challenge = challenge.step(seen(index / 10, eyes=eyes))
    assert challenge.standing is Standing.ASKING
    assert challenge.step(seen(1.1, eyes=0.1)).standing is Standing.PASSED


def test_a_blink_is_not_closed_eyes_and_no_mistake() -> None:
    challenge = Challenge((EYES,))
    for index, eyes in enumerate((0.1, 0.1, 0.1, 0.1, 0.1, 0.03, 0.03, 0.1, 0.1, 0.1)):
        challenge = challenge.step(seen(index / 10, eyes=eyes))
    assert (challenge.standing, challenge.asked) == (Standing.ASKING, EYES)
    assert challenge.instruction is Action.CLOSE_EYES.instruction


def test_narrow_eyes_are_not_those_of_somebody_who_blinked_at_first() -> None:
    challenge = Challenge((EYES,))
    for index, eyes in enumerate((0.03, 0.03, 0.1, 0.1, 0.1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.03, 0.1)):
        challenge = challenge.step(seen(index / 10, eyes=eyes))
    assert challenge.standing is Standing.PASSED


def test_nothing_is_asked_before_the_person_was_seen_at_rest_and_nothing_at_the_end() -> None:
    asked = [Challenge((LEFT,)).asked, play([LEFT]).asked, play([LEFT], 0, 5, 11).asked]
    assert asked == [None, LEFT, LEFT]
    assert play([LEFT], 0, 5, 11, 3).asked is None


def test_a_chin_goes_up_and_not_down() -> None:
    pitches = (0, 0, 0, 0, 0, 0, 0, 6, 12)
    up, down = Challenge((UP,)), Challenge((UP,))
    for index, pitch in enumerate(pitches):
        up, down = up.step(seen(index / 10, pitch=-pitch)), down.step(seen(index / 10, pitch=pitch))
    assert up.step(seen(1.1)).standing is Standing.PASSED
    assert down.failure is Failure.WRONG_WAY


def test_the_person_is_told_what_to_do_and_then_to_look_back() -> None:
    told = [Challenge((LEFT,)), play([LEFT]), play([LEFT], 0, 5, 11), play([LEFT], 0, 5, 11, 3)]
    assert [each.instruction.name if each.instruction else None for each in told] == [
        "FACE_LOOK_AT_CAMERA",
        "LIVENESS_TURN_LEFT",
        "FACE_LOOK_AT_CAMERA",
        None,
    ]


def test_no_failure_is_told_to_the_person() -> None:
    assert play([LEFT], 0, 0, -10).instruction is None


def test_every_order_has_the_eyes_and_a_turn_and_nothing_twice_in_a_row() -> None:
    random = Random(1)
    orders = Counter(Challenge.drawn(random.choice).actions for _ in range(3000))
    for order in orders:
        assert len(order) == 3
        assert EYES in order
        assert {LEFT, RIGHT} & set(order)
        assert all(a is not b for a, b in pairwise(order))
    # Nobody guesses it often: every order that keeps the rules is drawn, and none much more than the others.
    assert len(orders) == 22
    assert max(orders.values()) < 3000 * 0.1


def test_two_challenges_differ_without_being_told_how() -> None:
    assert len({Challenge.drawn().actions for _ in range(60)}) > 5
