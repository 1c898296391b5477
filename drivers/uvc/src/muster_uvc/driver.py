"""The driver: cameras on USB, on the network and in video files.

It runs in a process of its own: OpenCV and FFmpeg are native code that reads what strangers send.

Environment::

    MUSTER_CAMERAS             addresses and video files, comma separated: "rtsp://10.0.0.9/live,/srv/face.avi"
    MUSTER_CAMERA_AUTHORITIES  a file of the certificates by which encrypted cameras are believed
    MUSTER_CAMERA_SETTINGS     by device: "uvc-046d-0825-8F2A: size=1920x1080 turned=90; *: size=1280x720"
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from muster.devices.api import (
    DEVICE_ABSENT,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
)
from muster.domain.assessment import Finding
from muster.domain.biometrics import DigitalId
from muster.errors import Code, DeviceUnavailable
from muster_uvc.camera import OpenCamera
from muster_uvc.configured import Address, Configured, VideoFile, configured_from
from muster_uvc.nodes import Node, System, cameras
from muster_uvc.patience import Patience
from muster_uvc.problems import CAMERA_NOT_PERMITTED, KIND, VIDEO_FILE_UNREADABLE
from muster_uvc.reading import reading
from muster_uvc.settings import AllSettings, settings_from
from muster_uvc.sources import CameraSource, LocalCamera, NetworkCamera, VideoPlayer


@dataclass(frozen=True, slots=True)
class Found:
    descriptor: DeviceDescriptor
    source: CameraSource


class CameraDriver:
    """Implements ``devices.api.Driver``."""

    name = "uvc"

    def __init__(
        self,
        configured: Sequence[tuple[str, Configured]] = (),
        settings: AllSettings | None = None,
        system: System | None = None,
        patience: Patience | None = None,
        authorities: str = "",
    ) -> None:
        self._configured = configured
        self._settings = settings or AllSettings({})
        self._system = system or System()
        self._patience = patience or Patience()
        self._authorities = authorities

    def find(self) -> Sequence[DeviceDescriptor]:
        """Cameras of this computer as they are plugged in; others as they were written down, whether or not they
        answer: asking them takes longer than one who looks may wait."""
        return [each.descriptor for each in self._all()]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        """Once it has shown its first picture."""
        found = next((each for each in self._all() if each.descriptor.id == descriptor.id), None)
        if found is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=KIND)
        told = found.descriptor
        settings = self._settings.of(told.id)
        with reading(found.source, settings, context.clock, self._patience) as thread:
            digital_id = DigitalId(told.serial, told.make, told.model, "Face", "Full face", told.make, "OPENCV")
            yield OpenCamera(digital_id, thread, settings, self._patience)

    def _all(self) -> Sequence[Found]:
        local = [Found(_local(each), LocalCamera(each.path)) for each in cameras(self._system)]
        return local + [self._written_down(id_, each) for id_, each in self._configured]

    def _written_down(self, id_: str, camera: Configured) -> Found:
        if isinstance(camera, VideoFile):
            return Found(_video(id_, camera), VideoPlayer(camera.path))
        return Found(_in_network(id_, camera), NetworkCamera(camera, self._patience, self._authorities))


def _video(id_: str, video: VideoFile) -> DeviceDescriptor:
    problem = None if os.access(video.path, os.R_OK) else VIDEO_FILE_UNREADABLE
    return _described(id_, "Video", "file", video.path.name or "?", "", problem, "recorded")


def _in_network(id_: str, camera: Address) -> DeviceDescriptor:
    more = ("not encrypted",) if camera.is_open_to_others else ()
    return _described(id_, "Network", "camera", camera.host, "", None, *more)


def _local(node: Node) -> DeviceDescriptor:
    problem = None if node.is_permitted else CAMERA_NOT_PERMITTED
    return _described(node.id, node.make, node.model, node.serial, str(node.path), problem)


def _described(
    id_: str, make: str, model: str, serial: str, address: str, problem: Code | None, *more: str
) -> DeviceDescriptor:
    return DeviceDescriptor(
        id=id_,
        kind=DeviceKind.CAMERA,
        driver=CameraDriver.name,
        make=make,
        model=model,
        serial=serial,
        status=DeviceStatus.NOT_READY if problem else DeviceStatus.READY,
        capabilities=("video", *more),
        problem=Finding(problem, detail={"kind": KIND}) if problem else None,
        address=address,
    )


def from_environment() -> CameraDriver:
    """What the entry point calls. Raises ``BadInput``."""
    return CameraDriver(
        configured_from(os.environ.get("MUSTER_CAMERAS", "")),
        settings_from(os.environ.get("MUSTER_CAMERA_SETTINGS", "")),
        authorities=os.environ.get("MUSTER_CAMERA_AUTHORITIES", ""),
    )
