"""An invented person enrolled at the real window, over and over, with a stopwatch: for ``muster bench window`` and
for whoever looks whether the window stays quick and small.

Works without a display, on a demo station in a temporary folder, with the simulated devices.

    python -m muster.ui.timed_run [--count N]   one line of JSON for each registration

``MUSTER_SIMULATED_SPEED`` says how fast the person is: 1 is a person's pace.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import shiboken6
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from muster import processes
from muster.clock import utc_now
from muster.domain.applicant import LocalizedText
from muster.errors import Code, DeviceUnavailable
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.bare_loop import BareLoop
from muster.ui.capture.page import CapturePage
from muster.ui.language import WINDOW_LANGUAGES, Languages
from muster.ui.loop_watch import Blocked, LoopWatch
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.proofing import ProofingPage
from muster.ui.wizard.signature import SignaturePage
from muster.ui.wizard.wizard import Wizard
from muster.workstation.demo import demo_script
from muster.workstation.lanes import Lanes

TIMED_RUN_STUCK = Code("TIMED_RUN_STUCK", "The timed run waited in vain for a screen: {screen}.")

_PATIENCE_MS = 120_000
_LOOK_MS = 2
_TYPED_S = 3.0
_KEY_S = 0.1  # of a password that is typed fast
_MIB = 1024 * 1024
_WAY = "document"  # of the demo's proof of identity


@dataclass(frozen=True, slots=True)
class Timed:
    """One registration. ``bare_ms`` is how long a loop in which nothing happens was blocked meanwhile;
    ``next_ready_ms`` runs from the officer's signature to the next person's first page; ``resident_mib`` is what
    this process held then, ``started_mib`` what those did that it started (what judges fingers, drivers, the
    demo's receiver); 0 where the system does not tell."""

    number: int
    blocked: Blocked
    bare_ms: float
    next_ready_ms: float
    resident_mib: float
    started_mib: float


class TimedRun:
    """Presses what an officer presses, each time as soon as it can be, types passwords key by key, and lets the
    loop go round in between."""

    def __init__(self, session: Session, lanes: Lanes) -> None:
        self._session = session
        self.window = _window(session, lanes)
        self.watch = LoopWatch()
        self._turn = QEventLoop()
        # One for all: each ``singleShot`` leaves a few octets behind, some three hundred times a second.
        self._over = QTimer()
        self._over.setSingleShot(True)
        self._over.timeout.connect(self._turn.quit)

    def registrations(self, count: int) -> Iterator[Timed]:
        with closing(BareLoop()) as bare:
            self.watch.take()  # to start that took its time
            self.sign_in()
            self._press(self._on(HomePage).start)
            for number in range(1, count + 1):
                self._up_to_signature()
                began = time.monotonic()
                self._press(self._on(SignaturePage).sign)
                self._press(self._on(ReceiptPage).another)
                self._on(ConsentPage)
                took_ms = (time.monotonic() - began) * 1000
                blocked = self.watch.take()
                yield Timed(number, blocked, bare.take_ms(), took_ms, resident_mib(), started_mib(bare.pid))
                self.watch.take()  # what telling took is none of the window's

    def sign_in(self) -> None:
        """A demo's password stands there; as long as anybody else's takes to be typed, what a desk needs is loaded
        behind the page."""
        self.let_be(_TYPED_S)
        self._press(self._on(SignInPage).sign_in)
        self._on(HomePage)

    def start_capture(self) -> None:
        """From home up to a device that looks for the person."""
        self._press(self._on(HomePage).start)
        self._up_to_capture()
        self._press(self._on(CapturePage).start)

    def let_be(self, for_s: float) -> None:
        """Nobody presses anything."""
        self._over.start(round(for_s * 1000))
        self._turn.exec()

    def close(self) -> None:
        self.watch.stop()
        self.window.close()
        shiboken6.delete(self.window)

    def _up_to_signature(self) -> None:
        self._up_to_capture()
        self._press(self._on(CapturePage).start)
        self._press(self._on(PreviewPage).confirm)
        page = self._on(SignaturePage)
        credentials = self._session.station().demo_credentials()
        assert credentials is not None
        self._type(page.password, credentials[0][1])

    def _up_to_capture(self) -> None:
        self._press(self._on(ConsentPage).agree)
        self._fill_form(self._on(DemographicsPage))
        self._press(self._on(DemographicsPage).next)
        documents = self._on(DocumentsPage)
        slot = next(iter(documents.slots.values()))
        self._press(slot.scan)
        self._until("a scanned page", lambda: slot.is_filled)
        self._press(documents.next)
        proofing = self._on(ProofingPage)
        self._until("the ways", lambda: _WAY in proofing.offers)
        self._press(proofing.offers[_WAY])
        self._until("what is asked", lambda: _WAY in proofing.forms)
        pressed = proofing.forms[_WAY].go
        assert pressed is not None
        self._press(pressed)
        self._on(CapturePage)

    def _fill_form(self, page: DemographicsPage) -> None:
        for name, value in demo_script().demographics.items():
            if name in page.lists:
                box = page.lists[name]
                box.setCurrentIndex(box.findData(value))
                box.activated.emit(box.currentIndex())
                self._breathe()
                continue
            for language, text in value.values if isinstance(value, LocalizedText) else (("", value),):
                if (name, language) in page.boxes:
                    page.boxes[name, language].setText(text)
                    page.boxes[name, language].textEdited.emit(text)
                    self._breathe()

    def _type(self, box: QLineEdit, text: str) -> None:
        for end in range(1, len(text) + 1):
            box.setText(text[:end])
            box.textEdited.emit(text[:end])
            self.let_be(_KEY_S)

    def _press(self, pressed: QAbstractButton) -> None:
        self._until(pressed.text(), pressed.isEnabled)
        self.window.idle.touched()  # no event of a mouse comes: after a quarter of an hour the screen would lock
        pressed.click()
        self._breathe()

    def _on(self, kind):  # type: ignore[no-untyped-def]
        """The window's page or the wizard's, once it is of ``kind``."""

        def here() -> object:
            page = self.window.page
            return page.page if isinstance(page, Wizard) else page

        self._until(kind.__name__, lambda: isinstance(here(), kind))
        return here()

    def _breathe(self) -> None:
        """One turn of the loop: what two presses take is not taken for one."""
        self.let_be(_LOOK_MS / 1000)

    def _until(self, screen: str, ready: Callable[[], bool]) -> None:
        deadline = QDeadlineTimer(_PATIENCE_MS)
        while not ready():
            if deadline.hasExpired():
                raise DeviceUnavailable(TIMED_RUN_STUCK, screen=screen)
            self._breathe()


def resident_mib() -> float:
    """What this process holds in memory. Linux tells; nowhere else is it asked."""
    return processes.held(os.getpid()) / _MIB


def started_mib(*beside: int) -> float:
    """The same of the processes that this one started, ``beside`` which by their numbers do not count."""
    return sum(map(processes.held, set(processes.started_by(os.getpid())).difference(beside))) / _MIB


def _window(session: Session, lanes: Lanes) -> MainWindow:
    languages = Languages(prepared_application())
    languages.use(WINDOW_LANGUAGES[0])
    window = MainWindow(session, Background(lanes), languages)
    window.show()
    return window


@contextmanager
def timed_run() -> Iterator[TimedRun]:
    prepared_application()
    with tempfile.TemporaryDirectory() as data, Lanes() as lanes:
        session = Session(Path(data) / "station", utc_now)
        try:
            session.create_demo()
            made = TimedRun(session, lanes)
            try:
                yield made
            finally:
                made.close()
        finally:
            session.close()


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    told = argparse.ArgumentParser(description="Enroll an invented person at the window, with a stopwatch.")
    told.add_argument("--count", type=int, default=1, help="Registrations, one after the other.")
    asked = told.parse_args()
    with timed_run() as run:
        for each in run.registrations(asked.count):
            print(json.dumps(asdict(each)), flush=True)  # noqa: T201 - that is what it is for
    return 0


if __name__ == "__main__":
    sys.exit(main())
