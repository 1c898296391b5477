"""Where the person's pages are shown: on a second monitor, in a window of their own, or on the officer's screen
turned to them.

A second monitor is used by itself, and let go of when it is unplugged; what stands there stands again on the next.
Without one nothing is shown until the officer asks for it: as a window, or over the whole screen with one key,
which takes it away again; so does the answer.
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from muster.ui import theme
from muster.ui.capture.guidance import Guidance
from muster.ui.person.views import AskView, GuidingView, MessageView, View
from muster.ui.reimplemented import reimplemented
from muster.workstation.person_screen import Handwriting, Pixels, Shown
from muster.workstation.words_for_people import screen_words

TURN_KEY = "F8"

Answered = Callable[[bool, Handwriting | None, bool], None]
"""Whether they agree, what they signed with, and whether they said that they cannot sign."""


class PersonWindow(QWidget):
    """A window of one view at a time. ``closed`` when somebody closed it."""

    closed = Signal()

    def __init__(self, view: View) -> None:
        super().__init__()
        self.setWindowTitle("Muster")
        self.setObjectName("ground")
        self.resize(theme.px(1024), theme.px(720))
        self._stack = QStackedLayout(self)
        self.view = view
        self._stack.addWidget(view)

    def show_view(self, view: View) -> None:
        old, self.view = self.view, view
        self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        self._stack.removeWidget(old)
        old.hide()
        old.deleteLater()

    @reimplemented
    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()


class PersonDisplay(QObject):
    """``changed`` when the person got a screen of their own, or has none any more."""

    changed = Signal()

    def __init__(self, officers: QWidget, language: str) -> None:
        super().__init__(officers)
        self._officers = officers
        self._language = language
        self._is_turned = False
        self.window = PersonWindow(_greeting(language))
        self.window.closed.connect(self._closed)
        back = QShortcut(QKeySequence(TURN_KEY), self.window)
        back.activated.connect(self.turn_or_back)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._screens_changed)
        application.screenRemoved.connect(self._screens_changed)
        officers.destroyed.connect(self.window.deleteLater)

    # Where it is shown

    @property
    def has_own_screen(self) -> bool:
        """Whether the person sees it without the officer's doing, or in a window beside the officer's."""
        return self.window.isVisible() and not self._is_turned

    @property
    def is_turned(self) -> bool:
        return self._is_turned

    def place(self) -> None:
        """Onto the second monitor, if there is one."""
        if self._is_turned:
            return
        screen = self._second_screen()
        if screen is not None:
            self.window.setGeometry(screen.geometry())
            self.window.showFullScreen()
        self.changed.emit()

    def open_as_window(self) -> None:
        """For whoever drags it to where the person sees it."""
        self._is_turned = False
        self.window.showNormal()
        self.window.raise_()
        self.changed.emit()

    def turn(self) -> None:
        """Over the officer's whole screen."""
        self._is_turned = True
        self.window.setGeometry(self._officers.screen().geometry())
        self.window.showFullScreen()
        self.window.raise_()
        self.window.activateWindow()
        self.changed.emit()

    def turn_or_back(self) -> None:
        """What the key does, whichever of the two windows hears it."""
        if self._is_turned:
            self.turn_back()
        else:
            self.turn()

    def turn_back(self) -> None:
        if self._is_turned:
            self._is_turned = False
            self.window.hide()
            self._officers.activateWindow()
            self.changed.emit()

    def close(self) -> None:
        self.window.close()

    def _second_screen(self) -> QScreen | None:
        mine = self._officers.screen()
        return next((each for each in QGuiApplication.screens() if each is not mine), None)

    def _screens_changed(self, *_: object) -> None:
        if not shiboken6.isValid(self.window) or not shiboken6.isValid(self._officers):
            return
        if self._second_screen() is None and self.window.isFullScreen() and not self._is_turned:
            self.window.hide()  # or it would cover the officer's
            self.changed.emit()
        else:
            self.place()

    def _closed(self) -> None:
        self._is_turned = False
        self.changed.emit()

    # What is shown

    def ask(self, owner: QObject, shown: Shown, answered: Answered, picture: Pixels | None = None) -> None:
        """Show a page to answer; ``answered`` is called once, while ``owner`` is there."""
        view = AskView(shown, picture)

        def tell(agrees: bool, signature: Handwriting | None, cannot_sign: bool) -> None:
            if shiboken6.isValid(owner):
                answered(agrees, signature, cannot_sign)
            self.turn_back()

        view.answered.connect(tell)
        self._put(view)

    def guide(self, guidance: Guidance) -> None:
        """What is to be seen of a capture: many times a second, so that the view stays and its picture changes."""
        if not self.window.isVisible():
            return
        view = self.window.view
        if not isinstance(view, GuidingView):
            view = GuidingView(self._language)
            self._put(view)
        view.show_guidance(guidance)

    def speak(self, language: str) -> None:
        """The person's language from now on."""
        self._language = language

    def say(self, word: str) -> None:
        """One of the words for the person's screen (``words_for_people``)."""
        self._put(MessageView(self._language, screen_words(self._language)[word]))

    def withdraw(self) -> None:
        """Whoever asked or guided has gone: neither stays, a word of thanks does."""
        if isinstance(self.window.view, AskView | GuidingView):
            self.rest()

    def rest(self) -> None:
        """Nothing about anybody."""
        self._put(_greeting(self._language))

    def _put(self, view: View) -> None:
        self.window.show_view(view)


def _greeting(language: str) -> View:
    words = screen_words(language)
    return MessageView(language, words["welcome"], words["please"])
