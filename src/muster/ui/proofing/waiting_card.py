"""A step that waits: its form, the browser it goes on in, the code to be read, or who is waited for."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from muster.domain.proofing import PollAction, RedirectAction, UserInputAction, WaitForCallbackAction
from muster.ui.language import tr, word
from muster.ui.proofing import words
from muster.ui.proofing.form import ProofingForm
from muster.ui.widgets.parts import Card, Note, button, label, link
from muster.ui.widgets.qr import qr_code
from muster.workstation.proofing_view import NodeView

_QR_SIDE = 240
_PRESSES_BELOW = timedelta(hours=2)


def open_in_browser(url: str) -> bool:
    return QDesktopServices.openUrl(QUrl(url))


class WaitingCard(Card):
    """``given`` with a form that was filled in, ``anew`` when the step is to be begun once more."""

    given = Signal(object)
    anew = Signal()

    def __init__(self, node: NodeView) -> None:
        super().__init__(margin=22, spacing=12)
        self.node = node
        self.form: ProofingForm | None = None
        self.browser: QPushButton | None = None
        self.code: QLabel | None = None
        self.here: QPushButton | None = None
        self.column.addWidget(label(words.title(node), "title"))
        if node.description:
            self.column.addWidget(label(word(node.description), "subtitle"))
        self._note = Note()
        self._left = label("", "soft")
        match node.action:
            case UserInputAction(fields=fields):
                self._add_form(ProofingForm(fields, tr("Go on")))
            case RedirectAction(url=url):
                self._add_browser(url)
            case WaitForCallbackAction(shown=shown) | PollAction(shown=shown) if shown:
                self._add_code(shown)
            case WaitForCallbackAction():
                self._say(tr("Somebody outside answers. The answer comes by itself."))
            case PollAction():
                self._say(tr("This is looked at elsewhere. The answer comes by itself."))
        again = link(tr("Begin this step anew"))
        again.clicked.connect(self.anew)
        self.column.addWidget(self._note)
        self.column.addLayout(_row(self._left, None, again))

    def first(self) -> QWidget | None:
        """Where the keyboard belongs."""
        return self.form.first() if self.form is not None else self.browser

    def tell(self, left: timedelta) -> None:
        """Where the officer has to do something now, only once it presses."""
        self._left.setText("" if self.form is not None and left >= _PRESSES_BELOW else _left_words(left))

    def _say(self, text: str) -> None:
        self.column.addWidget(label(text, "spoken"))

    def _add_form(self, form: ProofingForm) -> None:
        self.form = form
        form.given.connect(self.given)
        form.incomplete.connect(self._incomplete)
        self.column.addWidget(form)

    def _incomplete(self) -> None:
        self._note.say(tr("Something is missing in this form."), "bad")

    def _add_browser(self, url: str) -> None:
        self._say(tr("The person goes on in the browser: turn the screen to them. The answer comes by itself."))
        self.browser = button(tr("Open in the browser"), primary=True)
        self.browser.clicked.connect(partial(self._open, url, tr("No browser could be opened on this computer.")))
        self.column.addLayout(_row(self.browser, None))

    def _open(self, url: str, sorry: str, *_: object) -> None:
        if not open_in_browser(url):
            self._note.say(sorry, "bad")

    def _add_code(self, shown: str) -> None:
        self._say(tr("The person reads this with the app on their telephone."))
        self.code = QLabel()
        self.code.setPixmap(qr_code(shown, _QR_SIDE))
        self.code.setAccessibleName(tr("Code to be read by the person's telephone"))
        self.here = link(tr("The app is on this computer"))
        self.here.clicked.connect(partial(self._open, shown, tr("No such app was found on this computer.")))
        self.column.addLayout(_row(self.code, None))
        self.column.addLayout(_row(self.here, None))


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """``None`` is the room between them."""
    row = QHBoxLayout()
    for each in widgets:
        if each is None:
            row.addStretch(1)
        else:
            row.addWidget(each)
    return row


def _left_words(left: timedelta) -> str:
    seconds = int(left.total_seconds())
    if seconds >= 2 * 24 * 3600:
        return tr("Time left: {days} days", days=seconds // (24 * 3600))
    if left >= _PRESSES_BELOW:
        return tr("Time left: {hours} h", hours=seconds // 3600)
    if seconds >= 120:
        return tr("Time left: {minutes} min", minutes=seconds // 60)
    if seconds > 0:
        return tr("Time left: {seconds} s", seconds=seconds)
    return tr("The time for this step is over. Begin it anew.")
