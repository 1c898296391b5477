"""Which services answer on this computer, known before anybody asks.

One thread looks at all ports every few seconds; a closed port costs less than a millisecond. A service that is
capturing is left in peace: many answer one call at a time, and what it was a moment ago it still is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from socket import socket
from threading import Condition, Event, Thread

from muster.clock import utc_now
from muster.errors import MalformedData
from muster.formats.sbi import PORTS, SbiStatus, error_in, info_request, parse_info
from muster_sbi.believing import Found, found_in
from muster_sbi.wire import Patience, ServiceAbsurd, ServiceGone, ServiceSilent, ask, listening

EVERY_S = 2.0
_LOOK_WITHIN_S = 0.45  # what somebody who asks right after the start waits at most
_SURELY_A_CLOCK = timedelta(hours=1)
_NEWER = "1.0"
_INFO = Patience(seconds=5.0, octets=1024 * 1024)


class Watch:
    """The devices of all services. Looks for the first time when it is first asked."""

    def __init__(self, ports: Sequence[int] = PORTS, every_s: float = EVERY_S) -> None:
        self._ports = ports
        self._every_s = every_s
        self._changed = Condition()  # guards all below
        self._by_port: dict[int, tuple[Found, ...]] = {}
        self._has_looked = False
        self._in_use: set[int] = set()
        self._asked: set[int] = set()
        self._thread: Thread | None = None
        self._stop = Event()

    def devices(self) -> tuple[Found, ...]:
        """Everything that answered when last looked; waits for the first look, but not long."""
        with self._changed:
            if self._thread is None:
                self._thread = Thread(target=self._look_on, name="sbi-watch", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self._has_looked, _LOOK_WITHIN_S)
            return tuple(device for port in sorted(self._by_port) for device in self._by_port[port])

    @contextmanager
    def left_in_peace(self, port: int) -> Iterator[None]:
        """While a device of this service is in use."""
        with self._changed:
            self._in_use.add(port)
        try:
            yield
        finally:
            with self._changed:
                self._in_use.discard(port)

    def close(self) -> None:
        """Stop looking, as at the end of the program."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _look_on(self) -> None:
        while not self._stop.is_set():
            self._look()
            self._stop.wait(self._every_s)

    def _look(self) -> None:
        """Services are asked side by side: one that hangs must not hide the others."""
        deadline = time.monotonic() + _LOOK_WITHIN_S
        with self._changed:
            left = self._in_use | self._asked
        connected = listening(port for port in self._ports if port not in left)
        with self._changed:
            self._asked |= set(connected)
            self._forget(set(self._by_port) - set(connected) - left)
        askers = [
            Thread(target=self._learn, args=each, name=f"sbi-{each[0]}", daemon=True) for each in connected.items()
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            self._has_looked = True
            self._changed.notify_all()

    def _forget(self, ports: Iterable[int]) -> None:
        for port in ports:
            del self._by_port[port]

    def _learn(self, port: int, connection: socket) -> None:
        found: tuple[Found, ...] | None
        try:
            found = devices_of(port, connection)
        except ServiceSilent:
            found = None
        except (ServiceGone, ServiceAbsurd, MalformedData):
            found = ()  # something else listens there, or something that does not work
        with self._changed:
            self._asked.discard(port)
            before = self._by_port.get(port, ())
            if found is None:  # it was there, and does not answer us: somebody else has it
                found = tuple(map(_busy, before))
            else:
                found = tuple(_timed(each, before) for each in found)
            if port not in self._in_use:
                self._by_port[port] = found


def devices_of(port: int, connection: socket | None = None) -> tuple[Found, ...]:
    """What the service on ``port`` says of itself now.

    Raises ``ServiceGone``, ``ServiceSilent``, ``ServiceAbsurd``, ``MalformedData``.
    """
    answer = ask(port, "MOSIPDINFO", "/info", b"", _INFO, connection)
    if error_in(answer.body):  # a service of 1.0 has another verb
        answer = ask(port, "SBIINFO", "/info", info_request(_NEWER), _INFO)
    found = (found_in(each, port) for each in parse_info(answer.body))
    return tuple(each for each in found if each is not None)


def _timed(found: Found, before: Iterable[Found]) -> Found:
    """With the offset of its clock. Some services say when they were issued their identity instead of what time it
    is: what is far off counts only once it has been seen to move."""
    at = found.digital_id.at
    if at is None:
        return found
    offset = at - utc_now()
    then = next((each for each in before if each.digital_id.casing == found.digital_id.casing), None)
    moves = then is not None and (then.digital_id.at != at or then.clock_offset is not None)
    return replace(found, clock_offset=offset) if moves or abs(offset) < _SURELY_A_CLOCK else found


def _busy(found: Found) -> Found:
    return replace(found, device=replace(found.device, status=SbiStatus.BUSY))
