"""Papers: scanned, or taken from a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from muster.domain.assessment import Finding
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import say_finding, tr
from muster.ui.widgets.parts import Card, Choice, Note, button, label, scrolling
from muster.ui.widgets.picture import PictureView
from muster.ui.widgets.size_meter import SizeMeter
from muster.ui.wizard.step_page import StepPage
from muster.workstation.documents import DocumentSlot, Shrunk
from muster.workstation.enrollment import Enrollment
from muster.workstation.inspection import read_file
from muster.workstation.reference import label_in


class DocumentsPage(StepPage):
    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        window_language: str,
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._cancel = Event()
        self._active: _Slot | None = None
        self.head(
            tr("Documents"),
            tr("Lay the document on the scanner and press Scan. What is marked with * must be there.")
            if registration.started.process is Process.NEW
            else tr("Lay the document on the scanner and press Scan, or go on without one."),
        )
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(14)
        self.slots = {
            slot.field: _Slot(slot, window_language)
            for slot in enrollment.document_slots(registration.started.process)
        }
        for field, slot in self.slots.items():
            slot.scan.clicked.connect(partial(self._scan, field))
            slot.choose.clicked.connect(partial(self._choose, field))
            slot.remove.clicked.connect(partial(self._remove, field))
            slot.shrink.clicked.connect(partial(self._shrink, field))
            column.addWidget(slot)
        column.addStretch(1)
        self.column.addWidget(scrolling(content), 1)
        self.meter = SizeMeter()
        self.column.addWidget(self.meter)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self._finish)
        self.foot(self.next)
        self._show_size()
        for field in registration.documents:
            if field in self.slots:
                self._show_document(field)

    def enter(self) -> None:
        self._cancel.clear()
        # By the registration: the pictures of what is there are still on their way.
        lacking = (slot for field, slot in self.slots.items() if field not in self.registration.documents)
        first = next((slot for slot in lacking if slot.required), None)
        (first.scan if first else self.next).setFocus()

    def leave(self) -> None:
        self._cancel.set()

    def _scan(self, field: str) -> None:
        slot = self.slots[field]
        self._busy(slot, tr("Scanning …"))
        type_code, reference = slot.type_code, slot.reference
        self.work(
            "devices",
            lambda: self.enrollment.scan_document(
                self.registration.id, field, type_code, reference, self._cancel, lambda frame: None
            ),
            partial(self._attached, field),
        )

    def _choose(self, field: str) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a picture"), "", tr("Pictures") + " (*.jpg *.jpeg *.png *.tif *.tiff *.bmp)"
        )
        if name:
            self.attach_file(field, Path(name))

    def attach_file(self, field: str, path: Path) -> None:
        slot = self.slots[field]
        self._busy(slot, tr("Reading …"))
        type_code, reference = slot.type_code, slot.reference
        self.work(
            "store",
            lambda: self.enrollment.attach_document(
                self.registration.id, field, type_code, reference, read_file(path)
            ),
            partial(self._attached, field),
        )

    def _remove(self, field: str) -> None:
        self.work(
            "store",
            lambda: self.enrollment.remove_document(self.registration.id, field),
            partial(self._removed, field),
        )

    def _shrink(self, field: str) -> None:
        slot = self.slots[field]
        self._busy(slot, tr("Making it smaller …"))
        self.work(
            "store",
            lambda: self.enrollment.make_document_smaller(self.registration.id, field),
            partial(self._shrunk, field),
        )

    def _shrunk(self, field: str, shrunk: Shrunk) -> None:
        self._attached(field, shrunk.registration)
        self.note.say(
            tr(
                "{document}: {before} kB before, {after} kB now. Look whether it can still be read; if not, scan "
                "it again.",
                document=self.slots[field].title,
                before=f"{shrunk.before / 1000:,.0f}".replace(",", "\u202f"),
                after=f"{shrunk.after / 1000:,.0f}".replace(",", "\u202f"),
            ),
            "good",
        )

    def _show_size(self) -> None:
        size = self.enrollment.size_of(self.registration)
        self.meter.show_size(size)
        for slot in self.slots.values():
            slot.offer_to_shrink(not size.fits)

    def _busy(self, slot: _Slot, words: str) -> None:
        self.note.clear()
        self._active = slot
        slot.picture.say(words)
        for each in self.slots.values():
            each.set_busy(busy=True)
        self.next.setEnabled(False)

    def _idle(self) -> None:
        for each in self.slots.values():
            each.set_busy(busy=False)
        self.next.setEnabled(True)

    def _attached(self, field: str, registration: Registration) -> None:
        self.registration = registration
        self._idle()
        self._show_document(field)
        self._show_size()
        self.next.setFocus()
        self.changed.emit()

    def _removed(self, field: str, registration: Registration) -> None:
        self.registration = registration
        self.slots[field].show_page(None)
        self._show_size()
        self.changed.emit()

    def _show_document(self, field: str) -> None:
        slot = self.slots[field]
        slot.show_facts(self.registration.documents[field].facts.type_code)
        self.work("store", lambda: self.enrollment.document_picture(self.registration.id, field), slot.show_page)
        self.work(
            "store", lambda: self.enrollment.document_findings(self.registration.id, field), slot.show_findings
        )

    def fail(self, error: MusterError) -> None:
        super().fail(error)
        self._idle()
        for slot in self.slots.values():
            slot.show_again()
        if self._active is not None:
            self._active.scan.setFocus()

    def _finish(self) -> None:
        self.work("store", lambda: self.enrollment.finish_documents(self.registration.id), self._finished)

    def _finished(self, missing: tuple[Finding, ...]) -> None:
        if not missing:
            self.completed.emit()
            return
        slot = self.slots.get(missing[0].field)
        words = say_finding(missing[0])
        self.note.say(f"{slot.title}: {words}" if slot else words, "bad")
        (slot or next(iter(self.slots.values()))).scan.setFocus()


class _Slot(Card):
    """One place for a document."""

    def __init__(self, slot: DocumentSlot, language: str) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(18)
        left = QVBoxLayout()
        star = " *" if slot.required else ""
        self.required = slot.required
        self.title = label_in(slot.labels, language, slot.field)
        left.addWidget(label(self.title + star, "section"))
        self._types = Choice(tr("Kind of document"))
        for choice in slot.types:
            self._types.addItem(label_in(choice.labels, language, choice.code), choice.code)
        self._reference = QLineEdit()
        self._reference.setAccessibleName(tr("Number on it, if any"))
        facts = QGridLayout()
        facts.addWidget(label(tr("Kind of document")), 0, 0)
        facts.addWidget(self._types, 1, 0)
        facts.addWidget(label(tr("Number on it, if any")), 0, 1)
        facts.addWidget(self._reference, 1, 1)
        for column in (0, 1):
            facts.setColumnStretch(column, 1)
        left.addLayout(facts)
        buttons = QHBoxLayout()
        self.scan, self.choose, self.remove = button(tr("Scan")), button(tr("From a file …")), button(tr("Remove"))
        self.shrink = button(tr("Make smaller"))
        for each in (self.scan, self.choose, self.remove, self.shrink):
            buttons.addWidget(each)
        buttons.addStretch(1)
        self.warning = Note()
        left.addWidget(self.warning)
        left.addStretch(1)
        left.addLayout(buttons)
        row.addLayout(left, 1)
        self._empty = tr("No page yet")
        self.picture = PictureView(self._empty, QSize(300, 170))
        row.addWidget(self.picture, 1)
        self.column.addLayout(row)
        self.is_filled = False
        self._may_shrink = False
        self._page: object = None
        self.show_page(None)

    @property
    def type_code(self) -> str:
        return str(self._types.currentData())

    @property
    def reference(self) -> str | None:
        return self._reference.text().strip() or None

    def show_facts(self, type_code: str) -> None:
        self._types.setCurrentIndex(max(0, self._types.findData(type_code)))

    def show_page(self, pixels: object) -> None:
        self._page = pixels
        self.is_filled = pixels is not None
        self.warning.clear()
        if pixels is None:
            self.picture.say(self._empty)
        else:
            self.picture.show_pixels(pixels)  # type: ignore[arg-type]
        self.remove.setVisible(self.is_filled)
        self.shrink.setVisible(self.is_filled and self._may_shrink)
        self.scan.setText(tr("Scan again") if self.is_filled else tr("Scan"))

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """How a better picture is taken. The page is kept all the same."""
        self.warning.say("\n".join(map(say_finding, findings)), "warn")

    def show_again(self) -> None:
        """What stood there before something was tried that failed."""
        self.show_page(self._page)

    def offer_to_shrink(self, offered: bool) -> None:
        self._may_shrink = offered
        self.shrink.setVisible(self.is_filled and offered)

    def set_busy(self, *, busy: bool) -> None:
        for each in (self.scan, self.choose, self.remove, self.shrink):
            each.setEnabled(not busy)
