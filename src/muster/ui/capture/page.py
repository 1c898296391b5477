"""The capture lane on one page: start once, and face, hands and eyes are taken one after the other.

What is taken, what came of it and what may be pressed is the presenter's, carrying it out the runner's; here it is
shown, the officer's presses are handed on, and what the person is asked for is said aloud in their language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
)

from muster.domain.biometrics import (
    AttestedBecause,
    BiometricAttribute,
    ExceptionKind,
    ForcedBecause,
)
from muster.domain.lifecycle import Registration
from muster.domain.registration import Step
from muster.errors import Code, MusterError
from muster.ui import names, shortcuts, theme
from muster.ui.background import Background
from muster.ui.capture.guidance import Guidance, face_mark
from muster.ui.capture.guidance_view import GuidanceView
from muster.ui.capture.lane_buttons import LaneButtons
from muster.ui.capture.lane_presenter import Choice, Doing, LanePresenter
from muster.ui.capture.lane_runner import LaneRunner
from muster.ui.capture.lane_words import Said
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
from muster.workstation.devices_desk import DeviceDesk, DeviceLine
from muster.workstation.enrollment import Enrollment
from muster.workstation.person_capture import PersonCapture
from muster.workstation.speech import Announcer

_LOOKING, _STORE = "device-look", "store"
# How long a prompt stands before it is said: what changes at once is not worth hearing.
_SAID_AFTER_MS = 400
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
        in_pieces: bool = False,
    ) -> None:
        """``in_pieces``: what it shows is yet to be filled in (``pieces``)."""
        super().__init__(enrollment, background, registration)
        self._captures = captures or enrollment
        self._devices = devices
        self._speech = speech
        self._spoken = OtherLanguage(_language_of(registration))
        self.presenter = LanePresenter(
            registration, plan, self._captures.attempts_allowed, self._captures.quality_of, step
        )
        self.runner = LaneRunner(
            self, self.presenter, self._captures, enrollment.capture_exception_photo, background, devices
        )
        self.runner.stands.connect(self._stands)
        self.runner.looked.connect(self._show_words)
        self.runner.moved.connect(self._moved)
        self.runner.kept.connect(self._kept)
        self.runner.over.connect(self._over)
        self._shown_words: Said | None = None
        self._prompt: Code | None = None
        self.side = CaptureSide(self.presenter)
        self.side.asked.connect(self._asked)
        self.side.answered.connect(self._answered)
        self.side.closed.connect(self._give_focus)
        self.side.exceptions.chosen.connect(self._except)
        self.side.exceptions.cleared.connect(self._clear)
        self._build(title or tr("Face, hands and eyes"))
        self._breath = QTimer(self)
        self._breath.setSingleShot(True)
        self._breath.timeout.connect(self._say_prompt)
        if not in_pieces:
            self._show()

    # The page

    def pieces(self) -> Iterator[None]:
        self._show()
        yield

    def _build(self, title: str) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
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
        self.buttons.elsewhere.clicked.connect(self._go_on_elsewhere)
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
        self.runner.begin()
        self._show_kept()
        self._give_focus()

    def leave(self) -> None:
        self.runner.rest()
        self._breath.stop()
        self._speech.hush()
        self._show()

    def fail(self, error: MusterError) -> None:
        self.runner.fail(error)

    # What the officer presses

    def _start(self, *_: object) -> None:
        self.side.close_question()
        self.presenter.start()
        self.runner.follow()

    def _go_on_elsewhere(self) -> None:
        self.side.close_question()
        self.presenter.go_on_elsewhere()
        self.runner.follow()

    def _pause(self, *_: object) -> None:
        self.presenter.pause()
        self.runner.follow()

    def _choose(self, step: Step) -> None:
        self.side.close_question()
        self.presenter.choose(step)
        self.runner.picture = None
        self.runner.follow()
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
            self.runner.take()
        elif choice is Choice.KEEP:
            group = self.step.capture_group
            assert group is not None, "a photo is taken or not"
            shown = [
                Reason(words, because, because is ForcedBecause.OTHER)
                for because, words in names.forced_reasons(group.modality)
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
            self.runner.take(attested=reason)
        elif isinstance(reason, ForcedBecause):
            if self.presenter.keep(reason, comment):
                self.runner.follow()
            else:
                self.runner.take()

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
        self._kept(registration)
        self.runner.follow()

    # What comes of it

    def _moved(self, step: Step) -> None:
        if not self.presenter.is_under_way:
            self._show_kept()
        self.step_changed.emit(step)

    def _kept(self, registration: Registration) -> None:
        self.registration = registration
        self.changed.emit()

    def _stands(self) -> None:
        self._show()
        self._give_focus()

    def _over(self) -> None:
        if self.isVisible():
            self.completed.emit()

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
            self.runner.picture = image_of(picture)
            self._guide()

    # Showing

    def _show(self) -> None:
        presenter = self.presenter
        quiet = presenter.doing in (Doing.RESTING, Doing.STOPPED, Doing.DONE)
        doing = tr("is being judged …") if presenter.doing is Doing.JUDGING else tr("now")
        self.strip.show_placements(presenter.placements, presenter.step, "" if quiet else doing)
        self._hint.setText(self._hint_words())
        self.side.show_standing()
        self._show_words()

    def _hint_words(self) -> str:
        group = self.step.capture_group
        if group is not None:
            return names.placement_hint(group)
        missing = ", ".join(names.attribute_name(each) for each in self.registration.exceptions)
        return tr(
            "Take one picture of the face together with what cannot be captured: {missing}.", missing=missing
        )

    def _show_words(self) -> None:
        said = self.presenter.said
        if said != self._shown_words or not self.note.isVisible():
            self._shown_words = said  # not twenty-five times a second: screen readers read it out
            self.note.say(_sentence(said), _NOTE_TONES[said.tone])
        self.buttons.show_what(self.presenter)
        self._guide()
        if self.presenter.prompt is not self._prompt:
            self._prompt = self.presenter.prompt
            self._breath.start(_SAID_AFTER_MS)

    def _guide(self) -> None:
        presenter = self.presenter
        view = presenter.view
        live = presenter.doing in (Doing.LIVE, Doing.TAKING)
        states = {each: state for each, state in presenter.samples.items() if each in self.presenter.here}
        guidance = Guidance(
            step=presenter.step,
            prompt=presenter.prompt,
            tone=presenter.said.tone,
            picture=self.runner.picture,
            face=face_mark(view) if live and view is not None else None,
            samples=states,
        )
        self.view.show_guidance(guidance)
        self.guided.emit(guidance)

    def _say_prompt(self) -> None:
        if self._prompt is not None and self.presenter.doing is not Doing.RESTING:
            self._speech.say(self._spoken.say(self._prompt), self._spoken.code)

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


def _ignore(_: object) -> None:
    pass
