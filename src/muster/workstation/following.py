"""What becomes of packets once the server has them: asked, noted, and acted on.

Rules:

1. Questions are few: many packets in one, on a schedule of minutes that grow to half a day, kept with each packet.
2. The server's word stands beside our own state; nothing it says is lost, nothing it says is guessed.
3. A packet it wants again is sent as it was sealed, never sealed anew (trap 2). So is one of which it says that it
   is still waiting for it: whatever told us that it had arrived was wrong.
4. Sealed bytes are destroyed once the server says that it has processed them and the policy's days have passed,
   and for no other reason.

``packetexternalstatus`` ends with ACCEPTED: the packet lies in the server's store. What the registration came to,
and that a person must come again, only ``search`` tells, so it is asked for packets that got that far; and for
packets that are named as their registration (up to 1.1.5), of which the first call knows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import random

from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import DeliveryState, OutboxEntry, Receipt, ServerStatus
from muster.domain.lifecycle import Uploaded
from muster.errors import MusterError, NetworkUnavailable, Refused
from muster.store.database import Work
from muster.upload.schedule import next_question
from muster.upload.target import Target
from muster.workstation.carrying import Carrying
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.server_session import ServerSession
from muster.workstation.submission import Submission
from muster.workstation.sync import Sync

# What a registration's status adds to ACCEPTED; its other words are about the packet, which is there.
_FURTHER = frozenset(
    {
        ServerStatus.PROCESSING,
        ServerStatus.PROCESSED,
        ServerStatus.REPROCESS_FAILED,
        ServerStatus.REREGISTER,
        ServerStatus.UIN_GENERATED,
        ServerStatus.AWAITING_INFORMATION,
        ServerStatus.REJECTED,
    }
)


class Following:
    def __init__(
        self,
        journal: Journal,
        server: ServerSession,
        sync: Sync,
        submission: Submission,
        carrying: Carrying,
        policy: Policy,
        chance: Callable[[], float] = random,
    ) -> None:
        self._journal = journal
        self._server = server
        self._sync = sync
        self._submission = submission
        self._carrying = carrying
        self._policy = policy
        self._chance = chance

    def round(self) -> tuple[Receipt, ...]:
        """Everything that is due, without anybody asking for it: send, ask, send again what is wanted again,
        destroy what is done with.

        Raises as ``Sync.deliver_all``; what did not happen is due again later.
        """
        receipts = self._sync.deliver_all(keep_slips=True)
        self._carrying.forward()
        self.ask()
        self._submission.destroy_outdated()
        self.destroy_processed()
        return receipts + self._sync.deliver_all(keep_slips=True)

    def ask(self, *, due_only: bool = True) -> None:
        """Ask the server about the packets it has. Raises ``NetworkUnavailable``, ``SignInWanted``, ``Refused``,
        ``ServerNotAuthentic``; then the questions are put off."""
        now = self._journal.now()
        asked = [each for each in self._sync.outbox() if each.is_under_way or each.is_carried]
        if due_only:
            asked = [each for each in asked if each.is_to_be_asked(now)]
        for begin in range(0, len(asked), self._policy.ask_at_once):
            batch = asked[begin : begin + self._policy.ask_at_once]
            try:
                with self._server.target() as target:
                    told = self._told(target, batch)
            except MusterError as error:
                self._note(asked[begin:], {}, code=error.code.name)
                raise
            self._note(batch, told)

    def destroy_processed(self) -> None:
        """Remove the sealed packets the policy keeps no longer."""
        days = self._policy.packet_kept_for_days
        if days is None:
            return
        limit = self._journal.now() - timedelta(days=days)
        for entry in self._sync.outbox():
            kept = entry.is_done_with and entry.destroyed_at is None
            if kept and entry.status_since is not None and entry.status_since <= limit:
                self._submission.destroy_packet(entry.packet_id)

    def _told(self, target: Target, batch: Sequence[OutboxEntry]) -> dict[str, ServerStatus]:
        """The server's word by packet."""
        names = {each.packet_id: self._journal.load(each.registration_id).filed_under.text for each in batch}
        new = [packet for packet, registration in names.items() if packet != registration]
        old = [packet for packet in names if packet not in new]
        told = target.packet_statuses(new) if new else {}
        accepted = {packet: names[packet] for packet in new if told.get(packet) is ServerStatus.ACCEPTED}
        further = _further(target, accepted)
        return told | further | (target.registration_statuses(old) if old else {})

    def _note(self, asked: Sequence[OutboxEntry], told: Mapping[str, ServerStatus], **detail: str) -> None:
        """The questions and what was answered, in one transaction."""
        now = self._journal.now()
        with self._journal.database.work() as work:
            work.record(
                AuditEvent.STATUS_ASKED,
                actor=self._journal.operator.user_id,
                packets=str(len(asked)),
                answered=str(len(told)),
                **detail,
            )
            for entry in asked:
                current = work.outbox.find(entry.packet_id)
                if current.state is not DeliveryState.PUSHED and not current.is_carried:
                    continue  # to be sent again, as somebody asked for meanwhile
                when = next_question(entry.questions + 1, now, chance=self._chance())
                work.outbox.asked(entry.packet_id, when)
                status = told.get(entry.packet_id)
                if status is not None:
                    self._hear(work, entry, status)

    def _hear(self, work: Work, entry: OutboxEntry, status: ServerStatus) -> None:
        if entry.is_carried:
            if status.wants_packet:  # announced by whoever carries it, and on its way
                return
            now = self._journal.now()
            work.registrations.append(entry.registration_id, Uploaded(now, status.value))
            work.outbox.arrived(entry.packet_id, next_question(entry.questions, now, chance=self._chance()))
            self._record(work, AuditEvent.PACKET_CARRIED, entry, status)
        if status is not entry.server_status:
            work.outbox.hear(entry.packet_id, status, self._journal.now())
            self._record(work, AuditEvent.STATUS_HEARD, entry, status)
        if status.wants_packet:
            work.outbox.advance(entry.packet_id, DeliveryState.SYNCED)
            self._record(work, AuditEvent.PACKET_WANTED_AGAIN, entry, status)

    def _record(self, work: Work, event: AuditEvent, entry: OutboxEntry, status: ServerStatus) -> None:
        work.record(
            event,
            actor=self._journal.operator.user_id,
            subject=entry.registration_id.text,
            packet=entry.packet_id,
            status=status.value,
        )


def _further(target: Target, accepted: Mapping[str, str]) -> dict[str, ServerStatus]:
    """What the registrations of accepted packets came to. A server without that call, or without an answer to it
    just now, leaves them accepted."""
    if not accepted:
        return {}
    try:
        told = target.registration_statuses(sorted(set(accepted.values())))
    except (Refused, NetworkUnavailable):
        return {}
    found = {packet: told.get(registration) for packet, registration in accepted.items()}
    return {packet: status for packet, status in found.items() if status is not None and status in _FURTHER}
