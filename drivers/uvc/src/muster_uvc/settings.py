"""How one camera is set: size of its pictures, exposure, which way up it hangs.

An administrator writes this down for each device by its id, which a camera keeps when it is unplugged::

    uvc-046d-0825-8F2A1C60: size=1920x1080 exposure_ms=12 turned=90 mirrored; *: size=1280x720
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from muster.devices.api import setting_wrong

_EVERY_OTHER = "*"
_FORM = "ID: size=1280x720 exposure_ms=12 turned=90 mirrored; *: size=1280x720"
_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})")
_TURNS = (0, 90, 180, 270)
_SHORTEST_MS, _LONGEST_MS = 0.1, 1000.0


@dataclass(frozen=True, slots=True)
class Settings:
    """``size`` (width, height) is what a camera on USB is asked for; it gives the nearest it can. ``exposure_ms``
    None leaves the exposure to the camera. ``turned_deg`` is clockwise, ``mirrored`` left for right after that."""

    size: tuple[int, int] = (1280, 720)
    exposure_ms: float | None = None
    turned_deg: int = 0
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class AllSettings:
    """By the ids of devices; ``others`` for those without."""

    by_id: Mapping[str, Settings]
    others: Settings = Settings()

    def of(self, id_: str) -> Settings:
        return self.by_id.get(id_, self.others)


def settings_from(text: str) -> AllSettings:
    """Raises ``BadInput``: a typing mistake must not go unseen."""
    by_id: dict[str, Settings] = {}
    for each in filter(None, map(str.strip, text.split(";"))):
        id_, colon, words = each.partition(":")
        settings = _settings(words.split())
        if not colon or not id_.strip() or id_.strip() in by_id or settings is None:
            raise setting_wrong("MUSTER_CAMERA_SETTINGS", each, _FORM)
        by_id[id_.strip()] = settings
    return AllSettings(by_id, by_id.pop(_EVERY_OTHER, Settings()))


def _settings(words: list[str]) -> Settings | None:
    """None where a word is not understood."""
    told = dict(each.partition("=")[::2] for each in words)
    unknown = told.keys() - {"size", "exposure_ms", "turned", "mirrored"}
    size = _SIZE.fullmatch(told.get("size", "1280x720"))
    try:
        turned = int(told.get("turned", "0"))
        exposure_ms = float(told["exposure_ms"]) if "exposure_ms" in told else None
    except ValueError:
        return None
    is_exposed = exposure_ms is None or _SHORTEST_MS <= exposure_ms <= _LONGEST_MS
    is_whole = turned in _TURNS and is_exposed and not told.get("mirrored")
    if unknown or size is None or not is_whole or len(told) != len(words):
        return None
    return Settings((int(size[1]), int(size[2])), exposure_ms, turned, "mirrored" in told)
