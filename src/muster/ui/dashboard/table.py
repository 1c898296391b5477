"""A figure's numbers, for whoever would rather read than look, by keyboard and by ear."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from muster.ui import theme
from muster.ui.dashboard import words
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.workstation.figures import Figure

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_WIDEST = 240  # pixels at 100 %
_NUMBERS = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class FigureModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.figure: Figure | None = None

    def show_figure(self, figure: Figure) -> None:
        self.beginResetModel()
        self.figure = figure
        self.endResetModel()

    @reimplemented
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.figure is None else len(self.figure.rows)

    @reimplemented
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.figure is None else len(self.figure.columns)

    @reimplemented
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if self.figure is None or orientation != Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return words.column_name(self.figure.columns[section])
        return None

    @reimplemented
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self.figure is None or not index.isValid():
            return None
        cell = self.figure.rows[index.row()][index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return words.cell_words(cell, self.figure.columns[index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(cell, int | float):
            return int(_NUMBERS)
        return None


class FigureTable(QTableView):
    def __init__(self) -> None:
        super().__init__()
        self.numbers = FigureModel()
        self.setModel(self.numbers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(26))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_figure(self, figure: Figure) -> None:
        self.numbers.show_figure(figure)
        name = words.figure_name(figure.name)
        self.setAccessibleName(tr("{name}, in numbers", name=name))
        self.resizeColumnsToContents()
        for column in range(len(figure.columns)):  # what is longer is whole in its tooltip
            self.setColumnWidth(column, min(self.columnWidth(column), theme.px(_WIDEST)))
        if figure.rows:
            self.selectRow(0)
