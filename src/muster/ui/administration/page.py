"""Settings of the station: what they are, what others would make of last month's registrations, and how they came
to be; and what the server sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout

from muster.domain.operators import Permission
from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.administration.history_view import ReceivedView, VersionsView
from muster.ui.administration.settings_view import SettingsView
from muster.ui.audit.words import moment
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Note, button, label, link
from muster.workstation.desk import Desk
from muster.workstation.lanes import STORE
from muster.workstation.policy_versions import PolicyVersion, SettingLine, VersionLine


class AdministrationPage(Page):
    """``changes`` are settings that were typed before and not kept yet. ``case_wanted`` with a registration whose
    story is asked for; the other signals with nothing."""

    left = Signal()
    case_wanted = Signal(object)
    people_wanted = Signal()
    policy_wanted = Signal()
    connections_wanted = Signal()
    devices_wanted = Signal()

    def __init__(self, desk: Desk, background: Background, changes: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._changes = dict(changes or {})
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(each) for each in (theme.PAGE, theme.GAP, theme.PAGE, theme.GAP)])
        column.setSpacing(theme.px(theme.CLOSE))
        head, sections = self._head(), self._sections()
        if theme.is_large():
            column.addLayout(head)
            column.addLayout(sections)
        else:
            head.insertLayout(1, sections, 1)
            column.addLayout(head)
        self.note = Note()
        column.addWidget(self.note)
        self.settings = SettingsView(desk, background)
        self.settings.case_wanted.connect(self.case_wanted)
        self.settings.kept.connect(self._kept)
        self.settings.failed.connect(self._fail)
        self.settings.busy.connect(self.busy)
        self.versions = VersionsView(desk, background)
        self.versions.wanted_back.connect(self._go_back)
        self.versions.failed.connect(self._fail)
        self.received = ReceivedView(desk, background)
        self.received.failed.connect(self._fail)
        self.stack = QStackedWidget()
        for each in (self.settings, self.versions, self.received):
            self.stack.addWidget(each)
        column.addWidget(self.stack, 1)
        for key, place in (("Ctrl+1", 0), ("Ctrl+2", 1), ("Ctrl+3", 2)):
            shortcuts.add(self, key, self.sections[place].text(), partial(self.show_section, place))

    @property
    def changes(self) -> Mapping[str, str]:
        """What was typed and not kept yet."""
        return self.settings.presenter.changes

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP))
        row.addWidget(label(tr("Administration"), "title", wrap=False))
        row.addStretch(1 if theme.is_large() else 0)
        may = self._desk.access.may
        for words, wanted, permission in (
            (tr("People"), self.people_wanted, Permission.MANAGE_OPERATORS),
            (tr("Proof of identity"), self.policy_wanted, Permission.CHANGE_SETTINGS),
            (tr("Connections"), self.connections_wanted, Permission.CHANGE_SETTINGS),
            (tr("Devices"), self.devices_wanted, None),
        ):
            if permission is None or may(permission):
                made = link(words)
                made.clicked.connect(wanted)
                row.addWidget(made)
        self.back = button(tr("Back to the desk"))
        self.back.clicked.connect(self.left)
        row.addWidget(self.back)
        return row

    def _sections(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        group = QButtonGroup(self)
        self.sections = [button(each) for each in (tr("Settings"), tr("Versions"), tr("Forms and lists"))]
        for place, made in enumerate(self.sections):
            made.setCheckable(True)
            made.setMinimumWidth(made.sizeHint().width() + theme.px(theme.WIDE))  # bold while it is chosen
            made.clicked.connect(partial(self.show_section, place))
            group.addButton(made)
            row.addWidget(made)
        self.sections[0].setChecked(True)
        row.addStretch(1)
        return row

    def enter(self) -> None:
        self._read()
        self.settings.focus()

    def leave(self) -> None:
        self.settings.leave()

    def show_section(self, place: int, *_: object) -> None:
        self.sections[place].setChecked(True)
        self.stack.setCurrentIndex(place)
        view = self.stack.currentWidget()
        if isinstance(view, SettingsView | VersionsView | ReceivedView):
            view.focus()

    def _read(self) -> None:
        versions = self._desk.policy_versions

        def read() -> tuple[tuple[SettingLine, ...], tuple[VersionLine, ...], MusterError | None]:
            lines = versions.history()
            newest = next((each.version.number for each in lines if each.holds), 0)
            return versions.settings(newest), lines, versions.trouble()

        self._run(read, self._show)
        self.received.read()

    def _show(self, read: tuple[tuple[SettingLine, ...], tuple[VersionLine, ...], MusterError | None]) -> None:
        settings, lines, trouble = read
        self.settings.show_lines(settings, self._changes)
        self._changes = {}
        self.versions.show_lines(lines)
        if trouble is not None:
            self.note.say(say_error(trouble), "bad")

    def _kept(self, version: PolicyVersion) -> None:
        words = tr(
            "Version {number} is signed. Whoever signs in from {time} on works by it.",
            number=version.number,
            time=moment(version.counts_from),
        )
        self.note.say(words, "good")
        self._read()

    def _go_back(self, number: int) -> None:
        """What an old version said, as if it had been typed: to be tried and signed like any change."""

        def there(lines: tuple[SettingLine, ...]) -> None:
            self.settings.start_from([(each.setting.name, each.setting.text(each.value)) for each in lines])
            self.show_section(0)

        self._run(partial(self._desk.policy_versions.settings, number), there)

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, STORE, work, done, self._fail)

    def _fail(self, error: MusterError) -> None:
        self.note.say(say_error(error), "bad")
