"""The main window: a header, and one page at a time.

Changing the language makes the page anew from what is stored; nothing typed is lost, because a page keeps what
it holds before it goes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

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

from muster.domain.lifecycle import Registration
from muster.domain.registration import RegistrationId, Step
from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.appearance import Looks, Scheme
from muster.ui.audit.page import TrailPage
from muster.ui.background import Background
from muster.ui.finishing import LANE as SEALING
from muster.ui.finishing import Finisher, Sent
from muster.ui.idle import IdleWatch
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage, say_error, tr
from muster.ui.pages.devices import DevicesPage
from muster.ui.pages.first_start import FirstStartPage
from muster.ui.pages.home import HomePage
from muster.ui.pages.lock_screen import LockScreen
from muster.ui.pages.my_sign_in import MySignInPage
from muster.ui.pages.page import Page
from muster.ui.pages.people import PeoplePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.person.display import PersonDisplay
from muster.ui.proofing.policy_page import PolicyPage
from muster.ui.review.page import ReviewPage
from muster.ui.session import Session
from muster.ui.widgets.parts import Button, Elided, label
from muster.ui.widgets.room import Room
from muster.ui.wizard.wizard import Wizard


class MainWindow(QMainWindow):
    def __init__(self, session: Session, background: Background, languages: Languages) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._languages = languages
        self._sent: Sent | None = None
        self.person = PersonDisplay(self, languages.current.data_code)
        self._finisher = Finisher(background)
        self._finisher.went_on.connect(self._went_on)
        self._finisher.caught_up.connect(self._caught_up)
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._header = QFrame()
        self.page = Page()
        self._room = Room()
        self._room.put(self.page)
        self._column.addWidget(self._header)
        self._column.addWidget(self._room, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._body)
        self.setCentralWidget(self._stack)
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

    @property
    def language(self) -> WindowLanguage:
        return self._languages.current

    def begin(self) -> None:
        """First start, sign-in or the desk, whichever it is time for."""
        if not self._session.has_station:
            page = FirstStartPage(self._session, self._background)
            page.created.connect(self.begin)
            self._show(page)
        elif self._session.desk is None:
            sign_in = SignInPage(self._session, self._background)
            sign_in.signed_in.connect(self._signed_in)
            self.looks.belong_to(None)
            self._show(sign_in)
        else:
            self.home()

    def _signed_in(self) -> None:
        assert self._session.desk is not None
        self.looks.belong_to(self._session.desk.operator.user_id)
        self.home()

    def home(self) -> None:
        assert self._session.desk is not None
        self._sent = None
        self.person.rest()
        if self._session.desk.access.missing:  # nothing else is allowed before
            self.my_sign_in()
            return
        page = HomePage(self._session.desk, self._background, self.language.data_code)
        page.opened.connect(self.open)
        page.slip_wanted.connect(self.receipt)
        page.people_wanted.connect(self.people)
        page.policy_wanted.connect(self.policy)
        page.devices_wanted.connect(self.devices)
        page.review_wanted.connect(self.review)
        page.trail_wanted.connect(self.trail)
        self._show(page)
        self._finisher.catch_up(self._session.desk)
        # The face page says what is amiss, if anything is; places are indexed without anything that could be.
        enrollment = self._session.desk.enrollment
        for prepare in (enrollment.prepare_face, enrollment.details.prepare):
            self._background.run(self, "networks", prepare, lambda nothing: None, lambda error: None)

    def open(self, registration: Registration, step: Step | None = None) -> None:
        assert self._session.desk is not None
        desk, language = self._session.desk, self.language.data_code
        wizard = Wizard(desk, self._background, registration, language, self.person, step)
        wizard.left.connect(self.home)
        wizard.refused.connect(self._refused)
        wizard.sent.connect(self._signed)
        wizard.failed.connect(self._failed)
        self._show(wizard)

    def my_sign_in(self) -> None:
        assert self._session.desk is not None
        page = MySignInPage(self._session.desk, self._background)
        page.left.connect(self.home)
        self._show(page)

    def people(self) -> None:
        assert self._session.desk is not None
        page = PeoplePage(self._session.desk, self._background)
        page.left.connect(self.home)
        self._show(page)

    def devices(self) -> None:
        assert self._session.desk is not None
        page = DevicesPage(self._session.desk, self._background)
        page.left.connect(self.home)
        self._show(page)

    def review(self) -> None:
        assert self._session.desk is not None
        page = ReviewPage(self._session.desk, self._background, self.language.data_code)
        page.left.connect(self.home)
        page.story_wanted.connect(self.trail)
        self._show(page)

    def trail(self, registration_id: RegistrationId | None = None) -> None:
        """With the story of one registration, if one is named."""
        assert self._session.desk is not None
        page = TrailPage(self._session.desk, self._background, registration_id)
        page.left.connect(self.home)
        self._show(page)

    def policy(self, content: bytes | None = None) -> None:
        """What this station asks people to prove; ``content`` is a configuration that is looked at already."""
        assert self._session.desk is not None
        page = PolicyPage(self._session.desk, self._background, content)
        page.left.connect(self.home)
        self._show(page)

    def receipt(self, sent: Sent) -> None:
        self._sent = sent
        assert self._session.desk is not None
        page = ReceiptPage(sent, self._session.desk.printing, self._background)
        page.finished.connect(self._receipt_left)
        self._show(page)

    def _signed(self, sent: Sent) -> None:
        """Nothing more is asked of anybody here: the rest goes on behind the slip and the next person."""
        assert self._session.desk is not None
        self.receipt(sent)
        self._finisher.finish(self._session.desk, sent)

    def _refused(self) -> None:
        """The person did not agree."""
        self.home()
        assert isinstance(self.page, HomePage)
        self.page.note.say(tr("The person did not agree. The registration is over and nothing of it is kept."))
        self.person.say("ended")

    def _went_on(self, sent: Sent) -> None:
        if self._sent is not None and self._sent.registration_id == sent.registration_id:
            self._sent = sent
            if isinstance(self.page, ReceiptPage):
                self.page.show_sent(sent)
        elif sent.receipt is not None:  # its slip was left before the server had it
            self._forget(sent)
        if isinstance(self.page, HomePage):
            self.page.refresh()

    def _caught_up(self) -> None:
        if isinstance(self.page, HomePage):
            self.page.refresh()

    def _forget(self, sent: Sent) -> None:
        """What the server has and nobody needs a slip of any more."""
        desk = self._session.desk
        if desk is not None:
            forget = partial(desk.enrollment.forget, sent.registration_id)
            self._background.run(self, "store", forget, lambda nothing: None, self._failed)

    def _receipt_left(self, another: bool) -> None:
        desk, sent = self._session.desk, self._sent
        assert desk is not None and sent is not None
        self._sent = None
        self._set_busy(True)
        languages = tuple(section.language for section in sent.slip.sections)
        self._forget(sent)
        if another:
            start = partial(desk.enrollment.start, languages)
            self._background.run(self, "store", start, self.open, self._failed)
        else:
            # Behind the forgetting, so that the desk shows what is left.
            self._background.run(self, "store", lambda: None, lambda nothing: self.home(), self._failed)

    def use_language(self, language: WindowLanguage) -> None:
        self.page.leave()
        self._languages.use(language)
        self._make_anew()

    def _zoom(self, steps: int) -> None:
        """Not while a page is on its way, or a capture is being made: the page would be made anew."""
        if self._header.isEnabled() and not self.is_locked:
            if steps:
                self.looks.zoom_by(steps)
            else:
                self.looks.zoom_as_usual()

    def _zoomed(self) -> None:
        self.page.leave()
        self._make_anew()

    def show_keys(self) -> None:
        """Everything that can be pressed here, in a list."""
        if not self.is_locked and QApplication.activeModalWidget() is None:
            shortcuts.KeysDialog(self).open()

    def _make_anew(self) -> None:
        """The page as it stands, in another language or size, from what is stored."""
        page = self.page
        if isinstance(page, Wizard) and self._session.desk is not None:
            # On the lane behind what the page left to be kept there.
            self._set_busy(True)
            read = partial(self._session.desk.enrollment.registration, page.registration)
            step = page.step
            self._background.run(
                self, "store", read, lambda registration: self.open(registration, step), self._failed
            )
        elif self._sent is not None:
            self.receipt(self._sent)
        elif isinstance(page, MySignInPage):
            self.my_sign_in()
        elif isinstance(page, PeoplePage):
            self.people()
        elif isinstance(page, DevicesPage):
            self.devices()
        elif isinstance(page, ReviewPage):
            self.review()
        elif isinstance(page, TrailPage):
            self.trail(page.registration_id)
        elif isinstance(page, PolicyPage):
            self.policy(page.content or None)
        else:
            self.begin()

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
            self, "store", partial(desk.lock_screen, idle=idle), lambda nothing: None, lambda error: None
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
        policy = self._session.policy
        left = policy.idle_lock_min * 60 - seconds
        if self._session.desk is None or self.is_locked:
            return
        if left <= 0:
            self.lock(idle=True)
        elif seconds >= policy.idle_warning_min * 60:
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
            self._background.run(self, "store", self._session.sign_out, done, failed)

        self._background.run(self, SEALING, lambda: None, sign_out, failed)

    def _failed(self, error: MusterError) -> None:
        if self._session.desk is None:
            self.begin()
            return
        self.home()
        assert isinstance(self.page, HomePage)
        self.page.note.say(say_error(error), "bad")

    def _set_busy(self, busy: bool) -> None:
        """While a page is on its way nothing may be pressed on the one that goes."""
        self._header.setEnabled(not busy)
        self.page.setEnabled(not busy)

    def _page_busy(self, busy: bool) -> None:
        self._header.setEnabled(not busy)

    def _show(self, page: Page) -> None:
        self.setWindowTitle("Muster")
        self.page.leave()
        before = self._header
        self._header, self.page = self._make_header(), page
        self._column.replaceWidget(before, self._header)
        before.hide()
        before.deleteLater()
        self._room.put(page)
        page.busy.connect(self._page_busy)
        page.show()
        if not self.is_locked:
            page.enter()

    def _make_header(self) -> QFrame:
        header = QFrame()
        header.setObjectName("header")
        header.setFixedHeight(theme.px(52))
        row = QHBoxLayout(header)
        row.setContentsMargins(22, 0, 22, 0)
        row.setSpacing(theme.px(theme.CLOSE))
        row.addWidget(label("Muster", "brand", wrap=False))
        if self._session.has_station:
            station = self._session.station()
            numbers = f"{station.identity.center} / {station.identity.machine}"
            if station.is_demo:
                if not theme.is_large():  # there the band needs the room
                    row.addWidget(label(f"·  {numbers}", wrap=False))
                row.addWidget(_training_band(), 1)
            else:
                row.addWidget(Elided(f"·  {numbers}"), 1)
        else:
            row.addStretch(1)
        self._countdown = label("", "soft", wrap=False)
        row.addWidget(self._countdown)
        self.language_button = _header_button(self.language.name, tr("Language of the window"))
        _open_menu(self.language_button, self._language_menu(header))
        row.addWidget(self.language_button)
        self.look_button = _header_button(tr("View"), tr("Colours and size"))
        _open_menu(self.look_button, self._look_menu(header))
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

    def _language_menu(self, header: QWidget) -> QMenu:
        menu = QMenu(header)
        for language in WINDOW_LANGUAGES:
            choice = menu.addAction(language.name)
            choice.setCheckable(True)
            choice.setChecked(language == self.language)
            choice.triggered.connect(partial(self._language_chosen, language))
        return menu

    def _look_menu(self, header: QWidget) -> QMenu:
        menu = QMenu(header)
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
        return menu

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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.person.place()
        # The first page was entered before there was a window to give it the keyboard.
        QTimer.singleShot(0, self, self._enter_page)

    def _enter_page(self) -> None:
        if not self.is_locked:
            self.page.enter()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.page.leave()
        self.person.close()
        event.accept()


def _training_band() -> Elided:
    """On every page of a station for invented people, so that nobody takes it for the real one."""
    made = Elided(tr("Training: nothing is sent to a real server"))
    made.setObjectName("training")
    return made


def _header_button(words: str, about: str) -> Button:
    made = Button(words)
    made.setFixedHeight(theme.px(34))
    made.setToolTip(about)
    made.setAccessibleDescription(about)
    return made


def _open_menu(opener: Button, menu: QMenu) -> None:
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
