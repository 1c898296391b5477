"""What may stop a station, how near that is, and whether a field trip fits in between. Pure.

A limit is a number that grows until it is reached: packets with each person, days with the sun, octets with each
packet. Where it grows to is an estimate; that it is reached is a fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum


class Unit(Enum):
    PACKETS = "packets"
    DAYS = "days"
    MEGABYTES = "megabytes"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Limit:
    """``used`` of ``limit``, in ``unit``; ``a_day`` and ``a_person`` are how much more each takes. ``blocks_at``
    is when it is reached at this pace, nothing while it never is."""

    name: str
    used: float
    limit: float
    unit: Unit
    a_day: float = 0.0
    a_person: float = 0.0
    blocks_at: datetime | None = None

    @property
    def is_reached(self) -> bool:
        return self.used >= self.limit

    @property
    def share(self) -> float:
        """How much of it is used up, 0 to 1."""
        return min(max(self.used / self.limit, 0.0), 1.0) if self.limit > 0 else 1.0

    def foreseen(self, people_a_day: float, now: datetime) -> Limit:
        """With the time it is reached at, with so many people a day."""
        if self.is_reached:
            return replace(self, blocks_at=now)
        growth = self.a_day + self.a_person * people_a_day
        if growth <= 0:
            return self
        try:
            return replace(self, blocks_at=now + timedelta(days=(self.limit - self.used) / growth))
        except OverflowError:  # at the end of the calendar it is nobody's business
            return self

    def after(self, days: float, people: int) -> Limit:
        return replace(self, used=self.used + self.a_day * days + self.a_person * people, blocks_at=None)


@dataclass(frozen=True, slots=True)
class Trip:
    """``days`` without a network, with ``people`` to register; ``stops`` names the limits that would end it."""

    days: float
    people: int
    stops: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        return not self.stops


def trip(limits: Iterable[Limit], days: float, people: int) -> Trip:
    """Whether each limit holds to the end."""
    return Trip(days, people, tuple(each.name for each in limits if each.after(days, people).is_reached))


def nearest_first(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """What stops the station soonest comes first; what never does, by how much of it is used up."""
    end = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(limits, key=lambda each: (each.blocks_at or end, -each.share)))
