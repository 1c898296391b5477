"""The devices on the desk: which there are, which of a kind is used, and a test of each that ends in a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from threading import Event

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from muster import durable
from muster.domain.assessment import Finding, Severity
from muster.errors import MusterError
from muster.ui import names
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.pages.foot import add_foot
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, button, empty, label, link, scrolling, sign
from muster.workstation.desk import Desk
from muster.workstation.device_doctor import TestedDevice
from muster.workstation.devices_desk import DeviceLine

_KINDS = {Severity.INFORMS: "good", Severity.WARNS: "warn", Severity.BLOCKS: "bad"}


@dataclass(frozen=True, slots=True)
class DevicesView:
    """What there is, and why some of it cannot be used, by id."""

    lines: tuple[DeviceLine, ...]
    problems: Mapping[str, Finding]


class DevicesPage(Page):
    left = Signal()

    def __init__(self, desk: Desk, background: Background) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._cancel = Event()
        self._is_testing = False
        self._lines = 0  # of the test that is shown
        self._stop_listening: Callable[[], None] | None = None
        self.tested: dict[str, TestedDevice] = {}
        self.tests: dict[str, QPushButton] = {}
        self.choices: dict[str, QPushButton] = {}
        self._changed = background.from_elsewhere(self, lambda change: self._look())
        self._found = background.from_elsewhere(self, self._show_finding)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 20, 26, 18)
        column.setSpacing(12)
        column.addWidget(label(tr("Devices"), "title"))
        column.addWidget(label(tr("A device that is plugged in appears here by itself."), "subtitle"))
        column.addWidget(label(_voice(desk.speech.voice), "soft"))
        cards = QHBoxLayout()
        cards.setSpacing(14)
        cards.addWidget(self._list_card(), 1)
        cards.addWidget(self._test_card(), 1)
        column.addLayout(cards, 1)
        self.note, self.back = add_foot(column, self.left)
        self._look()

    def enter(self) -> None:
        self.back.setFocus()
        if self._stop_listening is None:
            self._stop_listening = self._desk.devices.listen(self._changed)
        self._look()

    def leave(self) -> None:
        self._cancel.set()
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    def _list_card(self) -> Card:
        card = Card(margin=22)
        card.column.addWidget(label(tr("Plugged in"), "section"))
        content = QWidget()
        self._devices = QGridLayout(content)
        self._devices.setContentsMargins(0, 0, 6, 0)
        self._devices.setColumnStretch(1, 1)
        self._devices.setHorizontalSpacing(12)
        self._devices.setVerticalSpacing(4)
        card.column.addWidget(scrolling(content, clear=True), 1)
        return card

    def _test_card(self) -> Card:
        card = Card(margin=22)
        self.test_title = label(tr("Test"), "section")
        card.column.addWidget(self.test_title)
        self.test_about = label(
            tr("A test takes at most 20 seconds. Nothing that a device takes meanwhile is kept."), "soft"
        )
        card.column.addWidget(self.test_about)
        content = QWidget()
        self._findings = QGridLayout(content)
        self._findings.setContentsMargins(0, 0, 6, 0)
        self._findings.setColumnStretch(1, 1)
        self._findings.setHorizontalSpacing(12)
        card.column.addWidget(scrolling(content, clear=True), 1)
        row = QHBoxLayout()
        row.addStretch(1)
        self.save = button(tr("Save a report for support"))
        self.save.setEnabled(False)
        self.save.clicked.connect(self._ask_where)
        row.addWidget(self.save)
        card.column.addLayout(row)
        return card

    def _look(self) -> None:
        self._background.run(self, "devices", self._read, self._show, self._failed)

    def _read(self) -> DevicesView:
        """Runs on a lane."""
        return DevicesView(self._desk.devices.devices(), self._desk.devices.problems())

    def _show(self, view: DevicesView) -> None:
        empty(self._devices)
        self.tests, self.choices, row = {}, {}, 0
        for _, of_kind in groupby(sorted(view.lines, key=_place), key=_place):
            lines = list(of_kind)
            self._devices.addWidget(label(_title(lines[0]), "group"), row, 0, 1, 4)
            for line in lines:
                row += 2
                self._show_line(line, view.problems.get(line.id), row, among=len(lines))
            row += 2
        if not view.lines:
            self._devices.addWidget(label(tr("Nothing is plugged in."), "soft"), 0, 0, 1, 4)
        _push_up(self._devices, row)

    def _show_line(self, line: DeviceLine, problem: Finding | None, row: int, *, among: int) -> None:
        is_driver = not line.id
        self._devices.addWidget(sign("bad" if line.problem else "good"), row, 0)
        name = line.driver if is_driver else f"{line.make} {line.model}"
        self._devices.addWidget(label(name), row, 1)
        self._devices.addWidget(label(_about(line, problem), "soft"), row + 1, 1, 1, 2)
        if is_driver:
            return
        if line.chosen or among > 1:
            choose = link(tr("Take any") if line.chosen else tr("Choose"))
            devices = self._desk.devices
            work = partial(devices.choose_none, line.kind) if line.chosen else partial(devices.choose, line.id)
            choose.clicked.connect(partial(self._choose, work))
            self._devices.addWidget(choose, row, 2)
            self.choices[line.id] = choose
        test = button(tr("Test"))
        test.setAccessibleName(tr("Test {name}", name=name))
        test.clicked.connect(partial(self._test, line))
        self._devices.addWidget(test, row, 3, 2, 1)
        self.tests[line.id] = test
        test.setEnabled(not self._is_testing)

    def _choose(self, work: Callable[[], None], *_: object) -> None:
        self._background.run(self, "store", work, lambda nothing: self._look(), self._failed)

    def _test(self, line: DeviceLine, *_: object) -> None:
        empty(self._findings)
        self._lines = 0
        self.note.clear()
        self.test_title.setText(f"{tr('Test')} · {line.make} {line.model}")
        self._set_testing(testing=True)
        self._cancel = Event()
        work = partial(self._desk.devices.doctor.test, line.id, self._found, self._cancel)
        self._background.run(self, "device-test", work, self._tested, self._not_tested)

    def _set_testing(self, *, testing: bool) -> None:
        self._is_testing = testing
        self.test_about.setVisible(not testing)
        for test in self.tests.values():
            test.setEnabled(not testing)
        self.save.setEnabled(not testing and bool(self.tested))

    def _show_finding(self, finding: Finding) -> None:
        self._findings.addWidget(sign(_KINDS[finding.severity]), self._lines, 0)
        tone = "" if finding.severity is Severity.INFORMS else "finding"
        self._findings.addWidget(label(names.finding_words(finding), tone), self._lines, 1)
        self._lines += 1
        _push_up(self._findings, self._lines)

    def _tested(self, tested: TestedDevice) -> None:
        self.tested[tested.id] = tested
        self._set_testing(testing=False)
        if not tested.is_well:
            self.note.say(tr("This device cannot be used as it is. What to do stands beside the ✗."), "bad")
        elif any(each.severity is Severity.WARNS for each in tested.findings):
            self.note.say(tr("This device can be used. Something about it could be better."), "warn")
        else:
            self.note.say(tr("This device is well."), "good")

    def _ask_where(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save a report for support"), "devices.json", "JSON (*.json)"
        )
        if path:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        report = partial(self._desk.devices.doctor.report, tuple(self.tested.values()))
        work = partial(_write, path, report)
        self._background.run(self, "devices", work, lambda nothing: self._saved(), self._failed)

    def _saved(self) -> None:
        self.note.say(tr("The report is saved. It holds no picture and nothing about people."), "good")

    def _not_tested(self, error: MusterError) -> None:
        self._set_testing(testing=False)
        self._failed(error)

    def _failed(self, error: MusterError) -> None:
        self.note.say(say_error(error), "bad")


_DRIVERS = "~"  # behind every kind


def _place(line: DeviceLine) -> str:
    return line.kind if line.id else _DRIVERS


def _voice(name: str) -> str:
    """What people are asked aloud with, during captures."""
    if name:
        return tr("People are asked aloud during captures, by {voice}.", voice=name)
    return tr("This computer has no voice: during captures, what is asked of people is shown and not said.")


def _title(line: DeviceLine) -> str:
    return tr(line.kind).capitalize() if line.id else tr("Drivers that are not loaded")


def _push_up(grid: QGridLayout, rows: int) -> None:
    """What stands in the first ``rows`` stays at the top; a grid keeps rows that are empty by now."""
    for row in range(grid.rowCount()):
        grid.setRowStretch(row, 0)
    grid.setRowStretch(rows + 1, 1)


def _about(line: DeviceLine, problem: Finding | None) -> str:
    """What is the matter, where it is plugged in, and what it tells of itself."""
    if not line.id:
        return line.problem or ""
    parts = []
    if problem is not None:
        parts.append(names.finding_words(problem))
    elif line.problem:
        parts.append(tr(line.problem))
    if line.chosen:
        parts.append(tr("chosen"))
    parts.append(tr("number {serial}", serial=line.serial))
    if line.address:
        parts.append(tr("at {address}", address=line.address))
    if line.firmware:
        parts.append(tr("firmware {firmware}", firmware=line.firmware))
    if line.certificate_expires_at is not None:
        parts.append(tr("certificate until {date}", date=f"{line.certificate_expires_at:%Y-%m-%d}"))
    return " · ".join(parts)


def _write(path: Path, report: Callable[[], bytes]) -> None:
    durable.write(path, report())
