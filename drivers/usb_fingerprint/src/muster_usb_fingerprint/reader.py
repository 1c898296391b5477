"""One reader that is open: pictures of one finger, made into signed records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from threading import Event

import numpy as np

from muster.devices.api import (
    DEVICE_FAILED,
    DEVICE_UNPLUGGED,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    OnPreview,
)
from muster.devices.frames import Frame, Pixels
from muster.devices.samples import picture_sample
from muster.domain.biometrics import DigitalId
from muster.errors import Cancelled, DeviceUnavailable
from muster_usb_fingerprint.conversation import Garbled, Model
from muster_usb_fingerprint.problems import KIND
from muster_usb_fingerprint.scanning import NobodyTouched, scanned
from muster_usb_fingerprint.transport import Pipe

SERVICE_VERSION = "1.0"
_TRIES = 3
_SETTLE_S = 0.05
_SECOND_LOOKS_S = 2.0
_TILE = 16
_RIDGES_ABOVE = 40  # standard deviation in a tile; bare sensors have 1 to 19, ridges 60 to 100 (both recordings)


class UsbReader:
    """Implements ``devices.api.BiometricCapture``. ``is_there`` tells a fault from a plug that was pulled out."""

    def __init__(
        self,
        model: Model,
        socket: str,
        pipe: Pipe,
        context: DeviceContext,
        numbers: Iterator[int],
        is_there: Callable[[], bool],
    ) -> None:
        self._model = model
        self._digital_id = DigitalId(socket, model.make, model.model, "Finger", "Single", model.make, model.name)
        self._pipe = pipe
        self._context = context
        self._numbers = numbers
        self._is_there = is_there

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        """One finger, and the reader cannot tell which: it is taken for the first that was asked for. Nothing,
        when none touched the sensor in time."""
        until = time.monotonic() + request.timeout_s
        best: Pixels | None = None
        taken = 0
        while best is None or (coverage(best) < request.requested_score and time.monotonic() < until):
            try:
                picture = self._look(cancel, until)
            except NobodyTouched:
                break
            on_preview(Frame(picture, self._context.clock(), taken))
            taken += 1
            if best is None:  # whoever is there stays for a moment: a finger that lands is seen by its tip first
                until = min(until, time.monotonic() + _SECOND_LOOKS_S)
            if best is None or coverage(picture) > coverage(best):
                best = picture
        return () if best is None else (self._sample(best, request),)

    def _look(self, cancel: Event, until: float) -> Pixels:
        broken: Garbled | None = None
        for _ in range(_TRIES):
            try:
                return scanned(self._model.scan(self._numbers), self._pipe, cancel, until)
            except Garbled as error:
                broken = error
                cancel.wait(_SETTLE_S)
                self._pipe.recover()
            except Cancelled:
                self._pipe.recover()  # of a picture that was on its way nothing may be left for the next one
                raise
        raise DeviceUnavailable(DEVICE_FAILED if self._is_there() else DEVICE_UNPLUGGED, kind=KIND) from broken

    def _sample(self, pixels: Pixels, request: CaptureRequest) -> CapturedSample:
        return picture_sample(
            self._context,
            request,
            attribute=request.attributes[0],
            pixels=pixels,
            resolution_dpi=self._model.resolution_dpi,
            quality=coverage(pixels),
            device=self._digital_id,
            device_code=f"muster-{self._model.name}",
            device_service_version=SERVICE_VERSION,
        )


def coverage(pixels: Pixels) -> float:
    """How much of the sensor shows ridges, 0..100. The readers measure nothing themselves, and this is all that is
    said of quality here: the workstation judges the record as it does every other."""
    height, width = (side // _TILE * _TILE for side in pixels.shape)
    tiles = pixels[:height, :width].reshape(height // _TILE, _TILE, width // _TILE, _TILE)
    return round(100 * float(np.mean(tiles.std(axis=(1, 3)) > _RIDGES_ABOVE)), 2)
