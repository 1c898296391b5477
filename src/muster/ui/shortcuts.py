"""Everything by keyboard: a letter for every button that stands once in the window, and a page of all keys (F1).

A button shows its letter underlined, or behind its words where the script has none of A to Z; Alt and the letter
press it. What else has a key is made by :func:`add`, so that F1 can tell what it is for.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.parts import Button, button, label, scrolling, shown_buttons

HELP_KEYS = "F1"
LOCK_KEYS = "Ctrl+L"
LARGER_KEYS = ("Ctrl++", "Ctrl+=")  # the second is the first without Shift
SMALLER_KEYS = ("Ctrl+-",)
USUAL_SIZE_KEYS = ("Ctrl+0",)

_LETTERS_AFTER_MS = 20  # when the page is drawn: nobody is quicker


def add(owner: QWidget, keys: str | Sequence[str], words: str, pressed: Callable[[], object]) -> QShortcut:
    """A key for ``owner`` and what lies in it; ``words`` tell on the page of keys what it does."""
    made = QShortcut(owner)
    made.setKeys([QKeySequence(each) for each in ([keys] if isinstance(keys, str) else keys)])
    made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    made.setWhatsThis(words)
    made.activated.connect(pressed)
    return made


def add_everywhere(window: QWidget, keys: Sequence[str], pressed: Callable[[], object]) -> None:
    """A key that works on every page, and over a dialog; :func:`_everywhere` says what it does."""
    add(window, keys, "", pressed).setContext(Qt.ShortcutContext.ApplicationShortcut)


def _everywhere() -> tuple[tuple[Sequence[str], str], ...]:
    """In the language of the moment: the keys are made once, the words are not."""
    return (
        ((HELP_KEYS,), tr("This list of keys")),
        ((LOCK_KEYS,), tr("Lock")),
        (LARGER_KEYS, tr("Larger")),
        (SMALLER_KEYS, tr("Smaller")),
        (USUAL_SIZE_KEYS, tr("Usual size")),
    )


def letters_for(texts: Sequence[str], taken: Set[str] = frozenset()) -> dict[int, str]:
    """A letter for each of ``texts`` by its place: the first of a word, another one in it, and where the script
    has none of A to Z any that is left.

    What is said twice gets none, nor do those whose letters are all gone: Tab reaches them.
    """
    often, found, used = Counter(texts), dict[int, str](), set(taken)
    for wanted in (_first_letters, _letters, _any_for_other_scripts):
        for place, text in enumerate(texts):
            if place in found or not text or often[text] > 1:
                continue
            letter = next((each for each in wanted(text) if each not in used), None)
            if letter is not None:
                found[place] = letter
                used.add(letter)
    return found


def _first_letters(text: str) -> Iterator[str]:
    return (word[0].upper() for word in text.split() if word[0] in string.ascii_letters)


def _letters(text: str) -> Iterator[str]:
    return (each.upper() for each in text if each in string.ascii_letters)


def _any_for_other_scripts(text: str) -> Iterator[str]:
    return iter("" if any(each in string.ascii_letters for each in text) else string.ascii_uppercase)


class Letters(QObject):
    """Gives letters to the buttons of a window, again whenever others are shown."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LETTERS_AFTER_MS)
        self._soon.timeout.connect(self.give)
        shown_buttons.changed.connect(self._soon.start)

    def give(self) -> None:
        """Whoever has a letter keeps it: a hand that learned it finds it again."""
        for window in {each.window() for each in self._window.findChildren(Button) if each.isVisible()}:
            self._give_in(window)

    def _give_in(self, window: QWidget) -> None:
        """The window's own, or a dialog's over it."""
        there = [each for each in window.findChildren(Button) if each.isVisible() and each.window() is window]
        there = [each for each in there if not each.has_own_keys]
        often = Counter(each.spoken for each in there)
        for each in there:
            if each.letter and often[each.spoken] > 1:
                each.give_letter("")
        kept = {each.letter for each in there if each.letter}
        fresh = [each for each in there if not each.letter and often[each.spoken] == 1]
        for place, letter in letters_for([each.spoken for each in fresh], kept).items():
            fresh[place].give_letter(letter)


class KeysDialog(QDialog):
    """F1: what can be pressed here. Any of the keys that close a dialog closes it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("ground")
        self.setWindowTitle(tr("Keys on this page"))
        self.setModal(True)
        self.resize(min(theme.px(620), window.width() - 80), min(theme.px(600), window.height() - 80))
        column = QVBoxLayout(self)
        column.addWidget(label(tr("Keys on this page"), "title"))
        content = QWidget()
        rows = QGridLayout(content)
        rows.setColumnStretch(1, 1)
        rows.setHorizontalSpacing(theme.px(theme.GAP))
        self.keys = tuple(_keys_of(window))
        for row, (key, words) in enumerate(self.keys):
            rows.addWidget(_key(key), row, 0, Qt.AlignmentFlag.AlignVCenter)
            rows.addWidget(label(words), row, 1)
        rows.setRowStretch(len(self.keys), 1)
        column.addWidget(scrolling(content), 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.back = button(tr("Close"), primary=True)
        self.back.clicked.connect(self.accept)
        foot.addWidget(self.back)
        column.addLayout(foot)
        self.back.setFocus()


def _key(keys: str) -> QLabel:
    made = label(keys, "key", wrap=False)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return made


def _keys_of(window: QWidget) -> Iterator[tuple[str, str]]:
    """First the page's own, then the buttons', then what works everywhere."""
    for shortcut in window.findChildren(QShortcut):
        owner = shortcut.parent()
        if not shortcut.whatsThis() or not shortcut.isEnabled() or not isinstance(owner, QWidget):
            continue
        if owner.isVisible():
            yield native(shortcut.keys()[0]), shortcut.whatsThis()
    for each in window.findChildren(Button):
        if each.isVisible() and each.window() is window and not each.shortcut().isEmpty():
            yield native(each.shortcut()), each.spoken
    yield tr("Tab"), tr("To what comes next; with Shift to what was before")
    yield tr("Space"), tr("Press the button that has the frame, or tick the box")
    yield tr("Enter"), tr("Press the coloured button")
    yield from ((native(QKeySequence(keys[0])), words) for keys, words in _everywhere())


def native(keys: QKeySequence) -> str:
    """As this system writes it."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)
