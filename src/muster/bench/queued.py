"""Queues of packets for measuring: registrations that say they are sealed, and the files they name."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from muster.audit.catalogue import AuditEvent
from muster.clock import utc_now
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.lifecycle import Sealed, Started
from muster.domain.registration import Process, RegistrationId
from muster.workstation.desk import Desk
from muster.workstation.station import Station


def fill_queue(desk: Desk, station: Station, packets: int, content: bytes) -> list[OutboxEntry]:
    """As a week without a network leaves them; each file holds ``content``."""
    begun, digest = utc_now() - timedelta(days=7), hashlib.sha256(content).hexdigest().upper()
    entries = []
    with desk._database.work() as work:
        for number in range(1, packets + 1):
            at = begun + timedelta(seconds=number)
            registration_id = RegistrationId.compose("10001", "10001", number, at)
            packet_id = f"{registration_id.text}-10001_10001-{at:%Y%m%d%H%M%S}"
            entry = OutboxEntry(
                packet_id, registration_id, DeliveryState.APPROVED, 0, len(content), digest, at, None, None
            )
            work.registrations.start(registration_id, Started(at, Process.NEW, ("eng",), "officer", 0.1))
            work.registrations.append(registration_id, Sealed(at, packet_id, digest, len(content)))
            work.outbox.add(entry, Process.NEW, ("eng",))
            work.record(AuditEvent.PACKET_SEALED, actor="officer", subject=registration_id.text)
            entries.append(entry)
    for entry in entries:
        (station.folder.outbox / f"{entry.packet_id}.zip").write_bytes(content)
    return entries
