"""The people of this station, for its administrator: add, block, remove, other roles, a new password."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from muster.domain.operators import Factor, Role
from muster.errors import MusterError
from muster.ui import theme
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.pages.foot import add_foot
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, button, empty, label, link, password_box, scrolling
from muster.workstation.desk import Desk
from muster.workstation.operator_desk import OperatorLine
from muster.workstation.proving import Proof
from muster.workstation.station import NewOperator


class PeoplePage(Page):
    left = Signal()

    def __init__(self, desk: Desk, background: Background) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._asked: str | None = None
        self.rows: dict[str, tuple[QWidget, ...]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 20, 26, 18)
        column.setSpacing(12)
        column.addWidget(label(tr("People of this station"), "title"))
        column.addWidget(label(tr("Your password: it is needed for every change on this page."), "subtitle"))
        self.current = password_box(tr("Your password"))
        self.current.setMaximumWidth(theme.px(360))
        column.addWidget(self.current)
        cards = QHBoxLayout()
        cards.setSpacing(14)
        cards.addWidget(self._list_card(), 3)
        cards.addWidget(self._form_card(), 2)
        column.addLayout(cards, 1)
        self.note, self.back = add_foot(column, self.left)
        self._refresh()

    def enter(self) -> None:
        self.current.setFocus()

    def leave(self) -> None:
        for box in (self.current, self.password, self.again):
            box.clear()

    def _list_card(self) -> Card:
        card = Card(margin=22)
        content = QWidget()
        self._people = QGridLayout(content)
        self._people.setContentsMargins(0, 0, 6, 0)
        self._people.setColumnStretch(0, 1)
        self._people.setHorizontalSpacing(12)
        card.column.addWidget(scrolling(content, clear=True), 1)
        return card

    def _form_card(self) -> Card:
        card = Card(margin=22)
        self.form_title = label(tr("Somebody new"), "section")
        card.column.addWidget(self.form_title)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(10)
        card.column.addWidget(scrolling(content, clear=True), 1)
        self.user_id = QLineEdit()
        self.user_id.setAccessibleName(tr("User name"))
        self.password, self.again = password_box(tr("New password")), password_box(tr("Once more"))
        form = QFormLayout()
        for words, box in (
            (tr("User name"), self.user_id),
            (tr("New password"), self.password),
            (tr("Once more"), self.again),
        ):
            form.addRow(words, box)
        column.addLayout(form)
        self.roles = {role: QCheckBox(words) for role, words in _role_names()}
        for role in self.roles.values():
            column.addWidget(role)
        self.roles[Role.OFFICER].setChecked(True)
        self.add = button(tr("Add"))
        self.add.clicked.connect(self._add)
        self.reset = button(tr("Give the new password"))
        self.reset.clicked.connect(self._reset)
        self.change = button(tr("Change the roles"))
        self.change.clicked.connect(self._change)
        for pressed in (self.add, self.reset, self.change):
            column.addWidget(pressed)
        self.user_id.textChanged.connect(self._offer)
        column.addWidget(
            label(tr("Whoever is new adds finger and face after signing in, under “My sign-in”."), "soft")
        )
        column.addStretch(1)
        return card

    def _offer(self) -> None:
        """What can be done with somebody who is here, or with somebody who is not."""
        is_here = self.user_id.text().strip() in self.rows
        self.form_title.setText(self.user_id.text().strip() if is_here else tr("Somebody new"))
        self.add.setVisible(not is_here)
        self.reset.setVisible(is_here)
        self.change.setVisible(is_here)

    def _refresh(self) -> None:
        self._background.run(self, "store", self._desk.operators.all, self._show, self._failed)

    def _show(self, lines: tuple[OperatorLine, ...]) -> None:
        empty(self._people)
        self.rows = {}
        for row, line in enumerate(lines):
            operator = line.operator
            words = ", ".join(words for role, words in _role_names() if role in operator.roles)
            self._people.addWidget(label(f"{operator.user_id} · {words}"), 2 * row, 0)
            self._people.addWidget(label(_state(line), "soft"), 2 * row + 1, 0)
            choose = link(tr("Choose"))
            choose.clicked.connect(partial(self._choose, line))
            blocked = operator.blocked_at is not None
            block = link(tr("Let in again") if blocked else tr("Block"))
            change = self._desk.operators.unblock if blocked else self._desk.operators.block
            block.clicked.connect(partial(self._do, partial(change, operator.user_id)))
            remove = link(tr("Remove"))
            remove.clicked.connect(partial(self._ask_remove, operator.user_id))
            self.rows[operator.user_id] = (choose, block, remove)
            for place, pressed in enumerate((choose, block, remove), 1):
                self._people.addWidget(pressed, 2 * row, place)
        self._people.setRowStretch(2 * len(lines), 1)
        self._offer()

    def _choose(self, line: OperatorLine, *_: object) -> None:
        self.user_id.setText(line.operator.user_id)
        for role, box in self.roles.items():
            box.setChecked(role in line.operator.roles)
        self.password.setFocus()

    def _chosen_roles(self) -> list[Role]:
        return [role for role, box in self.roles.items() if box.isChecked()]

    def _new_password(self) -> str | None:
        if self.password.text() != self.again.text():
            self.note.say(tr("The two passwords differ."), "bad")
            self.again.setFocus()
            return None
        return self.password.text()

    def _add(self) -> None:
        password = self._new_password()
        if password is not None:
            new, roles = NewOperator(self.user_id.text().strip(), password), self._chosen_roles()
            self._do(lambda proof: self._desk.operators.add(new, roles, proof))

    def _reset(self) -> None:
        password = self._new_password()
        if password is not None:
            self._do(partial(self._desk.operators.reset_password, self.user_id.text().strip(), password))

    def _change(self) -> None:
        self._do(partial(self._desk.operators.change_roles, self.user_id.text().strip(), self._chosen_roles()))

    def _ask_remove(self, user_id: str, *_: object) -> None:
        """The same link asks once more."""
        if self._asked == user_id:
            self._do(partial(self._desk.operators.remove, user_id))
            return
        self._asked = user_id
        self.note.say(tr("Press again to remove {name} for good, with finger and face.", name=user_id), "warn")

    def _do(self, work: Callable[[Proof], None], *_: object) -> None:
        self._asked = None
        proof = Proof(self.current.text())
        self.setEnabled(False)
        self.busy.emit(True)
        self._background.run(self, "store", lambda: work(proof), self._done, self._failed)

    def _done(self, nothing: None) -> None:
        self._let_go()
        self.password.clear()
        self.again.clear()
        self.note.say(tr("Done."), "good")
        self._refresh()

    def _failed(self, error: MusterError) -> None:
        self._let_go()
        self.note.say(say_error(error), "bad")

    def _let_go(self) -> None:
        self.setEnabled(True)
        self.busy.emit(False)


def _role_names() -> tuple[tuple[Role, str], ...]:
    return (
        (Role.OFFICER, tr("Registration officer")),
        (Role.SUPERVISOR, tr("Supervisor")),
        (Role.ADMINISTRATOR, tr("Administrator")),
    )


def _state(line: OperatorLine) -> str:
    if line.operator.blocked_at is not None:
        return tr("blocked")
    if not line.has_password:
        return tr("has no password yet: choose, and give one")
    if line.wait_s > 0:
        return tr("too many wrong attempts; can try again in {minutes} min", minutes=ceil(line.wait_s / 60))
    words = {Factor.CODE: tr("Authenticator"), Factor.FINGER: tr("Finger"), Factor.FACE: tr("Face")}
    there = [name for factor, name in words.items() if factor in line.factors]
    return tr("signs in with: {names}", names=", ".join([tr("Password"), *there]))
