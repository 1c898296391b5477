"""Figures of the station's work: for supervisors all of it, for an officer their own beside the team's median.

Rules:

1. Every figure is a table first: a heading for each column, a row for each thing. What is drawn of it is the
   window's business, and whoever cannot see the drawing has the same numbers.
2. Nothing is read row by row: sums by the day are kept in the store and brought up to date by whoever asks.
3. An officer sees the own numbers, and the team's median where at least three people have done enough of it: no
   names, no ranking, no time of day. That somebody looked at everybody's is on record.
4. Where there is too little to say something, that is said instead.
"""

from __future__ import annotations

import csv
import hashlib
import io
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import TypeVar

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_key import MachineKey
from muster.domain.biometrics import BiometricAttribute, ExceptionKind, Modality
from muster.domain.delivery import DeliveryState
from muster.domain.figures import Spread, wilson
from muster.domain.operators import Permission
from muster.domain.registration import Step
from muster.domain.review_decision import Decision, Reason
from muster.errors import BadInput, Code, Detail
from muster.store.figures import SENDING, FigureRows, Kind, Period, SampleSum
from muster.workstation.figures_statistics import (
    NOTHING_STANDS_OUT,
    TOO_LITTLE_TO_COMPARE,
    Cause,
    Comparison,
    Remark,
    compare,
)
from muster.workstation.journal import Journal

FIGURE_TOO_LITTLE = Code("FIGURE_TOO_LITTLE", "Too little was done in these days for this to mean much.")
QUEUE_EMPTY = Code("QUEUE_EMPTY", "There are no packets at present.")
FIGURE_FILE_UNWRITABLE = Code(
    "FIGURE_FILE_UNWRITABLE", "The figures cannot be written to {file}. Name a file in a folder that is there."
)
FIGURE_DAYS_TURNED = Code("FIGURE_DAYS_TURNED", "The last of the days lies before the first.")
SENDING_TAKES = Code(
    "SENDING_TAKES", "From sealing to the server's answer it takes {minutes} minutes for half of the packets."
)
TIP_STEP = Code(
    "TIP_STEP", "{step}: half of yours take longer than {mine} s, half of the team's longer than {team} s."
)
TIP_ATTRIBUTE = Code("TIP_ATTRIBUTE", "{attribute}: {mine} % good at the first try, the team's {team} %.")
TIP_CAPTURE = Code(
    "TIP_CAPTURE", "Take a moment longer before the capture, and look at the glass or the lens first."
)
TIP_DEVICE = Code(
    "TIP_DEVICE",
    "{device} gives poorer quality for everybody at present: that is not your doing. Tell your supervisor.",
)
TIP_NONE = Code("TIP_NONE", "Your figures stand beside the team's: nothing needs your attention.")
TIP_ALONE = Code(
    "TIP_ALONE", "Too few people did enough of it in these days for the team's to stand beside yours."
)

_LEAST_REGISTRATIONS = 5
_LEAST_SAMPLES = 20
_LEAST_PEOPLE, _LEAST_OF_EACH = 3, 10
_MOST_TIPS = 3
_SLOWER = 1.5
_WEEKS_FROM_DAYS = 120
_COMPARED_DAYS = 60
_REASON = "Figures"

_E = TypeVar("_E", bound=Enum)


class FigureName(Enum):
    """As they are typed."""

    DAYS = "days"
    HOURS = "hours"
    STEPS = "steps"
    MODALITIES = "quality"
    DEVICES = "devices"
    OFFICERS = "officers"
    FIRST_TRY = "first-try"
    EXCEPTIONS = "exceptions"
    DECISIONS = "decisions"
    QUEUE = "queue"
    SENDING = "sending"
    DUPLICATES = "duplicates"
    OWN_STEPS = "own-steps"
    OWN_FIRST_TRY = "own-first-try"
    OWN_QUALITY = "own-quality"

    @property
    def is_own(self) -> bool:
        return self.value.startswith("own-")


class Form(Enum):
    """How a figure is drawn: values over time; bars; or a dot for each row in what it lies between."""

    TIME = "time"
    BARS = "bars"
    RANGES = "ranges"


class Column(Enum):
    """The values are headings in files."""

    DAY = "day"
    WEEK = "week from"
    HOUR = "hour"
    REGISTRATIONS = "registrations"
    STEP = "step"
    SECONDS = "median seconds"
    QUARTER_BELOW = "a quarter below"
    QUARTER_ABOVE = "a quarter above"
    TIMES = "times"
    KIND = "kind"
    QUALITY = "median quality"
    SAMPLES = "samples"
    MEASURE = "measure"
    FIRST_TRY = "first try %"
    FORCED = "kept below threshold %"
    DEVICE = "device"
    OFFICER = "officer"
    LIKE_WITH_LIKE = "like with like, points"
    ATTRIBUTE = "finger, eye or face"
    AT_LEAST = "at least %"
    AT_MOST = "at most %"
    EXCEPTIONS = "exceptions"
    PERMANENT = "lasting"
    TEMPORARY = "for now"
    DECISION = "decision"
    REASON = "reason"
    NUMBER = "number"
    STATE = "state"
    PACKETS = "packets"
    SEALED = "sealed"
    SENT = "sent"
    FAILED = "failed attempts"
    SOUGHT = "searched for"
    ALIKE = "with faces alike"
    MINE = "mine"
    TEAM = "team's median"


class End(Enum):
    """How a registration ended that no supervisor decided about."""

    DISCARDED = "discarded"
    REFUSED = "the person did not agree"


Cell = str | int | float | date | Enum | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """``asks`` somebody to do something."""

    code: Code
    detail: Detail
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """``labels`` columns say what a row is about. Of the others a form draws: time all of them; bars the first;
    ranges the first, between the second and the third. ``beside`` is what else is marked in a range."""

    name: FigureName
    first: date
    last: date
    form: Form
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    said: tuple[Said, ...] = ()
    labels: int = 1
    beside: Column | None = None
    is_enough: bool = True


class Figures:
    def __init__(self, journal: Journal, key: MachineKey) -> None:
        self._journal = journal
        self._key = key

    # Being up to date

    def begin(self, *, own: bool = False) -> int:
        """Before the first figure: let the newest records count, and put on record that somebody looks at
        everybody's. Returns how many records are still to be counted; where it is not 0, :meth:`go_on_counting`.

        Raises ``Refused``.
        """
        self._require(own=own)
        if not own:
            with self._journal.database.work() as work:
                work.record(AuditEvent.FIGURES_SHOWN, actor=self._journal.operator.user_id)
        return self.go_on_counting()

    def go_on_counting(self) -> int:
        """Some more records; returns how many are left."""
        self._journal.database.count_figures(lambda at: at.astimezone())
        with self._journal.database.figures() as rows:
            return rows.behind()

    # Figures

    def days(self, first: date | None = None, last: date | None = None) -> tuple[date, date]:
        """From the first day anything was sealed, and until today, where nothing else is said. Raises
        ``BadInput``."""
        last = last or self._journal.now().astimezone().date()
        if first is None:
            with self._journal.database.figures() as rows:
                first = min(rows.first_day() or last, last)
        if last < first:
            raise BadInput(FIGURE_DAYS_TURNED)
        return first, last

    def figure(self, name: FigureName, first: date | None = None, last: date | None = None) -> Figure:
        """Raises ``Refused``, ``BadInput``."""
        self._require(own=name.is_own)
        period = Period(*self.days(first, last))
        with self._journal.database.figures() as rows:
            return _Drawn(rows, name, period, self._journal.operator.user_id).figure()

    def _require(self, *, own: bool) -> None:
        self._journal.access.require(Permission.REGISTER if own else Permission.REVIEW)

    # Files

    def write_csv(self, figure: Figure, path: Path) -> None:
        """Raises ``Refused``, ``BadInput``, ``StorageUnavailable``."""
        self._write(figure, as_csv(figure).encode("utf-8-sig"), path)

    def write_pdf(self, figures: Iterable[Figure], laid_out: bytes, path: Path) -> None:
        """Sign what the window made of them. Raises ``Refused``, ``BadInput``, ``StorageUnavailable``,
        ``KeyUnavailable``."""
        from muster.crypto.pdf_signing import sign_pdf  # whose library takes a second to import

        content = sign_pdf(laid_out, self._key, self._journal.station.ref_id, reason=_REASON)
        self._write(next(iter(figures)), content, path)

    def _write(self, figure: Figure, content: bytes, path: Path) -> None:
        self._require(own=figure.name.is_own)
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise BadInput(FIGURE_FILE_UNWRITABLE, file=str(path))
        durable.write(path, content)
        with self._journal.database.work() as work:
            work.record(
                AuditEvent.FIGURES_WRITTEN,
                actor=self._journal.operator.user_id,
                figure=figure.name.value,
                first=figure.first.isoformat(),
                last=figure.last.isoformat(),
                sha256=hashlib.sha256(content).hexdigest(),
            )


def as_csv(figure: Figure) -> str:
    """With headings. What a spreadsheet would take for a formula stands behind an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([each.value for each in figure.columns])
    writer.writerows([_plain(cell) for cell in row] for row in figure.rows)
    return buffer.getvalue()


def _plain(cell: Cell) -> str:
    if isinstance(cell, Enum):
        return str(cell.value)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return "" if cell is None else str(cell)


class _Drawn:
    """One figure out of the store's sums."""

    def __init__(self, rows: FigureRows, name: FigureName, period: Period, me: str) -> None:
        self._rows = rows
        self._name = name
        self._period = period
        self._me = me

    def figure(self) -> Figure:
        makers: Mapping[FigureName, Callable[[], Figure]] = {
            FigureName.DAYS: self._days,
            FigureName.HOURS: self._hours,
            FigureName.STEPS: self._steps,
            FigureName.MODALITIES: self._modalities,
            FigureName.DEVICES: self._devices,
            FigureName.OFFICERS: self._officers,
            FigureName.FIRST_TRY: self._first_try,
            FigureName.EXCEPTIONS: self._exceptions,
            FigureName.DECISIONS: self._decisions,
            FigureName.QUEUE: self._queue,
            FigureName.SENDING: self._sending,
            FigureName.DUPLICATES: self._duplicates,
            FigureName.OWN_STEPS: self._own_steps,
            FigureName.OWN_FIRST_TRY: self._own_first_try,
            FigureName.OWN_QUALITY: self._own_quality,
        }
        return makers[self._name]()

    def _made(
        self,
        form: Form,
        columns: tuple[Column, ...],
        rows: Iterable[Row],
        said: Iterable[Said] = (),
        *,
        labels: int = 1,
        beside: Column | None = None,
        enough: bool = True,
    ) -> Figure:
        rows, said = tuple(rows), tuple(said)
        if not enough or not rows:
            enough, said = False, said if not rows and said else (Said(FIGURE_TOO_LITTLE, {}),)
        period = self._period
        return Figure(self._name, period.first, period.last, form, columns, rows, said, labels, beside, enough)

    # How much

    def _over_time(
        self, columns: tuple[Column, ...], kinds: tuple[tuple[Kind, ...], ...], said: Iterable[Said] = ()
    ) -> Figure:
        """By the day; by the week where there are many days."""
        weeks = (self._period.last - self._period.first).days >= _WEEKS_FROM_DAYS
        sums: dict[date, list[int]] = {}
        for place, together in enumerate(kinds):
            for kind in together:
                for day, number in self._rows.by_day(kind, self._period).items():
                    begins = day - timedelta(days=day.weekday()) if weeks else day
                    sums.setdefault(begins, [0] * len(kinds))[place] += number
        rows: list[Row] = [(day, *sums[day]) for day in sorted(sums)]
        enough = sum(map(sum, sums.values())) >= _LEAST_REGISTRATIONS
        when = Column.WEEK if weeks else Column.DAY
        return self._made(Form.TIME, (when, *columns), rows, said, enough=enough)

    def _days(self) -> Figure:
        return self._over_time((Column.REGISTRATIONS,), ((Kind.REGISTRATION,),))

    def _sending(self) -> Figure:
        kinds = ((Kind.REGISTRATION, Kind.AGAIN), (Kind.SENT,), (Kind.FAILED,))
        takes = self._rows.times(self._period).get(SENDING)
        said = (Said(SENDING_TAKES, {"minutes": round(takes.median / 60, 1)}),) if takes else ()
        return self._over_time((Column.SEALED, Column.SENT, Column.FAILED), kinds, said)

    def _duplicates(self) -> Figure:
        return self._over_time((Column.SOUGHT, Column.ALIKE), ((Kind.SOUGHT,), (Kind.ALIKE,)))

    def _hours(self) -> Figure:
        hours = {int(hour): number for hour, number in self._rows.by_what(Kind.HOUR, self._period).items()}
        span = range(min(hours), max(hours) + 1) if hours else ()
        rows = ((f"{hour:02d}\u2013{hour + 1:02d}", hours.get(hour, 0)) for hour in span)
        enough = sum(hours.values()) >= _LEAST_REGISTRATIONS
        return self._made(Form.BARS, (Column.HOUR, Column.REGISTRATIONS), rows, enough=enough)

    def _steps(self) -> Figure:
        times = self._rows.times(self._period)
        rows = [(step, *_middle(times[step.value], 0)) for step in Step if step.value in times]
        columns = (Column.STEP, Column.SECONDS, Column.QUARTER_BELOW, Column.QUARTER_ABOVE, Column.TIMES)
        enough = max((times[each[0].value].number for each in rows), default=0) >= _LEAST_REGISTRATIONS
        return self._made(Form.RANGES, columns, rows, enough=enough)

    # How well

    def _modalities(self) -> Figure:
        by_kind: dict[tuple[Modality, str], list[SampleSum]] = {}
        for each in self._rows.samples_by_attribute(self._period):
            attribute = _attribute(each.name)
            if attribute is not None:
                by_kind.setdefault((attribute.modality, each.measure), []).append(each)
        rows = [
            (modality, *_quality(_together(by_kind[modality, measure])), measure)
            for modality, measure in sorted(by_kind, key=lambda each: (each[0].value, each[1]))
        ]
        return self._made(Form.RANGES, (Column.KIND, *_QUALITY_COLUMNS, Column.MEASURE), rows)

    def _devices(self) -> Figure:
        return self._compared(
            Column.DEVICE, self._rows.samples_by_device, Cause.DEVICE, lambda comparison: comparison.devices
        )

    def _officers(self) -> Figure:
        return self._compared(
            Column.OFFICER, self._rows.samples_by_officer, Cause.OFFICER, lambda comparison: comparison.officers
        )

    def _compared(
        self,
        column: Column,
        samples: Callable[[Period, Iterable[str]], tuple[SampleSum, ...]],
        cause: Cause,
        effects: Callable[[Comparison], Mapping[str, float] | None],
    ) -> Figure:
        rows: list[Row] = []
        said: list[Said] = []
        compared = 0
        for modality in Modality:
            comparison = self._comparison(modality)
            compared += comparison.is_enough
            like = effects(comparison) or {}
            for each in samples(self._period, _attributes(modality)):
                points = (
                    round(like[each.name], 1) if each.measure == comparison.measure and each.name in like else None
                )
                rows.append((each.name, modality, *_quality(each), points, each.measure))
            said += [_said(each, modality) for each in comparison.remarks if each.cause in (cause, Cause.EITHER)]
        if not said:
            said = [Said(NOTHING_STANDS_OUT if compared else TOO_LITTLE_TO_COMPARE, {})]
        columns = (column, Column.KIND, *_QUALITY_COLUMNS, Column.LIKE_WITH_LIKE, Column.MEASURE)
        return self._made(Form.RANGES, columns, rows, said, labels=2)

    def _comparison(self, modality: Modality) -> Comparison:
        """Over the last two months of the days: what was so long ago is mended, or known."""
        first = max(self._period.first, self._period.last - timedelta(days=_COMPARED_DAYS))
        return compare(self._rows.day_cells(Period(first, self._period.last), _attributes(modality)))

    def _first_try(self) -> Figure:
        taken: dict[str, tuple[int, int]] = {}
        for each in self._rows.samples_by_attribute(self._period):
            first, number = taken.get(each.name, (0, 0))
            taken[each.name] = (first + each.first, number + each.taken)
        rows = [
            (attribute, *_share(*taken[attribute.value]))
            for attribute in BiometricAttribute
            if attribute.value in taken
        ]
        columns = (Column.ATTRIBUTE, Column.FIRST_TRY, Column.AT_LEAST, Column.AT_MOST, Column.SAMPLES)
        enough = sum(number for _, number in taken.values()) >= _LEAST_SAMPLES
        return self._made(Form.RANGES, columns, rows, enough=enough)

    def _exceptions(self) -> Figure:
        marked: dict[str, dict[str, int]] = {}
        for what, number in self._rows.by_what(Kind.EXCEPTION, self._period).items():
            attribute, _, kind = what.partition("/")
            marked.setdefault(attribute, {})[kind] = number
        rows: list[Row] = [
            (attribute, sum(kinds.values()), *(kinds.get(each.value, 0) for each in ExceptionKind))
            for attribute in BiometricAttribute
            if (kinds := marked.get(attribute.value))
        ]
        columns = (Column.ATTRIBUTE, Column.EXCEPTIONS, Column.PERMANENT, Column.TEMPORARY)
        return self._made(Form.BARS, columns, rows)

    # What becomes of it

    def _decisions(self) -> Figure:
        rows: list[Row] = []
        for what, number in self._rows.by_what(Kind.DECISION, self._period).items():
            decision, _, reason = what.partition("/")
            rows.append((_member(Decision, decision) or decision, _member(Reason, reason), number))
        for end, kind in ((End.DISCARDED, Kind.DISCARDED), (End.REFUSED, Kind.REFUSED)):
            number = sum(self._rows.by_day(kind, self._period).values())
            if number:
                rows.append((end, None, number))
        rows.sort(key=lambda row: -int(str(row[2])))
        return self._made(Form.BARS, (Column.DECISION, Column.REASON, Column.NUMBER), rows, labels=2)

    def _queue(self) -> Figure:
        """As it is now, whatever the days."""
        waiting = self._rows.waiting()
        rows = [(state, waiting[state.value]) for state in DeliveryState if state.value in waiting]
        said = () if rows else (Said(QUEUE_EMPTY, {}),)
        return self._made(Form.BARS, (Column.STATE, Column.PACKETS), rows, said)

    # One's own

    def _own_steps(self) -> Figure:
        everybody: dict[str, dict[str, Spread]] = {}
        for (what, officer), spread in self._rows.times_by_officer(self._period).items():
            if spread.number >= _LEAST_OF_EACH:
                everybody.setdefault(what, {})[officer] = spread
        rows: list[Row] = []
        tips: list[tuple[float, Said]] = []
        for step in (each for each in Step if self._me in everybody.get(each.value, {})):
            mine = everybody[step.value][self._me]
            team = _team(each.median for each in everybody[step.value].values())
            rows.append((step, *_middle(mine, 0), team))
            if team and mine.median > _SLOWER * team:
                detail: Detail = {"step": step.value, "mine": round(mine.median), "team": round(team)}
                tips.append((mine.median / team, Said(TIP_STEP, detail, asks=True)))
        columns = (Column.STEP, Column.MINE, Column.QUARTER_BELOW, Column.QUARTER_ABOVE, Column.TIMES, Column.TEAM)
        return self._made(Form.RANGES, columns, rows, _tips(rows, tips), beside=Column.TEAM)

    def _own_first_try(self) -> Figure:
        everybody = self._rows.samples_by_officer_and_attribute(self._period)
        rows: list[Row] = []
        tips: list[tuple[float, Said]] = []
        for attribute in BiometricAttribute:
            enough = [
                each
                for (_, name), each in everybody.items()
                if name == attribute.value and each.taken >= _LEAST_OF_EACH
            ]
            mine = everybody.get((self._me, attribute.value))
            if mine is None or mine.taken < _LEAST_OF_EACH:
                continue
            team = _team(100 * each.first / each.taken for each in enough)
            share = _share(mine.first, mine.taken)
            rows.append((attribute, *share, team))
            if team is not None and share[2] < team:  # so low that few do not explain it
                detail: Detail = {"attribute": attribute.value, "mine": round(share[0]), "team": round(team)}
                tips.append((team - share[0], Said(TIP_ATTRIBUTE, detail, asks=True)))
        advice = (Said(TIP_CAPTURE, {}, asks=True),) if tips else ()
        said = (*self._faulty_devices(), *_tips(rows, tips), *advice)
        columns = (Column.ATTRIBUTE, Column.MINE, Column.AT_LEAST, Column.AT_MOST, Column.SAMPLES, Column.TEAM)
        return self._made(Form.RANGES, columns, rows, said, beside=Column.TEAM)

    def _own_quality(self) -> Figure:
        rows: list[Row] = []
        for modality in Modality:
            by_measure: dict[str, dict[str, SampleSum]] = {}
            for each in self._rows.samples_by_officer(self._period, _attributes(modality)):
                if each.taken >= _LEAST_OF_EACH:
                    by_measure.setdefault(each.measure, {})[each.name] = each
            for measure, everybody in by_measure.items():
                if self._me in everybody:
                    team = _team(each.quality.median for each in everybody.values())
                    rows.append((modality, *_middle(everybody[self._me].quality, 1), team, measure))
        columns = (
            Column.KIND,
            Column.MINE,
            Column.QUARTER_BELOW,
            Column.QUARTER_ABOVE,
            Column.SAMPLES,
            Column.TEAM,
        )
        said = tuple(self._faulty_devices())
        return self._made(Form.RANGES, (*columns, Column.MEASURE), rows, said, beside=Column.TEAM)

    def _faulty_devices(self) -> Iterator[Said]:
        """So that nobody thinks it is them."""
        for modality in Modality:
            for each in self._comparison(modality).remarks:
                if each.cause is Cause.DEVICE:
                    yield Said(TIP_DEVICE, {"device": each.device}, asks=True)


_QUALITY_COLUMNS = (
    Column.QUALITY,
    Column.QUARTER_BELOW,
    Column.QUARTER_ABOVE,
    Column.SAMPLES,
    Column.FIRST_TRY,
    Column.FORCED,
)
_KINDS = {Modality.FINGER: "fingers", Modality.IRIS: "eyes", Modality.FACE: "face"}


def _said(remark: Remark, modality: Modality) -> Said:
    detail: dict[str, str | int | float] = {
        "device": remark.device,
        "officer": remark.officer,
        "points": round(remark.points),
        "what": _KINDS[modality],
    }
    if remark.since is not None:
        detail["day"] = remark.since.isoformat()
    return Said(remark.code, detail, asks=True)


def _tips(rows: list[Row], tips: list[tuple[float, Said]]) -> tuple[Said, ...]:
    """The plainest first, and not more than somebody keeps in mind. The team's stands last in ``rows``."""
    if not rows:
        return ()
    if all(row[-1] is None for row in rows):
        return (Said(TIP_ALONE, {}),)
    tips.sort(key=lambda each: -each[0])
    return tuple(said for _, said in tips[:_MOST_TIPS]) or (Said(TIP_NONE, {}),)


def _team(values: Iterable[float]) -> float | None:
    """None where so few people have done enough of it that the median would be somebody's."""
    values = list(values)
    return round(statistics.median(values), 1) if len(values) >= _LEAST_PEOPLE else None


def _middle(spread: Spread, digits: int) -> tuple[float, float, float, int]:
    middle, low, high = (round(spread.below(share), digits) for share in (0.5, 0.25, 0.75))
    return middle, low, high, spread.number


def _quality(samples: SampleSum) -> tuple[float, float, float, int, float, float]:
    shares = (round(100 * each / samples.taken, 1) for each in (samples.first, samples.forced))
    first, forced = shares
    return (*_middle(samples.quality, 1), first, forced)


def _together(some: list[SampleSum]) -> SampleSum:
    taken = sum(each.taken for each in some)
    counts = tuple(map(sum, zip(*(each.quality.counts for each in some), strict=True)))
    return SampleSum(
        some[0].name,
        some[0].measure,
        taken,
        sum(each.first for each in some),
        sum(each.forced for each in some),
        sum(each.mean * each.taken for each in some) / taken,
        Spread(some[0].quality.edges, counts),
    )


def _share(some: int, number: int) -> tuple[float, float, float, int]:
    """In per cent, and what it lies between (Wilson's 95 % interval)."""
    low, high = wilson(some, number)
    return round(100 * some / number, 1), round(100 * low, 1), round(100 * high, 1), number


def _attributes(modality: Modality) -> tuple[str, ...]:
    return tuple(each.value for each in BiometricAttribute if each.modality is modality)


def _attribute(name: str) -> BiometricAttribute | None:
    return _member(BiometricAttribute, name)


def _member(kind: type[_E], value: str) -> _E | None:
    """None for what a newer version wrote."""
    try:
        return kind(value)
    except ValueError:
        return None
