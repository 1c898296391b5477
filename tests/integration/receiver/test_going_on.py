"""Packets that wait to go on to a national system."""

from __future__ import annotations

from contextlib import AbstractContextManager

from integration.receiver.conftest import Place
from muster.receiver.forwarding import Forwarding, Line
from muster.receiver.forwarding_queue import Due, PacketQueue, Resealed
from muster.upload.remedies import PacketRefused
from muster.upload.target import Target

FIRST, SECOND = (f"{number:029}" for number in (1, 2))


def _going_on(place: Place, *packet_ids: str) -> PacketQueue:
    hub = place.open()
    hub.forwards = queue = PacketQueue(hub.database, place.clock)
    for each in packet_ids:
        hub.accept(each, b"x")
    return queue


def _taken(queue: PacketQueue) -> Due:
    due = queue.take()
    assert due is not None
    return due


def test_a_refused_packet_that_is_to_go_again_is_sealed_anew(small: Place) -> None:
    queue = _going_on(small, FIRST)
    first = _taken(queue)
    queue.sealed(first, Resealed("forwards/a", "0" * 64, 1))
    queue.refused(first, "RPR-PKR-015")
    queue.again_now(FIRST)
    assert _taken(queue).resealed is None


def test_a_packet_that_went_on_meanwhile_does_not_go_again(small: Place) -> None:
    queue = _going_on(small, FIRST)
    queue.sent(_taken(queue))
    queue.again_now(FIRST)
    assert queue.counts() == {"sent": 1}


def test_a_round_ends_in_time_though_more_is_due(small: Place) -> None:
    queue = _going_on(small, FIRST, SECOND)

    class Refusing(Line):
        def to(self, due: Due) -> AbstractContextManager[Target]:
            raise PacketRefused("RPR-PKR-015")

    Forwarding(small.open(), queue, Refusing(), small.clock).round(for_s=0)
    assert queue.counts() == {"refused": 1, "waiting": 1}
