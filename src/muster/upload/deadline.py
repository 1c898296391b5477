"""An end to every exchange with a server, however slowly it goes on.

The timeouts of a connection begin anew with each octet: a server that sends one a second never runs into them, and
whoever waits for the answer waits for days. Here somebody looks at the clock from beside and hangs up: what waits
on the connection, in its handshake as well, then ends at once with an error.

The connection is the one the client tells of through httpx2's ``trace``. It is held by a handle of our own, since
TLS takes the first one over.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

_LOOK_EACH_S = 0.5


class Deadline:
    """For the exchanges of one client, one after the other. ``answer_s`` counts from when a request was sent."""

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s
        self._until: float | None = None
        self._whole_until = 0.0
        self._line: socket.socket | None = None
        self._turn = Lock()
        """Held to hang up and to go on: nobody hangs up on the exchange after the one that took too long."""
        self._is_over = Event()
        self._watch: Thread | None = None
        self.has_passed = False
        """Whether the exchange was hung up on."""

    def begin(self, sending_s: float) -> None:
        """An exchange, whose request takes at most so long before its answer is waited for."""
        with self._turn:
            self.has_passed = False
            self._until = self._whole_until = time.monotonic() + sending_s + self._answer_s
        if self._watch is None:
            self._watch = Thread(target=self._look, name="upload-deadline", daemon=True)
            self._watch.start()

    def end(self) -> None:
        """The exchange came to its end."""
        with self._turn:
            self._until = None

    def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """What the client does, as its ``trace`` extension tells."""
        with self._turn:
            if event.endswith("connect_tcp.complete"):
                self._let_go()
                self._line = told["return_value"].get_extra_info("socket").dup()
            elif event.endswith("start_tls.complete"):
                self._until = self._whole_until  # what was sent until now asked a proxy for the way, nothing else
            elif event.endswith("send_request_body.complete"):
                self._until = time.monotonic() + self._answer_s
            elif event.endswith(("response_closed.failed", "connect_tcp.failed", "start_tls.failed")):
                self._let_go()

    def close(self) -> None:
        self._is_over.set()
        if self._watch is not None:
            self._watch.join()
        self._let_go()

    def _look(self) -> None:
        while not self._is_over.wait(min(_LOOK_EACH_S, self._answer_s / 4)):
            with self._turn:
                if self._until is not None and self._line is not None and time.monotonic() > self._until:
                    self.has_passed, self._until = True, None
                    with suppress(OSError):
                        self._line.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()
