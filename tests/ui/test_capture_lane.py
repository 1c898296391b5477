"""The captures at the window: one press when all is well, by keyboard alone, and without hands."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from conftest_ui import Driver
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from muster.analysis.weights import WEIGHTS_MISSING
from muster.clock import utc_now
from muster.domain.biometrics import BiometricAttribute, BiometricException, CaptureGroup, ExceptionKind
from muster.domain.lifecycle import Registration, Started
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.errors import Unavailable
from muster.ui.capture.guidance import Guidance
from muster.ui.capture.lane_presenter import Choice, LanePresenter
from muster.ui.capture.page import CapturePage
from muster.ui.capture.side import CaptureSide
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.signature import SignaturePage
from muster.workstation.capture_lane import PlacementState
from muster.workstation.demo import demo_script
from muster.workstation.enrollment import Enrollment
from muster.workstation.samples import CaptureOutcome
from muster.workstation.script import ScriptedEnrollment
from muster.workstation.speech import Announcer

HANDS = (CaptureGroup.LEFT_SLAP, CaptureGroup.RIGHT_SLAP, CaptureGroup.THUMBS)
EYE = BiometricAttribute.LEFT_EYE
FINGERS = {each for group in HANDS for each in group.attributes}


class _Heard:
    """A voice that remembers."""

    name = "test"

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def say(self, text: str, language: str) -> None:
        self.said.append((text, language))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> _Heard:
    voice = _Heard()
    monkeypatch.setattr("muster.workstation.desk.Announcer", lambda: Announcer(lambda: voice))
    return voice


def _lane(driver: Driver) -> CapturePage:
    """Of somebody with ten fingers who agreed in French."""
    driver.sign_in()
    desk, credentials = driver.session.desk, driver.session.station().demo_credentials()
    assert desk is not None and credentials is not None
    script = replace(demo_script(), consent="fra", exceptions=())
    played = ScriptedEnrollment(desk.enrollment, script, credentials[0][1]).run(stop_after=Step.PROOFING)
    driver.window.open(played.registration)
    page = driver.on(CapturePage)
    assert isinstance(page, CapturePage)
    return page


def test_one_press_takes_everything_and_the_person_is_asked_aloud_in_their_language(
    heard: _Heard, driver: Driver
) -> None:
    page = _lane(driver)
    seen: list[Guidance] = []
    page.guided.connect(seen.append)
    before = driver.clicks
    driver.click(page.start)
    driver.on(PreviewPage)
    assert driver.clicks - before == 1
    assert {each.step for each in seen} == {Step.FACE, Step.LEFT_SLAP, Step.RIGHT_SLAP, Step.THUMBS, Step.IRISES}
    assert any(each.picture is not None and each.face is not None for each in seen)
    assert heard.said and all(language == "fr" for _, language in heard.said)
    assert any("s’il vous plaît" in text for text, _ in heard.said)


def _no_weights(*_: object) -> CaptureOutcome:
    raise Unavailable(WEIGHTS_MISSING)


def _captured_and_killed(driver: Driver) -> Registration:
    """Everything is captured; the station had looked at no finger yet when the program was killed."""
    driver.sign_in()
    desk, credentials = driver.session.desk, driver.session.station().demo_credentials()
    assert desk is not None and credentials is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Enrollment, "judge", _no_weights)
        script = ScriptedEnrollment(desk.enrollment, demo_script(), credentials[0][1])
        registration = script.run(stop_after=Step.EXCEPTION_PHOTO).registration
    assert not registration.judgements
    return registration


def test_after_a_crash_fingers_are_judged_before_a_number_is_shown_for_them(
    judging: None, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration, may_judge = _captured_and_killed(driver), Event()
    judge = Enrollment.judge

    def wait_and_judge(*of: Any) -> CaptureOutcome:
        may_judge.wait()
        return judge(*of)

    monkeypatch.setattr(Enrollment, "judge", wait_and_judge)
    driver.window.open(registration)
    page = driver.on(PreviewPage)
    before = {each: page.told[each].text() for each in page.told if each in FINGERS}
    may_judge.set()
    assert len(before) == 9
    assert [text.partition(": ")[2] for text in before.values()] == ["is being judged …"] * 9
    desk = driver.session.desk
    assert desk is not None
    driver.until(lambda: before.keys() <= page.registration.judgements.keys())
    shown = {each: f": {round(desk.enrollment.quality_of(page.registration, each))}" for each in before}
    assert {each: page.told[each].text()[-len(said) :] for each, said in shown.items()} == shown
    driver.click(page.confirm)
    driver.on(SignaturePage)


def test_where_nothing_can_judge_fingers_the_number_that_counts_is_shown(
    judging: None, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration = _captured_and_killed(driver)
    monkeypatch.setattr(Enrollment, "judge", _no_weights)
    driver.window.open(registration)
    page = driver.on(PreviewPage)
    counts = {
        each: f": {round(registration.samples[each].facts.quality)}" for each in page.told if each in FINGERS
    }
    driver.until(lambda: all(page.told[each].text().endswith(said) for each, said in counts.items()))


def test_it_is_started_paused_and_sent_to_another_placement_by_keys_alone(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _lane(driver)
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "camera=unplug,iris=unplug")
    driver.window.activateWindow()
    driver.until(page.start.hasFocus)
    QTest.keyClick(page.start, Qt.Key.Key_Space)
    driver.until(lambda: "No camera" in page.note.text())
    assert page.step is Step.FACE
    QTest.keyClick(page, Qt.Key.Key_5)
    driver.until(lambda: "No iris camera" in page.note.text())
    assert page.step is Step.IRISES
    QTest.keyClick(page, Qt.Key.Key_Escape)
    driver.until(lambda: not page.presenter.is_under_way)
    driver.until(page.start.hasFocus)


def test_a_person_without_hands_is_said_to_be_so_in_three_presses_and_goes_on_with_the_eyes(
    driver: Driver,
) -> None:
    page = _lane(driver)
    before = driver.clicks
    thumb = page.side.map.middle_of(BiometricAttribute.RIGHT_THUMB).toPoint()
    QTest.mouseClick(page.side.map, Qt.MouseButton.LeftButton, pos=thumb)
    assert page.side.exceptions.attributes == (BiometricAttribute.RIGHT_THUMB,)
    driver.click(page.side.exceptions.wholes["BOTH"])
    driver.type(page.side.exceptions.reasons.comment, "since birth")
    driver.click(page.side.exceptions.reasons.reasons[0])
    driver.until(lambda: bool(page.registration.exceptions))
    assert driver.clicks - before == 2  # and the one at the drawing
    marked = page.registration.exceptions
    assert set(marked) == FINGERS
    assert {(each.kind, each.comment) for each in marked.values()} == {(ExceptionKind.PERMANENT, "since birth")}
    states = {each.step: each.state for each in page.presenter.placements}
    assert states[Step.LEFT_SLAP] is states[Step.THUMBS] is PlacementState.EXCEPTED
    driver.click(page.start)
    driver.until(page.choices[Choice.TAKE].isVisible)
    driver.click(page.choices[Choice.TAKE])
    preview = driver.on(PreviewPage)
    assert preview.registration.is_done(Step.IRISES) and preview.registration.is_done(Step.EXCEPTION_PHOTO)


def _side(qtbot: QtBot, *exceptions: BiometricAttribute) -> CaptureSide:
    """Of somebody of whom nothing was captured yet."""
    started = Started(utc_now(), Process.NEW, ("eng",), "mmuster", 0.1)
    marked = {each: BiometricException(each, ExceptionKind.PERMANENT, "missing") for each in exceptions}
    state = Registration(RegistrationId("1" * 15 + "20260301120000"), started, exceptions=marked)
    side = CaptureSide(LanePresenter(state, USUAL_STEPS, 3, lambda state, attribute: 0.0))
    qtbot.addWidget(side)
    side.show_standing()
    return side


def test_what_was_marked_by_mistake_is_taken_back_on_the_drawing(qtbot: QtBot) -> None:
    side = _side(qtbot, EYE)
    side.map.pointed.emit(EYE)
    with qtbot.waitSignal(side.exceptions.cleared) as cleared:
        side.exceptions.undo.click()
    assert cleared.args == [(EYE,)]


def test_an_eye_and_a_finger_are_never_given_one_reason(qtbot: QtBot) -> None:
    side = _side(qtbot)
    for each in (BiometricAttribute.LEFT_THUMB, BiometricAttribute.RIGHT_THUMB, EYE):
        side.map.pointed.emit(each)
    assert side.exceptions.attributes == (EYE,)


def test_a_reason_that_says_nothing_needs_a_comment(qtbot: QtBot) -> None:
    side = _side(qtbot)
    side.map.pointed.emit(EYE)
    *_, another = side.exceptions.reasons.reasons
    assert not another.isEnabled()
    side.exceptions.reasons.comment.setText("  ")
    assert not another.isEnabled()
    side.exceptions.reasons.comment.setText("Glass eye")
    with qtbot.waitSignal(side.exceptions.chosen) as chosen:
        another.click()
    assert chosen.args == [(EYE,), ExceptionKind.TEMPORARY, "Another reason, for now", "Glass eye"]


def test_the_drawing_is_pointed_at_with_the_arrows_and_enter(qtbot: QtBot) -> None:
    side = _side(qtbot)
    QTest.keyClick(side.map, Qt.Key.Key_Right)
    with qtbot.waitSignal(side.map.pointed) as pointed:
        QTest.keyClick(side.map, Qt.Key.Key_Return)
    assert pointed.args[0] in side.map.states
    assert side.map.accessibleDescription().endswith("to be captured")
