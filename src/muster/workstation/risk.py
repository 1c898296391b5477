"""What a registration that was sealed looks like beside the others here: its signs, and its place in the list.

Assessed in the transaction that seals, so that nothing sealed is ever without; and anew when a search for
duplicates ends later. What needs the person's content is told once: it is gone after delivery.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from muster.analysis.calibration import calibration
from muster.audit.catalogue import AuditEvent
from muster.domain.biometrics import LivenessOutcome
from muster.domain.delivery import DeliveryState
from muster.domain.lifecycle import DocumentAttached, Registration, ReviewWanted
from muster.domain.prefill import Conflict
from muster.domain.registration import RegistrationId
from muster.domain.review import Around, Flag, ReviewLine, Sign, Standing, flags, kilometres, outset
from muster.errors import MusterError
from muster.packet.contents import Position
from muster.store.database import Work
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy

Mark = Callable[[str, str], str]
Conflicts = Callable[[Registration], Iterable[Conflict]]


_TOGETHER = 50  # in one transaction
_LIVENESS, _ACCEPT = "liveness", "accept"  # its measure, and the threshold of its calibration
# MOSIP's name: Y where a supervisor approves before anything is sent.
_APPROVAL = "mosip.registration.supervisor_approval_config_flag"


def approval_wanted(configuration: Mapping[str, str]) -> bool | None:
    """What the server says about approving before anything is sent; None where it leaves it to the station."""
    return {"Y": True, "N": False}.get(configuration.get(_APPROVAL, "").strip().upper())


class Risk:
    """``mark`` recognises a value without keeping it (``crypto.keyed_hash``); ``conflicts`` is where documents
    that are sure enough say something else than what was entered."""

    def __init__(self, journal: Journal, policy: Policy, mark: Mark, conflicts: Conflicts) -> None:
        self._journal = journal
        self._conflicts = conflicts
        self._policy = policy
        self._mark = mark

    @property
    def state_when_sealed(self) -> DeliveryState:
        return DeliveryState.REGISTERED if self._policy.review.required else DeliveryState.APPROVED

    def begin(self, work: Work, registration_id: RegistrationId, here: Position | None) -> None:
        """Put what was just sealed into the list; the transaction has its audit record from whoever seals."""
        if self._policy.review.required:
            sealed = work.registrations.load(registration_id).sealed
            assert sealed is not None
            work.registrations.append(registration_id, ReviewWanted(self._journal.now(), sealed.packet_id))
        self._assess(work, registration_id, self._away(here))

    def catch_up(self) -> None:
        """What came into the store otherwise, and what was assessed before its duplicates were sought. Some at a
        time, so that nobody else waits long to write."""
        with self._journal.database.read() as work:
            wanted = (*work.review.unassessed(), *work.review.outdated())
        for start in range(0, len(wanted), _TOGETHER):
            self._catch_up_with(set(wanted[start : start + _TOGETHER]))

    def _catch_up_with(self, wanted: set[RegistrationId]) -> None:
        with self._journal.database.work() as work:
            missing = wanted.intersection(work.review.unassessed())
            outdated = wanted.intersection(work.review.outdated())
            if not (missing or outdated):  # somebody else did, or decided meanwhile
                return
            for each in missing:
                self._assess(work, each, None)
            for each in outdated:
                self._assess(work, each, work.review.away_km(each))
            count = str(len(missing) + len(outdated))
            work.record(AuditEvent.REVIEW_ASSESSED, actor=self._journal.operator.user_id, registrations=count)

    def _assess(self, work: Work, registration_id: RegistrationId, away_km: float | None) -> None:
        events = work.registrations.events(registration_id)
        state = work.registrations.load(registration_id)
        if state.sealed is None:
            return
        before, now = work.review.find(registration_id), self._journal.now()
        marks = self._marks(state.documents.values())
        around = self._around(work, state, marks, away_km)
        seen = flags(state, events, around, self._policy.review)
        if before is not None and not state.samples and not state.demographics:  # destroyed since
            seen = _with_duplicates(before.flags, seen)
        standing, drawn, must_be_seen = outset(seen, state.sealed.digest, self._policy.review)
        if state.awaits_approval:  # whether the rules ask for it now or not: it is not sent otherwise
            standing = Standing.WAITING
        if before is not None and before.standing.is_open:
            standing = before.standing
        officer = state.signed.operator if state.signed else state.started.operator
        line = ReviewLine(
            registration_id,
            state.sealed.packet_id,
            state.sealed.at,
            officer,
            seen,
            drawn,
            must_be_seen,
            state.awaits_approval,
            standing,
        )
        if before is not None:
            line = replace(
                line,
                decision=before.decision,
                reason=before.reason,
                decided_by=before.decided_by,
                decided_at=before.decided_at,
            )
        exceptions = len(state.exceptions) + len(state.introducer.exceptions)
        work.review.put(line, exceptions=exceptions, assessed_at=now, away_km=away_km)
        work.review.mark_documents(registration_id, marks)

    def _around(self, work: Work, state: Registration, marks: tuple[str, ...], away_km: float | None) -> Around:
        officer = state.signed.operator if state.signed else state.started.operator
        since = self._journal.now() - timedelta(days=self._policy.review.officer_days)
        own, others = work.review.exceptions_of(officer, since)
        return Around(
            officer=own,
            others=others,
            alike=_alike(work, state.id),
            same_document=len(work.review.with_documents(state.id, marks)),
            conflicts=len({each.field for each in self._conflicts(state)}),
            away_km=away_km,
            liveness=self._liveness(state),
        )

    def _liveness(self, state: Registration) -> tuple[float, float] | None:
        """How living the face was that the station took for a living one, and how much is enough."""
        judged = state.face_liveness
        if judged is None or judged.outcome is not LivenessOutcome.CONFIRMED or judged.signals is None:
            return None
        with suppress(MusterError, ValueError, KeyError, TypeError):  # destroyed, or of another version
            signals = json.loads(self._journal.read(state.id, judged.signals))
            accept = calibration(_LIVENESS).thresholds[_ACCEPT]
            return float(signals["measures"][_LIVENESS]["raw"]), accept
        return None

    def _marks(self, documents: Iterable[DocumentAttached]) -> tuple[str, ...]:
        """The same file, or the same number on the same kind of document."""
        marks = []
        for each in documents:
            marks.append(self._mark("document content", each.content.digest))
            number = "".join((each.facts.reference or "").split()).casefold()
            if number:
                marks.append(self._mark("document number", f"{each.facts.type_code}/{number}"))
        return tuple(marks)

    def _away(self, here: Position | None) -> float | None:
        home = self._policy.position
        if here is None or home is None:
            return None
        return kilometres((home.latitude_deg, home.longitude_deg), (here.latitude_deg, here.longitude_deg))


def _alike(work: Work, registration_id: RegistrationId) -> int:
    """How many the last search for this face found, by the trail: who they are is sealed."""
    found = 0
    for record in work.trail.about(registration_id.text):
        if record.event == AuditEvent.DUPLICATES_SOUGHT.id:
            found = 0
        elif record.event == AuditEvent.DUPLICATES_FOUND.id:
            found = int(record.detail.get("candidates", "0"))
    return found


def _with_duplicates(before: tuple[Flag, ...], now: tuple[Flag, ...]) -> tuple[Flag, ...]:
    kept = (each for each in before if each.sign is not Sign.DUPLICATES)
    return tuple(sorted((*kept, *(each for each in now if each.sign is Sign.DUPLICATES)), key=_heaviest_first))


def _heaviest_first(flag: Flag) -> int:
    return -flag.weight
