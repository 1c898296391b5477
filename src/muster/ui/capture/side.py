"""Beside the picture: the drawing of hands and eyes, each finger with its quality and what would help, and in
their place, when somebody has to say why, the reasons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QWidget

from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Step
from muster.ui import names, theme
from muster.ui.capture.exceptions_panel import ExceptionsPanel
from muster.ui.capture.lane_presenter import LanePresenter
from muster.ui.capture.placement_presenter import Row
from muster.ui.capture.reason_panel import Reason, ReasonPanel
from muster.ui.language import tr
from muster.ui.widgets.body_map import BodyMap, display_order
from muster.ui.widgets.parts import Card, button, empty, label, mark
from muster.workstation.capture_lane import SampleState


class CaptureSide(Card):
    """``asked`` before a question is shown, ``answered`` with the reason and the comment of one that ``ask`` put;
    ``closed`` when no question is shown any more."""

    asked = Signal()
    answered = Signal(object, str)
    closed = Signal()

    def __init__(self, presenter: LanePresenter) -> None:
        super().__init__(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        self._presenter = presenter
        self.map = BodyMap()
        self.map.pointed.connect(self._pointed)
        self.column.addWidget(self.map, 1)
        self._standing = QWidget()
        self._rows = QGridLayout(self._standing)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setVerticalSpacing(theme.px(theme.TIGHT))
        self._rows.setColumnStretch(1, 1)
        self.exceptions = ExceptionsPanel()
        self.exceptions.dismissed.connect(self.close_question)
        self.exceptions.changed.connect(self._show_map)
        self.reasons = ReasonPanel()
        self.reasons.chosen.connect(self.answered)
        self.reasons.dismissed.connect(self.close_question)
        self._shown: QWidget = self._standing
        for each in (self._standing, self.exceptions, self.reasons):
            each.setVisible(each is self._shown)
            self.column.addWidget(each, 1)
        self._foot = QWidget()
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 0)
        self._attempts = label("", "soft")
        row.addWidget(self._attempts, 1)
        self.cannot = button(tr("Cannot be captured …"))
        self.cannot.clicked.connect(self._cannot_pressed)
        row.addWidget(self.cannot)
        self.column.addWidget(self._foot)

    @property
    def is_asking(self) -> bool:
        return self._shown is not self._standing

    def ask(self, title: str, reasons: Sequence[Reason], *, with_comment: bool = True) -> None:
        """Put a question to the officer in the place of the fingers."""
        self.reasons.ask(title, reasons, with_comment=with_comment)
        self._turn_to(self.reasons)

    def close_question(self) -> None:
        if self.is_asking:
            self._turn_to(self._standing)
            self.closed.emit()

    def show_standing(self) -> None:
        """How everything stands now."""
        presenter = self._presenter
        empty(self._rows)
        for place, row in enumerate(sorted(presenter.rows, key=lambda row: display_order(row.attribute))):
            self._add_row(2 * place, row)
        self._rows.setRowStretch(99, 1)
        self._show_map()
        allowed = presenter.attempts_allowed
        self._attempts.setText(
            tr("Attempt {number} of {allowed}", number=min(presenter.attempts, allowed), allowed=allowed)
            if presenter.attempts
            else tr("{allowed} attempts are allowed.", allowed=allowed)
        )
        self._attempts.setVisible(presenter.step is not Step.EXCEPTION_PHOTO)

    def _turn_to(self, shown: QWidget) -> None:
        self._shown.hide()
        self._shown = shown
        shown.show()
        self._foot.setVisible(shown is self._standing)
        self._show_map()

    def _show_map(self) -> None:
        choosing = self._shown is self.exceptions
        chosen = self.exceptions.attributes if choosing else ()
        self.map.show_states(self._presenter.samples, self._presenter.here, chosen)

    def _pointed(self, attribute: BiometricAttribute) -> None:
        if self._shown is self.exceptions:
            self.exceptions.toggle(attribute)
        else:
            self._ask_for_exceptions((attribute,))

    def _cannot_pressed(self, *_: object) -> None:
        self._ask_for_exceptions(self._presenter.here)

    def _ask_for_exceptions(self, attributes: Sequence[BiometricAttribute]) -> None:
        self.asked.emit()
        known = {each: state is SampleState.EXCEPTION for each, state in self._presenter.samples.items()}
        self.exceptions.open(known, tuple(attributes))
        self._turn_to(self.exceptions)

    def _add_row(self, place: int, row: Row) -> None:
        name = names.attribute_name(row.attribute)
        self._rows.addWidget(label(name, wrap=False), place, 0)
        if row.quality is not None:
            bar = QProgressBar()
            bar.setRange(0, 100)
            bar.setValue(round(row.quality))
            bar.setFormat(tr("quality %p"))
            bar.setAccessibleName(name)
            mark(bar, "poor", value=row.state in (SampleState.POOR, SampleState.FORCED))
            self._rows.addWidget(bar, place, 1)
        else:
            self._rows.addWidget(label(names.sample_state_name(row.state), "soft", wrap=False), place, 1)
        if row.finding is not None:
            words = label(names.finding_words(row.finding), "soft")
            mark(words, "warning", value=row.state is SampleState.POOR)
            self._rows.addWidget(words, place + 1, 0, 1, 2)
