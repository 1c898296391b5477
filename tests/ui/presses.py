"""How often an officer presses something: the mouse, and keys apart from typing, per page of the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_RELEASES = (QEvent.Type.MouseButtonRelease, QEvent.Type.KeyRelease)
_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class PressCounter(QObject):
    """Watches the whole application; ``where`` names the page of the moment.

    What a widget does not want goes on to the ones around it before it is let go: that is one press, seen twice.
    """

    def __init__(self, application: QApplication, where: Callable[[], str]) -> None:
        super().__init__()
        self._application = application
        self._where = where
        self._held: QWidget | None = None
        self._pages: dict[str, None] = {}
        self.mouse: Counter[str] = Counter()
        self.keys: Counter[str] = Counter()
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _RELEASES:
            self._held = None
        elif isinstance(watched, QWidget):
            if isinstance(event, QMouseEvent) and event.type() in _PRESSES:
                self._count(self.mouse, watched)
            elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and not _is_text(event):
                self._count(self.keys, watched)
        return False

    def _count(self, counted: Counter[str], pressed: QWidget) -> None:
        if self._held is None or not (shiboken6.isValid(self._held) and pressed.isAncestorOf(self._held)):
            page = self._where()
            self._pages[page] = None
            counted[page] += 1
        self._held = pressed

    def stop(self) -> None:
        self._application.removeEventFilter(self)

    @property
    def pages(self) -> tuple[str, ...]:
        """Where something was pressed, in that order."""
        return tuple(self._pages)

    def table(self) -> str:
        """For the guide: a line for each page, and the total."""
        lines = [(page, self.mouse[page], self.keys[page]) for page in self._pages]
        total = ("**In all**", self.mouse.total(), self.keys.total())
        head = "| Page | Presses of the mouse | Keys apart from typing |\n|---|---|---|\n"
        return head + "\n".join(f"| {page} | {mouse} | {keys} |" for page, mouse, keys in [*lines, total])


def _is_text(event: QKeyEvent) -> bool:
    return bool(event.text()) and event.text().isprintable() and not event.modifiers() & _COMMANDING
