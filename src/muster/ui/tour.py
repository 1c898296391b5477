"""A walk through every screen, taking pictures: for the README, for translators, for whoever reviews the look.

Drives the real window on a demo station in a temporary folder, with the simulated devices and the embedded
receiver, pressing the buttons an officer presses. Works without a display.

    python -m muster.ui.tour FOLDER [--all]      every language and two sizes with --all
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import shiboken6
from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from muster.clock import utc_now
from muster.domain.biometrics import BiometricAttribute, CaptureGroup, ExceptionKind
from muster.domain.registration import Process, Step
from muster.errors import Code, DeviceUnavailable
from muster.ui.administration.page import AdministrationPage
from muster.ui.appearance import Scheme
from muster.ui.application import prepared_application
from muster.ui.audit.page import TrailPage
from muster.ui.background import Background
from muster.ui.capture.lane_presenter import Choice, Doing
from muster.ui.capture.page import CapturePage
from muster.ui.dashboard.page import FiguresPage
from muster.ui.evidence.page import EvidencePage
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage
from muster.ui.pages.connections import ConnectionsPage
from muster.ui.pages.devices import DevicesPage
from muster.ui.pages.first_start import FirstStartPage
from muster.ui.pages.home import HomePage
from muster.ui.pages.my_sign_in import MySignInPage
from muster.ui.pages.people import PeoplePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.person.views import AskView
from muster.ui.proofing.policy_page import PolicyPage
from muster.ui.review.page import ReviewPage
from muster.ui.session import Session
from muster.ui.widgets.picture import image_of
from muster.ui.window import MainWindow
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.introducer import IntroducerPage
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.proofing import ProofingPage
from muster.ui.wizard.signature import SignaturePage
from muster.ui.wizard.wizard import Wizard
from muster.workstation.demo import demo_script
from muster.workstation.lanes import Lanes
from muster.workstation.proofing_play import Played

TOUR_STUCK = Code("TOUR_STUCK", "The tour waited in vain for a screen: {screen}.")

USUAL_SIZE = (1366, 768)
SIZES = (USUAL_SIZE, (1920, 1080))
_PATIENCE_MS = 60_000  # a hand is judged in seconds, on a busy machine in many

Size = tuple[int, int]


def run(
    folder: Path,
    on_picture: Callable[[Path], None] = lambda path: None,
    *,
    languages: Iterable[WindowLanguage] = WINDOW_LANGUAGES[:1],
    sizes: Iterable[Size] = (USUAL_SIZE,),
    scheme: Scheme = Scheme.SYSTEM,
) -> list[Path]:
    """Take a picture of every screen into ``folder``; returns the files in order."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("MUSTER_SIMULATED_SPEED", "20")
    application = prepared_application()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, Lanes() as lanes:
        session = Session(Path(data) / "station", utc_now)
        try:
            tour = _Tour(application, session, lanes, folder, on_picture, tuple(languages), tuple(sizes), scheme)
            tour.walk()
        finally:
            session.close()
    return tour.pictures


class _Tour:
    def __init__(
        self,
        application: QApplication,
        session: Session,
        lanes: Lanes,
        folder: Path,
        on_picture: Callable[[Path], None],
        languages: tuple[WindowLanguage, ...],
        sizes: tuple[Size, ...],
        scheme: Scheme,
    ) -> None:
        self._session = session
        self._languages_shown = languages
        self._sizes = sizes
        self._scheme = scheme
        self._folder = folder
        self._on_picture = on_picture
        self._languages = Languages(application)
        self._languages.use(languages[0])
        self._window = MainWindow(session, Background(lanes), self._languages)
        self._window.show()
        self.pictures: list[Path] = []

    def walk(self) -> None:
        """From the first start to the receipt."""
        self._window.looks.choose(self._scheme)
        self._picture("first-start", lambda: isinstance(self._window.page, FirstStartPage))
        self._session.create_demo()
        self._window.begin()
        self._picture("sign-in", lambda: isinstance(self._window.page, SignInPage))
        self._sign_in()
        self._enroll(self._picture)
        self._picture("receipt", self._receipt_is_filled)
        receipt = self._window.page
        assert isinstance(receipt, ReceiptPage)
        receipt.home.click()
        self._until("home again", lambda: isinstance(self._window.page, HomePage))
        self._leave_a_draft()
        self._picture("home", self._home_is_filled)
        self._devices()
        self._update()
        self._child()
        self._people()
        self._window.close()
        shiboken6.delete(self._window)

    def _devices(self) -> None:
        """One of them tested."""
        self._window.devices()
        self._picture("devices", self._device_is_tested)
        self._window.home()
        self._until("home", self._home_is_filled)

    def _device_is_tested(self) -> bool:
        page = self._window.page
        if not isinstance(page, DevicesPage) or not page.tests:
            return False
        if not page.tested and page.test_about.isVisible():
            page.tests["simulated-camera"].click()
        return bool(page.tested)

    def _people(self) -> None:
        """What is not part of enrolling: the locked screen, one's own sign-in, and the people of the station."""
        self._window.my_sign_in()
        self._picture("my-sign-in", self._authenticator_is_shown)
        self._window.lock()
        self._picture_as_it_is("locked")
        self._session.sign_out()
        self._session.sign_in(*(self._session.station().demo_credentials() or ())[1])
        self._window._take_cover_off()
        self._window.people()
        self._picture("people", self._people_are_listed)
        self._supervisor()
        self._policy()

    def _supervisor(self) -> None:
        """What was registered, for review, and what happened to it."""
        assert self._session.desk is not None
        about = self._session.desk.sync.outbox()[-1].registration_id
        self._window.review()
        self._picture("review", self._case_is_shown)
        self._window.evidence(about)
        self._picture("evidence", self._evidence_is_shown)
        self._window.connections()
        self._picture("connections", self._connections_are_listed)
        self._window.trail(about)
        self._picture("trail", self._story_is_told)
        self._window.figures(own=False)
        self._picture("figures", self._figures_are_shown)
        self._window.administration({"finger_threshold": "60"})
        self._picture("administration", self._settings_are_shown)

    def _evidence_is_shown(self) -> bool:
        page = self._window.page
        return isinstance(page, EvidencePage) and page.evaluation is not None

    def _connections_are_listed(self) -> bool:
        """Those there are; a demo's configuration names none that is asked, which is said."""
        page = self._window.page
        return isinstance(page, ConnectionsPage) and (bool(page.checks) or page.note.isVisible())

    def _settings_are_shown(self) -> bool:
        page = self._window.page
        return isinstance(page, AdministrationPage) and bool(page.changes)

    def _case_is_shown(self) -> bool:
        page = self._window.page
        return isinstance(page, ReviewPage) and page.case.seen is not None

    def _story_is_told(self) -> bool:
        page = self._window.page
        return isinstance(page, TrailPage) and page.verdict is not None and page.story.story is not None

    def _figures_are_shown(self) -> bool:
        page = self._window.page
        return isinstance(page, FiguresPage) and page.figure is not None and not page.is_reading

    def _policy(self) -> None:
        """What people have to prove at this station: played, and with a fault in it."""
        self._window.policy()
        self._until("the policy", lambda: bool(self._on_policy().graph.steps))
        self._picture("policy", self._policy_is_played)
        page = self._on_policy()
        page.show_content(page.content.replace(b'"methodId": "introducer"', b'"methodId": "introduction"'))
        self._picture("policy-faults", self._faults_are_told)

    def _faults_are_told(self) -> bool:
        return self._on_policy().faults.isVisible()

    def _on_policy(self) -> PolicyPage:
        assert isinstance(self._window.page, PolicyPage)
        return self._window.page

    def _policy_is_played(self) -> bool:
        """The first way chosen, and its step begun."""
        page = self._on_policy()
        step = "$.children[0]"
        if step not in page.graph.steps:
            return False
        page.graph.choose(step)
        page.panel.outcomes[Played.WAITS].click()
        return True

    def _authenticator_is_shown(self) -> bool:
        page = self._window.page
        if isinstance(page, MySignInPage) and page.qr.isHidden():
            page.begin.click()
        return isinstance(page, MySignInPage)

    def _people_are_listed(self) -> bool:
        page = self._window.page
        return isinstance(page, PeoplePage) and bool(page.rows)

    def _picture_as_it_is(self, name: str) -> None:
        """In the language of the moment: a cover keeps its own."""
        self._pause(150)
        path = self._folder / f"{name}.png"
        self._window.grab().save(str(path))
        self.pictures.append(path)
        self._on_picture(path)

    def _update(self) -> None:
        """The other processes: a correction asks for its request, an update for the number; and two pictures of
        papers that are too much together."""
        self._picture("home-correction", self._asks_for_request)
        home = self._window.page
        assert isinstance(home, HomePage)
        home.start.click()
        self._on(ConsentPage).agree.click()
        self._fill_form()
        self._on(DemographicsPage).next.click()
        self._on(DocumentsPage)
        with tempfile.TemporaryDirectory() as folder:
            for number, field in enumerate(self._on(DocumentsPage).slots):
                path = Path(folder) / f"{number}.jpg"
                _grainy_page(path, number)
                slot = self._on(DocumentsPage).slots[field]
                self._on(DocumentsPage).attach_file(field, path)
                self._until("a large page", lambda slot=slot: slot.picture.has_picture and slot.scan.isEnabled())  # type: ignore[misc]
        self._picture("documents-too-large", self._pages_are_shown)
        next(iter(self._on(DocumentsPage).slots.values())).shrink.click()
        self._until("a smaller page", self._on(DocumentsPage).note.isVisible)
        self._picture("documents-made-smaller", self._pages_are_shown)
        slot = next(iter(self._on(DocumentsPage).slots.values()))
        slot.more.click()
        self._until("a second page", lambda: slot.count > 1 and slot.scan.isEnabled())
        self._picture("documents-of-pages", self._pages_are_shown)
        self._wizard.put_away()
        self._until("home", lambda: isinstance(self._window.page, HomePage))
        home = self._window.page
        assert isinstance(home, HomePage)
        home.processes[Process.UPDATE].click()
        self._on(ConsentPage).agree.click()
        groups = self._on(DemographicsPage).groups
        groups.toggles["Address"].click()
        self._picture("update-details", lambda: self._is_on(DemographicsPage))

    def _child(self) -> None:
        """Whoever brings a small child: which capture of them it shall be, and the lane that takes it."""
        self._wizard.put_away()
        self._until("home", lambda: isinstance(self._window.page, HomePage))
        home, desk = self._window.page, self._session.desk
        assert isinstance(home, HomePage) and desk is not None
        home.start.click()
        self._on(ConsentPage)
        name = demo_script().demographics["fullName"]
        born = f"{utc_now().year - 2}/01/02"
        desk.enrollment.keep_draft(self._wizard.registration, {"dateOfBirth": born, "introducerName": name})
        self._show_step(Step.INTRODUCER)
        self._picture("child-parent", lambda: self._is_on(IntroducerPage))
        self._picture("child-parent-thumbs", self._thumbs_are_chosen)

    def _thumbs_are_chosen(self) -> bool:
        """In another language the page is another one, and asks again."""
        if not self._is_on(IntroducerPage):
            return False
        page = self._on(IntroducerPage)
        if page.lane is None:
            page.choice.groups[CaptureGroup.THUMBS].click()
        return page.lane is not None

    def _asks_for_request(self) -> bool:
        page = self._window.page
        if not isinstance(page, HomePage):
            return False
        page.processes[Process.BIOMETRIC_CORRECTION].click()
        return page.shows_devices

    def _pages_are_shown(self) -> bool:
        page = self._on(DocumentsPage)
        return not page.is_reading and all(slot.picture.has_picture for slot in page.slots.values())

    def _sign_in(self) -> None:
        page = self._window.page
        assert isinstance(page, SignInPage)
        page.sign_in.click()
        self._until("home", lambda: isinstance(self._window.page, HomePage))
        self._window.looks.choose(self._scheme)  # what a look is belongs to whoever signed in

    def _enroll(self, picture: Callable[[str, Callable[[], bool]], None]) -> None:
        home = self._window.page
        assert isinstance(home, HomePage)
        home.start.click()
        self._on(ConsentPage)
        picture("1-consent", lambda: self._is_on(ConsentPage))
        self._person_picture("1-consent-person")
        self._on(ConsentPage).agree.click()
        self._on(DemographicsPage)
        self._fill_form()
        picture("2-details", lambda: self._is_on(DemographicsPage))
        self._on(DemographicsPage).keys.setChecked(True)
        self._picture_as_it_is("2-details-keyboard")
        self._on(DemographicsPage).keys.setChecked(False)
        self._on(DemographicsPage).next.click()
        documents = self._on(DocumentsPage)
        next(iter(documents.slots.values())).scan.click()
        self._until("a scanned page", lambda: next(iter(self._on(DocumentsPage).slots.values())).is_filled)
        first = next(iter(documents.slots.values()))
        picture("3-documents", lambda: first.picture.has_picture and not documents.is_reading)
        self._on(DocumentsPage).next.click()
        self._prove(picture)
        self._capture(picture)
        self._on(PreviewPage)
        picture("9-check", self._preview_is_filled)
        self._person_picture("9-check-person")
        self._on(PreviewPage).confirm.click()
        self._on(SignaturePage)
        picture("10-sign", lambda: self._is_on(SignaturePage))
        credentials = self._session.station().demo_credentials()
        assert credentials is not None
        confirmation = self._on(SignaturePage).confirmation
        assert confirmation is not None  # a finger is an exception
        confirmation.confirm.click()
        self._until("the supervisor's confirmation", self._on(SignaturePage).box.isEnabled)
        picture("10-sign-confirmed", lambda: self._is_on(SignaturePage))
        signature = self._on(SignaturePage)
        signature.password.setText(credentials[0][1])
        signature.sign.click()
        self._until("the receipt", lambda: isinstance(self._window.page, ReceiptPage))

    def _person_picture(self, name: str) -> None:
        """What the person has before them, in their language, whatever the officer's is."""
        window = self._window.person.window
        self._until(name, lambda: isinstance(window.view, AskView))
        for size in self._sizes:
            window.resize(*size)
            self._pause(50)
            suffix = f"-{size[0]}" if len(self._sizes) > 1 else ""
            path = self._folder / f"{name}{suffix}.png"
            window.grab().save(str(path))
            self.pictures.append(path)
            self._on_picture(path)

    def _prove(self, picture: Callable[[str, Callable[[], bool]], None]) -> None:
        """Which way, and then what that way asks for."""
        way = "document"
        self._until("the ways", lambda: way in self._on(ProofingPage).offers)
        picture("3-proof-of-identity", lambda: way in self._on(ProofingPage).offers)
        self._on(ProofingPage).offers[way].click()
        self._until("what is asked", lambda: way in self._on(ProofingPage).forms)
        picture("3-proof-compared", lambda: way in self._on(ProofingPage).forms)
        pressed = self._on(ProofingPage).forms[way].go
        assert pressed is not None
        pressed.click()

    def _fill_form(self) -> None:
        """Type the demo person into the real boxes and choose from the real lists."""
        page = self._on(DemographicsPage)
        for name, value in demo_script().demographics.items():
            if name in page.lists:
                box = page.lists[name]
                box.setCurrentIndex(box.findData(value))
                box.activated.emit(box.currentIndex())
            elif isinstance(value, str):
                page.boxes[name, ""].setText(value)
                page.boxes[name, ""].textEdited.emit(value)
            else:
                for language, text in value.values:
                    if (name, language) in page.boxes:
                        page.boxes[name, language].setText(text)
                        page.boxes[name, language].textEdited.emit(text)

    def _capture(self, picture: Callable[[str, Callable[[], bool]], None]) -> None:
        """The lane before it starts, with a finger marked, at a good face, back at a hand, and at the photo."""
        self._on(CapturePage)
        picture("4-captures", lambda: self._is_on(CapturePage))
        self._mark_exception()
        picture("4-cannot-be-captured", self._asks_for_exceptions)
        self._pause_before(Step.LEFT_SLAP)
        self._stand_at(Step.FACE)
        picture("4-face", lambda: self._on(CapturePage).has_picture)
        self._stand_at(Step.LEFT_SLAP)
        self._pause_before(Step.EXCEPTION_PHOTO)
        self._stand_at(Step.LEFT_SLAP)
        picture("5-left-hand", lambda: self._on(CapturePage).has_picture)
        self._stand_at(Step.EXCEPTION_PHOTO)
        picture("8-exception-photo", self._photo_is_offered)
        self._until("a photo", self._photo_is_offered)
        self._on(CapturePage).choices[Choice.TAKE].click()

    def _mark_exception(self) -> None:
        page = self._on(CapturePage)
        page.enrollment.mark_exception(
            page.registration.id, BiometricAttribute.LEFT_LITTLE, ExceptionKind.PERMANENT, "Finger missing"
        )
        self._show_step(Step.FACE)

    def _asks_for_exceptions(self) -> bool:
        page = self._on(CapturePage)
        if not page.side.is_asking:
            page.side.map.pointed.emit(BiometricAttribute.LEFT_LITTLE)
        return bool(page.side.is_asking)

    def _pause_before(self, step: Step) -> None:
        """Go on with the captures as far as there."""
        page = self._on(CapturePage)
        page.side.close_question()

        def pause_at(there: Step) -> None:
            if there is step:
                page.pause.click()

        page.step_changed.connect(pause_at)
        page.start.click()
        self._until(step.value, lambda: page.step is step and not page.presenter.is_under_way)

    def _stand_at(self, step: Step) -> None:
        if self._on(CapturePage).step is not step:
            self._on(CapturePage).strip.tiles[step].click()

    def _photo_is_offered(self) -> bool:
        page = self._on(CapturePage)
        if page.presenter.doing is Doing.RESTING:
            page.start.click()
        return bool(page.choices[Choice.TAKE].isVisible())

    def _leave_a_draft(self) -> None:
        home = self._window.page
        assert isinstance(home, HomePage)
        home.start.click()
        self._on(ConsentPage).agree.click()
        self._on(DemographicsPage)
        self._fill_form()
        self._wizard.put_away()
        self._until("home", lambda: isinstance(self._window.page, HomePage))
        self._pause(300)
        self._window.begin()

    def _show_step(self, step: Step) -> None:
        before = self._wizard.page
        self._wizard.show_step(step)
        self._until(step.value, lambda: self._wizard.page is not before)

    @property
    def _wizard(self) -> Wizard:
        assert isinstance(self._window.page, Wizard)
        return self._window.page

    def _step_is(self, step: Step) -> bool:
        return isinstance(self._window.page, Wizard) and self._window.page.step is step

    def _is_on(self, kind: type) -> bool:
        return isinstance(self._window.page, Wizard) and isinstance(self._window.page.page, kind)

    def _on(self, kind):  # type: ignore[no-untyped-def]
        """The wizard's page, once it is one of ``kind``."""
        self._until(kind.__name__, lambda: self._is_on(kind))
        return self._wizard.page

    def _preview_is_filled(self) -> bool:
        page = self._on(PreviewPage)
        photo = [page.photo] if page.photo else []
        return all(view.has_picture for view in (*page.pictures.values(), *photo))

    def _receipt_is_filled(self) -> bool:
        page = self._window.page
        return isinstance(page, ReceiptPage) and page.slip.has_picture and page.sent.receipt is not None

    def _home_is_filled(self) -> bool:
        return isinstance(self._window.page, HomePage) and self._window.page.shows_devices

    def _picture(self, name: str, ready: Callable[[], bool]) -> None:
        for language in self._languages_shown:
            self._use(language)
            self._until(name, ready)
            for width, height in self._sizes:
                self._window.resize(width, height)
                self._pause(150)
                several = len(self._languages_shown) * len(self._sizes) > 1
                suffix = f"-{language.code}-{width}" if several else ""
                path = self._folder / f"{name}{suffix}.png"
                self._window.grab().save(str(path))
                self.pictures.append(path)
                self._on_picture(path)
        self._use(self._languages_shown[0])
        self._until(name, ready)

    def _use(self, language: WindowLanguage) -> None:
        """Switch, and wait for the page made anew: a wizard's comes once what was typed is kept."""
        if language == self._languages.current:
            return
        before = self._window.page
        self._window.use_language(language)
        self._until(language.name, lambda: self._window.page is not before)

    def _pause(self, milliseconds: int) -> None:
        deadline = QDeadlineTimer(milliseconds)
        while not deadline.hasExpired():
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def _until(self, screen: str, ready: Callable[[], bool]) -> None:
        deadline = QDeadlineTimer(_PATIENCE_MS)
        while not ready():
            if deadline.hasExpired():
                raise DeviceUnavailable(TOUR_STUCK, screen=screen)
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _grainy_page(path: Path, seed: int) -> None:
    """A photograph of a page in poor light: as large as such pictures get."""
    grain = np.random.default_rng(seed).normal(190, 60, (2340, 1654))
    image_of(np.clip(grain, 0, 255).astype(np.uint8)).save(str(path), quality=95)


if __name__ == "__main__":
    _everything = "--all" in sys.argv
    run(
        Path(sys.argv[1]),
        lambda path: print(path),  # noqa: T201, PLW0108
        languages=WINDOW_LANGUAGES if _everything else WINDOW_LANGUAGES[:1],
        sizes=SIZES if _everything else (USUAL_SIZE,),
    )
