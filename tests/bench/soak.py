"""Plug in, capture, unplug, over and over: does anything stay behind?

    python tests/bench/soak.py --minutes 60

Each turn the devices appear, each of them captures, and they are pulled out, every third time in the middle of it.
The devices are the simulated ones three times over: in this process, in a process of its own, and in one that is
killed every tenth turn; and a service of MOSIP's interface on a real port, which begins and ends with each turn:
another Muster on this computer finds it, too.

Once a minute there is a line: captures so far, and what this process and its children hold. At the end that is
compared with what was held once everything had been used: exit status 1 when there is more of it. Linux only.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from threading import Event, active_count
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from muster import processes
from muster.clock import utc_now
from muster.devices.api import (
    BiometricCapture,
    Camera,
    CaptureRequest,
    Device,
    DeviceContext,
    DeviceKind,
    DeviceStatus,
    DocumentScanner,
    Driver,
)
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import conformance_context
from muster.devices.frames import Frame
from muster.devices.hosting import HostedDriver
from muster.domain.biometrics import CaptureGroup
from muster.errors import MusterError
from muster.plugins import Plugin
from muster.workstation.devices_desk import DeviceDesk
from muster_sbi.driver import SbiDriver
from muster_sbi.watching import Watch
from muster_simulated.driver import from_environment
from simulators.sbi_service import SbiService, SimulatedDevice, running

_WHERE = "muster_simulated.driver:from_environment"
_KINDS = (DeviceKind.CAMERA, DeviceKind.FINGERPRINT, DeviceKind.IRIS, DeviceKind.SCANNER)
_UNPLUGGED = ",".join(f"{kind.name.lower()}=unplug" for kind in _KINDS)
_GROUPS = {DeviceKind.FINGERPRINT: CaptureGroup.THUMBS, DeviceKind.IRIS: CaptureGroup.IRISES}
_SBI_PORTS = range(4551, 4560)
_WITHIN_S = 30.0
_FRAMES = 5
_LOOKS = 4
_MIB = 1024 * 1024
_MORE_MEMORY = 1.10
_MORE_MIB = 10.0  # what an allocator keeps for the next time


@dataclass(frozen=True, slots=True)
class Held:
    """What is held at one moment, between two turns. ``children`` are processes; memory is what is resident."""

    minutes: float
    captures: int
    broken_off: int
    threads: int
    sockets: int
    handles: int
    children: int
    memory_mib: float
    host_mib: float

    def line(self) -> str:
        return " ".join(f"{_number(getattr(self, each.name)):>{len(each.name)}}" for each in fields(self))


HEADING = " ".join(each.name for each in fields(Held))


def _number(value: float) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def leaks(held: Sequence[Held]) -> list[str]:
    """What there is more of in the last third than in the second sixth, when everything had been used: nothing may
    be left open, and memory may waver."""
    early, late = held[len(held) // 6 : len(held) // 3 + 1], held[-(len(held) // 3 or 1) :]
    found = []
    for name in ("threads", "sockets", "handles", "children"):
        before, after = max(getattr(each, name) for each in early), min(getattr(each, name) for each in late)
        if after > before:
            found.append(f"{name}: {before}, then {after}")
    for name in ("memory_mib", "host_mib"):
        # The most of each: a host that has just begun anew holds a third less, and when is chance.
        before, after = (max(getattr(each, name) for each in part) for part in (early, late))
        if after > before * _MORE_MEMORY + _MORE_MIB:
            found.append(f"{name}: {before:.1f}, then {after:.1f}")
    return found


class Soak:
    """The devices of one run. ``plugged`` is the file the simulated ones read their faults from."""

    def __init__(self, plugged: Path, *, with_hosts: bool) -> None:
        self._plugged = plugged
        self._unplug()
        self._hosted = HostedDriver("hosted", _WHERE)
        self._killed = HostedDriver("killed", _WHERE)
        self._sbi = SbiDriver(watch=Watch(_SBI_PORTS, every_s=0.1))
        self._context = conformance_context()
        self._sbi_context = DeviceContext(utc_now, self._context.signer, trust=None)
        hosts = (self._hosted, self._killed) if with_hosts else ()
        drivers: Sequence[Driver] = (from_environment(), self._sbi, *hosts)
        # Each in a catalogue of its own: two drivers with one device would both be refused.
        self._catalogues = {
            each.name: Catalogue([Plugin(each.name, "", partial(_same, each), None)]) for each in drivers
        }
        self._desk = DeviceDesk(self._catalogues["simulated"])
        self._begun = time.monotonic()
        self._captures = 0
        self._broken_off = 0
        self._turns = 0

    def turn(self) -> None:
        """Raises ``TimeoutError`` when a device does not come, or does not go."""
        end_listening = self._desk.listen(lambda change: None)
        self._turns += 1
        with running(_service(self._turns), _SBI_PORTS):
            self._plugged.write_text("")
            for name, catalogue in self._catalogues.items():
                kinds = (DeviceKind.FINGERPRINT, DeviceKind.IRIS) if name == "sbi" else _KINDS
                _until(partial(_has, catalogue, kinds), f"{name} finds its devices")
                for kind in kinds:
                    self._use(catalogue, kind, self._sbi_context if name == "sbi" else self._context)
            if self._turns % 10 == 0 and (pid := self._killed.pid):
                os.kill(pid, signal.SIGKILL)
            if self._turns % 3 == 0:
                self._pull_out_in_the_middle()
        self._unplug()
        for name, catalogue in self._catalogues.items():
            _until(partial(_has_none, catalogue), f"{name} sees that its devices are gone")
        end_listening()

    def _unplug(self) -> None:
        self._plugged.write_text(_UNPLUGGED)

    def _use(self, catalogue: Catalogue, kind: DeviceKind, context: DeviceContext) -> None:
        with catalogue.open(kind, context) as device:
            _take(device, kind)
        self._captures += 1

    def _pull_out_in_the_middle(self) -> None:
        """Of the camera here and of the one in its process, while they stream."""
        for catalogue in (each for name, each in self._catalogues.items() if name in ("simulated", "hosted")):
            try:
                with catalogue.open(DeviceKind.CAMERA, self._context) as camera:
                    assert isinstance(camera, Camera)
                    camera.stream(lambda frame: self._unplug(), Event())
            except MusterError:  # absent, where its process looked while the one before was pulled out
                self._broken_off += 1
            self._plugged.write_text("")
            _until(partial(_has, catalogue, [DeviceKind.CAMERA]), "the camera is back")

    def held(self) -> Held:
        """Called between two turns."""
        links = list(_links())
        return Held(
            minutes=(time.monotonic() - self._begun) / 60,
            captures=self._captures,
            broken_off=self._broken_off,
            threads=active_count(),
            sockets=sum(each.startswith("socket:") for each in links),
            handles=len(links),
            children=len(processes.started_by(os.getpid())),
            memory_mib=processes.held(os.getpid()) / _MIB,
            host_mib=processes.held(self._hosted.pid) / _MIB if self._hosted.pid else 0.0,
        )

    def close(self) -> None:
        self._desk.close()
        for catalogue in self._catalogues.values():
            catalogue.close()


def soak(
    plugged: Path,
    minutes: float,
    tell: Callable[[Held], None],
    disturb: Callable[[], None],
    *,
    with_hosts: bool = True,
) -> list[Held]:
    """At least four looks, at most one a minute; ``disturb`` is called each turn. Raises ``TimeoutError``."""
    every_s = min(60.0, minutes * 60 / _LOOKS)
    begun, held = time.monotonic(), []
    run = Soak(plugged, with_hosts=with_hosts)
    try:
        run.turn()  # whatever is made once
        look_at = time.monotonic()
        while time.monotonic() - begun < minutes * 60 or len(held) < _LOOKS:
            run.turn()
            disturb()
            if time.monotonic() >= look_at:
                held.append(run.held())
                tell(held[-1])
                look_at += every_s
    finally:
        run.close()
    return held


def _same(driver: Driver) -> Driver:
    return driver


def _take(device: Device, kind: DeviceKind) -> None:
    if isinstance(device, BiometricCapture):
        request = CaptureRequest(_GROUPS[kind].attributes, 40, 10.0, str(uuid4()))
        assert device.capture(request, Event(), lambda frame: None)
    elif isinstance(device, DocumentScanner):
        assert device.scan(100, Event(), lambda frame: None).content
    else:
        assert isinstance(device, Camera)
        cancel = Event()

        def count(frame: Frame) -> None:
            if frame.number >= _FRAMES:
                cancel.set()

        device.stream(count, cancel)


def _service(turn: int) -> SbiService:
    """With pictures of its own: one that was seen before is refused."""
    finger, iris = SimulatedDevice(), SimulatedDevice("Iris", "Double", "IRIS0000000001", "1")
    return SbiService(utc_now, [finger, iris], picture_seed=100 * turn)


def _ready(catalogue: Catalogue) -> set[DeviceKind]:
    return {each.kind for each in catalogue.find() if each.status is DeviceStatus.READY}


def _has(catalogue: Catalogue, kinds: Sequence[DeviceKind]) -> bool:
    return set(kinds) <= _ready(catalogue)


def _has_none(catalogue: Catalogue) -> bool:
    return not _ready(catalogue)


def _until(happened: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _WITHIN_S
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def _links() -> Iterator[str]:
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the folder's own
            yield str(each.readlink())


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        plugged = Path(folder) / "faults"
        os.environ["MUSTER_SIMULATED_FAULTS"] = f"@{plugged}"
        os.environ["MUSTER_SIMULATED_SPEED"] = "20"
        yield plugged


def main() -> int:
    told = argparse.ArgumentParser(description="Plug in, capture, unplug, and look what stays behind.")
    told.add_argument("--minutes", type=float, default=60.0)
    told.add_argument(
        "--leak", action="store_true", help="Leave a handle open each turn, to see that it is noticed."
    )
    told.add_argument("--without-hosts", action="store_true", help="Start no processes: a turn takes moments.")
    asked = told.parse_args()
    left = []

    def disturb() -> None:
        if asked.leak:
            left.append(Path(os.devnull).open("rb"))  # noqa: SIM115 - that is what it is for

    print(HEADING, flush=True)
    with _folder() as plugged:
        held = soak(
            plugged,
            asked.minutes,
            lambda held: print(held.line(), flush=True),
            disturb,
            with_hosts=not asked.without_hosts,
        )
    found = leaks(held)
    print("\n".join(found) or "Nothing stayed behind.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
