"""The live picture of the face, judged as it comes, taken with one press; and the photo of an exception, taken in
the same way, where the officer judges more and the program less."""

from __future__ import annotations

from threading import Event

import numpy as np
from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from muster.domain.biometrics import BiometricAttribute
from muster.domain.lifecycle import Registration
from muster.errors import MusterError
from muster.ui import names
from muster.ui.background import Background
from muster.ui.language import say_finding, tr
from muster.ui.widgets.parts import Card, button, label
from muster.ui.widgets.picture import PictureView
from muster.ui.wizard.step_page import StepPage
from muster.workstation.capture import CaptureOutcome, FaceView
from muster.workstation.enrollment import Enrollment
from muster.workstation.mailbox import Mailbox

_FRAME_MS = 40
ADVANCE_AFTER_MS = 900


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
        side.column.addStretch(1)
        self.again = button(tr("Take another picture"))
        self.again.clicked.connect(self._start)
        self.again.hide()
        side.column.addWidget(self.again)
        row.addWidget(side, 1)
        self.column.addLayout(row, 1)
        self.capture = button(tr("Take the picture"), primary=True)
        self.capture.clicked.connect(self._capture)
        self.capture.setEnabled(False)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self.completed)
        self.next.hide()
        self.foot(self.capture, self.next)
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

    def _keep(self, view: FaceView) -> CaptureOutcome:
        """Runs on a lane."""
        return self.enrollment.capture_face(self.registration.id, view)

    def _kept_picture(self) -> np.ndarray:
        """Runs on a lane."""
        return self.enrollment.sample_picture(self.registration.id, BiometricAttribute.FACE)

    def _may_take(self, view: FaceView) -> bool:
        return view.ready

    def _waiting_words(self) -> str:
        return tr("Wait until the frame around the face is green.")

    def _say_of(self, view: FaceView) -> None:
        if view.findings:
            self.note.say(say_finding(view.findings[0]), "warn")
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
        self._timer.start()
        self.work("devices", lambda: self.enrollment.watch_face(cancel, mailbox), lambda nothing: None)

    def _show_newest(self) -> None:
        view = self._mailbox.take()
        if view is None:
            return
        self._view = view
        was_ready, may_take = self.capture.isEnabled(), self._may_take(view)
        self.picture.show_pixels(view.frame.pixels, view.box, good=may_take or not view.findings)
        self.capture.setEnabled(may_take)
        self._say_of(view)
        if may_take and not was_ready:
            self.capture.setFocus()

    def _capture(self) -> None:
        view = self._view
        if view is None:
            return
        self.leave()
        self.capture.setEnabled(False)
        self.work("store", lambda: self._keep(view), self._captured)

    def _captured(self, outcome: CaptureOutcome) -> None:
        self.registration = outcome.registration
        if outcome.findings:
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

    def _keep(self, view: FaceView) -> CaptureOutcome:
        return self.enrollment.capture_exception_photo(self.registration.id, view)

    def _kept_picture(self) -> np.ndarray:
        return self.enrollment.exception_photo(self.registration.id)

    def _may_take(self, view: FaceView) -> bool:
        return view.box is not None

    def _waiting_words(self) -> str:
        return tr("Wait until the camera sees the face.")

    def _say_of(self, view: FaceView) -> None:
        if self._may_take(view):
            self.note.say(tr("Take the picture when everything is to be seen."), "good")
        else:
            self.note.say(say_finding(view.findings[0]), "warn")
