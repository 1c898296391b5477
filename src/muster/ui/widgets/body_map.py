"""A drawing of both hands and eyes, each finger and eye marked by how it stands, to be pointed at.

Left and right are the person's own, hands as they lie on the glass before their owner, in every language. With the
keyboard the arrows go from finger to finger, Enter points at the one with the frame.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from muster.domain.biometrics import BiometricAttribute, Modality
from muster.ui import names, theme
from muster.ui.capture import pictograms
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.workstation.capture_lane import SampleState

_EYES_SHARE = 0.24  # of the height
_LENGTHS = {"LITTLE": 0.62, "RING": 0.86, "MIDDLE": 0.95, "INDEX": 0.84, "THUMB": 0.52}
_ORDER = (
    BiometricAttribute.LEFT_LITTLE,
    BiometricAttribute.LEFT_RING,
    BiometricAttribute.LEFT_MIDDLE,
    BiometricAttribute.LEFT_INDEX,
    BiometricAttribute.LEFT_THUMB,
    BiometricAttribute.RIGHT_THUMB,
    BiometricAttribute.RIGHT_INDEX,
    BiometricAttribute.RIGHT_MIDDLE,
    BiometricAttribute.RIGHT_RING,
    BiometricAttribute.RIGHT_LITTLE,
    BiometricAttribute.LEFT_EYE,
    BiometricAttribute.RIGHT_EYE,
)


def display_order(attribute: BiometricAttribute) -> int:
    """From the little finger of the left hand to that of the right, as hands lie on a table; then the eyes."""
    return _ORDER.index(attribute) if attribute in _ORDER else -1


class BodyMap(QWidget):
    """``pointed`` at a finger or eye. ``here`` are those of the placement that is shown, ``chosen`` those that an
    answer is being given for."""

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._states: Mapping[BiometricAttribute, SampleState] = {}
        self._here: Collection[BiometricAttribute] = ()
        self._chosen: Collection[BiometricAttribute] = ()
        self._at: BiometricAttribute | None = None
        self.setMinimumSize(QSize(theme.px(250), theme.px(120)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(theme.px(300))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Fingers and eyes"))

    @reimplemented
    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), theme.px(150))

    def show_states(
        self,
        states: Mapping[BiometricAttribute, SampleState],
        here: Collection[BiometricAttribute],
        chosen: Collection[BiometricAttribute] = (),
    ) -> None:
        self._states = {each: states[each] for each in _ORDER if each in states}
        self._here, self._chosen = here, chosen
        self.update()

    @property
    def states(self) -> Mapping[BiometricAttribute, SampleState]:
        return self._states

    def middle_of(self, attribute: BiometricAttribute) -> QPointF:
        """Where to point at it."""
        return self._shape(attribute).boundingRect().center()

    # Drawing

    @reimplemented
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side in ("LEFT", "RIGHT"):
            if any(each.name.startswith(side) and each.modality is Modality.FINGER for each in self._states):
                painter.setPen(QPen(QColor(theme.colours().line), 1.5))
                painter.setBrush(QColor(theme.colours().ground))
                painter.drawRoundedRect(self._palm(side), 12, 12)
        for attribute, state in self._states.items():
            self._draw(painter, attribute, state)
        painter.end()

    def _draw(self, painter: QPainter, attribute: BiometricAttribute, state: SampleState) -> None:
        line, fill = pictograms.colours(state)
        here, chosen = attribute in self._here, attribute in self._chosen
        style = Qt.PenStyle.DashLine if state is SampleState.EXCEPTION else Qt.PenStyle.SolidLine
        shape = self._shape(attribute)
        painter.setOpacity(1.0 if here or chosen else 0.55)
        painter.setPen(QPen(QColor(theme.colours().accent if chosen else line), 3.5 if chosen else 2, style))
        painter.setBrush(QColor(fill))
        painter.drawPath(shape)
        middle = shape.boundingRect().center()
        if attribute.modality is Modality.IRIS:
            painter.setBrush(QColor(theme.colours().ink))
            painter.drawEllipse(middle, 5, 5)
            middle = QPointF(shape.boundingRect().right() + 12, middle.y())
        pictograms.draw_sign(painter, state, middle, 5)
        painter.setOpacity(1.0)
        if attribute is self._at and self.hasFocus():
            painter.setPen(QPen(QColor(theme.colours().accent), 2, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(shape.boundingRect().adjusted(-3, -3, 3, 3), 5, 5)

    # Where everything lies

    def _hands(self) -> QRectF:
        eyes = self.height() * _EYES_SHARE if any(each.modality is Modality.IRIS for each in self._states) else 0.0
        width = min(float(self.width()) - 8, (self.height() - eyes) * 3.2)
        return QRectF((self.width() - width) / 2, eyes + 4, width, self.height() - eyes - 8)

    def _hand(self, side: str) -> QRectF:
        both = self._hands()
        width = both.width() * 0.47
        left = both.left() if side == "LEFT" else both.right() - width
        return QRectF(left, both.top(), width, both.height())

    def _palm(self, side: str) -> QRectF:
        hand = self._hand(side)
        width = hand.width() * 0.74
        left = hand.left() if side == "LEFT" else hand.right() - width
        return QRectF(left, hand.bottom() - hand.height() * 0.3, width, hand.height() * 0.3)

    def _shape(self, attribute: BiometricAttribute) -> QPainterPath:
        path = QPainterPath()
        side, name = attribute.name.split("_", 1)
        if attribute.modality is Modality.IRIS:
            middle = QPointF(
                self.width() / 2 + (-1 if side == "LEFT" else 1) * self.width() * 0.13,
                self.height() * _EYES_SHARE / 2,
            )
            half = min(self.height() * _EYES_SHARE * 0.75, self.width() * 0.09)
            path.addEllipse(middle, half, half * 0.6)
            return path
        hand, palm = self._hand(side), self._palm(side)
        width = palm.width() * 0.21
        length = hand.height() * (_LENGTHS[name] - 0.3)
        if name == "THUMB":
            at = QPointF(palm.right() - 4 if side == "LEFT" else palm.left() + 4, palm.bottom() - 6)
            path.addRoundedRect(
                QRectF(-width / 2, -hand.height() * 0.5, width, hand.height() * 0.5), width / 2, width / 2
            )
            return QTransform().translate(at.x(), at.y()).rotate(34 if side == "LEFT" else -34).map(path)
        place = ("LITTLE", "RING", "MIDDLE", "INDEX").index(name)
        step = palm.width() / 4
        centre = palm.left() + step * (place + 0.5) if side == "LEFT" else palm.right() - step * (place + 0.5)
        path.addRoundedRect(
            QRectF(centre - width / 2, palm.top() - length, width, length - 2), width / 2, width / 2
        )
        return path

    # Pointing

    def _below(self, place: QPointF) -> BiometricAttribute | None:
        return next((each for each in self._states if self._shape(each).contains(place)), None)

    @reimplemented
    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._below(event.position())
        if found is not None and event.button() is Qt.MouseButton.LeftButton:
            self._at = found
            self.pointed.emit(found)

    @reimplemented
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointing = self._below(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)

    @reimplemented
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            found = self._below(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(found) if found else "", self)
            return True
        return super().event(event)

    @reimplemented
    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._at not in self._states:
            self._go_to(next(iter(self._here or self._states), None))
        super().focusInEvent(event)
        self.update()

    @reimplemented
    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = list(self._states)
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and places:
            at = places.index(self._at) if self._at in places else 0
            self._go_to(places[(at + step) % len(places)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at in self._states:
            self.pointed.emit(self._at)
        else:
            super().keyPressEvent(event)

    def _go_to(self, attribute: BiometricAttribute | None) -> None:
        self._at = attribute
        self.setAccessibleDescription(self._words(attribute) if attribute else "")
        self.update()

    def _words(self, attribute: BiometricAttribute) -> str:
        return f"{names.attribute_name(attribute)}: {names.sample_state_name(self._states[attribute])}"
