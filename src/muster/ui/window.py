"""The main window: a header, and one page at a time.

Changing the language makes the page anew from what is stored; nothing typed is lost, because a page keeps what
it holds before it goes.

A page is imported where it is shown, so that the one to sign in at is there at once (decision 43); the rest comes
behind it (:mod:`muster.ui.ahead`), what knows nothing of Qt on the lane that signing in waits on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from math import ceil
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from muster.ui import shortcuts, theme
from muster.ui.appearance import Looks, Scheme
from muster.ui.idle import IdleWatch
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage, say_error, tr
from muster.ui.pages.page import Page
from muster.ui.reimplemented import reimplemented
from muster.ui.turns import DRAWN_MS, in_turns, later, polishing
from muster.ui.widgets.parts import Button, Elided, label, training_band
from muster.ui.widgets.room import Room

if TYPE_CHECKING:
    from muster.domain.lifecycle import Registration
    from muster.domain.registration import RegistrationId, Step
    from muster.errors import MusterError
    from muster.ui.administration.page import AdministrationPage
    from muster.ui.background import Background
    from muster.ui.coach import Coach
    from muster.ui.finishing import Finisher, Sent
    from muster.ui.pages.home import HomePage
    from muster.ui.pages.lock_screen import LockScreen
    from muster.ui.pages.receipt import ReceiptPage
    from muster.ui.person.display import PersonDisplay
    from muster.ui.session import Session
    from muster.ui.wizard.wizard import Wizard
    from muster.workstation.desk import Desk

STORE = "store"


class MainWindow(QMainWindow):
    def __init__(self, session: Session, background: Background, languages: Languages) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._languages = languages
        self._sent: Sent | None = None
        self._home: HomePage | None = None  # where it is the page that is shown
        self._coming: Wizard | None = None  # on its way, while the page before is still there
        self._receipt: ReceiptPage | None = None
        self._person: PersonDisplay | None = None
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._header = QFrame()
        self.page = Page()
        self._again: Callable[[], None] = self.begin
        self._room = Room()
        self._room.put(self.page)
        self._column.addWidget(self._header)
        self._column.addWidget(self._room, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._body)
        self.setCentralWidget(self._stack)
        self._coach: Coach | None = None
        self._cover: LockScreen | None = None
        self._focus_before: QWidget | None = None
        self._countdown = label("", "soft", wrap=False)
        self.idle = IdleWatch(self)
        self.idle.idle.connect(self._look_at_idle)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.looks = Looks(application, session.data, self)
        self.looks.zoomed.connect(self._zoomed)
        self._letters = shortcuts.Letters(self)
        for keys, pressed in (
            ((shortcuts.HELP_KEYS,), self.show_keys),
            ((shortcuts.LOCK_KEYS,), self._lock_pressed),
            (shortcuts.LARGER_KEYS, partial(self._zoom, 1)),
            (shortcuts.SMALLER_KEYS, partial(self._zoom, -1)),
            (shortcuts.USUAL_SIZE_KEYS, partial(self._zoom, 0)),
        ):
            shortcuts.add_everywhere(self, keys, pressed)
        self.setMinimumSize(1024, 600)
        self.resize(1366, 768)
        self.begin()
        self._follow_hints()

    @property
    def language(self) -> WindowLanguage:
        return self._languages.current

    @property
    def person(self) -> PersonDisplay:
        """The person's screen; made when it is first needed."""
        if self._person is None:
            from muster.ui.person.display import PersonDisplay

            self._person = PersonDisplay(self, self.language.data_code)
            if self.isVisible():
                self._person.place()
        return self._person

    @cached_property
    def _finisher(self) -> Finisher:
        from muster.ui.finishing import Finisher

        made = Finisher(self._background)
        made.went_on.connect(self._went_on)
        made.caught_up.connect(self._caught_up)
        return made

    def _load_the_rest(self) -> None:
        """While somebody types their password. What could not be loaded is told when it is used."""
        from muster.ui.ahead import load

        self._background.run(self, STORE, load, self._import_pages, lambda error: None)

    def _import_pages(self, names: tuple[str, ...]) -> None:
        from muster.ui.ahead import import_pages

        in_turns(self, import_pages(names), self._loaded, lambda error: None)

    def _loaded(self) -> None:
        self.person.place()

    def begin(self) -> None:
        """First start, sign-in or the desk, whichever it is time for."""
        if not self._session.has_station:
            from muster.ui.pages.first_start import FirstStartPage

            first = FirstStartPage(self._session, self._background)
            first.created.connect(self.begin)
            self._show(first, self.begin)
        elif self._session.desk is None:
            from muster.ui.pages.sign_in import SignInPage

            sign_in = SignInPage(self._session, self._background)
            sign_in.signed_in.connect(self._signed_in)
            self.looks.belong_to(None)
            self._show(sign_in, self.begin)
            self._follow_hints()
        else:
            self.home()

    def _signed_in(self) -> None:
        assert self._session.desk is not None
        self.looks.belong_to(self._session.desk.operator.user_id)
        self.person.rest()  # made here, where it was not yet: the desk is two turns' work of its own
        later(self, partial(self._first_home, self.page))

    def _first_home(self, before: QWidget) -> None:
        """Unless something else is shown by now: another language makes everything anew at once."""
        if self.page is not before:
            return
        page = self._made_home()
        if page is None:
            self.my_sign_in()
            return
        page.hide()
        page.setParent(self._room.viewport())  # it is styled where it will be shown
        in_turns(self, polishing(page), partial(self._show_first_home, before, page), self._failed)

    def _show_first_home(self, before: QWidget, page: HomePage) -> None:
        if self.page is before:
            self._show_home(page)
        else:
            page.deleteLater()

    def _home_saying(self, words: str, tone: str = "plain") -> None:
        self.home()
        if self._home is not None:
            self._home.note.say(words, tone)

    def home(self) -> None:
        page = self._made_home()
        if page is None:
            self.my_sign_in()
        else:
            self._show_home(page)

    def _made_home(self) -> HomePage | None:
        """Nothing where something else has to be done before anything."""
        from muster.ui.pages.home import HomePage

        assert self._session.desk is not None
        self._sent = None
        self.person.rest()
        if self._session.desk.access.missing:
            return None
        page = HomePage(self._session.desk, self._background, self.language.data_code)
        page.opened.connect(self.open)
        page.slip_wanted.connect(self.receipt)
        page.people_wanted.connect(self.people)
        page.policy_wanted.connect(self.policy)
        page.devices_wanted.connect(self.devices)
        page.review_wanted.connect(self.review)
        page.trail_wanted.connect(self.trail)
        page.figures_wanted.connect(self.figures)
        page.administration_wanted.connect(self.administration)
        return page

    def _show_home(self, page: HomePage) -> None:
        assert self._session.desk is not None
        self._show(page, self.begin)
        self._home = page
        desk = self._session.desk
        self._background.run(page, STORE, lambda: desk.is_new_here, self._follow_hints, lambda error: None)
        QTimer.singleShot(DRAWN_MS, self, partial(self._catch_up, desk))

    def _catch_up(self, desk: Desk) -> None:
        """Behind the page: to begin a lane is to wait for it."""
        if desk is self._session.desk:
            self._finisher.catch_up(desk)
            later(self, partial(self._prepare, desk))

    def _prepare(self, desk: Desk) -> None:
        """The pages of face and captures say what is amiss, if anything is; places are indexed without anything
        that could be."""
        from muster.ui.collecting import settle

        enrollment = desk.enrollment
        for each in (
            enrollment.prepare_face, enrollment.details.prepare, enrollment.proof.prepare, settle,
            enrollment.prepare_judging,
        ):  # fmt: skip
            self._background.run(self, "networks", each, lambda nothing: None, lambda error: None)

    def open(self, registration: Registration, step: Step | None = None) -> None:
        from muster.ui.wizard.wizard import Wizard

        assert self._session.desk is not None
        desk, language = self._session.desk, self.language.data_code
        wizard = Wizard(desk, self._background, registration, language, self.person, step)
        wizard.left.connect(self.home)
        wizard.refused.connect(self._refused)
        wizard.sent.connect(self._signed)
        wizard.failed.connect(self._failed)
        wizard.ready.connect(partial(self._opened, wizard))
        wizard.hide()
        wizard.setParent(self._room.viewport())  # it is styled where it will be shown
        self._coming = wizard
        self._set_busy(True)

    def _opened(self, wizard: Wizard) -> None:
        """Unless something else is shown by now."""
        if wizard is self._coming:
            self._show(wizard, partial(self._open_anew, wizard))

    def my_sign_in(self) -> None:
        from muster.ui.pages.my_sign_in import MySignInPage

        assert self._session.desk is not None
        page = MySignInPage(self._session.desk, self._background)
        page.left.connect(self.home)
        self._show(page, self.my_sign_in)

    def people(self) -> None:
        from muster.ui.pages.people import PeoplePage

        assert self._session.desk is not None
        page = PeoplePage(self._session.desk, self._background)
        page.left.connect(self.home)
        self._show(page, self.people)

    def devices(self) -> None:
        from muster.ui.pages.devices import DevicesPage

        assert self._session.desk is not None
        page = DevicesPage(self._session.desk, self._background)
        page.left.connect(self.home)
        self._show(page, self.devices)

    def review(self, registration_id: RegistrationId | None = None) -> None:
        """At one registration, if one is named."""
        from muster.ui.review.page import ReviewPage

        assert self._session.desk is not None
        page = ReviewPage(self._session.desk, self._background, self.language.data_code)
        page.presenter.chosen = registration_id
        page.left.connect(self.home)
        page.story_wanted.connect(self.trail)
        page.evidence_wanted.connect(self.evidence)
        self._show(page, self.review)

    def evidence(self, registration_id: RegistrationId, back: Callable[[], None] | None = None) -> None:
        """``back`` is where it was asked for: the review, unless it was elsewhere."""
        from muster.ui.evidence.page import EvidencePage

        assert self._session.desk is not None
        page = EvidencePage(self._session.desk, self._background, registration_id)
        page.left.connect(back or partial(self.review, registration_id))
        self._show(page, partial(self.evidence, registration_id, back))

    def connections(self) -> None:
        from muster.ui.pages.connections import ConnectionsPage

        assert self._session.desk is not None
        page = ConnectionsPage(self._session.desk, self._background)
        page.left.connect(self.policy)
        self._show(page, self.connections)

    def trail(self, registration_id: RegistrationId | None = None, back: Callable[[], None] | None = None) -> None:
        """With the story of one registration, if one is named; ``back`` is where it was asked for."""
        from muster.ui.audit.page import TrailPage

        assert self._session.desk is not None
        page = TrailPage(self._session.desk, self._background, registration_id)
        page.left.connect(back or self.home)
        page.evidence_wanted.connect(lambda wanted: self.evidence(wanted, partial(self.trail, wanted, back)))
        if back is not None:
            page.back.setText(tr("Back"))
        self._show(page, lambda: self.trail(page.registration_id, back))

    def figures(self, own: bool) -> None:
        """Everybody's, or the own ones."""
        from muster.ui.dashboard.page import FiguresPage

        assert self._session.desk is not None
        page = FiguresPage(self._session.desk, self._background, own=own)
        page.left.connect(self.home)
        self._show(page, partial(self.figures, own))

    def administration(self, changes: Mapping[str, str] | None = None) -> None:
        """With settings that were typed already, if any were."""
        from muster.ui.administration.page import AdministrationPage

        assert self._session.desk is not None
        page = AdministrationPage(self._session.desk, self._background, changes)
        page.left.connect(self.home)
        page.case_wanted.connect(lambda case: self._case_of(page, case))
        page.people_wanted.connect(self.people)
        page.policy_wanted.connect(self.policy)
        page.connections_wanted.connect(self.connections)
        page.devices_wanted.connect(self.devices)
        self._show(page, lambda: self.administration(page.changes))

    def _case_of(self, page: AdministrationPage, registration_id: RegistrationId) -> None:
        """The story of a registration that other settings would have changed; then back to these settings."""
        back = partial(self.administration, dict(page.changes))
        self.trail(registration_id, back)

    def policy(self, content: bytes | None = None) -> None:
        """What this station asks people to prove; ``content`` is a configuration that is looked at already."""
        from muster.ui.proofing.policy_page import PolicyPage

        assert self._session.desk is not None
        page = PolicyPage(self._session.desk, self._background, content)
        page.left.connect(self.home)
        page.connections_wanted.connect(self.connections)
        self._show(page, lambda: self.policy(page.content or None))

    def receipt(self, sent: Sent) -> None:
        from muster.ui.pages.receipt import ReceiptPage

        self._sent = sent
        assert self._session.desk is not None
        page = ReceiptPage(sent, self._session.desk.printing, self._background)
        page.finished.connect(self._receipt_left)
        if self._session.desk.policy.proven and self._session.desk.proof_archives.is_offered:
            page.offer_evidence()
            page.evidence_wanted.connect(partial(self.evidence, sent.registration_id, self._receipt_anew))
        self._show(page, self._receipt_anew)
        self._receipt = page

    def _signed(self, sent: Sent) -> None:
        """Nothing more is asked of anybody here: the rest goes on behind the slip and the next person."""
        assert self._session.desk is not None
        self.receipt(sent)
        self._finisher.finish(self._session.desk, sent)

    def _refused(self) -> None:
        """The person did not agree."""
        self._home_saying(tr("The person did not agree. The registration is over and nothing of it is kept."))
        self.person.say("ended")

    def _went_on(self, sent: Sent) -> None:
        if self._sent is not None and self._sent.registration_id == sent.registration_id:
            self._sent = sent
            if self._receipt is not None:
                self._receipt.show_sent(sent)
        elif sent.receipt is not None:  # its slip was left before the server had it
            self._forget(sent)
        if self._home is not None:
            self._home.refresh()

    def _caught_up(self) -> None:
        if self._home is not None:
            self._home.refresh()

    def _forget(self, sent: Sent) -> None:
        """What the server has and nobody needs a slip of any more."""
        desk = self._session.desk
        if desk is not None:
            forget = partial(desk.enrollment.forget, sent.registration_id)
            self._background.run(self, STORE, forget, lambda nothing: None, self._failed)

    def _receipt_left(self, another: bool) -> None:
        desk, sent = self._session.desk, self._sent
        assert desk is not None and sent is not None
        self._sent = None
        self._set_busy(True)
        languages = tuple(section.language for section in sent.slip.sections)
        if another:
            start = partial(desk.enrollment.start, languages)
            self._background.run(self, STORE, start, self.open, self._failed)
            self._forget(sent)  # behind it: the next person waits already
        else:
            self._forget(sent)
            # Behind the forgetting, so that the desk shows what is left.
            self._background.run(self, STORE, lambda: None, lambda nothing: self.home(), self._failed)

    def use_language(self, language: WindowLanguage) -> None:
        self.page.leave()
        self._languages.use(language)
        self._again()

    def _zoom(self, steps: int) -> None:
        """Not while a page is on its way, or a capture is being made: the page would be made anew."""
        if self._header.isEnabled() and not self.is_locked:
            if steps:
                self.looks.zoom_by(steps)
            else:
                self.looks.zoom_as_usual()

    def _zoomed(self) -> None:
        self.page.leave()
        self._again()

    def show_keys(self) -> None:
        """Everything that can be pressed here, in a list."""
        if not self.is_locked and QApplication.activeModalWidget() is None:
            shortcuts.KeysDialog(self).open()

    def _open_anew(self, wizard: Wizard) -> None:
        """On the lane behind what the page left to be kept there."""
        if self._session.desk is None:
            self.begin()
            return
        self._set_busy(True)
        read = partial(self._session.desk.enrollment.registration, wizard.registration)
        step = wizard.step
        self._background.run(self, STORE, read, lambda registration: self.open(registration, step), self._failed)

    def _receipt_anew(self) -> None:
        assert self._sent is not None
        self.receipt(self._sent)

    # Locking

    @property
    def is_locked(self) -> bool:
        return self._cover is not None

    def lock(self, *, idle: bool = False) -> None:
        """Cover everything at once; what is open stays open beneath, without a camera and without a clipboard."""
        desk = self._session.desk
        if desk is None or self.is_locked:
            return
        self._focus_before = self._body.focusWidget()
        from muster.ui.pages.lock_screen import LockScreen

        self._cover = LockScreen(desk, self._background)
        self._cover.unlocked.connect(self._uncover)
        self._cover.somebody_else.connect(self._change_over)
        self._stack.addWidget(self._cover)
        self._stack.setCurrentWidget(self._cover)
        _close_what_stands_before()
        self.page.leave()
        self._cover.enter()
        self.person.rest()
        self._background.run(
            self, STORE, partial(desk.lock_screen, idle=idle), lambda nothing: None, lambda error: None
        )

    def _lock_pressed(self, *_: object) -> None:
        self.lock()

    def _uncover(self) -> None:
        self._take_cover_off()
        self.page.enter()
        before, self._focus_before = self._focus_before, None
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus()

    def _change_over(self) -> None:
        """What is open was kept when it was covered; it stays a draft."""
        assert self._cover is not None
        self._cover.setEnabled(False)
        self._end_session(self._changed_over, self._changed_over)

    def _changed_over(self, outcome: object) -> None:
        """Whatever came of it, nobody is signed in any more."""
        self.begin()
        self._take_cover_off()
        self.page.enter()

    def _take_cover_off(self) -> None:
        cover, self._cover = self._cover, None
        if cover is not None:
            cover.leave()
            self._stack.setCurrentWidget(self._body)
            self._stack.removeWidget(cover)
            cover.deleteLater()
        self.idle.touched()

    def _look_at_idle(self, seconds: float) -> None:
        desk = self._session.desk
        if desk is None or self.is_locked:
            return
        left = desk.policy.idle_lock_min * 60 - seconds
        if left <= 0:
            self.lock(idle=True)
        elif left <= desk.policy.idle_notice_min * 60:
            self._countdown.setText(tr("Locks in {minutes} min", minutes=ceil(left / 60)))
        else:
            self._countdown.setText("")

    def sign_out(self) -> None:
        self.page.leave()
        self._set_busy(True)
        self._end_session(lambda nothing: self.begin(), self._failed)

    def _end_session(self, done: Callable[[object], None], failed: Callable[[MusterError], None]) -> None:
        """Behind what is being sealed."""

        def sign_out(nothing: object) -> None:
            self._background.run(self, STORE, self._session.sign_out, done, failed)

        from muster.ui.finishing import LANE as SEALING

        self._finisher.begin()
        self._background.run(self, SEALING, lambda: None, sign_out, failed)

    def _failed(self, error: MusterError) -> None:
        if self._session.desk is None:
            self.begin()
            return
        self._home_saying(say_error(error), "bad")

    def _set_busy(self, busy: bool) -> None:
        """While a page is on its way nothing may be pressed on the one that goes."""
        self._header.setEnabled(not busy)
        self.page.setEnabled(not busy)

    def _page_busy(self, busy: bool) -> None:
        self._header.setEnabled(not busy)

    def _show(self, page: Page, again: Callable[[], None]) -> None:
        """``again`` makes the page as it stands, in another language or size, from what is stored."""
        self.setWindowTitle("Muster")
        self.page.leave()
        if self._coming is not None and self._coming is not page:
            self._coming.deleteLater()
        before = self._header
        self._header, self.page, self._again = self._make_header(), page, again
        self._home, self._receipt, self._coming = None, None, None
        self._column.replaceWidget(before, self._header)
        before.hide()
        before.deleteLater()
        self._room.put(page)
        page.busy.connect(self._page_busy)
        page.turned.connect(self._hint)
        self._hint()
        page.show()
        if not self.is_locked:
            page.enter()

    def hints(self, *, wanted: bool) -> None:
        """What to do, above each page, for whoever asks for it; the next time as well."""
        self.looks.choose_hints(wanted=wanted)
        self._give_hints(wanted=wanted)

    def _follow_hints(self, is_new: bool = False) -> None:
        """For whoever asked for them, and for somebody new who did not send them away."""
        chosen = self.looks.hints_chosen
        self._give_hints(wanted=is_new if chosen is None else chosen)

    def _give_hints(self, *, wanted: bool) -> None:
        if wanted and self._coach is None:
            from muster.ui.coach import Coach

            self._coach = Coach(in_training=self._session.has_station and self._session.nameplate.is_demo)
            self._coach.left.connect(partial(self.hints, wanted=False))
            self._column.insertWidget(1, self._coach)
            self._hint()
        elif not wanted and self._coach is not None:
            self._coach.hide()
            self._coach.deleteLater()
            self._coach = None

    def _hint(self) -> None:
        if self._coach is not None:
            self._coach.stand_at(self.page.where)

    def _hints_pressed(self, *_: object) -> None:
        self.hints(wanted=self._coach is None)

    def _make_header(self) -> QFrame:
        header = QFrame()
        header.setObjectName("header")
        header.setFixedHeight(theme.px(52))
        row = QHBoxLayout(header)
        row.setContentsMargins(22, 0, 22, 0)
        row.setSpacing(theme.px(theme.CLOSE))
        row.addWidget(label("Muster", "brand", wrap=False))
        if self._session.has_station:
            station = self._session.nameplate
            numbers = f"{station.center} / {station.machine}"
            if station.is_demo:
                if not theme.is_large():  # there the band needs the room
                    row.addWidget(label(f"·  {numbers}", wrap=False))
                row.addWidget(training_band(), 1)
                hints = _header_button(tr("Hints"), tr("What to do on each page, for learning"))
                hints.clicked.connect(self._hints_pressed)
                if theme.is_large():  # they stand in the menu
                    hints.hide()
                row.addWidget(hints)
            else:
                row.addWidget(Elided(f"·  {numbers}"), 1)
        else:
            row.addStretch(1)
        self._countdown = label("", "soft", wrap=False)
        row.addWidget(self._countdown)
        self.language_button = _header_button(self.language.name, tr("Language of the window"))
        _open_menu(self.language_button, self._fill_language_menu)
        row.addWidget(self.language_button)
        self.look_button = _header_button(tr("View"), tr("Colours and size"))
        _open_menu(self.look_button, self._fill_look_menu)
        row.addWidget(self.look_button)
        keys = _header_button(tr("Keys"), _with_keys(tr("This list of keys"), shortcuts.HELP_KEYS))
        keys.clicked.connect(self._keys_pressed)
        if theme.is_large():  # the key itself works always
            keys.hide()
        row.addWidget(keys)
        if self._session.desk is not None:
            row.addSpacing(theme.px(theme.CLOSE))
            lock = _header_button(tr("Lock"), _with_keys(tr("Lock"), shortcuts.LOCK_KEYS))
            lock.clicked.connect(self._lock_pressed)
            row.addWidget(lock)
            me = _header_button(self._session.desk.operator.user_id, tr("My sign-in"))
            me.setAccessibleName(tr("My sign-in"))
            me.clicked.connect(self.my_sign_in)
            row.addWidget(me)
            out = _header_button(tr("Sign out"), "")
            out.clicked.connect(self.sign_out)
            row.addWidget(out)
        return header

    def _fill_language_menu(self, menu: QMenu) -> None:
        for language in WINDOW_LANGUAGES:
            choice = menu.addAction(language.name)
            choice.setCheckable(True)
            choice.setChecked(language == self.language)
            choice.triggered.connect(partial(self._language_chosen, language))

    def _fill_look_menu(self, menu: QMenu) -> None:
        only_one = QActionGroup(menu)
        for wanted, words in (
            (Scheme.SYSTEM, tr("As the computer is set")),
            (Scheme.LIGHT, tr("Light")),
            (Scheme.DARK, tr("Dark")),
            (Scheme.CONTRAST, tr("High contrast")),
        ):
            choice = menu.addAction(words)
            choice.setCheckable(True)
            choice.setChecked(wanted is self.looks.current.scheme)
            choice.triggered.connect(partial(self._scheme_chosen, wanted))
            only_one.addAction(choice)
        menu.addSeparator()
        for words, keys, steps in (
            (tr("Larger"), shortcuts.LARGER_KEYS, 1),
            (tr("Smaller"), shortcuts.SMALLER_KEYS, -1),
            (tr("Usual size"), shortcuts.USUAL_SIZE_KEYS, 0),
        ):
            menu.addAction(f"{words}\t{shortcuts.native(QKeySequence(keys[0]))}").triggered.connect(
                partial(self._size_chosen, steps)
            )
        menu.addSeparator()
        menu.addAction(tr("The person's screen in a window")).triggered.connect(self._person_opened)
        if self._session.has_station:
            menu.addAction(tr("Hints")).triggered.connect(self._hints_pressed)

    def _person_opened(self, *_: object) -> None:
        self.person.open_as_window()

    def _language_chosen(self, language: WindowLanguage, *_: object) -> None:
        # When the menu is gone: it belongs to the header that goes with the language.
        QTimer.singleShot(0, self, partial(self.use_language, language))

    def _scheme_chosen(self, wanted: Scheme, *_: object) -> None:
        self.looks.choose(wanted)

    def _size_chosen(self, steps: int, *_: object) -> None:
        QTimer.singleShot(0, self, partial(self._zoom, steps))

    def _keys_pressed(self, *_: object) -> None:
        self.show_keys()

    @reimplemented
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._person is not None:
            self._person.place()
        else:
            QTimer.singleShot(DRAWN_MS, self, self._load_the_rest)
        # The first page was entered before there was a window to give it the keyboard.
        QTimer.singleShot(0, self, self._enter_page)

    def _enter_page(self) -> None:
        if not self.is_locked:
            self.page.enter()

    @reimplemented
    def closeEvent(self, event: QCloseEvent) -> None:
        self.page.leave()
        if self._session.desk is not None:
            self._finisher.begin()
        if self._person is not None:
            self._person.close()
        event.accept()


def _header_button(words: str, about: str) -> Button:
    made = Button(words)
    made.setFixedHeight(theme.px(34))
    made.setToolTip(about)
    made.setAccessibleDescription(about)
    return made


def _open_menu(opener: Button, fill: Callable[[QMenu], None]) -> None:
    """Filled when it is opened: each page has the menus, few open one."""
    menu = QMenu(opener)

    def fill_anew() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(fill_anew)
    opener.setMenu(menu)
    opener.setProperty("menu", True)  # the style sheet leaves room for the arrow


def _with_keys(words: str, keys: str) -> str:
    return f"{words} ({shortcuts.native(QKeySequence(keys))})"


def _close_what_stands_before() -> None:
    """Open lists and dialogs are windows of their own; copied text is for whoever presses paste next."""
    popup = QApplication.activePopupWidget()
    while popup is not None:
        popup.close()
        popup = QApplication.activePopupWidget()
    for window in QApplication.topLevelWidgets():
        if isinstance(window, QDialog) and window.isVisible():
            window.reject()
    QGuiApplication.clipboard().clear()
