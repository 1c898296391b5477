"""USB fingerprint readers in software, behind pyusb: a bus that is asked for descriptors, claims and transfers.

The readers keep their makers' protocols as the recordings of real ones show them, and know nothing of the driver.
What they do wrong is set from outside.
"""

from __future__ import annotations

import errno
import os
import struct
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

Pixels = NDArray[np.uint8]
Answers = list[bytes | int]  # an int is an errno that the transfer ends with

PACKET = 64
LONGEST_WAIT_S = 0.005  # of a transfer that nothing comes for; nobody waits for real here
FOREVER = 1 << 30


def as_sent(answers: Answers) -> Answers:
    return answers


@dataclass(eq=False)
class SimulatedReader:
    """One reader at a socket. ``looks_without_finger`` is how often it sees none before it sees one, ``on_look``
    is called each time; ``spoil`` makes of a picture's transfers what comes over the wire, for the next
    ``spoilt_pictures``."""

    picture: Pixels
    bus: int = 1
    address: int = 5
    ports: tuple[int, ...] = (7,)
    looks_without_finger: int = 0
    on_look: Callable[[], object] = lambda: None
    spoil: Callable[[Answers], Answers] = as_sent
    spoilt_pictures: int = FOREVER
    open_fails_with: int = 0
    claim_fails_with: int = 0
    broken_with: int = 0  # every transfer from now on
    opened: int = 0
    claimed: bool = False
    halts_cleared: int = 0
    received: list[bytes] = field(default_factory=list)
    coming: deque[bytes | int] = field(default_factory=deque)

    vendor_id = product_id = 0
    out_endpoint = in_endpoint = 0

    def write(self, content: bytes) -> int:
        self.received.append(content)
        self.told(content)
        return len(content)

    def told(self, content: bytes) -> None:
        raise NotImplementedError

    def read(self, length: int, timeout_ms: int) -> bytes:
        if not self.coming:
            self.waited()
        if not self.coming:
            time.sleep(min(timeout_ms / 1000, LONGEST_WAIT_S))
            raise USBTimeoutError("timed out", -7, errno.ETIMEDOUT)
        first = self.coming.popleft()
        if isinstance(first, int):
            raise _error(first)
        if len(first) <= length:
            return first
        if length % PACKET:
            raise _error(errno.EOVERFLOW)
        self.coming.appendleft(first[length:])
        return first[:length]

    def waited(self) -> None:
        """A transfer waits and nothing is there for it."""

    def sees_finger(self) -> bool:
        self.on_look()
        self.looks_without_finger -= 1
        return self.looks_without_finger < 0

    def send_picture(self, transfers: list[bytes]) -> None:
        spoilt = self.spoilt_pictures > 0
        self.spoilt_pictures -= 1
        whole: Answers = list(transfers)
        self.coming.extend(self.spoil(whole) if spoilt else whole)


class SimulatedNb1010(SimulatedReader):
    """256 x 180."""

    vendor_id, product_id = 0x298D, 0x1010
    out_endpoint, in_endpoint = 0x02, 0x83

    def told(self, content: bytes) -> None:
        mark, command, number, zero, length = struct.unpack_from("<BBBBI", content)
        if (mark, zero, length) != (0x80, 0, len(content)):
            self.coming.append(errno.EPIPE)
        elif command == 0x38:
            self._reply(0x37, number, level=0xF7 if self.sees_finger() else 0x30)
        elif command == 0x0D and content[8:] == b"\0\4\0\0":
            self._reply(0x20, number)
        elif command == 0x12 and content[8:] == b"\2" + bytes(19) + b"\x20\0\0\0":
            self._reply(0x20, number)
            self.send_picture([self._block(row) for row in range(0, 180, 2)])
        else:
            self.coming.append(errno.EPIPE)

    def _reply(self, code: int, number: int, level: int = 0) -> None:
        self.coming.append(struct.pack("<BBBBI4xBxxx", 0x80, code, number, 0, 16, level))

    def _block(self, row: int) -> bytes:
        head = struct.pack("<BBBBIIIII", 0x80, 0x21, 0, 0, 540, 0, int(row < 178), row + 1, 256)
        return head + b"\1" + self.picture[row : row + 2].tobytes() + bytes(3)


class SimulatedAes3500(SimulatedReader):
    """128 x 128, sixteen greys."""

    vendor_id, product_id = 0x08FF, 0x5731
    out_endpoint, in_endpoint = 0x02, 0x81

    def __init__(self, picture: Pixels, **faults: Any) -> None:
        super().__init__(picture, **faults)
        self._registers: dict[int, int] = {}
        self._looks = False

    def told(self, content: bytes) -> None:
        if len(content) > 32 or len(content) % 2:
            self.coming.append(errno.EPIPE)
            return
        order = dict(zip(content[::2], content[1::2], strict=True))
        if order.get(0x80) == 1:  # a reset of everything
            self._registers, self._looks = {}, False
        self._registers.update(order)
        if order.get(0x81) == 4:
            self._looks = set(range(0x82, 0xA0)) <= set(self._registers)

    def waited(self) -> None:
        if self._looks and self.sees_finger():
            self._looks = False
            self.send_picture([self._answer()])

    def _answer(self) -> bytes:
        greys = (255 - self.picture[::-1, ::-1]) // 17
        answer = b""
        for strip in range(8):
            rows = greys[16 * strip : 16 * strip + 16]
            answer += bytes([0xE0 + strip]) + (rows[::2] | rows[1::2] << 4).T.tobytes()
        return answer + b"\xdf" + bytes(128)


class SimulatedBus(IBackend):  # type: ignore[misc]  # pyusb has no types
    """pyusb's way to ``readers``, which are there as long as they are in the list. Others may be in it, too."""

    def __init__(self, *readers: SimulatedReader) -> None:
        super().__init__()
        self.readers = list(readers)

    def enumerate_devices(self) -> Iterator[SimulatedReader]:
        return iter(list(self.readers))

    def get_device_descriptor(self, dev: SimulatedReader) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor_id, idProduct=dev.product_id, bcdDevice=0x100, iManufacturer=1,
            iProduct=2, iSerialNumber=0, bNumConfigurations=1,
            address=dev.address, bus=dev.bus, port_number=dev.ports[-1], port_numbers=dev.ports, speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: SimulatedReader, config: int) -> SimpleNamespace:
        _only_the_first(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: SimulatedReader, intf: int, alt: int, config: int) -> SimpleNamespace:
        _only_the_first(intf, alt, config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2, iInterface=0,
            bInterfaceClass=255, bInterfaceSubClass=255, bInterfaceProtocol=255, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, dev: SimulatedReader, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(dev.out_endpoint, dev.in_endpoint)[ep], bmAttributes=2,
            wMaxPacketSize=PACKET, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: SimulatedReader) -> SimulatedReader:
        self._check(dev, dev.open_fails_with)
        dev.opened += 1
        return dev

    def close_device(self, dev_handle: SimulatedReader) -> None:
        dev_handle.opened -= 1

    def get_configuration(self, dev_handle: SimulatedReader) -> int:
        return 1

    def claim_interface(self, dev_handle: SimulatedReader, intf: int) -> None:
        self._check(dev_handle, dev_handle.claim_fails_with or (errno.EBUSY if dev_handle.claimed else 0))
        dev_handle.claimed = True

    def release_interface(self, dev_handle: SimulatedReader, intf: int) -> None:
        dev_handle.claimed = False
        self._check(dev_handle, 0)

    def clear_halt(self, dev_handle: SimulatedReader, ep: int) -> None:
        self._check(dev_handle, dev_handle.broken_with)
        dev_handle.halts_cleared += 1

    def bulk_write(self, dev_handle: SimulatedReader, ep: int, intf: int, data: array[int], timeout: int) -> int:
        self._check(dev_handle, dev_handle.broken_with)
        assert ep == dev_handle.out_endpoint and dev_handle.claimed
        return dev_handle.write(data.tobytes())

    def bulk_read(self, dev_handle: SimulatedReader, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        self._check(dev_handle, dev_handle.broken_with)
        assert ep == dev_handle.in_endpoint and dev_handle.claimed
        answer = dev_handle.read(len(buff), timeout)
        buff[: len(answer)] = array("B", answer)
        return len(answer)

    def _check(self, reader: SimulatedReader, problem: int) -> None:
        if reader not in self.readers:
            raise _error(errno.ENODEV)
        if problem:
            raise _error(problem)


def _error(number: int) -> USBError:
    return USBError(os.strerror(number), -1, number)


def _only_the_first(*numbers: int) -> None:
    if any(numbers):
        raise IndexError
