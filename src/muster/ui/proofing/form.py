"""The form a step asks for, made from its fields: one press where one is enough.

Something to say yes to that may be left out is a wish of its own ("send another code"): a button that says this
and nothing else. Beside something that has to be said yes to, it says that this is not so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from muster.domain.proofing import FieldType, InputField
from muster.ui.language import tr, word
from muster.ui.widgets.large_button import LargeButton
from muster.ui.widgets.parts import Choice, button, label, mark

YES, NO = "true", "false"
_WIDTH = 420

Box = QLineEdit | QCheckBox | Choice


class ProofingForm(QWidget):
    """``given`` with what was filled in, field by field; ``incomplete`` when something is missing."""

    given = Signal(object)
    incomplete = Signal()

    def __init__(self, fields: tuple[InputField, ...], go_on: str) -> None:
        super().__init__()
        self._fields = tuple(each for each in fields if not _is_wish(each))
        self.boxes: dict[str, Box] = {}
        self.options: dict[str, QPushButton] = {}
        self.go: QPushButton | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._end = QHBoxLayout()
        self._end.setSpacing(12)
        only = self._fields[0] if len(self._fields) == 1 else None
        if only is not None and only.type is FieldType.CONSENT:
            self._add_statement(only)
        elif only is not None and only.type is FieldType.SELECT:
            self._add_options(only)
        elif self._fields:
            for field in self._fields:
                self._add_field(field)
            self._add_go(go_on).clicked.connect(self._give)
        for field in fields:
            if _is_wish(field):
                self._add_wish(field)
        self._end.addStretch(1)
        self._column.addLayout(self._end)

    def first(self) -> QWidget | None:
        """Where the keyboard belongs."""
        places: list[QWidget] = [*self.boxes.values(), *([self.go] if self.go else []), *self.options.values()]
        return places[0] if places else None

    def typed(self) -> Mapping[str, str]:
        return {name: _text_of(box) for name, box in self.boxes.items()}

    def put(self, typed: Mapping[str, str]) -> None:
        for name, text in typed.items():
            if name in self.boxes:
                _put_text(self.boxes[name], text)

    def _add_statement(self, field: InputField) -> None:
        self._column.addWidget(label(field.said(word(field.label)), "spoken"))
        yes = self._add_go(tr("Yes, so it is"))
        yes.setAccessibleDescription(field.said(word(field.label)))
        yes.clicked.connect(partial(self._give_this, {field.id: YES}))

    def _add_options(self, field: InputField) -> None:
        self._column.addWidget(label(field.said(word(field.label)), "spoken"))
        for option in field.options:
            made = LargeButton(word(option))
            made.clicked.connect(partial(self._give_this, {field.id: option}))
            self.options[option] = made
            self._column.addWidget(made)

    def _add_field(self, field: InputField) -> None:
        name = field.said(word(field.label))
        box: Box
        if field.type is FieldType.CONSENT:
            box = QCheckBox(name)
        else:
            told = name if field.required else tr("{field} (may be left out)", field=name)
            self._column.addWidget(label(told, "soft"))
            box = self._list(field) if field.type is FieldType.SELECT else self._line()
            box.setAccessibleName(name)
        self._column.addWidget(box)
        self.boxes[field.id] = box

    def _list(self, field: InputField) -> Choice:
        box = Choice()
        for option in field.options:
            box.addItem(word(option), option)
        return box

    def _line(self) -> QLineEdit:
        box = QLineEdit()
        box.setMaximumWidth(_WIDTH)
        box.returnPressed.connect(self._give)
        return box

    def _add_wish(self, field: InputField) -> None:
        """Large where nothing else is asked."""
        made = (
            button(field.said(word(field.label))) if self._fields else LargeButton(field.said(word(field.label)))
        )
        unsaid = {each.id: NO for each in self._fields if each.type is FieldType.CONSENT}
        made.clicked.connect(partial(self._give_this, {**unsaid, field.id: YES}))
        self.options[field.id] = made
        (self._end if self._fields else self._column).addWidget(made)

    def _add_go(self, words: str) -> QPushButton:
        self.go = button(words, primary=True)
        self._end.addWidget(self.go)
        return self.go

    def _give_this(self, values: Mapping[str, str], *_: object) -> None:
        self.given.emit(values)

    def _give(self) -> None:
        values = {name: text.strip() for name, text in self.typed().items()}
        missing = {field.id for field in self._fields if field.required and not values[field.id]}
        for name, box in self.boxes.items():
            mark(box, "wrong", value=name in missing)
        if missing or not any(values.values()):
            self.incomplete.emit()
        else:
            self.given.emit({name: text for name, text in values.items() if text})


def _is_wish(field: InputField) -> bool:
    return field.type is FieldType.CONSENT and not field.required


def _text_of(box: Box) -> str:
    if isinstance(box, QLineEdit):
        return box.text()
    if isinstance(box, QCheckBox):
        return YES if box.isChecked() else ""
    return str(box.currentData() or "")


def _put_text(box: Box, text: str) -> None:
    if isinstance(box, QLineEdit):
        box.setText(text)
    elif isinstance(box, QCheckBox):
        box.setChecked(text == YES)
    else:
        box.setCurrentIndex(max(0, box.findData(text)))
