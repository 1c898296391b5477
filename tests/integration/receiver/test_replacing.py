"""A hub whose workers are replaced, by ones that serve, by ones that cannot, and by ones that never begin to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.receiver.conftest import workers_of
from muster.errors import MusterError
from muster.receiver.center_key import make_center_key
from muster.upload.transport import SignInWanted, Transport

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")

_OPEN, _CLOSED = "signed_requests = false\n", "signed_requests = true\n"


@dataclass
class Hub:
    process: subprocess.Popen[str]
    url: str
    folder: Path

    @property
    def told(self) -> Path:
        return self.folder / "stderr"

    @property
    def center_key(self) -> Path:
        return self.folder / "center.key"

    def reload(self, *changes: str) -> None:
        _write(self.folder, *changes)
        self.process.send_signal(signal.SIGHUP)

    def workers(self) -> set[int]:
        """Those that serve and those that do not yet."""
        return workers_of(self.process.pid)

    def serving(self) -> set[int]:
        """Those that the hub has told of, once, when they began to."""
        lines = self.told.read_text().splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return self.workers() & {each["pid"] for each in told if each["event"] == "a worker serves"}

    def answers_unsigned(self) -> bool:
        """What the settings of whoever answers say."""
        with Transport(self.url) as transport:
            try:
                transport.get("/v1/syncdata/getCertificate", {"applicationId": "KERNEL", "referenceId": "SIGN"})
            except SignInWanted:
                return False
            return True


def _write(folder: Path, *changes: str) -> None:
    said = {"center_key": f'center_key = "{folder / "center.key"}"\n'}
    said |= {each.partition(" ")[0]: each for each in changes}
    (folder / "hub.toml").write_text("workers = 2\nport = 0\nstop_within_s = 5\n" + "".join(said.values()))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("replacing")
    make_center_key(folder / "center.key")
    _write(folder, _CLOSED)
    command = [sys.executable, "-m", "muster.receiver", "--data", str(folder / "data")]
    command += ["--settings", str(folder / "hub.toml")]
    with (folder / "stderr").open("w") as told:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True)
    assert process.stdout is not None
    try:
        yield Hub(process, json.loads(process.stdout.readline())["url"], folder)
    finally:
        process.kill() if process.poll() is None else None
        process.wait(30)
        process.stdout.close()


def _soon(is_so: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        with suppress(FileNotFoundError, ProcessLookupError, MusterError):  # what ends while it is looked at
            if is_so():
                return True
        time.sleep(0.1)
    return False


def test_settings_that_cannot_be_read_change_nothing(hub: Hub) -> None:
    before = hub.workers()
    hub.reload("workers = two\n")
    time.sleep(1)  # two of the rounds in which it looks for signals
    assert hub.workers() == before
    assert not hub.answers_unsigned()


def test_settings_that_no_worker_can_serve_by_are_forgotten_and_whoever_dies_is_replaced(hub: Hub) -> None:
    before = hub.serving()
    assert len(before) == 2
    hub.reload(_OPEN, 'database = "postgresql://127.0.0.1:1/nobody?connect_timeout=1"\n')
    assert _soon(lambda: len(hub.workers() - before) == 1)  # it tries
    assert _soon(lambda: hub.workers() == before)
    for died in before:
        os.kill(died, signal.SIGKILL)
    assert _soon(lambda: len(hub.serving() - before) == 2)
    assert not hub.answers_unsigned()


def test_a_worker_that_cannot_begin_leaves_the_other_serving_until_it_can(hub: Hub) -> None:
    hidden = hub.center_key.rename(hub.folder / "hidden.key")
    dies, stays = sorted(hub.serving())
    os.kill(dies, signal.SIGKILL)
    assert _soon(lambda: len(hub.workers() - {dies, stays}) == 1)
    (trying,) = hub.workers() - {dies, stays}
    assert _soon(lambda: trying not in hub.workers())
    time.sleep(0.1)
    assert hub.process.poll() is None
    assert _soon(lambda: stays in hub.workers())
    assert not hub.answers_unsigned()
    hidden.rename(hub.center_key)
    assert _soon(lambda: len(hub.serving()) == 2)


def test_a_second_word_reaches_a_hub_whose_first_workers_never_begin(hub: Hub) -> None:
    before, never = hub.serving(), hub.folder / "never"
    os.mkfifo(never)
    hub.reload(_OPEN, f'center_key = "{never}"\n')  # whoever reads it waits for somebody who writes
    assert _soon(lambda: len(hub.workers() - before) == 1)
    for _ in range(3):  # once it was said, and twice more at once
        hub.reload(_OPEN)
        time.sleep(0.05)
    assert _soon(lambda: len(hub.serving()) == 2 and not hub.workers() & before)
    assert hub.process.poll() is None
    assert _soon(lambda: all(hub.answers_unsigned() for _ in range(4)))


def test_the_word_to_end_reaches_a_hub_whose_new_workers_never_begin(hub: Hub) -> None:
    before = hub.serving()
    hub.reload(f'center_key = "{hub.folder / "never"}"\n')
    assert _soon(lambda: len(hub.workers() - before) == 1)
    hub.process.terminate()
    assert hub.process.wait(30) == 0
