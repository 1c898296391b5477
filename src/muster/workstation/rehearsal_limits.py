"""On which days other limits would have stopped the station, or stopped it no longer: told from the trail. Pure.

The trail says when each packet was sealed, approved, sent, and wanted again, when something was sent at all, and
when the server was last heard, so that what was counted against a limit is known for every moment of before. What
is told is what was so, and not what would have followed: had the station stopped, fewer packets would have waited
the next day. Two things are less than exact. What a set-up file brought counts as heard when it was read, though
the file was older. And whether a packet waited for review once it was sealed is known of its newest sealing alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord

Local = Callable[[datetime], datetime]
Measured = int | datetime | None  # packets, or since when; nothing where there is nothing to be counted

TELLING = (
    AuditEvent.REGISTRATION_STARTED,
    AuditEvent.PACKET_SEALED,
    AuditEvent.PACKET_UPLOADED,
    AuditEvent.PACKET_CARRIED,
    AuditEvent.PACKET_HANDED_OVER,
    AuditEvent.PACKET_GIVEN_UP,
    AuditEvent.PACKET_TRIED_AGAIN,
    AuditEvent.PACKET_WANTED_AGAIN,
    AuditEvent.REVIEW_DECIDED,
    AuditEvent.REVIEW_SIGNED,
    AuditEvent.REVIEW_CAME_BACK,
    AuditEvent.JOB_RAN,
    AuditEvent.BUNDLE_IMPORTED,
)
SENT = (AuditEvent.PACKET_UPLOADED, AuditEvent.PACKET_HANDED_OVER)
HEARD = (AuditEvent.JOB_RAN, AuditEvent.BUNDLE_IMPORTED)
_LEFT = frozenset({AuditEvent.PACKET_UPLOADED.id, AuditEvent.PACKET_CARRIED.id})
_SENT = frozenset(each.id for each in SENT)
_AGAIN = frozenset({AuditEvent.PACKET_TRIED_AGAIN.id, AuditEvent.PACKET_WANTED_AGAIN.id})
_SIGNED_OFF = frozenset({AuditEvent.REVIEW_SIGNED.id, AuditEvent.REVIEW_CAME_BACK.id})
_APPROVED, _DONE = "approve", "done"
_JOBS = {"master_data_age": "master_data", "job_configuration": "configuration", "job_users": "users"}


class Pile(Enum):
    """Where a packet lies that still is here."""

    REVIEW = "for review"
    WAITING = "to be sent"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was so at the first moment. ``piles`` are registrations with the pile they lay on, ``sealed`` when they
    were sealed, ``reviewed`` all those that wait for review once they are sealed; ``good_runs`` are jobs with when
    each last went well."""

    at: datetime
    piles: Mapping[str, Pile] = field(default_factory=dict)
    sealed: Mapping[str, datetime] = field(default_factory=dict)
    reviewed: Collection[str] = ()
    last_sent: datetime | None = None
    good_runs: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LimitDay:
    """A day on which one of the two would have stopped the station and the other one not: with ``stops``, the one
    to be tried. ``most`` is the most that was counted against it on that day, ``begun`` how many registrations
    were begun meanwhile."""

    name: str
    day: date
    most: float
    begun: int
    stops: bool


def pile_before(records: Iterable[AuditRecord], *, is_reviewed: bool) -> Pile | None:
    """Where a packet lay that was sealed before the first of ``records``, which are all about it."""
    for each in records:
        if each.event in _LEFT or each.event in (
            AuditEvent.PACKET_GIVEN_UP.id,
            AuditEvent.PACKET_TRIED_AGAIN.id,
        ):
            return Pile.WAITING
        if each.event == AuditEvent.PACKET_WANTED_AGAIN.id:  # it had been sent
            return None
        if each.event in _SIGNED_OFF and (is_reviewed or each.detail.get("decision") != _APPROVED):
            return Pile.REVIEW
    return None


def good_runs(newest_first: Iterable[AuditRecord]) -> Mapping[str, datetime]:
    """When each job that a limit is about last went well; no more records are asked for than that takes."""
    found: dict[str, datetime] = {}
    for each in newest_first:
        if each.event == AuditEvent.BUNDLE_IMPORTED.id:
            return dict.fromkeys(_JOBS.values(), each.at) | found
        if each.detail.get("outcome") == _DONE:
            found.setdefault(each.detail.get("job", ""), each.at)
        if found.keys() >= set(_JOBS.values()):
            break
    return found


def differing_days(
    limits: Mapping[str, tuple[float, float]],
    records: Iterable[AuditRecord],
    beginning: Beginning,
    until: datetime,
    local: Local = datetime.astimezone,
) -> tuple[LimitDay, ...]:
    """Of each limit by its name, as it is and as it is tried; ``records`` in the trail's order. Days are the
    station's own."""
    station = _Station(beginning)
    tallies = [_Tally(name, before, after, local) for name, (before, after) in limits.items()]
    at = beginning.at
    for each in records:
        now = max(each.at, at)  # where the clock was set back no time passed
        is_start = each.event == AuditEvent.REGISTRATION_STARTED.id
        for tally in tallies:
            measured = station.measure(tally.name)
            tally.pass_time(at, now, measured)
            if is_start:
                tally.begin(now, measured)
        station.take(each)
        at = now
    for tally in tallies:
        tally.pass_time(at, until, station.measure(tally.name))
    return tuple(
        sorted((day for tally in tallies for day in tally.days()), key=lambda each: (each.day, each.name))
    )


class _Station:
    """What there was at one moment, record after record."""

    def __init__(self, beginning: Beginning) -> None:
        self._reviewed = frozenset(beginning.reviewed)
        self._sealed = dict(beginning.sealed)
        self._piles: dict[str, Pile] = {}
        self._count = dict.fromkeys(Pile, 0)
        self._by_age: dict[Pile, list[tuple[datetime, str]]] = {each: [] for each in Pile}
        self._handed_over: set[str] = set()
        self._last_sent = beginning.last_sent
        self._good_runs = dict(beginning.good_runs)
        for whose, pile in beginning.piles.items():
            self._put(whose, pile, beginning.at)

    def measure(self, name: str) -> Measured:
        if name == "packets_waiting":
            return self._count[Pile.WAITING]
        if name == "packets_in_review":
            return self._count[Pile.REVIEW]
        if name == "oldest_in_review":
            return self._oldest(Pile.REVIEW)
        if name == "days_without_sending":
            oldest = self._oldest(Pile.WAITING)
            return None if oldest is None else max(oldest, self._last_sent or oldest)
        return self._good_runs.get(_JOBS[name])

    def take(self, record: AuditRecord) -> None:
        event, whose = record.event, record.subject
        if event in _SENT:
            self._last_sent = record.at
        if event == AuditEvent.PACKET_HANDED_OVER.id:
            self._handed_over.add(whose)
        if event == AuditEvent.JOB_RAN.id:
            if record.detail.get("outcome") == _DONE:
                self._good_runs[record.detail.get("job", "")] = record.at
        elif event == AuditEvent.BUNDLE_IMPORTED.id:
            self._good_runs.update(dict.fromkeys(_JOBS.values(), record.at))
        elif event == AuditEvent.PACKET_SEALED.id:
            self._sealed[whose] = record.at
            self._put(whose, Pile.REVIEW if whose in self._reviewed else Pile.WAITING, record.at)
        elif event in _LEFT:
            self._put(whose, None, record.at)
        elif event in _AGAIN and whose:
            self._put(whose, Pile.WAITING, record.at)
        elif whose in self._piles and record.detail.get("decision"):
            self._decide(record)

    def _decide(self, record: AuditRecord) -> None:
        """Only what is still here is decided about: a supervisor may look at what was sent as well."""
        is_approved = record.detail["decision"] == _APPROVED
        if record.event not in _SIGNED_OFF:
            # Nothing is sent while a supervisor keeps it, but for what somebody carries already.
            if not is_approved and record.subject not in self._handed_over:
                self._put(record.subject, Pile.REVIEW, record.at)
        else:
            self._put(record.subject, Pile.WAITING if is_approved else None, record.at)

    def _put(self, whose: str, pile: Pile | None, at: datetime) -> None:
        lay = self._piles.pop(whose, None)
        if lay is not None:
            self._count[lay] -= 1
        if pile is not None:
            self._piles[whose] = pile
            self._count[pile] += 1
            heapq.heappush(self._by_age[pile], (self._sealed.setdefault(whose, at), whose))

    def _oldest(self, pile: Pile) -> datetime | None:
        ages = self._by_age[pile]
        while ages and (self._piles.get(ages[0][1]) is not pile or self._sealed[ages[0][1]] != ages[0][0]):
            heapq.heappop(ages)
        return ages[0][0] if ages else None


@dataclass(slots=True)
class _Day:
    before: bool = False
    after: bool = False
    most: float = 0.0
    begun: int = 0


class _Tally:
    """On which days a limit was reached, as it is and as it is tried."""

    def __init__(self, name: str, before: float, after: float, local: Local) -> None:
        self.name = name
        self._before, self._after = before, after
        self._local = local
        self._days: dict[date, _Day] = {}

    def days(self) -> Iterator[LimitDay]:
        for day, each in self._days.items():
            if each.before != each.after:
                yield LimitDay(self.name, day, round(each.most, 2), each.begun, each.after)

    def pass_time(self, begin: datetime, end: datetime, measured: Measured) -> None:
        first = _reached(measured, min(self._before, self._after), begin)
        if first is None or first >= end:
            return
        while first < end:
            here = self._local(first)
            midnight = datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)
            last = min(end, midnight)
            most = _used(measured, last)
            day = self._days.setdefault(here.date(), _Day())
            day.before |= most >= self._before
            day.after |= most >= self._after
            day.most = max(day.most, most)
            first = midnight

    def begin(self, at: datetime, measured: Measured) -> None:
        """A registration, at a moment at which one of the two is reached and the other one not."""
        used = _used(measured, at)
        if min(self._before, self._after) <= used < max(self._before, self._after):
            day = self._days.setdefault(self._local(at).date(), _Day())
            day.before |= used >= self._before
            day.after |= used >= self._after
            day.most = max(day.most, used)
            day.begun += 1


def _used(measured: Measured, at: datetime) -> float:
    """Packets, or days."""
    if measured is None:
        return 0.0
    if isinstance(measured, datetime):
        return max((at - measured) / timedelta(days=1), 0.0)
    return float(measured)


def _reached(measured: Measured, limit: float, begin: datetime) -> datetime | None:
    """From when on, not before ``begin``."""
    if isinstance(measured, datetime):
        return max(begin, measured + timedelta(days=limit))
    return begin if measured is not None and measured >= limit else None
