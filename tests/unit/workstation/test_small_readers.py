"""A reader too small to register people: it knows again who enrolled a finger at a larger one."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from muster.devices.catalogue import Catalogue
from muster.domain.biometrics import BiometricAttribute
from muster.plugins import Plugin
from muster.workstation.proving import Proof
from muster_simulated.driver import SimulatedDriver
from muster_simulated.pictures import BUILT_IN, Pictures
from muster_usb_fingerprint.driver import UsbFingerprintDriver
from simulators.usb_readers import SimulatedBus, SimulatedNb1010
from unit.workstation.desks import OFFICER, desk_at

INDEX = BiometricAttribute.RIGHT_INDEX
ROWS, COLUMNS, DPI = 180, 256, 385


def on_the_small_sensor(attribute: BiometricAttribute) -> NDArray[np.uint8]:
    """The middle of the finger that the large reader sees at 500 dpi."""
    with Image.open(BUILT_IN / f"{attribute.value}.png") as picture:
        whole = picture.convert("L").resize((picture.width * DPI // 500, picture.height * DPI // 500))
    left, top = (whole.width - COLUMNS) // 2, (whole.height - ROWS) // 2
    small = Image.new("L", (COLUMNS, ROWS), 229)
    small.paste(whole, (-left, -top))
    return np.asarray(small)


def test_who_enrolled_at_a_large_reader_unlocks_the_screen_at_a_small_one(root: Path) -> None:
    bus, large = SimulatedBus(), SimulatedDriver(Pictures(), speed=50)
    small = UsbFingerprintDriver(bus)
    catalogue = Catalogue([Plugin(each.name, "p", lambda d=each: d, None) for each in (small, large)])
    with desk_at(root, catalogue=catalogue) as desk:
        desk.enroll_finger(INDEX, Proof(OFFICER.password), Event())
        bus.readers.append(SimulatedNb1010(on_the_small_sensor(INDEX)))
        desk.unlock_screen(desk.touch(Event()))
        assert desk.trail.newest_first(1)[0].detail["by"] == "finger"
