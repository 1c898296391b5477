"""Work runs in order on its lane, and lanes do not wait for each other."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from muster.workstation.lanes import Lanes


def test_an_error_comes_out_of_the_future_and_the_lane_goes_on() -> None:
    with Lanes() as lanes:
        broken = lanes.submit("disk", lambda: 1 // 0)
        after = lanes.submit("disk", lambda: "still here")
        with pytest.raises(ZeroDivisionError):
            broken.result(5)
        assert after.result(5) == "still here"


def test_what_runs_on_a_lane_runs_in_order() -> None:
    order: list[int] = []
    with Lanes() as lanes:
        futures = [lanes.submit("disk", lambda number=number: order.append(number)) for number in range(50)]  # type: ignore[misc]
        for future in futures:
            future.result(5)
    assert order == list(range(50))


def test_a_lane_is_one_thread_with_its_name() -> None:
    with Lanes() as lanes:
        names = {lanes.submit("camera", lambda: threading.current_thread().name).result(5) for _ in range(5)}
    (name,) = names
    assert name.startswith("lane-camera")


def test_a_lane_that_is_stuck_holds_up_no_other() -> None:
    stuck = threading.Event()
    with Lanes() as lanes:
        waiting = lanes.submit("network", lambda: stuck.wait(5))
        assert lanes.submit("disk", lambda: 42).result(5) == 42
        assert not waiting.done()
        stuck.set()


def test_closing_waits_for_what_runs_and_drops_what_has_not_begun() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def long() -> None:
        begun.set()
        go_on.wait(5)
        done.append("long")

    lanes = Lanes()
    lanes.submit("disk", long)
    dropped = lanes.submit("disk", lambda: done.append("dropped"))
    begun.wait(5)
    threading.Timer(0.02, go_on.set).start()
    lanes.close()
    assert done == ["long"]
    with pytest.raises(CancelledError):
        dropped.result(0)
