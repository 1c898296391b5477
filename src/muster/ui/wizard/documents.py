"""Papers: scanned, or taken from files; of as many pages as they have. What they say fills in the form.

Reading runs on a lane of its own behind the scan and holds nothing up: while the details are still to be entered,
going on waits for it once, since it may fill them in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from muster.domain.applicant import DocumentFacts
from muster.domain.assessment import Finding
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process, RegistrationId
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import say_error, say_finding, tr
from muster.ui.widgets.parts import Card, Choice, Note, button, label, scrolling
from muster.ui.widgets.picture import PictureView
from muster.ui.widgets.size_meter import SizeMeter
from muster.ui.wizard.documents_words import Said, said_of, said_of_chip
from muster.ui.wizard.step_page import StepPage
from muster.workstation.documents import Attached, DocumentPage, DocumentSlot, Shrunk
from muster.workstation.enrollment import Enrollment
from muster.workstation.inspection import read_file
from muster.workstation.live import LiveFrames
from muster.workstation.pre_registrations import Prefilled
from muster.workstation.prefill import CHIP_NOT_OPENED, ChipOffer, Offer
from muster.workstation.reference import label_in

_PREVIEW_MS = 100
_READING = "reading"  # its lane
_DIGITS = 6
_PAGE_PX = 1000  # more than a page is shown in
_DIGITS_WIDTH = 110

TakeBooking = Callable[[RegistrationId, str], Prefilled]


class DocumentsPage(StepPage):
    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        window_language: str,
        take_booking: TakeBooking,
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._take_booking = take_booking
        form = enrollment.form(registration.started.process)
        self._names = {each.id: label_in(each.labels, window_language, each.id) for each in form}
        self._reading: set[str] = set()
        self._goes_on = False
        self._cancel = Event()
        self._active: _Slot | None = None
        self._live = LiveFrames()
        self._timer = QTimer(self)
        self._timer.setInterval(_PREVIEW_MS)
        self._timer.timeout.connect(self._show_newest)
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
        # What must be there first: below the others it is not seen on small screens.
        wanted = sorted(enrollment.slots_of(registration), key=lambda slot: not slot.required)
        self.column.addWidget(scrolling(content), 1)
        self.slots = {slot.field: _Slot(slot, window_language) for slot in wanted}
        for field, slot in self.slots.items():
            slot.scan.clicked.connect(partial(self._scan, field))
            slot.more.clicked.connect(partial(self._scan_more, field))
            slot.back.clicked.connect(partial(self._turn, field, -1))
            slot.forth.clicked.connect(partial(self._turn, field, 1))
            slot.choose.clicked.connect(partial(self._choose, field))
            slot.remove.clicked.connect(partial(self._remove, field))
            slot.drop.clicked.connect(partial(self._drop_page, field))
            slot.shrink.clicked.connect(partial(self._shrink, field))
            slot.chip.clicked.connect(partial(self._read_chip, field))
            slot.digits.returnPressed.connect(partial(self._read_chip, field))
            slot.fill.clicked.connect(partial(self._fill, field))
            slot.fetch.clicked.connect(partial(self._fetch, field))
            slot.elsewhere.clicked.connect(partial(self._move, field))
            slot.has_chip = enrollment.prefill.may_have_chip(slot.types)
            column.addWidget(slot)
        column.addStretch(1)
        self.meter = SizeMeter()
        self.column.addWidget(self.meter)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self._finish)
        self.stop = button(tr("Stop"))
        self.stop.clicked.connect(self._stop)
        self.stop.hide()
        self.camera = button(tr("Show to the camera"))
        self.camera.setToolTip(
            tr("A document, or the code of a pre-registration on a telephone. No picture is kept.")
        )
        self.camera.clicked.connect(self._look)
        self.foot(self.camera, self.stop, self.next)
        self._show_size()
        self._show_kept()

    @property
    def is_reading(self) -> bool:
        """Whether what a document says is still to come."""
        return bool(self._reading)

    def enter(self) -> None:
        self._cancel.clear()
        # By the registration: the pictures of what is there are still on their way.
        lacking = (slot for field, slot in self.slots.items() if field not in self.registration.documents)
        first = next((slot for slot in lacking if slot.required), None)
        (first.scan if first else self.next).setFocus()

    def leave(self) -> None:
        self._timer.stop()
        self._cancel.set()

    def _stop(self) -> None:
        self._cancel.set()

    def _scan(self, field: str) -> None:
        """In place of the page that is shown."""
        self._scan_to(field, self.slots[field].shown)

    def _scan_more(self, field: str) -> None:
        self._scan_to(field, self.slots[field].count)

    def _scan_to(self, field: str, page: int) -> None:
        slot = self.slots[field]
        self._busy(slot, tr("Scanning …"))
        self._cancel = cancel = Event()
        self._live = LiveFrames()
        mailbox = self._live.mailbox
        self._timer.start()
        self.stop.show()
        type_code, reference = slot.type_code, slot.reference
        self.work(
            "devices",
            lambda: self.enrollment.scan_document(
                self.registration.id, field, type_code, reference, cancel, mailbox.put, page=page
            ),
            partial(self._scanned, field, page),
        )

    def _show_newest(self) -> None:
        frame = self._live.mailbox.take()
        if frame is not None and self._active is not None:
            self._active.picture.show_pixels(frame.pixels)

    def _scanned(self, field: str, page: int, attached: Attached) -> None:
        self.slots[field].shown = page
        self._attached(field, attached.registration)
        if attached.broke_off is not None:
            self.note.say(
                tr(
                    "Pages that were taken: {pages}. {problem}",
                    pages=attached.pages,
                    problem=say_finding(attached.broke_off),
                ),
                "warn",
            )
            self.slots[field].more.setFocus()

    # What it says

    def _read(self, field: str) -> None:
        """Behind the scan; nothing waits for it."""
        self._reading.add(field)
        self.slots[field].tell(Said(tr("Reading what it says …")))
        self.background.run(
            self,
            _READING,
            lambda: self.enrollment.prefill.read_document(self.registration.id, field),
            partial(self._was_read, field),
            partial(self._was_not_read, field),
        )

    def _was_read(self, field: str, offer: Offer) -> None:
        if field in offer.registration.documents:  # not taken away meanwhile
            self.registration = offer.registration
            self._tell(field, offer)
            if not offer.belongs_to:
                self._call(field, offer)
            self.changed.emit()
        self._read_to_the_end(field)

    def _tell(self, field: str, offer: Offer) -> None:
        slot = self.slots[field]
        slot.offer(offer)
        slot.tell(said_of(offer, self._names))
        other = self.slots.get(offer.belongs_to)
        if other is not None and offer.belongs_to not in self.registration.documents:
            slot.elsewhere.setText(tr("It belongs to: {place}", place=other.title))
            slot.elsewhere.show()

    def _show_kept(self) -> None:
        """What was there before this page: the window's language was changed, or the officer came back."""
        for field in self.registration.documents:
            if field in self.slots:
                self._show_document(field)
                self._tell_again(field)

    def _tell_again(self, field: str) -> None:
        self.background.run(
            self,
            _READING,
            lambda: self.enrollment.prefill.known(self.registration.id, field),
            partial(self._is_known, field),
            lambda _: None,  # the page itself is fetched as well, which says so
        )

    def _is_known(self, field: str, offer: Offer | None) -> None:
        if offer is not None and self._active is None:  # else something newer is said
            self._tell(field, offer)

    def _was_not_read(self, field: str, error: MusterError) -> None:
        """The document is kept all the same; typing is what everybody did before."""
        self.slots[field].tell(Said(say_error(error), "warn"))
        self._read_to_the_end(field)

    def _read_to_the_end(self, field: str) -> None:
        self._reading.discard(field)
        if self._goes_on and not self._reading:
            self._finish()

    def _call(self, field: str, offer: Offer) -> None:
        """Its kind and number, where the officer has said neither."""
        slot = self.slots[field]
        type_code = slot.type_code if slot.is_type_chosen else offer.type_code or slot.type_code
        reference = slot.reference or offer.number or None
        facts = self.registration.documents[field].facts
        if (facts.type_code, facts.reference) == (type_code, reference):
            return
        self.work(
            "store",
            lambda: self.enrollment.call_document(self.registration.id, field, type_code, reference),
            partial(self._called, field),
        )

    def _called(self, field: str, registration: Registration) -> None:
        self.registration = registration
        self.slots[field].show_facts(registration.documents[field].facts)

    def _fill(self, field: str) -> None:
        def fill() -> Offer:
            self.enrollment.prefill.fill(self.registration.id)
            return self.enrollment.prefill.read_document(self.registration.id, field)

        self.slots[field].fill.setEnabled(False)
        self.background.run(
            self, _READING, fill, partial(self._was_read, field), partial(self._was_not_read, field)
        )

    def _move(self, field: str) -> None:
        offer = self.slots[field].offered
        if offer is None:
            return
        to = offer.belongs_to
        self._busy(self.slots[field], tr("Reading …"))
        self.work(
            "store",
            lambda: self.enrollment.move_document(
                self.registration.id, field, to, offer.type_code, offer.number or None
            ),
            partial(self._moved, field, to),
        )

    def _moved(self, field: str, to: str, registration: Registration) -> None:
        self._removed(field, registration)
        self._attached(to, registration)

    def _fetch(self, field: str) -> None:
        number = self.slots[field].booking
        self.slots[field].fetch.setEnabled(False)
        self.slots[field].tell(Said(tr("Fetching …")))
        self.background.run(
            self,
            "network",
            lambda: self._take_booking(self.registration.id, number),
            partial(self._fetched, field),
            partial(self._not_fetched, field),
        )

    def _fetched(self, field: str, taken: Prefilled) -> None:
        self.registration = taken.registration
        slot = self.slots[field]
        slot.booking = ""
        slot.fetch.hide()
        filled = ", ".join(self._names.get(each, each) for each in taken.filled)
        slot.tell(Said(tr("Filled in: {fields}.", fields=filled) if filled else "", "good"))
        for each in taken.documents:
            if each in self.slots:
                self._show_document(each)
        self.changed.emit()

    def _not_fetched(self, field: str, error: MusterError) -> None:
        self.slots[field].fetch.setEnabled(True)
        self.slots[field].tell(Said(say_error(error), "warn"))

    def _read_chip(self, field: str) -> None:
        slot = self.slots[field]
        self._busy(slot, tr("Lay the document on the chip reader …"), clears=False)
        slot.tell(Said())
        self._cancel = cancel = Event()
        self.stop.show()
        digits = slot.digits.text()
        self.background.run(
            self,
            "devices",
            lambda: self.enrollment.prefill.read_chip(self.registration.id, field, cancel, access_number=digits),
            partial(self._chip_was_read, field),
            partial(self._chip_was_not_read, field),
        )

    def _chip_was_read(self, field: str, found: ChipOffer) -> None:
        slot = self.slots[field]
        self.registration = found.offer.registration
        self._idle()
        slot.show_again()
        slot.ask_digits(asked=False)
        slot.offer(found.offer)
        slot.tell(said_of_chip(found, self._names))
        self.next.setFocus()
        self.changed.emit()

    def _chip_was_not_read(self, field: str, error: MusterError) -> None:
        """Where nothing opens it, the six digits are asked for, and only then."""
        slot = self.slots[field]
        self._idle()
        slot.show_again()
        slot.tell(Said(say_error(error), "warn"))
        asked = error.code is CHIP_NOT_OPENED or bool(slot.digits.text())
        slot.ask_digits(asked=asked)
        (slot.digits if asked else slot.chip).setFocus()

    def _look(self) -> None:
        """Through the camera, shown in the first place that is still empty."""
        field = next((each for each, slot in self.slots.items() if not slot.is_filled), next(iter(self.slots)))
        self._busy(self.slots[field], tr("Hold it before the camera …"))
        self._cancel = cancel = Event()
        self._live = LiveFrames()
        mailbox = self._live.mailbox
        self._timer.start()
        self.stop.show()
        self.background.run(
            self,
            "devices",
            lambda: self.enrollment.prefill.read_from_camera(self.registration.id, cancel, mailbox.put),
            partial(self._was_seen, field),
            self.fail,
        )

    def _was_seen(self, field: str, offer: Offer) -> None:
        slot = self.slots[field]
        self.registration = offer.registration
        self._idle()
        slot.show_again()
        slot.offer(offer)
        slot.tell(said_of(offer, self._names))
        (slot.fetch if offer.booking else self.next).setFocus()
        self.changed.emit()

    def _choose(self, field: str) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self,
            tr("Choose a picture for each page"),
            "",
            tr("Pictures") + " (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.pdf)",
        )
        if names:
            self.attach_file(field, *map(Path, names))

    def attach_file(self, field: str, *paths: Path) -> None:
        """A page each, in place of the one that is shown."""
        slot = self.slots[field]
        self._busy(slot, tr("Reading …"))
        type_code, reference, page = slot.type_code, slot.reference, slot.shown
        self.work(
            "store",
            lambda: self.enrollment.attach_document(
                self.registration.id, field, type_code, reference, *map(read_file, paths), page=page
            ),
            partial(self._attached, field),
        )

    def _remove(self, field: str) -> None:
        self.work(
            "store",
            lambda: self.enrollment.remove_document(self.registration.id, field),
            partial(self._removed, field),
        )

    def _drop_page(self, field: str) -> None:
        page = self.slots[field].shown
        self.work(
            "store",
            lambda: self.enrollment.remove_document_page(self.registration.id, field, page),
            partial(self._removed, field),
        )

    def _turn(self, field: str, pages: int) -> None:
        slot = self.slots[field]
        slot.shown = max(0, min(slot.shown + pages, slot.count - 1))
        self._show_document(field)

    def _shrink(self, field: str) -> None:
        slot = self.slots[field]
        self._busy(slot, tr("Making it smaller …"))
        self.work(
            "store",
            lambda: self.enrollment.make_document_smaller(self.registration.id, field),
            partial(self._shrunk, field),
        )

    def _shrunk(self, field: str, shrunk: Shrunk) -> None:
        self.registration = shrunk.registration
        self._idle()
        self._show_document(field)
        self._show_size()
        self.next.setFocus()
        self.changed.emit()
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

    def _busy(self, slot: _Slot, words: str, *, clears: bool = True) -> None:
        self.note.clear()
        self._goes_on = False
        if clears:
            slot.tell(Said())
            slot.offer(None)
        self._active = slot
        slot.picture.say(words)
        for each in self.slots.values():
            each.set_busy(busy=True)
        for button_ in (self.next, self.camera):
            button_.setEnabled(False)

    def _idle(self) -> None:
        self._timer.stop()
        self.stop.hide()
        for each in self.slots.values():
            each.set_busy(busy=False)
        for button_ in (self.next, self.camera):
            button_.setEnabled(True)

    def _attached(self, field: str, registration: Registration) -> None:
        self.registration = registration
        self._idle()
        self._show_document(field)
        self._show_size()
        self._read(field)
        self.next.setFocus()
        self.changed.emit()

    def _removed(self, field: str, registration: Registration) -> None:
        self.registration = registration
        slot = self.slots[field]
        if field in registration.documents:
            slot.shown = max(0, min(slot.shown, slot.count - 2))
            self._show_document(field)
        else:
            slot.shown = 0
            slot.show_page(None)
            slot.tell(Said())
            slot.offer(None)
        self._show_size()
        self.changed.emit()

    def _show_document(self, field: str) -> None:
        slot = self.slots[field]
        page = slot.shown
        slot.show_facts(self.registration.documents[field].facts)
        self.work(
            "store",
            lambda: self.enrollment.document_page(self.registration.id, field, page, enough_px=_PAGE_PX),
            partial(self._show_page, field, page),
        )

    def _show_page(self, field: str, page: int, shown: DocumentPage) -> None:
        slot = self.slots[field]
        slot.show_page(shown)

        def judged(findings: tuple[Finding, ...]) -> None:
            if slot.is_filled and slot.shown == page:  # not taken away or turned meanwhile
                slot.show_findings(findings)

        # In turn with reading it: two lanes at one page would keep the window waiting.
        judge = partial(self.enrollment.document_findings, self.registration.id, field, page)
        self.background.run(self, _READING, judge, judged, lambda error: None)

    def fail(self, error: MusterError) -> None:
        super().fail(error)
        self._idle()
        for slot in self.slots.values():
            slot.show_again()
        if self._active is not None:
            self._active.scan.setFocus()

    def _finish(self) -> None:
        if self._reading and not self._goes_on and not self.registration.demographics_entered:
            self._goes_on = True  # a second press goes on at once
            self.note.say(tr("Still reading what the document says …"))
            return
        self._goes_on = False
        self.work("store", lambda: self.enrollment.finish_documents(self.registration.id), self._finished)

    def _finished(self, missing: tuple[Finding, ...]) -> None:
        self.note.clear()
        if not missing:
            self.completed.emit()
            return
        slot = self.slots.get(missing[0].field)
        words = say_finding(missing[0])
        self.note.say(f"{slot.title}: {words}" if slot else words, "bad")
        (slot or next(iter(self.slots.values()))).scan.setFocus()


class _Slot(Card):
    """One place for a document. Of its ``count`` pages, counted from 0, one is ``shown``."""

    def __init__(self, slot: DocumentSlot, language: str) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(18)
        left = QVBoxLayout()
        star = " *" if slot.required else ""
        self.required = slot.required
        self.types = slot.types
        self.is_type_chosen = self.has_chip = False
        self.booking = ""
        self.offered: Offer | None = None
        self.title = label_in(slot.labels, language, slot.field)
        left.addWidget(label(self.title + star, "section"))
        self._types = Choice(tr("Kind of document"))
        for choice in slot.types:
            self._types.addItem(label_in(choice.labels, language, choice.code), choice.code)
        self._types.activated.connect(self._type_chosen)
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
        self.chip = button(tr("Read the chip"))
        for each in (self.scan, self.chip, self.choose, self.remove):
            buttons.addWidget(each)
        buttons.addStretch(1)
        self.warning, self.told = Note(), Note()
        left.addWidget(self.warning)
        left.addWidget(self.told)
        left.addLayout(self._after_reading())
        left.addStretch(1)
        left.addLayout(buttons)
        row.addLayout(left, 1)
        self._empty = tr("No page yet")
        self.picture = PictureView(self._empty, QSize(300, 150))
        right = QVBoxLayout()
        right.addWidget(self.picture, 1)
        right.addLayout(self._pager())
        row.addLayout(right, 1)
        self.column.addLayout(row)
        self.shown = self.count = 0
        self._may_shrink = False
        self._page: DocumentPage | None = None
        self.show_page(None)

    def _after_reading(self) -> QHBoxLayout:
        """What can be done with what it says; nothing of it is there before there is something to do."""
        row = QHBoxLayout()
        self.fill, self.fetch = button(""), button(tr("Fetch the pre-registration"))
        self.digits = QLineEdit()
        self.digits.setAccessibleName(tr("The six digits on the front"))
        self.digits.setPlaceholderText(tr("Six digits"))
        self.digits.setMaxLength(_DIGITS)
        self.digits.setFixedWidth(_DIGITS_WIDTH)
        self.digits.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.elsewhere = button("")
        for each in (self.fill, self.fetch, self.elsewhere, self.digits):
            each.hide()
            row.addWidget(each)
        row.addStretch(1)
        return row

    def _type_chosen(self, _: int) -> None:
        self.is_type_chosen = True

    def tell(self, said: Said) -> None:
        """What reading it came to."""
        self.told.say(said.words, said.tone)

    def offer(self, offer: Offer | None) -> None:
        """What is left to be done with what it says."""
        fillable = len(offer.fillable) if offer else 0
        self.booking = offer.booking if offer else ""
        self.fill.setText(tr("Fill in {count} details", count=fillable))
        self.fill.setVisible(fillable > 0)
        self.fill.setEnabled(True)
        self.fetch.setVisible(bool(self.booking))
        self.fetch.setEnabled(True)
        self.offered = offer
        self.elsewhere.hide()

    def ask_digits(self, *, asked: bool) -> None:
        self.digits.setVisible(asked)
        if not asked:
            self.digits.clear()

    def _pager(self) -> QVBoxLayout:
        """What is done with the pages above: in two rows, since one would be too wide in some languages."""
        pager, turning, adding = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        arrows = ("›", "‹") if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else ("‹", "›")
        self.back, self.forth = map(button, arrows)
        self.drop, self.shrink = button(tr("Remove this page")), button(tr("Make smaller"))
        self.more = button(tr("Add a page"))
        self.back.setAccessibleName(tr("Page before"))
        self.forth.setAccessibleName(tr("Next page"))
        self.place = label("", wrap=False)
        for each in (self.back, self.place, self.forth):
            turning.addWidget(each)
        turning.addStretch(1)
        turning.addWidget(self.drop)
        adding.addStretch(1)
        adding.addWidget(self.shrink)
        adding.addWidget(self.more)
        pager.addLayout(turning)
        pager.addLayout(adding)
        return pager

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return self.scan, self.chip, self.choose, self.remove, self.shrink, self.drop, self.more

    @property
    def is_filled(self) -> bool:
        return self.count > 0

    @property
    def type_code(self) -> str:
        return str(self._types.currentData())

    @property
    def reference(self) -> str | None:
        return self._reference.text().strip() or None

    def show_facts(self, facts: DocumentFacts) -> None:
        self._types.setCurrentIndex(max(0, self._types.findData(facts.type_code)))
        self._reference.setText(facts.reference or "")

    def show_page(self, page: DocumentPage | None) -> None:
        self._page = page
        self.count = page.of if page else 0
        self.warning.clear()
        if page is None:
            self.picture.say(self._empty)
        elif page.pixels is None:
            self.picture.say(tr("A PDF that is kept as it was shared; it cannot be shown here."))
        else:
            self.picture.show_pixels(page.pixels)
        several = self.count > 1
        self.more.setVisible(self.is_filled)
        self.remove.setVisible(self.is_filled)
        self.shrink.setVisible(self.is_filled and self._may_shrink)
        self.chip.setVisible(self.is_filled and self.has_chip)
        self.scan.setText(tr("Scan again") if self.is_filled else tr("Scan"))
        self.place.setText(tr("Page {number} of {count}", number=self.shown + 1, count=self.count))
        for each in (self.back, self.place, self.forth, self.drop):
            each.setVisible(several)
        self._let_turn()

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
        for each in (*self._buttons, self.back, self.forth):
            each.setEnabled(not busy)
        if not busy:
            self._let_turn()

    def _let_turn(self) -> None:
        self.back.setEnabled(self.shown > 0)
        self.forth.setEnabled(self.shown < self.count - 1)
