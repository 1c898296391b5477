"""Which groups of details are asked: one large toggle each, as an update changes only some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.parts import Card, button, label

_COLUMNS = 5


class FieldGroupChoice(Card):
    """``names`` by group, in the order shown. ``changed`` brings the groups chosen now, in that order."""

    changed = Signal(tuple)

    def __init__(self, names: Mapping[str, str], chosen: Iterable[str]) -> None:
        super().__init__(margin=theme.GAP, spacing=theme.CLOSE)
        title = tr("What is to be changed?")
        self.setAccessibleName(title)
        self.column.addWidget(label(title, "section"))
        places = QGridLayout()
        places.setSpacing(theme.px(theme.CLOSE))
        chosen = set(chosen)
        self.toggles: dict[str, QPushButton] = {}
        for number, (group, name) in enumerate(names.items()):
            toggle = button("")
            toggle.setObjectName("toggle")
            toggle.setCheckable(True)
            toggle.setChecked(group in chosen)
            toggle.setAccessibleName(name)
            _say(toggle, name)
            toggle.toggled.connect(partial(self._turned, group, name))
            places.addWidget(toggle, number // _COLUMNS, number % _COLUMNS)
            self.toggles[group] = toggle
        self.column.addLayout(places)

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(group for group, toggle in self.toggles.items() if toggle.isChecked())

    def _turned(self, group: str, name: str, *_: object) -> None:
        _say(self.toggles[group], name)
        self.changed.emit(self.chosen)


def _say(toggle: QPushButton, name: str) -> None:
    """With a sign, since a colour alone says nothing to who cannot see it."""
    toggle.setText(f"✓  {name}" if toggle.isChecked() else name)
