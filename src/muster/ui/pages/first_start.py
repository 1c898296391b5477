"""The first start: who this station is and who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from muster.errors import MusterError
from muster.ui import theme
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, Note, button, label, password_box
from muster.workstation.nameplate import DEFAULT_CENTER, DEFAULT_MACHINE

if TYPE_CHECKING:
    from muster.ui.background import Background
    from muster.ui.session import Session
    from muster.workstation.station import Station


class FirstStartPage(Page):
    created = Signal()

    def __init__(self, session: Session, background: Background) -> None:
        super().__init__()
        self._session = session
        self._background = background
        column = QVBoxLayout(self)
        column.setContentsMargins(60, 26, 60, 26)
        column.setSpacing(12)
        column.addWidget(label(tr("Set up this station"), "title"))
        column.addWidget(
            label(
                tr(
                    "Choose who works here. The passwords protect everything on this computer: "
                    "if both are lost, unsent registrations are lost too."
                ),
                "subtitle",
            )
        )
        cards = QVBoxLayout() if theme.is_large() else QHBoxLayout()
        cards.setSpacing(16)
        self.center, self.machine = _digits(DEFAULT_CENTER), _digits(DEFAULT_MACHINE)
        station = Card()
        station.column.addWidget(label(tr("Station"), "section"))
        form = QFormLayout()
        form.addRow(tr("Centre number"), self.center)
        form.addRow(tr("Machine number"), self.machine)
        station.column.addLayout(form)
        station.column.addWidget(label(tr("Your administrator gives you these numbers."), "soft"))
        self.bind = QCheckBox(tr("Open on this computer only"))
        station.column.addWidget(self.bind)
        station.column.addWidget(
            label(
                tr(
                    "A stolen disk is worth nothing then. If this computer breaks, what was not sent yet is lost, "
                    "unless your administrator makes a note of its secret."
                ),
                "soft",
            )
        )
        station.column.addStretch(1)
        self.officer, self.supervisor = _Person(tr("Registration officer")), _Person(tr("Supervisor"))
        for card in (station, self.officer, self.supervisor):
            cards.addWidget(card, 1)
        column.addLayout(cards)
        self.note = Note()
        column.addWidget(self.note)
        column.addStretch(1)
        row = QHBoxLayout()
        self.demo = button(tr("Only try it out (invented people)"))
        self.demo.clicked.connect(self._create_demo)
        self.set_up = button(tr("Set up the station"), primary=True)
        self.set_up.clicked.connect(self._create)
        row.addWidget(self.demo)
        row.addStretch(1)
        row.addWidget(self.set_up)
        column.addLayout(row)

    def enter(self) -> None:
        self.officer.user_id.setFocus()

    def _create(self) -> None:
        for person in (self.officer, self.supervisor):
            if person.password.text() != person.again.text():
                self.note.say(tr("The two passwords of {name} differ.", name=person.title), "bad")
                person.again.setFocus()
                return
        if not (self.center.hasAcceptableInput() and self.machine.hasAcceptableInput()):
            self.note.say(tr("Centre and machine numbers have five digits."), "bad")
            return
        self._busy()
        people = [(each.user_id.text().strip(), each.password.text()) for each in (self.officer, self.supervisor)]
        center, machine, bind = self.center.text(), self.machine.text(), self.bind.isChecked()

        def made() -> Station:
            from muster.workstation.station import NewOperator, NewStation, Place

            officer, supervisor = (NewOperator(*each) for each in people)
            place = Place.best() if bind else Place.NOTHING
            return self._session.create(NewStation(officer, supervisor, center, machine, bound_to=place))

        self._background.run(self, "store", made, self._done, self._failed)

    def _create_demo(self) -> None:
        self._busy()
        self._background.run(self, "store", self._session.create_demo, self._done, self._failed)

    def _busy(self) -> None:
        self.note.say(tr("Making keys …"))
        self.busy.emit(True)
        self.set_up.setEnabled(False)
        self.demo.setEnabled(False)

    def _done(self, station: Station) -> None:
        self.created.emit()

    def _failed(self, error: MusterError) -> None:
        self.busy.emit(False)
        self.note.say(say_error(error), "bad")
        self.set_up.setEnabled(True)
        self.demo.setEnabled(True)


def _digits(text: str) -> QLineEdit:
    box = QLineEdit(text)
    box.setMaxLength(5)
    box.setValidator(QRegularExpressionValidator("[0-9]{5}"))
    return box


class _Person(Card):
    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.user_id = QLineEdit()
        self.user_id.setAccessibleName(f"{title}: {tr('User name')}")
        self.password = password_box(f"{title}: {tr('Password')}")
        self.again = password_box(f"{title}: {tr('Once more')}")
        self.column.addWidget(label(title, "section"))
        form = QFormLayout()
        form.addRow(tr("User name"), self.user_id)
        form.addRow(tr("Password"), self.password)
        form.addRow(tr("Once more"), self.again)
        self.column.addLayout(form)
        self.column.addWidget(label(tr("At least 8 characters."), "soft"))
        self.column.addStretch(1)
