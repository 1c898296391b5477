"""One's own sign-in and the people of a station, through the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest_ui import Driver

from muster.crypto.authenticator import _totp
from muster.domain.biometrics import BiometricAttribute
from muster.domain.operators import WAYS, Action, Factor, Role
from muster.ui.pages.home import HomePage
from muster.ui.pages.my_sign_in import MySignInPage
from muster.ui.pages.people import PeoplePage
from muster.ui.pages.sign_in import SignInPage


def _password(driver: Driver, user_id: str) -> str:
    return dict(driver.session.station().demo_credentials() or ())[user_id]


@pytest.fixture
def people(driver: Driver) -> tuple[Driver, PeoplePage]:
    """The supervisor, who is the demo's administrator, at the list."""
    driver.on(SignInPage).user_id.setCurrentText("supervisor")
    driver.sign_in()
    driver.click(driver.on(HomePage).people)
    page = driver.on(PeoplePage)
    driver.until(lambda: bool(page.rows))
    return driver, page


def test_an_officer_is_offered_no_list_of_people(driver: Driver) -> None:
    driver.sign_in()
    assert not driver.on(HomePage).people.isVisible()


def test_somebody_is_added_once_the_administrators_password_is_right(people: tuple[Driver, PeoplePage]) -> None:
    driver, page = people
    for box, text in ((page.user_id, "heidi"), (page.password, "ein Berg"), (page.again, "ein Berg")):
        driver.type(box, text)
    driver.type(page.current, "not the password")
    driver.click(page.add)
    driver.until(lambda: page.note.property("tone") == "bad" and page.isEnabled())
    assert "heidi" not in page.rows
    page.current.clear()
    driver.type(page.current, _password(driver, "supervisor"))
    driver.click(page.add)
    driver.until(lambda: "heidi" in page.rows)
    assert page.password.text() == "" and "heidi" in driver.session.station().operators
    page._ask_remove("heidi")
    assert "heidi" in page.rows  # asked once more
    page._ask_remove("heidi")
    driver.until(lambda: "heidi" not in page.rows)
    assert page.roles[Role.OFFICER].isChecked()


def test_a_finger_and_an_authenticator_are_set_up_and_the_page_keeps_no_secret(driver: Driver) -> None:
    driver.sign_in()
    driver.window.my_sign_in()
    page = driver.on(MySignInPage)
    driver.type(page.current, _password(driver, "officer"))
    driver.click(page.fingers[BiometricAttribute.RIGHT_INDEX])
    driver.until(lambda: page.note.property("tone") == "good" and page.isEnabled())
    driver.click(page.begin)
    assert page._made is not None
    now = int(driver.session.clock().timestamp())
    driver.type(page.code, _totp(page._made.secret).generate(now).decode())
    driver.type(page.current, _password(driver, "officer"))
    page.note.clear()
    driver.click(page.finish)
    driver.until(lambda: page.note.property("tone") == "good" and page.isEnabled() and page._made is None)
    assert driver.session.desk is not None
    assert driver.session.desk.operators.own_factors == {Factor.PASSWORD, Factor.FINGER, Factor.CODE}
    assert page.qr.pixmap().isNull() and page.current.text() == page.code.text() == ""


def test_whoever_has_yet_to_set_up_an_authenticator_lands_where_that_is_done(driver: Driver) -> None:
    ways = {**WAYS, Action.SIGN_IN: (frozenset({Factor.PASSWORD, Factor.CODE}),)}
    driver.session.policy = replace(driver.session.policy, ways=ways)
    driver.window.begin()
    page = driver.on(SignInPage)
    assert page.code.isVisible()
    driver.click(page.sign_in)
    own = driver.on(MySignInPage)
    driver.click(own.back)
    assert driver.on(MySignInPage).note.property("tone") == "warn"
