"""A device's dirt told apart from an officer's habit. Pure: sums of days in, sentences out.

The unit is what one officer took with one device on one day: the mean by which the quality of its samples differs
from what is usual of the same finger, so that nobody is compared by which fingers there were. These means are laid
out by officer and device, and explained as the sum of the two (weighted least squares; a day of a few samples
weighs less). What is left over says how much days differ anyway; drawn anew in another order some thousand times
(permutation of residuals, ter Braak 1992) it says how often a difference as large comes by chance. No distribution
is assumed. All that is asked at once is corrected together (Holm 1979), so that where nothing is amiss a sentence
stands here once in twenty times at most.

A change ("since Tuesday") is sought at every day, and the best one held against the best of the same days in other
orders. It is a device's where everybody who worked with it before and after shows it, an officer's where every
device does; what only one person did with one device can be either, and that is said. So it is said of officers
and devices that never met another one. Differences below :data:`LEAST_POINTS` are not told however sure they are.

Not assumed away, and to be known: days are taken for independent, and a measure that only devices tell about
themselves compares makes as well as dirt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from muster.errors import Code
from muster.store.figures import DayCell

DEVICE_POORER = Code(
    "DEVICE_POORER",
    "{device}, {what}: quality is {points} points lower than with the other devices, whoever works with it. Clean "
    "it, or have it looked at.",
)
DEVICE_POORER_SINCE = Code(
    "DEVICE_POORER_SINCE",
    "{device}, {what}: quality is {points} points lower for every officer since {day}. Clean it, or have it "
    "looked at.",
)
OFFICER_POORER = Code(
    "OFFICER_POORER",
    "{officer}, {what}: quality is {points} points lower than the team's with the same devices. Go through the "
    "placement together.",
)
OFFICER_POORER_SINCE = Code(
    "OFFICER_POORER_SINCE",
    "{officer}, {what}: quality is {points} points lower since {day}, whatever the device. Ask what has changed.",
)
EITHER_POORER = Code(
    "EITHER_POORER",
    "{officer} with {device}, {what}: quality is {points} points lower than elsewhere, and nobody else worked "
    "with it who worked with another one too. Exchange devices for some days to see which of the two it is.",
)
EITHER_POORER_SINCE = Code(
    "EITHER_POORER_SINCE",
    "{officer} with {device}, {what}: quality is {points} points lower since {day}, and too little was done by "
    "others or elsewhere to say which of the two it is. Clean the device, and exchange devices for some days.",
)
NOTHING_STANDS_OUT = Code("NOTHING_STANDS_OUT", "No device and no officer stands out from the others.")
TOO_LITTLE_TO_COMPARE = Code(
    "TOO_LITTLE_TO_COMPARE", "Too little was captured in these days to compare devices and officers."
)

LEAST_POINTS = 3.0
_CHANCE = 0.05
_LEAST_CELLS, _LEAST_SAMPLES = 12, 150
_FULL_DAY = 10.0  # samples from which on more of them make a day little surer
_DAYS_EACH_SIDE = 3  # of a change
_FIRST_ORDERS = 199
_MOST_ORDERS, _LEAST_ORDERS, _NUMBERS_AT_ONCE = 1_999, 999, 400_000

Floats = NDArray[np.float64]
_Whole = NDArray[np.intp]


class Cause(Enum):
    DEVICE = "device"
    OFFICER = "officer"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Remark:
    """``points`` of quality too few; ``since`` the first day of it, None where it is so all the time. ``chance``
    is how likely it is where nothing is amiss, all that was asked corrected together."""

    cause: Cause
    device: str
    officer: str
    points: float
    since: date | None
    chance: float

    @property
    def code(self) -> Code:
        return _CODES[self.cause, self.since is not None]


_CODES = {
    (Cause.DEVICE, False): DEVICE_POORER,
    (Cause.DEVICE, True): DEVICE_POORER_SINCE,
    (Cause.OFFICER, False): OFFICER_POORER,
    (Cause.OFFICER, True): OFFICER_POORER_SINCE,
    (Cause.EITHER, False): EITHER_POORER,
    (Cause.EITHER, True): EITHER_POORER_SINCE,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """``devices`` and ``officers`` are what each adds to the quality, like compared with like: points beside the
    middle one of those it can be compared with. Empty, and without remarks, where there is too little."""

    is_enough: bool
    measure: str
    remarks: tuple[Remark, ...] = ()
    devices: Mapping[str, float] | None = None
    officers: Mapping[str, float] | None = None


def compare(cells: Iterable[DayCell], seed: int = 1) -> Comparison:
    """Of one kind of thing, prints for example. ``seed`` is that of the orders that are drawn."""
    days, measure = _laid_out(tuple(cells))
    if len(days.mean) < _LEAST_CELLS or days.taken.sum() < _LEAST_SAMPLES:
        return Comparison(is_enough=False, measure=measure)
    return _Comparing(days, np.random.default_rng(seed)).run(measure)


@dataclass(slots=True)
class _Days:
    """One row for each officer, device and day; officers and devices by their places in the lists of names."""

    officers: list[str]
    devices: list[str]
    day: _Whole
    officer: _Whole
    device: _Whole
    taken: Floats
    mean: Floats

    def of(self, cause: Cause) -> tuple[list[str], _Whole]:
        return (self.devices, self.device) if cause is Cause.DEVICE else (self.officers, self.officer)


def _laid_out(cells: tuple[DayCell, ...]) -> tuple[_Days, str]:
    """Of the measure most samples have, since measures have scales of their own."""
    by_measure: dict[str, int] = defaultdict(int)
    for each in cells:
        by_measure[each.measure] += each.taken
    measure = max(by_measure, key=lambda each: (by_measure[each], each), default="")
    cells = tuple(each for each in cells if each.measure == measure and each.taken)
    usual: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in cells:
        usual[each.attribute][0] += each.total
        usual[each.attribute][1] += each.taken
    sums: dict[tuple[date, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in cells:
        total, number = usual[each.attribute]
        row = sums[each.day, each.officer, each.device]
        row[0] += each.total - each.taken * total / number
        row[1] += each.taken
    keys = sorted(sums)
    officers, devices = sorted({key[1] for key in keys}), sorted({key[2] for key in keys})
    days = _Days(
        officers,
        devices,
        np.array([key[0].toordinal() for key in keys], np.intp),
        np.array([officers.index(key[1]) for key in keys], np.intp),
        np.array([devices.index(key[2]) for key in keys], np.intp),
        np.array([sums[key][1] for key in keys], np.float64),
        np.array([sums[key][0] / sums[key][1] for key in keys], np.float64),
    )
    return days, measure


@dataclass(frozen=True, slots=True)
class _Change:
    """Of the cells ``where``: lower by ``points`` from ``day`` on."""

    where: _Whole
    day: int
    points: float
    chance: float
    strength: float


_OTHER = {Cause.DEVICE: Cause.OFFICER, Cause.OFFICER: Cause.DEVICE}


class _Comparing:
    def __init__(self, days: _Days, random: np.random.Generator) -> None:
        self._days = days
        self._random = random
        self._weight = days.taken / (days.taken + _FULL_DAY)
        self._value = days.mean.copy()  # changes that were found are taken out of it
        self._parts = _parts(days)
        self._asked = 2 * (len(days.officers) + len(days.devices)) + (len(self._parts) > 1) * len(self._parts)

    def run(self, measure: str) -> Comparison:
        # First what changed, then what is so all the time: a change would else look like half a level.
        found = [*self._changes(), *self._apart()]
        effects: dict[Cause, dict[str, float]] = {}
        adds, left, solve = self._fit()
        by_chance = solve @ self._orders(left)
        for cause in (Cause.DEVICE, Cause.OFFICER):
            effects[cause], remarks = self._levels(cause, adds, by_chance)
            found += remarks
        return Comparison(True, measure, self._holm(found), effects[Cause.DEVICE], effects[Cause.OFFICER])

    def _holm(self, found: Sequence[Remark]) -> tuple[Remark, ...]:
        """Those that hold when everything that was asked is taken together; what was asked and not found has a
        higher chance than any of them."""
        kept: list[Remark] = []
        highest = 0.0
        for place, each in enumerate(sorted(found, key=lambda each: each.chance)):
            highest = max(highest, min(1.0, each.chance * (self._asked - place)))
            if highest > _CHANCE:
                break
            if each.points >= LEAST_POINTS:
                kept.append(
                    Remark(each.cause, each.device, each.officer, each.points, each.since, round(highest, 4))
                )
        return tuple(sorted(kept, key=lambda each: -each.points))

    # Officers and devices together

    def _design(self) -> Floats:
        """A column for each officer and each device: their sum explains a cell."""
        days = self._days
        made = np.zeros((len(days.mean), len(days.officers) + len(days.devices)))
        rows = np.arange(len(days.mean))
        made[rows, days.officer] = 1.0
        made[rows, len(days.officers) + days.device] = 1.0
        return made

    def _fit(self) -> tuple[Floats, Floats, Floats]:
        """What each adds, what is left over (each cell's divided by how sure it is), and what makes the first out
        of values."""
        design, root = self._design(), np.sqrt(self._weight)
        weighed = design * root[:, None]
        inverse = np.linalg.pinv(weighed.T @ weighed, hermitian=True)  # of few columns: quick however many rows
        solve = inverse @ weighed.T
        adds = solve @ (self._value * root)
        left = (self._value - design @ adds) * root
        rank = int(np.linalg.matrix_rank(inverse, hermitian=True))
        left *= np.sqrt(len(left) / max(len(left) - rank, 1))
        return adds, left, np.asarray(solve, np.float64)

    def _number(self, values: int) -> int:
        """How many orders of so many values are drawn: enough that one question among all can be answered, and no
        more than a moment takes."""
        return max(
            _LEAST_ORDERS,
            round(1.5 * self._asked / _CHANCE),
            min(_MOST_ORDERS, _NUMBERS_AT_ONCE // max(values, 1)),
        )

    def _orders(self, values: Floats, number: int | None = None) -> Floats:
        """The same values in many orders, one in each column."""
        number = number or self._number(len(values))
        return self._random.permuted(np.tile(values[:, None], number), axis=0)

    # Levels

    def _levels(self, cause: Cause, adds: Floats, by_chance: Floats) -> tuple[dict[str, float], list[Remark]]:
        names, _ = self._days.of(cause)
        first = len(self._days.officers) if cause is Cause.DEVICE else 0
        effects: dict[str, float] = {}
        remarks: list[Remark] = []
        for officers, devices in self._parts:
            places = sorted(devices if cause is Cause.DEVICE else officers)
            for place in places if len(places) > 1 else ():
                others = [first + each for each in places if each != place]
                points = float(adds[first + place] - np.median(adds[others]))
                drawn = by_chance[first + place] - np.median(by_chance[others], axis=0)
                effects[names[place]] = points
                chance = float((1 + np.sum(drawn <= points)) / (1 + drawn.size))
                device, officer = (names[place], "") if cause is Cause.DEVICE else ("", names[place])
                remarks.append(Remark(cause, device, officer, -points, None, chance))
        return effects, remarks

    def _apart(self) -> Iterator[Remark]:
        """Those who share neither officer nor device with the rest: the two cannot be told apart."""
        for officers, devices in self._parts if len(self._parts) > 1 else ():
            inside = np.isin(self._days.officer, sorted(officers))
            weight, value = self._weight, self._value
            level = np.average(value[inside], weights=weight[inside])
            points = float(level - np.average(value[~inside], weights=weight[~inside]))
            centred = np.where(inside, value - level, value - level + points) * np.sqrt(weight)
            drawn = self._orders(centred) / np.sqrt(weight)[:, None]
            apart = np.average(drawn[inside], axis=0, weights=weight[inside])
            apart -= np.average(drawn[~inside], axis=0, weights=weight[~inside])
            chance = float((1 + np.sum(apart <= points)) / (1 + apart.size))
            device = ", ".join(self._days.devices[each] for each in sorted(devices))
            officer = ", ".join(self._days.officers[each] for each in sorted(officers))
            yield Remark(Cause.EITHER, device, officer, -points, None, chance)

    # Changes

    def _changes(self) -> Iterator[Remark]:
        """The plainest first, which is then taken out of the values: what an officer changed shows a little in
        every device, and the other way round."""
        for _ in range(len(self._days.officers) + len(self._days.devices)):
            remark = next(self._plain_changes(), None)
            if remark is None:
                return
            yield remark

    def _plain_changes(self) -> Iterator[Remark]:
        _, left, _ = self._fit()
        found = [
            (change.strength, cause, place, change)
            for cause in (Cause.DEVICE, Cause.OFFICER)
            for place in range(len(self._days.of(cause)[0]))
            if (change := self._change(np.flatnonzero(self._days.of(cause)[1] == place), left)) is not None
        ]
        for _, cause, place, change in sorted(found, key=lambda each: -each[0]):
            if change.chance * self._asked > _CHANCE or change.points < LEAST_POINTS:
                continue
            shown_by = self._shown_by(cause, change)
            if shown_by:
                after = change.where[self._days.day[change.where] >= change.day]
                self._value[after] += change.points
                yield self._remark_about(cause, place, shown_by, change)

    def _remark_about(self, cause: Cause, place: int, shown_by: list[int], change: _Change) -> Remark:
        """Shown by one alone it can be the one or the other."""
        mine, theirs = self._days.of(cause)[0][place], self._days.of(_OTHER[cause])[0]
        told = {cause: mine, _OTHER[cause]: theirs[shown_by[0]] if len(shown_by) == 1 else ""}
        of = Cause.EITHER if len(shown_by) == 1 else cause
        since = date.fromordinal(change.day)
        return Remark(of, told[Cause.DEVICE], told[Cause.OFFICER], change.points, since, change.chance)

    def _change(self, where: _Whole, left: Floats) -> _Change | None:
        """The day from which on these cells are lower than before by more than at any other day."""
        days = self._days.day[where]
        possible = np.unique(days)[_DAYS_EACH_SIDE : -_DAYS_EACH_SIDE + 1 or None]
        if len(possible) == 0:
            return None
        root = np.sqrt(self._weight[where])
        after = (days[:, None] >= possible[None, :]).astype(np.float64)
        sure = self._weight[where] @ after
        rest = self._weight[where].sum() - sure
        scale = np.sqrt(1 / sure + 1 / rest)

        def steps(values: Floats) -> Floats:
            """Mean after less mean before; a row for each day, a column for each order."""
            weighed = values * root[:, None]
            later = after.T @ weighed
            return np.asarray(later / sure[:, None] - (weighed.sum(axis=0) - later) / rest[:, None])

        mine = left[where] - np.average(left[where] / root, weights=self._weight[where]) * root
        seen = steps(mine[:, None])[:, 0] / scale
        best = int(np.argmin(seen))
        for number in (_FIRST_ORDERS, self._number(len(mine))):  # most are seen at once to be chance
            drawn = (steps(self._orders(mine, number)) / scale[:, None]).min(axis=0)
            chance = float((1 + np.sum(drawn <= seen[best])) / (1 + drawn.size))
            if chance > _CHANCE:
                return None
        values = self._value[where]
        late = days >= possible[best]
        points = self._step(values, self._weight[where], late, self._others(where))
        return _Change(where, int(possible[best]), points, chance, -float(seen[best]))

    def _others(self, where: _Whole) -> _Whole:
        """Which officer, or which device, each of these cells is of: of the two, what varies."""
        officers = self._days.officer[where]
        return officers if len(np.unique(self._days.device[where])) == 1 else self._days.device[where]

    def _step(self, values: Floats, weight: Floats, late: NDArray[np.bool_], other: _Whole) -> float:
        """How much lower it is afterwards, everybody compared with themselves."""
        drops, sure = [], []
        for each in np.unique(other):
            before, after = (other == each) & ~late, (other == each) & late
            if before.any() and after.any():
                drop = np.average(values[before], weights=weight[before])
                drops.append(drop - np.average(values[after], weights=weight[after]))
                sure.append(1 / (1 / weight[before].sum() + 1 / weight[after].sum()))
        return float(np.average(drops, weights=sure)) if drops else 0.0

    def _shown_by(self, cause: Cause, change: _Change) -> list[int] | None:
        """The officers who show a device's change, or the devices that show an officer's; None where one of them
        that could does not: then it is no change of this one."""
        days = self._days
        other = days.of(_OTHER[cause])[1][change.where]
        late = days.day[change.where] >= change.day
        shown: list[int] = []
        for each in np.unique(other):
            before, after = change.where[(other == each) & ~late], change.where[(other == each) & late]
            if min(len(before), len(after)) < _DAYS_EACH_SIDE:
                continue
            drop = np.average(self._value[before], weights=self._weight[before])
            drop -= np.average(self._value[after], weights=self._weight[after])
            if drop < change.points / 3:
                return None
            shown.append(int(each))
        return shown


def _parts(days: _Days) -> list[tuple[set[int], set[int]]]:
    """Officers and devices that can be compared with each other: who shared a device, and so on."""
    parts: list[tuple[set[int], set[int]]] = []
    for officer, device in sorted(set(zip(days.officer.tolist(), days.device.tolist(), strict=True))):
        joined = ({officer}, {device})
        apart = []
        for each in parts:
            if officer in each[0] or device in each[1]:
                joined = (joined[0] | each[0], joined[1] | each[1])
            else:
                apart.append(each)
        parts = [*apart, joined]
    return parts
