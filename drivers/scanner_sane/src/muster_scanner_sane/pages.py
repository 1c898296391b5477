"""From an opened scanner to one page of pixels.

What the scanner promises before a page is what must come: a page that ends early is refused, not shown as if it
were all of it. ``cancel`` is looked at between two reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

import numpy as np

from muster.devices.api import DEVICE_TIMEOUT, DeviceKind
from muster.devices.frames import Pixels
from muster.devices.scanning import MAXIMUM_PIXELS, SCAN_INCOMPLETE
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable
from muster_scanner_sane.libsane import FrameFormat, Handle, Parameters, SaneAbsurd

_CHANNELS = {
    FrameFormat.GRAY: 1,
    FrameFormat.RGB: 3,
    FrameFormat.RED: 1,
    FrameFormat.GREEN: 1,
    FrameFormat.BLUE: 1,
}
_COLOURS = (FrameFormat.RED, FrameFormat.GREEN, FrameFormat.BLUE)
_PREVIEW_EVERY_S = 0.3
_PREVIEW_WIDTH = 480
_SILENT_S = 60.0  # lamps warm up for half a minute

OnPart = Callable[[Pixels], None]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """(h, w) grey or (h, w, 3) RGB."""

    pixels: Pixels
    is_line_art: bool


def read_page(handle: Handle, cancel: Event, on_part: OnPart) -> Page:
    """The next page, which may come as one frame or as one for each colour.

    Raises ``SaneError``, ``SaneAbsurd``, ``Cancelled``, ``DeviceUnavailable``.
    """
    frames: dict[FrameFormat, Pixels] = {}
    while True:
        if cancel.is_set():
            raise Cancelled(CANCELLED)
        handle.start()
        told = checked(handle.parameters())
        if told.format in frames:
            raise SaneAbsurd
        frames[told.format] = pixels_of(_octets(handle, told, cancel, on_part), told)
        if told.is_last_frame:
            return Page(_together(frames), is_line_art=told.depth == 1)


def checked(told: Parameters) -> Parameters:
    """Raises ``SaneAbsurd`` for a frame that cannot be, or that nobody scans with."""
    bits = told.pixels_per_line * _CHANNELS[told.format] * told.depth
    possible = (
        told.pixels_per_line > 0
        and told.lines != 0
        and told.bytes_per_line * 8 >= bits
        and told.bytes_per_line <= bits // 8 + 4096  # some pad their lines
        and told.pixels_per_line * max(told.lines, 1) <= MAXIMUM_PIXELS
    )
    known = told.depth in (8, 16) or (told.depth == 1 and told.format is FrameFormat.GRAY)
    if not (possible and known):
        raise SaneAbsurd
    return told


def pixels_of(octets: bytes, told: Parameters) -> Pixels:
    """The frame's octets, whole lines of them, as 8 bit pixels (3.2, "Image data format")."""
    lines = np.frombuffer(octets, np.uint8).reshape(-1, told.bytes_per_line)
    if told.depth == 1:
        return (1 - np.unpackbits(lines, axis=1)[:, : told.pixels_per_line]) * np.uint8(255)  # 1 is black
    samples = told.pixels_per_line * _CHANNELS[told.format]
    if told.depth == 16:
        wide = np.ascontiguousarray(lines[:, : samples * 2]).view(np.uint16)  # in this computer's byte order
        pixels = (wide >> 8).astype(np.uint8)
    else:
        pixels = np.ascontiguousarray(lines[:, :samples])
    return pixels.reshape(-1, told.pixels_per_line, 3) if told.format is FrameFormat.RGB else pixels


def _octets(handle: Handle, told: Parameters, cancel: Event, on_part: OnPart) -> bytes:
    promised = told.bytes_per_line * told.lines if told.lines > 0 else None
    most = promised or told.bytes_per_line * (MAXIMUM_PIXELS // told.pixels_per_line)
    octets = bytearray()
    heard = shown = time.monotonic()
    while (piece := handle.read()) is not None:
        if cancel.is_set():
            raise Cancelled(CANCELLED)
        now = time.monotonic()
        if piece:
            octets += piece
            heard = now
        elif now - heard > _SILENT_S:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.SCANNER.value)
        if len(octets) > most:
            raise SaneAbsurd
        if now - shown > _PREVIEW_EVERY_S:
            on_part(preview(octets, told))
            shown = now
    if cancel.is_set():
        raise Cancelled(CANCELLED)
    if not octets or len(octets) % told.bytes_per_line or (promised and len(octets) < promised):
        raise DeviceUnavailable(SCAN_INCOMPLETE)
    return bytes(octets)


def preview(octets: bytearray, told: Parameters) -> Pixels:
    """What is there of the page, made small, on white where more is to come."""
    step = max(1, told.pixels_per_line // _PREVIEW_WIDTH)
    whole = len(octets) // told.bytes_per_line
    there = pixels_of(bytes(memoryview(octets)[: whole * told.bytes_per_line]), told)[::step, ::step]
    height = max(told.lines // step, len(there)) if told.lines > 0 else len(there)
    page = np.full((max(height, 1), *there.shape[1:]), 255, np.uint8)
    page[: len(there)] = there
    return page


def _together(frames: dict[FrameFormat, Pixels]) -> Pixels:
    if len(frames) == 1:
        return next(iter(frames.values()))
    if set(frames) != set(_COLOURS) or len({each.shape for each in frames.values()}) != 1:
        raise SaneAbsurd
    return np.stack([frames[each] for each in _COLOURS], axis=-1)
