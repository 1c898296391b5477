"""What every page of the window is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from muster.domain.registration import Step


UPDATE_DETAILS = "update details"  # of the details of an update the hint is another one


class Page(QWidget):
    """``busy`` while something is under way that another page must not interrupt; ``turned`` when another step is
    shown in it. ``where`` is the step or what a page without steps is called, for hints."""

    busy = Signal(bool)
    turned = Signal()
    where: Step | str = ""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ground")

    def enter(self) -> None:
        """The page is in the window now: put the keyboard where it is needed first."""

    def leave(self) -> None:
        """Another page is about to be shown: let go of devices, keep what was typed."""
