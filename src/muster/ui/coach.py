"""For whoever sees this for the first time: what to do on each page, in one sentence above it.

It is there for officers until they have done a few registrations here (``workstation.newcomers``), and for whoever
asks for it. It follows the page that is shown, presses nothing and stands in nobody's way.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSizePolicy

from muster.domain.registration import Step
from muster.ui import theme
from muster.ui.language import tr
from muster.ui.pages.page import UPDATE_DETAILS
from muster.ui.widgets.parts import align, label, link

_UIN_TO_PRACTISE = "2345678906"  # a number that nobody has, and that a wrong digit would be noticed in


class Coach(QFrame):
    """``left`` when it was sent away. ``in_training``: passwords are filled in, and numbers are invented."""

    left = Signal()

    def __init__(self, *, in_training: bool) -> None:
        super().__init__()
        self._in_training = in_training
        self.setObjectName("coach")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(22), theme.px(8), theme.px(22), theme.px(8))
        row.setSpacing(theme.px(theme.WIDE))
        self.words = label("")
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(self.words, 1)
        self.leave = link("")
        self.leave.clicked.connect(self.left)
        row.addWidget(self.leave)

    def stand_at(self, where: Step | str) -> None:
        words = ""
        if self._in_training:
            words = _in_training(where)
        words = words or (_of_step(where) if isinstance(where, Step) else _of_page(where))
        # It stays while the language changes, and with it the side where lines begin.
        align(self.words, right_to_left=QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        self.words.setText(words)
        self.leave.setText(tr("Without hints"))
        self.setVisible(bool(words))


def _in_training(where: Step | str) -> str:
    """What is otherwise there."""
    said: dict[Step | str, str] = {
        "sign-in": tr("Name and password are filled in on a training station. Press Sign in."),
        UPDATE_DETAILS: tr(
            "Type the number from the card (to practise, {number}). Then press what is to be changed.",
            number=_UIN_TO_PRACTISE,
        ),
        Step.SIGNATURE: tr("Your password is your signature. On a training station it is filled in."),
    }
    return said.get(where, "")


def _of_page(called: str) -> str:
    return {
        "home": tr("Press the large button: somebody new sits down before you."),
        UPDATE_DETAILS: tr("Type the number from the card. Then press what is to be changed."),
        "receipt": tr("Print the slip if you like, then press Next person. Sending goes on by itself."),
    }.get(called, "")


def _of_step(step: Step) -> str:
    if step.capture_group is not None or step is Step.EXCEPTION_PHOTO:
        return tr("Press Start once. Everything is taken by itself; it stops where you have to decide.")
    return {
        Step.CONSENT: tr("Read the text to the person, or show it to them with F8. They agree: press the button."),
        Step.DEMOGRAPHICS: tr("Type the name. Enter leads to the next empty field, Ctrl+Enter goes on."),
        Step.DOCUMENTS: tr("Press Scan: what the page says is filled into the form. Then go on."),
        Step.PROOFING: tr("Press the way the person chooses, and do what stands in the middle."),
        Step.INTRODUCER: tr("Choose which capture of the parent or guardian it shall be, and press Start."),
        Step.PREVIEW: tr("Go through it with the person. Change leads to each part and back here."),
        Step.SIGNATURE: tr("Your password is your signature."),
    }.get(step, "")
