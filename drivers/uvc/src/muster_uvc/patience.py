"""How long a camera may take for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. ``connecting_s`` and ``reading_s`` are what FFmpeg is told for cameras in the network; the next
    two hold for every camera, whatever its library does. ``letting_go_s`` is more than the program waits for a
    device to be closed: it ends this process then, and with it whatever still holds the camera."""

    connecting_s: float = 5.0
    reading_s: float = 4.0
    first_picture_s: float = 12.0
    next_picture_s: float = 6.0
    letting_go_s: float = 10.0
