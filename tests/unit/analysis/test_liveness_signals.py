"""Each signal over what a camera may deliver, and over simulated people and attacks (tests/simulators)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.liveness_challenge import Action, Challenge, Pace, Standing
from muster.analysis.liveness_depth import DepthSignal
from muster.analysis.liveness_frozen import FrozenSignal
from muster.analysis.liveness_fusion import Attestation, Liveness, Outcome
from muster.analysis.liveness_observation import LivenessWatch, Window
from muster.analysis.liveness_parallax import ParallaxSignal
from muster.analysis.liveness_passive import PassiveSignal
from muster.analysis.liveness_screen import MoireSignal
from muster.analysis.pictures import read_picture
from muster.domain.assessment import NotAssessed, Score
from simulators.live_faces import BaseFace, Told, astronaut
from simulators.presentation_attacks import ATTACKS, clips_of

ASKED = (Action.TURN_LEFT, Action.CLOSE_EYES)
SHORT_S, LONG_S = 3.0, 6.0
Watched = Callable[[str], tuple[Window, Challenge]]


@pytest.fixture(scope="module")
def base() -> BaseFace:
    return astronaut()


@pytest.fixture(scope="module")
def liveness() -> Liveness:
    return Liveness()


@pytest.fixture(scope="module")
def watched(base: BaseFace) -> Watched:
    """The window and the challenge of one clip of a kind; made once."""
    made: dict[str, tuple[Window, Challenge]] = {}

    def watch(kind: str) -> tuple[Window, Challenge]:
        if kind not in made:
            watching, challenge, told = LivenessWatch(), Challenge(ASKED, Pace(limit_s=2.2)), Told()
            for time_s, frame in clips_of(kind, base, 7, told, LONG_S):
                seen = watching.add(frame, time_s)
                assert seen is not None
                challenge = challenge.step(seen)
                told.hear(challenge.asked, time_s)
                if challenge.standing is not Standing.ASKING and time_s > SHORT_S:
                    break
            made[kind] = (watching.window, challenge)
        return made[kind]

    return watch


def raw(measure: Score | NotAssessed) -> float:
    assert isinstance(measure, Score)
    return measure.raw


# -- what is no face


ODD: dict[str, Pixels] = {
    "nothing": np.zeros((0, 0, 3), np.uint8),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "one pixel wide": np.full((900, 1, 3), 90, np.uint8),
    "ten pixels": np.full((10, 10, 3), 90, np.uint8),
    "black": np.zeros((480, 640, 3), np.uint8),
    "white": np.full((480, 640, 3), 255, np.uint8),
    "grey, one channel": np.full((480, 640), 128, np.uint8),
    "noise": np.random.default_rng(3).integers(0, 256, (480, 640, 3), dtype=np.uint8),
    "20 megapixels": np.full((4000, 5000, 3), 60, np.uint8),
}


@pytest.mark.parametrize("name", ODD)
def test_without_a_face_no_signal_is_assessed_and_nobody_is_accepted(liveness: Liveness, name: str) -> None:
    watch = LivenessWatch()
    for index in range(6):
        watch.add(ODD[name], index / 10)
    decision = liveness.decide(watch.window, attestation=Attestation.SEEN)
    assert decision.outcome is not Outcome.ACCEPTED
    measures = decision.assessment.measures[1:-1]
    assert [each.measure for each in measures if isinstance(each, Score)] == []


def test_an_empty_window_accepts_nobody(liveness: Liveness) -> None:
    assert liveness.decide(()).outcome is Outcome.UNDECIDED


def test_frames_of_different_sizes_are_no_crash(liveness: Liveness, base: BaseFace) -> None:
    watch = LivenessWatch()
    for index in range(10):
        side = 300 + 17 * index
        watch.add(np.ascontiguousarray(base.picture[:, :side] if index % 2 else base.picture), index / 10)
    assert liveness.decide(watch.window).assessment.measures


# -- the window


def test_frames_that_follow_too_soon_or_run_backwards_are_not_taken() -> None:
    watch, frame = LivenessWatch(), np.zeros((48, 64, 3), np.uint8)
    assert watch.add(frame, 1.0) is not None
    assert watch.add(frame, 1.05) is None
    assert watch.add(frame, 0.5) is None
    assert watch.add(frame, 1.1) is not None


def test_the_window_keeps_the_last_eight_seconds() -> None:
    watch, frame = LivenessWatch(), np.zeros((48, 64, 3), np.uint8)
    for index in range(30):
        watch.add(frame, index * 0.5)
    assert (watch.window[0].time_s, watch.window[-1].time_s) == (6.5, 14.5)


# -- signals


def test_a_living_person_passes_the_challenge_and_is_accepted(liveness: Liveness, watched: Watched) -> None:
    window, challenge = watched("live")
    assert challenge.standing is Standing.PASSED
    assert liveness.decide(window, challenge).outcome is Outcome.ACCEPTED
    assert liveness.decide(window).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("kind", ATTACKS)
def test_an_attack_is_not_accepted_with_the_challenge_on(liveness: Liveness, watched: Watched, kind: str) -> None:
    window, challenge = watched(kind)
    decision = liveness.decide(window, challenge)
    assert decision.outcome is not Outcome.ACCEPTED
    assert [each.code.name for each in decision.assessment.findings] == ["LIVENESS_REFUSED"]


def test_a_background_that_moves_along_is_told_from_one_that_stands(watched: Watched) -> None:
    signal = ParallaxSignal()
    assert abs(raw(signal.read(watched("live")[0]))) < 0.1
    assert raw(signal.read(watched("screen")[0])) > 0.5


def test_frames_without_noise_of_their_own_are_found(watched: Watched) -> None:
    assert raw(FrozenSignal().read(watched("frozen")[0])) > 0.3
    assert raw(FrozenSignal().read(watched("live")[0])) == 0


def test_a_loop_is_found_however_long_it_is(watched: Watched) -> None:
    window = watched("live")[0][:12]
    again = [replace(each, time_s=each.time_s + 1.2) for each in window]
    assert raw(FrozenSignal().read((*window, *again))) > 0.45


def test_a_head_that_turned_is_deeper_than_a_plane(watched: Watched) -> None:
    assert raw(DepthSignal().read(watched("live")[0])) > 0.04


def test_a_head_that_did_not_turn_has_no_depth_to_measure(watched: Watched) -> None:
    window = watched("live")[0]
    still = [replace(window[0], time_s=each.time_s) for each in window]
    assert isinstance(DepthSignal().read(still), NotAssessed)


def test_a_blurred_face_has_no_fine_structure_to_judge(base: BaseFace) -> None:
    import cv2

    watch = LivenessWatch()
    watch.add(cv2.GaussianBlur(base.picture, (0, 0), 8), 0)
    assert isinstance(MoireSignal().read(watch.window), NotAssessed)


@pytest.mark.parametrize(("name", "is_live"), [("live_1", True), ("spoof_1", False)])
def test_the_reference_pictures_are_told_apart(reference_data: Path, name: str, is_live: bool) -> None:
    watch = LivenessWatch()
    watch.add(read_picture((reference_data / "pad" / f"{name}.jpg").read_bytes()), 0)
    assert (raw(PassiveSignal().read(watch.window)) > 0.5) is is_live
