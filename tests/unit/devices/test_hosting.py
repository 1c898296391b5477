"""Drivers in processes of their own do what they do in the program; what breaks there is told and mended."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer, active_count
from uuid import uuid4

import pytest

import simulators
from muster.clock import utc_now
from muster.devices import hosting
from muster.devices.api import (
    BiometricCapture,
    Camera,
    CaptureRequest,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    DocumentScanner,
    Driver,
)
from muster.devices.conformance import DriverConformance, conformance_context
from muster.devices.frames import Frame
from muster.devices.hosted_process import Patience
from muster.devices.hosting import HostedDriver
from muster.domain.biometrics import CaptureGroup
from muster.errors import BadInput, DeviceUnavailable

SIMULATED = "muster_simulated.driver:from_environment"
SIMULATORS = Path(simulators.__path__[0])
# A machine with too much to do must not look like a library that hangs.
HASTY = Patience(silent_s=1.0, stopping_s=3.0, ending_s=0.4, pause_s=0.02, calm_s=0.0, first_answer_s=10.0)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@contextmanager
def hosted(
    where: str, patience: Patience = HASTY, name: str = "hosted", **environment: str
) -> Iterator[HostedDriver]:
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in environment.items():
            patch.setenv(variable, value)
        patch.setenv("PYTHONPATH", str(SIMULATORS))
        driver = HostedDriver(name, where, patience)
        try:
            driver.find()
            yield driver
        finally:
            driver.close()


@contextmanager
def misbehaving(which: str, patience: Patience = HASTY, **environment: str) -> Iterator[HostedDriver]:
    with hosted(f"misbehaving_driver:{which}", patience, **environment) as driver:
        yield driver


@pytest.fixture(scope="module")
def simulated() -> Iterator[HostedDriver]:
    with hosted(
        SIMULATED, name="simulated", MUSTER_SIMULATED_SPEED="1", MUSTER_SECRET_IDV_OIDC="open sesame"
    ) as driver:
        yield driver


@pytest.fixture(scope="module")
def quick() -> Iterator[HostedDriver]:
    with hosted(SIMULATED, name="simulated", MUSTER_SIMULATED_SPEED="50") as driver:
        yield driver


@pytest.fixture(scope="module")
def context() -> DeviceContext:
    return conformance_context()


def of_kind(driver: Driver, kind: DeviceKind) -> DeviceDescriptor:
    return next(each for each in driver.find() if each.kind is kind)


def ready(driver: HostedDriver, within_s: float = 10.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if any(each.status is DeviceStatus.READY for each in driver.find()):
            return True
        time.sleep(0.01)
    return False


def until(there: Callable[[], bool], within_s: float = 10.0) -> None:
    ends = time.monotonic() + within_s
    while not there():
        assert time.monotonic() < ends
        time.sleep(0.01)


def streamed(driver: HostedDriver, context: DeviceContext, frames: int = 1) -> list[Frame]:
    """At least so many: what was on its way when that was enough comes as well."""
    seen: list[Frame] = []
    cancel = Event()

    def keep(frame: Frame) -> None:
        seen.append(frame)
        if len(seen) >= frames:
            cancel.set()

    with driver.open(of_kind(driver, DeviceKind.CAMERA), context) as camera:
        assert isinstance(camera, Camera)
        camera.stream(keep, cancel)
    return seen


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="nobody tells what a process was given")
def test_a_driver_gets_the_environment_without_the_secrets_of_services(simulated: HostedDriver) -> None:
    given = Path(f"/proc/{simulated.pid}/environ").read_bytes()
    assert b"MUSTER_SIMULATED_SPEED=1" in given
    assert b"MUSTER_SECRET" not in given and b"sesame" not in given


# -- broken in the middle of a capture

Using = Callable[[HostedDriver, DeviceContext, Callable[[], None]], None]


def use_camera(driver: HostedDriver, context: DeviceContext, begun: Callable[[], None]) -> None:
    with driver.open(of_kind(driver, DeviceKind.CAMERA), context) as camera:
        assert isinstance(camera, Camera)
        camera.stream(lambda frame: begun(), Event())


def use_reader(driver: HostedDriver, context: DeviceContext, begun: Callable[[], None]) -> None:
    with driver.open(of_kind(driver, DeviceKind.FINGERPRINT), context) as reader:
        assert isinstance(reader, BiometricCapture)
        request = CaptureRequest(CaptureGroup.LEFT_SLAP.attributes, 40, 10.0, str(uuid4()))
        reader.capture(request, Event(), lambda frame: begun())


def use_scanner(driver: HostedDriver, context: DeviceContext, begun: Callable[[], None]) -> None:
    with driver.open(of_kind(driver, DeviceKind.SCANNER), context) as scanner:
        assert isinstance(scanner, DocumentScanner)
        Timer(0.05, begun).start()  # it shows nothing before the page is there
        scanner.scan(200, Event(), lambda frame: None)


@pytest.mark.parametrize("use", [use_camera, use_reader, use_scanner])
@pytest.mark.parametrize(
    ("broken_by", "code"),
    [
        (signal.SIGKILL, "DRIVER_STOPPED"),
        (signal.SIGSEGV, "DRIVER_STOPPED"),
        (signal.SIGSTOP, "DRIVER_SILENT"),
    ],
)
def test_a_process_that_breaks_in_the_middle_is_a_fault_of_the_device_and_is_started_anew(
    simulated: HostedDriver, context: DeviceContext, use: Using, broken_by: signal.Signals, code: str
) -> None:
    assert ready(simulated)
    pid = simulated.pid
    assert pid is not None
    begun = time.monotonic()
    with pytest.raises(DeviceUnavailable) as refusal:
        use(simulated, context, lambda: os.kill(pid, broken_by))
    assert refusal.value.code.name == code
    assert "is started anew" in refusal.value.sentence
    assert time.monotonic() - begun < 5.0
    assert ready(simulated)
    assert simulated.pid not in (None, pid)


def test_until_it_is_started_anew_its_devices_are_there_and_say_what_is_the_matter() -> None:
    with hosted(SIMULATED, Patience(pause_s=30.0, first_answer_s=10.0)) as driver:
        assert driver.pid is not None
        os.kill(driver.pid, signal.SIGKILL)
        while driver.pid is not None:
            time.sleep(0.01)
        assert {each.status for each in driver.find()} == {DeviceStatus.NOT_READY}
        assert {each.problem.code.name for each in driver.find() if each.problem} == {"DRIVER_STOPPED"}


def test_what_breaks_again_and_again_is_left_alone_for_a_while(context: DeviceContext) -> None:
    patience = Patience(pause_s=0.01, calm_s=60.0, longest_pause_s=20.0, first_answer_s=10.0)
    with misbehaving("dies_at_once", patience) as driver:
        camera = DeviceDescriptor("x", DeviceKind.CAMERA, "hosted", "Beispiel", "Eye", "1", DeviceStatus.READY)
        assert driver.find() == ()
        with pytest.raises(DeviceUnavailable, match="DRIVER_RESTS"), driver.open(camera, context):
            pass
        assert driver.problem == "its process broke off (exit status 9)"


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("exits", "DRIVER_STOPPED"),
        ("aborts", "DRIVER_STOPPED"),
        ("writes_nonsense", "DRIVER_GARBLED"),
        ("writes_text", "DRIVER_GARBLED"),
        ("holds_the_lock", "DRIVER_SILENT"),
    ],
)
def test_a_library_that_breaks_its_process_is_a_fault_of_the_device(
    which: str, code: str, context: DeviceContext
) -> None:
    with misbehaving(which) as driver:
        with pytest.raises(DeviceUnavailable, match=code):
            streamed(driver, context, frames=100)
        assert ready(driver)


@pytest.mark.parametrize("which", ["deaf", "deaf_but_lively"])
def test_a_library_that_does_not_stop_when_told_to_is_stopped(which: str, context: DeviceContext) -> None:
    with misbehaving(which, replace(HASTY, stopping_s=0.3)) as driver:
        before = driver.pid
        with pytest.raises(DeviceUnavailable, match="DRIVER_SILENT"):
            streamed(driver, context)
        assert ready(driver)
        assert driver.pid != before


def test_a_process_that_never_comes_back_from_looking_is_started_anew() -> None:
    patience = Patience(silent_s=0.3, looking_s=0.2, pause_s=30.0, ending_s=0.3, first_answer_s=5.0)
    with misbehaving("never_finds", patience) as driver:
        assert (driver.find(), driver.pid) == ((), None)


def test_processes_are_started_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once they would keep the window from the processors when somebody signs in."""
    monkeypatch.setattr(hosting, "_STARTS_S", 30.0)
    monkeypatch.setenv("PYTHONPATH", str(SIMULATORS))
    first, second = (HostedDriver(each, "misbehaving_driver:never_finds", Patience()) for each in ("one", "two"))
    try:
        first.start()
        until(lambda: first.pid is not None)
        second.start()
        time.sleep(0.2)
        assert second.pid is None
        first.close()  # nobody waits for it any longer
        until(lambda: second.pid is not None)
    finally:
        first.close()
        second.close()


def test_a_process_that_cannot_be_ended_says_so_and_none_is_started_beside_it(
    context: DeviceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with misbehaving("fast") as driver:
        camera, pid = of_kind(driver, DeviceKind.CAMERA), driver.pid
        assert pid is not None
        with monkeypatch.context() as patch:
            patch.setattr(os, "killpg", lambda group, number: None)  # as in a system call that does not return
            os.kill(pid, signal.SIGSTOP)
            while driver.pid is not None:
                time.sleep(0.01)
            with pytest.raises(DeviceUnavailable, match="DRIVER_STUCK"), driver.open(camera, context):
                pass
        os.kill(pid, signal.SIGKILL)
        assert ready(driver)


# -- what comes back as it is


def test_an_error_with_a_code_only_the_driver_knows_keeps_its_sentence(context: DeviceContext) -> None:
    with misbehaving("cold") as driver:
        with pytest.raises(BadInput) as refusal:
            streamed(driver, context)
        assert refusal.value.sentence == "The lamp of the camera is cold: 4 degrees."


@pytest.mark.parametrize("which", ["raises_of_its_own", "of_floats"])
def test_what_a_driver_raises_or_hands_out_unagreed_is_a_fault_of_the_device(
    which: str, context: DeviceContext
) -> None:
    with misbehaving(which) as driver:
        before = driver.pid
        with pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"):
            streamed(driver, context)
        assert driver.pid == before


def test_the_author_sees_the_lines_that_failed_in_the_drivers_own_process(
    context: DeviceContext, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        misbehaving("raises_of_its_own", MUSTER_DRIVER_STDERR="1") as driver,
        pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"),
    ):
        streamed(driver, context)
    told = capfd.readouterr().err
    assert "Traceback" in told and "misbehaving_driver.py" in told


def test_what_a_library_prints_is_no_message(context: DeviceContext) -> None:
    with misbehaving("prints") as driver:
        assert len(streamed(driver, context, frames=3)) >= 3


def test_a_driver_that_cannot_be_made_is_listed_with_its_reason(context: DeviceContext) -> None:
    with misbehaving("cannot_be_made") as driver:
        camera = DeviceDescriptor("x", DeviceKind.CAMERA, "hosted", "Beispiel", "Eye", "1", DeviceStatus.READY)
        assert (driver.find(), driver.problem) == ((), "OSError while starting")
        with pytest.raises(DeviceUnavailable, match="DRIVER_BROKEN"), driver.open(camera, context):
            pass


def test_a_driver_whose_setting_is_wrong_is_listed_with_the_sentence() -> None:
    with hosted("muster_uvc.driver:from_environment", MUSTER_CAMERA_SETTINGS="*: size=banana") as driver:
        assert driver.problem and driver.problem.startswith(
            "The setting MUSTER_CAMERA_SETTINGS of this driver cannot be used: *: size=banana."
        )


def test_a_driver_whose_find_raises_is_listed_with_its_reason() -> None:
    with misbehaving("finds_with_an_error") as driver:
        assert (driver.find(), driver.problem) == ((), "IndexError while looking for devices")


def test_a_device_belongs_to_the_driver_that_was_started_whatever_it_calls_itself() -> None:
    with misbehaving("fast") as driver:
        assert [each.driver for each in driver.find()] == ["hosted"]


# -- pictures and time


def test_somebody_slow_sees_the_newest_picture_and_no_old_ones(context: DeviceContext) -> None:
    ages, numbers, cancel = [], [], Event()

    def look(frame: Frame) -> None:
        ages.append((utc_now() - frame.taken_at).total_seconds())
        numbers.append(frame.number)
        time.sleep(0.05)
        if len(ages) == 8:
            cancel.set()

    with misbehaving("fast") as driver, driver.open(of_kind(driver, DeviceKind.CAMERA), context) as camera:
        assert isinstance(camera, Camera)
        camera.stream(look, cancel)
    assert max(ages[1:]) < 0.3  # 8 x 0.05 s of work, and a picture every 2 ms
    assert numbers[-1] > 3 * len(numbers)


def test_what_a_function_of_the_callers_raises_ends_the_call_and_passes(context: DeviceContext) -> None:
    def refuse(frame: Frame) -> None:
        raise ZeroDivisionError

    with misbehaving("fast") as driver:
        with driver.open(of_kind(driver, DeviceKind.CAMERA), context) as camera:
            assert isinstance(camera, Camera)
            with pytest.raises(ZeroDivisionError):
                camera.stream(refuse, Event())
        assert len(streamed(driver, context, frames=2)) >= 2


def test_a_device_that_is_plugged_in_is_known_within_three_seconds(tmp_path: Path) -> None:
    plug = tmp_path / "plug"
    with misbehaving("fast", MISBEHAVING_PLUGGED=str(plug)) as driver:
        assert driver.find() == ()
        plug.touch()
        assert ready(driver, within_s=3.0)


# -- nothing stays


def test_closing_leaves_no_process_thread_or_handle(context: DeviceContext) -> None:
    gc.collect()  # else what an earlier test has left may end meanwhile
    threads, handles = active_count(), _handles()
    with misbehaving("fast") as driver:
        streamed(driver, context)
        first = driver.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        while driver.pid in (None, first):
            time.sleep(0.01)
        second = driver.pid
    assert (active_count(), _handles()) == (threads, handles)
    assert not any(_runs(pid) for pid in (first, second) if pid is not None)


def test_a_process_ends_with_the_program_even_while_a_library_holds_the_interpreters_lock(
    tmp_path: Path,
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import os, signal\n"
        "from threading import Event\n"
        "from muster.devices.conformance import conformance_context\n"
        "from muster.devices.hosted_process import Patience\n"
        "from muster.devices.hosting import HostedDriver\n"
        "driver = HostedDriver('x', 'misbehaving_driver:holds_the_lock', Patience(first_answer_s=10.0))\n"
        "with driver.open(driver.find()[0], conformance_context()) as camera:\n"
        "    print(driver.pid, flush=True)\n"
        "    camera.stream(lambda frame: os.kill(os.getpid(), signal.SIGKILL), Event())\n"
    )
    environment = os.environ | {"PYTHONPATH": str(SIMULATORS)}
    ended = subprocess.run(
        [sys.executable, str(program)], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    pid, until = int(ended.stdout), time.monotonic() + 5.0
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _runs(pid)


def _handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestASimulatedDriverInAProcess(DriverConformance):
    """The same suite as in the program."""

    @pytest.fixture(autouse=True)
    def _driver(self, quick: HostedDriver) -> None:
        self._quick = quick

    def make_driver(self) -> Driver:
        return self._quick
