"""Where a page stands: as large as the window leaves, scrolled where the page needs more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from muster.ui.reimplemented import reimplemented
from muster.ui.widgets.parts import put_into


class Room(QScrollArea):
    """Qt's own way of fitting a page gives it the height it would like, not the one it needs, so that lists
    inside it would never scroll themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)

    def put(self, page: QWidget) -> None:
        """In place of the page before, which is let go."""
        before = self.widget()
        if before is not None:
            before.removeEventFilter(self)
            before.hide()  # while it belongs to the window: else the window is no longer the one in front
            self.takeWidget()
            before.deleteLater()
        put_into(self, page)
        page.installEventFilter(self)
        self._fit()

    @reimplemented
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self._fit()
        return super().eventFilter(watched, event)  # which puts the page where it belongs, from right to left too

    @reimplemented
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        page = self.widget()
        if page is None:
            return
        room = self.maximumViewportSize()
        needed = _needed(page, room.width())
        if needed.height() > room.height():
            room.setWidth(room.width() - self.verticalScrollBar().sizeHint().width())
            needed = _needed(page, room.width())
        page.resize(max(room.width(), needed.width()), max(room.height(), needed.height()))


def _needed(page: QWidget, width: int) -> QSize:
    """The least a page can be shown in, when it is at least this wide."""
    least, layout = page.minimumSizeHint(), page.layout()
    if layout is not None and layout.hasHeightForWidth():
        least.setHeight(layout.minimumHeightForWidth(max(width, least.width())))
    return least.expandedTo(page.minimumSize())
