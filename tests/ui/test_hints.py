"""Hints above each page, for whoever learns it: there when they are asked for, gone when they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_ui import Driver
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from muster.domain.registration import Process, Step
from muster.ui.appearance import Looks
from muster.ui.application import prepared_application
from muster.ui.coach import Coach
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.home import HomePage
from muster.ui.pages.page import UPDATE_DETAILS
from muster.ui.pages.people import PeoplePage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.workstation.desk import Desk
from muster.workstation.lanes import Lanes
from muster.workstation.uin import is_uin


def _coach(driver: Driver) -> Coach:
    coach = driver.window.findChild(Coach)
    assert coach is not None
    return coach


@pytest.fixture
def coach(qtbot: QtBot) -> Iterator[Coach]:
    """In a window of its own that is not shown."""
    window = QWidget()
    qtbot.addWidget(window)
    made = Coach(in_training=True)
    made.setParent(window)
    yield made


def test_nobody_has_hints_before_signing_in_who_did_not_ask(driver: Driver) -> None:
    driver.on(SignInPage)
    assert driver.window.findChild(Coach) is None


def test_hints_follow_each_page_and_each_step(driver: Driver) -> None:
    driver.on(SignInPage)
    driver.window.hints(wanted=True)
    seen = [_coach(driver).words.text()]
    driver.sign_in()
    seen.append(_coach(driver).words.text())
    driver.on(HomePage).start.click()
    page = driver.on(ConsentPage)
    seen.append(_coach(driver).words.text())
    page.agree.click()
    driver.on(DemographicsPage)
    seen.append(_coach(driver).words.text())
    assert len(set(seen)) == len(seen) and all(seen)


def test_hints_are_said_in_another_language_and_sent_away(driver: Driver) -> None:
    driver.sign_in()
    driver.window.hints(wanted=True)
    english = _coach(driver).words.text()
    driver.window.use_language(WINDOW_LANGUAGES[1])
    driver.on(HomePage)
    assert _coach(driver).words.text() not in ("", english)
    driver.click(_coach(driver).leave)
    assert not any(each.isVisible() for each in driver.window.findChildren(Coach))
    driver.window.use_language(WINDOW_LANGUAGES[0])


def test_hints_begin_where_lines_do_in_each_language(driver: Driver) -> None:
    driver.sign_in()
    driver.window.hints(wanted=True)
    arabic = next(each for each in WINDOW_LANGUAGES if each.right_to_left)
    driver.window.use_language(arabic)
    driver.on(HomePage)
    in_arabic = _coach(driver).words.alignment()
    driver.window.use_language(WINDOW_LANGUAGES[0])
    driver.on(HomePage)
    assert in_arabic & Qt.AlignmentFlag.AlignRight
    assert _coach(driver).words.alignment() & Qt.AlignmentFlag.AlignLeft


def test_hints_that_somebody_sent_away_stay_away_for_them_alone(tmp_path: Path) -> None:
    def started(user_id: str) -> Looks:
        looks = Looks(prepared_application(), tmp_path)
        looks.belong_to(user_id)
        return looks

    assert started("anna").hints_chosen is None
    started("anna").choose_hints(wanted=False)
    assert started("anna").hints_chosen is False
    assert started("bert").hints_chosen is None
    started("anna").choose_hints(wanted=True)
    assert started("anna").hints_chosen is True


@pytest.mark.parametrize("key", ["sign-in/hints", "training/hints"])
def test_hints_that_were_asked_for_before_signing_in_are_there_for_whoever_said_nothing(
    tmp_path: Path, key: str
) -> None:
    QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat).setValue(key, "true")
    looks = Looks(prepared_application(), tmp_path)
    looks.belong_to("anna")
    assert looks.hints_chosen is True


def test_an_officer_who_is_new_here_has_hints_without_asking(driver: Driver) -> None:
    driver.sign_in()
    driver.until(lambda: driver.window.findChild(Coach) is not None)
    driver.click(_coach(driver).leave)
    driver.window.home()
    _settled(driver)
    assert not any(each.isVisible() for each in driver.window.findChildren(Coach))


def test_hints_go_away_by_themselves_once_somebody_did_a_few_registrations(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.sign_in()
    driver.until(lambda: driver.window.findChild(Coach) is not None)
    monkeypatch.setattr(Desk, "is_new_here", False)
    driver.window.home()
    driver.until(lambda: not any(each.isVisible() for each in driver.window.findChildren(Coach)))


def _settled(driver: Driver) -> None:
    """What the desk's page asked for so far is answered: its lane does one thing after the other."""
    answered: list[object] = []
    driver.window._background.run(driver.window, "store", lambda: None, answered.append, answered.append)
    driver.until(lambda: bool(answered))


def test_a_real_stations_hints_say_nothing_of_training(coach: Coach) -> None:
    coach._in_training = False
    said = []
    for where in (SignInPage.where, UPDATE_DETAILS, Step.SIGNATURE):
        coach.stand_at(where)
        said.append(coach.words.text())
    assert said[0] == "" and all(said[1:])
    assert not any("training" in each or "practise" in each for each in said)


def test_a_window_begins_with_the_hints_that_were_asked_for(driver: Driver, qtbot: QtBot, lanes: Lanes) -> None:
    driver.on(SignInPage)
    driver.window.hints(wanted=True)
    assert _coach(Driver(qtbot, driver.session, lanes)).words.text()


@pytest.mark.parametrize("step", Step)
def test_there_is_a_hint_for_every_step(coach: Coach, step: Step) -> None:
    coach.stand_at(step)
    assert coach.words.text()


def test_an_update_can_be_practised_by_a_number_that_the_form_takes(driver: Driver) -> None:
    driver.sign_in()
    driver.window.hints(wanted=True)
    driver.on(HomePage).processes[Process.UPDATE].click()
    driver.on(ConsentPage).agree.click()
    page = driver.on(DemographicsPage)
    driver.until(lambda: "to practise" in _coach(driver).words.text())
    (number,) = re.findall(r"\d{10}", _coach(driver).words.text())
    assert is_uin(number) and ("UIN", "") in page.boxes


def test_a_page_that_is_no_part_of_a_registration_has_none(coach: Coach) -> None:
    coach.stand_at(PeoplePage.where)
    assert coach.isHidden()
