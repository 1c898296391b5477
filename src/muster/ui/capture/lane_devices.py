"""The devices of a capture lane, one at a time. What is to run on a lane comes as a callable; live pictures lie in
mailboxes that whoever shows them empties."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.registration import RegistrationId
from muster.ui.capture.lane_presenter import Keeping
from muster.workstation.face_watching import FaceView
from muster.workstation.live import LiveFrames
from muster.workstation.mailbox import Mailbox
from muster.workstation.person_capture import PersonCapture
from muster.workstation.samples import CaptureOutcome

Taken = tuple[CaptureOutcome, tuple[BiometricAttribute, ...]]
"""What came of a placement, and what of it is still to be judged."""


class LaneDevices:
    def __init__(self, captures: PersonCapture, registration_id: RegistrationId) -> None:
        self._captures = captures
        self._registration_id = registration_id
        self._cancel = Event()
        self.faces: Mailbox[FaceView] = Mailbox()
        self.frames = LiveFrames()

    @property
    def is_cancelled(self) -> bool:
        return self._cancel.is_set()

    def watch_face(self, *, for_liveness: bool) -> Callable[[], None]:
        self._cancel = cancel = Event()
        self.faces = mailbox = Mailbox[FaceView]()
        return lambda: self._captures.watch_face(cancel, mailbox, for_liveness=for_liveness)

    def capture(self, group: CaptureGroup, keeping: Keeping | None) -> Callable[[], Taken]:
        self._cancel = cancel = Event()
        self.frames = live = LiveFrames()

        def take() -> Taken:
            outcome = self._captures.capture_group(
                self._registration_id,
                group,
                cancel,
                live.mailbox,
                forced=keeping.because if keeping else None,
                comment=keeping.comment if keeping else "",
            )
            return outcome, self._captures.unjudged(self._registration_id, group)

        return take

    def end(self) -> None:
        """The device that is in use is given back."""
        self._cancel.set()
