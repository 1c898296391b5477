"""A packet on its way: what the outbox holds and what the server answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from muster.domain.registration import RegistrationId


class DeliveryState(Enum):
    """Client states by MOSIP's names: approved packets are synced (announced), then pushed."""

    REGISTERED = "REGISTERED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    SYNCED = "SYNCED"
    PUSHED = "PUSHED"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One sealed packet. ``digest`` is the upper-case hex SHA-256 of the file's bytes."""

    packet_id: str
    registration_id: RegistrationId
    state: DeliveryState
    attempts: int
    size: int
    digest: str
    sealed_at: datetime
    next_attempt: datetime | None
    last_problem: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's word that it has the packet. ``duplicate`` says that it had it already."""

    packet_id: str
    registration_id: RegistrationId
    status: str
    received_at: datetime
    duplicate: bool
