"""A part of the program in a process of its own: what it is given, and when it gives way."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from muster.devices import own_process

WAITING = "code"  # of the standard library: reads what it is told until nobody tells it any more

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="groups, sessions and priorities")


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[Popen[bytes]]:
    monkeypatch.setenv("MUSTER_SECRET_EXAMPLE", "made up")
    monkeypatch.setenv("MUSTER_EXAMPLE", "made up as well")
    with own_process.start(WAITING, is_heard=False) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # its prompt: until then the system may still be giving it what it was given
        yield process
        own_process.kill(process)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="nobody tells what a process was given")
def test_it_is_given_everything_but_the_secrets_of_services(process: Popen[bytes]) -> None:
    given = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"MUSTER_EXAMPLE=" in given
    assert b"MUSTER_SECRET_" not in given


def test_it_gives_way_to_the_program_and_is_weighed_with_it(process: Popen[bytes]) -> None:
    """A session of its own would have a share of its own of the processors, whatever its priority."""
    own, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, process.pid))
    assert its > own or its == 19
    assert os.getsid(process.pid) == os.getsid(0)


def test_an_interrupt_of_the_program_is_none_of_its(process: Popen[bytes]) -> None:
    assert os.getpgid(process.pid) == process.pid != os.getpgid(0)


def test_it_ends_when_nobody_tells_it_anything_any_more(process: Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()  # as the system does for a program that is gone
    assert process.wait(30) == 0


def test_killing_one_whose_end_was_seen_does_nothing(process: Popen[bytes]) -> None:
    own_process.kill(process)
    assert process.wait(30) == -signal.SIGKILL
    own_process.kill(process)
