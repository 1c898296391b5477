"""The graph of a use case, drawn: what comes one after the other stands below each other, what stands side by side
may be taken in any order, or instead of each other.

Every step is a button: reached with the keyboard, spoken by a screen reader, mirrored where lines begin at the
right. Lines and arrows are painted between them.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from muster.domain.proofing import NodeStatus
from muster.ui import theme
from muster.ui.language import say_finding, tr
from muster.ui.proofing import words
from muster.ui.reimplemented import reimplemented
from muster.ui.widgets.large_button import LargeButton
from muster.ui.widgets.parts import empty, mark
from muster.workstation.proofing_play import DrawnNode
from muster.workstation.proofing_view import METHOD, SEQUENCE, ExecutionView, NodeView

_METHOD_WIDTH, _GROUP_WIDTH = 190, 240
_GAP = 22
_ARROW = 5.0

_STATES = {
    NodeStatus.COMPLETED: "done",
    NodeStatus.FAILED: "failed",
    NodeStatus.SKIPPED: "over",
    NodeStatus.CANCELLED: "over",
    NodeStatus.READY: "ready",
    NodeStatus.PENDING: "later",
}


class StepButton(LargeButton):
    """One step; pressed, it is the chosen one."""

    def __init__(self, node: DrawnNode) -> None:
        is_method = node.kind == METHOD
        super().__init__(words.drawn_title(node), width=_METHOD_WIDTH if is_method else _GROUP_WIDTH)
        self.setFixedWidth(theme.px(_METHOD_WIDTH if is_method else _GROUP_WIDTH))
        self.setCheckable(True)
        self.setProperty("step", True)
        self._node = node
        self.tell(None)

    @reimplemented
    def hasHeightForWidth(self) -> bool:
        """Its width is its own; a layout that puts it into the middle would ask for all the width there is."""
        return False

    def tell(self, there: NodeView | None) -> None:
        """How it stands while it is played; ``None`` is not at all."""
        faults = " ".join(say_finding(each) for each in self._node.findings)
        if there is not None:
            told = f"{words.sign(there.status)}  {words.status_words(there.status)}"
        else:
            told = words.method_words(self._node.method_type) if self._node.kind == METHOD else ""
        self.say(told, faults)
        state = _STATES.get(there.status, "waiting") if there is not None else ""
        if faults:
            state = "faulty"
        self.setProperty("state", state)
        mark(self, "played", value=there is not None)  # and let the style sheet look again


class _Group(QFrame):
    """A step made of others, with those."""

    def __init__(self, head: StepButton, children: list[QWidget], *, in_order: bool) -> None:
        super().__init__()
        self.setObjectName("steps")
        self._head, self._parts, self._in_order = head, children, in_order
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(_GAP)
        column.addWidget(head, 0, Qt.AlignmentFlag.AlignHCenter)
        inner = QVBoxLayout() if in_order else QHBoxLayout()
        inner.setSpacing(_GAP if in_order else 14)
        side = Qt.AlignmentFlag.AlignHCenter if in_order else Qt.AlignmentFlag.AlignTop
        for each in children:
            inner.addWidget(each, 0, side)
        column.addLayout(inner)

    @reimplemented
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.colours().soft_ink), 1.6))
        painter.setBrush(QColor(theme.colours().soft_ink))
        before: QWidget = self._head
        for each in self._parts:
            _draw_arrow(painter, _bottom(before), _top(each))
            if self._in_order:
                before = each
        painter.end()


class GraphView(QWidget):
    """``chosen`` with the place of a step."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[str, StepButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 14, 14, 14)
        self.setAccessibleName(tr("The graph of the use case"))

    def show_graph(self, root: DrawnNode) -> None:
        empty(self._column)
        self.steps = {}
        self._column.addWidget(self._made(root), 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._column.addStretch(1)

    def choose(self, place: str) -> None:
        for each, step in self.steps.items():
            step.setChecked(each == place)
        self.chosen.emit(place)

    def tell(self, view: ExecutionView | None) -> None:
        there = {each.place: each for each in view.nodes} if view is not None else {}
        for place, step in self.steps.items():
            step.tell(there.get(place))
        self.update()

    def _made(self, node: DrawnNode) -> QWidget:
        step = StepButton(node)
        step.clicked.connect(partial(self._clicked, node.place))
        self.steps[node.place] = step
        if node.kind == METHOD:
            return step
        children = [self._made(each) for each in node.children]
        return _Group(step, children, in_order=node.kind == SEQUENCE)

    def _clicked(self, place: str, *_: object) -> None:
        self.choose(place)


def _bottom(widget: QWidget) -> QPoint:
    return widget.geometry().center() + QPoint(0, widget.height() // 2 + 1)


def _top(widget: QWidget) -> QPoint:
    return widget.geometry().center() - QPoint(0, widget.height() // 2)


def _draw_arrow(painter: QPainter, start: QPoint, end: QPoint) -> None:
    """Down, across, and down again: from the one to the other."""
    middle = (start.y() + end.y()) / 2
    tip = QPointF(end)
    bends = [QPointF(start), QPointF(start.x(), middle), QPointF(end.x(), middle), tip - QPointF(0, _ARROW)]
    painter.drawPolyline(QPolygonF(bends))
    painter.drawPolygon(QPolygonF([tip, tip - QPointF(_ARROW, 2 * _ARROW), tip - QPointF(-_ARROW, 2 * _ARROW)]))
