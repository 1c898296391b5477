"""The locked screen: nothing of anybody to be seen, nothing lost, and the same operator goes on where it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest_ui import Driver
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from muster.domain.registration import Step
from muster.ui.capture.page import CapturePage
from muster.ui.language import tr
from muster.ui.pages.home import HomePage
from muster.ui.pages.lock_screen import LockScreen
from muster.ui.pages.sign_in import SignInPage
from muster.ui.wizard.demographics import DemographicsPage

_NAME = "Erika Mustermann"


def _cover(driver: Driver) -> LockScreen:
    cover = driver.window._stack.currentWidget()
    assert isinstance(cover, LockScreen)
    return cover


def _unlock(driver: Driver, password: str | None = None) -> None:
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    driver.type(_cover(driver).box.password, password or credentials[0][1])
    driver.click(_cover(driver).unlock)


def _to_be_heard(root: QAccessibleInterface) -> str:
    """What a screen reader finds that is not hidden."""
    said = []
    for number in range(root.childCount()):
        child = root.child(number)
        if child is not None and child.isValid() and not child.state().invisible:
            texts = (
                child.text(kind)
                for kind in (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description)
            )
            said += [*texts, _to_be_heard(child)]
    return " ".join(said)


@pytest.fixture
def typing(driver: Driver) -> tuple[Driver, QLineEdit]:
    """The officer in the middle of the form, the keyboard in its second text box."""
    driver.sign_in()
    driver.start()
    driver.walk_to(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    first, second = list(page.boxes.values())[:2]
    driver.type(first, _NAME)
    second.setFocus()
    return driver, second


def test_nothing_of_the_form_is_seen_or_heard_once_it_is_locked(typing: tuple[Driver, QLineEdit]) -> None:
    driver, _ = typing
    assert _NAME in _to_be_heard(QAccessible.queryAccessibleInterface(driver.window))
    driver.window.lock()
    assert not any(widget.isVisible() for widget in driver.window._body.findChildren(QWidget))
    assert _NAME not in _to_be_heard(QAccessible.queryAccessibleInterface(driver.window))
    assert driver.window.windowTitle() == "Muster"


def test_the_same_operator_goes_on_in_the_same_field(typing: tuple[Driver, QLineEdit]) -> None:
    driver, field = typing
    driver.window.lock()
    _unlock(driver)
    driver.until(lambda: not driver.window.is_locked)
    assert driver.window.focusWidget() is field
    assert next(iter(driver.on(DemographicsPage).boxes.values())).text() == _NAME


def test_what_was_typed_is_durable_when_the_screen_is_covered(typing: tuple[Driver, QLineEdit]) -> None:
    driver, _ = typing
    driver.window.lock()
    desk, draft = driver.session.desk, driver.wizard.registration
    assert desk is not None
    driver.until(lambda: bool(desk.enrollment.registration(draft).demographics))


def test_a_wrong_password_leaves_it_locked_and_is_cleared(typing: tuple[Driver, QLineEdit]) -> None:
    driver, _ = typing
    driver.window.lock()
    _unlock(driver, "not the password")
    driver.until(_cover(driver).note.isVisible)
    assert driver.window.is_locked and _cover(driver).box.password.text() == ""


def test_somebody_else_signs_in_and_the_draft_stays(typing: tuple[Driver, QLineEdit]) -> None:
    driver, _ = typing
    draft = driver.wizard.registration
    driver.window.lock()
    driver.click(_cover(driver).other)
    page = driver.on(SignInPage)
    assert not driver.window.is_locked
    page.user_id.setCurrentText("supervisor")
    driver.click(page.sign_in)
    driver.on(HomePage)
    desk = driver.session.desk
    assert desk is not None and desk.operator.user_id == "supervisor"
    assert [each.id for each in desk.enrollment.drafts()] == [draft]


def test_the_keys_lock_it(driver: Driver, qtbot: QtBot) -> None:
    driver.sign_in()
    driver.window.activateWindow()
    qtbot.keyClick(driver.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    driver.until(lambda: driver.window.is_locked)


def test_nobody_signed_in_is_nothing_to_lock(driver: Driver) -> None:
    driver.on(SignInPage)
    driver.window.lock()
    assert not driver.window.is_locked


def test_a_quarter_of_an_hour_without_a_touch_locks_it(driver: Driver) -> None:
    driver.sign_in()
    minutes = driver.session.policy.idle_lock_min
    driver.window._look_at_idle(minutes * 60 - 1)
    assert not driver.window.is_locked and "1" in driver.window._countdown.text()
    driver.window._look_at_idle(minutes * 60)
    assert driver.window.is_locked


def test_the_screen_locks_and_tells_of_it_by_the_settings_of_whoever_signed_in(driver: Driver) -> None:
    driver.sign_in()
    desk = driver.session.desk
    assert desk is not None
    desk.policy = replace(desk.policy, idle_lock_min=4, idle_notice_min=2)
    driver.window._look_at_idle(119)
    assert driver.window._countdown.text() == ""
    driver.window._look_at_idle(120)
    assert "2" in driver.window._countdown.text() and not driver.window.is_locked
    driver.window._look_at_idle(240)
    assert driver.window.is_locked


def test_a_touch_begins_the_time_anew(driver: Driver) -> None:
    driver.sign_in()
    now = 0.0
    driver.window.idle._clock = lambda: now
    driver.window.idle.touched()
    driver.window.idle.look()
    now = 800.0
    QTest.keyClick(driver.window.windowHandle(), Qt.Key.Key_Shift)
    now = 1600.0
    driver.window.idle.look()
    assert not driver.window.is_locked
    now = 1701.0
    driver.window.idle.look()
    assert driver.window.is_locked


def test_the_camera_is_let_go_and_comes_back_at_the_same_placement(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "camera=empty_chair")
    driver.open_at(Step.FACE)
    page = driver.on(CapturePage)
    driver.click(page.start)
    driver.until(lambda: page.has_picture)
    device = page.runner.in_use
    driver.window.lock()
    assert device.is_cancelled and not page.presenter.is_under_way
    _unlock(driver)
    driver.until(lambda: not driver.window.is_locked)
    driver.click(page.start)
    driver.until(lambda: page.presenter.view is not None)
    assert page.step is Step.FACE


def test_what_ends_while_it_is_locked_uncovers_nothing(driver: Driver) -> None:
    driver.sign_in()
    driver.window.lock()
    driver.window.home()  # as when work on a lane ends
    assert isinstance(driver.window._stack.currentWidget(), LockScreen)
    assert not driver.window.page.isVisible()


def test_copied_text_is_gone(typing: tuple[Driver, QLineEdit]) -> None:
    driver, _ = typing
    QGuiApplication.clipboard().setText(_NAME)
    driver.window.lock()
    assert QGuiApplication.clipboard().text() == ""


def test_the_trail_says_when_it_was_locked_and_by_what_unlocked(driver: Driver) -> None:
    driver.sign_in()
    driver.window.lock()
    _unlock(driver)
    driver.until(lambda: not driver.window.is_locked)
    desk = driver.session.desk
    assert desk is not None
    said = [(each.event, dict(each.detail)) for each in desk.trail.newest_first(20)]
    assert ("MUS-AUT-006", {"idle": "false"}) in said and ("MUS-AUT-007", {"by": "password"}) in said


def test_a_locked_station_of_training_says_that_it_is_one(driver: Driver) -> None:
    driver.sign_in()
    driver.window.lock()
    words = [each.text() for each in _cover(driver).findChildren(QLabel)]
    assert tr("Training: nothing is sent to a real server") in words
