"""The buttons under the lane: start, go on, pause, next, and what the officer can decide where it stopped."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QWidget

from muster.ui.capture.lane_presenter import Choice, Doing, LanePresenter
from muster.ui.language import tr
from muster.ui.widgets.parts import Button, button, mark


class LaneButtons:
    def __init__(self) -> None:
        self.start = button(tr("Start"), primary=True)
        self.pause = button(tr("Pause"))
        self.pause.setToolTip(tr("Esc"))
        self.elsewhere = button(tr("Go on (Space)"), primary=True)
        self.next = button(tr("Next"), primary=True)
        self.choices = {choice: button(_choice_words(choice)) for choice in Choice}
        self.choices[Choice.TAKE].setObjectName("primary")

    @property
    def in_order(self) -> tuple[Button, ...]:
        return (*self.choices.values(), self.pause, self.start, self.elsewhere, self.next)

    def show_what(self, presenter: LanePresenter) -> None:
        """Show what may be pressed now."""
        offered = presenter.choices
        for choice, made in self.choices.items():
            made.setVisible(choice in offered)
        complete = presenter.is_complete and presenter.doing in (Doing.RESTING, Doing.DONE)
        self.start.setVisible(presenter.doing in (Doing.RESTING, Doing.STOPPED, Doing.WAITING))
        words = _start_words(presenter)
        if self.start.text() != words:
            self.start.give_letter("")  # of the words before
            self.start.setText(words)
        self.elsewhere.setVisible(presenter.others_wait)
        is_plain = complete or presenter.others_wait or Choice.TAKE in offered
        if (self.start.objectName() == "primary") == is_plain:
            self.start.setObjectName("" if is_plain else "primary")
            mark(self.start, "plain", value=is_plain)
        self.pause.setVisible(presenter.is_under_way and presenter.doing is not Doing.STOPPED)
        self.next.setVisible(complete)

    def press_what_goes_on(self, focused: QWidget | None) -> None:
        """The button that has the frame, else whatever goes on."""
        if isinstance(focused, QAbstractButton) and focused.isEnabled() and focused.isVisible():
            focused.click()
            return
        for each in (self.choices[Choice.TAKE], self.elsewhere, self.start, self.next):
            if each.isVisible() and each.isEnabled():
                each.click()
                return

    def going_on(self) -> Button | None:
        """What gets the keyboard: never what would stop the lane."""
        goes_on = (self.next, self.elsewhere, self.start)
        return next((each for each in goes_on if not each.isHidden() and each.isEnabled()), None)


def _start_words(presenter: LanePresenter) -> str:
    if presenter.doing in (Doing.STOPPED, Doing.WAITING):
        return tr("Once more (Space)")
    if presenter.placement.is_done and presenter.doing is Doing.RESTING:
        return tr("Take it again")
    return tr("Go on (Space)") if presenter.has_begun else tr("Start (Space)")


def _choice_words(choice: Choice) -> str:
    return {
        Choice.TAKE: tr("Take the picture (Space)"),
        Choice.TRY: tr("Try with this picture"),
        Choice.KEEP: tr("Keep the best there is …"),
        Choice.ATTEST: tr("I see the person here myself …"),
        Choice.OTHER_DEVICE: tr("Another device …"),
    }[choice]
