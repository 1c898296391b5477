"""Drawings that say without words what is captured next: a face, a hand on the glass, thumbs, eyes.

Left and right are the person's own, as a hand lies on the glass before its owner, in every language.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.registration import Step
from muster.ui import theme
from muster.workstation.capture_lane import SampleState

# Fingertip heights as a hand held up shows them, 0..1, and the place of each finger across the hand, 0..1 from the
# little finger on.
_TIPS = {"LITTLE": 0.68, "RING": 0.9, "MIDDLE": 1.0, "INDEX": 0.9}
_ACROSS = {"LITTLE": 0.09, "RING": 0.29, "MIDDLE": 0.49, "INDEX": 0.69}

States = Mapping[BiometricAttribute, SampleState]


def colours(state: SampleState) -> tuple[str, str]:
    """Line and fill; each state has a sign of its own besides (``draw_sign``)."""
    have = theme.colours()
    return {
        SampleState.WANTED: (have.soft_ink, have.off),
        SampleState.JUDGING: (have.accent, have.accent_pale),
        SampleState.KEPT: (have.good, have.good_fill),
        SampleState.FORCED: (have.warn, have.warn_fill),
        SampleState.POOR: (have.warn, have.warn_fill),
        SampleState.EXCEPTION: (have.soft_ink, have.paper),
    }[state]


def draw_sign(painter: QPainter, state: SampleState, at: QPointF, size: float = 7.0) -> None:
    """A tick, an exclamation mark, a cross or three dots: no colour is needed to tell them apart."""
    painter.save()
    painter.setPen(QPen(QColor(theme.colours().ink), size / 3.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    if state is SampleState.KEPT:
        painter.drawPolyline(
            [at + QPointF(-size, 0), at + QPointF(-size / 3, size * 0.7), at + QPointF(size, -size * 0.85)]
        )
    elif state in (SampleState.POOR, SampleState.FORCED):
        painter.drawLine(at + QPointF(0, -size), at + QPointF(0, size * 0.15))
        painter.drawPoint(at + QPointF(0, size * 0.85))
    elif state is SampleState.EXCEPTION:
        painter.drawLine(at + QPointF(-size, -size), at + QPointF(size, size))
        painter.drawLine(at + QPointF(-size, size), at + QPointF(size, -size))
    elif state is SampleState.JUDGING:
        for off in (-size, 0.0, size):
            painter.drawPoint(at + QPointF(off, 0))
    painter.restore()


def draw(painter: QPainter, room: QRectF, step: Step, samples: States) -> None:
    """The pictogram of ``step`` as large as ``room`` allows, its fingers and eyes marked as they stand."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if step is Step.FACE:
        _draw_face(painter, _inside(room, 0.8), samples)
    elif step is Step.EXCEPTION_PHOTO:
        whole = _inside(room, 1.3)
        left, right = _halves(whole, 0.6)
        _draw_face(painter, left, samples)
        _draw_hand(painter, right, "RIGHT", {}, thumb=True)
    elif step is Step.IRISES:
        whole = _inside(room, 2.6)
        for side, half in zip(("LEFT", "RIGHT"), _halves(whole), strict=True):
            _draw_eye(painter, half, samples.get(BiometricAttribute[f"{side}_EYE"], SampleState.WANTED))
    elif step is Step.THUMBS:
        for side, half in zip(("LEFT", "RIGHT"), _halves(_inside(room, 1.3)), strict=True):
            _draw_thumb(painter, half, samples.get(BiometricAttribute[f"{side}_THUMB"], SampleState.WANTED))
    else:
        side = "LEFT" if step is Step.LEFT_SLAP else "RIGHT"
        _draw_hand(painter, _inside(room, 0.95), side, samples, thumb=False)
    painter.restore()


def _inside(room: QRectF, aspect: float) -> QRectF:
    """The largest box of that width by height in the middle of ``room``."""
    width = min(room.width(), room.height() * aspect)
    box = QRectF(0, 0, width, width / aspect)
    box.moveCenter(room.center())
    return box


def _halves(box: QRectF, share: float = 0.5) -> tuple[QRectF, QRectF]:
    gap = box.width() * 0.06
    width = box.width() - gap
    left = QRectF(box.left(), box.top(), width * share, box.height())
    return left, QRectF(left.right() + gap, box.top(), width * (1 - share), box.height())


def _fingers_of(side: str) -> tuple[BiometricAttribute, ...]:
    return tuple(
        each for each in BiometricAttribute if each.modality is Modality.FINGER and each.name.startswith(side)
    )


def _pen(state: SampleState, width: float) -> QPen:
    style = Qt.PenStyle.DashLine if state is SampleState.EXCEPTION else Qt.PenStyle.SolidLine
    return QPen(QColor(colours(state)[0]), width, style)


def _draw_face(painter: QPainter, box: QRectF, samples: States) -> None:
    state = samples.get(BiometricAttribute.FACE, SampleState.WANTED)
    line = max(2.0, box.width() / 55)
    painter.setPen(_pen(state, line))
    painter.setBrush(QColor(colours(state)[1]))
    shoulders = QPainterPath()
    shoulders.moveTo(box.left(), box.bottom())
    shoulders.quadTo(
        box.left(), box.bottom() - box.height() * 0.26, box.center().x(), box.bottom() - box.height() * 0.26
    )
    shoulders.quadTo(box.right(), box.bottom() - box.height() * 0.26, box.right(), box.bottom())
    painter.drawPath(shoulders)
    head = QRectF(0, 0, box.width() * 0.56, box.height() * 0.66)
    head.moveCenter(QPointF(box.center().x(), box.top() + head.height() / 2))
    painter.drawEllipse(head)
    painter.setBrush(QColor(colours(state)[0]))
    for side in (-1, 1):
        painter.drawEllipse(head.center() + QPointF(side * head.width() * 0.2, -head.height() * 0.06), line, line)
    draw_sign(painter, state, head.center() + QPointF(0, head.height() * 0.22), box.width() / 16)


def _draw_hand(painter: QPainter, box: QRectF, side: str, samples: States, *, thumb: bool) -> None:
    """Its back to the viewer, as its owner sees it; a thumb that does not count here is drawn pale."""
    left = side == "LEFT"
    width = box.width() * 0.17
    base = box.bottom() - box.height() * 0.3
    line = max(1.5, width / 14)
    palm = QRectF(box.left() + (0.0 if left else box.width() * 0.2), base, box.width() * 0.8, box.bottom() - base)
    for attribute in _fingers_of(side):
        name = attribute.name.split("_")[1]
        state = samples.get(attribute, SampleState.WANTED)
        counted = thumb or name != "THUMB"
        painter.save()
        painter.setPen(_pen(state, line) if counted else QPen(QColor(theme.colours().line), line))
        painter.setBrush(QColor(colours(state)[1] if counted else theme.colours().ground))
        if name == "THUMB":
            painter.translate(palm.right() - width / 2 if left else palm.left() + width / 2, palm.center().y())
            painter.rotate(42 if left else -42)
            tip = QPointF(0, -box.height() * 0.36)
        else:
            painter.translate(box.left() + box.width() * (_ACROSS[name] if left else 1 - _ACROSS[name]), base)
            tip = QPointF(0, -box.height() * (_TIPS[name] - 0.3))
        painter.drawRoundedRect(QRectF(-width / 2, tip.y(), width, -tip.y() + width), width / 2, width / 2)
        painter.restore()
        if counted and name != "THUMB":
            centre = box.left() + box.width() * (_ACROSS[name] if left else 1 - _ACROSS[name])
            draw_sign(painter, state, QPointF(centre, base + tip.y() + width * 0.75), width / 5)
    painter.setPen(QPen(QColor(theme.colours().soft_ink), line))
    painter.setBrush(QColor(theme.colours().ground))
    painter.drawRoundedRect(palm, width / 2, width / 2)


def _draw_thumb(painter: QPainter, box: QRectF, state: SampleState) -> None:
    width = min(box.width() * 0.62, box.height() * 0.5)
    painter.setPen(_pen(state, max(2.0, width / 20)))
    painter.setBrush(QColor(colours(state)[1]))
    painter.drawRoundedRect(
        QRectF(box.center().x() - width / 2, box.top(), width, box.height()), width / 2, width / 2
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ring in (0.2, 0.36, 0.52):
        painter.drawArc(
            QRectF(
                box.center().x() - width * ring / 2,
                box.top() + width * (0.75 - ring / 2),
                width * ring,
                width * ring,
            ),
            0,
            180 * 16,
        )
    draw_sign(painter, state, QPointF(box.center().x(), box.bottom() - width * 0.55), width / 6)


def _draw_eye(painter: QPainter, box: QRectF, state: SampleState) -> None:
    painter.setPen(_pen(state, max(2.0, box.width() / 45)))
    painter.setBrush(QColor(colours(state)[1]))
    middle, half = box.center(), box.width() / 2
    lid = QPainterPath(QPointF(box.left(), middle.y()))
    lid.quadTo(QPointF(middle.x(), middle.y() - half * 0.95), QPointF(box.right(), middle.y()))
    lid.quadTo(QPointF(middle.x(), middle.y() + half * 0.95), QPointF(box.left(), middle.y()))
    painter.drawPath(lid)
    painter.setBrush(QColor(theme.colours().ink))
    painter.drawEllipse(middle, half * 0.24, half * 0.24)
    draw_sign(painter, state, QPointF(middle.x(), middle.y() + half * 0.75), half / 7)
