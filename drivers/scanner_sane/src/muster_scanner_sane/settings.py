"""How a scanner is set for a page: which of its options, and in which order.

Back ends name sources and modes as they like (``ADF``, ``Automatic Document Feeder``, ``ADF Front``; ``Color``,
``24bit Color``), so names are looked for in what is offered. Setting one option may change the others: each is
looked up anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from muster.devices.scanning import LARGEST_PAGE_MM, nearest_resolution
from muster_scanner_sane.libsane import Handle, Option, SaneAbsurd, SaneError, Status, Unit

_FEEDER = re.compile(r"adf|feeder", re.IGNORECASE)
_BOTH_SIDES = re.compile(r"duplex|both|back", re.IGNORECASE)
_COLOUR = re.compile(r"colou?r", re.IGNORECASE)
_GREY = re.compile(r"gr[ae]y", re.IGNORECASE)


class Source(Enum):
    """Where the paper lies."""

    GLASS = "glass"
    FEEDER = "feeder"


def sources(options: Mapping[str, Option]) -> Mapping[Source, str | None]:
    """Each source with the scanner's name for it; one that offers no choice has a glass."""
    offered = [str(each) for each in options["source"].offered] if "source" in options else []
    if not offered:
        return {Source.GLASS: None}
    found: dict[Source, str | None] = {}
    feeders = [each for each in offered if _FEEDER.search(each)]
    if others := [each for each in offered if each not in feeders]:
        found[Source.GLASS] = others[0]
    if feeders:
        found[Source.FEEDER] = next((each for each in feeders if not _BOTH_SIDES.search(each)), feeders[0])
    return found


def prepare(
    handle: Handle, source: str | None, wanted_dpi: int, more: Sequence[tuple[str, str]]
) -> tuple[float, float]:
    """Set the scanner for pages from ``source``; returns its resolution, across and down. ``more`` are options of
    the deployment's, set last. Raises ``SaneError``, ``SaneAbsurd``."""
    if source is not None:
        handle.set(handle.options()["source"], source)
    _set(handle, "mode", _mode)
    _set(handle, "depth", lambda option: 8 if 8 in option.offered else None)
    for name in ("resolution", "x-resolution", "y-resolution"):
        _set(handle, name, lambda option: _resolution(option, wanted_dpi))
    _set(handle, "br-x", lambda option: _far_edge(option, LARGEST_PAGE_MM[0]))
    _set(handle, "br-y", lambda option: _far_edge(option, LARGEST_PAGE_MM[1]))
    for name in ("tl-x", "tl-y"):
        _set(handle, name, lambda option: option.span[0] if option.span else None)
    for name, value in more:
        option = handle.options().get(name)
        if option is None:
            raise SaneError(Status.INVAL)
        handle.set(option, value)
    return _resolution_now(handle)


def _set(handle: Handle, name: str, choose: Callable[[Option], str | float | None]) -> None:
    option = handle.options().get(name)
    value = choose(option) if option else None
    if option is not None and value is not None:
        handle.set(option, value)


def _mode(option: Option) -> str | None:
    names = [str(each) for each in option.offered]
    for wanted in (_COLOUR, _GREY):
        if fitting := [each for each in names if wanted.search(each)]:
            return fitting[0]
    return None


def _resolution(option: Option, wanted_dpi: int) -> float | None:
    if option.offered:
        return nearest_resolution([round(float(each)) for each in option.offered], wanted_dpi)
    if option.span:
        return min(max(wanted_dpi, option.span[0]), option.span[1])
    return wanted_dpi


def _far_edge(option: Option, largest_mm: float) -> float | None:
    if option.span is None:
        return None
    return min(option.span[1], largest_mm) if option.unit is Unit.MM else option.span[1]


def _resolution_now(handle: Handle) -> tuple[float, float]:
    options = handle.options()
    across = options.get("resolution") or options.get("x-resolution")
    if across is None:
        raise SaneAbsurd
    down = options.get("y-resolution", across)
    dpi = float(handle.get(across)), float(handle.get(down))
    if min(dpi) < 1:
        raise SaneAbsurd
    return dpi
