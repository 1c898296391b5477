"""What libusb says went wrong, in our words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from usb.core import USBError

from muster.devices.api import (
    DEVICE_ABSENT,
    DEVICE_BUSY,
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    DEVICE_UNPLUGGED,
    DeviceKind,
)
from muster.errors import Code, DeviceUnavailable
from muster_usb_fingerprint.conversation import Garbled

KIND = DeviceKind.FINGERPRINT.value

USB_NOT_PERMITTED = Code(
    "USB_NOT_PERMITTED",
    "This computer does not let the program use the {kind}. Tell support: its udev rule is missing.",
)

_CODES = {
    errno.EACCES: USB_NOT_PERMITTED,
    errno.EPERM: USB_NOT_PERMITTED,
    errno.EBUSY: DEVICE_BUSY,
    errno.ENODEV: DEVICE_UNPLUGGED,
    errno.ESHUTDOWN: DEVICE_UNPLUGGED,
    errno.ETIMEDOUT: DEVICE_TIMEOUT,
}
# A stall is the reader's way to refuse; noise, and a plug being pulled out, are errors of input and output.
_WORTH_ANOTHER_TRY = (errno.EPIPE, errno.EIO, errno.EPROTO, errno.EILSEQ, errno.EOVERFLOW)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raises ``DeviceUnavailable`` for what libusb raised, ``Garbled`` where beginning anew may help."""
    try:
        yield
    except USBError as error:
        if error.errno in _WORTH_ANOTHER_TRY:
            raise Garbled("the transfer broke off") from error
        raise DeviceUnavailable(_CODES.get(error.errno, DEVICE_FAILED), kind=KIND) from error


@contextmanager
def while_opening() -> Iterator[None]:
    """What is gone now, was there a moment ago; nothing is tried again."""
    try:
        with in_our_words():
            yield
    except Garbled as error:
        raise DeviceUnavailable(DEVICE_FAILED, kind=KIND) from error
    except DeviceUnavailable as error:
        if error.code is DEVICE_UNPLUGGED:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=KIND) from error
        raise
