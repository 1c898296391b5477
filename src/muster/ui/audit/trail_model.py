"""The trail as a table that is read as far as somebody scrolls, newest first."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from muster.ui.audit import words
from muster.ui.language import tr, word
from muster.ui.reimplemented import reimplemented
from muster.workstation.trail_reading import Record

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
PAGE = 200


class TrailModel(QAbstractTableModel):
    """``wants_more`` with the number of the record before which to go on. ``broken_at`` is the record at which the
    chain was found broken."""

    wants_more = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []
        self.broken_at: int | None = None
        self._is_whole = True

    @reimplemented
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.records)

    @reimplemented
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else 6

    @reimplemented
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (tr("No."), tr("When"), tr("What"), tr("Who"), tr("Registration"), tr("Details"))[section]

    @reimplemented
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.records):
            return None
        record = self.records[index.row()]
        broken = self.broken_at is not None and record.sequence >= self.broken_at
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(record, index.column(), broken=broken)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.facts_of(record.detail.items())
        return None

    @reimplemented
    def canFetchMore(self, parent: _Index) -> bool:
        return not self._is_whole

    @reimplemented
    def fetchMore(self, parent: _Index) -> None:
        self._is_whole = True  # until the answer is there
        self.wants_more.emit(self.records[-1].sequence)

    def begin(self, records: tuple[Record, ...]) -> None:
        self.beginResetModel()
        self.records = list(records)
        self._is_whole = len(records) < PAGE
        self.endResetModel()

    def add(self, records: tuple[Record, ...]) -> None:
        self._is_whole = len(records) < PAGE
        if records:
            first = len(self.records)
            self.beginInsertRows(_ROOT, first, first + len(records) - 1)
            self.records.extend(records)
            self.endInsertRows()

    def break_at(self, sequence: int | None) -> None:
        self.broken_at = sequence
        if self.records:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.records) - 1, 0))

    def row_of(self, sequence: int) -> int:
        return next((row for row, each in enumerate(self.records) if each.sequence == sequence), -1)


def _cell(record: Record, column: int, *, broken: bool) -> str:
    if column == 0:
        return f"✗ {record.sequence}" if broken else str(record.sequence)
    if column == 1:
        return words.moment(record.at)
    if column == 2:
        return word(record.title)
    if column == 3:
        return record.actor
    if column == 4:
        return record.subject
    return words.facts_of(record.detail.items())
