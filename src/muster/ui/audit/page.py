"""The trail: whether it is whole, its records, and one registration's story beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
)

from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.audit import words
from muster.ui.audit.report_pdf import lay_out
from muster.ui.audit.story_view import StoryView
from muster.ui.audit.trail_model import PAGE, TrailModel
from muster.ui.background import Background
from muster.ui.language import say_error, tr, word
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Choice, Note, button, label, link
from muster.workstation.audit_report import AuditReport
from muster.workstation.desk import Desk
from muster.workstation.trail import Verdict
from muster.workstation.trail_reading import Record, TrailFilter
from muster.workstation.trail_story import Story

_LANE = "trail"
_VERIFYING = "verifying"  # a long trail takes a while: nobody waits for it
_DAYS = (1, 7, 30)


class TrailPage(Page):
    """``registration_id`` is whose story is shown; ``evidence_wanted`` with it."""

    left = Signal()
    evidence_wanted = Signal(object)

    def __init__(self, desk: Desk, background: Background, registration_id: RegistrationId | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._asked = 0
        self.registration_id = registration_id
        self.verdict: Verdict | None = None
        self.filter = TrailFilter()
        self.ask_where: Callable[[str], str] = self._ask_where
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(each) for each in (theme.PAGE, theme.GAP, theme.PAGE, theme.GAP)])
        column.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._head())
        column.addLayout(self._state())
        column.addLayout(self._filters())
        middle = QSplitter(Qt.Orientation.Horizontal)
        self.model = TrailModel()
        self.model.wants_more.connect(self._read_more)
        self.table = self._table()
        middle.addWidget(self.table)
        self.story = StoryView(may_see_evidence=desk.access.offers(Permission.SEE_INDICATORS))
        self.story.report_wanted.connect(self._report)
        self.story.evidence_wanted.connect(lambda: self.evidence_wanted.emit(self.registration_id))
        middle.addWidget(self.story)
        middle.setSizes([theme.px(820), theme.px(480)])
        middle.setChildrenCollapsible(False)
        column.addWidget(middle, 1)
        self.note = Note()
        column.addWidget(self.note)
        shortcuts.add(self, "Ctrl+F", tr("Search"), self.text.setFocus)

    # Building

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(tr("Trail"), "title", wrap=False), 1)
        self.back = button(tr("Back to the desk"))
        self.back.clicked.connect(self.left)
        row.addWidget(self.back)
        return row

    def _state(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.state = Note()
        row.addWidget(self.state, 1)
        self.show_where = button(tr("Show where"))
        self.show_where.clicked.connect(self._go_to_break)
        self.show_where.hide()
        row.addWidget(self.show_where)
        return row

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        self.text = QLineEdit()
        self.text.setAccessibleName(tr("Words, a registration's number, or a person's name"))
        self.text.setPlaceholderText(tr("Words, a registration's number, or a person's name"))
        self.text.setToolTip(self.text.placeholderText())
        self.text.setMinimumWidth(theme.px(150))
        self.text.setClearButtonEnabled(True)
        self.text.returnPressed.connect(self.search)
        row.addWidget(self.text, 3)
        self.module = Choice(tr("What it is about"))
        self.module.addItem(tr("everything"), "")
        for each in self._desk.trail_reading.modules():
            self.module.addItem(word(each), each)
        self.actor = QLineEdit()
        self.actor.setAccessibleName(tr("Who"))
        self.actor.setPlaceholderText(tr("Who"))
        self.actor.returnPressed.connect(self.search)
        self.days = Choice(tr("When"))
        self.days.addItem(tr("at any time"), 0)
        for days in _DAYS:
            self.days.addItem(tr("today") if days == 1 else tr("in the last {days} days", days=days), days)
        for each_box in (self.module, self.days):
            each_box.activated.connect(self.search)
        row.addWidget(self.module, 1)
        row.addWidget(self.actor, 1)
        row.addWidget(self.days, 1)
        self.search_now = button(tr("Search"), primary=True)
        self.search_now.clicked.connect(self.search)
        row.addWidget(self.search_now)
        self.everything = link(tr("Show everything"))
        self.everything.clicked.connect(self._show_everything)
        row.addWidget(self.everything)
        return row

    def _table(self) -> QTableView:
        made = QTableView()
        made.setModel(self.model)
        made.setAccessibleName(tr("Records of the trail, the newest first"))
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setWordWrap(False)
        made.setShowGrid(False)
        made.setTabKeyNavigation(False)
        made.verticalHeader().hide()
        made.verticalHeader().setDefaultSectionSize(theme.px(26))
        made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for section, width in enumerate((64, 150, 290, 90, 250)):
            made.setColumnWidth(section, theme.px(width))
        made.horizontalHeader().setStretchLastSection(True)
        made.selectionModel().currentRowChanged.connect(self._chosen)
        return made

    # The chain

    def enter(self) -> None:
        self.text.setFocus()
        self.state.say(tr("The trail is being checked …"))
        self._background.run(self, _VERIFYING, self._desk.trail.verify, self._show_verdict, self._fail)
        self.search()
        if self.registration_id is not None:
            self.tell(self.registration_id)

    def _show_verdict(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.state.say(words.verdict_words(verdict), "good" if verdict.valid else "bad")
        self.show_where.setVisible(not verdict.valid)
        self.model.break_at(verdict.first_bad)

    def _go_to_break(self, *_: object) -> None:
        """From the record behind the broken one on, so that both sides of the link are seen."""
        if self.verdict is None or self.verdict.first_bad is None:
            return
        bad = self.verdict.first_bad
        self._empty_filters()
        self._read(TrailFilter(), before=bad + 3, done=partial(self._show_break, bad))

    def _show_break(self, bad: int, records: tuple[Record, ...]) -> None:
        self.model.begin(records)
        row = self.model.row_of(bad)
        row = row if row >= 0 else 0  # taken out: what follows it stands first
        self.table.selectRow(row)
        self.table.scrollTo(self.model.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    # Records

    def search(self, *_: object) -> None:
        text = self.text.text().strip()
        days = self.days.currentData()
        since = None
        if days:
            midnight = datetime.combine(datetime.now().astimezone().date(), time()).astimezone()
            since = (midnight - timedelta(days=days - 1)).astimezone(UTC)
        self.filter = TrailFilter(text, self.module.currentData(), "", self.actor.text().strip(), "", since)
        self.note.clear()
        asked = self.filter
        self._asked += 1
        self._run(partial(self._desk.trail_reading.begin, asked), partial(self._indexed, self._asked))
        self._read(asked, None, self.model.begin)
        if text and not days and not self.module.currentData():
            self._run(partial(self._desk.trail_reading.registrations, text), self._found_people)

    def _indexed(self, asked: int, left: int) -> None:
        """A trail that nobody searched yet takes a while; what was found so far is shown meanwhile."""
        if asked != self._asked:
            return
        if left:
            self.note.say(tr("{count} older records are still being made ready to be searched.", count=left))
            self._run(self._desk.trail_reading.go_on_indexing, partial(self._indexed, asked))
        elif self.note.text():
            self.note.clear()
            self._read(self.filter, None, self.model.begin)

    def _read(self, wanted: TrailFilter, before: int | None, done: Callable[[tuple[Record, ...]], None]) -> None:
        self._run(partial(self._desk.trail_reading.page, wanted, PAGE, before), done)

    def _read_more(self, before: int) -> None:
        self._read(self.filter, before, self.model.add)

    def _found_people(self, found: tuple[RegistrationId, ...]) -> None:
        """A number or a name is about one registration: its story is what is wanted."""
        if len(found) == 1:
            self.tell(found[0])
        elif found:
            self.note.say(tr("{count} registrations fit. Type more of the number or the name.", count=len(found)))

    def _show_everything(self, *_: object) -> None:
        self._empty_filters()
        self.search()

    def _empty_filters(self) -> None:
        self.text.clear()
        self.actor.clear()
        self.module.setCurrentIndex(0)
        self.days.setCurrentIndex(0)
        self.filter = TrailFilter()

    def _chosen(self, current: QModelIndex, before: QModelIndex) -> None:
        if not current.isValid() or current.row() >= len(self.model.records):
            return
        record = self.model.records[current.row()]
        try:
            about = RegistrationId(record.subject)
        except MusterError:  # about something else
            return
        self.tell(about, record.sequence)

    # The story

    def tell(self, registration_id: RegistrationId, sequence: int | None = None) -> None:
        """One registration's story, with the line of that record chosen."""
        shown = self.story.story
        self.registration_id = registration_id
        if shown is not None and shown.registration_id == registration_id and sequence is not None:
            self.story.show_story(shown, sequence)
            return
        tell = partial(self._desk.trail_reading.story, registration_id)
        self._run(tell, lambda story: self._show_story(story, sequence))

    def _show_story(self, story: Story, sequence: int | None) -> None:
        if story.registration_id == self.registration_id:
            self.story.show_story(story, sequence)

    def _report(self) -> None:
        story = self.story.story
        if story is None:
            return
        path = self.ask_where(f"{story.registration_id}.pdf")
        if path:
            self.story.report.setEnabled(False)
            compose = partial(self._desk.audit_reports.compose, story.registration_id)
            self._background.run(self, _VERIFYING, compose, partial(self._write, Path(path)), self._fail)

    def _write(self, path: Path, report: AuditReport) -> None:
        """Laid out in the window's thread, where its letters are; signed in a lane."""
        laid_out = lay_out(report)
        self._run(
            partial(self._desk.audit_reports.write, report, laid_out, path), lambda nothing: self._written(path)
        )

    def _written(self, path: Path) -> None:
        self.story.report.setEnabled(True)
        self.note.say(tr("The report is written and signed: {file}", file=path.name), "good")

    def _ask_where(self, name: str) -> str:
        path, _ = QFileDialog.getSaveFileName(self, tr("Write a report"), name, "PDF (*.pdf)")
        return path

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, _LANE, work, done, self._fail)

    def _fail(self, error: MusterError) -> None:
        self.story.report.setEnabled(True)
        self.note.say(say_error(error), "bad")
