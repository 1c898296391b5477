"""What gpsd says, one JSON object a line (gpsd_json(5)): which receivers it has, and where they are.

Classes and members that are not needed here are passed over, so that a newer gpsd is understood as well; a line
that is no JSON is nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ASK_FOR_DEVICES = b"?DEVICES;\n"

_FIX_2D = 2


@dataclass(frozen=True, slots=True)
class Receiver:
    """``path`` is gpsd's name for it, ``driver`` and ``model`` what it took it for."""

    path: str
    driver: str
    model: str


@dataclass(frozen=True, slots=True)
class Reading:
    """``accuracy_m`` is the horizontal error that gpsd estimates, None where it does not."""

    path: str
    latitude_deg: float
    longitude_deg: float
    accuracy_m: float | None


def watch(path: str, *, on: bool = True) -> bytes:
    """Ask for reports of one receiver."""
    wanted = {"enable": on, "json": True, "device": path}
    return b"?WATCH=" + json.dumps(wanted).encode() + b";\n"


def receivers_in(line: bytes) -> tuple[Receiver, ...] | None:
    """None where the line is not the list of receivers."""
    said = _object(line, "DEVICES")
    if said is None:
        return None
    listed = said.get("devices")
    found = (_receiver(each) for each in (listed if isinstance(listed, list) else ()))
    return tuple(each for each in found if each is not None)


def reading_in(line: bytes) -> Reading | None:
    """None where the line is no position, or a receiver that does not know it yet."""
    said = _object(line, "TPV")
    if said is None:
        return None
    path, mode = said.get("device"), said.get("mode")
    latitude, longitude = _number(said, "lat"), _number(said, "lon")
    if not isinstance(path, str) or not isinstance(mode, int) or latitude is None or longitude is None:
        return None
    if mode < _FIX_2D or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Reading(path, latitude, longitude, _accuracy(said))


def is_gone(line: bytes, path: str) -> bool:
    """Whether the line says that the receiver was pulled out."""
    said = _object(line, "DEVICE")
    return said is not None and said.get("path") == path and said.get("activated") == 0


def _receiver(listed: object) -> Receiver | None:
    if not isinstance(listed, dict) or not isinstance(listed.get("path"), str) or not listed["path"]:
        return None
    driver, model = (str(listed.get(name) or "") for name in ("driver", "subtype"))
    return Receiver(listed["path"], driver or "GPS", model or "receiver")


def _accuracy(said: Mapping[str, Any]) -> float | None:
    whole = _number(said, "eph")
    if whole is not None:
        return abs(whole)
    east, north = _number(said, "epx"), _number(said, "epy")
    return None if east is None or north is None else math.hypot(east, north)


def _number(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON's numbers have no end
        return None
    return number if math.isfinite(number) else None


def _object(line: bytes, name: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) and said.get("class") == name else None
