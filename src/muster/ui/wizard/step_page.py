"""What every step's page is: entered with a registration, left when another is shown, done when committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from muster.domain.lifecycle import Registration
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import say_error
from muster.ui.widgets.parts import Note, label
from muster.workstation.enrollment import Enrollment

T = TypeVar("T")


class StepPage(QWidget):
    """``completed`` is sent once the step's answers are committed; ``changed`` after any other commit;
    ``busy`` while going elsewhere would lose something."""

    completed = Signal()
    changed = Signal()
    busy = Signal(bool)

    def __init__(self, enrollment: Enrollment, background: Background, registration: Registration) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.enrollment = enrollment
        self.background = background
        self.registration = registration
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(26, 20, 26, 18)
        self.column.setSpacing(12)
        self.note = Note()
        self._footer = QHBoxLayout()
        self._footer.setSpacing(12)

    def head(self, title: str, subtitle: str) -> None:
        self.column.addWidget(label(title, "title"))
        self.column.addWidget(label(subtitle, "subtitle"))

    def foot(self, *widgets: QWidget) -> None:
        """The note and the buttons at the bottom; the last button is the one that goes on."""
        self.column.addWidget(self.note)
        self._footer.addStretch(1)
        for widget in widgets:
            self._footer.addWidget(widget)
        self.column.addLayout(self._footer)

    def pieces(self) -> Iterator[None]:
        """What is yet to be made of the page before it is shown, each piece short enough for one turn of the event
        loop. Most pages are whole at once."""
        return iter(())

    def enter(self) -> None:
        """The page was shown."""

    def leave(self) -> None:
        """Another page is about to be shown: let go of devices."""

    def work(self, lane: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Run ``work`` on a lane; errors become the page's note."""
        self.background.run(self, lane, work, done, self.fail)

    def fail(self, error: MusterError) -> None:
        self.note.say(say_error(error), "bad")

    def reload(self) -> Registration:
        self.registration = self.enrollment.registration(self.registration.id)
        return self.registration
