"""Other settings, tried on what was before: what would have gone otherwise.

Five things are told, each where a setting asks for it (``Setting.told_by``): registrations, one by one, and what
of all that is kept would be destroyed, here; on which days the station would have stopped (``rehearsal_limits``);
who would have waited after wrong passwords (``rehearsal_waits``); how often the screen would not have locked
(``rehearsal_locks``).

Both sides are told by the same rules from what the trail and the list for review keep, the settings of now and
those to be tried, so that nothing differs but for the settings. Kept of a registration are the qualities of the
captures that count, the signs that were seen, how far away a packet was sealed, and its digest. Not told are,
therefore,

* whether a person would have been captured again, or the best been kept with a reason;
* a sign that was not looked for then: one without weight, and a face or a clock that came closer than the limit of
  then allowed;
* what a setting has its own reason for (``policy_settings.Untold``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from threading import Event

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.delivery import DeliveryState
from muster.domain.operators import Permission
from muster.domain.person import Reply
from muster.domain.registration import Process, RegistrationId, Step
from muster.domain.review import Flag, ReviewLine, ReviewRules, Sign, Standing, outset
from muster.errors import CANCELLED, Cancelled
from muster.store.database import Work
from muster.store.figures_counting import Told, is_of_introducer, kept_samples, number_in
from muster.workstation import rehearsal_limits, rehearsal_locks, rehearsal_waits
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.policy_settings import LIMITS, SETTINGS, ToldFrom, Value
from muster.workstation.rehearsal_limits import Beginning, LimitDay, Pile, good_runs, pile_before
from muster.workstation.rehearsal_locks import IdleLock, idle_locks, spared
from muster.workstation.rehearsal_waits import WaitsRehearsed

_TOGETHER = 100  # in one look at the store, so that nobody waits for it
_ASKED_TOGETHER = 500
_SENT_AMONG = 50_000  # records before: who sent nothing for so long has packets that are as old
_TELLING = (
    AuditEvent.SAMPLE_CAPTURED,
    AuditEvent.SAMPLE_JUDGED,
    AuditEvent.SAMPLE_SET_ASIDE,
    AuditEvent.EXCEPTION_MARKED,
    AuditEvent.EXCEPTION_CLEARED,
    AuditEvent.PACKET_SEALED,
    AuditEvent.REGISTRATION_STARTED,
    AuditEvent.CONSENT_GIVEN,
    AuditEvent.PERSON_ANSWERED,
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """``device`` and ``station`` are qualities, 0..100; ``forced`` that it was kept though it did not do."""

    attribute: BiometricAttribute
    device: float
    station: float | None
    forced: bool = False
    of_introducer: bool = False


class Further(Enum):
    """What else is asked of a person. The values stand in what the command line says."""

    SIGNATURE = "signature"  # under the consent, of somebody who gave none and said nothing of why
    EXCEPTION_PHOTO = "exception_photo"


@dataclass(frozen=True, slots=True)
class Case:
    """What is kept of one registration. ``digest`` is its packet's (hex); ``may_be_asked`` is what the person is
    asked for besides, if a policy asks for it."""

    line: ReviewLine
    captures: tuple[KeptCapture, ...]
    digest: str
    away_km: float | None = None
    process: Process = Process.NEW
    may_be_asked: frozenset[Further] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``below`` are the captures under their threshold; ``asked`` says that a supervisor is asked at all,
    ``must_be_seen`` that nobody approves without a look; ``further`` is what else is asked of the person."""

    below: tuple[KeptCapture, ...]
    risk: int
    asked: bool
    must_be_seen: bool
    further: frozenset[Further] = frozenset()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    line: ReviewLine
    before: Outcome
    after: Outcome

    @property
    def registration_id(self) -> RegistrationId:
        return self.line.registration_id

    @property
    def newly_below(self) -> tuple[KeptCapture, ...]:
        return tuple(each for each in self.after.below if each not in self.before.below)

    @property
    def no_longer_below(self) -> tuple[KeptCapture, ...]:
        return tuple(each for each in self.before.below if each not in self.after.below)

    @property
    def asked_besides(self) -> tuple[Further, ...]:
        return tuple(each for each in Further if each in self.after.further - self.before.further)

    @property
    def asked_no_longer(self) -> tuple[Further, ...]:
        return tuple(each for each in Further if each in self.before.further - self.after.further)


@dataclass(frozen=True, slots=True)
class LimitsRehearsed:
    """Told from so many ``records`` since then, of ``begun`` registrations among them."""

    since: datetime
    records: int
    begun: int
    days: tuple[LimitDay, ...]


@dataclass(frozen=True, slots=True)
class SignInsRehearsed:
    """Told from ``wrong`` attempts since then, of which ``rows`` were made with no right one between."""

    since: datetime
    wrong: int
    rows: int
    differing: tuple[WaitsRehearsed, ...]


@dataclass(frozen=True, slots=True)
class LocksRehearsed:
    """How often the screen locked by itself since then, and which of these locks would not have come; None where
    the time is shorter, which nobody can tell."""

    since: datetime
    locks: int
    spared: tuple[IdleLock, ...] | None


@dataclass(frozen=True, slots=True)
class KeptRehearsed:
    """``packets`` with their ``octets`` and ``faces`` are kept by the settings of now and would be destroyed at
    once; ``back`` are packets that were destroyed and would still be here."""

    packets: int
    octets: int
    faces: int
    back: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``cases`` were looked at, where anything about registrations is to be tried; ``asked`` is of how many a
    supervisor is asked, before and after. The other parts are there where they are to be tried."""

    since: datetime
    until: datetime
    cases: int
    differing: tuple[Rehearsed, ...]
    asked: tuple[int, int]
    limits: LimitsRehearsed | None = None
    sign_ins: SignInsRehearsed | None = None
    locks: LocksRehearsed | None = None
    kept: KeptRehearsed | None = None

    @property
    def differences(self) -> int:
        """Registrations, days of a limit, rows of wrong attempts, locks, packets and faces."""
        days = len(self.limits.days) if self.limits else 0
        waits = len(self.sign_ins.differing) if self.sign_ins else 0
        kept = self.kept.packets + self.kept.faces + self.kept.back if self.kept else 0
        locks = len(self.locks.spared or ()) if self.locks else 0
        return len(self.differing) + days + waits + locks + kept


class Rehearsing:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def rehearse(
        self,
        now: Policy,
        then: Policy,
        days: int = 30,
        cancel: Event | None = None,
        progress: Progress = lambda done, of: None,
    ) -> Rehearsal:
        """Over the last ``days``: of what was sealed, a thousand registrations take about a second; of the rest, a
        year takes some seconds. That somebody did is on record. Raises ``Refused``, ``Cancelled``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        cancel = cancel or Event()
        until = self._journal.now()
        since = until - timedelta(days=days)
        told_from = _told_from(now, then)
        outcomes: list[Rehearsed] = []
        if ToldFrom.REGISTRATIONS in told_from:
            with self._journal.database.read() as work:
                lines = work.review.sealed_between(since, until + timedelta(seconds=1))
            outcomes = [
                Rehearsed(each.line, outcome(each, now), outcome(each, then))
                for each in self._cases(lines, cancel, progress)
            ]
        rehearsal = Rehearsal(
            since,
            until,
            len(outcomes),
            tuple(each for each in outcomes if each.before != each.after),
            (sum(each.before.asked for each in outcomes), sum(each.after.asked for each in outcomes)),
            self._limits(now, then, since, until, cancel) if ToldFrom.STATION in told_from else None,
            self._sign_ins(now, then, since, until, cancel) if ToldFrom.SIGN_INS in told_from else None,
            self._locks(now, then, since, until, cancel) if ToldFrom.LOCKS in told_from else None,
            self._kept(now, then, until) if ToldFrom.KEPT in told_from else None,
        )
        self._note(rehearsal, days)
        return rehearsal

    def _note(self, rehearsal: Rehearsal, days: int) -> None:
        with self._journal.database.work() as work:
            work.record(
                AuditEvent.POLICY_REHEARSED,
                actor=self._journal.operator.user_id,
                registrations=str(rehearsal.cases),
                differing=str(rehearsal.differences),
                days=str(days),
            )

    def _limits(
        self, now: Policy, then: Policy, since: datetime, until: datetime, cancel: Event
    ) -> LimitsRehearsed:
        limits = {
            name: (_number(each.get(now)), _number(each.get(then)))
            for name in LIMITS
            if (each := SETTINGS[f"limits.{name}"]).get(now) != each.get(then)
        }
        station = f"{self._journal.station.center}{self._journal.station.machine}"
        with self._journal.database.read() as work:
            first, since = _first(work, since, until)
            # What another station's packets do, which lie here to be sent on or reviewed, counts against no limit.
            records = [
                each
                for each in _uncancelled(work.trail.from_on(first, rehearsal_limits.TELLING), cancel)
                if not each.subject or each.subject.startswith(station)
            ]
            beginning = _beginning(work, first, since, records)
        begun = sum(each.event == AuditEvent.REGISTRATION_STARTED.id for each in records)
        days = rehearsal_limits.differing_days(limits, _uncancelled(records, cancel), beginning, until)
        return LimitsRehearsed(since, len(records), begun, days)

    def _sign_ins(
        self, now: Policy, then: Policy, since: datetime, until: datetime, cancel: Event
    ) -> SignInsRehearsed:
        with self._journal.database.read() as work:
            first, since = _first(work, since, until)
            told = work.trail.from_on(first, rehearsal_waits.TELLING)
            rows = rehearsal_waits.wrong_rows(_uncancelled(told, cancel))
        differing = rehearsal_waits.differing_waits(rows, now.patience, then.patience)
        return SignInsRehearsed(since, sum(each.count for each in rows), len(rows), differing)

    def _locks(self, now: Policy, then: Policy, since: datetime, until: datetime, cancel: Event) -> LocksRehearsed:
        longer = timedelta(minutes=then.idle_lock_min - now.idle_lock_min)
        with self._journal.database.read() as work:
            first, since = _first(work, since, until)
            locks = idle_locks(_uncancelled(work.trail.from_on(first, rehearsal_locks.TELLING), cancel))
        return LocksRehearsed(since, len(locks), spared(locks, longer) if longer > timedelta(0) else None)

    def _kept(self, now: Policy, then: Policy, at: datetime) -> KeptRehearsed:
        before, after = (_days_ago(at, each.packet_kept_for_days) for each in (now, then))
        faces_now, faces_then = (_days_ago(at, each.face_template_kept_for_days) for each in (now, then))
        with self._journal.database.read() as work:
            gone = work.outbox.done_with(before, after)
            back = work.outbox.destroyed_of(after, before)
            faces = work.gallery.older(faces_then) - work.gallery.older(faces_now)
        return KeptRehearsed(gone.packets, gone.octets_here, max(faces, 0), back)

    def _cases(
        self, lines: tuple[tuple[ReviewLine, float | None], ...], cancel: Event, progress: Progress
    ) -> Iterator[Case]:
        for start in range(0, len(lines), _TOGETHER):
            _require_wanted(cancel)
            with self._journal.database.read() as work:
                told = [
                    (line, away_km, work.trail.about(line.registration_id.text, _TELLING))
                    for line, away_km in lines[start : start + _TOGETHER]
                ]
            for line, away_km, records in told:
                yield case_of(line, records, away_km)
            progress(min(start + _TOGETHER, len(lines)), len(lines))


def _told_from(now: Policy, then: Policy) -> frozenset[ToldFrom]:
    """What is to be told; of the same settings, what became of registrations."""
    differing = {each.told_by for each in SETTINGS.values() if each.get(now) != each.get(then)}
    found = frozenset(each for each in differing if isinstance(each, ToldFrom))
    return found if differing else frozenset({ToldFrom.REGISTRATIONS})


def _number(value: Value) -> float:
    assert isinstance(value, int)  # as every limit of the station is
    return value


def _uncancelled(records: Iterable[AuditRecord], cancel: Event) -> Iterator[AuditRecord]:
    _require_wanted(cancel)
    for number, each in enumerate(records):
        if number % _TOGETHER == 0:
            _require_wanted(cancel)
        yield each


def _require_wanted(cancel: Event) -> None:
    if cancel.is_set():
        raise Cancelled(CANCELLED)


def _days_ago(at: datetime, days: int | None) -> datetime:
    """What was done with before then is destroyed."""
    return datetime.min.replace(tzinfo=UTC) if days is None else at - timedelta(days=days)


def _first(work: Work, since: datetime, until: datetime) -> tuple[int, datetime]:
    """The first record since then, and from when on there are any. A station that was set up by a clock that was
    ahead began at no time that is known."""
    first = work.trail.first_at(since)
    oldest = work.trail.at(1) if first == 1 else None
    return first, oldest.at if oldest and since < oldest.at <= until else since


def _beginning(work: Work, first: int, since: datetime, records: Iterable[AuditRecord]) -> Beginning:
    """What was so before the first record: by what the store holds now, and by what became of the rest since."""
    by_registration: dict[str, list[AuditRecord]] = {}
    for each in records:
        if each.subject and each.event != AuditEvent.REGISTRATION_STARTED.id:
            by_registration.setdefault(each.subject, []).append(each)
    sealed_later = AuditEvent.PACKET_SEALED.id
    carried_on = [whose for whose, about in by_registration.items() if about[0].event != sealed_later]
    sealed: dict[str, datetime] = {}
    reviewed = set(work.review.waiting_since(since))
    for start in range(0, len(carried_on), _ASKED_TOGETHER):
        some = carried_on[start : start + _ASKED_TOGETHER]
        sealed.update(work.outbox.sealed(some))
        reviewed |= work.review.waiting_among(some)
    piles = {
        whose: pile
        for whose in carried_on
        if (pile := pile_before(by_registration[whose], is_reviewed=whose in reviewed)) is not None
    }
    for whose, state, at in work.outbox.here_since_before(since):
        if whose not in by_registration:
            piles[whose] = Pile.REVIEW if state is DeliveryState.REGISTERED else Pile.WAITING
            sealed[whose] = at
    sent = work.trail.last_before(first, rehearsal_limits.SENT, _SENT_AMONG)
    return Beginning(
        since,
        piles,
        {whose: at for whose, at in sealed.items() if at < since},
        reviewed,
        sent.at if sent else None,
        good_runs(work.trail.of_station_before(first, rehearsal_limits.HEARD)),
    )


def case_of(line: ReviewLine, records: Iterable[AuditRecord], away_km: float | None = None) -> Case:
    """``records`` are those about the registration, in order."""
    told = [Told(each.sequence, each.at, each.event, each.actor, each.detail) for each in records]
    captures = (
        *_captures([each for each in told if not is_of_introducer(each.detail)], of_introducer=False),
        *_captures([each for each in told if is_of_introducer(each.detail)], of_introducer=True),
    )
    sealed = [each.detail.get("sha256", "") for each in told if each.event == AuditEvent.PACKET_SEALED.id]
    begun = [each.detail.get("process", "") for each in told if each.event == AuditEvent.REGISTRATION_STARTED.id]
    process = _PROCESSES.get(begun[0], Process.NEW) if begun else Process.NEW
    return Case(line, captures, sealed[-1] if sealed else "", away_km, process, frozenset(_may_be_asked(told)))


def _may_be_asked(told: Iterable[Told]) -> Iterator[Further]:
    unsigned, excepted = False, set()
    for each in told:
        if each.event == AuditEvent.CONSENT_GIVEN.id:
            unsigned = True
        elif each.event == AuditEvent.PERSON_ANSWERED.id and each.detail.get("reply") == Reply.AGREED.value:
            signed = "signature" in each.detail or "cannot_sign" in each.detail
            unsigned = unsigned and not signed
        elif each.event == AuditEvent.EXCEPTION_MARKED.id and not each.is_of_introducer:
            excepted.add(each.detail.get("attribute", ""))
        elif each.event in (AuditEvent.EXCEPTION_CLEARED.id, AuditEvent.SAMPLE_CAPTURED.id):
            excepted.discard(each.detail.get("attribute", ""))
    if unsigned:
        yield Further.SIGNATURE
    if excepted:
        yield Further.EXCEPTION_PHOTO


def _captures(records: list[Told], *, of_introducer: bool) -> Iterator[KeptCapture]:
    for name, sample, judgement in kept_samples(records):
        device = number_in(sample.detail.get("quality", ""))
        station = number_in(judgement.detail.get("quality", "")) if judgement else None
        if device is not None and name in _ATTRIBUTES:
            forced = sample.detail.get("forced") == "true"
            yield KeptCapture(_ATTRIBUTES[name], device, station, forced, of_introducer)


_PROCESSES: Mapping[str, Process] = {each.value: each for each in Process}
_ATTRIBUTES: Mapping[str, BiometricAttribute] = {each.value: each for each in BiometricAttribute}


def outcome(case: Case, policy: Policy) -> Outcome:
    """How this registration goes by that policy."""
    below = tuple(each for each in case.captures if _is_below(each, policy))
    seen = {each.sign: each for each in case.line.flags if _still_seen(each, policy.review)}
    seen.pop(Sign.FORCED, None)
    if below:
        seen[Sign.FORCED] = Flag(Sign.FORCED, 0)
    seen.pop(Sign.OUTSIDE, None)
    if policy.review.fence_km is not None and case.away_km is not None and case.away_km > policy.review.fence_km:
        seen[Sign.OUTSIDE] = Flag(Sign.OUTSIDE, 0)
    weighed = tuple(Flag(sign, policy.review.weights.get(sign, 0)) for sign in seen)
    standing, _, must_be_seen = outset(weighed, case.digest or "f" * 8, policy.review)
    risk = sum(each.weight for each in weighed)
    further = case.may_be_asked.intersection(_asked_for(case, policy))
    return Outcome(below, risk, standing is Standing.WAITING, must_be_seen, further)


def _asked_for(case: Case, policy: Policy) -> Iterator[Further]:
    if policy.consent_signature_required:
        yield Further.SIGNATURE
    if Step.EXCEPTION_PHOTO in policy.steps_for(case.process):
        yield Further.EXCEPTION_PHOTO


def _is_below(capture: KeptCapture, policy: Policy) -> bool:
    if capture.attribute.modality is Modality.FACE:  # which is judged by findings, and not by a threshold
        return capture.forced
    quality = policy.rule(capture.attribute).deciding(capture.device, capture.station)
    return quality < policy.threshold(capture.attribute)


def _still_seen(flag: Flag, rules: ReviewRules) -> bool:
    """Whether what was seen then would be a sign by these rules; its figures are kept with it."""
    figures = flag.detail
    match flag.sign:
        case Sign.LIVENESS_MARGIN:
            return float(figures["value"]) - float(figures["threshold"]) < rules.liveness_margin
        case Sign.CLOCK:
            return float(figures["seconds"]) > rules.clock_tolerance_s
        case Sign.OFFICER_EXCEPTIONS:
            return float(figures["registrations"]) >= rules.officer_least
        case _:
            return True
