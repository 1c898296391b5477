"""A supervisor's morning: four registrations decided by keyboard alone and signed off at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_ui import Driver
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId, Step
from muster.domain.review import ReviewRules
from muster.ui.audit.page import TrailPage
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.home import HomePage
from muster.ui.review.page import ReviewPage
from muster.ui.session import Session
from muster.workstation.demo import demo_script
from muster.workstation.lanes import Lanes
from muster.workstation.policy import UNJUDGED, LivenessDemand, Policy
from muster.workstation.script import ScriptedEnrollment

_LEFT_OUT = (Step.RIGHT_SLAP, Step.THUMBS, Step.IRISES, Step.EXCEPTION_PHOTO)  # for speed
_POLICY = Policy(
    steps=tuple(step for step in Step if step not in _LEFT_OUT),
    face_good_for_s=0.0,
    face_template_kept_for_days=0,
    quality_rules=UNJUDGED,
    face_liveness=LivenessDemand.NONE,
    confirmed_by_supervisor=frozenset(),
    review=ReviewRules(required=True, sample=0, look_from=10),
)
_PEOPLE = 3


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Path:
    """A demo station at which an officer registered four people. Only to be copied."""
    root = tmp_path_factory.mktemp("registered") / "station"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        session = Session(root, utc_now, policy=_POLICY)
        session.create_demo()
        user_id, password = (session.station().demo_credentials() or ())[0]
        desk = session.sign_in(user_id, password)
        for _ in range(_PEOPLE):
            played = ScriptedEnrollment(desk.enrollment, demo_script(), password).run()
            desk.enrollment.submit(played.registration.id)
        session.close()
    return root


@pytest.fixture
def session(tmp_path: Path, registered: Path, qapp: QApplication) -> Iterator[Session]:
    shutil.copytree(registered, tmp_path / "station")
    made = Session(tmp_path / "station", utc_now, policy=_POLICY)
    yield made
    made.close()


@pytest.fixture
def driver(qtbot: QtBot, session: Session, lanes: Lanes) -> Driver:
    """The supervisor at the desk."""
    session.sign_in(*(session.station().demo_credentials() or ())[1])
    return Driver(qtbot, session, lanes)


@pytest.fixture
def page(driver: Driver) -> ReviewPage:
    driver.window.activateWindow()
    driver.until(driver.window.isActiveWindow)
    driver.click(driver.on(HomePage).review)
    page = driver.on(ReviewPage)
    assert driver.window.isActiveWindow()  # a widget that is shown before it has a place takes the keyboard away
    assert isinstance(page, ReviewPage)
    driver.until(lambda: page.case.seen is not None)
    return page


def _press(qtbot: QtBot, page: ReviewPage, key: str) -> None:
    qtbot.keyClick(page.focusWidget() or page, key)


def _states(session: Session) -> dict[RegistrationId, DeliveryState]:
    assert session.desk is not None
    return {each.registration_id: each.state for each in session.desk.sync.outbox()}


def test_an_officer_is_offered_neither_review_nor_trail_nor_administration(
    qtbot: QtBot, session: Session, lanes: Lanes
) -> None:
    session.sign_in(*(session.station().demo_credentials() or ())[0])
    home = Driver(qtbot, session, lanes).on(HomePage)
    assert not any(each.isVisible() for each in (home.review, home.trail, home.administration))


def test_a_mornings_review_by_keyboard_alone(
    driver: Driver, page: ReviewPage, qtbot: QtBot, session: Session
) -> None:
    order = [each.registration_id for each in page.presenter.lines]
    assert len(order) == _PEOPLE and page.presenter.chosen == order[0]
    _press(qtbot, page, "R")
    assert page.reasons_card.isVisible()
    qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_Escape)
    _press(qtbot, page, "1")  # no reason is asked for any more
    assert not page.reasons_card.isVisible() and page.presenter.lines[0].decision is None
    for place, keys in enumerate(("A", "R4", "B6")):
        driver.until(lambda place=place: _is_shown(page, order[place]))  # type: ignore[misc]
        for key in keys:
            _press(qtbot, page, key)
        driver.until(lambda place=place: page.presenter.lines[place].decision is not None)  # type: ignore[misc]
    assert set(_states(session).values()) == {DeliveryState.REGISTERED}  # nothing counts yet
    _press(qtbot, page, "S")
    driver.until(page.proof_card.isVisible)
    _prove(qtbot, page, "not the password")
    driver.until(lambda: page.note.property("tone") == "bad" and page.proof_card.isEnabled())
    assert set(_states(session).values()) == {DeliveryState.REGISTERED}
    _prove(qtbot, page, (session.station().demo_credentials() or ())[1][1])
    driver.until(lambda: page.note.property("tone") == "good")
    # And the third is a draft again.
    assert _states(session) == {order[0]: DeliveryState.APPROVED, order[1]: DeliveryState.REJECTED}
    driver.until(lambda: not page.presenter.lines)
    assert page.box.password.text() == ""


def _prove(qtbot: QtBot, page: ReviewPage, password: str) -> None:
    qtbot.keyClicks(page.box.password, password)
    qtbot.keyClick(page.box.password, Qt.Key.Key_Return)


def _is_shown(page: ReviewPage, registration_id: RegistrationId) -> bool:
    seen = page.case.seen
    return seen is not None and seen.case.line.registration_id == registration_id


def test_pictures_are_compared_side_by_side_and_a_story_is_one_key_away(
    driver: Driver, page: ReviewPage, qtbot: QtBot
) -> None:
    driver.window.use_language(WINDOW_LANGUAGES[2])
    driver.until(lambda: driver.window.page is not page)
    page = driver.on(ReviewPage)
    driver.until(lambda: len(page.case.pictures.buttons) > 4)
    driver.window.resize(1366, 768)
    first, second = page.case.pictures.panes
    assert first.has_picture and second.has_picture
    before = first.zoom
    first.magnify(3)
    assert first.zoom > before * 1.9
    page.case.pictures.show_large(list(page.case.pictures.buttons)[4])
    assert first.zoom != before * 1.25**3  # another picture, as a whole
    wanted = page.presenter.chosen
    _press(qtbot, page, "T")
    trail = driver.on(TrailPage)
    driver.until(lambda: trail.story.story is not None)
    assert trail.story.story.registration_id == wanted
    driver.window.use_language(WINDOW_LANGUAGES[0])
