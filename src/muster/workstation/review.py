"""A supervisor's review of what was registered: looking, deciding, and signing off.

Rules:

1. A decision is durable at once, and counts once it was signed off: one proof of who decides for as many decisions
   as wait. Until then it can be taken back; a hold needs no signature.
2. Nobody reviews what they registered themselves.
3. What weighs much, and what was drawn, is approved by nobody who has not looked at it; every look is audited.
4. What is to be rejected, sent back or held goes no further from that moment on, signed off or not.
5. What the server was told of already can be approved and held, not rejected: the server decides then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from muster import base64url, durable
from muster.analysis.api import Pixels
from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_key import MachineKey
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.lifecycle import Registration, Reviewed, ReviewSigned, ReviewWanted
from muster.domain.operators import Action, Permission
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.domain.review_decision import Decision, Reason
from muster.domain.step_times import StepTimes, step_times
from muster.errors import BadInput, Code, Refused
from muster.store.carried_review import CarriedReview
from muster.store.database import Work
from muster.workstation.data_folder import DataFolder
from muster.workstation.journal import Journal
from muster.workstation.proving import Proof, Proving, words
from muster.workstation.risk import Risk
from muster.workstation.summary import Summary
from muster.workstation.trail_times import told_times

REVIEW_NOT_FOUND = Code("REVIEW_NOT_FOUND", "There is nothing to be reviewed under this number.")
REVIEW_OWN = Code("REVIEW_OWN", "You registered this person yourself, so somebody else has to decide.")
REVIEW_UNSEEN = Code("REVIEW_UNSEEN", "Look at this registration before you approve it.")
REVIEW_REASON_NEEDED = Code("REVIEW_REASON_NEEDED", "Choose a reason.")
REVIEW_REASON_UNASKED = Code(
    "REVIEW_REASON_UNASKED", "A reason is given for what is rejected or sent back, and for nothing else."
)
REVIEW_TOO_LATE = Code(
    "REVIEW_TOO_LATE",
    "The server was told of this registration already. Tell whoever runs the server what you found.",
)
REVIEW_CLOSED = Code("REVIEW_CLOSED", "This registration was decided and signed off already.")
NOTHING_TO_SIGN_OFF = Code("NOTHING_TO_SIGN_OFF", "None of your decisions waits to be signed off.")

_CARRIED = 1000
_OPEN = (Standing.WAITING, Standing.HELD, Standing.DECIDED)


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """All there is of one registration. ``summary`` is None, and there are no pictures, once the content was
    destroyed."""

    line: ReviewLine
    registration: Registration
    times: StepTimes
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class CarriedCase:
    """What another station told of a registration: its fields by their names, and its pictures."""

    line: ReviewLine
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[tuple[str, Pixels], ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A decision another station made about a packet of this one, and the names of the signs it saw."""

    registration_id: RegistrationId
    packet_id: str
    decision: Decision
    reason: Reason | None
    operator: str
    at: datetime
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What came of decisions made at another station; ``late`` came too late, or nobody asks any more."""

    done: tuple[RegistrationId, ...] = ()
    late: tuple[RegistrationId, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedOff:
    """``batch`` is the digest of the signed list; ``too_late`` are decisions that could not be carried out, which
    are open again."""

    at: datetime
    batch: str
    lines: tuple[ReviewLine, ...]
    too_late: tuple[RegistrationId, ...] = ()


class Review:
    def __init__(
        self,
        journal: Journal,
        folder: DataFolder,
        risk: Risk,
        proving: Proving,
        machine_key: MachineKey,
        summary: Callable[[RegistrationId], Summary],
        read_carried: Callable[[CarriedReview], CarriedCase],
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._risk = risk
        self._proving = proving
        self._machine_key = machine_key
        self._summary = summary
        self._read_carried = read_carried

    # Looking

    def lines(
        self, standings: Collection[Standing] = _OPEN, limit: int = 200, offset: int = 0
    ) -> tuple[ReviewLine, ...]:
        """The riskiest first; other stations' come with the first of them, whatever the limit. ``offset`` counts
        this station's own. Raises ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        if not offset:
            self._risk.catch_up()
        with self._journal.database.read() as work:
            own = work.review.page(standings, limit, offset)
            carried = () if offset else work.carried_review.lines(standings, _CARRIED)
        return tuple(sorted((*own, *carried), key=lambda each: (-each.risk, each.sealed_at)))

    def counts(self) -> dict[Standing, int]:
        """How many there are of each standing. Raises ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.read() as work:
            own, carried = work.review.counts(), work.carried_review.counts()
        return {each: own.get(each, 0) + carried.get(each, 0) for each in {*own, *carried}}

    def open(self, registration_id: RegistrationId) -> ReviewCase | CarriedCase:
        """Everything about one, which is on record. Raises ``Refused``, ``BadInput``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.work() as work:
            carried = work.carried_review.find(registration_id)
            if carried is not None:
                packet_id = carried.line.packet_id
                self._record(work, AuditEvent.REVIEW_SHOWN, registration_id, packet=packet_id)
                return self._read_carried(carried)
            line = _found(work, registration_id)
            state = work.registrations.load(registration_id)
            events = work.registrations.events(registration_id)
            told = work.trail.about(registration_id.text)
            self._record(work, AuditEvent.REVIEW_SHOWN, registration_id, packet=line.packet_id)
        if not (state.samples or state.demographics or state.documents):
            return ReviewCase(line, state, told_times(told), None)
        return ReviewCase(line, state, step_times(events), self._summary(registration_id))

    # Deciding

    def decide(
        self, registration_id: RegistrationId, decision: Decision, reason: Reason | None = None
    ) -> ReviewLine:
        """Instead of an earlier decision that was not signed off. Raises ``Refused``, ``BadInput``."""
        return self._decide((registration_id,), decision, reason)[0]

    def approve(self, registrations: Collection[RegistrationId]) -> tuple[ReviewLine, ...]:
        """Several at once, all or none: raises ``Refused`` where one must be looked at first."""
        return self._decide(registrations, Decision.APPROVE, None)

    def _decide(
        self, registrations: Iterable[RegistrationId], decision: Decision, reason: Reason | None
    ) -> tuple[ReviewLine, ...]:
        if decision.needs_reason and reason is None:
            raise BadInput(REVIEW_REASON_NEEDED)
        if reason is not None and not decision.needs_reason:
            raise BadInput(REVIEW_REASON_UNASKED)
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.REVIEW, work)
            return tuple(self._decide_one(work, each, decision, reason) for each in registrations)

    def _decide_one(
        self, work: Work, registration_id: RegistrationId, decision: Decision, reason: Reason | None
    ) -> ReviewLine:
        carried = work.carried_review.find(registration_id)
        if carried is not None:
            return self._decide_carried(work, carried.line, decision, reason)
        line = _found(work, registration_id)
        state, entry = work.registrations.load(registration_id), work.outbox.find(line.packet_id)
        self._require_decidable(work, line, state, entry, decision)
        now, me = self._journal.now(), self._journal.operator.user_id
        if decision is not Decision.APPROVE and entry.is_unsent and not entry.is_carried:
            if not state.awaits_approval:
                work.registrations.append(registration_id, ReviewWanted(now, line.packet_id))
            work.outbox.set_review(line.packet_id, DeliveryState.REGISTERED)
        work.registrations.append(registration_id, Reviewed(now, me, line.packet_id, decision, reason))
        standing = Standing.DECIDED if decision.needs_sign_off else Standing.HELD
        line = replace(line, standing=standing, decision=decision, reason=reason, decided_by=me, decided_at=now)
        work.review.change(line)
        said = {"reason": reason.value} if reason else {}
        signs = _signs_of(line)
        self._record(
            work, AuditEvent.REVIEW_DECIDED, registration_id, decision=decision.value, signs=signs, **said
        )
        return line

    def _decide_carried(
        self, work: Work, line: ReviewLine, decision: Decision, reason: Reason | None
    ) -> ReviewLine:
        """Whose events are elsewhere: here it is the line alone that says what was decided."""
        now, me = self._journal.now(), self._journal.operator.user_id
        if line.standing is Standing.CLOSED:
            raise Refused(REVIEW_CLOSED)
        if decision is Decision.APPROVE and line.must_be_seen and not _was_seen(work, line, me):
            raise Refused(REVIEW_UNSEEN)
        standing = Standing.DECIDED if decision.needs_sign_off else Standing.HELD
        line = replace(line, standing=standing, decision=decision, reason=reason, decided_by=me, decided_at=now)
        work.carried_review.change(line)
        self._record(
            work,
            AuditEvent.REVIEW_DECIDED,
            line.registration_id,
            decision=decision.value,
            signs=_signs_of(line),
            station=line.station,
        )
        return line

    def _require_decidable(
        self, work: Work, line: ReviewLine, state: Registration, entry: OutboxEntry, decision: Decision
    ) -> None:
        me = self._journal.operator.user_id
        if me in (state.started.operator, line.officer):
            raise Refused(REVIEW_OWN)
        if line.standing is Standing.CLOSED:
            raise Refused(REVIEW_CLOSED)
        if decision is Decision.APPROVE and line.must_be_seen and not _was_seen(work, line, me):
            raise Refused(REVIEW_UNSEEN)
        if decision.needs_reason and not _is_here(entry, state):
            raise Refused(REVIEW_TOO_LATE)

    # Signing off

    def to_sign_off(self) -> tuple[ReviewLine, ...]:
        """This supervisor's decisions that do not count yet. Raises ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.read() as work:
            return _decided_by(work, self._journal.operator.user_id)

    def sign_off(self, proof: Proof) -> SignedOff:
        """One proof for all of them. Raises ``SignInRefused``, ``Refused``, ``KeyUnavailable``."""
        if not self.to_sign_off():
            raise Refused(NOTHING_TO_SIGN_OFF)
        me = self._journal.operator.user_id
        way = self._proving.prove(Action.CONFIRM, me, proof)
        gone: list[str] = []
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.REVIEW, work)
            decided = _decided_by(work, me)
            late = tuple(each for each in decided if self._is_too_late(work, each))
            lines = tuple(each for each in decided if each not in late)
            now = self._journal.now()
            statement = _statement(me, lines)
            batch = hashlib.sha256(statement).hexdigest()
            signature = base64url.encode(self._machine_key.sign(statement)) if lines else ""
            for line in late:
                work.review.change(replace(line, standing=Standing.WAITING))
            for line in lines:
                assert line.decision is not None
                if line.station:
                    work.carried_review.change(replace(line, standing=Standing.CLOSED))
                else:
                    signed = ReviewSigned(now, me, line.packet_id, line.decision, line.reason, batch, signature)
                    work.registrations.append(line.registration_id, signed)
                    if self._carry_out(work, line):
                        gone.append(line.packet_id)
                self._record(
                    work,
                    AuditEvent.REVIEW_SIGNED,
                    line.registration_id,
                    decision=line.decision.value,
                    reason=line.reason.value if line.reason else "-",
                    packet=line.packet_id,
                    batch=batch,
                )
            work.record(
                AuditEvent.REVIEW_SIGNED_OFF,
                actor=me,
                decisions=str(len(lines)),
                too_late=str(len(late)),
                batch=batch,
                signature=signature,
                by=words(way),
            )
        self._destroy(gone)
        return SignedOff(now, batch, lines, tuple(each.registration_id for each in late))

    def _is_too_late(self, work: Work, line: ReviewLine) -> bool:
        assert line.decision is not None
        own = line.decision.needs_reason and not line.station
        return own and not _is_still_here(work, line)

    def _carry_out(self, work: Work, line: ReviewLine) -> bool:
        """Whether the packet's file is to be destroyed: a draft is sealed anew."""
        if line.decision is Decision.SEND_BACK:
            work.outbox.remove(line.packet_id)
            work.review.remove(line.registration_id)
            return True
        entry = work.outbox.find(line.packet_id)
        if line.decision is Decision.REJECT:
            work.outbox.set_review(line.packet_id, DeliveryState.REJECTED)
        elif entry.state is DeliveryState.REGISTERED:
            work.outbox.set_review(line.packet_id, DeliveryState.APPROVED)
        work.review.change(replace(line, standing=Standing.CLOSED))
        return False

    def _destroy(self, packets: Iterable[str]) -> None:
        """The files of what was sent back."""
        for packet_id in packets:
            with durable.disk_errors():
                self._folder.packet(packet_id).unlink(missing_ok=True)

    # What another station decided

    def carry_out_elsewhere(self, station: str, key: str, decisions: Iterable[Foreign], token: str) -> Elsewhere:
        """``key`` is the fingerprint of the station's, ``token`` the signed list they stand in, whose digest is
        their batch. A hold changes nothing here. Raises ``Refused``."""
        batch, signature = hashlib.sha256(token.encode()).hexdigest(), token.rpartition(".")[2]
        done: list[RegistrationId] = []
        late: list[RegistrationId] = []
        gone: list[str] = []
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.REVIEW, work)
            for each in decisions:
                line = work.review.find(each.registration_id)
                if line is None or not self._may_be_carried_out(work, line, key, each):
                    late.append(each.registration_id)
                    continue
                who = f"{each.operator}@{station}"
                now = self._journal.now()
                said = (line.packet_id, each.decision, each.reason)
                work.registrations.append(line.registration_id, Reviewed(now, who, *said))
                work.registrations.append(line.registration_id, ReviewSigned(now, who, *said, batch, signature))
                line = replace(
                    line, decision=each.decision, reason=each.reason, decided_by=who, decided_at=each.at
                )
                if self._carry_out(work, line):
                    gone.append(line.packet_id)
                done.append(line.registration_id)
                self._record(
                    work,
                    AuditEvent.REVIEW_CAME_BACK,
                    line.registration_id,
                    decision=each.decision.value,
                    reason=each.reason.value if each.reason else "-",
                    by=who,
                    signs=" ".join(each.signs) or "-",
                    batch=batch,
                )
            counted = {"decisions": str(len(done)), "late": str(len(late)), "batch": batch}
            me = self._journal.operator.user_id
            work.record(AuditEvent.REVIEW_SIGNED_OFF, actor=me, station=station, **counted)
        self._destroy(gone)
        return Elsewhere(tuple(done), tuple(late))

    def _may_be_carried_out(self, work: Work, line: ReviewLine, key: str, said: Foreign) -> bool:
        """About the packet that was handed out to that key, not decided here meanwhile, and not too late."""
        decided = line.standing in (Standing.DECIDED, Standing.CLOSED)
        same = line.packet_id == said.packet_id and not decided and _was_handed_out(work, line, key)
        own = said.operator in (line.officer, work.registrations.load(line.registration_id).started.operator)
        if not same or own or not said.decision.needs_sign_off:
            return False
        return not said.decision.needs_reason or _is_still_here(work, line)

    def _record(self, work: Work, event: AuditEvent, registration_id: RegistrationId, **detail: str) -> None:
        work.record(event, actor=self._journal.operator.user_id, subject=registration_id.text, **detail)


def _signs_of(line: ReviewLine) -> str:
    """As the trail holds what stood before whoever decided."""
    return " ".join(each.sign.value for each in line.flags) or "-"


def _found(work: Work, registration_id: RegistrationId) -> ReviewLine:
    line = work.review.find(registration_id)
    if line is None:
        raise BadInput(REVIEW_NOT_FOUND)
    return line


def _decided_by(work: Work, user_id: str) -> tuple[ReviewLine, ...]:
    return (*work.review.decided_by(user_id), *work.carried_review.decided_by(user_id))


def _is_here(entry: OutboxEntry, state: Registration) -> bool:
    """Whether nobody outside knows of the packet, so that it can still be kept from going. What is to be sent once
    more waits like a new one, and the server knows it."""
    untold = entry.state in (DeliveryState.REGISTERED, DeliveryState.APPROVED)
    return untold and entry.handed_over_at is None and state.synced is None and state.uploaded is None


def _is_still_here(work: Work, line: ReviewLine) -> bool:
    return _is_here(work.outbox.find(line.packet_id), work.registrations.load(line.registration_id))


def _was_seen(work: Work, line: ReviewLine, user_id: str) -> bool:
    return any(
        record.event == AuditEvent.REVIEW_SHOWN.id
        and record.actor == user_id
        and record.detail.get("packet") == line.packet_id
        for record in work.trail.about(line.registration_id.text)
    )


def _was_handed_out(work: Work, line: ReviewLine, key: str) -> bool:
    return any(
        record.event == AuditEvent.REVIEW_HANDED_OUT.id
        and record.detail.get("key") == key
        and record.detail.get("packet") == line.packet_id
        for record in work.trail.about(line.registration_id.text)
    )


def _statement(user_id: str, lines: Iterable[ReviewLine]) -> bytes:
    """What the machine key signs for a supervisor: UTF-8, one line for each decision, in the packets' order. The
    trail's records of one signing off follow each other, so that anybody can put it together from them."""
    said = sorted(
        f"{each.packet_id} {each.decision.value} {each.reason.value if each.reason else '-'}"
        for each in lines
        if each.decision is not None
    )
    return "\n".join(["muster review", user_id, *said]).encode()
