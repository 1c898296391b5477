"""The capture lane on one page: start once, and face, hands and eyes are taken one after the other.

What is taken, what came of it and what may be pressed is the presenter's; here it is shown, devices are taken into
use on their lane, and what a person can do about it is said aloud in their language. Whatever ends after it was
given up (a pause, another placement) still counts, and changes nothing on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QWidget,
)

from muster.domain.biometrics import (
    AttestedBecause,
    BiometricAttribute,
    CaptureGroup,
    ExceptionKind,
    ForcedBecause,
)
from muster.domain.lifecycle import Registration
from muster.domain.registration import Step
from muster.errors import MusterError
from muster.ui import names, shortcuts, theme
from muster.ui.background import Background
from muster.ui.capture.guidance import Guidance, face_mark
from muster.ui.capture.guidance_view import GuidanceView
from muster.ui.capture.lane_buttons import LaneButtons
from muster.ui.capture.lane_devices import LaneDevices, Taken
from muster.ui.capture.lane_presenter import Choice, Doing, LanePresenter, Said
from muster.ui.capture.other_devices import OtherDevices
from muster.ui.capture.placement_strip import PlacementStrip
from muster.ui.capture.reason_panel import Reason
from muster.ui.capture.side import CaptureSide
from muster.ui.capture.tone import Tone
from muster.ui.language import OtherLanguage, say, tr
from muster.ui.widgets.body_map import display_order
from muster.ui.widgets.parts import label, mark
from muster.ui.widgets.picture import image_of, side_by_side
from muster.ui.wizard.step_page import StepPage
from muster.workstation.capture_lane import Placement
from muster.workstation.devices_desk import DeviceDesk, DeviceLine
from muster.workstation.enrollment import Enrollment
from muster.workstation.person_capture import PersonCapture
from muster.workstation.samples import CaptureOutcome
from muster.workstation.speech import Announcer

T = TypeVar("T")

_FRAME_MS = 40
# How long a good sign is to be seen before the next placement, and what would help before the next attempt.
ADVANCE_AFTER_MS = 700
RETRY_AFTER_MS = 1800
# How long a good picture is waited for before the officer may insist.
PATIENCE_MS = 8000
_DEVICES, _JUDGING, _LOOKING, _STORE = "devices", "judging", "device-look", "store"
_NOTE_TONES = {Tone.PLAIN: "plain", Tone.GOOD: "good", Tone.WARN: "warn", Tone.BAD: "bad"}


class CapturePage(StepPage):
    """``plan`` holds the steps of the registration, of which the captures are taken here; ``step`` is the one to
    stand at, by default the first that is not done. ``captures`` is whose they are, by default the person's,
    ``title`` what stands above them.

    ``step_changed`` with the placement that is shown, ``guided`` with what is to be seen of it, for other windows.
    """

    step_changed = Signal(object)
    guided = Signal(object)

    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        plan: Collection[Step],
        devices: DeviceDesk,
        speech: Announcer,
        *,
        step: Step | None = None,
        captures: PersonCapture | None = None,
        title: str = "",
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._captures = captures or enrollment
        self._devices = devices
        self._speech = speech
        self._spoken = OtherLanguage(_language_of(registration))
        self.presenter = LanePresenter(
            registration, plan, self._captures.attempts_allowed, self._captures.quality_of, step
        )
        self._round = self.presenter.round
        self.in_use = LaneDevices(self._captures, registration.id)
        self._picture: QImage | None = None
        self._shown_step = self.presenter.step
        self._shown_words: Said | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._was: tuple[Doing, Step, int, tuple[Placement, ...]] | None = None
        self.side = CaptureSide(self.presenter)
        self.side.asked.connect(self._asked)
        self.side.answered.connect(self._answered)
        self.side.closed.connect(self._give_focus)
        self.side.exceptions.chosen.connect(self._except)
        self.side.exceptions.cleared.connect(self._clear)
        self._build(title or tr("Face, hands and eyes"))
        self._timer = _timer(self, _FRAME_MS, self._show_newest, again=True)
        self._patience = _timer(self, PATIENCE_MS, self._lose_patience)
        self._moment = _timer(self, ADVANCE_AFTER_MS, self._moment_over)
        self._show()

    # The page

    def _build(self, title: str) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._hint = label("", "subtitle")
        self.column.setSpacing(theme.px(theme.CLOSE))
        self.column.addWidget(label(title, "title"))
        self.column.addWidget(self._hint)
        self.strip = PlacementStrip()
        self.strip.wanted.connect(self._choose)
        self.column.addWidget(self.strip)
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.WIDE))
        self.view = GuidanceView(minimum=QSize(theme.px(380), theme.px(250)))
        row.addWidget(self.view, 3)
        row.addWidget(self.side, 2)
        self.column.addLayout(row, 1)
        self.buttons = LaneButtons()
        self.start, self.pause, self.next = self.buttons.start, self.buttons.pause, self.buttons.next
        self.choices = self.buttons.choices
        self.start.clicked.connect(self._start)
        self.pause.clicked.connect(self._pause)
        self.next.clicked.connect(self.completed)
        for choice, made in self.choices.items():
            made.clicked.connect(partial(self._chosen, choice))
        self.others = OtherDevices(self)
        self.others.wanted.connect(self._use_device)
        self.foot(*self.buttons.in_order)
        mark(self.note, "large", value=True)
        shortcuts.add(self, "Space", tr("Start, go on, or take the picture"), self._space)
        shortcuts.add(self, "Esc", tr("Pause"), self._escape)

    @property
    def step(self) -> Step:
        return self.presenter.step

    @property
    def has_picture(self) -> bool:
        return self.view.has_picture

    def enter(self) -> None:
        # What keeps it from loading is said when something is to be judged.
        self.background.run(self, _JUDGING, self._captures.prepare_judging, _ignore, _ignore)
        self.work(_STORE, partial(self._captures.unjudged, self.registration.id), self._judge)
        self._show_kept()
        self._give_focus()

    def leave(self) -> None:
        if self.presenter.is_under_way:
            self.presenter.pause()
        self._end_device()
        self._speech.hush()
        self._listen(on=False)
        self._moment.stop()
        self._show()

    # What the officer presses

    def _start(self, *_: object) -> None:
        self.side.close_question()
        self.presenter.start()
        self._follow()

    def _pause(self, *_: object) -> None:
        self.presenter.pause()
        self._follow()

    def _choose(self, step: Step) -> None:
        self.side.close_question()
        self.presenter.choose(step)
        self._picture = None
        self._follow()
        self._give_focus()
        if not self.presenter.is_under_way:
            self._show_kept()

    def _space(self) -> None:
        self.buttons.press_what_goes_on(self.focusWidget())

    def _escape(self) -> None:
        if self.side.is_asking:
            self.side.close_question()
        elif self.presenter.is_under_way:
            self._pause()

    def _chosen(self, choice: Choice, *_: object) -> None:
        if choice in (Choice.TAKE, Choice.TRY):
            self._take()
        elif choice is Choice.KEEP:
            modality = BiometricAttribute.FACE.modality if self.step is Step.FACE else self._group.modality
            shown = [
                Reason(words, because, because is ForcedBecause.OTHER)
                for because, words in names.forced_reasons(modality)
            ]
            self.side.ask(tr("Why is the best there is kept?"), shown)
        elif choice is Choice.ATTEST:
            attested = [Reason(words, because) for because, words in names.attested_reasons()]
            self.side.ask(tr("I see the person here myself"), attested, with_comment=False)
        else:
            self.work(_LOOKING, self._devices.devices, self._offer_devices)

    def _answered(self, reason: object, comment: str) -> None:
        self.side.close_question()
        if isinstance(reason, AttestedBecause):
            self._take(attested=reason)
        elif isinstance(reason, ForcedBecause):
            if self.presenter.keep(reason, comment):
                self._follow()
            else:
                self._take()

    def _offer_devices(self, lines: Collection[DeviceLine]) -> None:
        asking = self.choices[Choice.OTHER_DEVICE]
        if not self.others.offer(lines, self.presenter.device_kind, asking):
            self.note.say(tr("There is no other device for this."), "warn")

    def _use_device(self, device_id: str) -> None:
        self.work(_STORE, partial(self._devices.choose, device_id), self._start)

    # Exceptions

    def _asked(self) -> None:
        """What cannot be captured is told in peace."""
        if self.presenter.is_under_way and self.presenter.doing is not Doing.STOPPED:
            self._pause()

    def _except(
        self, attributes: tuple[BiometricAttribute, ...], kind: ExceptionKind, reason: str, comment: str
    ) -> None:
        self.side.close_question()
        mark_them = partial(
            self._captures.mark_exceptions, self.registration.id, attributes, kind, reason, comment
        )
        self.work(_STORE, mark_them, self._excepted)

    def _clear(self, attributes: tuple[BiometricAttribute, ...]) -> None:
        self.side.close_question()
        self.work(_STORE, lambda: self._cleared(attributes), self._excepted)

    def _cleared(self, attributes: tuple[BiometricAttribute, ...]) -> Registration:
        """Runs on a lane."""
        for each in attributes:
            self._captures.clear_exception(self.registration.id, each)
        return self._captures.registration(self.registration.id)

    def _excepted(self, registration: Registration) -> None:
        self.presenter.registered(registration)
        self.changed_to(registration)
        self._follow()
        if self.presenter.doing is Doing.RESTING and self.presenter.is_complete:
            self._show_kept()

    # Devices and lanes

    def _follow(self) -> None:
        """Do what the presenter wants now, and show it."""
        presenter = self.presenter
        if presenter.step is not self._shown_step:
            self._shown_step = presenter.step
            if not presenter.is_under_way:
                self._picture = None
                self._show_kept()
                self._guide()
            self.step_changed.emit(presenter.step)  # before the device: whoever hears it may pause
        if presenter.round != self._round:
            self._round = presenter.round
            self._end_device()
            if presenter.doing is Doing.LIVE:
                self._begin_device()
        now = (presenter.doing, presenter.step, presenter.round, presenter.placements)
        if now != self._was:
            self._was = now
            self._moment.stop()
            if presenter.doing in (Doing.GOOD, Doing.AGAIN):
                self._moment.start(ADVANCE_AFTER_MS if presenter.doing is Doing.GOOD else RETRY_AFTER_MS)
            self._listen(on=presenter.doing is Doing.WAITING)
            self._show()
            self._give_focus()
        else:
            self._show_words()
        if presenter.doing is Doing.DONE:
            QTimer.singleShot(0, self, self._complete)

    def _complete(self) -> None:
        if self.isVisible() and self.presenter.doing is Doing.DONE:
            self.completed.emit()

    def _begin_device(self) -> None:
        self._picture = None
        group = self.step.capture_group
        if group is None or self.step is Step.FACE:
            self._run(_DEVICES, self.in_use.watch_face(for_liveness=group is not None), _ignore)
            self._patience.start(PATIENCE_MS)
        else:
            self._run(_DEVICES, self.in_use.capture(group, self.presenter.keeping), self._group_taken)
        self._timer.start()

    def _run(self, lane: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """For this round: what ends after the lane went on elsewhere is not this page's news any more."""
        begun = self._round

        def ended(result: T) -> None:
            if begun == self._round:
                done(result)
            else:
                self._came_late(result)

        def failed(error: MusterError) -> None:
            if begun == self._round:
                self.fail(error)

        self.background.run(self, lane, work, ended, failed)

    def _came_late(self, result: object) -> None:
        outcome = result[0] if isinstance(result, tuple) else result
        if isinstance(outcome, CaptureOutcome):
            self.work(_STORE, partial(self._captures.registration, self.registration.id), self._kept_up)
            self.work(_STORE, partial(self._captures.unjudged, self.registration.id), self._judge)

    def _kept_up(self, registration: Registration) -> None:
        self.presenter.keep_up(registration)
        self.changed_to(registration)
        self._show()

    def _end_device(self) -> None:
        self._show_newest()
        self._timer.stop()
        self._patience.stop()
        self.in_use.end()

    def _show_newest(self) -> None:
        frame = self.in_use.frames.mailbox.take()
        if frame is not None:
            self._picture = image_of(frame.pixels)
            self.presenter.frame_seen()
            self._show_words()
        view = self.in_use.faces.take()
        if view is None:
            return
        take = self.presenter.seen(view)
        self._picture = image_of(view.frame.pixels)
        self._show_words()
        self._show_choices()
        if take:
            self._take()

    def _lose_patience(self) -> None:
        self.presenter.lost_patience()

    def _take(self, *, attested: AttestedBecause | None = None) -> None:
        """Keep the view at hand, or say why not."""
        view, keeping = self.presenter.view, self.presenter.keeping
        if view is None:
            return
        self.presenter.taking()
        self._end_device()
        if self.step is Step.EXCEPTION_PHOTO:
            keep = partial(self.enrollment.capture_exception_photo, self.registration.id, view)
        else:
            keep = partial(
                self._captures.capture_face,
                self.registration.id,
                view,
                forced=keeping.because if keeping else None,
                comment=keeping.comment if keeping else "",
                attested=attested,
            )
        self._run(_STORE, keep, self._face_taken)
        self._follow()

    def _face_taken(self, outcome: CaptureOutcome) -> None:
        self.presenter.face_taken(outcome)
        self.changed_to(outcome.registration)
        self._follow()

    def _group_taken(self, taken: Taken) -> None:
        outcome, unjudged = taken
        self._end_device()
        self.presenter.placement_taken(outcome, unjudged)
        self.changed_to(outcome.registration)
        self._judge(unjudged)
        self._follow()

    def _judge(self, attributes: tuple[BiometricAttribute, ...]) -> None:
        """One piece of work each, so that each is shown when it is done, and closing the window waits for one."""
        if not attributes:
            return
        self.presenter.unjudged(attributes)
        for attribute in attributes:
            look = partial(self._captures.judge, self.registration.id, attribute)
            self.background.run(self, _JUDGING, look, partial(self._judged, attribute), self._not_judged)
        self._show()

    def _judged(self, attribute: BiometricAttribute, outcome: CaptureOutcome) -> None:
        self.presenter.judged(attribute, outcome)
        self.changed_to(outcome.registration)
        self._show()
        self._follow()

    def _not_judged(self, error: MusterError) -> None:
        self.fail(error)

    def _moment_over(self) -> None:
        if not self.isVisible():  # beneath a locked screen
            self.presenter.pause()
        self.presenter.waited()
        self._follow()

    def _listen(self, *, on: bool) -> None:
        """To what is plugged in, while a device is waited for."""
        if on and self._stop_listening is None:
            tell = self.background.from_elsewhere(self, self._devices_changed)
            self._stop_listening = self._devices.listen(tell)
            self._devices_changed(None)
        elif not on and self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    def _devices_changed(self, change: object) -> None:
        self.background.run(self, _LOOKING, self._devices.kinds_ready, self._devices_seen, _ignore)

    def _devices_seen(self, kinds: frozenset[str]) -> None:
        self.presenter.devices_ready(kinds)
        self._follow()

    def fail(self, error: MusterError) -> None:
        self._end_device()
        read = partial(self._captures.registration, self.registration.id)
        self.background.run(self, _STORE, read, partial(self._failed, error), partial(self._failed_twice, error))

    def _failed(self, error: MusterError, registration: Registration) -> None:
        self.presenter.failed(error, registration)
        self.changed_to(registration)
        self._follow()

    def _failed_twice(self, error: MusterError, other: MusterError) -> None:
        self._failed(error, self.registration)

    def changed_to(self, registration: Registration) -> None:
        self.registration = registration
        self.changed.emit()

    # What was kept before

    def _show_kept(self) -> None:
        step = self.step
        kept = sorted(
            (each for each in self.presenter.here if each in self.registration.samples), key=display_order
        )
        if self.presenter.is_under_way:
            return
        if step is Step.EXCEPTION_PHOTO and self.registration.exception_photo is not None:
            photo = partial(self.enrollment.exception_photo, self.registration.id)
            self.background.run(self, _STORE, photo, partial(self._kept_shown, step), _ignore)
        elif kept:
            self.background.run(
                self, _STORE, partial(self._kept_pictures, kept), partial(self._kept_shown, step), _ignore
            )

    def _kept_pictures(self, attributes: list[BiometricAttribute]) -> np.ndarray:
        """Runs on a lane."""
        pictures = [self._captures.sample_picture(self.registration.id, each) for each in attributes]
        return pictures[0] if len(pictures) == 1 else side_by_side(pictures)

    def _kept_shown(self, step: Step, picture: np.ndarray) -> None:
        if step is self.step and not self.presenter.is_under_way:
            self._picture = image_of(picture)
            self._guide()

    # Showing

    @property
    def _group(self) -> CaptureGroup:
        group = self.step.capture_group
        assert group is not None, "not the photo's"
        return group

    def _show(self) -> None:
        presenter = self.presenter
        quiet = presenter.doing in (Doing.RESTING, Doing.STOPPED, Doing.DONE)
        doing = tr("is being judged …") if presenter.doing is Doing.JUDGING else tr("now")
        self.strip.show_placements(presenter.placements, presenter.step, "" if quiet else doing)
        self._hint.setText(self._hint_words())
        self.side.show_standing()
        self._show_choices()
        self._show_words()

    def _hint_words(self) -> str:
        group = self.step.capture_group
        if group is not None:
            return names.placement_hint(group)
        missing = ", ".join(names.attribute_name(each) for each in self.registration.exceptions)
        return tr(
            "Take one picture of the face together with what cannot be captured: {missing}.", missing=missing
        )

    def _show_choices(self) -> None:
        self.buttons.show_what(self.presenter)

    def _show_words(self) -> None:
        said = self.presenter.said
        if said != self._shown_words or not self.note.isVisible():
            self._shown_words = said  # not twenty-five times a second: screen readers read it out
            self.note.say(_sentence(said), _NOTE_TONES[said.tone])
        self._guide()
        self._prompt_aloud()

    def _guide(self) -> None:
        presenter = self.presenter
        view = presenter.view
        live = presenter.doing in (Doing.LIVE, Doing.TAKING)
        states = {each: state for each, state in presenter.samples.items() if each in self.presenter.here}
        guidance = Guidance(
            step=presenter.step,
            prompt=presenter.prompt,
            tone=presenter.said.tone,
            picture=self._picture,
            face=face_mark(view) if live and view is not None else None,
            samples=states,
        )
        self.view.show_guidance(guidance)
        self.guided.emit(guidance)

    def _prompt_aloud(self) -> None:
        prompt = self.presenter.prompt
        if prompt is not None and self.presenter.is_under_way:
            self._speech.say(self._spoken.say(prompt), self._spoken.code)

    def _give_focus(self) -> None:
        """To what goes on, or to the page: a key pressed without thinking must not pause it."""
        if self.side.is_asking:
            return
        (self.buttons.going_on() or self).setFocus()


def _sentence(said: Said) -> str:
    known = {each.value: names.attribute_name(each) for each in BiometricAttribute}
    detail = {key: known.get(str(value), value) for key, value in said.detail.items()}
    if said.fingers:
        fingers = sorted(said.fingers, key=display_order)
        detail["fingers"] = tr(", ").join(names.attribute_name(each) for each in fingers)
    return say(said.code, detail)


def _language_of(registration: Registration) -> str:
    """What the person understands: the language they agreed in."""
    return registration.consent.language if registration.consent else registration.started.languages[0]


def _timer(page: QWidget, after_ms: int, over: Callable[[], None], *, again: bool = False) -> QTimer:
    made = QTimer(page)
    made.setSingleShot(not again)
    made.setInterval(after_ms)
    made.timeout.connect(over)
    return made


def _ignore(_: object) -> None:
    pass
