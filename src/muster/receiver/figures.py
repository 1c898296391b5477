"""What a hub's operators watch: Prometheus metrics, each process its own, with few labels and nobody's data.

Counters are of this process; what is counted in the database (``hub_packets``, ``hub_enrollments``,
``hub_stations``, ``hub_forwards``) is the same at every process, and asked for only when somebody looks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import muster
from muster.clock import Clock, rfc3339
from muster.errors import StorageUnavailable
from muster.receiver.database import Database
from muster.receiver.tables import announcement, enrollment, enrollment_forward, forward, machine, packet, refusal

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class Figures:
    """``paths`` are the routes as they are written, braces and all: the only ones that become labels."""

    def __init__(self, database: Database, clock: Clock, paths: Iterable[str]) -> None:
        self._registry = CollectorRegistry()
        self._paths = tuple(sorted(paths, key=len, reverse=True))
        self._requests = Counter(
            "hub_requests", "Requests answered.", ("path", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "hub_request_seconds", "Time to answer.", ("path",), buckets=_SECONDS, registry=self._registry
        )
        self._octets = Counter("hub_request_octets", "Octets of bodies that came.", registry=self._registry)
        self._registry.register(_Kept(database, clock))

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def counting(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            began, status = time.perf_counter(), 0

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            async def receiving() -> Message:
                message = await receive()
                self._octets.inc(len(message.get("body", b"")))
                return message

            try:
                await app(scope, receiving, sending)
            finally:
                path = self._label(scope["path"])
                method = scope["method"] if scope["method"] in ("GET", "POST", "PUT", "DELETE") else "other"
                self._requests.labels(path, method, str(status)).inc()
                self._seconds.labels(path).observe(time.perf_counter() - began)

        return counted

    def _label(self, path: str) -> str:
        asked = path.split("/")
        for each in self._paths:
            parts = each.split("/")
            if len(parts) == len(asked) and all(
                part.startswith("{") or part == own for part, own in zip(parts, asked, strict=True)
            ):
                return each
        return "other"


class _Kept:
    """Asked at each look. A database that is away is a figure as well."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        version = GaugeMetricFamily("hub_version", "Always 1.", labels=("version",))
        version.add_metric((muster.__version__,), 1)
        yield version
        try:
            yield from self._kept()
        except StorageUnavailable:
            yield GaugeMetricFamily("hub_database_up", "Whether the database answers.", 0)
        else:
            yield GaugeMetricFamily("hub_database_up", "Whether the database answers.", 1)

    def _kept(self) -> list[GaugeMetricFamily]:
        packets = GaugeMetricFamily("hub_packets", "Packets by what became of them.", labels=("standing",))
        stations = GaugeMetricFamily("hub_stations", "Stations by their standing.", labels=("standing",))
        forwards = GaugeMetricFamily("hub_forwards", "Packets to be sent on.", labels=("standing",))
        enrollments = GaugeMetricFamily(
            "hub_enrollments", "Enrollments that came as such, and how far they got.", labels=("standing",)
        )
        hour_ago = rfc3339(self._clock() - timedelta(hours=1))
        count = sa.func.count()
        with self._database.reading() as connection:
            for name, table in (("announced", announcement), ("accepted", packet), ("refused", refusal)):
                packets.add_metric((name,), connection.scalar(sa.select(count).select_from(table)) or 0)
            for standing, number in connection.execute(
                sa.select(machine.c.standing, count).group_by(machine.c.standing)
            ):
                stations.add_metric((standing,), number)
            seen = sa.select(count).select_from(machine).where(machine.c.seen_at > hour_ago)
            stations.add_metric(("heard this hour",), connection.scalar(seen) or 0)
            enrollments.add_metric(("kept",), connection.scalar(sa.select(count).select_from(enrollment)) or 0)
            for family, table in ((forwards, forward), (enrollments, enrollment_forward)):
                query = sa.select(table.c.standing, count).group_by(table.c.standing)
                for standing, number in connection.execute(query):
                    family.add_metric((standing,), number)
        return [packets, enrollments, stations, forwards]
