"""Devices whose pictures come from files: what a scripted enrollment plugs in.

They stand in the catalogue before whatever is on the desk, for the kinds of device whose pictures were given,
and everything behind them (detector, thresholds, signatures, records) is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from muster.analysis.fingerprints import ridge_quality
from muster.analysis.iris_judging import QUALITY, judge_iris
from muster.devices.api import (
    CapturedSample,
    CaptureRequest,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    OnPreview,
)
from muster.devices.frames import Frame, Pixels
from muster.devices.samples import picture_sample
from muster.domain.assessment import Score
from muster.domain.biometrics import BiometricAttribute, DigitalId, Modality

_FRAME_S = 0.1
_RESOLUTION_DPI = 500
_DEVICE_CODE = "muster-files"
_SERVICE_VERSION = "0.9.5"
_KINDS = {
    Modality.FACE: (DeviceKind.CAMERA, "Face", "Full face"),
    Modality.FINGER: (DeviceKind.FINGERPRINT, "Finger", "Slap"),
    Modality.IRIS: (DeviceKind.IRIS, "Iris", "Double"),
}


@dataclass(slots=True)
class BeforeCamera:
    """Who or what sits before the still camera: changed between two pictures, as people change their pose."""

    picture: Pixels | None


class FileDriver:
    """Implements ``devices.api.Driver`` over pictures in memory, (h, w, 3) RGB each."""

    name = "files"

    def __init__(
        self,
        pictures: Mapping[BiometricAttribute, Pixels],
        before_camera: BeforeCamera | None = None,
        on_readers: Mapping[BiometricAttribute, Pixels] | None = None,
    ) -> None:
        """``pictures`` are all there will ever be: for which kinds of device. ``before_camera`` is what the camera
        sees now, the picture of the face by default; ``on_readers`` whose fingers and eyes the others see."""
        self._pictures = pictures
        self._on_readers = pictures if on_readers is None else on_readers
        self._before_camera = before_camera or BeforeCamera(pictures.get(BiometricAttribute.FACE))

    def find(self) -> Sequence[DeviceDescriptor]:
        modalities = dict.fromkeys(attribute.modality for attribute in self._pictures)
        return [_describe(modality) for modality in modalities]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        modality = next(each for each, (kind, _, _) in _KINDS.items() if kind is descriptor.kind)
        if modality is Modality.FACE:
            assert self._before_camera.picture is not None  # else no camera is described
            yield StillCamera(self._before_camera.picture, context)
        else:
            yield _FileReader(self._on_readers, context, _digital_id(modality))


class StillCamera:
    """Shows one picture again and again: there is nobody who could be seen to be alive."""

    def __init__(self, picture: Pixels, context: DeviceContext) -> None:
        self.digital_id = _digital_id(Modality.FACE)
        self._picture = picture
        self._context = context

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        number = 0
        while not cancel.is_set():
            on_frame(Frame(self._picture, self._context.clock(), number))
            number += 1
            cancel.wait(_FRAME_S)


class _FileReader:
    def __init__(
        self,
        pictures: Mapping[BiometricAttribute, Pixels],
        context: DeviceContext,
        digital_id: DigitalId,
    ) -> None:
        self._pictures = pictures
        self._context = context
        self._digital_id = digital_id

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        samples: list[CapturedSample] = []
        for attribute in request.attributes:
            if attribute in self._pictures:
                samples.append(self._sample(attribute, request))
                request = replace(request, previous_hash=samples[-1].hash)
        return samples

    def _sample(self, attribute: BiometricAttribute, request: CaptureRequest) -> CapturedSample:
        # The green channel: a grey picture stored as RGB comes back exactly.
        pixels = np.ascontiguousarray(self._pictures[attribute][:, :, 1])
        return picture_sample(
            self._context,
            request,
            attribute=attribute,
            pixels=pixels,
            resolution_dpi=_RESOLUTION_DPI,
            quality=_quality(attribute, pixels),
            device=self._digital_id,
            device_code=_DEVICE_CODE,
            device_service_version=_SERVICE_VERSION,
        )


def _quality(attribute: BiometricAttribute, pixels: Pixels) -> float:
    """0 for what shows no finger, no eye."""
    if attribute.modality is Modality.FINGER:
        ridges = ridge_quality(pixels)
        return ridges.value if isinstance(ridges, Score) else 0.0
    return judge_iris(pixels).value(QUALITY) or 0.0


def _describe(modality: Modality) -> DeviceDescriptor:
    kind, _, sub_kind = _KINDS[modality]
    digital_id = _digital_id(modality)
    return DeviceDescriptor(
        id=f"files-{modality.value}",
        kind=kind,
        driver=FileDriver.name,
        make=digital_id.make,
        model=digital_id.model,
        serial=digital_id.serial,
        status=DeviceStatus.READY,
        capabilities=(sub_kind.lower(),),
    )


def _digital_id(modality: Modality) -> DigitalId:
    _, kind, sub_kind = _KINDS[modality]
    return DigitalId(f"FILES{modality.name:0<8}", "Muster", "Picture files", kind, sub_kind, "Muster", "MUSTER")
