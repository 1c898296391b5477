"""Carries out what the lane's presenter wants: devices taken into use and given back, pictures kept, fingers
judged, moments waited for.

Everything that takes time runs on a lane. Each device is taken for one round of the presenter: what ends after the
lane went on elsewhere (a pause, another placement) still counts in the registration, and decides nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from muster.domain.biometrics import AttestedBecause, BiometricAttribute
from muster.domain.lifecycle import Registration
from muster.domain.registration import RegistrationId, Step
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.capture.lane_devices import LaneDevices, Taken
from muster.ui.capture.lane_presenter import Doing, LanePresenter
from muster.ui.widgets.picture import image_of
from muster.workstation.capture_lane import Placement
from muster.workstation.devices_desk import DeviceDesk
from muster.workstation.face_watching import FaceView
from muster.workstation.person_capture import PersonCapture
from muster.workstation.samples import CaptureOutcome

T = TypeVar("T")
TakePhoto = Callable[[RegistrationId, FaceView], CaptureOutcome]

_FRAME_MS = 40
# How long a good sign is to be seen before the next placement, and what would help before the next attempt.
ADVANCE_AFTER_MS = 700
RETRY_AFTER_MS = 1800
# How long a good picture is waited for before the officer may insist.
PATIENCE_MS = 8000
_DEVICES, _JUDGING, _LOOKING, _STORE = "devices", "judging", "device-look", "store"


class LaneRunner(QObject):
    """``stands`` when something stands otherwise than before, ``looked`` when there is another picture or
    sentence, ``moved`` with another placement (before its device is taken: whoever hears it may pause), ``kept``
    with the registration after it changed, ``over`` when everything is taken. ``take_photo`` is for the photo
    of an exception.
    """

    stands = Signal()
    looked = Signal()
    moved = Signal(object)
    kept = Signal(object)
    over = Signal()

    def __init__(
        self,
        page: QWidget,
        presenter: LanePresenter,
        captures: PersonCapture,
        take_photo: TakePhoto,
        background: Background,
        plugged_in: DeviceDesk,
    ) -> None:
        super().__init__(page)
        self.presenter = presenter
        self.picture: QImage | None = None
        self.in_use = LaneDevices(captures, presenter.registration.id)
        self._page = page
        self._captures = captures
        self._take_photo = take_photo
        self._background = background
        self._plugged_in = plugged_in
        self._id = presenter.registration.id
        self._round = presenter.round
        self._step = presenter.step
        self._was: tuple[Doing, Step, int, tuple[Placement, ...]] | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._frames = self._timer(self.look)
        self._frames.setSingleShot(False)
        self._patience = self._timer(self._lose_patience)
        self._moment = self._timer(self.moment_over)

    def _timer(self, over: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.timeout.connect(over)
        return made

    def begin(self) -> None:
        """The page is shown: look at what is still to be judged."""
        # What keeps it from loading is said when something is to be judged.
        self._background.run(self, _JUDGING, self._captures.prepare_judging, _ignore, _ignore)
        self._background.run(self, _STORE, partial(self._captures.unjudged, self._id), self._judge, self.fail)

    def rest(self) -> None:
        """The page is left: give everything back."""
        if self.presenter.is_under_way:
            self.presenter.pause()
        self._end_device()
        self._listen(on=False)
        self._moment.stop()

    def follow(self) -> None:
        """Do what the presenter wants now."""
        presenter = self.presenter
        if presenter.step is not self._step:
            self._step = presenter.step
            if not presenter.is_under_way:
                self.picture = None
            self.moved.emit(presenter.step)
        if presenter.round != self._round:
            self._round = presenter.round
            self._end_device()
            if presenter.doing is Doing.LIVE:
                self._begin_device()
        now = (presenter.doing, presenter.step, presenter.round, presenter.placements)
        if now == self._was:
            self.looked.emit()
            return
        self._was = now
        self._moment.stop()
        if presenter.doing in (Doing.GOOD, Doing.AGAIN):
            self._moment.start(ADVANCE_AFTER_MS if presenter.doing is Doing.GOOD else RETRY_AFTER_MS)
        self._listen(on=presenter.doing is Doing.WAITING)
        self.stands.emit()
        if presenter.doing is Doing.DONE:
            QTimer.singleShot(0, self, self._end)

    def _end(self) -> None:
        if self.presenter.doing is Doing.DONE:
            self.over.emit()

    def moment_over(self) -> None:
        """A sign was to be seen for long enough."""
        if not self._page.isVisible():  # beneath a locked screen
            self.presenter.pause()
        self.presenter.waited()
        self.follow()

    # Devices

    def _begin_device(self) -> None:
        self.picture = None
        step, group = self.presenter.step, self.presenter.step.capture_group
        if group is None or step is Step.FACE:
            self._run(_DEVICES, self.in_use.watch_face(for_liveness=group is not None), _ignore)
            self._patience.start(PATIENCE_MS)
        else:
            self._run(_DEVICES, self.in_use.capture(group, self.presenter.keeping), self._placement_taken)
        self._frames.start(_FRAME_MS)

    def _end_device(self) -> None:
        self.look()
        self._frames.stop()
        self._patience.stop()
        self.in_use.end()

    def look(self) -> None:
        """At the newest live picture."""
        frame = self.in_use.frames.mailbox.take()
        if frame is not None:
            self.picture = image_of(frame.pixels)
            self.presenter.frame_seen()
            self.looked.emit()
        view = self.in_use.faces.take()
        if view is not None:
            take = self.presenter.seen(view)
            self.picture = image_of(view.frame.pixels)
            self.looked.emit()
            if take:
                self.take()

    def _lose_patience(self) -> None:
        self.presenter.lost_patience()

    def _run(self, lane: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """For this round."""
        begun = self._round

        def ended(result: T) -> None:
            if begun == self._round:
                done(result)
            else:
                self._came_late(result)

        def failed(error: MusterError) -> None:
            if begun == self._round:
                self.fail(error)

        self._background.run(self, lane, work, ended, failed)

    def _came_late(self, result: object) -> None:
        outcome = result[0] if isinstance(result, tuple) else result
        if isinstance(outcome, CaptureOutcome):
            self._background.run(
                self, _STORE, partial(self._captures.registration, self._id), self._keep_up, _ignore
            )
            self._background.run(self, _STORE, partial(self._captures.unjudged, self._id), self._judge, self.fail)

    def _keep_up(self, registration: Registration) -> None:
        self.presenter.keep_up(registration)
        self.kept.emit(registration)
        self.stands.emit()

    # What is taken

    def take(self, *, attested: AttestedBecause | None = None) -> None:
        """Keep the view at hand, or learn why not."""
        view, keeping = self.presenter.view, self.presenter.keeping
        if view is None:
            return
        self.presenter.taking()
        self._end_device()
        if self.presenter.step is Step.EXCEPTION_PHOTO:
            keep = partial(self._take_photo, self._id, view)
        else:
            keep = partial(
                self._captures.capture_face,
                self._id,
                view,
                forced=keeping.because if keeping else None,
                comment=keeping.comment if keeping else "",
                attested=attested,
            )
        self._run(_STORE, keep, self._face_taken)
        self.follow()

    def _face_taken(self, outcome: CaptureOutcome) -> None:
        self.presenter.face_taken(outcome)
        self.kept.emit(outcome.registration)
        self.follow()

    def _placement_taken(self, taken: Taken) -> None:
        outcome, unjudged = taken
        self._end_device()
        self.presenter.placement_taken(outcome, unjudged)
        self.kept.emit(outcome.registration)
        self._judge(unjudged)
        self.follow()

    def _judge(self, attributes: tuple[BiometricAttribute, ...]) -> None:
        """One piece of work each, so that each is shown when it is done, and closing the window waits for one."""
        if not attributes:
            return
        self.presenter.being_judged(attributes)
        for attribute in attributes:
            look = partial(self._captures.judge, self._id, attribute)
            self._background.run(self, _JUDGING, look, partial(self._judged, attribute), self.fail)
        self.stands.emit()

    def _judged(self, attribute: BiometricAttribute, outcome: CaptureOutcome) -> None:
        self.presenter.judged(attribute, outcome)
        self.kept.emit(outcome.registration)
        self.stands.emit()
        self.follow()

    # What goes wrong

    def fail(self, error: MusterError) -> None:
        """Shown with the registration as it stands after it."""
        self._end_device()
        told, before = partial(self._failed, error, self._round), self.presenter.registration
        read = partial(self._captures.registration, self._id)
        self._background.run(self, _STORE, read, told, lambda another: told(before))

    def _failed(self, error: MusterError, begun: int, registration: Registration) -> None:
        if begun != self._round:
            self._keep_up(registration)
            return
        self.presenter.failed(error, registration)
        self.kept.emit(registration)
        self.follow()

    def _listen(self, *, on: bool) -> None:
        """To what is plugged in, while a device is waited for."""
        if on and self._stop_listening is None:
            tell = self._background.from_elsewhere(self, self._plugged)
            self._stop_listening = self._plugged_in.listen(tell)
            self._plugged(None)
        elif not on and self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    def _plugged(self, change: object) -> None:
        self._background.run(self, _LOOKING, self._plugged_in.kinds_ready, self._ready, _ignore)

    def _ready(self, kinds: frozenset[str]) -> None:
        self.presenter.devices_ready(kinds)
        self.follow()


def _ignore(_: object) -> None:
    pass
