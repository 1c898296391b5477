"""The tables of the page: settings, registrations that would differ, versions, differences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from muster.ui.administration import words
from muster.ui.administration.presenter import SettingsPresenter
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.workstation.policy_settings import Choice, Switch

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_NOW, _SHIPPED, _NEW = 1, 2, 3


class SettingsModel(QAbstractTableModel):
    """``entered`` when a new value was typed, whether it may be or not."""

    entered = Signal()

    def __init__(self, presenter: SettingsPresenter) -> None:
        super().__init__()
        self.presenter = presenter

    @reimplemented
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.presenter.shown)

    @reimplemented
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else 4

    @reimplemented
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (tr("Setting"), tr("Now"), tr("As shipped"), tr("To be"))[section]

    @reimplemented
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.presenter.shown):
            return None
        line = self.presenter.shown[index.row()]
        setting = line.setting
        wrong = self.presenter.wrong.get(setting.name)
        if role == Qt.ItemDataRole.FontRole:
            changed = index.column() == _NEW or (index.column() == _NOW and line.value != line.shipped)
            return _bold() if changed else None
        if role == Qt.ItemDataRole.ToolTipRole:
            if wrong is not None:
                return words.wrong_words(setting.name, wrong)
            if line.by_server:
                return tr("The server decides this one.")
            return f"{words.setting_words(setting)}: {setting.form.allowed}"
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        if index.column() == _NEW:
            typed = self.presenter.typed.get(setting.name, "")
            if role == Qt.ItemDataRole.EditRole:
                return typed or setting.text(line.value)
            if wrong is not None:
                return "✗ " + str(wrong.detail.get("value", ""))
            return words.value_words(setting, setting.parse(typed)) if typed else ""
        if index.column() == _NOW:
            text = words.value_words(setting, line.value)
            return tr("{value} (the server's)", value=text) if line.by_server else text
        if index.column() == _SHIPPED:
            return words.value_words(setting, line.shipped)
        return words.setting_words(setting)

    @reimplemented
    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        line = self.presenter.shown[index.row()] if index.isValid() else None
        if line is not None and index.column() == _NEW and not line.by_server:
            return flags | Qt.ItemFlag.ItemIsEditable
        return flags

    @reimplemented
    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.presenter.enter(self.presenter.shown[index.row()], str(value))
        self.dataChanged.emit(index, index)
        self.entered.emit()
        return True

    def refresh(self) -> None:
        self.beginResetModel()
        self.endResetModel()


def _bold() -> QFont:
    font = QFont(QApplication.font())
    font.setBold(True)
    return font


class ValueEditor(QStyledItemDelegate):
    """A list where there is a choice, else a box to type into."""

    @reimplemented
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        model = index.model()
        assert isinstance(model, SettingsModel)
        line = model.presenter.shown[index.row()]
        form = line.setting.form
        name = words.setting_words(line.setting)
        if isinstance(form, Switch | Choice):
            box = QComboBox(parent)
            for option_text in ("yes", "no") if isinstance(form, Switch) else form.options:
                box.addItem(words.option_words(option_text), option_text)
            box.setAccessibleName(name)
            return box
        typed = QLineEdit(parent)
        typed.setPlaceholderText(form.allowed)
        typed.setAccessibleName(name)
        return typed

    @reimplemented
    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        text = str(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(editor.findData(text), 0))
        elif isinstance(editor, QLineEdit):
            editor.setText(text)
            editor.selectAll()

    @reimplemented
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        text = editor.currentData() if isinstance(editor, QComboBox) else editor.property("text")
        model.setData(index, text)


class RowsModel(QAbstractTableModel):
    """Rows of words, made when they are looked at."""

    def __init__(self, headers: Sequence[str]) -> None:
        super().__init__()
        self._headers = tuple(headers)
        self.rows: Sequence[object] = ()

    def cells(self, row: object) -> tuple[str, ...]:
        """What stands in one row."""
        raise NotImplementedError

    def begin(self, rows: Sequence[object]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    @reimplemented
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @reimplemented
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    @reimplemented
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        wanted = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return self._headers[section] if wanted else None

    @reimplemented
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) and index.row() < len(self.rows):
            return self.cells(self.rows[index.row()])[index.column()]
        return None
