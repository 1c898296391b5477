"""What stands on the person's screen: a greeting, a page to answer, what to do at a device, a word at the end.

Large type, few words, nothing of the officer's. A page to answer draws a ``Shown`` as it is, and nothing beside it
but the field to sign in.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from muster.domain.person import Question
from muster.ui import theme
from muster.ui.capture.guidance import Guidance
from muster.ui.capture.guidance_view import GuidanceView
from muster.ui.language import OtherLanguage
from muster.ui.widgets.parts import Button, Card, align, button, link, scrolling
from muster.ui.widgets.picture import PictureView
from muster.ui.widgets.signature_pad import SignaturePad
from muster.workstation.person_screen import Pixels, Shown, Signing
from muster.workstation.reference import is_right_to_left

_TITLE, _TEXT, _ASKED, _BUTTON, _SMALL = 32, 22, 26, 24, 17
_SIDE = 56
_LINES_IN_A_COLUMN = 11
_PHOTO = QSize(220, 280)


def _words(text: str, size: int, *, right_to_left: bool, bold: bool = False, soft: bool = False) -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    if soft:
        made.setObjectName("soft")
    made.setStyleSheet(f"font-size: {theme.px(size)}px; font-weight: {600 if bold else 400};")
    align(made, right_to_left=right_to_left)
    return made


class View(QWidget):
    """One page; it runs the way the person's language does."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.language = language
        self.right_to_left = is_right_to_left(language)
        self.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if self.right_to_left else Qt.LayoutDirection.LeftToRight
        )
        self.column = QVBoxLayout(self)
        side = theme.px(_SIDE)
        self.column.setContentsMargins(side, side // 2, side, side // 2)
        self.column.setSpacing(theme.px(theme.WIDE))

    def words(self, text: str, size: int, *, bold: bool = False, soft: bool = False) -> QLabel:
        return _words(text, size, right_to_left=self.right_to_left, bold=bold, soft=soft)


class MessageView(View):
    """A greeting or a word at the end: ``title`` above ``text``, in the middle."""

    def __init__(self, language: str, title: str, text: str = "") -> None:
        super().__init__(language)
        self.column.addStretch(1)
        self.column.addWidget(self.words(title, _TITLE, bold=True))
        if text:
            self.column.addWidget(self.words(text, _TEXT))
        self.column.addStretch(2)


class AskView(View):
    """``answered`` once: whether the person pressed the agreeing button, what they signed with, and whether they
    said that they cannot."""

    answered = Signal(bool, object, bool)

    def __init__(self, shown: Shown, picture: Pixels | None = None) -> None:
        super().__init__(shown.language)
        self.shown = shown
        self.column.addWidget(self.words(shown.title, _TITLE, bold=True))
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(32))
        if picture is not None:
            self.photo = PictureView("", QSize(theme.px(_PHOTO.width()), theme.px(_PHOTO.height())))
            self.photo.setFixedSize(self.photo.minimumSize())
            self.photo.show_pixels(picture)
            row.addWidget(self.photo, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._lines(), 1)
        self.column.addWidget(scrolling(content), 1)
        self.pad: SignaturePad | None = None
        self.unable: Button | None = None
        if shown.signing is not None:
            self.column.addLayout(self._signing(shown.signing))
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(24))
        foot.addWidget(self.words(shown.asked, _ASKED, bold=True), 1)
        # Who is asked for consent is not pushed: both answers look alike.
        is_free = shown.question is Question.CONSENT
        self.no, self.yes = self._reply(shown.replies[1]), self._reply(shown.replies[0], primary=not is_free)
        self.no.clicked.connect(partial(self._answer, agrees=False))
        self.yes.clicked.connect(partial(self._answer, agrees=True))
        foot.addWidget(self.no)
        foot.addWidget(self.yes)
        self.column.addLayout(foot)
        self._written()

    def _lines(self) -> QVBoxLayout | QGridLayout:
        if self.shown.question is Question.CONSENT:
            column = QVBoxLayout()
            column.setSpacing(theme.px(16))
            for line in self.shown.lines:
                column.addWidget(self.words(line.text, _TEXT))
            column.addStretch(1)
            return column
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(24))
        grid.setVerticalSpacing(theme.px(6))
        # Everything is to be seen at once: what is below an edge is not checked.
        columns = 1 if len(self.shown.lines) <= _LINES_IN_A_COLUMN else 2
        rows = -(-len(self.shown.lines) // columns)
        for place, line in enumerate(self.shown.lines):
            side, row = divmod(place, rows)
            grid.addWidget(self.words(line.label, _SMALL, soft=True), row, 2 * side)
            grid.addWidget(self.words(line.text, _TEXT, bold=True), row, 2 * side + 1)
        for side in range(columns):
            grid.setColumnStretch(2 * side, 1)
            grid.setColumnStretch(2 * side + 1, 2)
        grid.setRowStretch(rows, 1)
        return grid

    def _signing(self, signing: Signing) -> QVBoxLayout:
        column = QVBoxLayout()
        head = QHBoxLayout()
        head.addWidget(self.words(signing.hint, _SMALL, soft=True), 1)
        self.clear = link(signing.clear)
        self.clear.setStyleSheet(f"font-size: {theme.px(_SMALL)}px;")
        head.addWidget(self.clear)
        self.pad = SignaturePad(signing.hint)
        self.pad.setFixedHeight(theme.px(130))
        self.pad.written.connect(self._written)
        self.clear.clicked.connect(self.pad.clear)
        if signing.unable:
            self.unable = Button(signing.unable)
            self.unable.setObjectName("choice")
            self.unable.setCheckable(True)
            # As wide unpressed as pressed.
            self.unable.setStyleSheet(f"font-size: {theme.px(_SMALL)}px; font-weight: 600; border-width: 2px;")
            self.unable.toggled.connect(self._written)
            head.insertWidget(1, self.unable)
        column.addLayout(head)
        column.addWidget(self.pad)
        return column

    def _reply(self, text: str, *, primary: bool = False) -> Button:
        made = button(text, primary=primary)
        made.setStyleSheet(f"font-size: {theme.px(_BUTTON)}px;")
        made.setMinimumHeight(theme.px(64))
        made.setMinimumWidth(theme.px(220))
        return made

    def _written(self) -> None:
        wrote = self.pad is not None and self.pad.handwriting is not None
        if self.unable is not None:
            self.unable.setEnabled(not wrote)
            if wrote:
                self.unable.setChecked(False)
        signing = self.shown.signing
        self.yes.setEnabled(wrote or self._cannot_sign or signing is None or not signing.required)
        if self.pad is not None:
            self.clear.setEnabled(wrote)

    @property
    def _cannot_sign(self) -> bool:
        return self.unable is not None and self.unable.isChecked()

    def _answer(self, *_: object, agrees: bool) -> None:
        self.yes.setEnabled(False)
        self.no.setEnabled(False)
        signature = self.pad.handwriting if self.pad is not None and agrees else None
        self.answered.emit(agrees, signature, agrees and self._cannot_sign)


class GuidingView(View):
    """What to do at a device now, with the person's own live picture."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        spoken = OtherLanguage(language)
        card = Card()
        self.view = GuidanceView(say_prompt=spoken.say, prompt_px=theme.px(_ASKED))
        card.column.addWidget(self.view, 1)
        self.column.addWidget(card, 1)

    def show_guidance(self, guidance: Guidance) -> None:
        self.view.show_guidance(guidance)
