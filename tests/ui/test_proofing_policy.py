"""The administrator's page: a configuration drawn, its faults found, played through and put to use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest_ui import Driver
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.home import HomePage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.proofing.policy_page import PolicyPage
from muster.ui.session import Session
from muster.workstation.lanes import Lanes
from muster.workstation.proofing_play import Played
from unit.proofing import graphs

SAMPLE = Path(graphs.__file__).with_name("source_sample.json")


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Session]:
    """A demo station with the supervisor signed in, who changes settings, for what changes none."""
    session = Session(tmp_path_factory.mktemp("policy") / "station", utc_now)
    session.create_demo()
    session.sign_in(*(session.station().demo_credentials() or ())[1])
    yield session
    session.close()


@pytest.fixture
def policy(qtbot: QtBot, station: Session, lanes: Lanes) -> tuple[Driver, PolicyPage]:
    return at_the_page(Driver(qtbot, station, lanes))


def at_the_page(driver: Driver) -> tuple[Driver, PolicyPage]:
    driver.click(driver.on(HomePage).policy)
    page = driver.on(PolicyPage)
    driver.until(lambda: bool(page.graph.steps))
    return driver, page


def configuration(graph: dict[str, Any], **trigger: Any) -> bytes:
    use_case = {"id": "case", "tenantId": "default", "graph": graph, "policy": {"minimumAssurance": "low"}}
    if trigger:
        use_case["triggers"] = [trigger]
    return json.dumps({"methods": [graphs.VOUCH], "useCases": [use_case]}).encode()


def test_an_officer_is_offered_no_configuration(driver: Driver) -> None:
    driver.sign_in()
    assert not driver.on(HomePage).policy.isVisible()


def test_the_sources_use_case_is_drawn_and_played_to_its_end_and_nothing_of_it_is_stored(
    policy: tuple[Driver, PolicyPage],
) -> None:
    driver, page = policy
    assert set(page.graph.steps) == {"$", "$.children[0]", "$.children[1]"}  # what this station asks for now
    page.open_file(SAMPLE)
    assert page.use_cases.count() == 2
    assert "$.children[1].children[0]" in page.graph.steps
    for place, played in (
        ("$.children[0]", Played.WAITS),
        ("$.children[0]", Played.SUCCEEDS),
        ("$.children[1].children[1]", Played.SUCCEEDS),
    ):
        driver.click(page.graph.steps[place])
        driver.click(page.panel.outcomes[played])
    view = page.panel.view
    assert view is not None
    assert (view.status.value, page.graph.steps["$"].property("state")) == ("COMPLETED", "done")
    assert "not needed" in page.graph.steps["$.children[1].children[0]"].accessibleDescription()
    assert not page.panel.outcomes[Played.SUCCEEDS].isEnabled()
    driver.click(page.panel.reset)
    driver.click(page.panel.over)
    assert "its time is over" in page.panel.state.text()
    desk = driver.session.desk
    assert desk is not None
    assert desk.proofing.open() == ()


def test_what_a_move_is_refused_for_is_told(policy: tuple[Driver, PolicyPage]) -> None:
    driver, page = policy
    page.open_file(SAMPLE)
    driver.click(page.panel.online)  # off
    driver.click(page.graph.steps["$.children[0]"])
    driver.click(page.panel.outcomes[Played.SUCCEEDS])
    assert page.note.property("tone") == "warn"
    assert "network" in page.note.text()


def test_each_fault_leads_to_its_step_and_a_configuration_with_faults_is_not_put_to_use(
    policy: tuple[Driver, PolicyPage],
) -> None:
    driver, page = policy
    faulty = graphs.sequence(graphs.method("a"), graphs.method("b", "nobody"))
    page.show_content(configuration(faulty, processes=["NEW"]))
    (fault,) = page.faults.findChildren(QPushButton)
    assert "nobody" in fault.accessibleName()
    driver.click(fault)
    step = page.graph.steps["$.children[1]"]
    assert step.isChecked()
    assert "nobody" in step.accessibleDescription()
    assert page.panel.view is None
    driver.click(page.use)
    driver.until(lambda: page.note.property("tone") == "bad" and page.isEnabled())


def test_what_is_put_to_use_counts_from_the_next_sign_in_on(driver: Driver) -> None:
    driver.on(SignInPage).user_id.setCurrentText("supervisor")
    driver.sign_in()
    _, page = at_the_page(driver)
    page.show_content(configuration(graphs.method("a")))
    driver.click(page.use)
    driver.until(lambda: page.note.property("tone") == "warn" and page.isEnabled())  # for no process
    page.show_content(configuration(graphs.method("a"), processes=["LOST"]))
    driver.click(page.use)
    driver.until(lambda: page.note.property("tone") == "good" and page.isEnabled())
    desk = driver.session.desk
    assert desk is not None
    assert [each.value for each in desk.proofing_configuration.processes()] == ["LOST"]


def test_a_file_that_cannot_be_read_leaves_what_is_shown(
    policy: tuple[Driver, PolicyPage], tmp_path: Path
) -> None:
    _, page = policy
    before = set(page.graph.steps)
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'{"methods": [], "useCases": [], "minimum": 1}')
    for file in (tmp_path / "absent.json", broken):
        page.open_file(file)
        assert page.note.property("tone") == "bad"
    assert set(page.graph.steps) == before


def test_the_graph_is_walked_with_the_keyboard_and_mirrored_where_lines_begin_at_the_right(
    policy: tuple[Driver, PolicyPage],
) -> None:
    driver, page = policy
    page.open_file(SAMPLE)
    driver.until(page.graph.steps["$.children[0]"].isVisible)
    page.graph.steps["$"].setFocus()
    driver.until(page.graph.steps["$"].hasFocus)
    for step, following in pairwise(page.graph.steps.values()):
        QTest.keyClick(step, Qt.Key.Key_Tab)
        assert following.hasFocus()
        QTest.keyClick(following, Qt.Key.Key_Space)
        assert following.isChecked()

    def left_of(one: str, other: str) -> bool:
        steps = driver.on(PolicyPage).graph.steps
        return (
            steps[one].mapToGlobal(steps[one].rect().center()).x()
            < steps[other].mapToGlobal(steps[other].rect().center()).x()
        )

    ways = ("$.children[1].children[0]", "$.children[1].children[1]")
    driver.until(lambda: left_of(*ways))
    driver.window.use_language(WINDOW_LANGUAGES[2])
    driver.until(lambda: ways[0] in driver.on(PolicyPage).graph.steps and not left_of(*ways))
    driver.window.use_language(WINDOW_LANGUAGES[0])
