"""A supervisor tries another threshold, looks at who would be concerned, signs it, and takes it back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest_ui import PATIENCE_MS, Driver
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from muster.audit.catalogue import AuditEvent
from muster.clock import rfc3339, utc_now
from muster.domain.registration import RegistrationId
from muster.domain.review import Sign
from muster.ui.administration import words
from muster.ui.administration.page import AdministrationPage
from muster.ui.application import prepared_application
from muster.ui.audit.page import TrailPage
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, Languages
from muster.ui.pages.home import HomePage
from muster.ui.session import Session
from muster.ui.widgets.room import Room
from muster.workstation.demo import demo_station
from muster.workstation.lanes import Lanes
from muster.workstation.policy import UNJUDGED, LivenessDemand, Policy
from muster.workstation.policy_settings import Group
from muster.workstation.proving import Proof

_TO_BE = 3
_POLICY = Policy(  # no network is loaded for a page about settings
    face_template_kept_for_days=0, quality_rules=UNJUDGED, face_liveness=LivenessDemand.NONE
)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Path:
    root = tmp_path_factory.mktemp("administration") / "station"
    demo_station(root, utc_now)
    return root


@pytest.fixture
def session(tmp_path: Path, _made: Path, qapp: QApplication) -> Iterator[Session]:
    shutil.copytree(_made, tmp_path / "station")
    made = Session(tmp_path / "station", utc_now, policy=_POLICY)
    yield made
    made.close()


def _password(session: Session) -> str:
    return (session.station().demo_credentials() or ())[1][1]


@pytest.fixture
def page(qtbot: QtBot, session: Session, lanes: Lanes) -> Iterator[AdministrationPage]:
    """The page alone, for a supervisor: the desk behind it has other things to load."""
    desk = session.sign_in(*(session.station().demo_credentials() or ())[1])
    Languages(prepared_application()).use(WINDOW_LANGUAGES[0])
    made, room = AdministrationPage(desk, Background(lanes)), Room()
    room.setMinimumSize(1024, 600)
    room.put(made)
    qtbot.addWidget(room)
    room.show()
    made.enter()
    _until(qtbot, lambda: made.settings.model.rowCount() > 0)
    yield made
    room.close()


def _until(qtbot: QtBot, ready: Callable[[], bool]) -> None:
    qtbot.waitUntil(ready, timeout=PATIENCE_MS)


def _click(qtbot: QtBot, pressed: QWidget) -> None:
    _until(qtbot, pressed.isEnabled)
    qtbot.mouseClick(pressed, Qt.MouseButton.LeftButton)


def _type(page: AdministrationPage, row: int, text: str) -> None:
    """Into the box that opens over the cell."""
    view = page.settings
    index = view.model.index(row, _TO_BE)
    editor = view.table.itemDelegateForColumn(_TO_BE).createEditor(view.table.viewport(), None, index)
    assert isinstance(editor, QLineEdit)
    editor.setText(text)
    view.table.itemDelegateForColumn(_TO_BE).setModelData(editor, view.model, index)
    editor.deleteLater()


def test_a_value_that_cannot_be_is_told_and_neither_tried_nor_signed(page: AdministrationPage) -> None:
    _type(page, 0, "101")
    assert page.settings.result.property("tone") == "bad" and "101" in page.settings.result.text()
    assert not page.settings.try_out.isEnabled() and not page.settings.proof_card.isVisible()
    assert page.changes == {}
    _type(page, 0, "")  # as it was
    assert not page.settings.result.isVisible() and page.changes == {}


def test_a_threshold_is_tried_signed_seen_among_the_versions_and_taken_back(
    page: AdministrationPage, session: Session, qtbot: QtBot
) -> None:
    view = page.settings
    _type(page, 0, "55")
    _click(qtbot, view.try_out)
    _until(qtbot, lambda: view.rehearsal is not None)
    assert view.rehearsal is not None and view.rehearsal.cases == 0  # nobody was registered here yet
    assert view.result.isVisible() and not view.case_table.isVisible()
    qtbot.keyClicks(view.because, "Worn fingers")
    assert not view.sign.isEnabled()
    qtbot.keyClicks(view.box.password, "not the password")
    _click(qtbot, view.sign)
    _until(qtbot, lambda: page.note.property("tone") == "bad" and view.isEnabled())
    assert view.box.password.text() == "" and page.changes == {"finger_threshold": "55"}
    qtbot.keyClicks(view.box.password, _password(session))
    qtbot.keyClick(view.box.password, Qt.Key.Key_Return)
    _until(qtbot, lambda: page.note.property("tone") == "good")
    _until(qtbot, lambda: len(page.versions.versions.rows) == 1)
    assert page.changes == {} and not view.proof_card.isVisible()
    _click(qtbot, page.sections[1])
    _until(qtbot, lambda: page.versions.changes.rowCount() == 1)
    below = page.versions.changes
    assert [below.data(below.index(0, column)) for column in (1, 2)] == ["40", "55"]
    assert not page.versions.again.isEnabled()  # it is what counts
    _change_back(session)
    page.enter()
    _until(qtbot, lambda: len(page.versions.versions.rows) == 2)
    page.versions.table.selectRow(1)
    _until(qtbot, page.versions.again.isEnabled)
    _click(qtbot, page.versions.again)
    _until(qtbot, lambda: page.changes == {"finger_threshold": "55"})


def _change_back(session: Session) -> None:
    assert session.desk is not None
    session.desk.policy_versions.go_back_to(0, "It was too strict", Proof(_password(session)))


def test_limits_and_wrong_passwords_are_tried_on_the_trail_and_what_cannot_be_told_says_why(
    page: AdministrationPage, session: Session, qtbot: QtBot
) -> None:
    view = page.settings
    assert session.desk is not None
    station = f"{session.desk.station.center}{session.desk.station.machine}"
    with session.desk._journal.database.work() as work:
        wrong = {"count": "4", "last": rfc3339(utc_now())}
        work.record(AuditEvent.SIGN_IN_FAILED, actor="unknown 3", **wrong)
        for number in range(11):
            whose = f"{station}0000120260301123{number:03}"
            work.record(AuditEvent.REGISTRATION_STARTED, actor="officer", subject=whose)
            work.record(AuditEvent.PACKET_SEALED, actor="officer", subject=whose, packet=whose)
        work.record(AuditEvent.SCREEN_LOCKED, actor="officer", idle="true")
        work.record(AuditEvent.SCREEN_UNLOCKED, actor="officer")
    changes = {"patience.free": "3", "limits.packets_waiting": "10", "idle_lock_min": "30"}
    view.start_from([*changes.items(), ("limits.free_megabytes", "200")])
    _click(qtbot, view.try_out)
    _until(qtbot, lambda: view.rehearsal is not None)
    limit, waits, lock = [view.cases.cells(row) for row in view.cases.rows]
    assert limit[3] == "Packets that may wait to be sent: 11. Nobody new could have been registered; 1 were."
    assert waits[2:] == ("unknown name", "wrong 4 times in a row · longest wait: none → 1 min")
    assert lock[2] == "officer" and "would not have locked" in lock[3]
    told, passwords, locks, untold = view.result.text().split("\n")
    assert "1 of 11 registrations" in told and "4 wrong attempts" in passwords
    assert "locked by itself 1 times; 1 times" in locks
    assert untold.endswith("Megabytes of the disk that have to be free (how full the disk was is not kept).")
    with qtbot.assertNotEmitted(view.case_wanted):  # neither has a story of its own
        view.case_table.activated.emit(view.cases.index(0, 0))


def test_what_was_typed_outlives_another_language_and_a_look_at_a_case(
    qtbot: QtBot, session: Session, lanes: Lanes
) -> None:
    session.sign_in(*(session.station().demo_credentials() or ())[1])
    driver = Driver(qtbot, session, lanes)
    home = driver.on(HomePage)
    driver.window.activateWindow()
    driver.until(driver.window.isActiveWindow)
    qtbot.keyClick(home, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    page = driver.on(AdministrationPage)
    driver.until(lambda: page.settings.model.rowCount() > 0)
    _type(page, 0, "55")
    driver.window.use_language(WINDOW_LANGUAGES[1])
    driver.until(lambda: driver.window.page is not page)
    page = driver.on(AdministrationPage)
    driver.until(lambda: page.changes == {"finger_threshold": "55"})
    page.case_wanted.emit(RegistrationId("10001100010000120260301120000"))
    driver.click(driver.on(TrailPage).back)
    page = driver.on(AdministrationPage)
    driver.until(lambda: page.changes == {"finger_threshold": "55"})
    driver.window.use_language(WINDOW_LANGUAGES[0])


def test_settings_of_every_group_are_shown_with_words_and_those_of_a_sign_by_its_name(
    page: AdministrationPage, qtbot: QtBot
) -> None:
    view = page.settings
    for place, group in enumerate(Group):
        view.group.setCurrentIndex(place)
        view.group.activated.emit(place)
        assert view.presenter.group is group and view.model.rowCount() > 0
        shown = [str(view.model.data(view.model.index(row, 0))) for row in range(view.model.rowCount())]
        assert len(set(shown)) == len(shown) and all(shown)
    assert len({words.sign_words(each) for each in Sign}) == len(Sign)
    _click(qtbot, page.sections[2])
    assert page.received.said.text()
