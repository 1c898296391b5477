"""Other settings, tried on registrations of before: which of them would have gone otherwise.

Both sides are told by the same rules from what the trail and the list for review keep, the settings of now and
those to be tried, so that nothing differs but for the settings. Kept are the qualities of the captures that count,
the signs that were seen, how far away a packet was sealed, and its digest. Not told are, therefore,

* whether a person would have been captured again, or the best been kept with a reason;
* a sign that was not looked for then: one without weight, and a face or a clock that came closer than the limit of
  then allowed;
* what is settled elsewhere: retention, devices, what is asked of a face, the limits of the station, wrong
  passwords, the lock of the screen (``Setting.is_told_of_before``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.domain.review import Flag, ReviewLine, ReviewRules, Sign, Standing, outset
from muster.errors import CANCELLED, Cancelled
from muster.store.figures_counting import Told, is_of_introducer, kept_samples, number_in
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy

_TOGETHER = 100  # in one look at the store, so that nobody waits for it
_TELLING = (
    AuditEvent.SAMPLE_CAPTURED,
    AuditEvent.SAMPLE_JUDGED,
    AuditEvent.SAMPLE_SET_ASIDE,
    AuditEvent.EXCEPTION_MARKED,
    AuditEvent.PACKET_SEALED,
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


@dataclass(frozen=True, slots=True)
class Case:
    """What is kept of one registration. ``digest`` is its packet's (hex)."""

    line: ReviewLine
    captures: tuple[KeptCapture, ...]
    digest: str
    away_km: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """``below`` are the captures under their threshold; ``asked`` says that a supervisor is asked at all,
    ``must_be_seen`` that nobody approves without a look."""

    below: tuple[KeptCapture, ...]
    risk: int
    asked: bool
    must_be_seen: bool


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


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``cases`` were looked at; ``asked`` is of how many a supervisor is asked, before and after."""

    since: datetime
    until: datetime
    cases: int
    differing: tuple[Rehearsed, ...]
    asked: tuple[int, int]


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
        """Over what was sealed in the last ``days``; a thousand registrations take about a second. That somebody
        did is on record. Raises ``Refused``, ``Cancelled``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        until = self._journal.now()
        since = until - timedelta(days=days)
        with self._journal.database.read() as work:
            lines = work.review.sealed_between(since, until + timedelta(seconds=1))
        outcomes = [
            Rehearsed(each.line, outcome(each, now), outcome(each, then))
            for each in self._cases(lines, cancel or Event(), progress)
        ]
        differing = tuple(each for each in outcomes if each.before != each.after)
        with self._journal.database.work() as work:
            work.record(
                AuditEvent.POLICY_REHEARSED,
                actor=self._journal.operator.user_id,
                registrations=str(len(outcomes)),
                differing=str(len(differing)),
                days=str(days),
            )
        asked = (sum(each.before.asked for each in outcomes), sum(each.after.asked for each in outcomes))
        return Rehearsal(since, until, len(outcomes), differing, asked)

    def _cases(
        self, lines: tuple[tuple[ReviewLine, float | None], ...], cancel: Event, progress: Progress
    ) -> Iterator[Case]:
        for start in range(0, len(lines), _TOGETHER):
            if cancel.is_set():
                raise Cancelled(CANCELLED)
            with self._journal.database.read() as work:
                told = [
                    (line, away_km, work.trail.about(line.registration_id.text, _TELLING))
                    for line, away_km in lines[start : start + _TOGETHER]
                ]
            for line, away_km, records in told:
                yield case_of(line, records, away_km)
            progress(min(start + _TOGETHER, len(lines)), len(lines))


def case_of(line: ReviewLine, records: Iterable[AuditRecord], away_km: float | None = None) -> Case:
    """``records`` are those about the registration, in order."""
    told = [Told(each.sequence, each.at, each.event, each.actor, each.detail) for each in records]
    captures = (
        *_captures([each for each in told if not is_of_introducer(each.detail)], of_introducer=False),
        *_captures([each for each in told if is_of_introducer(each.detail)], of_introducer=True),
    )
    sealed = [each.detail.get("sha256", "") for each in told if each.event == AuditEvent.PACKET_SEALED.id]
    return Case(line, captures, sealed[-1] if sealed else "", away_km)


def _captures(records: list[Told], *, of_introducer: bool) -> Iterator[KeptCapture]:
    for name, sample, judgement in kept_samples(records):
        device = number_in(sample.detail.get("quality", ""))
        station = number_in(judgement.detail.get("quality", "")) if judgement else None
        if device is not None and name in _ATTRIBUTES:
            forced = sample.detail.get("forced") == "true"
            yield KeptCapture(_ATTRIBUTES[name], device, station, forced, of_introducer)


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
    return Outcome(below, risk, standing is Standing.WAITING, must_be_seen)


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
