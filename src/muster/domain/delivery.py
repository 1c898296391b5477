"""A packet on its way: what the outbox holds and what the server answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from muster.domain.registration import RegistrationId


class DeliveryState(Enum):
    """Client states by MOSIP's names: approved packets are synced (announced), then pushed. Ours is the last:
    the server refused it for good, and only a person can have it tried again."""

    REGISTERED = "REGISTERED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    SYNCED = "SYNCED"
    PUSHED = "PUSHED"
    GIVEN_UP = "GIVEN_UP"


class ServerStatus(StrEnum):
    """What the server says became of a packet or a registration (section 7.4); ``OTHER`` is a word we do not
    know."""

    ACCEPTED = "ACCEPTED"
    RECEIVED = "RECEIVED"
    UPLOAD_PENDING = "UPLOAD_PENDING"
    RESEND = "RESEND"
    REJECTED = "REJECTED"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"
    REPROCESS_FAILED = "REPROCESS_FAILED"
    REREGISTER = "REREGISTER"
    UIN_GENERATED = "UIN_GENERATED"
    AWAITING_INFORMATION = "AWAITING_INFORMATION"
    OTHER = "OTHER"

    @classmethod
    def _missing_(cls, value: object) -> ServerStatus:
        return cls.OTHER

    @property
    def is_final(self) -> bool:
        """Whether nothing more will become of it, so that nobody need ask again."""
        return self in _FINAL

    @property
    def is_processed(self) -> bool:
        """Whether the server has done its work and will never want the packet again."""
        return self in (ServerStatus.PROCESSED, ServerStatus.UIN_GENERATED)

    @property
    def wants_packet(self) -> bool:
        """Whether the server has not got the packet (any more), whatever it said when it was uploaded."""
        return self in (ServerStatus.RESEND, ServerStatus.UPLOAD_PENDING)


_FINAL = (ServerStatus.PROCESSED, ServerStatus.UIN_GENERATED, ServerStatus.REREGISTER, ServerStatus.REJECTED)


class PersonTold(Enum):
    """What came of telling somebody to come again (MOSIP's re-registration list)."""

    INFORMED = "informed"
    CANNOT_BE_REACHED = "cannot_inform"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One sealed packet. ``digest`` is the upper-case hex SHA-256 of the file's bytes.

    ``last_problem`` is the name of our code for what stopped the last attempt, ``server_code`` the server's own
    when it was a refusal. ``server_status`` is what the server last said became of the packet, and
    ``status_since`` when that was first heard; ``questions`` counts how often it was asked. ``destroyed_at`` says
    that the bytes are gone. ``risk`` counts what a reviewer should look at first (higher: sooner).
    ``handed_over_at`` is when a copy went out on a drive, ``person_told`` what came of telling the person to come
    again.
    """

    packet_id: str
    registration_id: RegistrationId
    state: DeliveryState
    attempts: int
    size: int
    digest: str
    sealed_at: datetime
    next_attempt: datetime | None
    last_problem: str | None
    server_code: str | None = None
    server_status: ServerStatus | None = None
    status_since: datetime | None = None
    questions: int = 0
    next_question: datetime | None = None
    destroyed_at: datetime | None = None
    risk: int = 0
    handed_over_at: datetime | None = None
    person_told: PersonTold | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the schedule lets it be sent now."""
        return self.next_attempt is None or self.next_attempt <= now

    def is_to_be_asked(self, now: datetime) -> bool:
        return (self.is_under_way or self.is_carried) and (self.next_question is None or self.next_question <= now)

    @property
    def is_unsent(self) -> bool:
        """Whether it waits for being sent."""
        return self.state in (DeliveryState.APPROVED, DeliveryState.SYNCED)

    @property
    def is_carried(self) -> bool:
        """Whether a copy is on its way by hand, so that the server may have it though we did not send it."""
        return self.is_unsent and self.handed_over_at is not None

    @property
    def is_under_way(self) -> bool:
        """Whether the server has it and has not said its last word."""
        final = self.server_status is not None and self.server_status.is_final
        return self.state is DeliveryState.PUSHED and not final

    @property
    def is_done_with(self) -> bool:
        """Whether the server has processed it, so that its bytes will never be wanted again."""
        processed = self.server_status is not None and self.server_status.is_processed
        return self.state is DeliveryState.PUSHED and processed

    @property
    def needs_somebody(self) -> bool:
        """Whether it goes no further unless a person does something."""
        to_be_told = self.server_status is ServerStatus.REREGISTER and self.person_told is None
        return self.state is DeliveryState.GIVEN_UP or to_be_told


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's word that it has the packet. ``duplicate`` says that it had it already."""

    packet_id: str
    registration_id: RegistrationId
    status: str
    received_at: datetime
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Pile:
    """Packets in one state: how many, how large in all, of that what still lies here, and when the first was
    sealed."""

    packets: int = 0
    octets: int = 0
    octets_here: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendingTerms:
    """What people at this station decided about sending; a line without ``bytes_per_second`` may be used up."""

    is_paused: bool = False
    bytes_per_second: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What waits, and how long sending it takes. ``line_bytes_per_second`` is what the last uploads got, ``takes``
    an estimate from it; either is absent while nothing was sent yet."""

    packets: int
    octets: int
    terms: SendingTerms
    line_bytes_per_second: int | None
    takes: timedelta | None


@dataclass(frozen=True, slots=True)
class CarriedPacket:
    """A packet of another station that goes on from here. ``came_from`` is the key index of that station's machine
    key; the rest is as in :class:`OutboxEntry`."""

    packet_id: str
    came_from: str
    came_at: datetime
    size: int
    digest: str
    state: DeliveryState = DeliveryState.APPROVED
    attempts: int = 0
    next_attempt: datetime | None = None
    last_problem: str | None = None
    server_code: str | None = None

    @property
    def is_unsent(self) -> bool:
        return self.state in (DeliveryState.APPROVED, DeliveryState.SYNCED)

    def is_due(self, now: datetime) -> bool:
        return self.next_attempt is None or self.next_attempt <= now
