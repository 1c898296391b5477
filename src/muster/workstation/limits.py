"""What would stop this station, by MOSIP's limits as the server set them, and when.

Rules:

1. Said before it hurts: the desk shows what is nearest, and a trip can be tried out before anybody leaves.
2. What is reached keeps a new registration from beginning, never one from ending.
3. Nothing is counted from an event that never was: who was never online has no "days since", but a first packet
   that waits has an age.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from muster.clock import parse_rfc3339
from muster.crypto.signing import load_certificate
from muster.domain.delivery import DeliveryState, Pile
from muster.domain.limits import Limit, Trip, Unit, nearest_first, trip
from muster.errors import BadInput, Code, Refused
from muster.workstation.data_folder import DataFolder
from muster.workstation.jobs import SERVER_AHEAD, Jobs
from muster.workstation.journal import Journal
from muster.workstation.master_data import MasterData
from muster.workstation.policy import Policy
from muster.workstation.sending import LAST_SENT
from muster.workstation.server_session import SIGNER_SETTING
from muster.workstation.submission import CERTIFICATE_SETTING

STATION_STOPPED = Code(
    "STATION_STOPPED",
    "No new registration can be begun: a limit of this station is reached ({limit}). Connect to the server and "
    "send what waits, or ask your administrator.",
)
TRIP_UNUSABLE = Code("TRIP_UNUSABLE", "A trip takes from 0 to {days} days and from 0 to {people} people.")

Piles = Mapping[DeliveryState, Pile]

_WAITS_FOR_SERVER = (DeliveryState.APPROVED, DeliveryState.SYNCED, DeliveryState.GIVEN_UP)
_PACE_DAYS = 7
_TYPICAL_PACKET = 1_500_000
_MEGABYTE = 1_000_000
_CLOCK_TOLERANCE_S = 300  # the server's, for signing in (section 7.1 of the packet notes)
# MOSIP's names of how old the last good run of a job may be.
_JOB_LIMITS = {
    "master_data": "mosip.registration.masterSyncJob.frequency",
    "configuration": "mosip.registration.synchConfigDataJob.frequency",
    "users": "mosip.registration.regUserMappingSyncJob.frequency",
}


class Limits:
    def __init__(
        self, journal: Journal, folder: DataFolder, master_data: MasterData, jobs: Jobs, policy: Policy
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._master_data = master_data
        self._jobs = jobs
        self._policy = policy

    def all(self) -> tuple[Limit, ...]:
        """What stops the station soonest comes first, at the pace of the last week."""
        now = self._journal.now()
        with self._journal.database.read() as work:
            piles = work.outbox.piles()
            recent = work.outbox.sealed_between(now - timedelta(days=_PACE_DAYS), now)
        pace = _people_a_day(recent, now)
        return nearest_first(each.foreseen(pace, now) for each in self._each(piles, now))

    def try_trip(self, days: float, people: int) -> Trip:
        """Whether so many days without a network and so many people fit in. Raises ``BadInput``."""
        if not 0 <= days <= _MOST_DAYS or not 0 <= people <= _MOST_PEOPLE:
            raise BadInput(TRIP_UNUSABLE, days=_MOST_DAYS, people=_MOST_PEOPLE)
        return trip(self.all(), days, people)

    def require_open(self) -> None:
        """Raises ``Refused(STATION_STOPPED)`` when a new registration may not begin. A certificate that ended and
        a clock that is off stop sending, not registering."""
        for each in self.all():
            if each.is_reached and each.name in _STOPS_REGISTERING:
                raise Refused(STATION_STOPPED, limit=each.name)

    def _each(self, piles: Piles, now: datetime) -> Iterator[Limit]:
        allowed = self._allowed()
        waiting, review = _together(piles, *_WAITS_FOR_SERVER), _together(piles, DeliveryState.REGISTERED)
        yield Limit(
            PACKETS_WAITING,
            waiting.packets,
            allowed["packet.maximum.count.offline.frequency"],
            Unit.PACKETS,
            a_person=1,
        )
        yield Limit(PACKETS_IN_REVIEW, review.packets, allowed["reg_pak_max_cnt_apprv_limit"], Unit.PACKETS)
        yield _age(OLDEST_IN_REVIEW, review.oldest, allowed["reg_pak_max_time_apprv_limit"], now)
        last_sent = max(filter(None, (self._setting_time(LAST_SENT), waiting.oldest)), default=None)
        yield _age(
            DAYS_WITHOUT_SENDING,
            last_sent if waiting.packets else None,
            allowed["last_export_registration_config_time"],
            now,
        )
        yield from self._ages_of_jobs(allowed, now)
        yield self._disk(piles)
        yield from self._certificates(now)
        yield Limit(CLOCK_OFFSET, self._clock_offset_s(), _CLOCK_TOLERANCE_S, Unit.SECONDS)

    def _allowed(self) -> Mapping[str, float]:
        return {**self._policy.limits, **served_limits(self._master_data.configuration(), self._policy.limits)}

    def _ages_of_jobs(self, allowed: Mapping[str, float], now: datetime) -> Iterator[Limit]:
        for job, runs in self._jobs.table():
            if job.name in _JOB_LIMITS:
                yield _age(f"job_{job.name}", runs.last_good_run, allowed[_JOB_LIMITS[job.name]], now)
            if job.name == "master_data":
                most = allowed["sync_transaction_no_of_days_limit"]
                yield _age(MASTER_DATA_AGE, runs.last_good_run, most, now)

    def _disk(self, piles: Piles) -> Limit:
        """What is used beyond nothing, of what may be used before the station says that the disk is full. While a
        registration is open it takes about twice its packet."""
        free = shutil.disk_usage(self._folder.root).free
        room = max(free - self._policy.minimum_free_bytes, 0) / _MEGABYTE
        every = _together(piles, *DeliveryState)
        kept = every.octets_here / _MEGABYTE
        size = every.octets / every.packets if every.packets else _TYPICAL_PACKET
        return Limit(DISK, round(kept, 1), round(kept + room, 1), Unit.MEGABYTES, a_person=2 * size / _MEGABYTE)

    def _certificates(self, now: datetime) -> Iterator[Limit]:
        with self._journal.database.read() as work:
            kept = {
                PACKET_CERTIFICATE: work.settings.get(CERTIFICATE_SETTING),
                SIGNER_CERTIFICATE: work.settings.get(SIGNER_SETTING),
            }
        for name, pem in kept.items():
            if pem is not None:
                certificate = load_certificate(pem.encode())
                begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
                days = (ends - begins) / timedelta(days=1)
                yield _age(name, begins, round(days, 2), now)

    def _clock_offset_s(self) -> float:
        with self._journal.database.read() as work:
            ahead = work.settings.get(SERVER_AHEAD)
        return abs(float(ahead)) if ahead else 0.0

    def _setting_time(self, name: str) -> datetime | None:
        with self._journal.database.read() as work:
            text = work.settings.get(name)
        return parse_rfc3339(text) if text else None


def served_limits(configuration: Mapping[str, str], known: Iterable[str]) -> Mapping[str, float]:
    """What the server configured of the limits that are known, by MOSIP's names. What is no number says nothing; 0
    would be none and stops nobody."""
    found = {}
    for name in known:
        with suppress(ValueError, KeyError):
            if int(configuration[name]) > 0:
                found[name] = float(int(configuration[name]))
    return found


PACKETS_WAITING = "packets_waiting"
PACKETS_IN_REVIEW = "packets_in_review"
OLDEST_IN_REVIEW = "oldest_in_review"
DAYS_WITHOUT_SENDING = "days_without_sending"
MASTER_DATA_AGE = "master_data_age"
DISK = "disk"
PACKET_CERTIFICATE = "packet_certificate"
SIGNER_CERTIFICATE = "signer_certificate"
CLOCK_OFFSET = "clock_offset"
_STOPS_REGISTERING = frozenset(
    {
        PACKETS_WAITING, PACKETS_IN_REVIEW, OLDEST_IN_REVIEW, DAYS_WITHOUT_SENDING, MASTER_DATA_AGE, DISK,
        *(f"job_{name}" for name in _JOB_LIMITS),
    }
)  # fmt: skip
_MOST_DAYS, _MOST_PEOPLE = 3650, 1_000_000


def _age(name: str, since: datetime | None, most_days: float, now: datetime) -> Limit:
    """In days. What never was has no age and grows none."""
    if since is None:
        return Limit(name, 0.0, most_days, Unit.DAYS)
    return Limit(name, round(max((now - since) / timedelta(days=1), 0.0), 2), most_days, Unit.DAYS, a_day=1)


def _together(piles: Piles, *states: DeliveryState) -> Pile:
    some = [piles[state] for state in states if state in piles]
    return Pile(
        packets=sum(each.packets for each in some),
        octets=sum(each.octets for each in some),
        octets_here=sum(each.octets_here for each in some),
        oldest=min((each.oldest for each in some if each.oldest is not None), default=None),
    )


def _people_a_day(recent: Pile, now: datetime) -> float:
    """Over the last week, or since the first packet where that is less; at least a day, or a morning would be
    taken for a week."""
    if recent.oldest is None:
        return 0.0
    return recent.packets / max((now - recent.oldest) / timedelta(days=1), 1.0)
