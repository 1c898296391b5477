"""The list of registrations to be reviewed, read as far as somebody scrolls."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from muster.domain.review import ReviewLine, Standing
from muster.ui import theme
from muster.ui.audit import words
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.ui.review.presenter import ReviewPresenter

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ReviewListModel(QAbstractListModel):
    """``wants_more`` when the end comes into sight."""

    wants_more = Signal()

    def __init__(self, presenter: ReviewPresenter) -> None:
        super().__init__()
        self._presenter = presenter
        self._total = 0
        self._asked = False

    @reimplemented
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._presenter.lines)

    @reimplemented
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._presenter.lines):
            return None
        line = self._presenter.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(line)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return " ".join((_text(line), *map(words.flag_words, line.flags)))
        return None

    @reimplemented
    def canFetchMore(self, parent: _Index) -> bool:
        return not self._asked and len(self._presenter.lines) < self._total

    @reimplemented
    def fetchMore(self, parent: _Index) -> None:
        self._asked = True
        self.wants_more.emit()

    def begin(self, lines: tuple[ReviewLine, ...], total: int) -> None:
        self.beginResetModel()
        self._presenter.lines[:] = lines
        self._total, self._asked = total, False
        self.endResetModel()

    def add(self, lines: tuple[ReviewLine, ...]) -> None:
        known = {each.registration_id for each in self._presenter.lines}  # what was decided meanwhile moved
        fresh = [each for each in lines if each.registration_id not in known]
        self._asked = not lines
        if fresh:
            first = len(self._presenter.lines)
            self.beginInsertRows(_ROOT, first, first + len(fresh) - 1)
            self._presenter.lines.extend(fresh)
            self.endInsertRows()

    def changed(self, row: int) -> None:
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))


class TwoLines(QStyledItemDelegate):
    """Both lines whole, or as much of each as there is room for, from the side where lines begin."""

    @reimplemented
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, 2 * option.fontMetrics.lineSpacing() + 2 * theme.px(theme.TIGHT))

    @reimplemented
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colours = theme.colours()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.accent_pale))
            edge = option.rect.adjusted(0, 0, theme.px(theme.TIGHT) - option.rect.width(), 0)
            edge = QStyle.visualRect(option.direction, option.rect, edge)
            painter.fillRect(edge, QColor(colours.accent))
        gap = theme.px(theme.TIGHT)
        room = option.rect.adjusted(2 * gap, gap, -2 * gap, -gap)
        side = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft)
        painter.save()
        painter.setPen(QColor(colours.ink))
        for place, text in enumerate(str(index.data()).split("\n")):
            line = room.adjusted(0, place * option.fontMetrics.lineSpacing(), 0, 0)
            shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, side | Qt.AlignmentFlag.AlignTop, shown)
        painter.restore()


def _text(line: ReviewLine) -> str:
    """Two lines: how heavy and which, then what weighs most."""
    weight = tr("risk {weight}", weight=line.risk)
    where = f" · {line.station}" if line.station else ""
    first = f"{_mark(line)}  {weight} · {line.registration_id.text[-14:]} · {line.officer}{where}"
    if line.decision is not None and line.standing is not Standing.WAITING:
        second = words.decision_words(line.decision)
        if line.standing is Standing.DECIDED:
            second = tr("{decision}, to be signed off", decision=second)
    elif line.flags:
        second = words.flag_words(line.flags[0])
    else:
        second = tr("drawn as a sample") if line.drawn else tr("nothing unusual")
    return f"{first}\n{second}"


def _mark(line: ReviewLine) -> str:
    """By shape, not by colour."""
    if line.standing is Standing.DECIDED:
        return "✓"
    if line.standing is Standing.HELD:
        return "‖"
    return "●" if line.must_be_seen else "○"
