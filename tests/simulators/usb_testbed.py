"""USB devices from recordings, plugged in and out by this process: umockdev's testbed by ctypes.

Works in a process that was started by ``umockdev-wrapper`` only: what it loads first stands between libusb and the
kernel. Recordings are those of ``umockdev-record``; the text may be edited before it is plugged in. What comes
over an open handle after ``unplug`` is not simulated (writes go on succeeding).
"""

from __future__ import annotations

import ctypes
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIBRARY = "libumockdev.so.0"
WRAPPER = "umockdev-wrapper"

_NODE = re.compile(r"bus/usb/(\d{3})/(\d{3})")


@dataclass(frozen=True, slots=True)
class Recording:
    """What ``umockdev-record`` wrote of one device and the hubs above it, and of what was said to it."""

    device: str
    ioctl: str

    @classmethod
    def read(cls, folder: Path) -> Recording:
        return cls((folder / "device").read_text(), (folder / "capture.ioctl").read_text())


class Testbed:
    """One simulated ``/sys``, ``/dev`` and udev. A device gets a new address each time it is plugged in, as real
    ones do."""

    __test__ = False

    def __init__(self) -> None:
        self._library = ctypes.CDLL(LIBRARY)
        self._library.umockdev_testbed_new.restype = ctypes.c_void_p
        self._testbed = ctypes.c_void_p(self._library.umockdev_testbed_new())
        self._temporary = tempfile.TemporaryDirectory(prefix="usb-testbed-")
        self._present: set[str] = set()
        self._next_address = 20

    def plug(self, recording: Recording) -> str:
        """Returns what ``unplug`` wants to know."""
        address = f"{self._next_address:03d}"
        self._next_address += 1
        itself, *above = (part for part in recording.device.split("\n\n") if part.strip())
        fresh = [part for part in above if _path(part) not in self._present]
        self._present.update(map(_path, fresh))
        parts = (*reversed(fresh), _readdressed(itself, address))  # a hub is there before what is plugged into it
        device = self._file("device", "\n\n".join(parts) + "\n")
        node = _NODE.search(_readdressed(itself, address))
        assert node is not None, "no USB device"
        ioctl = self._file("ioctl", _NODE.sub(node[0], recording.ioctl))
        self._do("add_from_file", str(device))
        self._do("load_ioctl", f"/dev/{node[0]}", str(ioctl))
        return _path(itself)

    def unplug(self, plugged: str) -> None:
        path = f"/sys{plugged}".encode()
        self._library.umockdev_testbed_uevent(self._testbed, path, b"remove")
        self._library.umockdev_testbed_remove_device(self._testbed, path)

    def _do(self, name: str, *arguments: str) -> None:
        error: Any = ctypes.c_void_p()
        done = getattr(self._library, f"umockdev_testbed_{name}")(
            self._testbed, *(each.encode() for each in arguments), ctypes.byref(error)
        )
        assert done and not error, f"umockdev refused: {name}"

    def _file(self, name: str, text: str) -> Path:
        file = Path(self._temporary.name) / name
        file.write_text(text)
        return file


def _path(part: str) -> str:
    return part.split("\n", 1)[0].removeprefix("P: ").strip()


def _readdressed(part: str, address: str) -> str:
    """Address and minor number are the device's for as long as it is plugged in."""
    number = int(address)
    part = _NODE.sub(lambda found: f"bus/usb/{found[1]}/{address}", part)
    part = re.sub(r"^E: DEVNUM=.*$", f"E: DEVNUM={address}", part, flags=re.MULTILINE)
    return re.sub(r"^A: devnum=\d+", f"A: devnum={number}", part, flags=re.MULTILINE)
