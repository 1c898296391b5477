"""The stopwatch: our work and its primitive by turns, so that both meet the same machine.

Which clock a ratio uses is said in its row. Processor time is the default: on a machine that does other things as
well, the wall clock measures those too, and the ratio of two waits says nothing. Only work that mostly waits (for
the disk to confirm, for a face to hold still) is measured by the wall clock. The wall clock's figure for our side
stands in every row of time.

Figures are medians over rounds, each round the median of its repeats.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

Work = Callable[[], object]


class Clock(Enum):
    """``CPU`` counts all threads of this process and the processes it waited for."""

    CPU = "cpu"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` of ours beside ``baseline`` of the primitive that ``against`` names, both in ``unit``.

    ``spread`` is lowest and highest ratio of a round; ``clock`` belongs to times, and ``wall`` (ours by the
    wall clock) to those taken by turns.
    """

    name: str
    value: float
    unit: str
    baseline: float
    against: str
    spread: tuple[float, float]
    clock: Clock | None = None
    wall: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.baseline

    @classmethod
    def of(
        cls,
        name: str,
        values: Sequence[float],
        unit: str,
        against: str,
        baseline: float,
        clock: Clock | None = None,
    ) -> Row:
        """The median of ``values``, beside something that does not vary."""
        spread = (min(values) / baseline, max(values) / baseline)
        return cls(name, statistics.median(values), unit, baseline, against, spread, clock)


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often everything is done. ``count`` rounds, each of a row's own number of repeats.

    ``templates`` and ``database`` (a PostgreSQL by its address) are for the area that searches galleries.
    """

    count: int = 3
    once: bool = False
    templates: int = 100_000
    database: str | None = None

    @classmethod
    def only_one(cls) -> Rounds:
        """Enough to see that it still runs."""
        return cls(1, once=True)

    def compare(
        self,
        name: str,
        ours: Work,
        against: str,
        primitive: Work,
        *,
        prepare: Work = lambda: None,
        repeat: int = 9,
        clock: Clock = Clock.CPU,
    ) -> Row:
        """Milliseconds of ``ours`` beside those of ``primitive``; ``prepare`` comes before each of ours and is not
        counted."""
        if not self.once:  # what is loaded, cached or grown at the first call is no cost of the work
            prepare()
            ours()
            primitive()
        rounds = [_round(prepare, ours, primitive, 1 if self.once else repeat) for _ in range(self.count)]
        figures = [(mine[clock], bare[clock]) for mine, bare in rounds]
        ratios = [mine / bare for mine, bare in figures]
        return Row(
            name,
            statistics.median(mine for mine, _ in figures),
            "ms",
            statistics.median(bare for _, bare in figures),
            against,
            (min(ratios), max(ratios)),
            clock,
            statistics.median(mine[Clock.WALL] for mine, _ in rounds),
        )


_Times = dict[Clock, float]


def _round(prepare: Work, ours: Work, primitive: Work, repeat: int) -> tuple[_Times, _Times]:
    times = [(_prepared(prepare, ours), _timed(primitive)) for _ in range(repeat)]
    return _medians([mine for mine, _ in times]), _medians([bare for _, bare in times])


def _medians(times: Sequence[_Times]) -> _Times:
    return {clock: statistics.median(each[clock] for each in times) for clock in Clock}


def _prepared(prepare: Work, work: Work) -> _Times:
    prepare()
    return _timed(work)


def _timed(work: Work) -> _Times:
    cpu, wall = _cpu_s(), time.perf_counter()
    work()
    wall_ms, cpu_ms = (time.perf_counter() - wall) * 1000, (_cpu_s() - cpu) * 1000
    return {Clock.CPU: cpu_ms, Clock.WALL: wall_ms}


def _cpu_s() -> float:
    return time.process_time() + _children_s()


def _children_s() -> float:
    """Processor time of child processes that ended. Only POSIX counts it."""
    if os.name != "posix":
        return 0.0
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
