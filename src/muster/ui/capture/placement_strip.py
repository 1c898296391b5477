"""All captures in a row: what each is, how it stands in a sign, a word and a colour, and the key of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from muster.domain.registration import Step
from muster.ui import names, theme
from muster.ui.language import tr
from muster.ui.widgets.large_button import LargeButton
from muster.ui.widgets.parts import mark
from muster.workstation.capture_lane import Placement, PlacementState

_SIGNS = {
    PlacementState.WAITING: "",
    PlacementState.WEAK: "!",
    PlacementState.GOOD: "✓",
    PlacementState.KEPT: "✓ !",
    PlacementState.EXCEPTED: "×",
}
_LOOKS = {
    PlacementState.WAITING: "later",
    PlacementState.WEAK: "waiting",
    PlacementState.GOOD: "done",
    PlacementState.KEPT: "waiting",
    PlacementState.EXCEPTED: "over",
}
_WIDTH = 110


class PlacementStrip(QWidget):
    """``wanted`` when somebody presses one."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.tiles: dict[Step, LargeButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(theme.CLOSE))

    def show_placements(self, placements: Sequence[Placement], at: Step, doing: str) -> None:
        """``doing`` says what is happening with the one that is ``at``; nothing while nothing is."""
        self._make([each.step for each in placements])
        for each in placements:
            tile = self.tiles[each.step]
            is_now = each.step is at
            busy = is_now and bool(doing)
            tile.say(doing if busy else f"{_SIGNS[each.state]} {_words(each)}".strip())
            look = "ready" if busy else _LOOKS[each.state]
            if tile.property("state") != look or tile.isChecked() != is_now:
                tile.setChecked(is_now)
                tile.setProperty("state", look)
                mark(tile, "step", value=True)

    def _make(self, steps: list[Step]) -> None:
        if steps == list(self.tiles):
            return
        for each in self.tiles.values():
            self._row.removeWidget(each)
            each.hide()
            each.deleteLater()
        self.tiles = {}
        for number, step in enumerate(steps, start=1):
            tile = LargeButton(f"{number}  {names.step_name(step)}", width=theme.px(_WIDTH))
            tile.set_margins(theme.px(theme.GAP), theme.px(theme.CLOSE))
            tile.setCheckable(True)
            tile.setShortcut(QKeySequence(str(number)))
            tile.clicked.connect(partial(self._press, step))
            self._row.addWidget(tile)
            self.tiles[step] = tile

    def _press(self, step: Step, *_: object) -> None:
        self.tiles[step].setChecked(True)
        self.wanted.emit(step)


def _words(placement: Placement) -> str:
    return {
        PlacementState.WAITING: tr("waiting"),
        PlacementState.WEAK: tr("weak"),
        PlacementState.GOOD: tr("good"),
        PlacementState.KEPT: tr("kept with a reason"),
        PlacementState.EXCEPTED: tr("cannot be captured"),
    }[placement.state]
