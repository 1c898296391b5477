"""A scripted stream: which frame would be taken, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.analysis.face_best_frame import BestFrame
from muster.analysis.face_portrait import FACE_BACKGROUND_UNEVEN, FACE_TURN_LEFT
from muster.analysis.face_quality import UNIFIED
from muster.analysis.faces import FACE_ABSENT
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, Severity

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def good(score: float) -> Assessment:
    return Assessment((Score(UNIFIED, score, score),))


TURNED = Assessment((Score(UNIFIED, 99, 99),), (Finding(FACE_TURN_LEFT),))
WARNED = Assessment((Score(UNIFIED, 70, 70),), (Finding(FACE_BACKGROUND_UNEVEN, Severity.WARNS),))
NOBODY = Assessment((NotAssessed(UNIFIED, FACE_ABSENT),), (Finding(FACE_ABSENT),))
UNJUDGED = Assessment((NotAssessed(UNIFIED, FACE_ABSENT),))


class Stream:
    """Ten frames a second, named by their place in it."""

    def __init__(self) -> None:
        self.best: BestFrame[int] = BestFrame(steady_for_s=0.8, gap_s=0.5)
        self.number = 0
        self.now = BEGAN

    def show(self, *assessments: Assessment, track: int = 1) -> Stream:
        for each in assessments:
            self.best.see(self.number, each, self.now, track)
            self.number += 1
            self.now += timedelta(seconds=0.1)
        return self


def test_before_anything_was_seen_nothing_is_taken() -> None:
    best: BestFrame[int] = BestFrame()
    assert (best.taken, best.steady_s) == (None, 0.0)


@pytest.mark.parametrize("ending", [TURNED, NOBODY, UNJUDGED], ids=["turned", "nobody", "not judged"])
def test_what_is_wrong_ends_the_run_and_forgets_its_frame(ending: Assessment) -> None:
    stream = Stream().show(*[good(80)] * 20)
    assert stream.best.taken is not None
    assert stream.show(ending).best.taken is None
    assert stream.show(*[good(80)] * 8).best.taken is None  # 0.7 s: too short again


def test_a_short_run_gives_nothing() -> None:
    assert Stream().show(*[good(90)] * 8).best.taken is None


def test_a_run_of_long_enough_gives_its_best_frame() -> None:
    scores = [good(each) for each in (50, 60, 95, 70, 60, 60, 60, 60, 60)]
    assert Stream().show(*scores).best.taken == 2


def test_of_equal_frames_the_first_is_kept() -> None:
    assert Stream().show(*[good(60)] * 12).best.taken == 0


def test_a_better_frame_later_replaces_the_one_before() -> None:
    stream = Stream().show(*[good(60)] * 9)
    assert stream.show(good(61)).best.taken == 9


def test_a_frame_that_is_blocked_is_never_taken_however_good() -> None:
    assert Stream().show(TURNED, *[good(40)] * 9).best.taken == 1


def test_a_warning_does_not_end_a_run() -> None:
    assert Stream().show(*[WARNED] * 9).best.taken == 0


def test_another_face_begins_anew() -> None:
    stream = Stream().show(*[good(90)] * 20)
    assert stream.show(good(50), track=2).best.taken is None
    assert stream.show(*[good(50)] * 8, track=2).best.taken == 20


def test_a_stream_that_stood_still_begins_anew() -> None:
    stream = Stream().show(*[good(90)] * 20)
    stream.now += timedelta(seconds=1)
    assert stream.show(good(50)).best.taken is None


def test_a_clock_that_was_put_back_begins_anew() -> None:
    stream = Stream().show(*[good(90)] * 20)
    stream.now -= timedelta(seconds=10)
    assert stream.show(good(50)).best.taken is None


def test_the_ring_fills_while_nothing_is_wrong() -> None:
    stream = Stream().show(*[good(90)] * 5)
    assert stream.best.steady_s == pytest.approx(0.4)
    stream.best.forget()
    assert stream.best.steady_s == 0
