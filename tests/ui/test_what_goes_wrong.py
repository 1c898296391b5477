"""What an officer sees when a device, a person, the network or the typing is not as it should be."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from conftest_ui import Driver
from PIL import Image, ImageFilter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from muster.domain.biometrics import BiometricAttribute, CaptureGroup, ForcedBecause
from muster.domain.delivery import DeliveryState
from muster.domain.registration import Step
from muster.errors import Code
from muster.ui.capture.lane_presenter import Choice, Doing
from muster.ui.capture.page import CapturePage
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.first_start import FirstStartPage
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.workstation.lanes import Lanes
from muster.workstation.mailbox import Mailbox
from muster_simulated.pictures import BUILT_IN

FAULTS = "MUSTER_SIMULATED_FAULTS"


def test_two_passwords_that_differ_are_refused_at_the_first_start(
    qtbot: QtBot, qapp: QApplication, session: Session, lanes: Lanes
) -> None:
    driver = Driver(qtbot, session, lanes)
    page = driver.on(FirstStartPage)
    driver.type(page.officer.user_id, "mmuster")
    driver.type(page.officer.password, "Wald und Wiese")
    driver.type(page.officer.again, "Wald und Weise")
    driver.click(page.set_up)
    assert "differ" in page.note.text()
    assert not session.has_station


def test_a_wrong_password_leaves_the_officer_at_the_sign_in_page(driver: Driver) -> None:
    page = driver.on(SignInPage)
    page.password.setText("not the password")
    driver.click(page.sign_in)
    driver.until(lambda: "wrong" in page.note.text())
    assert driver.session.desk is None


def _lane_at(driver: Driver, step: Step) -> CapturePage:
    """It takes this placement and no other."""
    driver.open_at(step)
    page = driver.on(CapturePage)
    assert isinstance(page, CapturePage)
    page.step_changed.connect(lambda step: page.pause.click())
    return page


def test_an_empty_chair_cannot_be_taken_as_a_face_and_who_sits_down_is_taken(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=empty_chair")
    page = _lane_at(driver, Step.FACE)
    driver.click(page.start)
    driver.until(lambda: "No face" in page.note.text())
    assert page.presenter.choices == ()
    monkeypatch.delenv(FAULTS)
    driver.until(lambda: BiometricAttribute.FACE in page.registration.samples)


def test_two_faces_are_told(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "camera=two_faces")
    monkeypatch.setattr("muster.ui.capture.lane_runner.PATIENCE_MS", 50)
    page = _lane_at(driver, Step.FACE)
    driver.click(page.start)
    driver.until(lambda: "More than one face" in page.note.text())
    driver.until(lambda: not page.runner._patience.isActive())
    page.runner.look()
    assert not page.choices[Choice.TRY].isVisible()


def test_a_face_that_will_not_do_may_be_kept_with_a_reason_once_the_attempts_are_used_up(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=poor_quality")
    monkeypatch.setattr("muster.ui.capture.lane_runner.PATIENCE_MS", 50)
    page = _lane_at(driver, Step.FACE)
    driver.click(page.start)
    driver.until(lambda: "closer" in page.note.text())
    trying, keeping, attesting = (page.choices[each] for each in (Choice.TRY, Choice.KEEP, Choice.ATTEST))
    for attempt in range(3):
        driver.until(lambda attempt=attempt: trying.isVisible() and page.presenter.attempts == attempt)  # type: ignore[misc]
        driver.click(trying)
    driver.until(keeping.isVisible)
    driver.click(keeping)
    another = page.side.reasons.reasons[-1]
    assert not another.isEnabled()  # it says nothing without a comment
    driver.type(page.side.reasons.comment, "Lies in bed")
    driver.click(another)
    driver.until(attesting.isVisible)  # so small a face is not told to be a living one either
    driver.click(attesting)
    driver.click(page.side.reasons.reasons[0])
    driver.until(lambda: BiometricAttribute.FACE in page.registration.samples)
    registration = page.registration
    assert registration.samples[BiometricAttribute.FACE].facts.forced
    assert registration.forced_because[BiometricAttribute.FACE].because is ForcedBecause.OTHER
    assert registration.is_face_attested


def test_a_photograph_is_not_taken_for_a_person_until_the_officer_says_why(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=photograph")
    page = _lane_at(driver, Step.FACE)
    attesting = page.choices[Choice.ATTEST]
    for attempt in range(3):
        assert not attesting.isVisible()
        driver.click(page.start)
        driver.until(lambda attempt=attempt: page.presenter.attempts == attempt + 1)  # type: ignore[misc]
        driver.until(lambda: page.presenter.doing is Doing.STOPPED)
    driver.click(attesting)
    driver.click(page.side.reasons.reasons[-1])
    driver.until(lambda: page.registration.is_face_attested)


@pytest.mark.parametrize(("step", "kind"), [(Step.FACE, "camera"), (Step.THUMBS, "fingerprint")])
def test_a_device_pulled_out_is_waited_for_and_goes_on_by_itself_when_it_is_back(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, step: Step, kind: str
) -> None:
    page = _lane_at(driver, step)
    monkeypatch.setattr(page.runner._plugged_in._watch, "_every_s", 0.02)
    monkeypatch.setenv(FAULTS, f"{kind}=unplug_mid_capture")
    driver.click(page.start)
    driver.until(lambda: "unplugged" in page.note.text())
    assert page.presenter.doing is Doing.WAITING
    monkeypatch.setenv(FAULTS, f"{kind}=unplug")
    driver.until(lambda: page.presenter._was_seen_gone)
    clicks = driver.clicks
    monkeypatch.setenv(FAULTS, "")
    driver.until(lambda: page.presenter.placements[0].is_done and page.step is not step)
    assert driver.clicks == clicks


@pytest.mark.parametrize(
    ("fault", "words"),
    [("unplug", "No fingerprint reader is connected"), ("busy", "is busy"), ("wrong_finger", "another hand")],
)
def test_a_reader_that_fails_is_a_sentence_and_the_next_try_works(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, fault: str, words: str
) -> None:
    page = _lane_at(driver, Step.LEFT_SLAP)
    monkeypatch.setenv(FAULTS, f"fingerprint={fault}")
    driver.click(page.start)
    driver.until(lambda: words in page.note.text())
    assert not page.registration.samples.keys() & set(CaptureGroup.LEFT_SLAP.attributes)
    monkeypatch.delenv(FAULTS)
    driver.take(Step.RIGHT_SLAP)
    assert page.registration.is_done(Step.LEFT_SLAP)


def test_a_reader_that_stays_silent_is_asked_again_by_itself(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.ui.capture.lane_runner.RETRY_AFTER_MS", 60_000)
    page = _lane_at(driver, Step.LEFT_SLAP)
    monkeypatch.setenv(FAULTS, "fingerprint=timeout")
    driver.click(page.start)
    driver.until(lambda: page.presenter.doing is Doing.AGAIN)
    assert "did not answer in time" in page.note.text()
    monkeypatch.delenv(FAULTS)
    page.runner.moment_over()
    driver.until(lambda: page.step is Step.RIGHT_SLAP)
    assert page.presenter.placements[1].attempts == 1


def test_poor_fingers_may_be_kept_once_the_attempts_are_used_up(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _lane_at(driver, Step.THUMBS)
    monkeypatch.setenv(FAULTS, "fingerprint=poor_quality")
    driver.click(page.start)  # once: the other two attempts come by themselves
    driver.until(lambda: page.presenter.doing is Doing.STOPPED)
    assert page.presenter.attempts == 3
    driver.click(page.choices[Choice.KEEP])
    worn, *_ = page.side.reasons.reasons
    driver.click(worn)
    driver.until(lambda: page.step is Step.IRISES)
    assert page.registration.samples[BiometricAttribute.LEFT_THUMB].facts.forced
    assert page.registration.forced_because[BiometricAttribute.LEFT_THUMB].because is ForcedBecause.WORN


def test_a_finger_that_is_judged_poor_is_named_with_what_to_do_and_taken_again(
    judging: None, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.ui.capture.lane_runner.RETRY_AFTER_MS", 60_000)
    page = _lane_at(driver, Step.THUMBS)
    monkeypatch.setenv(FAULTS, "fingerprint=partial")
    driver.click(page.start)
    driver.until(lambda: "Once more" in page.note.text())
    assert page.note.text() == "Once more: Left thumb, Right thumb."
    said = {row.finding.code.name for row in page.presenter.rows if row.finding}
    assert said == {"FINGER_PARTIAL"}
    monkeypatch.setenv(FAULTS, "")
    page.runner.moment_over()
    driver.until(lambda: page.step is Step.IRISES)


def test_the_same_finger_twice_is_told_with_both_names(
    judging: None, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.ui.capture.lane_runner.RETRY_AFTER_MS", 60_000)
    page = _lane_at(driver, Step.THUMBS)
    monkeypatch.setenv(FAULTS, "fingerprint=same_finger")
    driver.click(page.start)
    driver.until(lambda: "Once more" in page.note.text())
    (told,) = {each.text() for each in page.findChildren(QLabel) if "same finger" in each.text()}
    assert told.startswith("The same finger was placed for both: Left thumb, Right thumb.")


def test_what_was_not_judged_when_the_page_was_left_is_judged_when_it_is_shown(
    judging: None, driver: Driver
) -> None:
    driver.open_at(Step.THUMBS)
    assert driver.session.desk is not None
    enrollment, registration = driver.session.desk.enrollment, driver.wizard.registration
    enrollment.capture_group(registration, CaptureGroup.THUMBS, Event(), Mailbox())
    driver.wizard.show_step(Step.THUMBS)
    driver.until(lambda: enrollment.unjudged(registration, CaptureGroup.THUMBS) == ())


def test_a_form_with_gaps_is_not_accepted_and_says_where(driver: Driver) -> None:
    driver.open_at(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["fullName", "eng"], "Erika Mustermann")
    driver.click(page.next)
    driver.until(lambda: "red frame" in page.note.text())
    assert page.boxes["dateOfBirth", ""].property("wrong")
    assert not page.boxes["fullName", "eng"].property("wrong")
    assert driver.wizard.step is Step.DEMOGRAPHICS


def test_a_name_typed_in_one_script_is_carried_over_until_somebody_types_there(driver: Driver) -> None:
    driver.open_at(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["fullName", "eng"], "Erika")
    assert page.boxes["fullName", "fra"].text() == "Erika"
    page.boxes["fullName", "fra"].end(False)
    driver.type(page.boxes["fullName", "fra"], "!")
    driver.type(page.boxes["fullName", "eng"], " M")
    assert page.boxes["fullName", "fra"].text() == "Erika!"


def test_half_a_form_survives_a_change_of_the_window_s_language(driver: Driver) -> None:
    driver.open_at(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["fullName", "eng"], "Erika Mustermann")
    driver.window.use_language(WINDOW_LANGUAGES[2])
    driver.until(lambda: driver.on(DemographicsPage) is not page)
    again = driver.on(DemographicsPage)
    assert again.boxes["fullName", "eng"].text() == "Erika Mustermann"
    assert driver.window.layoutDirection() is Qt.LayoutDirection.RightToLeft
    driver.window.use_language(WINDOW_LANGUAGES[0])


def test_the_next_step_waits_for_a_document_that_must_be_there(driver: Driver) -> None:
    driver.open_at(Step.DOCUMENTS)
    page = driver.on(DocumentsPage)
    driver.click(page.next)
    driver.until(lambda: "needed" in page.note.text())
    assert driver.wizard.step is Step.DOCUMENTS


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"not a picture", "not a picture"), (b"\xff\xd8\xff", "picture")]
)
def test_a_file_that_is_no_picture_is_refused_and_nothing_is_kept(
    driver: Driver, tmp_path, content: bytes, words: str
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "page.jpg").write_bytes(content)
    driver.open_at(Step.DOCUMENTS)
    page = driver.on(DocumentsPage)
    page.attach_file("proofOfIdentity", tmp_path / "page.jpg")
    driver.until(lambda: words in page.note.text())
    assert not page.reload().documents


def test_closing_the_window_in_the_middle_and_coming_back_continues_at_the_same_finger(
    driver: Driver, qtbot: QtBot, session: Session, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _lane_at(driver, Step.RIGHT_SLAP)
    monkeypatch.setenv(FAULTS, "fingerprint=timeout")  # nothing comes of it before the window is closed
    number = driver.wizard.registration.text
    driver.click(page.start)
    assert page.presenter.is_under_way
    driver.window.close()
    session.sign_out()
    again = Driver(qtbot, session, lanes)
    again.sign_in()
    home = again.on(HomePage)
    again.until(lambda: home._drafts.itemAtPosition(0, 1) is not None)
    again.click(home._drafts.itemAtPosition(0, 1).widget())
    lane = again.on(CapturePage)
    assert again.wizard.registration.text == number
    assert (lane.step, lane.presenter.attempts) == (Step.RIGHT_SLAP, 0)
    assert lane.registration.is_done(Step.LEFT_SLAP)


def test_a_wrong_password_does_not_sign(driver: Driver) -> None:
    driver.open_at(Step.SIGNATURE)
    page = driver.to_sign()
    driver.type(page.password, "not the password")
    driver.click(page.sign)
    driver.until(lambda: "wrong" in page.note.text())
    assert page.reload().signed is None


def test_without_a_network_the_packet_waits_and_is_sent_later(driver: Driver) -> None:
    driver.open_at(Step.SIGNATURE)
    desk, credentials = driver.session.desk, driver.session.station().demo_credentials()
    assert desk is not None and credentials is not None
    desk._submission.server_certificate()  # fetched on an earlier day with a network
    receiver = driver.session._receiver
    assert receiver is not None
    working, receiver.url = receiver.url, lambda: "http://127.0.0.1:9"  # type: ignore[method-assign]
    page = driver.to_sign()
    driver.type(page.password, credentials[0][1])
    driver.click(page.sign)
    receipt = driver.on(ReceiptPage)
    driver.until(lambda: "cannot be reached" in receipt.outcome.text())
    driver.click(receipt.home)
    home = driver.on(HomePage)
    assert desk.sync.outbox()[0].state is DeliveryState.APPROVED
    receiver.url = working  # type: ignore[method-assign]
    driver.click(home.send)
    driver.until(lambda: desk.sync.outbox()[0].state is DeliveryState.PUSHED)


def test_every_sentence_of_the_window_is_plain_text(driver: Driver) -> None:
    """A code's sentence is shown as it is: no markup can come in through a name or a server's words."""
    page = driver.on(SignInPage)
    page.note.say(Code("X", "<b>bold</b>.").say())
    assert page.note.text() == "<b>bold</b>."
    assert page.note.textFormat() is Qt.TextFormat.PlainText


def test_a_blurred_page_is_warned_of_beside_it_and_the_officer_may_go_on(driver: Driver, tmp_path: Path) -> None:
    page_file = tmp_path / "page.png"
    Image.open(BUILT_IN / "document.png").convert("RGB").filter(ImageFilter.GaussianBlur(6)).save(page_file)
    driver.open_at(Step.DOCUMENTS)
    page = driver.on(DocumentsPage)
    slot = page.slots["proofOfIdentity"]
    page.attach_file("proofOfIdentity", page_file)
    driver.until(lambda: "not sharp" in slot.warning.text())
    assert slot.warning.property("tone") == "warn"
    driver.click(slot.remove)
    driver.until(lambda: not slot.warning.text())
    page.attach_file("proofOfIdentity", page_file)
    driver.until(lambda: "not sharp" in slot.warning.text())
    driver.click(page.next)
    driver.at(Step.PROOFING)
