"""Taking face, fingers and irises: device -> judged sample -> journal.

Rules:

1. What is committed is what was judged: of the face the best frame of the stretch in which nothing was in the way,
   of which the frame on the screen is the newest.
2. Each finger and eye is judged by itself against its own threshold, never by an average.
3. A capture below the threshold is not thrown away: the best of each finger over all attempts is held
   in memory, and once the attempts are used up the officer may keep it as *forced*.
4. An attempt is a placement the device answered, whatever came of it; the count survives a crash. A device
   that failed costs none.
5. Nobody is sent home for a face the program does not like: attempts used up, the best there was may be kept as
   *forced*, with what was found in the trail. Only somebody else's face is never kept beside the person's.
6. A sample of a finger that was not asked for is never kept: it may be the wrong hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock
from types import MappingProxyType
from uuid import uuid4

from muster.analysis.face_guidance import FaceGuidance
from muster.analysis.fingerprints import ridge_quality
from muster.audit.catalogue import AuditEvent
from muster.devices.api import (
    DEVICE_FAILED,
    BiometricCapture,
    Camera,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceKind,
)
from muster.devices.attestation import verify_attestation
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.devices.records import face_record, picture_of
from muster.devices.samples import attested_sample
from muster.domain.assessment import Finding, NotAssessed, Severity, blocking
from muster.domain.biometrics import (
    BiometricAttribute,
    CaptureGroup,
    DigitalId,
    Modality,
    SampleFacts,
)
from muster.domain.lifecycle import (
    BlobRef,
    CaptureAttempted,
    ExceptionPhotoTaken,
    Registration,
    SampleCaptured,
)
from muster.domain.registration import RegistrationId
from muster.errors import Code, DeviceUnavailable, MusterError, NotAuthentic, Refused
from muster.workstation.face_watching import FaceView, FaceWatch, JudgedFace
from muster.workstation.journal import Entry, Journal
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import Policy

QUALITY_BELOW_THRESHOLD = Code(
    "QUALITY_BELOW_THRESHOLD", "The quality is {quality} of 100; at least {threshold} is needed. Take it again."
)
WRONG_FINGER = Code(
    "WRONG_FINGER", "The device saw another hand or eye than the one asked for. Place the right one."
)
FINGER_MISSING = Code("FINGER_MISSING", "One finger or eye was not seen. Place all of them and try again.")
NO_RIDGES = Code("NO_RIDGES", "No ridges are visible. Clean the glass and the finger and try again.")
ATTEMPTS_LEFT = Code(
    "ATTEMPTS_LEFT", "There are attempts left. A poor capture can be kept only when all are used up."
)
SAMPLE_NOT_AUTHENTIC = Code(
    "SAMPLE_NOT_AUTHENTIC", "The {kind} signed something else than it handed out. Tell your supervisor."
)
NOTHING_TO_CAPTURE = Code(
    "NOTHING_TO_CAPTURE", "All of these are marked as exceptions; there is nothing to capture."
)
NO_EXCEPTION = Code("NO_EXCEPTION", "No finger and no eye is marked as an exception; there is nothing to show.")

_KINDS = {
    Modality.FACE: DeviceKind.CAMERA,
    Modality.FINGER: DeviceKind.FINGERPRINT,
    Modality.IRIS: DeviceKind.IRIS,
}
_CAMERA_CODE = "muster-camera"
_CAMERA_SERVICE = "0.9.5"


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What came of one finger or eye in one capture."""

    attribute: BiometricAttribute
    quality: float
    threshold: int
    accepted: bool
    findings: tuple[Finding, ...] = ()

    @property
    def shows_something(self) -> bool:
        """Whether it may be kept when nothing better comes: an empty glass may not, whatever its score."""
        return all(finding.code is not NO_RIDGES for finding in self.findings)


@dataclass(frozen=True, slots=True)
class CaptureOutcome:
    """What came of one capture. ``findings`` concern the whole placement."""

    registration: Registration
    samples: tuple[SampleResult, ...]
    findings: tuple[Finding, ...]
    attempts: int
    attempts_allowed: int

    @property
    def may_force(self) -> bool:
        """Whether the officer may now keep the best there is."""
        return self.attempts >= self.attempts_allowed


class Capture:
    """One officer's captures, on the devices at hand."""

    def __init__(
        self,
        journal: Journal,
        catalogue: Catalogue,
        context: DeviceContext,
        guidance: Callable[[], FaceGuidance],
        policy: Policy,
    ) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._context = context
        self._new_guidance = guidance
        self._guidance: FaceGuidance | None = None
        self._loading = Lock()
        self._policy = policy
        # Below-threshold captures of this session, best of each finger: lost with the program, while
        # the attempt count is not; then one more capture is made instead.
        self._best: dict[tuple[RegistrationId, BiometricAttribute], CapturedSample] = {}
        self._best_face: dict[RegistrationId, FaceView] = {}

    def prepare_face(self) -> None:
        """Load what judges faces (about 0.3 s), on any thread. Raises ``Unavailable``, ``NotAuthentic``."""
        self._loaded_guidance()

    def _loaded_guidance(self) -> FaceGuidance:
        with self._loading:
            if self._guidance is None:
                guidance = self._new_guidance()
                guidance.load()
                self._guidance = guidance
            return self._guidance

    def watch_face(self, cancel: Event, mailbox: Mailbox[FaceView]) -> None:
        """Stream and judge until ``cancel``; the newest view is in ``mailbox``.

        Raises ``DeviceUnavailable`` when the camera is absent or goes away, ``Unavailable`` or ``NotAuthentic``
        when the weights are or were changed.
        """
        guidance = self._loaded_guidance()
        try:
            with self._catalogue.open(DeviceKind.CAMERA, self._context) as camera:
                assert isinstance(camera, Camera)
                watch = FaceWatch(guidance, self._policy, camera.digital_id)
                camera.stream(lambda frame: mailbox.put(watch.see(frame)), cancel)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=DeviceKind.CAMERA.value) from error

    def capture_face(
        self, registration_id: RegistrationId, view: FaceView, *, force: bool = False
    ) -> CaptureOutcome:
        """Keep the face in ``view``, or say why not.

        ``force`` keeps the best of all attempts whatever was found; raises ``Refused(ATTEMPTS_LEFT)`` while
        attempts are left.
        """
        state = self._journal.open_draft(registration_id)
        if force and state.attempts.get(CaptureGroup.FACE, 0) < self._policy.attempts:
            raise Refused(ATTEMPTS_LEFT)
        state = self._count_attempt(registration_id, CaptureGroup.FACE)
        face = view.to_keep
        found = blocking(face.findings)
        if not found:
            return self._keep_face(state, view, forced=False)
        self._remember_face(registration_id, view)
        best = self._best_face.get(registration_id)
        if force and best is not None:
            return self._keep_face(state, best, forced=True)
        self._note_refusal(registration_id, CaptureGroup.FACE, found, measures=_measures(face))
        result = SampleResult(BiometricAttribute.FACE, face.quality, 0, accepted=False, findings=face.findings)
        return self._outcome(state, CaptureGroup.FACE, (result,), found)

    def _remember_face(self, registration_id: RegistrationId, view: FaceView) -> None:
        if not view.may_be_forced:
            return
        best = self._best_face.get(registration_id)
        if best is None or view.now.quality >= best.now.quality:
            self._best_face[registration_id] = view

    def _keep_face(self, state: Registration, view: FaceView, *, forced: bool) -> CaptureOutcome:
        face = view.to_keep
        said = {"findings": _codes(face.findings), "measures": _measures(face)}
        sample = self._face_sample(state, face, view.camera)
        state = self._keep(state.id, [sample], CaptureGroup.FACE, forced=forced, said=said)
        self._best_face.pop(state.id, None)
        result = SampleResult(BiometricAttribute.FACE, face.quality, 0, accepted=True, findings=face.findings)
        return self._outcome(state, CaptureGroup.FACE, (result,), ())

    def capture_exception_photo(self, registration_id: RegistrationId, view: FaceView) -> CaptureOutcome:
        """Keep the person together with what cannot be captured. Whose it is must be seen, so there is a face;
        what else the picture needs (a bandaged hand, a helper who holds it up) the officer knows better.

        Raises ``Refused(NO_EXCEPTION)``.
        """
        state = self._journal.open_draft(registration_id)
        if not state.exceptions:
            raise Refused(NO_EXCEPTION)
        if view.box is None:
            self._note_refusal(registration_id, CaptureGroup.FACE, view.findings)
            return CaptureOutcome(state, (), view.findings, 0, self._policy.attempts)
        facts, ref, detail = self._stored(
            registration_id, self._face_sample(state, view.now, view.camera), 1, forced=False
        )
        event = ExceptionPhotoTaken(self._journal.now(), facts, ref)
        entry = Entry(event, AuditEvent.EXCEPTION_PHOTO_TAKEN, detail, ref)
        state = self._journal.commit(registration_id, entry)
        return CaptureOutcome(state, (), (), 1, self._policy.attempts)

    def capture_group(
        self,
        registration_id: RegistrationId,
        group: CaptureGroup,
        cancel: Event,
        mailbox: Mailbox[Frame],
        *,
        force: bool = False,
    ) -> CaptureOutcome:
        """Capture the fingers or eyes of ``group`` that are no exceptions; a good one replaces what is kept.

        ``force`` keeps the best of each over all attempts although it is below the threshold; raises
        ``Refused(ATTEMPTS_LEFT)`` while attempts are left. Raises ``DeviceUnavailable``, ``Cancelled``.
        """
        state = self._journal.open_draft(registration_id)
        wanted = tuple(each for each in group.attributes if each not in state.exceptions)
        if not wanted:
            raise Refused(NOTHING_TO_CAPTURE)
        if force and state.attempts.get(group, 0) < self._policy.attempts:
            raise Refused(ATTEMPTS_LEFT)
        # What was good once stays: only a finger without any sample is filled with its best poor one.
        lacking = tuple(each for each in wanted if each not in state.samples)
        if force and lacking and all((registration_id, each) in self._best for each in lacking):
            return self._keep_best(registration_id, group, lacking)
        samples = self._from_device(registration_id, state, group, wanted, cancel, mailbox)
        return self._judge(registration_id, group, wanted, samples, force)

    def _from_device(
        self,
        registration_id: RegistrationId,
        state: Registration,
        group: CaptureGroup,
        wanted: tuple[BiometricAttribute, ...],
        cancel: Event,
        mailbox: Mailbox[Frame],
    ) -> Sequence[CapturedSample]:
        request = CaptureRequest(
            attributes=wanted,
            requested_score=self._policy.threshold(group),
            timeout_s=self._policy.capture_timeout_s,
            transaction_id=str(uuid4()),
            previous_hash=_chain_end(state),
        )
        kind = _KINDS[group.modality]
        try:
            with self._catalogue.open(kind, self._context) as device:
                assert isinstance(device, BiometricCapture)
                samples = device.capture(request, cancel, mailbox.put)
                check_samples(samples, kind)
        except MusterError as error:
            self._note_failure(registration_id, group, error.code)
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            self._note_failure(registration_id, group, DEVICE_FAILED)
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value) from error
        return samples

    def _note_failure(self, registration_id: RegistrationId, group: CaptureGroup, code: Code) -> None:
        self._journal.note(registration_id, AuditEvent.CAPTURE_FAILED, group=group.value, code=code.name)

    def _judge(
        self,
        registration_id: RegistrationId,
        group: CaptureGroup,
        wanted: tuple[BiometricAttribute, ...],
        samples: Sequence[CapturedSample],
        force: bool,
    ) -> CaptureOutcome:
        state = self._count_attempt(registration_id, group)
        placement = check_placement(wanted, samples)
        if placement:
            self._note_refusal(registration_id, group, placement)
            return self._outcome(state, group, (), placement)
        threshold = self._policy.threshold(group)
        results = tuple(judge_sample(sample, threshold) for sample in samples)
        good = [sample for sample, result in zip(samples, results, strict=True) if result.accepted]
        poor = [sample for sample, result in zip(samples, results, strict=True) if not result.accepted]
        if good:
            state = self._keep(registration_id, good, group, forced=False)
        self._remember(
            registration_id,
            [
                each
                for each, result in zip(samples, results, strict=True)
                if not result.accepted and result.shows_something
            ],
        )
        if poor:
            self._note_refusal(registration_id, group, [f for r in results for f in r.findings])
        lacking = (each.attribute for each in poor if each.attribute not in state.samples)
        available = tuple(each for each in lacking if (registration_id, each) in self._best)
        if force and available:
            return self._keep_best(registration_id, group, available)
        return self._outcome(state, group, results, ())

    def _remember(self, registration_id: RegistrationId, samples: Iterable[CapturedSample]) -> None:
        for sample in samples:
            key = (registration_id, sample.attribute)
            best = self._best.get(key)
            if best is None or sample.quality > best.quality:
                self._best[key] = sample

    def _keep_best(
        self,
        registration_id: RegistrationId,
        group: CaptureGroup,
        attributes: tuple[BiometricAttribute, ...],
    ) -> CaptureOutcome:
        samples = [self._best[registration_id, each] for each in attributes]
        state = self._keep(registration_id, samples, group, forced=True)
        for attribute in attributes:  # only now: a full disk must not cost the captures
            del self._best[registration_id, attribute]
        threshold = self._policy.threshold(group)
        results = tuple(
            SampleResult(sample.attribute, sample.quality, threshold, accepted=True) for sample in samples
        )
        return self._outcome(state, group, results, ())

    def _keep(
        self,
        registration_id: RegistrationId,
        samples: Sequence[CapturedSample],
        group: CaptureGroup,
        *,
        forced: bool,
        said: Mapping[str, str] = MappingProxyType({}),
    ) -> Registration:
        """``said`` is what the trail is told besides."""
        attempts = self._journal.load(registration_id).attempts.get(group, 1)
        return self._journal.commit(
            registration_id, *(self._entry(registration_id, each, attempts, forced, said) for each in samples)
        )

    def _entry(
        self,
        registration_id: RegistrationId,
        sample: CapturedSample,
        attempts: int,
        forced: bool,
        said: Mapping[str, str],
    ) -> Entry:
        facts, ref, detail = self._stored(registration_id, sample, attempts, forced=forced)
        event = SampleCaptured(self._journal.now(), facts, ref)
        return Entry(event, AuditEvent.SAMPLE_CAPTURED, {**detail, **said}, ref)

    def _stored(
        self, registration_id: RegistrationId, sample: CapturedSample, attempts: int, *, forced: bool
    ) -> tuple[SampleFacts, BlobRef, Mapping[str, str]]:
        """The sample's facts, where its record lies now, and what the trail says about it."""
        facts = SampleFacts(
            attribute=sample.attribute,
            quality=sample.quality,
            attempts=attempts,
            forced=forced,
            captured_at=sample.captured_at,
            device=sample.device,
            device_code=sample.device_code,
            device_service_version=sample.device_service_version,
            attestation=sample.attestation,
            chain_hash=sample.hash,
        )
        ref = self._journal.keep(registration_id, sample.record)
        detail = {
            "attribute": sample.attribute.value,
            "quality": f"{sample.quality:.1f}",
            "attempt": str(attempts),
            "forced": str(forced).lower(),
            "device": sample.device.serial,
            "sha256": ref.digest,
        }
        return facts, ref, detail

    def _face_sample(self, state: Registration, face: JudgedFace, camera: DigitalId) -> CapturedSample:
        """A camera hands out pictures only, so record and signature are made here, on its behalf."""
        record = face_record(face.frame.pixels, face.frame.taken_at, face.quality)
        request = CaptureRequest(
            (BiometricAttribute.FACE,), 0, self._policy.capture_timeout_s, str(uuid4()), _chain_end(state)
        )
        return attested_sample(
            self._context.signer,
            request,
            attribute=BiometricAttribute.FACE,
            record=record,
            quality=face.quality,
            captured_at=face.frame.taken_at,
            device=camera,
            device_code=_CAMERA_CODE,
            device_service_version=_CAMERA_SERVICE,
        )

    def _count_attempt(self, registration_id: RegistrationId, group: CaptureGroup) -> Registration:
        event = CaptureAttempted(self._journal.now(), group)
        entry = Entry(event, AuditEvent.CAPTURE_ATTEMPTED, {"group": group.value})
        return self._journal.commit(registration_id, entry)

    def _note_refusal(
        self, registration_id: RegistrationId, group: CaptureGroup, findings: Iterable[Finding], **said: str
    ) -> None:
        self._journal.note(
            registration_id,
            AuditEvent.CAPTURE_BELOW_THRESHOLD,
            group=group.value,
            findings=_codes(findings),
            **said,
        )

    def _outcome(
        self,
        state: Registration,
        group: CaptureGroup,
        samples: tuple[SampleResult, ...],
        findings: tuple[Finding, ...],
    ) -> CaptureOutcome:
        attempts = state.attempts.get(group, 0)
        return CaptureOutcome(state, samples, findings, attempts, self._policy.attempts)


def check_samples(samples: Iterable[CapturedSample], kind: DeviceKind) -> None:
    """Believe nothing a device says about itself: a packet with a wrong signature is refused by the server when
    the person has long left. Raises ``NotAuthentic``, ``DeviceUnavailable``."""
    for sample in samples:
        if not 0 <= sample.quality <= 100:  # false for NaN, too
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind.value)
        try:
            verify_attestation(sample.attestation, sample.record)
        except NotAuthentic as error:
            raise NotAuthentic(SAMPLE_NOT_AUTHENTIC, kind=kind.value) from error


def check_placement(
    wanted: Sequence[BiometricAttribute], samples: Sequence[CapturedSample]
) -> tuple[Finding, ...]:
    """Whether the device saw what it was asked for, no more and no less."""
    seen = {sample.attribute for sample in samples}
    if seen - set(wanted):
        return (Finding(WRONG_FINGER),)
    return tuple(Finding(FINGER_MISSING, field=each.value) for each in wanted if each not in seen)


def judge_sample(sample: CapturedSample, threshold: int) -> SampleResult:
    """Hold one sample against its threshold and, for a finger, look whether there are ridges at all."""
    findings = []
    if sample.quality < threshold:
        detail = {"quality": round(sample.quality), "threshold": threshold}
        findings.append(Finding(QUALITY_BELOW_THRESHOLD, Severity.BLOCKS, sample.attribute.value, detail))
    if sample.attribute.modality is Modality.FINGER:
        ridges = ridge_quality(picture_of(sample.record))
        if isinstance(ridges, NotAssessed):
            findings.append(Finding(NO_RIDGES, field=sample.attribute.value))
    return SampleResult(sample.attribute, sample.quality, threshold, not findings, tuple(findings))


def _chain_end(state: Registration) -> str:
    # Samples of one placement may bear one time where the clock is coarse: then the last of them.
    photo = (state.exception_photo,) if state.exception_photo else ()
    newest = max((*photo, *reversed(tuple(state.samples.values()))), key=lambda event: event.at, default=None)
    return newest.facts.chain_hash if newest else ""


def _codes(findings: Iterable[Finding]) -> str:
    return ",".join(sorted({finding.code.name for finding in findings}))


def _measures(face: JudgedFace) -> str:
    """The numbers for the trail, each in its measure's own unit."""
    return "; ".join(f"{measure}={raw:.3g}" for measure, raw in face.measures.items())
