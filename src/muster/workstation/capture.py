"""Taking the face, and the photo of an exception: camera -> judged picture -> journal.

Rules:

1. What is committed is what was judged: the best frame of the stretch in which nothing was in the way, of which
   the frame on the screen is the newest. Of a camera that signs for itself it is the record it then signs, judged
   in its turn (``signing_camera``).
2. An attempt is a look the officer took, whatever came of it; the count survives a crash. A device that failed
   costs none.
3. Nobody is sent home for a face the program does not like: attempts used up, the best there was may be kept as
   *forced*, with what was found in the trail. Only somebody else's face is never kept beside the person's.
4. Whether the face is a living one is judged over the seconds before, and what came of it goes with the face. One
   that could not be confirmed is not kept; attempts used up, the officer may attest it and says why.

Fingers and irises are taken in ``placements``.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock
from uuid import uuid4

from muster.analysis.face_guidance import FaceGuidance
from muster.audit.catalogue import AuditEvent
from muster.devices.api import DEVICE_FAILED, Camera, CapturedSample, CaptureRequest, DeviceContext, DeviceKind
from muster.devices.catalogue import Catalogue
from muster.devices.records import face_record
from muster.devices.samples import attested_sample
from muster.domain.assessment import Finding, blocking
from muster.domain.biometrics import (
    AttestedBecause,
    BiometricAttribute,
    CaptureGroup,
    DigitalId,
    ForcedBecause,
    LivenessOutcome,
)
from muster.domain.lifecycle import ExceptionPhotoTaken, LivenessJudged, PoorSamplesKept, Registration
from muster.domain.registration import RegistrationId
from muster.errors import Code, DeviceUnavailable, MusterError, Refused
from muster.workstation.face_liveness import NOT_JUDGED, JudgedLiveness, LivenessJudge
from muster.workstation.face_watching import FaceView, FaceWatch, JudgedFace
from muster.workstation.file_devices import StillCamera
from muster.workstation.journal import Entry, Journal
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import LivenessDemand, Policy
from muster.workstation.samples import (
    ATTEMPTS_LEFT,
    CaptureOutcome,
    SampleBook,
    SampleResult,
    chain_end,
    codes,
)
from muster.workstation.signing_camera import SignedFace, SigningCamera

NO_EXCEPTION = Code("NO_EXCEPTION", "No finger and no eye is marked as an exception; there is nothing to show.")

CAMERA_CODE = "muster-camera"
CAMERA_SERVICE = "0.9.5"


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
        self._book = SampleBook(journal, policy)
        self._liveness = LivenessJudge()
        self._signing = SigningCamera(catalogue, context, policy)
        self._best_face: dict[RegistrationId, FaceView] = {}

    def beside(self, journal: Journal) -> Capture:
        """The same devices and judges, written down elsewhere."""
        return Capture(journal, self._catalogue, self._context, self._loaded_guidance, self._policy)

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

    def watch_face(self, cancel: Event, mailbox: Mailbox[FaceView], *, for_liveness: bool = True) -> None:
        """Stream and judge until ``cancel``; the newest view is in ``mailbox``. ``for_liveness`` is of a face that
        is to be taken for a living one.

        Raises ``DeviceUnavailable`` when the camera is absent or goes away, ``Unavailable`` or ``NotAuthentic``
        when the weights are or were changed.
        """
        guidance = self._loaded_guidance()
        try:
            with self._catalogue.open(DeviceKind.CAMERA, self._context) as camera:
                assert isinstance(camera, Camera)
                can_tell = for_liveness and not isinstance(camera, StillCamera)
                watch = FaceWatch(guidance, self._policy, camera.digital_id, for_liveness=can_tell)
                with self._signing.watched(camera):
                    camera.stream(lambda frame: mailbox.put(watch.see(frame)), cancel)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=DeviceKind.CAMERA.value) from error

    def capture_face(
        self,
        registration_id: RegistrationId,
        view: FaceView,
        *,
        forced: ForcedBecause | None = None,
        comment: str = "",
        attested: AttestedBecause | None = None,
    ) -> CaptureOutcome:
        """Keep the face in ``view``, or say why not.

        ``forced`` keeps the best of all attempts whatever was found of its quality, with the officer's reason and
        ``comment``; ``attested`` a face that could not be confirmed to be a living one; both raise
        ``Refused(ATTEMPTS_LEFT)`` while attempts are left.

        Raises ``Unavailable``, ``NotAuthentic`` for weights; of a camera that signs for itself also
        ``DeviceUnavailable``, ``NotAuthentic`` and ``MalformedData``.
        """
        state = self._journal.open_draft(registration_id)
        if (forced or attested) and state.attempts.get(CaptureGroup.FACE, 0) < self._policy.attempts:
            raise Refused(ATTEMPTS_LEFT)
        force = forced is not None
        signed = self._signed(state, view, force=force)
        state = self._book.count_attempt(registration_id, CaptureGroup.FACE)
        found = blocking(view.to_keep.findings)
        if found:
            self._remember_face(registration_id, view)
            best = self._best_face.get(registration_id)
            if not force or best is None:
                return self._refuse_face(state, view, found)
            view = best
        alive = self._judged(view, attested)
        if alive is not None and alive.outcome is LivenessOutcome.REFUSED:
            self._journal.commit(registration_id, self._liveness_entry(registration_id, alive))
            return self._refuse_face(state, view, alive.findings)
        if signed is not None:
            in_the_way = signed.in_the_way(self._policy.face_never_kept, forced=force)
            if in_the_way:
                return self._refuse_face(state, view, in_the_way)
            found = blocking(signed.face.findings)
        because = forced if found else None
        return self._keep_face(state, view, alive, signed, because=because, comment=comment, attested=attested)

    def _signed(self, state: Registration, view: FaceView, *, force: bool) -> SignedFace | None:
        """What a camera that signs for itself takes now. Before the attempt is counted: what fails there costs
        none."""
        if not self._signing.signs(view.camera) or (blocking(view.to_keep.findings) and not force):
            return None
        return self._signing.take(self._face_request(state), view.to_keep)

    def _refuse_face(self, state: Registration, view: FaceView, found: tuple[Finding, ...]) -> CaptureOutcome:
        face = view.to_keep
        self._book.note_refusal(state.id, CaptureGroup.FACE, found, measures=_measures(face))
        result = SampleResult(BiometricAttribute.FACE, face.quality, 0, accepted=False, findings=found)
        return self._book.outcome(state, CaptureGroup.FACE, (result,), found)

    def _judged(self, view: FaceView, attested: AttestedBecause | None) -> JudgedLiveness | None:
        """None where the policy asks for no judgement."""
        if self._policy.face_liveness is LivenessDemand.NONE:
            return None
        if view.alive is None:
            return NOT_JUDGED
        return self._liveness.judge(view.alive, attested=attested is not None)

    def _liveness_entry(
        self,
        registration_id: RegistrationId,
        alive: JudgedLiveness,
        record: str = "",
        attested: AttestedBecause | None = None,
    ) -> Entry:
        signals = self._journal.keep(registration_id, alive.signals) if alive.signals else None
        because = attested if alive.outcome is LivenessOutcome.ATTESTED else None
        event = LivenessJudged(self._journal.now(), alive.outcome, signals, record, because)
        detail = {"outcome": alive.outcome.value}
        if signals is not None:
            detail["sha256"] = signals.digest
        if because is not None:
            detail["because"] = because.value
        return Entry(event, AuditEvent.LIVENESS_JUDGED, detail, signals)

    def _remember_face(self, registration_id: RegistrationId, view: FaceView) -> None:
        if not view.may_be_forced:
            return
        best = self._best_face.get(registration_id)
        if best is None or view.now.quality >= best.now.quality:
            self._best_face[registration_id] = view

    def _keep_face(
        self,
        state: Registration,
        view: FaceView,
        alive: JudgedLiveness | None,
        signed: SignedFace | None,
        *,
        because: ForcedBecause | None,
        comment: str,
        attested: AttestedBecause | None,
    ) -> CaptureOutcome:
        face = signed.face if signed else view.to_keep
        sample = signed.sample if signed else self._face_sample(state, face, view.camera)
        said = {"findings": codes((*face.findings, *sample.findings)), "measures": _measures(face)}
        attempts = state.attempts.get(CaptureGroup.FACE, 1)
        entry, record = self._book.entry(state.id, sample, attempts, forced=because is not None, said=said)
        entries = [entry]
        if because is not None:
            detail = {"group": CaptureGroup.FACE.value, "because": because.value}
            kept = PoorSamplesKept(self._journal.now(), (BiometricAttribute.FACE,), because, comment)
            entries.append(Entry(kept, AuditEvent.POOR_SAMPLES_KEPT, detail))
        if alive is not None:
            entries.append(self._liveness_entry(state.id, alive, record.name, attested))
        state = self._journal.commit(state.id, *entries)
        self._best_face.pop(state.id, None)
        result = SampleResult(BiometricAttribute.FACE, face.quality, 0, accepted=True, findings=face.findings)
        return self._book.outcome(state, CaptureGroup.FACE, (result,), ())

    def capture_exception_photo(self, registration_id: RegistrationId, view: FaceView) -> CaptureOutcome:
        """Keep the person together with what cannot be captured. Whose it is must be seen, so there is a face;
        what else the picture needs (a bandaged hand, a helper who holds it up) the officer knows better.

        Raises ``Refused(NO_EXCEPTION)``.
        """
        state = self._journal.open_draft(registration_id)
        if not state.exceptions:
            raise Refused(NO_EXCEPTION)
        if view.box is None:
            self._book.note_refusal(registration_id, CaptureGroup.FACE, view.findings)
            return CaptureOutcome(state, (), view.findings, 0, self._policy.attempts)
        facts, ref, detail = self._book.stored(
            registration_id, self._face_sample(state, view.now, view.camera), 1, forced=False
        )
        event = ExceptionPhotoTaken(self._journal.now(), facts, ref)
        entry = Entry(event, AuditEvent.EXCEPTION_PHOTO_TAKEN, detail, ref)
        state = self._journal.commit(registration_id, entry)
        return CaptureOutcome(state, (), (), 1, self._policy.attempts)

    def _face_sample(self, state: Registration, face: JudgedFace, camera: DigitalId) -> CapturedSample:
        """A camera hands out pictures only, so record and signature are made here, on its behalf."""
        record = face_record(face.frame.pixels, face.frame.taken_at, face.quality)
        return attested_sample(
            self._context.signer,
            self._face_request(state),
            attribute=BiometricAttribute.FACE,
            record=record,
            quality=face.quality,
            captured_at=face.frame.taken_at,
            device=camera,
            device_code=CAMERA_CODE,
            device_service_version=CAMERA_SERVICE,
        )

    def _face_request(self, state: Registration) -> CaptureRequest:
        timeout_s = self._policy.capture_timeout_s
        return CaptureRequest((BiometricAttribute.FACE,), 0, timeout_s, str(uuid4()), chain_end(state))


def _measures(face: JudgedFace) -> str:
    """The numbers for the trail, each in its measure's own unit."""
    return "; ".join(f"{measure}={raw:.3g}" for measure, raw in face.measures.items())
