"""Hints above each page, for whoever learns it: there when they are asked for, gone when they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_ui import Driver
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from muster.domain.registration import Process, Step
from muster.ui.appearance import Looks
from muster.ui.application import prepared_application
from muster.ui.coach import Coach
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.home import HomePage
from muster.ui.pages.people import PeoplePage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
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
    made = Coach()
    made.setParent(window)
    yield made


def test_nobody_has_hints_who_did_not_ask(driver: Driver) -> None:
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


def test_hints_are_there_again_at_the_next_start_until_they_are_sent_away(tmp_path: Path) -> None:
    def started() -> Looks:
        return Looks(prepared_application(), tmp_path)

    assert not started().wants_hints
    started().want_hints(wanted=True)
    assert started().wants_hints
    started().want_hints(wanted=False)
    assert not started().wants_hints


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
