"""The outbox: what waits, and bringing it to the server.

A packet is announced (RID sync) before it is uploaded; both may be repeated, the server answers the same. Every
outcome is written down with its audit record before anything else happens, so that a delivery interrupted
anywhere goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from random import random

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import DeliveryState, OutboxEntry, Receipt
from muster.domain.lifecycle import Synced, Uploaded
from muster.errors import Code, MusterError, NotAuthentic, Refused, StorageUnavailable
from muster.upload.mosip import Announcement, MosipTarget
from muster.upload.schedule import next_attempt
from muster.upload.signer import ServerNotAuthentic
from muster.workstation.data_folder import DataFolder
from muster.workstation.journal import Journal
from muster.workstation.server_session import ServerSession
from muster.workstation.submission import Submission

PACKET_FILE_MISSING = Code(
    "PACKET_FILE_MISSING", "The sealed packet is gone from this computer's disk. Tell your supervisor."
)
PACKET_FILE_CHANGED = Code(
    "PACKET_FILE_CHANGED", "The sealed packet was changed on this computer's disk. Tell your supervisor."
)


class Sync:
    def __init__(
        self,
        journal: Journal,
        folder: DataFolder,
        server: ServerSession,
        submission: Submission,
        chance: Callable[[], float] = random,
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._server = server
        self._submission = submission
        self._chance = chance

    def outbox(self) -> tuple[OutboxEntry, ...]:
        """Newest first; delivered packets stay listed."""
        with self._journal.database.read() as work:
            return work.outbox.all()

    def prepare(self) -> None:
        """Fetch what sealing needs while there is a network. Raises what ``server_certificate`` raises."""
        self._submission.server_certificate()

    def deliver(self, packet_id: str) -> Receipt:
        """Announce and upload one packet; once it is there, returns the receipt again.

        Raises ``NetworkUnavailable`` (later), ``SignInWanted``, ``ServerNotAuthentic``, ``Refused`` (the server's
        no), ``NotAuthentic`` (the file is not the one that was sealed). The failure is noted with the time of the
        next attempt.
        """
        with self._journal.database.read() as work:
            entry = work.outbox.find(packet_id)
        if entry.state is DeliveryState.PUSHED:
            return self._receipt(entry)
        try:
            with self._server.target() as target:
                return self._deliver(entry, target)
        except MusterError as error:
            self._note_failure(entry, error)
            raise

    def deliver_all(self, *, due_only: bool = True) -> tuple[Receipt, ...]:
        """Deliver what waits, stopping at the first missing network, and destroy the content of what went.

        ``due_only`` keeps to the schedule of failed attempts; a person who asks for it now need not wait.
        """
        receipts = []
        now = self._journal.now()
        for entry in reversed(self.outbox()):
            due = entry.next_attempt is None or entry.next_attempt <= now
            if entry.state is DeliveryState.PUSHED or (due_only and not due):
                continue
            try:
                receipts.append(self.deliver(entry.packet_id))
            except ServerNotAuthentic:
                raise  # whatever else waits would meet the same
            except (Refused, NotAuthentic):
                continue  # noted with the entry; the others may still go
            self._submission.destroy_content(entry.registration_id)
        return tuple(receipts)

    def _deliver(self, entry: OutboxEntry, target: MosipTarget) -> Receipt:
        content = self._read(entry)
        if entry.state is not DeliveryState.SYNCED:
            target.announce([self._announcement(entry)], self._submission.server_certificate())
            with self._journal.database.work() as work:
                work.registrations.append(entry.registration_id, Synced(self._journal.now()))
                work.outbox.advance(entry.packet_id, DeliveryState.SYNCED)
                work.record(
                    AuditEvent.PACKET_SYNCED,
                    actor=self._journal.operator.user_id,
                    subject=entry.registration_id.text,
                    packet=entry.packet_id,
                )
        answer = target.upload(entry.packet_id, content)
        now = self._journal.now()
        with self._journal.database.work() as work:
            work.registrations.append(entry.registration_id, Uploaded(now, answer.status))
            work.outbox.advance(entry.packet_id, DeliveryState.PUSHED, answer.status)
            work.record(
                AuditEvent.PACKET_UPLOADED,
                actor=self._journal.operator.user_id,
                subject=entry.registration_id.text,
                packet=entry.packet_id,
                duplicate=str(answer.duplicate).lower(),
            )
        return Receipt(entry.packet_id, entry.registration_id, answer.status, now, answer.duplicate)

    def _read(self, entry: OutboxEntry) -> bytes:
        try:
            with durable.disk_errors():
                content = self._folder.packet(entry.packet_id).read_bytes()
        except StorageUnavailable as error:
            if isinstance(error.__cause__, FileNotFoundError):  # must not keep the others from going
                raise NotAuthentic(PACKET_FILE_MISSING) from error
            raise
        if hashlib.sha256(content).hexdigest().upper() != entry.digest:
            raise NotAuthentic(PACKET_FILE_CHANGED)
        return content

    def _announcement(self, entry: OutboxEntry) -> Announcement:
        with self._journal.database.read() as work:
            process, languages = work.outbox.announcement(entry.packet_id)
            state = work.registrations.load(entry.registration_id)
        return Announcement(
            registration_id=state.filed_under.text,
            packet_id=entry.packet_id,
            process=process.value,
            digest=entry.digest,
            size=entry.size,
            language=languages[0],
            supervisor_status="APPROVED",
            additional_info_request=state.request,
        )

    def _receipt(self, entry: OutboxEntry) -> Receipt:
        uploaded = self._journal.load(entry.registration_id).uploaded
        if uploaded is None:
            raise RuntimeError("a packet that was pushed has its event in the same transaction")
        return Receipt(
            entry.packet_id, entry.registration_id, uploaded.server_status, uploaded.at, duplicate=False
        )

    def _note_failure(self, entry: OutboxEntry, error: MusterError) -> None:
        when = next_attempt(entry.attempts + 1, self._journal.now(), chance=self._chance())
        with self._journal.database.work() as work:
            if isinstance(error, Refused):
                # Announcing again repairs what the server may have forgotten or got wrong.
                work.outbox.advance(entry.packet_id, DeliveryState.APPROVED)
            work.outbox.note_failure(entry.packet_id, error.code.name, when)
            work.record(
                AuditEvent.DELIVERY_FAILED,
                actor=self._journal.operator.user_id,
                subject=entry.registration_id.text,
                code=error.code.name,
            )
