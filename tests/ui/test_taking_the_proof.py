"""Taking the proof of an identity on the screen: what it destroys is said before, and where it goes is asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_ui import Driver
from evidence_station import FAST, begun, configuration, methods
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.registration import RegistrationId
from muster.errors import NetworkUnavailable
from muster.methods.web import PROVIDER_UNREACHABLE
from muster.ui.audit.page import TrailPage
from muster.ui.evidence.page import EvidencePage
from muster.ui.finishing import look_again
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.session import Session
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.lanes import Lanes
from muster.workstation.proof_archive import verify_proof
from muster.workstation.script import ScriptedEnrollment

Made = tuple[Path, RegistrationId, RegistrationId]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Made:
    """A demo station with a sealed registration and a draft, both with evidence. Only to be copied."""
    root = tmp_path_factory.mktemp("made") / "station"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        session = Session(root, utc_now, policy=FAST)
        session.create_demo()
        (officer, password), supervisor = (session.station().demo_credentials() or ())[:2]
        session.sign_in(*supervisor).proofing_configuration.set(configuration())
        session.sign_out()
        desk = session.sign_in(officer, password)
        desk.proofing.methods = methods("yes")
        sealed, draft = (begun(desk) for _ in range(2))
        for each in (sealed, draft):
            view = desk.enrollment.proof.open(each).view
            assert view is not None
            desk.proofing.submit(view.execution_id, "$.consents", {"DATA_SHARING": "true"})
            for node in ("paper", "records", "friend"):
                desk.proofing.dispatch(view.execution_id, node)
            desk.enrollment.proof.settle(each)
        ScriptedEnrollment(desk.enrollment, demo_script(), password).run(resume=sealed)
        desk.enrollment.submit(sealed)
        session.close()
    return root, sealed, draft


@pytest.fixture
def session(tmp_path: Path, made: Made) -> Iterator[Session]:
    shutil.copytree(made[0], tmp_path / "station")
    opened = Session(tmp_path / "station", utc_now, policy=FAST)
    opened.sign_in(*(opened.station().demo_credentials() or ())[1])
    yield opened
    opened.close()


@pytest.fixture
def driver(qtbot: QtBot, session: Session, lanes: Lanes) -> Driver:
    return Driver(qtbot, session, lanes)


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where whoever is asked says that it goes."""
    file = tmp_path / "proof.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    return file


def _at(driver: Driver, registration_id: RegistrationId) -> EvidencePage:
    driver.window.evidence(registration_id)
    page = driver.on(EvidencePage)
    driver.until(lambda: page.evaluation is not None and page.proof.isVisible())
    driver.until(lambda: _files_shown(driver, registration_id) >= len(page.copies))
    return page


def _files_shown(driver: Driver, registration_id: RegistrationId) -> int:
    assert driver.session.desk is not None
    return [each.event for each in driver.session.desk.trail.about(registration_id)].count("MUS-IDV-012")


def test_what_it_destroys_is_said_before_and_the_case_is_closed_where_the_file_was_written(
    driver: Driver, made: Made, out: Path, session: Session
) -> None:
    page = _at(driver, made[1])
    assert not page.proof.choose.isVisible()
    driver.click(page.proof.begin)
    assert "destroyed (pieces of evidence: 3, files: 4)" in page.proof.words.text()
    assert not out.exists()
    driver.click(page.proof.choose)
    driver.until(lambda: page.proof.note.property("tone") == "good")
    assert verify_proof(out).registration_id == made[1].text
    assert str(out) in page.proof.note.text()
    assert page.list.count() == 0
    assert not page.pictures.isVisible()
    assert session.desk is not None
    assert session.desk.evidence.assurance(made[1]).pieces == 0
    assert [each.event for each in session.desk.trail.about(made[1])][-2:] == ["MUS-IDV-025", "MUS-IDV-026"]
    again = _closed(driver, made[1])
    assert "took the proof on" in again.proof.words.text()
    assert not again.note.isVisible()


def _closed(driver: Driver, registration_id: RegistrationId) -> EvidencePage:
    driver.window.evidence(registration_id)
    page = driver.on(EvidencePage)
    driver.until(page.proof.isVisible)
    return page


def test_a_draft_says_why_its_proof_cannot_be_taken_yet(driver: Driver, made: Made) -> None:
    page = _at(driver, made[2])
    assert (
        page.proof.words.text()
        == "The proof can be taken once the packet is sealed. Finish the registration first."
    )
    assert not page.proof.begin.isVisible()


def test_whoever_thinks_better_of_it_closes_nothing(
    driver: Driver, made: Made, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    page = _at(driver, made[1])
    driver.click(page.proof.begin)
    driver.click(page.proof.choose)
    driver.click(page.proof.never_mind)
    assert page.proof.begin.isVisible()
    assert session.desk is not None
    assert session.desk.evidence.assurance(made[1]).pieces == 3


def test_what_goes_wrong_is_a_sentence_and_the_case_stays_open(
    driver: Driver, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/nowhere at all/proof.zip", ""))
    page = _at(driver, made[1])
    driver.click(page.proof.begin)
    driver.click(page.proof.choose)
    driver.until(lambda: page.proof.note.property("tone") == "bad")
    assert "Name a file in a folder that is there." in page.proof.note.text()
    assert page.proof.choose.isVisible()
    assert not page.proof.alone.isVisible()
    assert page.list.count() > 0


def test_a_service_that_is_gone_can_be_passed_over(
    driver: Driver, made: Made, out: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.desk is not None

    def unreachable(registration_id: RegistrationId) -> None:
        raise NetworkUnavailable(PROVIDER_UNREACHABLE)

    monkeypatch.setattr(session.desk.proof_archives, "_fetch", unreachable)
    page = _at(driver, made[1])
    driver.click(page.proof.begin)
    driver.click(page.proof.choose)
    driver.until(page.proof.alone.isVisible)
    assert not out.exists()
    driver.click(page.proof.alone)
    driver.until(lambda: page.proof.note.property("tone") == "good")
    verify_proof(out)


def test_the_evidence_is_reached_from_a_registrations_story_and_the_way_back_leads_there(
    driver: Driver, made: Made
) -> None:
    driver.window.trail(made[1])
    trail = driver.on(TrailPage)
    driver.until(trail.story.evidence.isVisible)
    driver.click(trail.story.evidence)
    page = driver.on(EvidencePage)
    driver.click(page.back)
    assert driver.on(TrailPage).registration_id == made[1]


def _receipt(driver: Driver, desk: Desk) -> ReceiptPage:
    (entry,), _ = desk.sync.page(1)
    driver.window.receipt(look_again(desk, entry))
    return driver.on(ReceiptPage)


def test_whoever_may_take_it_reaches_it_from_the_slip_and_comes_back_to_it(
    driver: Driver, session: Session
) -> None:
    assert session.desk is not None
    driver.click(_receipt(driver, session.desk).evidence)
    driver.click(driver.on(EvidencePage).back)
    driver.on(ReceiptPage)


def test_an_officer_is_not_offered_it_at_the_slip(qtbot: QtBot, session: Session, lanes: Lanes) -> None:
    session.sign_out()
    officer = session.sign_in(*(session.station().demo_credentials() or ())[0])
    receipt = _receipt(Driver(qtbot, session, lanes), officer)
    assert receipt.home.isVisible()
    assert not receipt.evidence.isVisible()
