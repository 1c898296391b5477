from __future__ import annotations

from functools import partial

import pytest

from muster.bench.memory import can_weigh, growth_in_a_fresh_process

MEBIBYTE = 1024 * 1024
pytestmark = pytest.mark.skipif(not can_weigh(), reason="only Linux sets the peak of a process back")


def take(pieces: int) -> None:
    """Hold so many mebibytes at once, and let them go."""
    assert len([b"1" * MEBIBYTE for _ in range(pieces)]) == pieces


def test_what_is_held_for_a_moment_only_is_weighed_and_what_was_held_before_is_not() -> None:
    grown = growth_in_a_fresh_process(partial(take, 200), partial(take, 50))
    assert 45 < grown / MEBIBYTE < 60
