"""From a complaint to a signed report, and a trail that somebody changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_ui import Driver
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlcipher3 import dbapi2 as sqlcipher

from muster.clock import utc_now
from muster.crypto.pdf_signing import is_signed_pdf
from muster.crypto.sealing import derive_key
from muster.domain.registration import RegistrationId, Step
from muster.ui.audit.page import TrailPage
from muster.ui.pages.home import HomePage
from muster.ui.session import Session
from muster.workstation.demo import demo_script
from muster.workstation.lanes import Lanes
from muster.workstation.policy import UNJUDGED, LivenessDemand, Policy
from muster.workstation.script import ScriptedEnrollment

_POLICY = Policy(
    face_good_for_s=0.0,
    face_template_kept_for_days=0,
    quality_rules=UNJUDGED,
    face_liveness=LivenessDemand.NONE,
    confirmed_by_supervisor=frozenset(),
)

Begun = tuple[Path, RegistrationId]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Begun:
    """A demo station at which somebody's registration was begun. Only to be copied."""
    root = tmp_path_factory.mktemp("begun") / "station"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        session = Session(root, utc_now, policy=_POLICY)
        session.create_demo()
        user_id, password = (session.station().demo_credentials() or ())[0]
        desk = session.sign_in(user_id, password)
        played = ScriptedEnrollment(desk.enrollment, demo_script(), password).run(stop_after=Step.LEFT_SLAP)
        session.close()
    return root, played.registration.id


@pytest.fixture
def session(tmp_path: Path, begun: Begun, qapp: QApplication) -> Iterator[Session]:
    shutil.copytree(begun[0], tmp_path / "station")
    made = Session(tmp_path / "station", utc_now, policy=_POLICY)
    yield made
    made.close()


def _page(qtbot: QtBot, session: Session, lanes: Lanes) -> tuple[Driver, TrailPage]:
    session.sign_in(*(session.station().demo_credentials() or ())[1])
    driver = Driver(qtbot, session, lanes)
    driver.click(driver.on(HomePage).trail)
    page = driver.on(TrailPage)
    driver.until(lambda: page.verdict is not None and bool(page.model.records))
    return driver, page


def test_from_a_complaint_to_a_signed_report(
    qtbot: QtBot, session: Session, lanes: Lanes, begun: Begun, tmp_path: Path
) -> None:
    driver, page = _page(qtbot, session, lanes)
    assert page.state.property("tone") == "good" and not page.show_where.isVisible()
    qtbot.keyClicks(page.text, "Musterfrau")
    driver.click(page.search_now)
    driver.until(lambda: not page.model.records)
    assert page.story.story is None
    page.text.clear()
    qtbot.keyClicks(page.text, begun[1].text)
    qtbot.keyClick(page.text, Qt.Key.Key_Return)
    driver.until(lambda: page.story.story is not None)
    story = page.story.story
    assert story is not None and story.registration_id == begun[1] and page.story.lines.count() > 10
    driver.until(lambda: {each.subject for each in page.model.records} == {begun[1].text})
    page.table.selectRow(2)
    driver.until(lambda: page.story.lines.currentItem() is not None)
    chosen = page.story.lines.currentItem().data(Qt.ItemDataRole.UserRole)
    assert chosen == page.model.records[2].sequence
    page.ask_where = lambda name: str(tmp_path / name)
    driver.click(page.story.report)
    driver.until(lambda: page.note.property("tone") == "good" and page.note.isVisible())
    assert session.desk is not None
    report = (tmp_path / f"{begun[1]}.pdf").read_bytes()
    assert is_signed_pdf(report, session.desk.trail._machine_key.signing_public)


def test_a_tampered_trail_is_shown_where_it_is(qtbot: QtBot, session: Session, lanes: Lanes) -> None:
    _tamper(session, "UPDATE audit SET actor = 'somebody' WHERE sequence = 9")
    driver, page = _page(qtbot, session, lanes)
    assert page.state.property("tone") == "bad" and "9" in page.state.text()
    assert page.verdict is not None and page.verdict.first_bad == 9
    driver.click(page.show_where)
    driver.until(lambda: page.table.currentIndex().isValid() and page.model.records[0].sequence == 11)
    row = page.table.currentIndex().row()
    assert page.model.records[row].sequence == 9
    cells = [str(page.model.data(page.model.index(each, 0))) for each in (row, row + 1)]
    assert cells == ["✗ 9", "8"]


def _tamper(session: Session, sql: str) -> None:
    """As somebody would who has a password and a database tool."""
    station = session.station()
    key = station.open_slot(*(station.demo_credentials() or ())[1])
    connection = sqlcipher.connect(str(station.folder.database), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{derive_key(key, 'database').hex()}'\"")
    connection.execute(sql)
    connection.close()
