"""The end: the number, what became of the packet, the slip to hand over. The next person waits for none of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from muster.errors import MusterError
from muster.ui import slip_pdf
from muster.ui.background import Background
from muster.ui.finishing import Sent, outcome_words
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, Choice, Note, button, label
from muster.ui.widgets.picture import PictureView
from muster.workstation.printing import Printing
from muster.workstation.slip import Paper

SLIP_AFTER_MS = 300  # whoever goes on at once needs no picture of it


class ReceiptPage(Page):
    """``finished`` with whether another registration is to begin at once, ``evidence_wanted`` by whoever may take
    the proof of the identity."""

    where = "receipt"
    finished = Signal(bool)
    evidence_wanted = Signal()

    def __init__(self, sent: Sent, printing: Printing, background: Background) -> None:
        super().__init__()
        self.sent = sent
        self._printing = printing
        self._background = background
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
        card.column.addWidget(self.outcome)
        self.sealed_size = label("", "soft")
        card.column.addWidget(self.sealed_size)
        column.addWidget(card)
        self.note = Note()
        self.note.say(tr("Print the slip and hand it to the person."))
        column.addWidget(self.note)
        column.addStretch(1)
        column.addLayout(self._print_row())
        ends = QHBoxLayout()
        self.another = button(tr("Next person"))
        self.another.clicked.connect(partial(self._finish, another=True))
        self.home = button(tr("Back to the desk"))
        self.home.clicked.connect(partial(self._finish, another=False))
        self.evidence = button(tr("Evidence"))
        self.evidence.clicked.connect(self.evidence_wanted)
        self.evidence.hide()
        ends.addWidget(self.another)
        ends.addWidget(self.home)
        ends.addStretch(1)
        ends.addWidget(self.evidence)
        column.addLayout(ends)
        row.addLayout(column, 1)
        self.slip = PictureView("", QSize(320, 450))
        row.addWidget(self.slip, 1)
        self.show_sent(sent)
        background.run(self, "printing", printing.choice, self._show_choice, self._show_slip)

    def _print_row(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(8)
        choices = QHBoxLayout()
        self.papers = Choice(tr("Paper"))
        for each, words in _papers():
            self.papers.addItem(words, each)
        self.papers.currentIndexChanged.connect(self._show_slip)
        self.printers = Choice(tr("Printer"))
        self.printers.hide()
        choices.addWidget(label(tr("Paper"), "soft", wrap=False))
        choices.addWidget(self.papers)
        choices.addWidget(self.printers)
        choices.addStretch(1)
        buttons = QHBoxLayout()
        self.print = button(tr("Print the slip"), primary=True)
        self.print.clicked.connect(self._print)
        self.save = button(tr("Save as PDF …"))
        self.save.clicked.connect(self._save)
        buttons.addWidget(self.print)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        rows.addLayout(choices)
        rows.addLayout(buttons)
        return rows

    def offer_evidence(self) -> None:
        self.evidence.show()

    def enter(self) -> None:
        self.print.setFocus()
        self._background.run(self, "printing", self._printing.printers, self._show_printers, lambda error: None)

    @property
    def paper(self) -> Paper:
        paper: Paper = self.papers.currentData()
        return paper

    def show_sent(self, sent: Sent) -> None:
        """What is known by now."""
        self.sent = sent
        words, tone = outcome_words(sent)
        self.outcome.say(words, tone)
        entry = sent.entry
        self.sealed_size.setVisible(entry is not None)
        if entry is not None:
            self.sealed_size.setText(tr("Sealed packet of {size} kB in the outbox.", size=entry.size // 1000))

    def _show_choice(self, choice: tuple[str, Paper]) -> None:
        """What was used last. The printers are told of later, on the same lane."""
        printer, paper = choice
        self.printers.setProperty("wanted", printer)
        with QSignalBlocker(self.papers):
            self.papers.setCurrentIndex(self.papers.findData(paper))
        QTimer.singleShot(SLIP_AFTER_MS, self, self._show_slip)

    def _show_slip(self, *_: object) -> None:
        """Laid out beside: several languages take a tenth of a second."""
        work = partial(slip_pdf.picture, self.sent.slip, paper=self.paper)
        self._background.run(self, "printing", work, self.slip.show_pixels, lambda error: None)

    def _show_printers(self, names: tuple[str, ...]) -> None:
        """Of the print service; where it has none, the system's own dialog asks."""
        self.printers.clear()
        self.printers.addItems(list(names))
        wanted = self.printers.findText(str(self.printers.property("wanted")))
        self.printers.setCurrentIndex(max(wanted, 0))
        self.printers.setVisible(bool(names))

    def _finish(self, *_: object, another: bool) -> None:
        self.another.setEnabled(False)
        self.home.setEnabled(False)
        self.finished.emit(another)

    def _save(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = Path(folder) / f"{self.sent.slip.registration_id}.pdf"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the slip"), str(name), "PDF (*.pdf)")
        if path:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        try:
            slip_pdf.write(self.sent.slip, path, self.paper)
        except MusterError as error:
            self.note.say(say_error(error), "bad")
        else:
            self._saved(path)

    def _saved(self, path: Path) -> None:
        self._printed("file")
        saved = tr(
            "The slip is saved as {file}. It holds personal data: delete the file after use.", file=str(path)
        )
        self.note.say(saved, "good")

    def _print(self) -> None:
        """To the printer that was used last, without a question; where there is no print service to be asked,
        the system's dialog. With no printer at all that would write every slip into one file, over the last."""
        if self.printers.count():
            self._print_by_service()
            return
        if not QPrinterInfo.availablePrinterNames():
            self.note.say(
                tr("This computer has no printer. Save the slip as a PDF, and print that elsewhere."), "warn"
            )
            self.save.setFocus()
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        if dialog.exec() == QPrintDialog.DialogCode.Accepted:
            self.print_on(printer)

    def _print_by_service(self) -> None:
        slip, paper, printer = self.sent.slip, self.paper, self.printers.currentText()
        number, printing = self.sent.registration_id, self._printing
        self.print.setEnabled(False)
        self.note.say(tr("Printing …"))

        def work() -> None:
            content, size = slip_pdf.content(slip, paper), slip_pdf.size_mm(slip, paper)
            printing.choose(printer, paper)
            printing.print_pdf(number, content, size, printer)

        self._background.run(self, "printing", work, self._was_printed, self._was_not_printed)

    def _was_printed(self, nothing: None) -> None:
        self.print.setEnabled(True)
        self.note.say(tr("The slip was sent to the printer."), "good")
        self.another.setFocus()

    def _was_not_printed(self, error: MusterError) -> None:
        self.print.setEnabled(True)
        self.note.say(say_error(error), "bad")

    def print_on(self, printer: QPrinter) -> None:
        try:
            slip_pdf.print_on(self.sent.slip, printer, self.paper)
        except MusterError as error:
            self.note.say(say_error(error), "bad")
        else:
            self._was_laid_out(printer)

    def _was_laid_out(self, printer: QPrinter) -> None:
        """The system's dialog has files beside the printers."""
        if printer.outputFileName():
            self._saved(Path(printer.outputFileName()))
            return
        self._printed("printer")
        self.note.say(tr("The slip was sent to the printer."), "good")

    def _printed(self, to: str) -> None:
        work = partial(self._printing.note, self.sent.registration_id, to=to)
        self._background.run(self, "printing", work, lambda nothing: None, lambda error: None)


def _papers() -> tuple[tuple[Paper, str], ...]:
    return (
        (Paper.A5, tr("A5 sheet")),
        (Paper.A4, tr("A4 sheet")),
        (Paper.ROLL_80, tr("Roll of 80 mm")),
        (Paper.ROLL_58, tr("Roll of 58 mm")),
    )
