"""Sending what was accepted on to the national system, as a station would: packets announced, then uploaded;
enrollments, where such are taken there, as they are known here, whole.

A packet is sealed anew for the national system's certificate once (``packet.resealing``), the bytes are kept,
and what was announced is what is sent, however often the hub is killed meanwhile. What follows from a refusal,
and when to try again, is what stations go by (``upload.remedies``, ``upload.schedule``).
"""

from __future__ import annotations

import hashlib
import random
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from muster.clock import Clock
from muster.crypto.envelope import encrypt
from muster.errors import MusterError, NotAuthentic, StorageUnavailable
from muster.packet.resealing import reseal
from muster.receiver.forwarding_queue import Due, EnrollmentQueue, ForwardingQueue, Going, PacketQueue, Resealed
from muster.receiver.objects import OBJECT_MISSING, store
from muster.receiver.storage import Storage, new_object_name
from muster.upload.remedies import NOT_SAID, PacketRefused, Remedy, what_follows
from muster.upload.schedule import next_attempt
from muster.upload.target import Announcement, Target
from muster.upload.transport import ServerBusy

log = structlog.get_logger("muster.receiver")
_SUPERVISED = "APPROVED"
_ROUND_S = 10.0


class Line(ABC):
    """The way to the national system. ``takes_packets`` where what is sent there is the packet; else enrollments
    are, and the target makes one of what a packet holds."""

    takes_packets = True

    @abstractmethod
    def to(self, due: Due) -> AbstractContextManager[Target]:
        """For what is due."""


class _LeaseLost(Exception):
    """Another process has it by now."""


class Forwarding:
    """``line`` raises what the target's verbs raise. Queues take turns: many of one kind keep nothing of the other
    waiting."""

    def __init__(
        self,
        storage: Storage,
        packets: PacketQueue,
        line: Line,
        clock: Clock,
        enrollments: EnrollmentQueue | None = None,
    ) -> None:
        self._storage = storage
        self._packets = packets
        self._queues: deque[ForwardingQueue] = deque([packets] if enrollments is None else [packets, enrollments])
        self._line = line
        self._clock = clock

    def round(self, going_on: Callable[[], bool] = lambda: True, for_s: float = _ROUND_S) -> int:
        """Send what is due, until the national system is in trouble, ``going_on`` says no, or another job should
        have its turn. How many went. Raises ``StorageUnavailable``."""
        sent, until = 0, time.monotonic() + for_s
        while going_on():
            queue, due = self._next()
            if due is None:
                break
            problem = self._send(queue, due)
            if problem is None:
                sent += 1
            elif problem is Remedy.BLOCKED:
                break
            if time.monotonic() >= until:
                break
        return sent

    def _next(self) -> tuple[ForwardingQueue, Due | None]:
        due = None
        for _ in range(len(self._queues)):
            self._queues.rotate()
            due = self._queues[0].take()
            if due is not None:
                break
        return self._queues[0], due

    def _send(self, queue: ForwardingQueue, due: Due) -> Remedy | None:
        try:
            with self._line.to(due) as target:
                made = self._gone_to(target, due)
        except MusterError as error:
            return self._failed(queue, due, error)
        except _LeaseLost:
            return self._left_to_another(due)
        if not queue.sent(due):
            return self._left_to_another(due)
        if made is not None:
            self._delete(made)
        log.info("forwarded", **{due.what.value: due.number}, attempts=due.attempts)
        return None

    def _left_to_another(self, due: Due) -> Remedy:
        """Who has the lease by now sends what lies ready, and settles it."""
        log.warning("forwarding took longer than its lease", **{due.what.value: due.number})
        return Remedy.LATER

    def _gone_to(self, target: Target, due: Due) -> Resealed | None:
        """What lies ready for it no longer has to. Raises ``_LeaseLost``."""
        if due.what is Going.ENROLLMENT or not self._line.takes_packets:
            target.upload(due.number, b"")
            return due.resealed
        certificate = target.certificate()
        made = due.resealed or self._sealed(due, certificate)
        entry = self._storage.announcement(due.number) or {}
        target.announce_each([_announced(due.number, entry, made)], certificate).require(due.number)
        target.upload(due.number, self._content(made))
        return made

    def _sealed(self, due: Due, certificate: bytes) -> Resealed:
        content = reseal(self._storage.packet(due.number), self._storage.key, partial(encrypt, certificate))
        digest = hashlib.sha256(content).hexdigest()
        made = Resealed(new_object_name("forwards", due.number), digest, len(content))
        store(self._storage.objects, made.object_name, content)
        if not self._packets.sealed(due, made):
            self._delete(made)  # announced is only what is recorded
            raise _LeaseLost
        return made

    def _delete(self, made: Resealed) -> None:
        with suppress(StorageUnavailable):  # what stays is swept
            self._storage.objects.delete(made.object_name)

    def _content(self, made: Resealed) -> bytes:
        return self._storage.objects.get(made.object_name)

    def _failed(self, queue: ForwardingQueue, due: Due, error: MusterError) -> Remedy:
        told = error.server_code if isinstance(error, PacketRefused) else NOT_SAID
        code = error.code.name if told == NOT_SAID else told
        is_missing = error.code is OBJECT_MISSING
        # What is wrong with what the hub itself keeps concerns this one only.
        only_this = is_missing or isinstance(error, NotAuthentic)
        remedy = Remedy.LATER if only_this else what_follows(error, due.told_before)
        log.warning("forwarding failed", **{due.what.value: due.number}, code=code, remedy=remedy.name.lower())
        if remedy is Remedy.GIVE_UP:
            queue.refused(due, code)
        else:
            queue.again_at(due, self._later(due, error), code, anew=is_missing)
        return remedy

    def _later(self, due: Due, error: MusterError) -> datetime:
        chance = random.random()  # noqa: S311 - spreads retries, hides nothing
        if isinstance(error, ServerBusy):
            return next_attempt(due.attempts + 1, self._clock(), chance=chance, asked_to_wait=error.wait)
        return next_attempt(due.attempts + 1, self._clock(), chance=chance)


def going_on(storage: Storage, line: Line, clock: Clock) -> Forwarding:
    """From now on what ``storage`` accepts goes on."""
    storage.forwards = PacketQueue(storage.database, clock)
    storage.enrollment_forwards = None if line.takes_packets else EnrollmentQueue(storage.database, clock)
    return Forwarding(storage, storage.forwards, line, clock, storage.enrollment_forwards)


def _announced(packet_id: str, entry: Mapping[str, Any], made: Resealed) -> Announcement:
    """What the station announced, with the digest and size the packet has now."""

    def text(name: str) -> str | None:
        value = entry.get(name)
        return value if isinstance(value, str) and value else None

    return Announcement(
        registration_id=str(entry.get("registrationId")),
        packet_id=packet_id,
        process=str(entry.get("registrationType")),
        digest=made.digest.upper(),
        size=made.size,
        language=str(entry.get("langCode")),
        supervisor_status=text("supervisorStatus") or _SUPERVISED,
        supervisor_comment=text("supervisorComment") or "",
        additional_info_request=text("additionalInfoReqId"),
        name=text("name"),
        phone=text("phone"),
        email=text("email"),
    )
