"""The driver in a process of its own, whose USB readers come from recordings: an order a line, an answer a line.

Started by ``umockdev-wrapper``. An order says which recording is plugged in and how a finger is asked for; the
answer what the driver made of it.
"""

from __future__ import annotations

import base64
import errno
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import usb.backend.libusb1
import usb.core

from muster.devices.api import BiometricCapture, CaptureRequest, DeviceContext
from muster.devices.conformance import conformance_context
from muster.domain.biometrics import BiometricAttribute
from muster.errors import MusterError
from muster_usb_fingerprint.driver import UsbFingerprintDriver
from simulators.usb_testbed import Recording, Testbed

_SEEN_WITHIN_S = 2.0


def main() -> None:
    testbed, context = Testbed(), conformance_context()
    for line in sys.stdin:
        print(json.dumps(_played(json.loads(line), testbed, context)), flush=True)


def _played(order: dict[str, Any], testbed: Testbed, context: DeviceContext) -> dict[str, Any]:
    driver = UsbFingerprintDriver(usb.backend.libusb1.get_backend(), lambda: _numbers(order))
    before = _ids(driver)
    plugged = testbed.plug(Recording(order["device"], order["ioctl"]))
    _until(lambda: _ids(driver) != before)
    found = [{"id": each.id, "status": each.status.value} for each in driver.find()]
    answer = _captured(driver, order, context)
    testbed.unplug(plugged)
    _until(lambda: _ids(driver) == before)
    return {"before": before, "found": found, "after": _ids(driver), **answer}


def _captured(driver: UsbFingerprintDriver, order: dict[str, Any], context: DeviceContext) -> dict[str, Any]:
    request = CaptureRequest((BiometricAttribute.LEFT_INDEX,), 40, order["timeout_s"], "a-transaction")
    cancel, begun = Event(), time.monotonic()
    if order["cancelled"]:
        cancel.set()
    code, because, samples = "", "", []
    try:
        with driver.open(driver.find()[0], context) as reader:
            assert isinstance(reader, BiometricCapture)
            samples = list(reader.capture(request, cancel, lambda frame: None))
    except MusterError as error:
        code, because = error.code.name, _because(error)
    records = [base64.b64encode(each.record).decode() for each in samples]
    return {"code": code, "because": because, "records": records, "took_s": time.monotonic() - begun}


def _because(error: BaseException) -> str:
    """What was behind it, down to libusb's errno."""
    behind = error.__cause__
    if behind is None:
        return ""
    if isinstance(behind, usb.core.USBError):
        return errno.errorcode[behind.errno or 0]
    return _because(behind) or str(behind)


def _numbers(order: dict[str, Any]) -> Iterator[int]:
    return itertools.cycle(order["numbers"]) if order["numbers"] else itertools.count(1)


def _ids(driver: UsbFingerprintDriver) -> list[str]:
    return [each.id for each in driver.find()]


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _SEEN_WITHIN_S
    while not done() and time.monotonic() < until:
        time.sleep(0.005)


if __name__ == "__main__":
    main()
