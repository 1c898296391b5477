"""Fingers and eyes: one placement on a device, judged finger by finger.

The picture is there at once, the station's judgement comes finger by finger from a lane of its own; nothing is to
be pressed meanwhile, nor when all are good.
"""

from __future__ import annotations

import time
from functools import partial
from threading import Event

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QProgressBar, QPushButton

from muster.domain.biometrics import BiometricAttribute, CaptureGroup, ExceptionKind, ForcedBecause
from muster.domain.lifecycle import Registration
from muster.errors import MusterError
from muster.ui import names
from muster.ui.background import Background
from muster.ui.language import say_finding, tr
from muster.ui.widgets.body_map import BodyMap, Finger, Mark, display_order
from muster.ui.widgets.parts import Card, button, empty, label, link, mark
from muster.ui.widgets.picture import PictureView, side_by_side
from muster.ui.wizard.placement_presenter import PlacementPresenter, Row, RowState
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.live import LiveFrames
from muster.workstation.samples import CaptureOutcome

_FRAME_MS = 40
ADVANCE_AFTER_MS = 900
_LAST_JUDGEMENT_MS = 400  # how long it is to be seen before the next page
_JUDGING = "judging"
_MARKS = {
    RowState.WANTED: Mark.WANTED,
    RowState.JUDGING: Mark.JUDGING,
    RowState.KEPT: Mark.GOOD,
    RowState.FORCED: Mark.POOR,
    RowState.POOR: Mark.POOR,
    RowState.EXCEPTION: Mark.EXCEPTION,
}


class PlacementPage(StepPage):
    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        group: CaptureGroup,
    ) -> None:
        super().__init__(enrollment, background, registration)
        self.presenter = PlacementPresenter(
            group, registration, enrollment.attempts_allowed, enrollment.quality_of
        )
        self._cancel = Event()
        self._live = LiveFrames()
        self._capturing = False
        self._captured_at = 0.0
        self.head(
            {
                CaptureGroup.LEFT_SLAP: tr("Left hand"),
                CaptureGroup.RIGHT_SLAP: tr("Right hand"),
                CaptureGroup.THUMBS: tr("Thumbs"),
                CaptureGroup.IRISES: tr("Eyes"),
                CaptureGroup.FACE: tr("Face"),
            }[group],
            names.placement_hint(group),
        )
        row = QHBoxLayout()
        row.setSpacing(18)
        self.picture = PictureView(tr("The live picture appears here."), QSize(360, 240))
        row.addWidget(self.picture, 1)
        side = Card()
        self._map = BodyMap()
        side.column.addWidget(self._map)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(10)
        self._rows.setVerticalSpacing(4)
        self._rows.setColumnStretch(1, 1)
        side.column.addLayout(self._rows)
        self._attempts = label("", "soft")
        side.column.addWidget(self._attempts)
        side.column.addStretch(1)
        row.addWidget(side, 1)
        self.column.addLayout(row, 1)
        self.force = button(tr("Keep the best there is"))
        reasons = QMenu(self.force)
        for because, words in names.forced_reasons(group.modality):
            reasons.addAction(words, partial(self._capture, because))
        self.force.setMenu(reasons)
        self.capture = button(tr("Capture"), primary=True)
        self.capture.clicked.connect(self._capture_once)
        self.again = button(tr("Capture again"))
        self.again.clicked.connect(self._capture_once)
        self.stop = button(tr("Stop"))
        self.stop.clicked.connect(self._stop)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self.completed)
        self.foot(self.force, self.again, self.stop, self.capture, self.next)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._show_newest)
        self._show()

    @property
    def _is_busy(self) -> bool:
        return self._capturing or self.presenter.is_judging

    @property
    def group(self) -> CaptureGroup:
        return self.presenter.group

    def enter(self) -> None:
        (self.next if self.presenter.is_done else self.capture).setFocus()
        kept = sorted(self.presenter.kept, key=display_order)
        if kept:
            self.work("store", lambda: self._kept_pictures(kept), self._show_kept)
        # What keeps it from loading is said when something is to be judged.
        self.background.run(self, _JUDGING, self.enrollment.prepare_judging, _ignore, _ignore)
        self.work("store", self._unjudged, self._judge)

    def _kept_pictures(self, attributes: list[BiometricAttribute]) -> list[np.ndarray]:
        return [self.enrollment.sample_picture(self.registration.id, each) for each in attributes]

    def _show_kept(self, pictures: list[np.ndarray]) -> None:
        if not self._capturing:
            self.picture.show_pixels(side_by_side(pictures))

    def leave(self) -> None:
        self._timer.stop()
        self._cancel.set()

    def _capture_once(self) -> None:
        self._capture(None)

    def _capture(self, because: ForcedBecause | None) -> None:
        self.note.clear()
        self._cancel = Event()
        self._capturing = True
        self._show()
        self._timer.start()
        cancel, mailbox = self._cancel, self._live.mailbox

        def take() -> tuple[CaptureOutcome, tuple[BiometricAttribute, ...]]:
            outcome = self.enrollment.capture_group(
                self.registration.id, self.group, cancel, mailbox, forced=because
            )
            return outcome, self._unjudged()

        self.work("devices", take, self._captured)

    def _unjudged(self) -> tuple[BiometricAttribute, ...]:
        return self.enrollment.unjudged(self.registration.id, self.group)

    def _stop(self) -> None:
        self._cancel.set()

    def _show_newest(self) -> None:
        frame = self._live.mailbox.take()
        if frame is not None:
            self.picture.show_pixels(frame.pixels)

    def _captured(self, taken: tuple[CaptureOutcome, tuple[BiometricAttribute, ...]]) -> None:
        outcome, unjudged = taken
        self._end_capture()
        self._captured_at = time.monotonic()
        self.presenter.captured(outcome)
        self._taken_over(outcome)
        self._judge(unjudged)
        self._go_on()

    def _judge(self, attributes: tuple[BiometricAttribute, ...]) -> None:
        """One piece of work each, so that each is shown when it is done, and closing the window waits for one."""
        if self._capturing:  # taken anew meanwhile
            return
        self.presenter.judging(attributes)
        for attribute in attributes:
            look = partial(self.enrollment.judge, self.registration.id, attribute)
            self.work(_JUDGING, look, partial(self._judged, attribute))
        self._show()

    def _judged(self, attribute: BiometricAttribute, outcome: CaptureOutcome) -> None:
        self.presenter.judged(attribute, outcome)
        self._taken_over(outcome)
        self._go_on()

    def _taken_over(self, outcome: CaptureOutcome) -> None:
        self.registration = outcome.registration
        self._show()
        self.changed.emit()

    def _go_on(self) -> None:
        """Say what is next, once nothing is going on any more."""
        presenter = self.presenter
        if presenter.is_judging or self._capturing:
            return
        if presenter.is_done:
            self.note.say(tr("All are kept."), "good")
            self.next.setFocus()
            since_ms = round(1000 * (time.monotonic() - self._captured_at))
            least = min(_LAST_JUDGEMENT_MS, ADVANCE_AFTER_MS)
            QTimer.singleShot(max(least, ADVANCE_AFTER_MS - since_ms), self, self._advance)
            return
        if presenter.may_force:
            words = tr("The attempts are used up. Keep the best there is, or try once more.")
            self.note.say(words, "warn")
        elif presenter.placement_finding is not None:
            self.note.say(say_finding(presenter.placement_finding), "warn")
        elif presenter.to_take_again:
            again = sorted(presenter.to_take_again, key=display_order)
            wanted = tr(", ").join(names.attribute_name(each) for each in again)
            self.note.say(tr("Capture again: {fingers}", fingers=wanted), "warn")
        (self.force if presenter.may_force else self.capture).setFocus()

    def _advance(self) -> None:
        if self.isVisible() and self.presenter.is_done and not self._capturing:
            self.completed.emit()

    def fail(self, error: MusterError) -> None:
        self._end_capture()
        super().fail(error)
        self.presenter.registered(self.reload())
        self._show()
        self.capture.setFocus()

    def _end_capture(self) -> None:
        self._show_newest()
        self._timer.stop()
        self._capturing = False

    def _except(self, attribute: BiometricAttribute, kind: ExceptionKind, reason: str) -> None:
        self.work(
            "store",
            lambda: self.enrollment.mark_exception(self.registration.id, attribute, kind, reason),
            self._excepted,
        )

    def _clear(self, attribute: BiometricAttribute) -> None:
        self.work(
            "store", lambda: self.enrollment.clear_exception(self.registration.id, attribute), self._excepted
        )

    def _excepted(self, registration: Registration) -> None:
        self.registration = registration
        self.presenter.registered(registration)
        self.note.clear()
        self._show()
        self.changed.emit()
        self.enter()

    def _show(self) -> None:
        presenter, busy = self.presenter, self._is_busy
        rows = sorted(presenter.rows(), key=lambda row: display_order(row.attribute))
        self._map.show_fingers({row.attribute: Finger(_MARKS[row.state], row.quality) for row in rows})
        empty(self._rows)
        for place, row in enumerate(rows):
            self._add_row(2 * place, row)
        attempts = min(presenter.attempts, presenter.attempts_allowed)
        self._attempts.setText(
            tr("Attempt {number} of {allowed}", number=attempts, allowed=presenter.attempts_allowed)
            if presenter.attempts
            else tr("{allowed} attempts are allowed.", allowed=presenter.attempts_allowed)
        )
        self.stop.setVisible(self._capturing)
        self.force.setVisible(presenter.may_force and not busy)
        self.capture.setVisible(not presenter.is_done)
        self.capture.setEnabled(not busy and presenter.can_capture)
        self.capture.setText(self._capture_words())
        self.again.setVisible(presenter.is_done and presenter.can_capture and not busy)
        self.next.setVisible(presenter.is_done)
        self.next.setEnabled(not busy)

    def _capture_words(self) -> str:
        if self._capturing:
            return tr("Capturing …")
        return tr("Being judged …") if self.presenter.is_judging else tr("Capture")

    def _add_row(self, place: int, row: Row) -> None:
        self._rows.addWidget(label(names.attribute_name(row.attribute), wrap=False), place, 0)
        if row.quality is not None:
            bar = QProgressBar()
            bar.setRange(0, 100)
            bar.setValue(round(row.quality))
            bar.setFormat(tr("quality %p"))
            mark(bar, "poor", value=row.state in (RowState.POOR, RowState.FORCED))
            self._rows.addWidget(bar, place, 1)
        else:
            self._rows.addWidget(label(_state_words(row), "soft", wrap=False), place, 1)
        self._rows.addWidget(self._action(row), place, 2, Qt.AlignmentFlag.AlignRight)
        if row.finding is not None:
            words = label(names.finding_words(row.finding), "soft")
            mark(words, "warning", value=row.state is RowState.POOR)
            self._rows.addWidget(words, place + 1, 0, 1, 3)

    def _action(self, row: Row) -> QPushButton:
        if row.state is RowState.EXCEPTION:
            undo = link(tr("Undo"))
            undo.setEnabled(not self._is_busy)
            undo.clicked.connect(partial(self._clear, row.attribute))
            return undo
        cannot = link(tr("Cannot be captured"))
        cannot.setEnabled(not self._is_busy)
        menu = QMenu(cannot)
        for reason, shown, kind in names.exception_reasons(row.attribute.modality):
            menu.addAction(shown, partial(self._except, row.attribute, kind, reason))
        cannot.setMenu(menu)
        return cannot


def _state_words(row: Row) -> str:
    if row.state is RowState.EXCEPTION:
        return tr("cannot be captured")
    if row.state is RowState.JUDGING:
        return tr("is being judged …")
    return tr("to be captured")


def _ignore(_: object) -> None:
    pass
