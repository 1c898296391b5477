"""The live picture of the face, judged as it comes, taken with one press; and the photo of an exception, taken in
the same way, where the officer judges more and the program less."""

from __future__ import annotations

from functools import partial
from threading import Event

import numpy as np
from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout

from muster.domain.biometrics import AttestedBecause, BiometricAttribute, CaptureGroup, ForcedBecause
from muster.domain.lifecycle import Registration
from muster.errors import MusterError
from muster.ui import names
from muster.ui.background import Background
from muster.ui.language import say, say_finding, tr
from muster.ui.widgets.parts import Card, button, label, mark
from muster.ui.widgets.picture import PictureView
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.face_watching import FaceView
from muster.workstation.mailbox import Mailbox
from muster.workstation.samples import CaptureOutcome

_FRAME_MS = 40
ADVANCE_AFTER_MS = 900
# How long a good picture is waited for before the officer may insist.
PATIENCE_MS = 8000
# The one thing an officer learns of it; the person is told no more than to look again.
_NOT_CONFIRMED = "LIVENESS_REFUSED"
# Where the face has to go on the screen: the person's left is the officer's right.
_TOWARDS = {
    "FACE_TURN_LEFT": (1, 0),
    "FACE_TURN_RIGHT": (-1, 0),
    "FACE_MOVE_LEFT": (1, 0),
    "FACE_MOVE_RIGHT": (-1, 0),
    "FACE_CHIN_UP": (0, -1),
    "FACE_CHIN_DOWN": (0, 1),
    "FACE_SIT_HIGHER": (0, -1),
    "FACE_SIT_LOWER": (0, 1),
}


class FacePage(StepPage):
    def __init__(self, enrollment: Enrollment, background: Background, registration: Registration) -> None:
        super().__init__(enrollment, background, registration)
        self._cancel: Event | None = None
        self._mailbox: Mailbox[FaceView] = Mailbox()
        self._view: FaceView | None = None
        self.head(*self._words())
        row = QHBoxLayout()
        row.setSpacing(18)
        self.picture = PictureView(tr("The camera is starting …"), QSize(420, 315))
        row.addWidget(self.picture, 3)
        side = Card()
        side.column.addWidget(label(tr("What the camera sees"), "section"))
        self._tips = QVBoxLayout()
        for tip in self._advice():
            self._tips.addWidget(label("•  " + tip))
        side.column.addLayout(self._tips)
        self._attempts = label("", "soft")
        side.column.addWidget(self._attempts)
        side.column.addStretch(1)
        self.again = button(tr("Take another picture"))
        self.again.clicked.connect(self._start)
        self.again.hide()
        side.column.addWidget(self.again)
        row.addWidget(side, 1)
        self.column.addLayout(row, 1)
        self.capture = button(tr("Take the picture"), primary=True)
        self.capture.clicked.connect(partial(self._capture, insist=False))
        self.capture.setEnabled(False)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self.completed)
        self.next.hide()
        self.insist = button(tr("Try with this picture"))
        self.insist.clicked.connect(partial(self._capture, insist=True))
        self.insist.hide()
        self.attest = button(tr("I see the person here myself"))
        reasons = QMenu(self.attest)
        for because, words in names.attested_reasons():
            reasons.addAction(words, partial(self._capture, insist=False, attested=because))
        self.attest.setMenu(reasons)
        self.attest.hide()
        self._was_not_confirmed = False
        self.foot(self.attest, self.insist, self.capture, self.next)
        mark(self.note, "large", value=True)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._show_newest)

    def _words(self) -> tuple[str, str]:
        return (
            tr("Face"),
            tr("Ask the person to look straight into the camera, eyes open, nothing on the head."),
        )

    def _advice(self) -> tuple[str, ...]:
        return (
            tr("One face, alone in the picture"),
            tr("Close enough: about an arm's length"),
            tr("Whole head inside the picture"),
        )

    @property
    def _is_kept(self) -> bool:
        return BiometricAttribute.FACE in self.registration.samples

    def _watch(self, cancel: Event, mailbox: Mailbox[FaceView]) -> None:
        """Runs on a lane."""
        self.enrollment.watch_face(cancel, mailbox)

    def _keep(self, view: FaceView, *, force: bool, attested: AttestedBecause | None) -> CaptureOutcome:
        """Runs on a lane."""
        return self.enrollment.capture_face(
            self.registration.id, view, forced=ForcedBecause.OTHER if force else None, attested=attested
        )

    def _kept_picture(self) -> np.ndarray:
        """Runs on a lane."""
        return self.enrollment.sample_picture(self.registration.id, BiometricAttribute.FACE)

    def _may_take(self, view: FaceView) -> bool:
        return view.ready

    @property
    def _tried(self) -> int:
        return self.registration.attempts.get(CaptureGroup.FACE, 0)

    @property
    def _may_force(self) -> bool:
        """Whether what there is may now be kept whatever was found."""
        return self._tried >= self.enrollment.attempts_allowed

    def _may_attest(self, view: FaceView) -> bool:
        """Whether the officer's word is asked for: attempts used up, and the last one failed for that."""
        return self._was_not_confirmed and self._may_force and view.may_be_forced

    def _may_insist(self, view: FaceView) -> bool:
        return view.is_blocked and view.may_be_forced and (self._tried > 0 or not self._patience.isActive())

    def _waiting_words(self) -> str:
        return tr("Wait until the frame around the face is green.")

    def _say_of(self, view: FaceView) -> None:
        if view.instruction is not None:  # the face turns away because it is asked to
            self.note.say(say(view.instruction))
        elif view.is_blocked:
            self.note.say(say_finding(view.findings[0]), "warn")
        elif view.ready and view.findings:
            advice = say_finding(view.findings[0])
            self.note.say(tr("The picture can be taken. Better still: {advice}", advice=advice), "good")
        elif view.ready:
            self.note.say(tr("The face is good. Take the picture."), "good")
        else:
            self.note.say(tr("Good. Hold still …"))

    def enter(self) -> None:
        if self._is_kept:
            self._show_kept()
        else:
            self._start()

    def leave(self) -> None:
        self._timer.stop()
        self._patience.stop()
        if self._cancel is not None:
            self._cancel.set()
            self._cancel = None

    def _start(self) -> None:
        self.leave()
        self._cancel, self._view = Event(), None
        cancel, mailbox = self._cancel, Mailbox[FaceView]()
        self._mailbox = mailbox
        self.again.setText(tr("Take another picture"))
        self.again.hide()
        self.next.hide()
        self.capture.setText(tr("Take the picture"))
        self.capture.show()
        self.capture.setEnabled(False)
        self.picture.say(tr("The camera is starting …"))
        self.note.say(self._waiting_words())
        self._show_attempts()
        self._timer.start()
        self._patience.start(PATIENCE_MS)
        self.work("devices", lambda: self._watch(cancel, mailbox), lambda nothing: None)

    def _show_newest(self) -> None:
        view = self._mailbox.take()
        if view is None:
            return
        self._view = view
        was_ready, may_take = self.capture.isEnabled(), self._may_take(view)
        self.picture.show_pixels(
            view.frame.pixels, view.box, good=may_take or not view.is_blocked, towards=self._towards(view)
        )
        self.capture.setEnabled(may_take)
        self.insist.setVisible(self._may_insist(view))
        self.attest.setVisible(self._may_attest(view))
        self._say_of(view)
        self.picture.setAccessibleDescription(self.note.text())
        if view.has_challenge_failed and not self._may_attest(view):
            self._capture(insist=False)
        elif may_take and not was_ready:
            self.capture.setFocus()

    def _towards(self, view: FaceView) -> tuple[int, int] | None:
        if view.instruction is not None or not view.is_blocked:
            return None
        return _TOWARDS.get(view.findings[0].code.name)

    def _show_attempts(self) -> None:
        allowed = self.enrollment.attempts_allowed
        self._attempts.setText(
            tr("Attempt {number} of {allowed}", number=min(self._tried, allowed), allowed=allowed)
            if self._tried
            else ""
        )
        self.insist.setText(tr("Keep the best there is") if self._may_force else tr("Try with this picture"))

    def _capture(self, *_: object, insist: bool, attested: AttestedBecause | None = None) -> None:
        view, force = self._view, (insist or attested is not None) and self._may_force
        if view is None:
            return
        self.leave()
        self.capture.setEnabled(False)
        self.insist.hide()
        self.attest.hide()
        self.work("store", lambda: self._keep(view, force=force, attested=attested), self._captured)

    def _captured(self, outcome: CaptureOutcome) -> None:
        self.registration = outcome.registration
        self._was_not_confirmed = any(each.code.name == _NOT_CONFIRMED for each in outcome.findings)
        if outcome.findings:
            if self.isVisible():  # not beneath a locked screen
                self._start()
            self.note.say(say_finding(outcome.findings[0]), "bad")
            return
        self.changed.emit()
        self._show_kept()
        QTimer.singleShot(ADVANCE_AFTER_MS, self, self._advance)

    def _advance(self) -> None:
        if self.isVisible() and self.next.isVisible():
            self.completed.emit()

    def _show_kept(self) -> None:
        self.capture.hide()
        self.insist.hide()
        self.attest.hide()
        self._attempts.setText("")
        self.again.show()
        self.next.show()
        self.next.setFocus()
        self.note.say(tr("The picture is kept."), "good")
        self.work("store", self._kept_picture, self.picture.show_pixels)

    def fail(self, error: MusterError) -> None:
        self.leave()
        super().fail(error)
        self.picture.say(tr("No picture"))
        self.capture.hide()
        self.insist.hide()
        self.attest.hide()
        self.again.setText(tr("Try again"))
        self.again.show()
        self.again.setFocus()


class ExceptionPhotoPage(FacePage):
    """What is missing differs from person to person, so any picture with a face in it may be taken."""

    def _words(self) -> tuple[str, str]:
        missing = ", ".join(names.attribute_name(each) for each in self.registration.exceptions)
        return (
            tr("Photo of the exception"),
            tr("Take one picture of the face together with what cannot be captured: {missing}.", missing=missing),
        )

    def _advice(self) -> tuple[str, ...]:
        return (
            tr("The face and the hand or eye concerned in one picture"),
            tr("No more than that: nobody needs to undress or to take off a bandage"),
            tr("Somebody may help to hold the hand"),
        )

    @property
    def _is_kept(self) -> bool:
        return self.registration.exception_photo is not None

    def _watch(self, cancel: Event, mailbox: Mailbox[FaceView]) -> None:
        self.enrollment.watch_face(cancel, mailbox, for_liveness=False)

    def _keep(self, view: FaceView, *, force: bool, attested: AttestedBecause | None) -> CaptureOutcome:
        return self.enrollment.capture_exception_photo(self.registration.id, view)

    def _kept_picture(self) -> np.ndarray:
        return self.enrollment.exception_photo(self.registration.id)

    @property
    def _tried(self) -> int:
        return 0

    def _may_take(self, view: FaceView) -> bool:
        return view.box is not None

    def _may_insist(self, view: FaceView) -> bool:
        return False

    def _may_attest(self, view: FaceView) -> bool:
        return False

    def _towards(self, view: FaceView) -> tuple[int, int] | None:
        return None

    def _waiting_words(self) -> str:
        return tr("Wait until the camera sees the face.")

    def _say_of(self, view: FaceView) -> None:
        if self._may_take(view):
            self.note.say(tr("Take the picture when everything is to be seen."), "good")
        else:
            self.note.say(say_finding(view.findings[0]), "warn")
