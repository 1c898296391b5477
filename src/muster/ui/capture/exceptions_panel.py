"""What cannot be captured and why: fingers and eyes chosen on the drawing, a reason, and a comment if needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from muster.domain.biometrics import BiometricAttribute, ExceptionKind, Modality
from muster.ui import names
from muster.ui.capture.reason_panel import Reason, ReasonPanel
from muster.ui.language import tr
from muster.ui.widgets.body_map import display_order
from muster.ui.widgets.parts import Button, button, link

_WITHOUT_WORDS = (names.ANOTHER_LASTING, names.ANOTHER_FOR_NOW)


class ExceptionsPanel(QWidget):
    """``chosen`` with what cannot be captured, its kind, the reason as it is recorded and the comment; ``cleared``
    with what can be captured after all; ``changed`` when another finger or eye was pointed at."""

    chosen = Signal(object, object, str, str)
    cleared = Signal(object)
    dismissed = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.attributes: tuple[BiometricAttribute, ...] = ()
        self._known: Mapping[BiometricAttribute, bool] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.reasons = ReasonPanel()
        self.reasons.chosen.connect(self._reason_chosen)
        self.reasons.dismissed.connect(self.dismissed)
        self.wholes: dict[str, Button] = {}
        for place, (name, words) in enumerate(
            (("LEFT", tr("Left hand")), ("RIGHT", tr("Right hand")), ("BOTH", tr("Both hands")))
        ):
            made = button(words)
            made.setObjectName("choice")
            made.clicked.connect(partial(self._take_hand, name))
            self.wholes[name] = made
            self.reasons.extra.addWidget(made, 0, place)
        self.undo = link(tr("It can be captured after all"))
        self.undo.clicked.connect(self._undo)
        self.reasons.extra.addWidget(self.undo, 1, 0, 1, 3)
        column.addWidget(self.reasons)

    def open(self, known: Mapping[BiometricAttribute, bool], attributes: tuple[BiometricAttribute, ...]) -> None:
        """``known`` names every finger and eye that is asked for, and whether it is an exception already."""
        self._known = known
        self._choose(tuple(each for each in attributes if each is not BiometricAttribute.FACE))

    def toggle(self, attribute: BiometricAttribute) -> None:
        """Of fingers and eyes at once only one kind can be chosen: their reasons differ."""
        same = tuple(each for each in self.attributes if each.modality is attribute.modality)
        if attribute in same:
            self._choose(tuple(each for each in same if each is not attribute))
        else:
            self._choose((*same, attribute))

    def _take_hand(self, name: str, *_: object) -> None:
        self._choose(
            tuple(
                each
                for each in self._known
                if each.modality is Modality.FINGER and (name == "BOTH" or each.name.startswith(name))
            )
        )

    def _choose(self, attributes: tuple[BiometricAttribute, ...]) -> None:
        self.attributes = tuple(sorted(attributes, key=display_order))
        modality = self.attributes[0].modality if self.attributes else Modality.FINGER
        reasons = [
            Reason(words, (kind, reason), reason in _WITHOUT_WORDS)
            for reason, words, kind in names.exception_reasons(modality)
        ]
        fingers = [each for each in self._known if each.modality is Modality.FINGER]
        for name, made in self.wholes.items():
            made.setVisible(name == "BOTH" or any(each.name.startswith(name) for each in fingers))
        self.undo.setVisible(any(self._known.get(each) for each in self.attributes))
        self.reasons.ask(self._title(), reasons if self.attributes else [])
        self.changed.emit()

    def _title(self) -> str:
        if not self.attributes:
            return tr("Point at what cannot be captured")
        if len(self.attributes) > 3:
            return tr("Cannot be captured ({count} fingers): why?", count=len(self.attributes))
        shown = tr(", ").join(names.attribute_name(each) for each in self.attributes)
        return tr("Cannot be captured ({fingers}): why?", fingers=shown)

    def _reason_chosen(self, value: tuple[ExceptionKind, str], comment: str) -> None:
        kind, reason = value
        self.chosen.emit(self.attributes, kind, reason, comment)

    def _undo(self, *_: object) -> None:
        self.cleared.emit(tuple(each for each in self.attributes if self._known.get(each)))
