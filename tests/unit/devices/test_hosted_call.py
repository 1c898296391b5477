"""What a process may say during a call: one picture until it was looked at, and no more than was asked."""

from __future__ import annotations

import pytest

from muster.devices.hosted_call import Waiting
from muster.devices.wire import Garbled, Message

FRAME = Message("frame", 1)


def test_a_picture_before_the_last_was_looked_at_is_refused() -> None:
    waiting = Waiting()
    waiting.put(FRAME)
    assert waiting.next(0) is FRAME
    with pytest.raises(Garbled):
        waiting.put(FRAME)
    waiting.seen()
    waiting.put(FRAME)


def test_answers_without_end_are_refused() -> None:
    waiting = Waiting()
    with pytest.raises(Garbled):
        for number in range(100):
            waiting.put(Message("done", number))


def test_a_picture_is_seen_before_the_end_that_came_after_it() -> None:
    waiting = Waiting()
    waiting.put(FRAME)
    waiting.put(Message("done", 1))
    assert [getattr(waiting.next(0), "kind", None) for _ in range(3)] == ["frame", "done", None]
