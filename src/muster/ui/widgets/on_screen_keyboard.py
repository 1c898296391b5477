"""A keyboard on the screen, for tablets and for languages the keys on the desk do not have.

Its keys never take the focus: they send what a key of a real keyboard sends to whatever has it, so that lists,
checks and undo work as ever. It has its own place below the page, so that it covers nothing.

The letters of a language are a file in ``keyboards/``: rows, rows with Shift (capitals where the file has none),
and the further forms of a letter, which are offered above the rows once it was pressed: accents, or the seven
orders of an Ethiopic syllable. Letters lie where a keyboard of that language has them, whatever the window's
direction; what is beside them (delete, close) follows the window.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from unicodedata import category

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.parts import empty

_FOLDER = Path(__file__).parent.parent / "keyboards"
_KEY = QSize(34, 34)
_CARRIER = "◌"  # what a sign that stands on a letter is shown on
_Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyboard:
    """One language's keys. ``variants`` by the letter they are forms of."""

    language: str
    name: str
    rows: tuple[_Row, ...]
    shifted: tuple[_Row, ...]
    variants: Mapping[str, _Row]


@cache
def keyboards() -> tuple[Keyboard, ...]:
    """Those there are, in the order of their files."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.json")))


def _read(path: Path) -> Keyboard:
    content = json.loads(path.read_text(encoding="utf-8"))
    return Keyboard(
        content["language"],
        content["name"],
        tuple(tuple(row) for row in content["rows"]),
        tuple(tuple(row) for row in content["shifted"]),
        {letter: tuple(forms) for letter, forms in content["variants"].items()},
    )


def keyboard_for(language: str) -> Keyboard:
    """That of the language, or the first there is."""
    return next((each for each in keyboards() if each.language == language), keyboards()[0])


class OnScreenKeyboard(QFrame):
    """Hidden until it is opened; ``closed`` when its own key closes it."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("keyboard")
        self.setAccessibleName(tr("Keyboard on the screen"))
        self.keys: dict[str, QPushButton] = {}
        self._keyboard = keyboards()[0]
        self._shift = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*(theme.px(theme.CLOSE),) * 4)
        self._column.setSpacing(theme.px(theme.TIGHT))
        self._forms = QHBoxLayout()
        self._forms.setSpacing(theme.px(theme.TIGHT))
        self._letters = QVBoxLayout()
        self._letters.setSpacing(theme.px(theme.TIGHT))
        self._column.addLayout(self._top())
        self._column.addLayout(self._letters)
        self._column.addLayout(self._bottom())
        self.hide()

    @property
    def language(self) -> str:
        return self._keyboard.language

    def open_for(self, language: str) -> None:
        """With that language's letters; those stay that are open already where it has none."""
        if not self._letters.count() or language != self.language:
            self._use(keyboard_for(language))
        self.show()

    def _use(self, keyboard: Keyboard) -> None:
        self._keyboard, self._shift = keyboard, False
        self.shift.setChecked(False)
        for code, switch in self._switches.items():
            switch.setChecked(code == keyboard.language)
        self._offer_forms("")
        self._lay_out()

    def _top(self) -> QHBoxLayout:
        """The further forms of the letter pressed last; beside them the languages. Always as high."""
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.TIGHT))
        room = QWidget()
        room.setFixedHeight(theme.px(_KEY.height()))
        self._forms.setContentsMargins(0, 0, 0, 0)
        room.setLayout(self._forms)
        row.addWidget(room, 1)
        self._switches: dict[str, QPushButton] = {}
        for keyboard in keyboards():
            switch = _key(keyboard.name)
            switch.setCheckable(True)
            switch.clicked.connect(partial(self._use, keyboard))
            row.addWidget(switch)
            self._switches[keyboard.language] = switch
        close = _key("✕", tr("Close the keyboard"))
        close.clicked.connect(self._close)
        row.addWidget(close)
        return row

    def _bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.TIGHT))
        self.shift = _key("⇧", tr("Capitals and further signs"))
        self.shift.setCheckable(True)
        self.shift.clicked.connect(self._turn_shift)
        self.space = _key(tr("Space"))
        self.space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.space.clicked.connect(partial(self._press, Qt.Key.Key_Space, " "))
        # The sign points to where the letter goes.
        rubs_out = "⌦" if QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft else "⌫"
        self.delete = _key(rubs_out, tr("Delete the letter before"))
        self.delete.setAutoRepeat(True)
        self.delete.clicked.connect(partial(self._press, Qt.Key.Key_Backspace, ""))
        self.next = _key(tr("Next field"))
        self.next.clicked.connect(partial(self._press, Qt.Key.Key_Return, "\r"))
        for key in (self.shift, self.space, self.delete, self.next):
            row.addWidget(key)
        return row

    def _lay_out(self) -> None:
        empty(self._letters)
        self.keys = {}
        for letters in self._keyboard.shifted if self._shift else self._keyboard.rows:
            board = QWidget()
            board.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            row = QHBoxLayout(board)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme.px(theme.TIGHT))
            for letter in letters:
                key = _key(_shown(letter))
                key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
                key.clicked.connect(partial(self._type, letter))
                row.addWidget(key)
                self.keys[letter] = key
            self._letters.addWidget(board)

    def _type(self, letter: str) -> None:
        self._press(Qt.Key.Key_unknown, letter)
        self._offer_forms(letter)
        if self._shift:
            self._turn_shift()

    def _offer_forms(self, letter: str) -> None:
        empty(self._forms)
        for form in self._keyboard.variants.get(letter, ()):
            key = _key(form)
            key.clicked.connect(partial(self._exchange, form))
            self._forms.addWidget(key)
            self.keys[form] = key
        self._forms.addStretch(1)

    def _exchange(self, form: str) -> None:
        """The letter pressed before by this form of it."""
        self._press(Qt.Key.Key_Backspace, "")
        self._press(Qt.Key.Key_unknown, form)
        self._offer_forms("")

    def _press(self, key: Qt.Key, text: str) -> None:
        box = QApplication.focusWidget()
        if box is None:
            return
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(box, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))

    def _turn_shift(self) -> None:
        self._shift = not self._shift
        self.shift.setChecked(self._shift)
        self._lay_out()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()


def _shown(letter: str) -> str:
    return _CARRIER + letter if category(letter[0]).startswith("M") else letter  # "mark", as Unicode calls them


def _key(text: str, name: str = "") -> QPushButton:
    key = QPushButton(text.replace("&", "&&"))  # which alone would underline the next letter
    key.setObjectName("key")
    key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    key.ensurePolished()
    height = theme.px(_KEY.height())
    key.setFixedHeight(height if len(text) == 1 else max(height, key.sizeHint().height()))  # words need more
    key.setMinimumWidth(theme.px(_KEY.width()))
    if name:
        key.setAccessibleName(name)
        key.setToolTip(name)
    return key
