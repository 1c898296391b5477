from __future__ import annotations

import subprocess
import sys
import time

import pytest

from muster.bench.measuring import Clock, Rounds, Row


def working(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def nothing() -> None:
    working(0.001)


def test_waiting_costs_no_processor_time() -> None:
    row = Rounds().compare("waiting", lambda: time.sleep(0.05), "work", lambda: working(0.05), repeat=1)
    assert row.clock is Clock.CPU
    assert row.value < row.baseline
    assert row.wall is not None
    assert row.wall >= 50


def test_by_the_wall_clock_waiting_counts() -> None:
    row = Rounds().compare("waiting", lambda: time.sleep(0.05), "work", nothing, repeat=1, clock=Clock.WALL)
    assert row.value >= 50


def test_what_a_child_process_worked_counts() -> None:
    code = "import time\nwhile time.process_time() < 0.2: pass"
    ours = [sys.executable, "-c", code]
    row = Rounds.only_one().compare("child", lambda: subprocess.run(ours, check=True), "nothing", nothing)
    assert row.value >= 200


@pytest.mark.parametrize("rounds, calls", [(Rounds.only_one(), 1), (Rounds(3), 1 + 3 * 5)])
def test_both_are_done_as_often_as_each_other_and_once_more_to_warm_up(rounds: Rounds, calls: int) -> None:
    done: list[str] = []

    def ours() -> None:
        done.append("ours")
        nothing()

    def bare() -> None:
        done.append("bare")
        nothing()

    rounds.compare("counted", ours, "bare", bare, repeat=5)
    assert done == ["ours", "bare"] * calls


def test_what_is_prepared_for_each_of_ours_is_not_counted() -> None:
    done: list[str] = []

    def prepare() -> None:
        done.append("prepared")
        time.sleep(0.05)

    def ours() -> None:
        done.append("ours")

    row = Rounds(1).compare("counted", ours, "bare", nothing, prepare=prepare, repeat=1, clock=Clock.WALL)
    assert done == ["prepared", "ours"] * 2
    assert row.value < 50


def test_the_ratio_is_of_the_two_figures_and_the_spread_holds_the_rounds_ratios() -> None:
    row = Row.of("weighed", [30.0, 10.0, 20.0], "MB", "the packet", 5.0)
    assert (row.value, row.ratio, row.spread) == (20.0, 4.0, (2.0, 6.0))
