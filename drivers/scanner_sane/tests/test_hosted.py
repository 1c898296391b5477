"""The driver in its process, as the workstation uses it: killed half way, and with scanners behind a network.

``saned`` and sane-airscan are other people's: the one hands out the test device as another computer would, the
other drives our simulated eSCL scanner, so that what that one answers is what a real driver understands.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Timer

import pytest
from PIL import Image

from muster.devices.api import DeviceDescriptor, DocumentScanner, SheetFeeder
from muster.devices.conformance import conformance_context
from muster.devices.hosting import HostedDriver
from muster.errors import Cancelled, DeviceUnavailable
from simulators.escl_scanner import SimulatedScanner, running

CONTEXT = conformance_context()
WHERE = "muster_scanner_sane.driver:from_environment"
SANED = shutil.which("saned", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SANE_PORT = 6566
AIRSCAN = any(Path("/usr/lib").glob("*/sane/libsane-airscan.so.1"))
SLOW = "read-limit=1,read-limit-size=20000,read-delay=1,read-delay-duration=20000"


@contextmanager
def hosted(folder: Path, options: str = "", *, everywhere: bool = False) -> Iterator[HostedDriver]:
    """The driver's process, with that configuration of SANE."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANE_CONFIG_DIR", str(folder))
        patch.setenv("MUSTER_SANE_OPTIONS", options)
        patch.setenv("MUSTER_SANE_NETWORK", "1" if everywhere else "")
        driver = HostedDriver("scanner_sane", WHERE)
        driver.start()
        try:
            yield driver
        finally:
            driver.close()


def found_by(driver: HostedDriver) -> Sequence[DeviceDescriptor]:
    return driver.found_within(10.0)


def test_a_back_end_that_dies_half_way_is_told_and_the_next_scan_works(sane_folder: Path) -> None:
    with hosted(sane_folder, SLOW) as driver:
        (first, _) = found_by(driver)
        pid = driver.pid
        assert pid is not None
        with (
            pytest.raises(DeviceUnavailable, match="DRIVER_STOPPED"),
            driver.open(first, CONTEXT) as scanner,
        ):
            assert isinstance(scanner, DocumentScanner)
            Timer(0.1, os.kill, (pid, signal.SIGSEGV)).start()
            scanner.scan(300, Event(), lambda frame: None)
        assert until(lambda: driver.pid not in (None, pid))
        assert until(lambda: bool(found_by(driver)))
        with driver.open(first, CONTEXT) as scanner:
            assert isinstance(scanner, DocumentScanner)
            assert scanner.scan(10, Event(), lambda frame: None).content
            cancel = Event()
            Timer(0.1, cancel.set).start()
            with pytest.raises(Cancelled):
                scanner.scan(300, cancel, lambda frame: None)


def until(what: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 5
    while not (answer := what()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(answer)


@pytest.fixture
def saned(sane_folder: Path) -> Iterator[None]:
    """On SANE's own port: who asks cannot be told of another."""
    if SANED is None:
        pytest.skip("saned is not installed")
    process = subprocess.Popen(
        [SANED, "-l", "-e", "-b", "127.0.0.1", "-p", str(SANE_PORT)],
        env={**os.environ, "SANE_CONFIG_DIR": str(sane_folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if not until(_saned_listens) or process.poll() is not None:
            pytest.skip("saned cannot listen on its port")
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _saned_listens() -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", SANE_PORT), 0.2):
        return True
    return False


@pytest.mark.usefixtures("saned")
def test_a_scanner_of_another_computer_is_found_and_scans(tmp_path: Path) -> None:
    (tmp_path / "dll.conf").write_text("net\n")
    (tmp_path / "net.conf").write_text("connect_timeout = 5\n127.0.0.1\n")
    with hosted(tmp_path, everywhere=True) as driver:
        first, _ = found_by(driver)
        assert first.serial == "net:127.0.0.1:test:0"
        with driver.open(first, CONTEXT) as scanner:
            assert isinstance(scanner, SheetFeeder) and isinstance(scanner, DocumentScanner)
            page = scanner.scan(100, Event(), lambda frame: None)
            assert len(scanner.scan_stack(20, Event(), lambda frame: None).pages) == 9  # the first page counts
    with Image.open(io.BytesIO(page.content)) as image:
        assert image.size == (787, 787)


@pytest.mark.skipif(not AIRSCAN, reason="sane-airscan is not installed")
def test_a_simulated_escl_scanner_is_one_to_another_driver_as_well(tmp_path: Path) -> None:
    (tmp_path / "dll.conf").write_text("airscan\n")
    with running(SimulatedScanner(sheets=3)) as scanner:
        (tmp_path / "airscan.conf").write_text(
            f'[devices]\n"Mock Scanner" = {scanner.url}, eSCL\n[options]\ndiscovery = disable\n'
        )
        with hosted(tmp_path, everywhere=True) as driver:
            (found,) = found_by(driver)
            with driver.open(found, CONTEXT) as opened:
                assert isinstance(opened, DocumentScanner) and isinstance(opened, SheetFeeder)
                page = opened.scan(100, Event(), lambda frame: None)
                stack = opened.scan_stack(100, Event(), lambda frame: None)
                scanner.feeder = "ScannerAdfJam"
                scanner.said["POST", "ScanJobs"] = (503, {}, b"")
                with pytest.raises(DeviceUnavailable, match="SCANNER_JAMMED"):
                    opened.scan_stack(100, Event(), lambda frame: None)
    with Image.open(io.BytesIO(page.content)) as image:
        assert image.size == (850, 1169)
    assert len(stack.pages) == 3 and stack.broke_off is None
