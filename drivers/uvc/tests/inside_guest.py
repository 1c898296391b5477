"""Runs inside the guest: what the driver does with a camera of Linux' own. Prints a line for each answer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Timer

from muster.devices.api import Camera, DeviceDescriptor
from muster.devices.conformance import conformance_context
from muster.devices.frames import Frame
from muster.errors import DeviceUnavailable
from muster_uvc.driver import CameraDriver
from muster_uvc.patience import Patience
from muster_uvc.settings import settings_from

# Emulated, everything takes ten times as long.
PATIENT = Patience(first_picture_s=90.0, next_picture_s=30.0)
_UNPLUG = Path("/sys/bus/platform/drivers/vivid/unbind")
_HOLD = "hold"
_NOBODY = 65534


def say(what: str, told: object) -> None:
    print(f"ANSWER {what}: {told}", flush=True)


def look(found: DeviceDescriptor, count: int, settings: str = "", after: float = 0.0) -> list[Frame]:
    """``after`` so many seconds of streaming the camera is pulled out."""
    frames: list[Frame] = []
    enough = Event()

    def keep(frame: Frame) -> None:
        frames.append(frame)
        if len(frames) >= count:
            enough.set()

    driver = CameraDriver(settings=settings_from(settings), patience=PATIENT)
    with driver.open(found, conformance_context()) as camera:
        assert isinstance(camera, Camera)
        if after:
            Timer(after, _UNPLUG.write_text, ("vivid.0",)).start()
        camera.stream(keep, enough)
    return frames


def refusal(found: DeviceDescriptor, **more: float) -> str:
    try:
        look(found, 100_000, **more)  # type: ignore[arg-type]
    except DeviceUnavailable as error:
        return error.code.name
    return "nothing"


def held(found: DeviceDescriptor) -> subprocess.Popen[str]:
    """Another program that uses the camera."""
    process = subprocess.Popen([sys.executable, "-P", __file__, _HOLD], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def main() -> None:
    nodes = sorted(each.name for each in Path("/sys/class/video4linux").iterdir())
    say("nodes", len(nodes))
    begun = time.monotonic()
    devices = CameraDriver().find()
    say("found in ms", round(1000 * (time.monotonic() - begun)))
    say("cameras", [each.id for each in devices])
    first = devices[0]
    begun = time.monotonic()
    frames = look(first, 10)
    say("pictures", (frames[0].pixels.shape, frames[-1].number, len({each.pixels.tobytes() for each in frames})))
    say("seconds", round(time.monotonic() - begun, 1))
    # The first bars of the test picture are white, yellow, cyan, green, magenta, red and blue.
    row = frames[-1].pixels[frames[-1].pixels.shape[0] // 2, ::160]
    say("bars", row.tolist())
    say("smaller", look(first, 1, "*: size=640x360 exposure_ms=10")[0].pixels.shape)
    other = held(first)
    say("busy", refusal(first))
    other.kill()
    other.wait()
    say("not busy", look(first, 1)[0].pixels.shape)
    if os.fork() == 0:
        os.setgroups([])
        os.setuid(_NOBODY)
        problem = CameraDriver().find()[0].problem
        say("not permitted", (problem.code.name if problem else None, refusal(first)))
        os._exit(0)
    os.wait()
    say("unplugged", refusal(first, after=2.0))
    while any(Path("/sys/class/video4linux").iterdir()):  # Linux removes one node after the other
        time.sleep(0.1)
    say("left", [each.id for each in CameraDriver().find()])
    say("absent", refusal(first))


def hold() -> None:
    driver = CameraDriver(patience=PATIENT)
    with driver.open(driver.find()[0], conformance_context()):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        time.sleep(600)


if __name__ == "__main__":
    hold() if _HOLD in sys.argv else main()
