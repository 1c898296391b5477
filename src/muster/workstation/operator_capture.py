"""Taking one finger or the face of somebody who works here, from the devices at hand."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Timer
from uuid import uuid4

from muster.devices.api import (
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    BiometricCapture,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceKind,
)
from muster.devices.attestation import verify_attestation
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.devices.records import face_record
from muster.devices.samples import attested_sample
from muster.domain.biometrics import BiometricAttribute
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable, MusterError
from muster.workstation.capture import CAMERA_CODE, CAMERA_SERVICE
from muster.workstation.face_watching import FaceView
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import Policy

WatchFace = Callable[[Event, Mailbox[FaceView]], None]


class OperatorCapture:
    """``watch_face`` streams and judges, as for anybody."""

    def __init__(
        self, catalogue: Catalogue, context: DeviceContext, watch_face: WatchFace, policy: Policy
    ) -> None:
        self._catalogue = catalogue
        self._context = context
        self._watch_face = watch_face
        self._policy = policy

    def touch(
        self,
        finger: BiometricAttribute,
        cancel: Event,
        on_preview: Callable[[Frame], None] = lambda frame: None,
    ) -> CapturedSample:
        """One finger, signed by its device. Raises ``DeviceUnavailable``, ``NotAuthentic``, ``Cancelled``."""
        request = CaptureRequest(
            (finger,), self._policy.finger_threshold, self._policy.capture_timeout_s, str(uuid4())
        )
        kind = DeviceKind.FINGERPRINT
        try:
            with self._catalogue.open(kind, self._context) as device:
                assert isinstance(device, BiometricCapture)
                samples = device.capture(request, cancel, on_preview)
                for sample in samples:
                    verify_attestation(sample.attestation, sample.record)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value) from error
        if not samples:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=kind.value)
        return max(samples, key=lambda each: each.quality)

    def look(self, cancel: Event) -> CapturedSample:
        """The best face of the first good stretch, signed on the camera's behalf. Raises ``DeviceUnavailable``
        (also when there was none in time), ``Cancelled``."""
        stop = Event()
        mailbox = FirstGood(stop, cancel)
        timer = Timer(self._policy.capture_timeout_s, stop.set)
        timer.start()
        try:
            self._watch_face(stop, mailbox)
        finally:
            timer.cancel()
        if cancel.is_set():
            raise Cancelled(CANCELLED)
        if mailbox.view is None:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.CAMERA.value)
        return self._sample(mailbox.view)

    def _sample(self, view: FaceView) -> CapturedSample:
        face = view.to_keep
        return attested_sample(
            self._context.signer,
            CaptureRequest((BiometricAttribute.FACE,), 0, self._policy.capture_timeout_s, str(uuid4())),
            attribute=BiometricAttribute.FACE,
            record=face_record(face.frame.pixels, face.frame.taken_at, face.quality),
            quality=face.quality,
            captured_at=face.frame.taken_at,
            device=view.camera,
            device_code=CAMERA_CODE,
            device_service_version=CAMERA_SERVICE,
        )


class FirstGood(Mailbox[FaceView]):
    """Stops the camera as soon as a picture could be taken, or somebody does not want one any more."""

    def __init__(self, stop: Event, cancel: Event) -> None:
        super().__init__()
        self._stop = stop
        self._cancel = cancel
        self.view: FaceView | None = None

    def put(self, value: FaceView) -> None:
        super().put(value)
        if self.view is None and value.ready:
            self.view = value
        if self.view is not None or self._cancel.is_set():
            self._stop.set()
