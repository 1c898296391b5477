"""The end: the number, what became of the packet, the slip to hand over."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from muster.errors import MusterError
from muster.ui import slip_pdf
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, Note, button, label
from muster.ui.widgets.picture import PictureView
from muster.ui.wizard.signature import Sent, outcome_words


class ReceiptPage(Page):
    """``finished`` with whether another registration is to begin at once."""

    finished = Signal(bool)

    def __init__(self, sent: Sent) -> None:
        super().__init__()
        self.sent = sent
        row = QHBoxLayout(self)
        row.setContentsMargins(26, 20, 26, 18)
        row.setSpacing(18)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(label(tr("Registration finished"), "title"))
        card = Card(margin=24, spacing=12)
        card.column.addWidget(label(tr("Registration number"), "soft"))
        number = label(sent.slip.registration_id, "number", wrap=False)
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.column.addWidget(number)
        self.outcome = Note()
        words, tone = outcome_words(sent)
        self.outcome.say(words, tone)
        card.column.addWidget(self.outcome)
        card.column.addWidget(
            label(tr("Sealed packet of {size} kB in the outbox.", size=sent.entry.size // 1000), "soft")
        )
        column.addWidget(card)
        self.note = Note()
        self.note.say(tr("Print the slip and hand it to the person."))
        column.addWidget(self.note)
        column.addStretch(1)
        buttons = QHBoxLayout()
        self.print = button(tr("Print the slip"), primary=True)
        self.print.clicked.connect(self._print)
        self.save = button(tr("Save as PDF …"))
        self.save.clicked.connect(self._save)
        buttons.addWidget(self.print)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        column.addLayout(buttons)
        ends = QHBoxLayout()
        self.another = button(tr("Next person"))
        self.another.clicked.connect(partial(self._finish, another=True))
        self.home = button(tr("Back to the desk"))
        self.home.clicked.connect(partial(self._finish, another=False))
        ends.addWidget(self.another)
        ends.addWidget(self.home)
        ends.addStretch(1)
        column.addLayout(ends)
        row.addLayout(column, 1)
        self.slip = PictureView("", QSize(320, 450))
        self.slip.show_pixels(slip_pdf.picture(sent.slip))
        row.addWidget(self.slip, 1)

    def enter(self) -> None:
        self.print.setFocus()

    def _finish(self, *_: object, another: bool) -> None:
        self.another.setEnabled(False)
        self.home.setEnabled(False)
        self.finished.emit(another)

    def _save(self) -> None:
        name = f"{self.sent.slip.registration_id}.pdf"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the slip"), name, "PDF (*.pdf)")
        if path:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        try:
            slip_pdf.write(self.sent.slip, path)
        except MusterError as error:
            self.note.say(say_error(error), "bad")
        else:
            self.note.say(tr("The slip is saved. It holds personal data: delete the file after use."), "good")

    def _print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        if dialog.exec() == QPrintDialog.DialogCode.Accepted:
            self.print_on(printer)

    def print_on(self, printer: QPrinter) -> None:
        try:
            slip_pdf.print_on(self.sent.slip, printer)
        except MusterError as error:
            self.note.say(say_error(error), "bad")
        else:
            self.note.say(tr("The slip was sent to the printer."), "good")
