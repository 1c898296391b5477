"""One box that fills a whole chain of places: type the beginning of any of them, press Enter.

Qt's completer shows what was found below the box and brings the keyboard (arrows, Enter, Escape) and the way
from right to left; what is found is not its business but that of the callable given here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QStyle

from muster.ui import theme
from muster.ui.language import tr

_SHOWN_AT_ONCE = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """What was found: ``words`` as the officer reads it ("Kenitra, Rabat Sale Kenitra"), and what it means."""

    words: str
    meant: T


class PlaceSearch(QLineEdit):
    """``find`` answers within a keystroke, best first. ``chosen`` brings the ``meant`` of the one taken."""

    chosen = Signal(object)

    def __init__(self, find: Callable[[str], Sequence[Place[T]]]) -> None:
        super().__init__()
        self._find = find
        name = tr("Find a place")
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("Type the beginning of a place; Enter takes the first one found."))
        self.setPlaceholderText(tr("Type its beginning"))
        self.setClearButtonEnabled(True)
        self.found = QStandardItemModel(self)
        self._completer = QCompleter(self.found, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_SHOWN_AT_ONCE)
        self._completer.setWrapAround(False)  # else the arrow behind the last one leaves the list
        # Not setCompleter: that would write what the arrows pass over into the box, and search for it.
        self._completer.setWidget(self)
        self._completer.activated[QModelIndex].connect(self._taken)  # type: ignore[index]
        self.textEdited.connect(self._search)

    @property
    def popup(self) -> QListView:
        """The list below the box."""
        shown = self._completer.popup()
        assert isinstance(shown, QListView)
        shown.setLayoutDirection(self.layoutDirection())
        shown.setAccessibleName(tr("Places found"))
        return shown

    def _search(self, text: str) -> None:
        self.found.clear()
        if not text.strip():
            self.popup.hide()
            return
        places = self._find(text)
        for place in places:
            self.found.appendRow(_row(place.words, place.meant))
        if not places:
            none = _row(tr("No place of this name. Choose from the lists below."), None)
            none.setFlags(Qt.ItemFlag.NoItemFlags)
            self.found.appendRow(none)
        self._completer.complete(self._room())
        if places:
            self.popup.setCurrentIndex(self.found.index(0, 0))

    def _room(self) -> QRect:
        """As wide as the longest of them needs, from where the box begins."""
        below = self.rect()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        wide = max(below.width(), self.popup.sizeHintForColumn(0) + bar + theme.px(theme.GAP))
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            below.setLeft(below.right() - wide + 1)
        else:
            below.setWidth(wide)
        return below

    def _taken(self, index: QModelIndex) -> None:
        meant = index.data(Qt.ItemDataRole.UserRole)
        if meant is None:
            return
        self.clear()
        self.chosen.emit(meant)


def _row(words: str, meant: object) -> QStandardItem:
    row = QStandardItem(words)
    row.setData(meant, Qt.ItemDataRole.UserRole)
    row.setEditable(False)
    return row
