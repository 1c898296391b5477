"""The live picture of a capture with what is to be done drawn over it, for the officer's window and the person's.

``show_guidance`` takes whatever the lane shows now. Everything is painted over the picture by the widget, nothing
into it; nothing here measures or decides.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from muster.domain.biometrics import Modality
from muster.domain.registration import Step
from muster.errors import Code
from muster.ui import theme
from muster.ui.capture import pictograms
from muster.ui.capture.guidance import FaceMark, Guidance
from muster.ui.capture.tone import Tone
from muster.ui.language import say
from muster.ui.reimplemented import reimplemented
from muster.workstation.capture_lane import SampleState

_FACES = (Step.FACE, Step.EXCEPTION_PHOTO)
# Where a face should be, as shares of the picture: its height, and its middle from the top.
_TARGET_HEIGHT, _TARGET_MIDDLE, _TARGET_ASPECT = 0.62, 0.47, 0.76


class GuidanceView(QWidget):
    """``say_prompt`` puts a prompt into words: by default in the window's language, for the person's screen in
    theirs. ``prompt_shown`` writes it beneath the picture."""

    def __init__(
        self,
        *,
        prompt_shown: bool = True,
        prompt_px: int = 17,
        say_prompt: Callable[[Code], str] = say,
        minimum: QSize | None = None,
    ) -> None:
        super().__init__()
        self._guidance: Guidance | None = None
        self._prompt_shown = prompt_shown
        self._prompt_px = prompt_px
        self._say_prompt = say_prompt
        self.setMinimumSize(minimum or QSize(360, 260))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def guidance(self) -> Guidance | None:
        return self._guidance

    @property
    def has_picture(self) -> bool:
        return self._guidance is not None and self._guidance.picture is not None

    @Slot(object)
    def show_guidance(self, guidance: Guidance) -> None:
        """Cheap: the newest is painted when the window has time for it."""
        self._guidance = guidance
        words = self._words()
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        self.update()

    def _words(self) -> str:
        prompt = self._guidance.prompt if self._guidance else None
        return self._say_prompt(prompt) if prompt else ""

    @reimplemented
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(theme.colours().line)))
        painter.setBrush(QColor(theme.colours().paper))
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(whole, 8, 8)
        if self._guidance is not None:
            self._draw(painter, self._guidance)
        painter.end()

    def _draw(self, painter: QPainter, guidance: Guidance) -> None:
        room = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        words = self._words() if self._prompt_shown else ""
        if words:
            room = self._draw_words(painter, room, words, guidance.tone)
        if guidance.picture is None:
            pictograms.draw(painter, room.adjusted(12, 12, -12, -12), guidance.step, guidance.samples)
            return
        image = guidance.picture
        if guidance.step not in _FACES:
            room = self._draw_chart(painter, room, guidance, wide=image.width() > 1.6 * image.height())
        scale = min(room.width() / image.width(), room.height() / image.height())
        shown = QRectF(0, 0, image.width() * scale, image.height() * scale)
        shown.moveCenter(room.center())
        painter.drawImage(shown, image)
        painter.save()
        painter.setClipRect(shown)
        if guidance.step in _FACES:
            self._draw_face_marks(painter, shown, scale, guidance)
        elif guidance.step is Step.IRISES:
            self._draw_eye_targets(painter, shown, guidance)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(_line(guidance.tone)), 4))
        painter.drawRoundedRect(shown, 4, 4)

    def _draw_words(self, painter: QPainter, room: QRectF, words: str, tone: Tone) -> QRectF:
        """Beneath; returns the room that is left."""
        font = painter.font()
        font.setPixelSize(theme.px(self._prompt_px))
        font.setBold(True)
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        needed = painter.boundingRect(room, flags, words).height() + 12
        strip = QRectF(room.left(), room.bottom() - needed, room.width(), needed)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_pale(tone)))
        painter.drawRoundedRect(strip, 6, 6)
        painter.setPen(QColor(theme.colours().ink))
        painter.drawText(strip, flags, words)
        return room.adjusted(0, 0, 0, -needed - 6)

    def _draw_face_marks(self, painter: QPainter, shown: QRectF, scale: float, guidance: Guidance) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if guidance.step is Step.FACE and guidance.tone is not Tone.GOOD:
            for colour, width, style in (
                (theme.colours().paper, 5, Qt.PenStyle.SolidLine),
                (theme.colours().ink, 2, Qt.PenStyle.DashLine),  # the two are seen on whatever is behind them
            ):
                painter.setPen(QPen(QColor(colour), width, style))
                painter.drawEllipse(_target(shown))
        if guidance.face is None:
            return
        x, y, w, h = (each * scale for each in guidance.face.box)
        oval = QRectF(shown.left() + x, shown.top() + y, w, h).marginsAdded(
            QMarginsF(w / 12, h / 5, w / 12, h / 12)
        )
        painter.setPen(QPen(QColor(_line(guidance.tone)), 4))
        painter.drawEllipse(oval)
        _draw_way(painter, oval, guidance.face)

    def _draw_eye_targets(self, painter: QPainter, shown: QRectF, guidance: Guidance) -> None:
        """Two rings where the pupils belong; one where the other eye is an exception."""
        states = {each: state for each, state in guidance.samples.items() if each.modality is Modality.IRIS}
        seen = [state for state in states.values() if state is not SampleState.EXCEPTION]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, state in enumerate(seen):
            centre = QPointF(shown.left() + shown.width() * (2 * place + 1) / (2 * len(seen)), shown.center().y())
            radius = min(shown.height() * 0.32, shown.width() / (2.6 * len(seen)))
            painter.setPen(QPen(QColor(pictograms.colours(state)[0]), 3, Qt.PenStyle.DashLine))
            painter.drawEllipse(centre, radius, radius)

    def _draw_chart(self, painter: QPainter, room: QRectF, guidance: Guidance, *, wide: bool) -> QRectF:
        """The fingers or eyes as they stand: beneath a wide picture, else beside it. Returns what room is left."""
        if wide:
            side = room.height() * 0.42
            chart, left = room.adjusted(0, room.height() - side, 0, 0), room.adjusted(0, 0, 0, -side - 8)
        else:
            side = room.width() * 0.26
            chart, left = room.adjusted(room.width() - side, 0, 0, 0), room.adjusted(0, 0, -side - 8, 0)
        pictograms.draw(painter, chart.adjusted(4, 4, -4, -4), guidance.step, guidance.samples)
        return left


def _line(tone: Tone) -> str:
    have = theme.colours()
    return {Tone.PLAIN: have.accent, Tone.GOOD: have.good, Tone.WARN: have.warn, Tone.BAD: have.bad}[tone]


def _pale(tone: Tone) -> str:
    have = theme.colours()
    return {
        Tone.PLAIN: have.accent_pale,
        Tone.GOOD: have.good_pale,
        Tone.WARN: have.warn_pale,
        Tone.BAD: have.bad_pale,
    }[tone]


def _target(shown: QRectF) -> QRectF:
    height = shown.height() * _TARGET_HEIGHT
    oval = QRectF(0, 0, height * _TARGET_ASPECT, height)
    oval.moveCenter(QPointF(shown.center().x(), shown.top() + shown.height() * _TARGET_MIDDLE))
    return oval


def _draw_way(painter: QPainter, oval: QRectF, mark: FaceMark) -> None:
    """Arrows whither the face should go: aside on the oval's edge; four outwards to come closer, inwards to move
    back. Ways in the room, so the same in every language."""
    if mark.towards is not None:
        _draw_arrow(painter, oval, mark.towards, outwards=True)
    elif mark.nearer:
        for towards in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            _draw_arrow(painter, oval, towards, outwards=mark.nearer > 0)


def _draw_arrow(painter: QPainter, oval: QRectF, towards: tuple[int, int], *, outwards: bool) -> None:
    right, down = towards
    size = max(18.0, oval.width() / 7)
    edge = oval.center() + QPointF(right * (oval.width() / 2 - 6), down * (oval.height() / 2 - 6))
    inner = edge - QPointF(right * size, down * size)
    tip, back = (edge, inner) if outwards else (inner, edge)
    aside = QPointF(down * size * 0.7, right * size * 0.7)
    painter.setPen(QPen(QColor(theme.colours().paper), 2))
    painter.setBrush(QColor(theme.colours().warn))
    painter.drawPolygon(QPolygonF([tip, back + aside, back - aside]))
