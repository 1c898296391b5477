"""A place for live frames that the window may hold without knowing what a device is."""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.devices.frames import Frame
from muster.workstation.mailbox import Mailbox


@dataclass(frozen=True, slots=True)
class LiveFrames:
    mailbox: Mailbox[Frame] = field(default_factory=Mailbox)
