"""The services around the station that prove identities: is each there, how are its tokens, what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from muster.domain.connections import ConnectionState, ConnectionView, TokenView
from muster.domain.sharing import TokenStanding
from muster.errors import MusterError
from muster.ui import theme
from muster.ui.audit.words import moment
from muster.ui.background import Background
from muster.ui.evidence.assurance_panel import Badge
from muster.ui.language import say, say_error, tr, word
from muster.ui.pages.page import Page
from muster.ui.proofing.words import method_words
from muster.ui.widgets.parts import Card, Note, button, empty, label, mark, scrolling
from muster.workstation.desk import Desk

_LANE = "proofing"  # a service that takes its time keeps nobody else waiting


class ConnectionsPage(Page):
    left = Signal()

    def __init__(self, desk: Desk, background: Background) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self.shown: dict[str, ConnectionView] = {}
        self.checks: dict[str, QPushButton] = {}
        self.renewals: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(each) for each in (theme.PAGE, theme.WIDE, theme.PAGE, theme.WIDE)])
        column.setSpacing(theme.px(theme.GAP))
        column.addWidget(label(tr("Connections"), "title"))
        said = tr("Services that prove who people are. Checking whether they are there tells them of nobody.")
        column.addWidget(label(said, "subtitle"))
        content = QWidget()
        self._cards = QVBoxLayout(content)
        self._cards.setContentsMargins(0, 0, theme.px(theme.TIGHT), 0)
        self._cards.setSpacing(theme.px(theme.GAP))
        column.addWidget(scrolling(content), 1)
        self.note = Note()
        column.addWidget(self.note)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.check_all = button(tr("Check all"))
        self.check_all.clicked.connect(partial(self._check, None))
        self.back = button(tr("Back"), primary=True)
        self.back.clicked.connect(self.left)
        foot.addWidget(self.check_all)
        foot.addWidget(self.back)
        column.addLayout(foot)

    def enter(self) -> None:
        self.back.setFocus()
        self._background.run(self, "store", self._desk.connections.list, self._show, self._failed)

    # Showing

    def _show(self, views: Sequence[ConnectionView]) -> None:
        self.shown = {each.id: each for each in views}
        self._draw()
        if not views:
            self.note.say(tr("The proofing configuration names no service that could be asked."))

    def _draw(self) -> None:
        empty(self._cards)
        self.checks, self.renewals = {}, {}
        for each in self.shown.values():
            self._cards.addWidget(self._card(each))
        self._cards.addStretch(1)
        self.check_all.setVisible(len(self.shown) > 1)

    def _card(self, view: ConnectionView) -> Card:
        card = Card(margin=theme.px(theme.WIDE), spacing=theme.px(theme.CLOSE))
        head = QHBoxLayout()
        head.setSpacing(theme.px(theme.GAP))
        head.addWidget(label(word(view.name), "section"), 1)
        badge = Badge()
        badge.say(*_state_words(view.state))
        head.addWidget(badge)
        check = button(tr("Check now"))
        check.setAccessibleDescription(word(view.name))
        check.clicked.connect(partial(self._check, view.id))
        head.addWidget(check)
        self.checks[view.id] = check
        if view.tokens:
            renew = button(tr("Renew"))
            renew.setAccessibleDescription(word(view.name))
            renew.clicked.connect(partial(self._renew, view.id))
            head.addWidget(renew)
            self.renewals[view.id] = renew
        card.column.addLayout(head)
        card.column.addWidget(label(" · ".join(_facts(view)), "soft"))
        if view.problem is not None:
            problem = label(say(view.problem), "finding")
            mark(problem, "mild", value=True)
            card.column.addWidget(problem)
        if view.tokens:
            card.column.addLayout(_tokens(view.tokens))
        return card

    # Doing

    def _check(self, connection: str | None, *_: object) -> None:
        self._do(partial(self._desk.connections.check, connection), self._checked)

    def _checked(self, views: Sequence[ConnectionView]) -> None:
        self._took(views)
        away = [each for each in views if each.state is not ConnectionState.AVAILABLE]
        if away:
            self.note.say(
                tr("Not there just now: {names}", names=" · ".join(word(each.name) for each in away)), "warn"
            )
        else:
            self.note.say(tr("All that were asked are there."), "good")

    def _renew(self, connection: str, *_: object) -> None:
        self._do(partial(self._desk.connections.renew, connection), self._renewed)

    def _renewed(self, view: ConnectionView) -> None:
        self._took([view])
        if any(each.problem for each in view.tokens):
            self.note.say(tr("Not every token could be renewed."), "warn")
        else:
            self.note.say(tr("The tokens are renewed."), "good")

    def _took(self, views: Sequence[ConnectionView]) -> None:
        self.setEnabled(True)
        self.busy.emit(False)
        self.shown.update({each.id: each for each in views})
        self._draw()
        self.back.setFocus()

    def _do(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self.setEnabled(False)
        self.busy.emit(True)
        self.note.say(tr("A moment, please."))
        self._background.run(self, _LANE, work, done, self._failed)

    def _failed(self, error: MusterError) -> None:
        self.setEnabled(True)
        self.busy.emit(False)
        self.note.say(say_error(error), "bad")


def _state_words(state: ConnectionState) -> tuple[str, str]:
    return {
        ConnectionState.AVAILABLE: (tr("is there"), "good"),
        ConnectionState.DOWNGRADED: (tr("not there: people are spared it"), "warn"),
        ConnectionState.UNKNOWN: (tr("not asked lately"), "plain"),
    }[state]


def _facts(view: ConnectionView) -> Iterator[str]:
    yield method_words(view.kind)
    if view.host:
        yield f"\u2066{view.host}\u2069"
    yield tr("asked on {time}", time=moment(view.checked_at)) if view.checked_at else tr("never asked")
    if view.sources is not None:
        yield tr("sources that could answer: {count}", count=view.sources)
    if view.next_renewal is not None:
        yield tr("next renewal on {day}", day=_day(view.next_renewal))


def _tokens(tokens: Sequence[TokenView]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.px(theme.WIDE))
    grid.setVerticalSpacing(theme.px(theme.TIGHT))
    heads = (
        tr("Token of"),
        tr("Age"),
        tr("Standing"),
        tr("Next renewal"),
        tr("Good until"),
        tr("Not renewed after"),
    )
    for place, each in enumerate(heads):
        grid.addWidget(label(each, "small", wrap=False), 0, place)
    for row, token in enumerate(tokens, 1):
        said = (
            f"\u2066{token.registration}\u2069" if token.registration else tr("this station"),
            tr("{days} days", days=token.age_days),
            _standing_words(token.standing),
            _day(token.next_renewal) if token.next_renewal else "–",
            _day(token.dies_at),
            _day(token.final_at),
        )
        for place, each in enumerate(said):
            grid.addWidget(label(each, wrap=place == 2), row, place)
    grid.setColumnStretch(2, 1)
    return grid


def _standing_words(standing: TokenStanding) -> str:
    return {
        TokenStanding.FRESH: tr("fresh"),
        TokenStanding.DUE: tr("to be renewed"),
        TokenStanding.OVERDUE: tr("overdue: the service is asked whether it still lives"),
        TokenStanding.FINAL: tr("lives, and is renewed no more: the person has to share anew"),
        TokenStanding.DEAD: tr("dead: the person has to share anew"),
    }[standing]


def _day(at: datetime) -> str:
    return f"\u2066{at.astimezone():%Y-%m-%d}\u2069"
