"""The real window, offscreen, on a station in a temporary folder with the simulated devices."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.registration import Process, Step
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.capture.lane_presenter import Choice
from muster.ui.capture.page import CapturePage
from muster.ui.language import WINDOW_LANGUAGES, Languages
from muster.ui.pages.home import HomePage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.proofing import ProofingPage
from muster.ui.wizard.signature import SignaturePage
from muster.ui.wizard.wizard import Wizard
from muster.workstation import policy
from muster.workstation.capture_lane import is_capture
from muster.workstation.demo import demo_script
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.lanes import Lanes
from muster.workstation.script import Script, ScriptedEnrollment
from receivers import forget

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PATIENCE_MS = 60_000  # beside other work; who is not waited for costs nothing
_SHIPPED_RULES = policy._QUALITY_RULES


class Driver:
    """Presses what an officer presses and waits for what an officer waits for."""

    def __init__(self, qtbot: QtBot, session: Session, lanes: Lanes) -> None:
        application = prepared_application()
        self.languages = Languages(application)
        self.languages.use(WINDOW_LANGUAGES[0])
        self.session = session
        self.window = MainWindow(session, Background(lanes), self.languages)
        self._qtbot = qtbot
        self.clicks = 0
        qtbot.addWidget(self.window)
        self.window.show()

    def until(self, ready: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(ready, timeout=PATIENCE_MS)

    def click(self, pressed: QWidget) -> None:
        self.until(pressed.isEnabled)
        self.clicks += 1
        self._qtbot.mouseClick(pressed, Qt.MouseButton.LeftButton)

    def type(self, box: QLineEdit, text: str) -> None:
        if text.isascii():
            self._qtbot.keyClicks(box, text)
        else:  # Qt's test library has keys for ASCII only, and aborts on the rest
            box.setText(text)
            box.textEdited.emit(text)

    @property
    def receiver_folder(self) -> Path:
        """Where the receiver keeps what it got: beside the station that this one is a copy of."""
        assert self.session._receiver is not None
        return self.session._receiver._folder.receiver

    @property
    def wizard(self) -> Wizard:
        assert isinstance(self.window.page, Wizard)
        return self.window.page

    @property
    def _laid(self) -> QWidget | None:
        """The wizard's page; None while the one that comes next is made, which takes turns of the event loop."""
        wizard = self.window.page
        return wizard.page if isinstance(wizard, Wizard) and wizard.isEnabled() else None

    def on(self, kind):  # type: ignore[no-untyped-def]
        """The window's page or the wizard's, once it is of ``kind``."""

        def here() -> QWidget | None:
            return next((each for each in (self.window.page, self._laid) if isinstance(each, kind)), None)

        self.until(lambda: here() is not None)
        return here()

    def at(self, step: Step) -> None:
        self.until(lambda: self._laid is not None and self.wizard.step is step)

    def sign_in(self) -> None:
        self.click(self.on(SignInPage).sign_in)
        self.on(HomePage)

    def start(self) -> None:
        self.click(self.on(HomePage).start)
        self.on(ConsentPage)

    def open_at(self, step: Step) -> None:
        """Sign in and open a registration whose steps before ``step`` were played from the demo's script."""
        self.sign_in()
        desk, credentials = self.session.desk, self.session.station().demo_credentials()
        assert desk is not None and credentials is not None
        before = (plan := desk.enrollment.plan(Process.NEW))[plan.index(step) - 1]
        played = ScriptedEnrollment(desk.enrollment, demo_script(), credentials[0][1]).run(stop_after=before)
        self.window.open(played.registration)
        self.at(step)

    def to_sign(self) -> SignaturePage:
        """The page to sign on, with what a supervisor has to confirm confirmed: a demo's password is filled in."""
        page = self.on(SignaturePage)
        assert isinstance(page, SignaturePage)
        if page.confirmation is not None:
            self.click(page.confirmation.confirm)
            self.until(page.password.isEnabled)
        return page

    def fill_form(self, script: Script | None = None) -> None:
        page = self.on(DemographicsPage)
        for name, value in (script or demo_script()).demographics.items():
            if name in page.lists:
                box = page.lists[name]
                box.setCurrentIndex(box.findData(value))
                box.activated.emit(box.currentIndex())
            elif isinstance(value, str):
                self.type(page.boxes[name, ""], value)
            else:
                for language, text in value.values:
                    page.boxes[name, language].clear()
                    self.type(page.boxes[name, language], text)

    def walk_to(self, step: Step) -> None:
        """Do every step before ``step``, by clicking."""
        while self.wizard.step is not step:
            here = self.wizard.step
            if is_capture(here):
                self.take(step)
                continue
            self._do(here)
            self.until(lambda here=here: self.wizard.step is not here)  # type: ignore[misc]

    def take(self, target: Step | None = None) -> None:
        """Start the captures; they stand still before ``target``, or go on to the end."""
        page = self.on(CapturePage)
        photo = page.choices[Choice.TAKE]

        def pause_at(step: Step) -> None:
            if step is target:
                page.pause.click()

        def is_over() -> bool:
            return self.wizard.page is not page or (page.step is target and not page.presenter.is_under_way)

        page.step_changed.connect(pause_at)
        self.click(page.start)
        while not is_over() and not photo.isVisible():  # patience for each placement, not for all together
            here = page.step, page.presenter.doing
            self.until(
                lambda here=here: (  # type: ignore[misc]
                    is_over() or photo.isVisible() or (page.step, page.presenter.doing) != here
                )
            )
        if not is_over():
            self.click(photo)
            self.until(is_over)

    def _do(self, step: Step) -> None:
        if step is Step.CONSENT:
            self.click(self.on(ConsentPage).agree)
        elif step is Step.DEMOGRAPHICS:
            self.fill_form()
            self.click(self.on(DemographicsPage).next)
        elif step is Step.DOCUMENTS:
            page = self.on(DocumentsPage)
            first = next(iter(page.slots.values()))
            self.click(first.scan)
            self.until(lambda: first.is_filled)
            self.click(page.next)
        elif step is Step.PROOFING:
            proofing = self.on(ProofingPage)
            self.until(lambda: "document" in proofing.offers)
            self.click(proofing.offers["document"])
            self.until(lambda: "document" in proofing.forms)
            self.click(proofing.forms["document"].go)


@pytest.fixture(autouse=True, scope="module")
def in_english(qapp: QApplication) -> Iterator[None]:
    """The language that the last test of a file chose is not the one the next file begins with."""
    yield
    for each in qapp.findChildren(QTranslator):
        qapp.removeTranslator(each)
        each.deleteLater()
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture(autouse=True)
def quick_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "50")
    monkeypatch.delenv("MUSTER_SIMULATED_FAULTS", raising=False)
    monkeypatch.setattr("muster.ui.capture.lane_runner.ADVANCE_AFTER_MS", 20)
    monkeypatch.setattr("muster.ui.capture.lane_runner.RETRY_AFTER_MS", 20)
    monkeypatch.setattr("muster.ui.capture.page._SAID_AFTER_MS", 0)
    monkeypatch.setattr("muster.ui.wizard.proofing.ADVANCE_AFTER_MS", 20)
    monkeypatch.setattr("muster.ui.finishing.AFTER_MS", 0)
    monkeypatch.setattr("muster.ui.pages.receipt.SLIP_AFTER_MS", 0)
    # Ten fingers take the station three seconds: only where a test is about that (``judging``).
    monkeypatch.setattr(policy, "_QUALITY_RULES", policy.UNJUDGED)


@pytest.fixture
def judging(quick_devices: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fingers and eyes are judged by the station, as they are where nobody decided otherwise."""
    monkeypatch.setattr(policy, "_QUALITY_RULES", _SHIPPED_RULES)


@pytest.fixture
def session(tmp_path: Path, qapp: QApplication) -> Iterator[Session]:
    """Nobody has used this station yet."""
    made = Session(tmp_path / "station", utc_now)
    yield made
    made.close()


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    with Lanes() as made:
        yield made


class _SharedReceiver(EmbeddedReceiver):
    """One process for the stations of many tests: copies of one station, so that it knows each of them."""

    def close(self) -> None:
        """Others go on with it."""

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session")
def demo_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, _SharedReceiver]]:
    """A demo station nobody has worked at, and its receiver. Only to be copied."""
    root = tmp_path_factory.mktemp("demo") / "station"
    station = Session(root, utc_now).create_demo()
    receiver = _SharedReceiver(station.folder, station.identity)
    receiver.url()  # from here on the station's folder holds the server's key, and so does every copy
    yield root, receiver
    receiver.end()


@pytest.fixture
def driver(qtbot: QtBot, session: Session, lanes: Lanes, demo_station: tuple[Path, _SharedReceiver]) -> Driver:
    """The window on a demo station, at the sign-in page; the receiver knows nothing of it yet."""
    root, receiver = demo_station
    shutil.copytree(root, session.data)
    forget(root / "receiver")
    session._receiver = receiver
    return Driver(qtbot, session, lanes)
