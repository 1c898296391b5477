"""How much was done here and how well, by the day: sums that are kept beside the trail and made from it.

They are brought up to the newest record when somebody asks, so that no step of an enrollment pays for it, and can
be made anew from the trail at any time. A row stands for a day, never for a person, or for a month, so that years
are added up at once; at what hour something was done is kept without saying by whom. Days and hours are the
station's own, as its clock stood when it was counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa

from muster.audit.catalogue import AuditEvent
from muster.clock import parse_rfc3339
from muster.domain.figures import QUALITY_EDGES, TIME_EDGES_S, Spread, place
from muster.store.figures_counting import Counted, SampleCounted, Told, counted

Local = Callable[[datetime], datetime]

_TOGETHER = 5_000
_QUALITY_CLASSES, _TIME_CLASSES = len(QUALITY_EDGES) - 1, len(TIME_EDGES_S) - 1


class Kind(Enum):
    """What is counted by the day. The values stand in the store."""

    REGISTRATION = "registration"  # by process
    HOUR = "hour"  # of the day; of nobody
    AGAIN = "again"  # sealed once more, having been sent back
    EXCEPTION = "exception"  # by attribute and kind
    DISCARDED = "discarded"
    REFUSED = "refused"  # by the person
    DECISION = "decision"  # of a supervisor, by decision and reason
    SOUGHT = "sought"  # among the faces kept here
    ALIKE = "alike"  # searches that found somebody
    SENT = "sent"
    FAILED = "failed"  # attempts to send, by code


SENDING = "sending"  # among the times: from sealing to the server's answer

_DIRECT = {
    AuditEvent.REGISTRATION_DISCARDED.id: Kind.DISCARDED,
    AuditEvent.CONSENT_REFUSED.id: Kind.REFUSED,
    AuditEvent.REVIEW_SIGNED.id: Kind.DECISION,
    AuditEvent.REVIEW_CAME_BACK.id: Kind.DECISION,
    AuditEvent.DUPLICATES_SOUGHT.id: Kind.SOUGHT,
    AuditEvent.DUPLICATES_FOUND.id: Kind.ALIKE,
    AuditEvent.PACKET_UPLOADED.id: Kind.SENT,
    AuditEvent.DELIVERY_FAILED.id: Kind.FAILED,
}
_COUNTED = (AuditEvent.PACKET_SEALED.id, *_DIRECT)
_OF_NOBODY = (Kind.HOUR, Kind.SOUGHT, Kind.ALIKE, Kind.SENT, Kind.FAILED)

_NEXT = sa.text(
    "SELECT sequence, at, event, actor, subject, detail FROM audit WHERE sequence > :upto AND sequence <= :last"
    " AND event IN :events ORDER BY sequence"
).bindparams(sa.bindparam("events", expanding=True))
_ABOUT = sa.text(
    "SELECT sequence, at, event, actor, detail FROM audit WHERE subject = :subject AND sequence <= :last"
    " ORDER BY sequence"
)
_SEALED_AT = sa.text(
    "SELECT at FROM audit WHERE subject = :subject AND sequence < :last AND event = :event"
    " ORDER BY sequence DESC LIMIT 1"
)
_BEGUN_BY = sa.text("SELECT actor FROM audit WHERE subject = :subject AND event = :event LIMIT 1")


def _adding(table: str, keys: str, sums: Iterable[str]) -> str:
    sums = tuple(sums)
    columns = f"{keys}, {', '.join(sums)}"
    marks = ", ".join("?" * len(columns.split(",")))
    added = ", ".join(f"{each} = {each} + excluded.{each}" for each in sums)
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({keys}) DO UPDATE SET {added}"  # noqa: S608


def _classes(number: int) -> tuple[str, ...]:
    return tuple(f"class{each}" for each in range(number))


_SUMS = ", ".join(f"sum({each})" for each in _classes(_QUALITY_CLASSES))
_TIME_SUMS = ", ".join(f"sum({each})" for each in _classes(_TIME_CLASSES))
_ADD_COUNT = _adding("figure_count", "kind, day, what, officer", ("number",))
_ADD_TIME = _adding("figure_time", "day, what, officer", _classes(_TIME_CLASSES))
_ADD_SAMPLE = _adding(
    "figure_sample",
    "day, officer, device, attribute, measure",
    ("taken", "first", "forced", "total", *_classes(_QUALITY_CLASSES)),
)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included; of one officer, where one is named."""

    first: date
    last: date
    officer: str | None = None

    def _asked(self) -> dict[str, object]:
        return {"first": self.first.isoformat(), "last": self.last.isoformat(), "officer": self.officer}

    def _in_months(self) -> dict[str, object]:
        """The days before the first whole month, the whole months, and the days behind the last; months that are
        not there are before themselves."""
        begins = self.first if self.first.day == 1 else _next_month(self.first)
        ends = _next_month(self.last) - timedelta(days=1) == self.last
        behind = self.last + timedelta(days=1) if ends else self.last.replace(day=1)
        if begins >= behind:
            return {
                **self._asked(),
                "until": self.last.isoformat(),
                "from_month": "",
                "to_month": "",
                "since": "x",
            }
        day_before = (begins - timedelta(days=1)).isoformat()
        months = (_month(begins.isoformat()), _month((behind - timedelta(days=1)).isoformat()))
        return {
            **self._asked(),
            "until": day_before,
            "from_month": months[0],
            "to_month": months[1],
            "since": behind.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class SampleSum:
    """Samples that have the same name, of one measure: how many, how many of them at the first try and kept below
    the threshold, and how good they are."""

    name: str
    measure: str
    taken: int
    first: int
    forced: int
    mean: float
    quality: Spread


@dataclass(frozen=True, slots=True)
class DayCell:
    """What one officer took with one device on one day, of one finger, eye or face."""

    day: date
    officer: str
    device: str
    attribute: str
    measure: str
    taken: int
    total: float


def _month(day: str) -> str:
    """The key of a day's month, which lies behind all days."""
    return f"~{day[:7]}"


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(slots=True)
class _Sums:
    """What some records add, before it is written."""

    counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    times: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    samples: dict[tuple[str, str, str, str, str], list[float]] = field(default_factory=dict)

    def count(self, kind: Kind, day: str, what: str = "", officer: str = "") -> None:
        self.counts[kind.value, day, what, officer] += 1

    def time(self, day: str, what: str, officer: str, seconds: float) -> None:
        for when in (day, _month(day)):
            counts = self.times.setdefault((when, what, officer), [0] * _TIME_CLASSES)
            counts[place(TIME_EDGES_S, seconds)] += 1

    def sample(self, day: str, made: SampleCounted) -> None:
        for when in (day, _month(day)):
            key = (when, made.officer, made.device, made.attribute, made.measure)
            sums = self.samples.setdefault(key, [0.0] * (4 + _QUALITY_CLASSES))
            for at, value in enumerate((1, made.first, made.forced, made.quality)):
                sums[at] += value
            sums[4 + place(QUALITY_EDGES, made.quality)] += 1

    def registration(self, at: datetime, made: Counted) -> None:
        day = at.date().isoformat()
        if made.is_new:
            self.count(Kind.REGISTRATION, day, made.process, made.officer)
            self.count(Kind.HOUR, day, f"{at.hour:02d}")
        else:
            self.count(Kind.AGAIN, day, "", made.officer)
        for attribute, kind in made.exceptions:
            self.count(Kind.EXCEPTION, day, f"{attribute}/{kind}", made.officer)
        for (step, who), seconds in made.times.items():
            self.time(day, step.value, who, seconds)
        for each in made.samples:
            self.sample(day, each)


class FigureRows:
    """For reading, but for :meth:`catch_up`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    # Counting

    def behind(self) -> int:
        """How many records of the trail were not looked at yet."""
        return self._newest() - self._upto()

    def catch_up(self, local: Local, most: int = _TOGETHER) -> int:
        """Look at the next records; returns how many. ``local`` makes the station's own time of a moment."""
        upto = self._upto()
        last = min(self._newest(), upto + most)
        if last == upto:
            return 0
        sums = _Sums()
        asked = {"upto": upto, "last": last, "events": _COUNTED}
        for sequence, at, event, actor, subject, detail in self._connection.execute(_NEXT, asked).all():
            moment = local(parse_rfc3339(at))
            if event == AuditEvent.PACKET_SEALED.id:
                sums.registration(moment, counted(self._about(subject, sequence)))
            else:
                self._count(sums, sequence, moment, event, actor, subject, json.loads(detail))
        self._write(sums)
        self._connection.execute(sa.text("DELETE FROM figure_upto"))
        self._connection.execute(sa.text("INSERT INTO figure_upto VALUES (:upto)"), {"upto": last})
        return last - upto

    def _count(
        self,
        sums: _Sums,
        sequence: int,
        at: datetime,
        event: str,
        actor: str,
        subject: str,
        detail: Mapping[str, str],
    ) -> None:
        kind, day, what, officer = _DIRECT[event], at.date().isoformat(), "", ""
        if kind is Kind.DECISION:
            asked = {"subject": subject, "event": AuditEvent.REGISTRATION_STARTED.id}
            begun_by = self._connection.scalar(_BEGUN_BY, asked)
            if begun_by is None:  # another station's, reviewed here
                return
            what, officer = f"{detail.get('decision', '')}/{detail.get('reason', '-')}", str(begun_by)
        elif kind is Kind.FAILED:
            what = detail.get("code", "")
        elif kind not in _OF_NOBODY:
            officer = actor
        if kind is Kind.SENT:
            self._count_sending(sums, sequence, at, subject)
        sums.count(kind, day, what, officer)

    def _count_sending(self, sums: _Sums, sequence: int, at: datetime, subject: str) -> None:
        asked = {"subject": subject, "last": sequence, "event": AuditEvent.PACKET_SEALED.id}
        sealed = self._connection.scalar(_SEALED_AT, asked)
        if sealed is not None:
            seconds = (at - parse_rfc3339(str(sealed))).total_seconds()
            sums.time(at.date().isoformat(), SENDING, "", max(seconds, 0.0))

    def _about(self, subject: str, last: int) -> list[Told]:
        rows = self._connection.execute(_ABOUT, {"subject": subject, "last": last})
        return [
            Told(number, parse_rfc3339(at), event, actor, json.loads(said))
            for number, at, event, actor, said in rows
        ]

    def _write(self, sums: _Sums) -> None:
        raw = self._connection.connection.driver_connection
        assert raw is not None
        raw.executemany(_ADD_COUNT, [(*key, number) for key, number in sums.counts.items()])
        raw.executemany(_ADD_TIME, [(*key, *numbers) for key, numbers in sums.times.items()])
        raw.executemany(_ADD_SAMPLE, [(*key, *numbers) for key, numbers in sums.samples.items()])

    def _upto(self) -> int:
        return int(self._connection.scalar(sa.text("SELECT max(sequence) FROM figure_upto")) or 0)

    def _newest(self) -> int:
        return int(self._connection.scalar(sa.text("SELECT max(sequence) FROM audit")) or 0)

    # Asking

    def first_day(self) -> date | None:
        """The day of the first registration that was sealed."""
        day = self._connection.scalar(sa.text("SELECT min(day) FROM figure_count WHERE kind = 'registration'"))
        return date.fromisoformat(str(day)) if day else None

    def by_day(self, kind: Kind, period: Period) -> dict[date, int]:
        rows = self._ask(f"SELECT day, sum(number) {_FROM_COUNTS} GROUP BY day", period, kind=kind.value)
        return {date.fromisoformat(day): number for day, number in rows}

    def by_what(self, kind: Kind, period: Period) -> dict[str, int]:
        rows = self._ask(
            f"SELECT what, sum(number) {_FROM_COUNTS} GROUP BY what ORDER BY what", period, kind=kind.value
        )
        return dict(rows)

    def by_officer(self, kind: Kind, period: Period) -> dict[str, int]:
        rows = self._ask(f"SELECT officer, sum(number) {_FROM_COUNTS} GROUP BY officer", period, kind=kind.value)
        return dict(rows)

    def times(self, period: Period) -> dict[str, Spread]:
        """By step, and of sending."""
        rows = self._ask(f"SELECT what, {_TIME_SUMS} {_FROM_TIMES} GROUP BY what", period)
        return {what: Spread(TIME_EDGES_S, tuple(counts)) for what, *counts in rows}

    def times_by_officer(self, period: Period) -> dict[tuple[str, str], Spread]:
        """By step and officer."""
        rows = self._ask(f"SELECT what, officer, {_TIME_SUMS} {_FROM_TIMES} GROUP BY what, officer", period)
        return {(what, officer): Spread(TIME_EDGES_S, tuple(counts)) for what, officer, *counts in rows}

    def samples_by_attribute(self, period: Period) -> tuple[SampleSum, ...]:
        return self._samples("attribute", period)

    def samples_by_device(self, period: Period, attributes: Iterable[str]) -> tuple[SampleSum, ...]:
        return self._samples("device", period, attributes)

    def samples_by_officer(self, period: Period, attributes: Iterable[str]) -> tuple[SampleSum, ...]:
        return self._samples("officer", period, attributes)

    def samples_by_officer_and_attribute(self, period: Period) -> dict[tuple[str, str], SampleSum]:
        """Of all measures together: for shares, not for qualities."""
        rows = self._ask(
            f"SELECT officer, attribute, {_SAMPLE_SUMS} {_FROM_SAMPLES} GROUP BY officer, attribute",
            period,
        )
        return {(officer, attribute): _sample_sum(attribute, "", rest) for officer, attribute, *rest in rows}

    def day_cells(self, period: Period, attributes: Iterable[str]) -> tuple[DayCell, ...]:
        """For comparing devices and officers."""
        rows = self._ask(
            "SELECT day, officer, device, attribute, measure, taken, total "
            f"{_FROM_CELLS} AND attribute IN :attributes",
            period,
            attributes=tuple(attributes),
        )
        return tuple(DayCell(date.fromisoformat(day), *rest) for day, *rest in rows)

    def waiting(self) -> dict[str, int]:
        """Packets by how far they are, now."""
        return {state: number for state, number in self._connection.execute(_PILES) if number}

    def _samples(
        self, column: str, period: Period, attributes: Iterable[str] | None = None
    ) -> tuple[SampleSum, ...]:
        only = "" if attributes is None else "AND attribute IN :attributes"
        rows = self._ask(
            f"SELECT {column}, measure, {_SAMPLE_SUMS} {_FROM_SAMPLES} {only}"
            f" GROUP BY {column}, measure ORDER BY {column}, measure",
            period,
            **({} if attributes is None else {"attributes": tuple(attributes)}),
        )
        return tuple(_sample_sum(name, measure, rest) for name, measure, *rest in rows)

    def _ask(self, query: str, period: Period, **more: object) -> Iterable[Any]:
        text = sa.text(query)
        if "attributes" in more:
            text = text.bindparams(sa.bindparam("attributes", expanding=True))
        return self._connection.execute(text, {**period._in_months(), **more}).all()


_WITHIN = "day BETWEEN :first AND :last AND (:officer IS NULL OR officer = :officer)"
_FROM_COUNTS = f"FROM figure_count WHERE kind = :kind AND {_WITHIN}"
_FROM_CELLS = f"FROM figure_sample WHERE {_WITHIN}"
_IN_MONTHS = (
    "(day BETWEEN :first AND :until OR day BETWEEN :from_month AND :to_month OR day BETWEEN :since AND :last)"
    " AND (:officer IS NULL OR officer = :officer)"
)
_FROM_TIMES, _FROM_SAMPLES = (f"FROM figure_{each} WHERE {_IN_MONTHS}" for each in ("time", "sample"))
_SAMPLE_SUMS = f"sum(taken), sum(first), sum(forced), sum(total), {_SUMS}"
_PILES = sa.text("SELECT state, packets FROM outbox_total")


def _sample_sum(name: str, measure: str, sums: list[Any]) -> SampleSum:
    taken, first, forced, total, *classes = sums
    return SampleSum(
        name, measure, taken, first, forced, total / max(taken, 1), Spread(QUALITY_EDGES, tuple(classes))
    )
