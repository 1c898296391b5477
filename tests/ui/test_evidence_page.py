"""Evidence on the screen: a level for whoever registers, everything for supervisors, no reason for officers."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import evidence_station
import pytest
from conftest_ui import PATIENCE_MS, Driver
from evidence_station import RISKS, begun, card, officer_signs_in, proven
from pypdf import PdfReader
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from muster.domain.document_risk import RiskIndicator
from muster.domain.evidence import LevelOfAssurance, UpgradePath
from muster.domain.registration import RegistrationId, Step
from muster.errors import Refused
from muster.ui import slip_pdf
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.evidence import words
from muster.ui.evidence.page import EvidencePage
from muster.ui.language import Languages
from muster.ui.review.page import ReviewPage
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.proofing import ProofingPage
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.lanes import Lanes
from muster.workstation.script import ScriptedEnrollment

# One of the identifiers is a word of every day; what stands beside it is not.
_IDENTIFIERS = tuple(each.value for each in RiskIndicator if each is not RiskIndicator.OTHER)
TELLING = (*_IDENTIFIERS, *(each.replace("_", " ") for each in _IDENTIFIERS), *(each.raw for each in RISKS))


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Session]:
    with evidence_station.station(tmp_path_factory.mktemp("evidence") / "station") as session:
        yield session


@pytest.fixture(scope="module")
def person(station: Session) -> RegistrationId:
    """Whose document was refused, whose records were shared, and for whom somebody vouched."""
    registration_id = proven(officer_signs_in(station))
    station.sign_out()
    return registration_id


@pytest.fixture
def officer(station: Session, person: RegistrationId) -> Iterator[Desk]:
    yield officer_signs_in(station)
    station.sign_out()


@pytest.fixture(scope="module")
def window(qapp: QApplication, station: Session, person: RegistrationId) -> Iterator[MainWindow]:
    """The supervisor's, at the person's evidence. Officers come before it."""
    officer_signs_in(station, at=1)
    with Lanes() as lanes:
        made = MainWindow(station, Background(lanes), Languages(prepared_application()))
        made.show()
        made.evidence(person)
        yield made
        made.close()
    station.sign_out()


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot) -> EvidencePage:
    page = window.page
    assert isinstance(page, EvidencePage)
    qtbot.waitUntil(lambda: page.evaluation is not None, timeout=PATIENCE_MS)
    page.list.setCurrentRow(0)
    qtbot.waitUntil(lambda: len(page.pictures.buttons) == 2, timeout=PATIENCE_MS)
    return page


def reachable() -> str:
    """All that can be read, heard or hovered over in any window there is."""
    told = []
    for each in QApplication.allWidgets():
        told += [each.toolTip(), each.accessibleName(), each.accessibleDescription(), each.statusTip()]
        told += [each.whatsThis(), each.windowTitle(), each.objectName()]
        told += [str(each.property(name) or "") for name in ("text", "placeholderText", "plainText", "html")]
        if isinstance(each, QAbstractItemView) and each.model() is not None:
            told += _in_model(each.model(), QModelIndex())
    return "\n".join(told).casefold()


def _in_model(model: QAbstractItemModel, parent: QModelIndex) -> list[str]:
    rows = range(model.rowCount(parent))
    columns = range(1 if isinstance(model, QAbstractListModel) else model.columnCount(parent))
    indexes = [model.index(row, column, parent) for row in rows for column in columns]
    return [str(model.data(index, role) or "") for index in indexes for role in Qt.ItemDataRole]


def telling(text: str) -> list[str]:
    return [each for each in TELLING if each.casefold() in text.casefold()]


# --- whoever registers -----------------------------------------------------------------------------------


def test_an_officer_reads_nowhere_why_a_document_was_refused(
    qtbot: QtBot,
    station: Session,
    lanes: Lanes,
    officer: Desk,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    driver = Driver(qtbot, station, lanes)
    registration_id = begun(officer)
    driver.window.open(officer.enrollment.registration(registration_id))
    page = driver.on(ProofingPage)
    driver.until(lambda: page.agree is not None)
    driver.click(page.agree)
    driver.until(lambda: "paper" in page.offers)
    driver.click(page.offers["paper"])
    driver.until(lambda: page.presenter.view.errors != ())
    execution = page.presenter.view.execution_id
    seen = [reachable()]
    assert "passport or identity card" in seen[0]  # what is looked at is there to be found
    for node in ("records", "friend"):
        officer.proofing.dispatch(execution, node)
    officer.enrollment.proof.settle(registration_id)
    plan = officer.enrollment.plan(officer.enrollment.registration(registration_id).started.process)
    script = ScriptedEnrollment(officer.enrollment, demo_script(), "")
    before = plan[plan.index(Step.PREVIEW) - 1]
    driver.window.open(script.run(resume=registration_id, stop_after=before).registration)
    preview = driver.on(PreviewPage)
    driver.until(lambda: preview.assurance is not None and preview.assurance.isVisible())
    seen.append(reachable())
    driver.window.home()
    seen.append(reachable())
    slip = officer.enrollment.slip(registration_id)
    slip_pdf.write(slip, tmp_path / "slip.pdf")
    printed = "".join(each.extract_text() for each in PdfReader(tmp_path / "slip.pdf").pages)
    out, err = capfd.readouterr()
    told = [*seen, repr(slip), printed, out, err, caplog.text, repr(officer.proofing.look(execution))]
    assert [telling(each) for each in told] == [[]] * len(told)
    trail = "".join(repr(each) for each in officer.trail.about(registration_id))
    assert telling(trail) == []


def test_what_an_officer_may_call_up_tells_no_reason_either(officer: Desk, person: RegistrationId) -> None:
    assert telling(repr(officer.evidence.assurance(person))) == []
    with pytest.raises(Refused):
        officer.evidence.evaluation(person)


def test_a_level_says_what_would_raise_it_by_the_shortest_way_to_each(qapp: QApplication) -> None:
    levels = LevelOfAssurance
    paths = (
        UpgradePath(("document_chip", "face_match"), levels.LOA3),
        UpgradePath(("document_optical", "face_match"), levels.LOA2),
        UpgradePath(("face_match",), levels.LOA2),
        UpgradePath(("a row of their own",), levels.LOA1),
    )
    assert words.what_raises(paths) == [
        "A row of their own: level 1",
        "Compare the face: level 2",
        "Read the chip of a passport or identity card, and then compare the face: level 3",
    ]


def test_a_shared_bill_becomes_the_proof_of_address_with_one_press(
    qtbot: QtBot, station: Session, lanes: Lanes, officer: Desk
) -> None:
    registration_id = proven(officer)
    driver = Driver(qtbot, station, lanes)
    driver.window.open(officer.enrollment.registration(registration_id), Step.PROOFING)
    page = driver.on(ProofingPage)
    driver.until(lambda: len(page.documents.offers) == 2)
    bill = page.documents.offers[0]
    assert "Proof of address from" in page.documents.takes[bill.id].accessibleDescription()
    driver.click(page.documents.takes[bill.id])
    driver.until(lambda: "proofOfAddress" in page.registration.documents)
    provenance = page.registration.provenance("proofOfAddress")
    assert provenance is not None
    assert provenance.provider == "app.records.example"
    driver.until(lambda: bill.id not in page.documents.takes)
    assert driver.wizard.step is Step.PROOFING  # something else is still offered here


# --- supervisors -----------------------------------------------------------------------------------------


def test_a_supervisor_reads_every_reason(opened: EvidencePage) -> None:
    assert {each.value for each in RiskIndicator} <= set(reachable().replace("(", " ").split())


def test_pictures_are_shown_and_can_be_magnified(opened: EvidencePage) -> None:
    pane = opened.pictures.panes[0]
    assert pane.has_picture
    before = pane.zoom
    pane.magnify(2)
    assert pane.zoom > before


def test_a_pdf_is_known_by_its_content_and_shown_page_after_page(opened: EvidencePage, qtbot: QtBot) -> None:
    opened.list.setCurrentRow(1)
    qtbot.waitUntil(opened.note.isVisible, timeout=PATIENCE_MS)
    assert len(opened.pictures.buttons) == 2  # the bill's pages, though its name says that it is a JPEG
    said = reachable()
    assert "proof of address · pdf" in said
    assert "cannot be shown here" in said  # of the other one, which has words in place of pictures


def test_a_copy_is_saved_where_the_supervisor_says(
    opened: EvidencePage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(parent: QWidget, title: str, name: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / "copy"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    qtbot.mouseClick(next(iter(opened.copies.values())), Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "copy").exists, timeout=PATIENCE_MS)
    assert ((tmp_path / "copy").read_bytes(), asked) == (card("UTOPIA  IDENTITY CARD"), ["front.jpg"])


def test_the_look_and_each_file_are_on_record(
    opened: EvidencePage, station: Session, person: RegistrationId
) -> None:
    assert station.desk is not None
    noted = [each.event for each in station.desk.trail.about(person)]
    first = noted.index("MUS-IDV-011")
    assert noted[first : first + 3] == ["MUS-IDV-011", "MUS-IDV-012", "MUS-IDV-012"]


def test_what_was_agreed_to_stands_beside_it(opened: EvidencePage) -> None:
    assert "Sharing of details: agreed on" in opened.consents.text()


def test_the_way_back_leads_to_the_same_registration_in_the_review(
    opened: EvidencePage, window: MainWindow, qtbot: QtBot, person: RegistrationId
) -> None:
    qtbot.mouseClick(opened.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(window.page, ReviewPage), timeout=PATIENCE_MS)
    assert window.page.presenter.chosen == person
