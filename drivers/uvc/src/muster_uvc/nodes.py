"""Cameras of this computer, as Linux lists them: read from files, so that nothing is opened by looking.

One camera has several nodes: the first of each of its functions gives pictures, the others tell about them
(uvcvideo) or take pictures (output devices). udev asked each once and wrote down which is which; where there is no
udev, the first is taken.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NODE = re.compile(r"video(\d+)")
_MOST_TEXT = 100


@dataclass(frozen=True, slots=True)
class System:
    """Where Linux keeps things; other folders in tests."""

    classes: Path = Path("/sys/class/video4linux")
    told_by_udev: Path = Path("/run/udev/data")
    nodes: Path = Path("/dev")


@dataclass(frozen=True, slots=True)
class Node:
    """One camera. ``socket`` names where it is plugged in, as the kernel does."""

    path: Path
    id: str
    make: str
    model: str
    serial: str
    socket: str

    @property
    def is_permitted(self) -> bool:
        """Or gone, which opening tells."""
        return not self.path.exists() or os.access(self.path, os.R_OK | os.W_OK)


def cameras(system: System) -> Sequence[Node]:
    """In the order of their numbers. Two of one serial number are told apart by their sockets."""
    found = list(_cameras(system))
    ids = [each.id for each in found]
    return [
        each
        if ids.count(each.id) == 1
        else Node(each.path, f"{each.id}-{each.socket}", each.make, each.model, each.serial, each.socket)
        for each in found
    ]


def _cameras(system: System) -> Iterator[Node]:
    try:
        names = [each for each in os.listdir(system.classes) if _NODE.fullmatch(each)]  # noqa: PTH208 - names only
    except OSError:
        return
    for name in sorted(names, key=lambda each: int(each.removeprefix("video"))):
        with suppress(OSError):  # one that is just being pulled out
            folder = (system.classes / name).resolve(strict=True)
            if _takes_pictures(folder, system.told_by_udev):
                yield _described(folder, system.nodes / name)


def _takes_pictures(folder: Path, told_by_udev: Path) -> bool:
    with suppress(OSError):
        told = (told_by_udev / f"c{_text(folder / 'dev')}").read_text(errors="replace")
        for line in told.splitlines():
            if line.startswith("E:ID_V4L_CAPABILITIES="):
                return ":capture:" in line
    return _text(folder / "index") in ("", "0")


def _described(folder: Path, path: Path) -> Node:
    usb = next((each for each in folder.parents if (each / "idVendor").exists()), None)
    if usb is None:  # on the board, or made by software
        parent = folder.parent.parent.name
        model = _text(folder / "name") or "camera"
        return Node(path, f"v4l-{_slug(parent)}-{_slug(model)}", "Video4Linux", model, parent, parent)
    function = next((each for each in folder.parents if (each / "bInterfaceNumber").exists()), usb)
    number = _text(function / "bInterfaceNumber").lstrip("0")  # a second camera in one case, such as for infrared
    vendor, product = _text(usb / "idVendor"), _text(usb / "idProduct")
    serial = _text(usb / "serial")
    id_ = f"uvc-{vendor}-{product}-{_slug(serial) or usb.name}{'-' if number else ''}{number}"
    make = _text(usb / "manufacturer") or vendor
    model = _text(usb / "product") or _text(folder / "name") or product
    return Node(path, id_, make, model, serial or usb.name, usb.name)


def _text(path: Path) -> str:
    """A line of a file of the kernel's; whatever a device calls itself there, it is one line."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return "".join(each if each.isprintable() else " " for each in text.strip())[:_MOST_TEXT]


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")
