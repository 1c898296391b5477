"""That nobody takes a station for invented people for the real one, or the other way round."""

from __future__ import annotations

from conftest_ui import Driver
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from muster.domain.registration import Step
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.lock_screen import LockScreen
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.workstation.lanes import Lanes
from muster.workstation.station import NewOperator, NewStation


def _bands(window: MainWindow) -> list[QLabel]:
    return [each for each in window.findChildren(QLabel, "training") if each.isVisible()]


def test_a_demo_station_says_in_every_language_that_it_is_for_training(driver: Driver) -> None:
    said, readable = [], []
    for language in WINDOW_LANGUAGES:
        driver.window.use_language(language)
        driver.until(lambda: len(_bands(driver.window)) == 1)
        (band,) = _bands(driver.window)
        said.append(band.text())
        readable.append(band.width() >= band.fontMetrics().horizontalAdvance(band.text()))
    assert len(set(said)) == len(WINDOW_LANGUAGES)
    assert all(readable)


def test_a_real_station_says_no_such_thing(qtbot: QtBot, session: Session, lanes: Lanes) -> None:
    session.create(NewStation(NewOperator("mmuster", "Wald und Wiese"), NewOperator("vmuster", "Berg und Tal")))
    assert not _bands(Driver(qtbot, session, lanes).window)


def test_nobody_in_training_has_to_know_a_password_to_unlock_and_to_sign(driver: Driver) -> None:
    driver.open_at(Step.SIGNATURE)
    driver.window.lock()
    cover = driver.window._stack.currentWidget()
    assert isinstance(cover, LockScreen)
    driver.click(cover.unlock)
    driver.until(lambda: not driver.window.is_locked)
    driver.click(driver.to_sign().sign)
    driver.on(ReceiptPage)
