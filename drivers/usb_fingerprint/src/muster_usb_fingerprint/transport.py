"""Bulk transfers with one reader, taken into use for this program alone.

Waits are short, so that whoever waits can look up in between, and every length is checked: libusb hands out a
short answer without a word. What it took in before a wait ended is not lost; the rest is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import usb.util
from usb.core import USBTimeoutError

from muster.devices.api import DEVICE_TIMEOUT
from muster.errors import DeviceUnavailable
from muster_usb_fingerprint.conversation import Garbled, Model
from muster_usb_fingerprint.problems import KIND, in_our_words, while_opening

_INTERFACE = 0
_PACKET = 64  # the readers are full-speed devices: a shorter packet ends an answer
_PATIENCE_S = 0.5
_LEFT_OVER = 1 << 14
_SILENT_AFTER_S, _EMPTY_WITHIN_S = 0.02, 0.5


class Pipe:
    """``device`` is pyusb's, claimed."""

    def __init__(self, device: Any, model: Model) -> None:
        self._device = device
        self._out, self._in = model.out_endpoint, model.in_endpoint

    def send(self, content: bytes) -> None:
        """One transfer. Raises ``DeviceUnavailable``, ``Garbled``."""
        with in_our_words():
            written = self._device.write(self._out, content, round(_PATIENCE_S * 1000))
        if written != len(content):
            raise Garbled("only part of it was sent")

    def receive(self, length: int) -> bytes:
        """One answer of exactly ``length`` bytes. Raises ``DeviceUnavailable``, ``Garbled``."""
        answer = self.listen(length, _PATIENCE_S)
        if not answer:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=KIND)
        return answer

    def listen(self, length: int, patience_s: float) -> bytes:
        """The same, or nothing when the reader keeps silent for ``patience_s``."""
        answer = self._read(length, patience_s)
        while 0 < len(answer) < length and len(answer) % _PACKET == 0:  # else the reader has ended it
            more = self._read(length - len(answer), _PATIENCE_S)
            if not more:
                break
            answer += more
        if len(answer) not in (0, length):
            raise Garbled("an answer of another length")
        return answer

    def recover(self) -> None:
        """Ready to begin anew: nothing halted, nothing of an earlier answer left. Raises ``DeviceUnavailable``
        when the reader is gone."""
        for endpoint in (self._out, self._in):
            with suppress(Garbled), in_our_words():
                self._device.clear_halt(endpoint)
        until = time.monotonic() + _EMPTY_WITHIN_S
        with suppress(Garbled):
            while self._read(_LEFT_OVER, _SILENT_AFTER_S) and time.monotonic() < until:
                pass

    def _read(self, length: int, patience_s: float) -> bytes:
        try:
            with in_our_words():
                return bytes(self._device.read(self._in, length, round(patience_s * 1000)))
        except DeviceUnavailable as error:
            if isinstance(error.__cause__, USBTimeoutError):
                return b""
            raise


@contextmanager
def opened(device: Any, model: Model) -> Iterator[Pipe]:
    """Claim ``device`` and give it back afterwards. Raises ``DeviceUnavailable``."""
    try:
        with while_opening():
            usb.util.claim_interface(device, _INTERFACE)
        yield Pipe(device, model)
    finally:
        usb.util.dispose_resources(device)
