"""Two windows: the officer's, and the one of the person who is registered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from conftest_ui import Driver
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from muster.devices.frames import Pixels
from muster.domain.biometrics import BiometricAttribute
from muster.domain.lifecycle import Registration
from muster.domain.person import Question, Reply
from muster.domain.registration import RegistrationId, Step
from muster.errors import Refused
from muster.ui import finishing
from muster.ui.application import prepared_application
from muster.ui.capture.guidance import Guidance
from muster.ui.language import OtherLanguage
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.person.display import PersonDisplay
from muster.ui.person.views import AskView, GuidingView, MessageView
from muster.ui.widgets.signature_pad import SignaturePad
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.preview import PreviewPage
from muster.workstation.lanes import Lanes
from muster.workstation.person_capture import PersonCapture
from muster.workstation.person_screen import Shown, ShownLine, Signing
from muster.workstation.proving import Proof
from muster.workstation.spoken_prompts import ASK_FACE
from muster.workstation.submission import STEPS_OPEN
from muster.workstation.words_for_people import screen_words

# Qt's platform without a display says so whenever a window of its own is moved or raised.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _asked(driver: Driver) -> AskView:
    """The page the person is to answer."""
    driver.until(lambda: isinstance(driver.window.person.window.view, AskView))
    view = driver.window.person.window.view
    assert isinstance(view, AskView)
    return view


def _texts(widget: QWidget) -> list[str]:
    labels = [each.text() for each in widget.findChildren(QLabel)]
    return sorted(
        text for text in (*labels, *(each.text() for each in widget.findChildren(QAbstractButton))) if text
    )


def _texts_of(shown: Shown) -> list[str]:
    lines = [text for line in shown.lines for text in (line.label, line.text) if text]
    signing = [shown.signing.hint, shown.signing.clear] if shown.signing else []
    return sorted([shown.title, *lines, shown.asked, *shown.replies, *signing])


def _sign(qtbot: QtBot, pad: SignaturePad) -> None:
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(30, 60))
    for x in range(40, 240, 20):
        qtbot.mouseMove(pad, QPoint(x, 60 + (x % 40)))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(240, 60))


def test_the_person_reads_signs_and_agrees_and_the_officers_window_goes_on_by_itself(
    driver: Driver, qtbot: QtBot
) -> None:
    driver.sign_in()
    driver.window.person.open_as_window()
    driver.start()
    view = _asked(driver)
    assert view.shown.language == driver.on(ConsentPage)._language
    assert _texts(view) == _texts_of(view.shown)
    assert view.pad is not None
    _sign(qtbot, view.pad)
    clicks = driver.clicks
    qtbot.mouseClick(view.yes, Qt.MouseButton.LeftButton)
    driver.on(DemographicsPage)
    assert driver.clicks == clicks
    assert isinstance(driver.window.person.window.view, MessageView)
    desk = driver.session.desk
    assert desk is not None
    state = desk.enrollment.registration(driver.wizard.registration)
    answer = state.answers[Question.CONSENT]
    assert (answer.reply, answer.own_screen, answer.shown) == (Reply.AGREED, True, view.shown.digest)
    written = desk.enrollment.person.signature(state)
    assert written is not None and len(written.strokes) == 1 and len(written.strokes[0]) > 5


def test_on_the_officers_screen_one_key_shows_it_and_the_answer_takes_it_away_and_a_no_ends_it_all(
    driver: Driver, qtbot: QtBot
) -> None:
    driver.sign_in()
    driver.start()
    person, desk = driver.window.person, driver.session.desk
    assert desk is not None
    assert not person.window.isVisible()
    agree = driver.on(ConsentPage).agree
    driver.window.activateWindow()
    driver.until(agree.hasFocus)
    qtbot.keyClick(agree, Qt.Key.Key_F8)
    driver.until(lambda: person.is_turned)
    assert person.window.isFullScreen()
    qtbot.keyClick(person.window, Qt.Key.Key_F8)
    driver.until(lambda: not person.window.isVisible())
    person.turn()
    qtbot.mouseClick(_asked(driver).yes, Qt.MouseButton.LeftButton)
    driver.on(DemographicsPage)
    assert not person.window.isVisible()
    agreed = driver.wizard.registration
    assert not desk.enrollment.registration(agreed).answers[Question.CONSENT].own_screen

    driver.wizard.put_away()
    driver.start()
    refused = driver.wizard.registration
    person.open_as_window()
    qtbot.mouseClick(_asked(driver).no, Qt.MouseButton.LeftButton)
    home = driver.on(HomePage)
    assert "did not agree" in home.note.text()
    assert any("Nothing is kept" in text for text in _texts(person.window.view))
    assert [draft.id for draft in desk.enrollment.drafts()] == [agreed]
    assert desk.enrollment.registration(refused).discarded is not None

    driver.start()
    _asked(driver)
    driver.window.lock()
    assert isinstance(person.window.view, MessageView)  # nothing of anybody while the officer is away


def test_the_person_checks_corrects_and_confirms_and_the_next_person_waits_for_no_seal(
    driver: Driver, qtbot: QtBot, lanes: Lanes
) -> None:
    driver.open_at(Step.PREVIEW)
    driver.window.person.open_as_window()
    view = _asked(driver)
    # What the digest is over is what is shown: every word of it, and no other.
    assert _texts(view) == _texts_of(view.shown)
    qtbot.mouseClick(view.no, Qt.MouseButton.LeftButton)
    page = driver.on(PreviewPage)
    driver.until(lambda: "something is wrong" in page.note.text())
    driver.click(page.confirm)
    driver.until(lambda: "said that something is wrong" in page.note.text())

    page.step_wanted.emit(Step.DEMOGRAPHICS)
    driver.on(DemographicsPage)
    desk = driver.session.desk
    assert desk is not None
    state = desk.enrollment.registration(driver.wizard.registration)
    desk.enrollment.enter_demographics(state.id, {**state.demographics, "phone": "0699887766"})
    driver.wizard.go_on()
    driver.until(lambda: "0699887766" in _texts(_asked(driver)))
    qtbot.mouseClick(_asked(driver).yes, Qt.MouseButton.LeftButton)
    driver.at(Step.SIGNATURE)  # by the person's own word

    blocked = Event()
    lanes.submit(finishing.LANE, lambda: blocked.wait(30))
    number = driver.wizard.registration
    page = driver.to_sign()
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    driver.type(page.password, credentials[0][1])
    driver.click(page.sign)
    receipt = driver.on(ReceiptPage)
    assert receipt.sent.entry is None
    driver.click(receipt.another)
    driver.on(ConsentPage)  # while nothing is sealed yet
    assert desk.enrollment.registration(number).sealed is None
    blocked.set()
    driver.until(lambda: desk.enrollment.registration(number).uploaded is not None)
    # Its slip was left and the server has it: nothing of it stays.
    driver.until(lambda: not desk.enrollment.with_slip([number]))


@pytest.mark.parametrize("goes_on", [True, False], ids=["signed", "put away"])
def test_the_check_the_persons_screen_and_the_slip_show_one_portrait_that_is_held_no_longer(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, goes_on: bool
) -> None:
    decoded: list[BiometricAttribute] = []
    decode = PersonCapture.sample_picture

    def counted(
        self: PersonCapture, number: RegistrationId, attribute: BiometricAttribute, *, enough_px: int = 0
    ) -> Pixels:
        decoded.append(attribute)
        return decode(self, number, attribute, enough_px=enough_px)

    monkeypatch.setattr(PersonCapture, "sample_picture", counted)
    driver.open_at(Step.PREVIEW)
    driver.window.person.open_as_window()
    _asked(driver)
    number, desk = driver.wizard.registration, driver.session.desk
    assert desk is not None
    if goes_on:
        driver.click(driver.on(PreviewPage).confirm)
        driver.click(driver.to_sign().sign)
        assert driver.on(ReceiptPage).sent.slip.photo_png
    else:
        driver.wizard.put_away()
        driver.on(HomePage)
    assert decoded.count(BiometricAttribute.FACE) == 1
    desk.enrollment.portrait(number)
    assert decoded.count(BiometricAttribute.FACE) == 2


def test_while_the_preview_is_confirmed_the_person_is_asked_nothing_and_again_when_it_is_refused(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_at(Step.PREVIEW)
    driver.window.person.open_as_window()
    _asked(driver)
    page = driver.on(PreviewPage)
    confirming = Event()

    def refused(_: RegistrationId) -> Registration:
        confirming.wait(30)
        raise Refused(STEPS_OPEN)

    monkeypatch.setattr(page.enrollment, "confirm_preview", refused)
    driver.click(page.confirm)
    asked = isinstance(driver.window.person.window.view, AskView)
    confirming.set()
    assert not asked
    _asked(driver)
    assert "missing" in page.note.text()


def test_killed_between_signature_and_seal_it_is_sealed_after_the_next_sign_in_or_the_desk_says_what_to_do(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_at(Step.SIGNATURE)
    number = _signed_and_killed(driver)
    usual = driver.session.policy
    monkeypatch.setattr(driver.session, "policy", replace(usual, maximum_packet_bytes=1000))
    driver.sign_in()
    home = driver.on(HomePage)
    driver.until(lambda: any("too large to be sent" in text for text in _texts(home)))
    driver.window.sign_out()
    monkeypatch.setattr(driver.session, "policy", usual)
    driver.sign_in()
    desk = driver.session.desk
    assert desk is not None
    driver.until(lambda: desk.enrollment.registration(number).sealed is not None)


def _signed_and_killed(driver: Driver) -> RegistrationId:
    """Signed by the officer, and the program gone before anything was sealed."""
    desk, credentials = driver.session.desk, driver.session.station().demo_credentials()
    assert desk is not None and credentials is not None
    number = driver.wizard.registration
    desk.enrollment.confirm(number, credentials[1][0], Proof(credentials[1][1]))
    desk.enrollment.sign(number, Proof(credentials[0][1]))
    driver.window.page.leave()
    driver.session.desk = None
    desk.abandon()
    driver.window.begin()
    return number


def test_a_capture_is_guided_there_in_the_persons_language_and_its_last_picture_does_not_stay(
    qtbot: QtBot,
) -> None:
    officers = QWidget()
    qtbot.addWidget(officers)
    display = PersonDisplay(officers, "fra")
    guidance = Guidance(Step.FACE, prompt=ASK_FACE)
    display.guide(guidance)
    assert isinstance(display.window.view, MessageView)  # nobody sees it: nothing is drawn
    display.open_as_window()
    display.guide(guidance)
    view = display.window.view
    assert isinstance(view, GuidingView)
    assert view.view.accessibleDescription() == OtherLanguage("fra").say(ASK_FACE)
    display.withdraw()
    assert isinstance(display.window.view, MessageView)


@pytest.mark.parametrize("language", ["eng", "ara", "hin"])
def test_what_is_to_be_checked_is_seen_without_scrolling_on_a_small_screen(qtbot: QtBot, language: str) -> None:
    words = screen_words(language)
    prepared_application()  # with our fonts: those of Arabic are taller
    lines = tuple(ShownLine("Erika Mustermann", words["papers"]) for _ in range(15))
    lines = (*lines, ShownLine(words["biometrics"].format(fingers=10, irises=2), words["captured"]))
    shown = Shown(
        Question.DATA, language, words["check"], lines, words["ask_data"], (words["right"], words["wrong"])
    )
    view = AskView(shown, np.zeros((480, 640, 3), np.uint8))
    qtbot.addWidget(view)
    view.resize(1366, 768)
    view.show()
    area = view.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0, timeout=2000)
    assert view.yes.geometry().bottom() < view.height()


_TWO_SCREENS = """
import sys
from PySide6.QtWidgets import QWidget
from muster.ui.application import prepared_application
from muster.ui.person.display import PersonDisplay
application = prepared_application()
officers = QWidget()
officers.show()
display = PersonDisplay(officers, "eng")
display.place()
application.processEvents()
mine, theirs = officers.screen().name(), display.window.screen().name()
print(display.has_own_screen, display.window.isFullScreen(), mine != theirs)
"""


def test_a_second_monitor_is_used_by_itself(tmp_path: Path) -> None:
    """In a process of its own, on screens that Qt's platform without a display pretends to have."""
    screens = [{"name": name, "x": x, "y": 0, "width": 1366, "height": 768} for name, x in (("a", 0), ("b", 1366))]
    (tmp_path / "screens.json").write_text(json.dumps({"screens": screens}))
    platform = {"QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path / 'screens.json'}"}
    command = [sys.executable, "-c", _TWO_SCREENS]
    ran = subprocess.run(command, env={**os.environ, **platform}, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True"] * 3


def test_a_window_that_is_closed_shows_nobody_anything(qtbot: QtBot) -> None:
    officers = QWidget()
    qtbot.addWidget(officers)
    display = PersonDisplay(officers, "eng")
    display.open_as_window()
    assert display.has_own_screen
    display.window.close()
    assert not display.has_own_screen


def test_where_one_must_sign_one_signs_or_says_that_one_cannot(qtbot: QtBot) -> None:
    words = screen_words("eng")
    signing = Signing(words["must_sign"], words["clear"], True, words["cannot_sign"])
    shown = Shown(Question.CONSENT, "eng", "Consent", (), "?", (words["agree"], words["refuse"]), signing=signing)
    view = AskView(shown)
    qtbot.addWidget(view)
    view.show()
    assert not view.yes.isEnabled()
    assert view.unable is not None and view.pad is not None
    view.unable.click()
    assert view.yes.isEnabled()
    view.unable.click()
    assert not view.yes.isEnabled()
    view.unable.click()
    _sign(qtbot, view.pad)  # who signs can
    with qtbot.waitSignal(view.answered) as answered:
        view.yes.click()
    agrees, signature, cannot_sign = answered.args
    assert agrees and signature is not None and not cannot_sign


def test_where_the_person_must_sign_the_officers_word_is_not_offered(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    must = replace(driver.session.policy, consent_signature_required=True)
    monkeypatch.setattr(driver.session, "policy", must)
    driver.sign_in()
    driver.on(HomePage).start.click()
    page = driver.on(ConsentPage)
    assert not page.agree.isVisible()
    assert page.turn.isDefault() and page.note.isVisible()
