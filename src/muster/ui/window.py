"""The main window: a header, and one page at a time.

Changing the language makes the page anew from what is stored; nothing typed is lost, because a page keeps what
it holds before it goes.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QPushButton, QVBoxLayout, QWidget

from muster.domain.lifecycle import Registration
from muster.domain.registration import Step
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage, say_error, tr
from muster.ui.pages.first_start import FirstStartPage
from muster.ui.pages.home import HomePage
from muster.ui.pages.page import Page
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.widgets.parts import label
from muster.ui.wizard.signature import Sent
from muster.ui.wizard.wizard import Wizard


class MainWindow(QMainWindow):
    def __init__(self, session: Session, background: Background, languages: Languages) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._languages = languages
        self._sent: Sent | None = None
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._header = QFrame()
        self.page = Page()
        self._column.addWidget(self._header)
        self._column.addWidget(self.page, 1)
        self.setCentralWidget(self._body)
        self.setMinimumSize(1100, 680)
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
            sign_in.signed_in.connect(self.home)
            self._show(sign_in)
        else:
            self.home()

    def home(self) -> None:
        assert self._session.desk is not None
        self._sent = None
        page = HomePage(self._session.desk, self._background, self.language.data_code)
        page.opened.connect(self.open)
        page.slip_wanted.connect(self.receipt)
        self._show(page)
        # The face page says what is amiss, if anything is.
        self._background.run(
            self, "networks", self._session.desk.enrollment.prepare_face, lambda nothing: None, lambda error: None
        )

    def open(self, registration: Registration, step: Step | None = None) -> None:
        assert self._session.desk is not None
        wizard = Wizard(self._session.desk, self._background, registration, self.language.data_code, step)
        wizard.left.connect(self.home)
        wizard.sent.connect(self.receipt)
        wizard.failed.connect(self._failed)
        self._show(wizard)

    def receipt(self, sent: Sent) -> None:
        self._sent = sent
        page = ReceiptPage(sent)
        page.finished.connect(self._receipt_left)
        self._show(page)

    def _receipt_left(self, another: bool) -> None:
        desk, sent = self._session.desk, self._sent
        assert desk is not None and sent is not None
        self._sent = None
        self._set_busy(True)
        registration_id = sent.entry.registration_id
        languages = tuple(section.language for section in sent.slip.sections)
        forget = partial(desk.enrollment.forget, registration_id)
        self._background.run(self, "store", forget, lambda nothing: None, self._failed)
        if another:
            start = partial(desk.enrollment.start, languages)
            self._background.run(self, "store", start, self.open, self._failed)
        else:
            # Behind the forgetting, so that the desk shows what is left.
            self._background.run(self, "store", lambda: None, lambda nothing: self.home(), self._failed)

    def use_language(self, language: WindowLanguage) -> None:
        page = self.page
        page.leave()
        self._languages.use(language)
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
        else:
            self.begin()

    def sign_out(self) -> None:
        self.page.leave()
        self._set_busy(True)
        self._background.run(self, "store", self._session.sign_out, lambda nothing: self.begin(), self._failed)

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
        old_header, old_page = self._header, self.page
        self._header, self.page = self._make_header(), page
        for old, new in ((old_header, self._header), (old_page, self.page)):
            self._column.replaceWidget(old, new)
            old.hide()
            old.deleteLater()
        self._column.setStretch(1, 1)
        page.busy.connect(self._page_busy)
        page.show()
        page.enter()

    def _make_header(self) -> QFrame:
        header = QFrame()
        header.setObjectName("header")
        header.setFixedHeight(52)
        row = QHBoxLayout(header)
        row.setContentsMargins(22, 0, 22, 0)
        row.setSpacing(10)
        row.addWidget(label("Muster", "brand", wrap=False))
        if self._session.has_station:
            station = self._session.station()
            numbers = f"{station.identity.center} / {station.identity.machine}"
            demo = tr("  ·  demo, invented people only") if station.is_demo else ""
            row.addWidget(label(f"·  {numbers}{demo}", wrap=False))
        row.addStretch(1)
        for language in WINDOW_LANGUAGES:
            choice = QPushButton(language.name)
            choice.setFixedHeight(32)
            choice.setCheckable(True)
            choice.setChecked(language == self.language)
            choice.clicked.connect(partial(self._language_clicked, language))
            row.addWidget(choice)
        if self._session.desk is not None:
            row.addSpacing(16)
            row.addWidget(label(self._session.desk.operator.user_id, wrap=False))
            out = QPushButton(tr("Sign out"))
            out.setFixedHeight(32)
            out.clicked.connect(self.sign_out)
            row.addWidget(out)
        return header

    def _language_clicked(self, language: WindowLanguage, *_: object) -> None:
        self.use_language(language)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The first page was entered before there was a window to give it the keyboard.
        QTimer.singleShot(0, self, self._enter_page)

    def _enter_page(self) -> None:
        self.page.enter()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.page.leave()
        event.accept()
