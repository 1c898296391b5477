"""How a sentence or a frame is meant; never told by colour alone."""

from __future__ import annotations

from enum import Enum


class Tone(Enum):
    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
