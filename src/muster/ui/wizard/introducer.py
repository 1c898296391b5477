"""Whoever brings a child: which capture of them it shall be, and the lane that takes it.

One is enough; which one the officer chooses, for hands may be full of child.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from muster.domain.applicant import LocalizedText
from muster.domain.biometrics import CaptureGroup
from muster.domain.lifecycle import Registration
from muster.domain.registration import Step
from muster.ui import names, theme
from muster.ui.background import Background
from muster.ui.capture.page import CapturePage
from muster.ui.language import tr
from muster.ui.widgets.large_button import LargeButton
from muster.ui.widgets.parts import button, link, scrolling
from muster.ui.wizard.step_page import StepPage
from muster.workstation.desk import Desk

_ACROSS = 2
_NAME = "introducerName"


class IntroducerPage(StepPage):
    """``guided`` with what is to be seen of a capture, for other windows."""

    guided = Signal(object)

    def __init__(self, desk: Desk, background: Background, registration: Registration) -> None:
        super().__init__(desk.enrollment, background, registration)
        self._desk = desk
        self._introducer = desk.enrollment.introducer
        self.column.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedLayout()
        self.column.addLayout(self._stack)
        self.choice = _Choice(desk, background, registration)
        self.choice.chosen.connect(self._take)
        self.choice.completed.connect(self.completed)
        self._stack.addWidget(self.choice)
        self.lane: CapturePage | None = None

    def enter(self) -> None:
        if self.lane is not None:
            self.lane.enter()
        else:
            self.choice.enter()

    def leave(self) -> None:
        if self.lane is not None:
            self.lane.leave()

    def _take(self, group: CaptureGroup) -> None:
        desk, step = self._desk, Step(group.value)
        lane = CapturePage(
            self.enrollment,
            self.background,
            self.registration.turned,
            (step,),
            desk.devices,
            desk.speech,
            step=step,
            captures=self._introducer,
            title=_title(self.registration),
        )
        lane.changed.connect(self._lane_changed)
        lane.completed.connect(self._lane_completed)
        lane.busy.connect(self.busy)
        lane.guided.connect(self.guided)
        room = QWidget()
        room.setObjectName("ground")
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(26, theme.px(theme.CLOSE), 26, 0)
        bar.addStretch(1)
        self.other = link(tr("Choose another capture"))
        self.other.clicked.connect(self._choose_again)
        bar.addWidget(self.other)
        column.addLayout(bar)
        column.addWidget(lane, 1)
        self.lane = lane
        self._stack.addWidget(room)
        self._stack.setCurrentWidget(room)
        lane.enter()

    def _lane_changed(self) -> None:
        if self.lane is not None:
            self.registration = self.lane.registration.turned
            self.changed.emit()

    def _lane_completed(self) -> None:
        if self._introducer.is_enough(self.registration.turned):
            self.completed.emit()
        else:
            self._choose_again()

    def _choose_again(self) -> None:
        if self.lane is None:
            return
        self.lane.leave()
        room, self.lane = self.lane.parentWidget(), None
        self._stack.setCurrentWidget(self.choice)
        if room is not None:
            self._stack.removeWidget(room)
            room.deleteLater()
        self.choice.show_standing(self.registration)
        self.choice.enter()


class _Choice(StepPage):
    chosen = Signal(CaptureGroup)

    def __init__(self, desk: Desk, background: Background, registration: Registration) -> None:
        super().__init__(desk.enrollment, background, registration)
        self._introducer = desk.enrollment.introducer
        self.head(_title(registration), tr("One capture of whoever brings the child is enough. Choose which one."))
        self.groups: dict[CaptureGroup, LargeButton] = {}
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(theme.GAP))
        for place, group in enumerate(self._introducer.groups(registration.turned)):
            made = LargeButton(names.step_name(Step(group.value)))
            made.clicked.connect(partial(self.chosen.emit, group))
            grid.addWidget(made, place // _ACROSS, place % _ACROSS)
            self.groups[group] = made
        grid.setRowStretch(grid.rowCount(), 1)
        self.column.addWidget(scrolling(content), 1)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self.completed)
        self.foot(self.next)
        self.show_standing(registration)

    def show_standing(self, registration: Registration) -> None:
        self.registration = registration
        of_introducer = registration.turned
        for group, made in self.groups.items():
            there = [each for each in group.attributes if each in of_introducer.samples]
            made.say(tr("captured") if there else names.placement_hint(group))
        self.next.setEnabled(self._introducer.is_enough(of_introducer))

    def enter(self) -> None:
        first = next(iter(self.groups.values()), self.next)
        (self.next if self.next.isEnabled() else first).setFocus()


def _title(registration: Registration) -> str:
    name = registration.demographics.get(_NAME, "")
    if isinstance(name, LocalizedText):
        name = name.in_language(registration.started.languages[0])
    return tr("Parent or guardian: {name}", name=name) if name else tr("Parent or guardian")
