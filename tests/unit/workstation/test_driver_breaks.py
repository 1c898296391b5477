"""A reader whose library crashes in the middle of a capture costs the officer a sentence and nothing else."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from muster.audit.catalogue import AuditEvent
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.devices.hosted_process import Patience
from muster.devices.hosting import HostedDriver
from muster.domain.biometrics import CaptureGroup
from muster.errors import DeviceUnavailable
from muster.plugins import Plugin
from muster.workstation.mailbox import Mailbox
from unit.workstation.desks import audited, capture, desk_at

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostedDriver]:
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "4")
    hosted = HostedDriver("simulated", "muster_simulated.driver:from_environment", Patience(pause_s=0.02))
    yield hosted
    hosted.close()


class CrashAtFirst(Mailbox[Frame]):
    """Whoever looks on sees one picture; then the library writes where it should not."""

    def __init__(self, driver: HostedDriver) -> None:
        super().__init__()
        self._pid = driver.pid

    def put(self, value: Frame) -> None:
        assert self._pid is not None
        os.kill(self._pid, signal.SIGSEGV)


def test_fingers_are_taken_at_the_second_try_and_the_first_counts_for_nothing(
    root: Path, driver: HostedDriver
) -> None:
    catalogue = Catalogue([Plugin("simulated", "muster-driver-simulated", lambda: driver, None)])
    catalogue.settle()
    with desk_at(root, catalogue=catalogue) as desk:
        draft = desk.enrollment.start().id
        before = audited(desk, draft)
        with pytest.raises(DeviceUnavailable) as refusal:
            desk.enrollment.capture_group(draft, CaptureGroup.LEFT_SLAP, Event(), CrashAtFirst(driver))
        assert refusal.value.sentence == (
            "The driver of the fingerprint reader broke off and is started anew. Try again in a moment."
        )
        assert audited(desk, draft) == [*before, AuditEvent.CAPTURE_FAILED.id]
        outcome = capture(desk, draft, CaptureGroup.LEFT_SLAP)  # waits until it is there again
        assert (len(outcome.samples), outcome.attempts) == (4, 1)
