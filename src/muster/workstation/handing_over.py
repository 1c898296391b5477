"""Packets that leave on a drive, because somebody will have a network before this station does.

Rules:

1. Copies leave; the packets stay until the server says that it has processed them. A lost drive costs days.
2. The signed list is written last. A drive that was pulled out too early has no list, and nothing on it counts.
3. What is on its way is not sent from here for the policy's days, unless somebody asks. It is asked about
   meanwhile, so that a delivery is known as soon as this station has a network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import random

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.jws import sign_with_key
from muster.crypto.machine_key import MachineKey
from muster.domain.delivery import OutboxEntry
from muster.domain.operators import Permission
from muster.errors import Code, MusterError, Refused
from muster.formats.handover import HandedOver, HandoverList
from muster.upload.schedule import next_question
from muster.upload.transport import TRAINING_STAYS_HERE
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.sending import Sending
from muster.workstation.sync import Sync

NOTHING_TO_HAND_OVER = Code(
    "NOTHING_TO_HAND_OVER", "No packet waits to be sent, so there is nothing to hand over."
)

LIST_SUFFIX = ".handover"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What lies on the drive now."""

    list_file: Path
    packets: tuple[OutboxEntry, ...]


class HandingOver:
    def __init__(
        self,
        journal: Journal,
        key: MachineKey,
        sync: Sync,
        sending: Sending,
        policy: Policy,
        chance: Callable[[], float] = random,
        *,
        training: bool = False,
    ) -> None:
        self._training = training
        self._journal = journal
        self._key = key
        self._sync = sync
        self._sending = sending
        self._policy = policy
        self._chance = chance

    def export(self, folder: Path) -> HandedOut:
        """Copy every packet that waits into ``folder``, with a list that another station takes them by.

        Raises ``Refused`` (there is none, the person may not export, or the station is for training),
        ``StorageUnavailable`` (then nothing there counts), ``NotAuthentic`` for a packet that was changed on this
        disk.
        """
        self._journal.access.require(Permission.EXPORT)
        if self._training:
            raise Refused(TRAINING_STAYS_HERE)
        entries = tuple(each for each in reversed(self._sync.outbox()) if each.is_unsent)
        if not entries:
            raise Refused(NOTHING_TO_HAND_OVER)
        now = self._journal.now()
        station = self._journal.station.ref_id
        content = HandoverList(station, self._key.signing_public, now, tuple(map(self._described, entries)))
        written: list[Path] = []
        try:
            for entry in entries:
                path = folder / f"{entry.packet_id}.zip"
                durable.write(path, self._sync.read(entry))
                written.append(path)
            token = sign_with_key(self._key, content.encode(), self._key.signing_key_index)
            file = folder / f"{station}-{now:%Y%m%d%H%M%S}{LIST_SUFFIX}"
            durable.write(file, token.encode("ascii"))
        except MusterError:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        self._note(entries)
        return HandedOut(file, entries)

    def _described(self, entry: OutboxEntry) -> HandedOver:
        """Name and ways to reach the person are told to servers only."""
        said = self._sync.announcement(entry)
        return HandedOver(
            said.packet_id,
            said.registration_id,
            said.process,
            said.digest,
            said.size,
            said.language,
            said.supervisor_status,
            said.additional_info_request,
        )

    def _note(self, entries: tuple[OutboxEntry, ...]) -> None:
        now = self._journal.now()
        until = now + timedelta(days=self._policy.drive_travels_for_days)
        with self._journal.database.work() as work:
            self._sending.note_sent(work)
            for entry in entries:
                question = next_question(0, now, chance=self._chance())
                work.outbox.hand_over(entry.packet_id, now, until, question)
                work.record(
                    AuditEvent.PACKET_HANDED_OVER,
                    actor=self._journal.operator.user_id,
                    subject=entry.registration_id.text,
                    packet=entry.packet_id,
                    sha256=entry.digest,
                )
