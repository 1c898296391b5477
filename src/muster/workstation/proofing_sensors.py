"""The devices at the counter, as proofing methods ask for them (``methods.sensors``).

A method has no screen of its own while it asks: nobody is told to turn or to blink, so that a living face is
judged by watching and by the officer, who has said that the person is there. Leaving the desk ends whatever is
waited for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from threading import Event, Timer

from muster.analysis.api import Pixels
from muster.analysis.face_guidance import FaceGuidance
from muster.analysis.face_recognition import Recogniser
from muster.analysis.pictures import read_picture
from muster.devices.api import DEVICE_FAILED, DEVICE_TIMEOUT, Camera, DeviceContext, DeviceKind, DocumentScanner
from muster.devices.catalogue import Catalogue
from muster.devices.chip_access import ChipKey
from muster.domain.biometrics import BiometricAttribute, LivenessOutcome
from muster.errors import CANCELLED, BadInput, Cancelled, DeviceUnavailable, MusterError
from muster.methods.sensors import ChipSaid, Looked, Touched
from muster.workstation.analysing_face import chosen_recogniser
from muster.workstation.face_liveness import LivenessJudge
from muster.workstation.face_watching import FaceView, FaceWatch
from muster.workstation.mailbox import Mailbox
from muster.workstation.operator_capture import FirstGood, OperatorCapture
from muster.workstation.policy import LivenessDemand, Policy
from muster.workstation.reading_chip import ReadingChip

_LEAST_RESOLUTION_DPI = 300  # Doc 9303's letters are read and a portrait is compared


class ProofingSensors:
    """Implements ``methods.sensors.Sensors``."""

    def __init__(self, catalogue: Catalogue, context: DeviceContext, chips: ReadingChip, policy: Policy) -> None:
        self._catalogue = catalogue
        self._context = context
        self._chips = chips
        self._policy = replace(policy, face_liveness=LivenessDemand.WATCH)
        self._fingers = OperatorCapture(catalogue, context, self._watch, policy)
        self._liveness = LivenessJudge()
        self._closing = Event()

    @cached_property
    def recogniser(self) -> Recogniser:
        return chosen_recogniser()

    def scan(self) -> Pixels:
        resolution_dpi = max(self._policy.scan_resolution_dpi, _LEAST_RESOLUTION_DPI)
        kind = DeviceKind.SCANNER
        try:
            with self._catalogue.open(kind, self._context) as scanner:
                assert isinstance(scanner, DocumentScanner)
                page = scanner.scan(resolution_dpi, self._closing, lambda frame: None)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value) from error
        return read_picture(page.content)

    def look(self) -> Looked:
        stop = Event()
        mailbox = FirstGood(stop, self._closing)
        timer = Timer(self._policy.capture_timeout_s, stop.set)
        timer.start()
        try:
            self._watch(stop, mailbox)
        finally:
            timer.cancel()
        if self._closing.is_set():
            raise Cancelled(CANCELLED)
        view = mailbox.view
        if view is None:
            raise _nobody_seen(mailbox.take())
        assert view.alive is not None  # the policy above asks for it
        judged = self._liveness.judge(view.alive, attested=True)
        return Looked(view.to_keep.frame.pixels, judged.outcome is LivenessOutcome.CONFIRMED)

    def touch(self, finger: BiometricAttribute) -> Touched:
        sample = self._fingers.touch(finger, self._closing)
        return Touched(sample.record, sample.is_level_one)

    def reads_chips(self) -> bool:
        return self._chips.is_ready()

    def read_chip(self, key: ChipKey) -> ChipSaid:
        reading = self._chips.read(key, self._closing, timeout_s=self._policy.capture_timeout_s)
        return ChipSaid(
            reading.authenticity,
            reading.lines,
            {name: each.value for name, each in reading.fields.items()},
            reading.picture(),
            tuple(dict.fromkeys(each.code.name for each in reading.findings)),
        )

    def close(self) -> None:
        self._closing.set()

    def _watch(self, cancel: Event, mailbox: Mailbox[FaceView]) -> None:
        kind = DeviceKind.CAMERA
        try:
            with self._catalogue.open(kind, self._context) as camera:
                assert isinstance(camera, Camera)
                watch = FaceWatch(self._guidance, self._policy, camera.digital_id)
                camera.stream(lambda frame: mailbox.put(watch.see(frame)), cancel)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value) from error

    @cached_property
    def _guidance(self) -> FaceGuidance:
        return FaceGuidance()


def _nobody_seen(newest: FaceView | None) -> MusterError:
    """What was in the way at the end; a camera that showed nothing is silent."""
    if newest is None or not newest.findings:
        return DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.CAMERA.value)
    return BadInput(newest.findings[0].code, **newest.findings[0].detail)
