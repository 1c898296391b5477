"""Pictures of one registration: small ones in a row, and two of them large, side by side."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QKeyEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QGridLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.ui.widgets.parts import label
from muster.ui.widgets.picture import image_of

_ZOOM = 1.25
_MOST = 40.0
_IN_A_ROW = 9


class ZoomView(QGraphicsView):
    """A picture to be looked at closely: the wheel or + and - make it larger, the mouse or the arrows move it."""

    def __init__(self) -> None:
        super().__init__()
        self._scene = QGraphicsScene(self)
        self._item = QGraphicsPixmapItem()
        self._item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._scene.addItem(self._item)
        self.setScene(self._scene)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setMinimumSize(theme.px(160), theme.px(150))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # pictures are not mirrored, nor is moving them
        self._is_fitted = True

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        self.setBackgroundBrush(QBrush(QColor(theme.colours().ground)))
        pixmap = QPixmap() if pixels is None else QPixmap.fromImage(image_of(pixels))
        self._item.setPixmap(pixmap)
        self._scene.setSceneRect(QRectF(QPointF(0, 0), QPointF(pixmap.width(), pixmap.height())))
        self.fit()

    @property
    def has_picture(self) -> bool:
        return not self._item.pixmap().isNull()

    @property
    def zoom(self) -> float:
        return float(self.transform().m11())

    def fit(self) -> None:
        self._is_fitted = True
        if self.has_picture:
            self.fitInView(self._item, Qt.AspectRatioMode.KeepAspectRatio)

    def magnify(self, steps: float) -> None:
        wanted = self.zoom * _ZOOM**steps
        if self.has_picture and 0.02 < wanted < _MOST:
            self._is_fitted = False
            self.scale(_ZOOM**steps, _ZOOM**steps)

    @reimplemented
    def wheelEvent(self, event: QWheelEvent) -> None:
        self.magnify(event.angleDelta().y() / 120)
        event.accept()

    @reimplemented
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.magnify(1)
        elif event.key() == Qt.Key.Key_Minus:
            self.magnify(-1)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    @reimplemented
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()


class Pictures(QWidget):
    """Whatever is pressed takes the place of the picture that was shown longer."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.CLOSE))
        self._small = QGridLayout()
        self._small.setSpacing(theme.px(theme.TIGHT))
        column.addLayout(self._small)
        pair = QGridLayout()
        pair.setSpacing(theme.px(theme.CLOSE))
        self.panes = (ZoomView(), ZoomView())
        self._titles = (label("", "soft", wrap=False), label("", "soft", wrap=False))
        for place, (pane, title) in enumerate(zip(self.panes, self._titles, strict=True)):
            pair.addWidget(title, 0, place)
            pair.addWidget(pane, 1, place)
            pair.setColumnStretch(place, 1)
        pair.setRowStretch(1, 1)
        column.addLayout(pair, 1)
        self.buttons: dict[Hashable, QToolButton] = {}
        self._pixels: dict[Hashable, tuple[str, np.ndarray]] = {}
        self._shown: list[Hashable | None] = [None, None]
        self._older = 0

    def clear(self) -> None:
        while self._small.count():
            item = self._small.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons.clear()
        self._pixels.clear()
        self._shown, self._older = [None, None], 0
        for pane, title in zip(self.panes, self._titles, strict=True):
            pane.show_pixels(None)
            pane.setAccessibleName(tr("Picture"))
            title.setText("")

    def add(self, key: Hashable, name: str, pixels: np.ndarray) -> None:
        """A small one; the first two are shown large."""
        self._pixels[key] = (name, pixels)
        made = QToolButton()
        made.setIcon(QIcon(QPixmap.fromImage(image_of(pixels))))
        made.setIconSize(QSize(theme.px(44), theme.px(44)))
        made.setToolTip(name)
        made.setAccessibleName(name)
        made.clicked.connect(partial(self.show_large, key))
        count = len(self.buttons)
        self._small.addWidget(made, count // _IN_A_ROW, count % _IN_A_ROW)
        self._small.setColumnStretch(_IN_A_ROW, 1)
        self.buttons[key] = made
        if None in self._shown:
            self.show_large(key)

    def show_large(self, key: Hashable, *_: object) -> None:
        if key in self._shown:
            return
        name, pixels = self._pixels[key]
        place = self._older
        self.panes[place].show_pixels(pixels)
        self.panes[place].setAccessibleName(name)
        self._titles[place].setText(name)
        self._shown[place] = key
        self._older = 1 - place
