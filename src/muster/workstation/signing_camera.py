"""A camera that signs for itself: the record it signed is kept, in the place of one made on its behalf.

It takes the signed picture when the officer presses, a moment after the one that was judged. So that picture is
judged as well, and has to show the face that was before the camera: whether it is a living one was told of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Event

from muster.analysis.api import Pixels
from muster.analysis.face_guidance import FaceGuidance
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, ShippedRecogniser, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.analysis.pictures import as_rgb
from muster.devices.api import (
    DEVICE_FAILED,
    BiometricCapture,
    Camera,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceKind,
)
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.devices.records import picture_of
from muster.domain.assessment import Finding, blocking
from muster.domain.biometrics import DigitalId
from muster.errors import BadInput, Code, DeviceUnavailable, MusterError
from muster.workstation.face_watching import JudgedFace, by_policy, judged_face
from muster.workstation.policy import Policy

SIGNED_ANOTHER_FACE = Code(
    "SIGNED_ANOTHER_FACE",
    "The picture that the camera signed does not show the face that was before it. Take the picture again.",
)


@dataclass(frozen=True, slots=True, eq=False)
class SignedFace:
    """What the camera signed, and what was said about it."""

    sample: CapturedSample
    face: JudgedFace

    def in_the_way(self, never_kept: frozenset[str], *, forced: bool) -> tuple[Finding, ...]:
        """What keeps it from being kept; ``forced``, only that it is somebody else's."""
        found = blocking(self.face.findings)
        if not forced:
            return found
        return tuple(each for each in found if each.code is SIGNED_ANOTHER_FACE or each.code.name in never_kept)


class SigningCamera:
    """Whether the camera signs is learnt while it is watched."""

    def __init__(self, catalogue: Catalogue, context: DeviceContext, policy: Policy) -> None:
        self._catalogue = catalogue
        self._context = context
        self._policy = policy
        self._signing: set[DigitalId] = set()
        self._open: BiometricCapture | None = None

    @contextmanager
    def watched(self, camera: Camera) -> Iterator[None]:
        """While it streams it is asked over its open connection: it is busy for any other."""
        if not isinstance(camera, BiometricCapture):
            yield
            return
        self._signing.add(camera.digital_id)
        self._open = camera
        try:
            yield
        finally:
            self._open = None

    def signs(self, camera: DigitalId) -> bool:
        return camera in self._signing

    def take(self, request: CaptureRequest, seen: JudgedFace) -> SignedFace:
        """Raises ``DeviceUnavailable``, ``NotAuthentic``, ``MalformedData``; ``Unavailable`` for weights."""
        camera = self._open
        if camera is not None:
            return self._judged(self._captured(camera, request), seen)
        with self._catalogue.open(DeviceKind.CAMERA, self._context) as opened:
            if not isinstance(opened, BiometricCapture):  # another one than was watched
                raise DeviceUnavailable(DEVICE_FAILED, kind=DeviceKind.CAMERA.value)
            sample = self._captured(opened, request)
        return self._judged(sample, seen)

    def _captured(self, camera: BiometricCapture, request: CaptureRequest) -> CapturedSample:
        try:
            samples = camera.capture(request, Event(), _ignore)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=DeviceKind.CAMERA.value) from error
        if [each.attribute for each in samples] != list(request.attributes):
            raise DeviceUnavailable(DEVICE_FAILED, kind=DeviceKind.CAMERA.value)
        return samples[0]

    def _judged(self, sample: CapturedSample, seen: JudgedFace) -> SignedFace:
        pixels = as_rgb(picture_of(sample.record))
        assessment = self._guidance.assess(pixels)
        findings = by_policy(assessment.findings, self._policy.face_blocks)
        if not self._is_same(pixels, as_rgb(seen.frame.pixels)):
            findings = (Finding(SIGNED_ANOTHER_FACE), *findings)
        frame = Frame(pixels, sample.captured_at)
        return SignedFace(sample, judged_face(frame, None, replace(assessment, findings=findings)))

    def _is_same(self, one: Pixels, other: Pixels) -> bool:
        try:
            return compare(self._template(one), self._template(other), self._recogniser.calibration).is_match
        except BadInput:  # none or several: whose face it is cannot be told
            return False

    def _template(self, pixels: Pixels) -> FaceTemplate:
        return template_in(pixels, self._detector, self._mesher, self._recogniser)

    @cached_property
    def _guidance(self) -> FaceGuidance:
        return FaceGuidance()

    @cached_property
    def _recogniser(self) -> ShippedRecogniser:
        return ShippedRecogniser()

    @cached_property
    def _detector(self) -> FaceDetector:
        return FaceDetector()

    @cached_property
    def _mesher(self) -> FaceMesher:
        return FaceMesher()


def _ignore(frame: Frame) -> None:
    pass
