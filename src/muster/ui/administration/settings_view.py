"""The settings: what they are, what they are to be, what that would have changed, and the signature under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from threading import Event

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from muster.domain.operators import Action, Factor
from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.administration import words
from muster.ui.administration.models import RowsModel, SettingsModel, ValueEditor
from muster.ui.administration.presenter import SettingsPresenter
from muster.ui.audit.words import moment
from muster.ui.background import Background
from muster.ui.language import tr
from muster.ui.widgets.parts import Card, Choice, Note, button, label
from muster.ui.widgets.proof_box import ProofBox
from muster.workstation.desk import Desk
from muster.workstation.lanes import STORE
from muster.workstation.policy_settings import Group
from muster.workstation.policy_versions import PolicyVersion, SettingLine, Tried
from muster.workstation.proving import Proof
from muster.workstation.rehearsal import Rehearsal, Rehearsed
from muster.workstation.rehearsal_limits import LimitDay
from muster.workstation.rehearsal_locks import IdleLock
from muster.workstation.rehearsal_waits import WaitsRehearsed

_REHEARSING = "rehearsing"  # a long look back keeps nobody else waiting
_DAYS = (30, 7, 90, 365)
_TO_BE = 3  # the column that is typed into
_WHICH = 1  # the column of registrations


class SettingsView(QWidget):
    """``kept`` with the new version, ``case_wanted`` with the registration whose story is asked for."""

    kept = Signal(object)
    case_wanted = Signal(object)
    failed = Signal(object)
    busy = Signal(bool)

    def __init__(self, desk: Desk, background: Background) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._cancel = Event()
        self.presenter = SettingsPresenter()
        self.rehearsal: Rehearsal | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._bar())
        self.result = Note()
        column.addWidget(self.result)
        middle = QSplitter(Qt.Orientation.Vertical)
        self.model = SettingsModel(self.presenter)
        self.model.entered.connect(self._entered)
        self.table = _settings_table(self.model)
        self.table.setMinimumHeight(theme.px(110))
        middle.addWidget(self.table)
        middle.addWidget(self._differing())
        middle.setChildrenCollapsible(False)
        middle.setSizes([theme.px(200), theme.px(300)])
        column.addWidget(middle, 1)
        column.addWidget(self._signature())
        shortcuts.add(self, "Ctrl+T", tr("Try on what was before"), self.rehearse)

    # Building

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        self.group = Choice(tr("Which settings"))
        for each in Group:
            self.group.addItem(words.group_words(each), each)
        self.group.activated.connect(self._group_chosen)
        row.addWidget(self.group)
        row.addWidget(label(tr("Choose a line and press F2 to change it."), "soft", wrap=False), 1)
        self.days = Choice(tr("How far back"))
        for days in _DAYS:
            self.days.addItem(tr("in the last {days} days", days=days), days)
        row.addWidget(self.days)
        self.try_out = button(tr("Try on what was before"))
        self.try_out.clicked.connect(self.rehearse)
        row.addWidget(self.try_out)
        self.undo = button(tr("Undo all"))
        self.undo.clicked.connect(self._forget)
        row.addWidget(self.undo)
        return row

    def _differing(self) -> QTableView:
        self.cases = DifferingModel()
        self.case_table = plain_table(self.cases, tr("What would have gone otherwise"))
        for place, width in enumerate((160, 300, 150)):
            self.case_table.setColumnWidth(place, theme.px(width))
        self.case_table.setMinimumHeight(theme.px(90))
        self.case_table.activated.connect(self._open)
        self.case_table.hide()
        return self.case_table

    def _signature(self) -> Card:
        self.proof_card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        why = QVBoxLayout()
        self.count = label("", "section", wrap=False)
        why.addWidget(self.count)
        self.because = QLineEdit()
        self.because.setAccessibleName(tr("Why"))
        self.because.setPlaceholderText(tr("Why, in a few words"))
        self.because.textChanged.connect(self._follow)
        why.addWidget(self.because)
        row.addLayout(why, 1)
        when = QVBoxLayout()
        when.addStretch(1)
        self.since = Choice(tr("Since when it counts"))
        for days, text in ((0, tr("from now on")), (1, tr("from tomorrow on")), (7, tr("in a week"))):
            self.since.addItem(text, days)
        when.addWidget(self.since)
        row.addLayout(when)
        ways = self._desk.own_ways(Action.CONFIRM)
        self.box = ProofBox(tr("Password of {officer}", officer=self._desk.operator.user_id), ways)
        self.box.given.connect(self._sign)
        self.box.changed.connect(self._follow)
        self.box.touch_wanted.connect(self._sign_by_touch)
        self.sign = button(tr("Sign the change"), primary=True)
        self.sign.clicked.connect(self._sign)
        self.box.add(self.sign)
        row.addWidget(self.box)
        self.proof_card.column.addLayout(row)
        self.proof_card.hide()
        return self.proof_card

    # What is shown

    def focus(self) -> None:
        self.table.setFocus()

    def leave(self) -> None:
        self._cancel.set()
        self.box.clear()

    def show_lines(self, lines: tuple[SettingLine, ...], changes: Mapping[str, str]) -> None:
        self.presenter.lines = lines
        self.start_from(changes.items())

    def start_from(self, values: Iterable[tuple[str, str]]) -> None:
        self.presenter.start_from(values)
        changed = next((each for each in Group if self.presenter.changed_in(each)), None)
        if changed is not None and not self.presenter.changed_in(self.presenter.group):
            self._show_group(changed)
        self.model.refresh()
        self.table.setCurrentIndex(self.model.index(0, _TO_BE))
        self._entered()

    def _group_chosen(self, *_: object) -> None:
        self._show_group(self.group.currentData())

    def _show_group(self, group: Group) -> None:
        self.group.setCurrentIndex(self.group.findData(group))
        self.presenter.group = group
        self.model.refresh()
        self.table.setCurrentIndex(self.model.index(0, _TO_BE))

    def _forget(self, *_: object) -> None:
        self.presenter.forget()
        self.because.clear()
        self.box.clear()
        self.model.refresh()
        self._entered()

    def _entered(self) -> None:
        """What was found for other values says nothing about these."""
        self._cancel.set()
        self.rehearsal = None
        self.cases.begin(())
        self.case_table.hide()
        self.result.clear()
        self._follow()

    def _follow(self, *_: object) -> None:
        changes, wrong = self.presenter.changes, self.presenter.wrong
        for place, each in enumerate(Group):
            count = self.presenter.changed_in(each)
            words_of = words.group_words(each)
            self.group.setItemText(place, f"{words_of} ({count})" if count else words_of)
        self.undo.setVisible(bool(changes or wrong))
        self.try_out.setEnabled(bool(changes))
        self.proof_card.setVisible(bool(changes))
        self.count.setText(tr("Settings to be changed: {count}", count=len(changes)))
        self.sign.setEnabled(self.box.is_filled and bool(self.because.text().strip()))
        if wrong:
            self.result.say(words.wrong_words(*next(iter(wrong.items()))), "bad")

    # Trying

    def rehearse(self, *_: object) -> None:
        changes, days = self.presenter.changes, self.days.currentData()
        if not changes:
            return
        self._cancel.set()
        cancel = self._cancel = Event()
        self.result.say(tr("Looking at what was before …"))

        def work() -> tuple[Tried, Rehearsal]:
            tried = self._desk.policy_versions.try_out(changes)
            return tried, self._desk.rehearsing.rehearse(tried.before, tried.after, days, cancel)

        self._background.run(
            self, _REHEARSING, work, partial(self._show_rehearsal, cancel, days), partial(self._not_tried, cancel)
        )

    def _show_rehearsal(self, asked: Event, days: int, found: tuple[Tried, Rehearsal]) -> None:
        if asked.is_set():  # other values meanwhile
            return
        tried, rehearsal = found
        self.rehearsal = rehearsal
        said = [*words.rehearsed_sentences(rehearsal, tried.told_from, days)]
        said += [words.untold_words(tried.untold)] if tried.untold else []
        self.result.say("\n".join(said), "warn" if rehearsal.differences or tried.untold else "good")
        rows = _rows(rehearsal)
        self.cases.begin(rows)
        self.case_table.setColumnHidden(_WHICH, not rehearsal.differing)
        self.case_table.setVisible(bool(rows))
        if rows:
            self.case_table.setCurrentIndex(self.cases.index(0, 0))

    def _not_tried(self, asked: Event, error: MusterError) -> None:
        if not asked.is_set():
            self.result.clear()
            self.failed.emit(error)

    def _open(self, index: QModelIndex) -> None:
        chosen = self.cases.rows[index.row()]
        if isinstance(chosen, Rehearsed):  # a day and wrong attempts have no story of their own
            self.case_wanted.emit(chosen.registration_id)

    # Keeping

    def _sign(self, *_: object) -> None:
        if self.sign.isEnabled():
            proof = self.box.proof()
            self._change(STORE, lambda: proof)

    def _sign_by_touch(self) -> None:
        typed, cancel = self.box.beside(Factor.FINGER), Event()
        self._cancel = cancel
        self._change("devices", lambda: replace(typed, finger=self._desk.touch(cancel).finger))

    def _change(self, lane: str, get: Callable[[], Proof]) -> None:
        changes, because, since = self.presenter.changes, self.because.text(), _begins(self.since.currentData())
        self.setEnabled(False)
        self.busy.emit(True)

        def done(version: PolicyVersion) -> None:
            self._let_go()
            self._forget()
            self.kept.emit(version)

        def failed(error: MusterError) -> None:
            self._let_go()
            self.box.clear()
            self.box.focus()
            self.failed.emit(error)

        change = self._desk.policy_versions.change
        self._background.run(self, lane, lambda: change(changes, because, get(), since), done, failed)

    def _let_go(self) -> None:
        self.setEnabled(True)
        self.busy.emit(False)


class DifferingModel(RowsModel):
    """Days, wrong attempts and registrations that would have gone otherwise."""

    def __init__(self) -> None:
        super().__init__((tr("When"), tr("Registration"), tr("Who"), tr("What would be otherwise")))

    def cells(self, row: object) -> tuple[str, ...]:
        if isinstance(row, LimitDay):
            return words.day_words(row.day), "", "", words.limit_day_words(row)
        if isinstance(row, IdleLock):
            return moment(row.at), "", row.operator, words.lock_words(row)
        if isinstance(row, WaitsRehearsed):
            return moment(row.row.at), "", words.who_was_wrong(row), words.waits_words(row)
        assert isinstance(row, Rehearsed)
        line = row.line
        return moment(line.sealed_at), line.registration_id.text, line.officer, words.rehearsed_words(row)


def _rows(rehearsal: Rehearsal) -> tuple[object, ...]:
    """What concerns the whole station first."""
    days = rehearsal.limits.days if rehearsal.limits else ()
    waits = rehearsal.sign_ins.differing if rehearsal.sign_ins else ()
    locks = (rehearsal.locks.spared or ()) if rehearsal.locks else ()
    return (*days, *waits, *locks, *rehearsal.differing)


def plain_table(model: RowsModel, name: str) -> QTableView:
    """A table to choose a row of; it reads what it shows."""
    made = QTableView()
    made.setModel(model)
    made.setAccessibleName(name)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    _look_of(made)
    return made


def _settings_table(model: SettingsModel) -> QTableView:
    made = QTableView()
    made.setModel(model)
    made.setAccessibleName(tr("Settings"))
    made.setItemDelegateForColumn(_TO_BE, ValueEditor(made))
    triggers = QAbstractItemView.EditTrigger
    made.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    for place, width in enumerate((470, 200, 200)):
        made.setColumnWidth(place, theme.px(width))
    _look_of(made)
    return made


def _look_of(table: QTableView) -> None:
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.px(30))
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.horizontalHeader().setStretchLastSection(True)


def _begins(days: int) -> datetime | None:
    """Midnight here so many days from now; now for 0."""
    if not days:
        return None
    midnight = datetime.combine(datetime.now().astimezone().date() + timedelta(days=days), time()).astimezone()
    return midnight.astimezone(UTC)
