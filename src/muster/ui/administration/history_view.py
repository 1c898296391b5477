"""What came before: the versions of the settings, and what the server sent, each with what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTableView, QVBoxLayout, QWidget

from muster.ui import theme
from muster.ui.administration import words
from muster.ui.administration.models import RowsModel
from muster.ui.administration.settings_view import plain_table
from muster.ui.audit.words import moment
from muster.ui.background import Background
from muster.ui.language import tr
from muster.ui.widgets.parts import button, label
from muster.workstation.desk import Desk
from muster.workstation.lanes import STORE
from muster.workstation.policy_versions import Difference, VersionLine
from muster.workstation.spec_versions import MOST_DIFFERENCES, SpecDifference, SpecVersion


class HistoryView(QWidget):
    """A table of versions above, below what the chosen one changed."""

    failed = Signal(object)

    def __init__(
        self, desk: Desk, background: Background, above: RowsModel, below: RowsModel, names: tuple[str, str]
    ) -> None:
        super().__init__()
        self.desk = desk
        self._background = background
        self.versions, self.changes = above, below
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.CLOSE))
        self.bar = QHBoxLayout()
        self.bar.setSpacing(theme.px(theme.CLOSE))
        self.said = label("", "soft")
        self.bar.addWidget(self.said, 1)
        column.addLayout(self.bar)
        middle = QSplitter(Qt.Orientation.Vertical)
        self.table, self.below = plain_table(above, names[0]), plain_table(below, names[1])
        for each in (self.table, self.below):
            middle.addWidget(each)
        middle.setChildrenCollapsible(False)
        middle.setSizes([theme.px(260), theme.px(300)])
        column.addWidget(middle, 1)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)

    def focus(self) -> None:
        self.table.setFocus()

    @property
    def chosen(self) -> object:
        """What stands in the chosen row; None where there is none."""
        row = self.table.currentIndex().row()
        return self.versions.rows[row] if 0 <= row < len(self.versions.rows) else None

    def show_rows(self, rows: tuple[object, ...], nothing: str) -> None:
        self.versions.begin(rows)
        self.changes.begin(())
        self.said.setText("" if rows else nothing)
        if rows:
            self.table.setCurrentIndex(self.versions.index(0, 0))

    def run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, STORE, work, done, self.failed.emit)

    def _row_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid():
            self.changes.begin(())
            self.look()

    def look(self) -> None:
        """Tell what the chosen one changed."""
        raise NotImplementedError


class VersionsView(HistoryView):
    """``wanted_back`` with the number of a version whose settings are wanted again."""

    wanted_back = Signal(int)

    def __init__(self, desk: Desk, background: Background) -> None:
        names = (tr("Versions of the settings, the newest first"), tr("What this version changed"))
        super().__init__(desk, background, _VersionsModel(), _DifferencesModel(), names)
        _widths(self.table, 60, 170, 150, 170, 230)
        _widths(self.below, 520, 220)
        self.again = button(tr("Take these settings again"))
        self.again.clicked.connect(self._take_again)
        self.bar.addWidget(self.again)

    def show_lines(self, lines: tuple[VersionLine, ...]) -> None:
        self.show_rows(lines, tr("Nothing was changed here: every setting is as it was shipped."))
        self.again.setVisible(bool(lines))

    def look(self) -> None:
        line = self.chosen
        assert isinstance(line, VersionLine)
        numbers = [each.version.number for each in self._lines()]
        place = numbers.index(line.version.number)
        before = numbers[place + 1] if place + 1 < len(numbers) else 0
        diff = partial(self.desk.policy_versions.diff, before, line.version.number)
        self.run(diff, partial(self._show_changes, line))
        self.again.setEnabled(line.holds and place > 0)

    def _show_changes(self, line: VersionLine, found: tuple[Difference, ...]) -> None:
        if line is self.chosen:
            self.changes.begin(found)

    def _lines(self) -> Iterator[VersionLine]:
        return (each for each in self.versions.rows if isinstance(each, VersionLine))

    def _take_again(self, *_: object) -> None:
        line = self.chosen
        if isinstance(line, VersionLine):
            self.wanted_back.emit(line.version.number)


class ReceivedView(HistoryView):
    def __init__(self, desk: Desk, background: Background) -> None:
        names = (tr("What the server sent, the newest first"), tr("What this version changed"))
        super().__init__(desk, background, _ReceivedModel(), _SpecDifferencesModel(), names)
        _widths(self.table, 50, 120, 180, 160, 80, 140, 380)
        _widths(self.below, 520, 300)

    def read(self) -> None:
        self.run(self.desk.spec_versions.list, self._show)

    def _show(self, versions: tuple[SpecVersion, ...]) -> None:
        self.show_rows(
            versions, tr("The server sent nothing yet: the forms and lists are those that were shipped.")
        )

    def look(self) -> None:
        version = self.chosen
        assert isinstance(version, SpecVersion)
        if version.before is None:
            self.said.setText(tr("Nothing older of this kind is kept to compare it with."))
            return
        self.said.setText("")
        diff = partial(self.desk.spec_versions.diff, version.before, version.number)
        self.run(diff, partial(self._show_changes, version))

    def _show_changes(self, version: SpecVersion, found: tuple[SpecDifference, ...]) -> None:
        if version is not self.chosen:
            return
        self.changes.begin(found)
        if len(found) == MOST_DIFFERENCES:
            self.said.setText(tr("Only the first {count} differences are shown.", count=MOST_DIFFERENCES))


class _VersionsModel(RowsModel):
    def __init__(self) -> None:
        super().__init__((tr("No."), tr("When"), tr("Who"), tr("Counts from"), tr("State"), tr("Why")))

    def cells(self, row: object) -> tuple[str, ...]:
        assert isinstance(row, VersionLine)
        version = row.version
        state = tr("counts") if row.counts else "" if row.holds else tr("✗ not signed by this station")
        made, since = moment(version.made_at), moment(version.counts_from)
        return str(version.number), made, version.made_by, since, state, version.because


class _DifferencesModel(RowsModel):
    def __init__(self) -> None:
        super().__init__((tr("Setting"), tr("Was"), tr("Became")))

    def cells(self, row: object) -> tuple[str, ...]:
        assert isinstance(row, Difference)
        its = row.setting
        return words.setting_words(its), words.value_words(its, row.was), words.value_words(its, row.becomes)


class _ReceivedModel(RowsModel):
    def __init__(self) -> None:
        heads = (
            tr("No."),
            tr("What"),
            tr("Version"),
            tr("When"),
            tr("State"),
            tr("Who"),
            tr("Where from"),
            tr("Digest"),
        )
        super().__init__(heads)

    def cells(self, row: object) -> tuple[str, ...]:
        assert isinstance(row, SpecVersion)
        state = tr("counts") if row.counts else ""
        kind, came = words.kind_words(row.kind), words.whence_words(row.whence)
        when, who = moment(row.came_at), row.whence.taken_by
        return str(row.number), kind, row.version, when, state, who, came, row.digest


class _SpecDifferencesModel(RowsModel):
    def __init__(self) -> None:
        super().__init__((tr("Where"), tr("Was"), tr("Became")))

    def cells(self, row: object) -> tuple[str, ...]:
        assert isinstance(row, SpecDifference)
        return row.path, row.was, row.becomes


def _widths(table: QTableView, *widths: int) -> None:
    for place, width in enumerate(widths):
        table.setColumnWidth(place, theme.px(width))
