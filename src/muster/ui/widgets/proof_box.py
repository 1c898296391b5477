"""Where somebody shows who they are: the boxes and buttons of the ways that are open to them, and no others."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from muster.domain.operators import Factor, Way
from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.parts import button, code_box, label, password_box
from muster.workstation.proving import Proof

_WIDTH = 300
_LAST = 5  # the column that takes what is left over


class ProofBox(QWidget):
    """``given``: Return was pressed in the last box. ``touch_wanted`` and ``look_wanted``: the devices are to be
    used; what was typed counts beside."""

    given = Signal()
    changed = Signal()
    touch_wanted = Signal()
    look_wanted = Signal()

    def __init__(self, whose: str, ways: Collection[Way]) -> None:
        super().__init__()
        factors = frozenset().union(*ways) if ways else frozenset({Factor.PASSWORD})
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(_LAST, 1)
        self.password = password_box(whose)
        self.code = code_box()
        self.password.setFixedWidth(theme.px(_WIDTH))
        for place, (box, factor, words) in enumerate(
            (
                (self.password, Factor.PASSWORD, whose),
                (self.code, Factor.CODE, tr("Code of your authenticator")),
            )
        ):
            box.textChanged.connect(self.changed)
            box.returnPressed.connect(self._return)
            if factor in factors:
                self._grid.addWidget(label(words, wrap=False), 0, place)
                self._grid.addWidget(box, 1, place)
            else:
                box.hide()
        self.touch = button(tr("Touch the fingerprint reader"))
        self.touch.clicked.connect(self.touch_wanted)
        self.look = button(tr("Look into the camera"))
        self.look.clicked.connect(self.look_wanted)
        for place, (pressed, factor) in enumerate(((self.touch, Factor.FINGER), (self.look, Factor.FACE)), 2):
            self._grid.addWidget(pressed, 1, place)
            pressed.setVisible(factor in factors)
        self._factors = factors
        self._ways = tuple(ways)

    def add(self, pressed: QPushButton) -> None:
        """A button in the line of the boxes."""
        self._grid.addWidget(pressed, 1, _LAST - 1)

    @property
    def is_filled(self) -> bool:
        """Whether something stands in every box there is."""
        wanted = {Factor.PASSWORD: self.password, Factor.CODE: self.code}
        return all(box.text() for factor, box in wanted.items() if factor in self._factors)

    def proof(self) -> Proof:
        return Proof(self.password.text(), self.code.text())

    def beside(self, factor: Factor) -> Proof:
        """What counts beside a finger or face: nothing where that is enough, whatever stands in a box."""
        return Proof() if frozenset({factor}) in self._ways else self.proof()

    def put(self, password: str) -> None:
        """A training station's password, which nobody there could know; what is typed instead takes its place."""
        if Factor.PASSWORD in self._factors:
            self.password.setText(password)

    def focus(self) -> None:
        (self.password if Factor.PASSWORD in self._factors else self.touch).setFocus()
        self.password.selectAll()

    def clear(self) -> None:
        """Nothing typed stays in memory longer than it is needed."""
        self.password.clear()
        self.code.clear()

    def _return(self) -> None:
        if self.is_filled:
            self.given.emit()
        else:
            (self.code if self.password.text() else self.password).setFocus()
