"""Taking the captures of one person: one door to the devices, the judging beside and the exceptions.

The person to be registered has it in ``enrollment``, whoever brings them in ``introducer``: the same rules, kept
by another journal. What needs a device lives in ``capture`` and ``placements``.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event

from muster.audit.catalogue import AuditEvent
from muster.devices.frames import Frame, Pixels
from muster.devices.records import picture_of
from muster.domain.biometrics import (
    AttestedBecause,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    ExceptionKind,
    ForcedBecause,
)
from muster.domain.lifecycle import ExceptionCleared, ExceptionMarked, Registration
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.workstation.capture import Capture
from muster.workstation.face_watching import FaceView
from muster.workstation.journal import Entry, Journal
from muster.workstation.mailbox import Mailbox
from muster.workstation.placements import Placements
from muster.workstation.policy import Policy
from muster.workstation.samples import CaptureOutcome

SAMPLE_ABSENT = Code("SAMPLE_ABSENT", "This finger, eye or face was not captured yet.")


class PersonCapture:
    """All states it takes and gives are seen from its person."""

    def __init__(self, journal: Journal, capture: Capture, placements: Placements, policy: Policy) -> None:
        self._journal = journal
        self._capture = capture
        self._placements = placements
        self._policy = policy
        self.attempts_allowed = policy.attempts

    def registration(self, registration_id: RegistrationId) -> Registration:
        """Raises ``BadInput(REGISTRATION_UNKNOWN)``."""
        return self._journal.load(registration_id)

    def mark_exception(
        self,
        registration_id: RegistrationId,
        attribute: BiometricAttribute,
        kind: ExceptionKind,
        reason: str,
        comment: str = "",
    ) -> Registration:
        return self.mark_exceptions(registration_id, (attribute,), kind, reason, comment)

    def mark_exceptions(
        self,
        registration_id: RegistrationId,
        attributes: Iterable[BiometricAttribute],
        kind: ExceptionKind,
        reason: str,
        comment: str = "",
    ) -> Registration:
        """All of them or, should the program end meanwhile, none. ``comment`` is for the supervisor."""
        entries = [
            Entry(
                ExceptionMarked(self._journal.now(), BiometricException(attribute, kind, reason, comment)),
                AuditEvent.EXCEPTION_MARKED,
                {"attribute": attribute.value, "kind": kind.value},
            )
            for attribute in attributes
        ]
        return self._journal.commit(registration_id, *entries)

    def clear_exception(self, registration_id: RegistrationId, attribute: BiometricAttribute) -> Registration:
        event = ExceptionCleared(self._journal.now(), attribute)
        detail = {"attribute": attribute.value}
        return self._journal.commit(registration_id, Entry(event, AuditEvent.EXCEPTION_CLEARED, detail))

    def prepare_face(self) -> None:
        """Load what judges faces, so that the first picture is not waited for. Raises ``Unavailable``,
        ``NotAuthentic``."""
        self._capture.prepare_face()

    def watch_face(self, cancel: Event, mailbox: Mailbox[FaceView], *, for_liveness: bool = True) -> None:
        self._capture.watch_face(cancel, mailbox, for_liveness=for_liveness)

    def capture_face(
        self,
        registration_id: RegistrationId,
        view: FaceView,
        *,
        forced: ForcedBecause | None = None,
        comment: str = "",
        attested: AttestedBecause | None = None,
    ) -> CaptureOutcome:
        return self._capture.capture_face(registration_id, view, forced=forced, comment=comment, attested=attested)

    def capture_group(
        self,
        registration_id: RegistrationId,
        group: CaptureGroup,
        cancel: Event,
        mailbox: Mailbox[Frame],
        *,
        forced: ForcedBecause | None = None,
        comment: str = "",
    ) -> CaptureOutcome:
        return self._placements.capture(registration_id, group, cancel, mailbox, forced=forced, comment=comment)

    def prepare_judging(self) -> None:
        """Load what judges fingers, so that the first is not waited for. Raises ``Unavailable``,
        ``NotAuthentic``."""
        self._placements.prepare()

    def unjudged(
        self, registration_id: RegistrationId, group: CaptureGroup | None = None
    ) -> tuple[BiometricAttribute, ...]:
        """What was captured and is still to be judged here, one by one, on a lane."""
        return self._placements.unjudged(registration_id, group)

    def judge(self, registration_id: RegistrationId, attribute: BiometricAttribute) -> CaptureOutcome:
        return self._placements.judge(registration_id, attribute)

    def quality_of(self, state: Registration, attribute: BiometricAttribute) -> float:
        """The quality that counts of what was captured, 0..100. Pure."""
        return self._policy.quality_of(state, attribute)

    def sample_picture(
        self, registration_id: RegistrationId, attribute: BiometricAttribute, *, enough_px: int = 0
    ) -> Pixels:
        """The picture inside a kept record: (h, w) grey or (h, w, 3) RGB; a smaller one where it need be no larger
        than ``enough_px``. Raises ``BadInput``."""
        sample = self._journal.load(registration_id).samples.get(attribute)
        if sample is None:
            raise BadInput(SAMPLE_ABSENT)
        return picture_of(self._journal.read(registration_id, sample.record), enough_px=enough_px)
