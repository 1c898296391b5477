"""Which station asks, for sure, and whether it may ask so much.

By the headers, before a body is waited for, cheapest first: the form of the signature, the machine it names, the
clock, the signature itself. When the body is here: its digest, which was signed; then, in one transaction that all
processes of the hub share, the nonce (each once) and what the station took of its share. What is refused costs a
station none of its share, so nobody can use up another's.

A request without a signature is one of a station of an earlier version, or anybody's; whether it is served at
all is the hub's setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import sqlalchemy as sa

from muster.clock import Clock, rfc3339
from muster.crypto.signing import verify
from muster.errors import BadInput, MalformedData
from muster.formats.http_signature import CLOCK_TOLERANCE, INPUT, Asked, Head, SignedRequest, parse
from muster.receiver.checks import Refusal
from muster.receiver.database import Database, is_written
from muster.receiver.machines import Heard, Machines
from muster.receiver.tables import nonce, quota

UNSIGNED = Refusal("HUB-SIG-001", "The request is not signed by a station")
UNREADABLE = Refusal("HUB-SIG-002", "The signature of the request cannot be read")
UNKNOWN = Refusal("HUB-SIG-003", "The station is not registered here")
OFF_TIME = Refusal("HUB-SIG-004", "The station's clock is too far off")
WRONG = Refusal("HUB-SIG-005", "The signature of the request is wrong")
REPLAYED = Refusal("HUB-SIG-006", "The request was taken already")
TOO_MUCH = Refusal("HUB-QTA-001", "The station asks too much; later")

# Who showed the headers in time may bring the body that much later, and only then the nonce is looked at: longer
# than the guard waits for any.
_BODY = timedelta(minutes=6)
_HEAR_EVERY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Share:
    """What one station may take of the hub. A packet has half a mebibyte; a week offline brings some hundred."""

    requests_a_minute: int = 1_200
    octets_a_day: int = 8 * 1024**3


@dataclass(frozen=True, slots=True)
class Presented:
    """A request whose headers a station signed."""

    station: Station
    request: SignedRequest


@dataclass(frozen=True, slots=True)
class Station:
    ref_id: str
    skew: timedelta


class Admission:
    def __init__(self, database: Database, machines: Machines, clock: Clock, share: Share | None = None) -> None:
        self._database = database
        self._machines = machines
        self._clock = clock
        self._share = share or Share()
        self._heard: dict[str, datetime] = {}
        self._lock = Lock()

    def presented(self, asked: Head, headers: Mapping[str, str]) -> Presented | Refusal:
        """Who asks, by the headers, with lower-case names. Raises ``StorageUnavailable``."""
        if INPUT not in headers:
            return UNSIGNED
        try:
            request = parse(asked, headers)
        except MalformedData:
            return UNREADABLE
        known = self._machines.reference_that_signs(request.key_index)
        if known is None:
            return UNKNOWN
        ref_id, public_key = known
        now = self._clock()
        skew = request.created - now
        if abs(skew) > CLOCK_TOLERANCE:
            return OFF_TIME
        if not _is_good(public_key, request):
            return WRONG
        return Presented(Station(ref_id, skew), request)

    def taken(self, presented: Presented, body: bytes) -> Station | Refusal:
        """The same, once the body is here: taken once, and no more than its share. Raises
        ``StorageUnavailable``."""
        station, request, now = presented.station, presented.request, self._clock()
        if not request.is_over(body):
            return UNREADABLE
        refusal = self._taken(station.ref_id, request, len(body), now)
        if refusal is None:
            self._hear(station.ref_id, request, station.skew, now)
        return refusal or station

    def _taken(self, ref_id: str, request: SignedRequest, octets: int, now: datetime) -> Refusal | None:
        ends_at = rfc3339(request.created + CLOCK_TOLERANCE + _BODY)
        once = self._database.insert(nonce).values(
            key_index=request.key_index, nonce=request.nonce, ends_at=ends_at
        )
        with self._database.writing() as connection:
            if not is_written(connection, once.on_conflict_do_nothing()):
                return REPLAYED
            minute = now.replace(second=0, microsecond=0)
            day = minute.replace(hour=0, minute=0)
            requests, _ = self._count(
                connection, ref_id, f"{minute:%Y-%m-%dT%H:%M}", minute + timedelta(hours=1), 0
            )
            _, taken = self._count(connection, ref_id, f"{day:%Y-%m-%d}", day + timedelta(days=2), octets)
        much = requests > self._share.requests_a_minute or taken > self._share.octets_a_day
        return TOO_MUCH if much else None

    def _count(
        self, connection: sa.Connection, ref_id: str, period: str, ends: datetime, octets: int
    ) -> tuple[int, int]:
        """What the station took in this period, with this request."""
        added = self._database.insert(quota).values(
            ref_id=ref_id, period=period, ends_at=rfc3339(ends), requests=1, octets=octets
        )
        counted = added.on_conflict_do_update(
            index_elements=[quota.c.ref_id, quota.c.period],
            set_={"requests": quota.c.requests + 1, "octets": quota.c.octets + octets},
        ).returning(quota.c.requests, quota.c.octets)
        requests, taken = connection.execute(counted).one()
        return int(requests), int(taken)

    def _hear(self, ref_id: str, request: SignedRequest, skew: timedelta, now: datetime) -> None:
        """Noted for the console, each station's every few seconds only."""
        with self._lock:
            before = self._heard.get(ref_id)
            if before is not None and now - before < _HEAR_EVERY:
                return
            self._heard[ref_id] = now
        said = request.said
        self._machines.hear(ref_id, Heard(said.version, round(skew.total_seconds(), 1), said.waiting))

    def forget_the_old(self) -> int:
        """Nonces and shares whose time is over. How many."""
        now = rfc3339(self._clock())
        with self._database.writing() as connection:
            return sum(
                connection.execute(sa.delete(table).where(table.c.ends_at < now)).rowcount
                for table in (nonce, quota)
            )


def proves_possession(
    asked: Asked, headers: Mapping[str, str], public_key: bytes, clock: Callable[[], datetime]
) -> bool:
    """Whether whoever asks holds the private half of ``public_key``: for a machine that nobody knows yet. A second
    time is no harm here."""
    try:
        request = parse(asked, headers)
        on_time = abs(request.created - clock()) <= CLOCK_TOLERANCE
        return on_time and request.is_over(asked.body) and _is_good(public_key, request)
    except BadInput:
        return False


def _is_good(public_key: bytes, request: SignedRequest) -> bool:
    try:
        return verify(public_key, request.base, request.signature)
    except BadInput:
        return False
