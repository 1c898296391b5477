"""The clock beside an exchange."""

from __future__ import annotations

import time
from threading import Event

from muster.upload.deadline import Deadline


class _Line:
    """A connection that takes a while to hang up; also the stream over it."""

    def __init__(self) -> None:
        self.is_being_shut = Event()
        self.is_shut = False

    def get_extra_info(self, _what: str) -> _Line:
        return self

    def dup(self) -> _Line:
        return self

    def shutdown(self, _how: int) -> None:
        self.is_being_shut.set()
        time.sleep(0.05)
        self.is_shut = True

    def close(self) -> None:
        """Nothing is left open."""


def test_an_exchange_does_not_end_while_it_is_hung_up_on() -> None:
    line, deadline = _Line(), Deadline(0.01)
    deadline.begin(0)
    deadline.trace("connection.connect_tcp.complete", {"return_value": line})
    assert line.is_being_shut.wait(5)
    deadline.end()
    assert line.is_shut
    assert deadline.has_passed
    deadline.close()
