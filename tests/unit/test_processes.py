"""What Linux tells of running processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from muster import processes

_MIB = 1024 * 1024

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="proc(5)")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """Holds 40 MiB that it wrote to, and has worked for them."""
    code = "held = bytes([1]) * 40 * 1024 * 1024; print('ready', flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_what_a_process_holds(child: subprocess.Popen[str]) -> None:
    assert 40 * _MIB < processes.held(child.pid) <= processes.held(child.pid, "VmHWM") < 400 * _MIB


def test_the_time_it_used(child: subprocess.Popen[str]) -> None:
    used = processes.used_s(child.pid)
    assert used is not None
    assert 0 <= used < 60
    before = processes.used_s(os.getpid())
    assert before is not None
    while (now := processes.used_s(os.getpid())) == before:
        pass
    assert now is not None
    assert now > before


def test_those_it_started_and_no_others(child: subprocess.Popen[str]) -> None:
    assert child.pid in processes.started_by(os.getpid())
    assert processes.started_by(child.pid) == ()


def test_of_one_that_ended_nothing_is_told(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait(30)
    assert (processes.held(child.pid), processes.used_s(child.pid)) == (0, None)
    assert child.pid not in processes.started_by(os.getpid())
    assert processes.started_by(child.pid) == ()
