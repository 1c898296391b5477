"""What every page of the window is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """``busy`` while something is under way that another page must not interrupt."""

    busy = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ground")

    def enter(self) -> None:
        """The page is in the window now: put the keyboard where it is needed first."""

    def leave(self) -> None:
        """Another page is about to be shown: let go of devices, keep what was typed."""
