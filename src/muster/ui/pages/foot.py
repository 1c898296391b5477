"""What pages beside the desk end with: a note, and the way back."""

from __future__ import annotations

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from muster.ui.language import tr
from muster.ui.widgets.parts import Note, button


def add_foot(column: QVBoxLayout, left: SignalInstance) -> tuple[Note, QPushButton]:
    """At the end of ``column``; ``left`` is emitted by the way back."""
    note = Note()
    column.addWidget(note)
    row = QHBoxLayout()
    row.addStretch(1)
    back = button(tr("Back to the desk"), primary=True)
    back.clicked.connect(left)
    row.addWidget(back)
    column.addLayout(row)
    return note, back
