"""A slap reader, an iris camera and a flatbed that replay pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Event

import numpy as np

from muster.devices.api import (
    DEVICE_TIMEOUT,
    DEVICE_UNPLUGGED,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceKind,
    OnPreview,
    ScannedPage,
    ScannedStack,
)
from muster.devices.frames import Frame, Pixels
from muster.devices.samples import picture_sample
from muster.devices.scanning import SCANNER_JAMMED
from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute, DigitalId
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable
from muster_simulated import faults
from muster_simulated.faults import Fault
from muster_simulated.pictures import Pictures, contrast_quality, empty_glass, fade, tip_only, turned, wet

DEVICE_CODE = "muster-simulated"
SERVICE_VERSION = "0.9.5"
_RESOLUTION_DPI = 500
_DOCUMENT_DPI = 200
_STEADY_S = 0.9  # how long a hand takes to lie still
_PREVIEW_FRAMES = 6
_FAINT = 0.22
_SPOILT: Mapping[Fault, Callable[[Pixels], Pixels]] = {
    Fault.POOR_QUALITY: lambda pixels: fade(pixels, _FAINT),
    Fault.EMPTY_GLASS: empty_glass,
    Fault.WET: wet,
    Fault.PARTIAL: tip_only,
}


class SimulatedReader:
    """Fingers or irises. Implements ``devices.api.BiometricCapture``."""

    def __init__(
        self,
        kind: DeviceKind,
        digital_id: DigitalId,
        pictures: Pictures,
        context: DeviceContext,
        speed: float,
    ) -> None:
        self._kind = kind
        self._digital_id = digital_id
        self._pictures = pictures
        self._context = context
        self._speed = speed

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        fault = faults.from_environment().get(self._kind)
        if fault is Fault.TIMEOUT:
            self._wait(request.timeout_s, cancel)
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=self._kind.value)
        seen = _seen(request.attributes, fault)
        pictures = {each: self._picture(each, fault) for each in seen}
        if fault is Fault.SAME_FINGER:
            pictures[seen[-1]] = turned(pictures[seen[0]])
        self._preview(list(pictures.values()), cancel, on_preview)
        if fault in (Fault.UNPLUG, Fault.UNPLUG_MID_CAPTURE):
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=self._kind.value)
        samples: list[CapturedSample] = []
        for attribute, pixels in pictures.items():
            samples.append(self._sample(attribute, pixels, request))
            request = replace(request, previous_hash=samples[-1].hash)
        return samples

    def _picture(self, attribute: BiometricAttribute, fault: Fault | None) -> Pixels:
        pixels = self._pictures.sample(attribute)
        spoil = _SPOILT.get(fault) if fault else None
        return spoil(pixels) if spoil else pixels

    def _preview(self, pictures: list[Pixels], cancel: Event, on_preview: OnPreview) -> None:
        whole = _side_by_side(pictures)
        for number in range(_PREVIEW_FRAMES):
            share = (number + 1) / _PREVIEW_FRAMES
            on_preview(Frame(fade(whole, share), self._context.clock(), number))
            self._wait(_STEADY_S / _PREVIEW_FRAMES, cancel)

    def _wait(self, seconds: float, cancel: Event) -> None:
        if cancel.wait(seconds / self._speed):
            raise Cancelled(CANCELLED)

    def _sample(self, attribute: BiometricAttribute, pixels: Pixels, request: CaptureRequest) -> CapturedSample:
        return picture_sample(
            self._context,
            request,
            attribute=attribute,
            pixels=pixels,
            resolution_dpi=_RESOLUTION_DPI,
            quality=round(contrast_quality(pixels), 2),
            device=self._digital_id,
            device_code=DEVICE_CODE,
            device_service_version=SERVICE_VERSION,
        )


class SimulatedScanner:
    """A flatbed. Implements ``devices.api.DocumentScanner``."""

    def __init__(self, pictures: Pictures, context: DeviceContext, speed: float) -> None:
        self._pictures = pictures
        self._context = context
        self._speed = speed

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        fault = faults.from_environment().get(DeviceKind.SCANNER)
        page = self._pictures.document()
        page = page.resize(
            (page.width * resolution_dpi // _DOCUMENT_DPI, page.height * resolution_dpi // _DOCUMENT_DPI)
        )
        if cancel.wait((_STEADY_S if fault is not Fault.TIMEOUT else 5.0) / self._speed):
            raise Cancelled(CANCELLED)
        if fault is Fault.TIMEOUT:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.SCANNER.value)
        if fault in (Fault.UNPLUG, Fault.UNPLUG_MID_CAPTURE):
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=DeviceKind.SCANNER.value)
        on_preview(Frame(np.asarray(page), self._context.clock(), 0))
        buffer = io.BytesIO()
        page.save(buffer, "JPEG", quality=90, dpi=(resolution_dpi, resolution_dpi))
        return ScannedPage(buffer.getvalue(), "jpg", resolution_dpi)


class SimulatedFeeder(SimulatedScanner):
    """With a feeder in which always the same number of sheets lies. Implements ``devices.api.SheetFeeder`` too."""

    def __init__(self, pictures: Pictures, context: DeviceContext, speed: float, sheets: int) -> None:
        super().__init__(pictures, context, speed)
        self._sheets = sheets

    def scan_stack(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedStack:
        jams = faults.from_environment().get(DeviceKind.SCANNER) is Fault.JAM
        pages = [self.scan(resolution_dpi, cancel, on_preview) for _ in range(1 if jams else self._sheets)]
        return ScannedStack(tuple(pages), Finding(SCANNER_JAMMED) if jams else None)


def _seen(attributes: Sequence[BiometricAttribute], fault: Fault | None) -> tuple[BiometricAttribute, ...]:
    if fault is not Fault.WRONG_FINGER:
        return tuple(attributes)
    return tuple(_other_side(each) for each in attributes)


def _other_side(attribute: BiometricAttribute) -> BiometricAttribute:
    side, name = ("LEFT", "RIGHT") if attribute.name.startswith("LEFT") else ("RIGHT", "LEFT")
    return BiometricAttribute[attribute.name.replace(side, name)]


def _side_by_side(pictures: list[Pixels]) -> Pixels:
    """One (h, w) grey picture as the live view of a slap or of both eyes shows it."""
    height = max(each.shape[0] for each in pictures)
    gap = np.full((height, 12), 255, np.uint8)
    columns: list[Pixels] = []
    for each in pictures:
        below = np.full((height - each.shape[0], each.shape[1]), 255, np.uint8)
        columns += [np.vstack([each, below]), gap]
    return np.hstack(columns[:-1])
