"""How often a dirty device and an officer's habit are found, and how often something is found where nothing is.

``python tests/bench/figures_truth.py [STATIONS [DAYS]]``: stations with five officers and three readers, each
officer some days at each reader; qualities vary from person to person, from finger to finger and from day to day.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from muster.store.figures import DayCell
from muster.workstation.figures_statistics import Cause, Comparison, compare

FIRST = date(2026, 3, 2)
FINGERS = {"leftIndex": 62.0, "leftLittle": 48.0, "rightIndex": 64.0, "rightThumb": 70.0}
OFFICERS = ("amadou", "erika", "hans", "leila", "mei")
DEVICES = ("R1", "R2", "R3")


@dataclass(frozen=True)
class Truth:
    """Points that are missing: by device, by officer, and from which day on (0 is the first). ``at`` says who
    works where on which day; by default everybody changes places from day to day."""

    device: dict[str, float] = field(default_factory=dict)
    officer: dict[str, float] = field(default_factory=dict)
    since: int = 0
    at: Callable[[str, int], str] | None = None
    officers: tuple[str, ...] = OFFICERS
    people: int = 20  # a day and officer


def generated(truth: Truth, days: int, seed: int) -> Iterator[DayCell]:
    """What the store would tell of it. People differ by 12 points (all their fingers), fingers by 8, an officer's
    days by 2."""
    random = np.random.default_rng(seed)
    for day in range(days):
        for officer in truth.officers:
            device = truth.at(officer, day) if truth.at else DEVICES[int(random.integers(3))]
            lost = truth.device.get(device, 0.0) + truth.officer.get(officer, 0.0) if day >= truth.since else 0.0
            mood = random.normal(0, 2)
            people = random.normal(0, 12, truth.people)
            for finger, usual in FINGERS.items():
                values = np.clip(usual - lost + mood + people + random.normal(0, 8, truth.people), 0, 100)
                on = FIRST + timedelta(days=day)
                yield DayCell(on, officer, device, finger, "NFIQ 2", truth.people, float(values.sum()))


def told(comparison: Comparison) -> Iterator[tuple[Cause, str, bool]]:
    for each in comparison.remarks:
        yield each.cause, each.device or each.officer, each.since is not None


def apart(officer: str, day: int) -> str:
    """Erika alone at the third reader, all others at the two others."""
    return "R3" if officer == "erika" else DEVICES[(OFFICERS.index(officer) + day) % 2]


def main(stations: int, days: int) -> None:
    half = days * 2 // 3
    truths = {
        "nothing amiss": Truth(),
        "nothing amiss, ten people a day": Truth(people=10),
        "R3 poorer by 5": Truth(device={"R3": 5}),
        "R3 poorer by 5 since two thirds": Truth(device={"R3": 5}, since=half),
        "R3 poorer by 8 since two thirds": Truth(device={"R3": 8}, since=half),
        "erika poorer by 5": Truth(officer={"erika": 5}),
        "erika poorer by 8 since two thirds": Truth(officer={"erika": 8}, since=half),
        "R3 by 6 and erika by 6": Truth(device={"R3": 6}, officer={"erika": 6}),
        "erika alone at R3, poorer by 8": Truth(device={"R3": 8}, at=apart),
    }
    began = time.perf_counter()
    for name, truth in truths.items():
        seen: Counter[str] = Counter()
        for seed in range(stations):
            found = list(told(compare(generated(truth, days, seed), seed)))
            seen.update(f"{cause.value} {who}{' since' if since else ''}" for cause, who, since in found)
            seen["nothing"] += not found
        shares = ", ".join(f"{what} {100 * number / stations:.0f} %" for what, number in seen.most_common(6))
        print(f"{name}: {shares}")
    print(f"{1000 * (time.perf_counter() - began) / stations / len(truths):.0f} ms for each station")


if __name__ == "__main__":
    main(*[int(each) for each in (*sys.argv[1:], *("100", "30")[len(sys.argv) - 1 :])])
