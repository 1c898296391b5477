"""What hands do without thinking: double clicks, wheels, Enter, going back, closing, asking again."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from conftest_ui import Driver
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTranslator
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.biometrics import BiometricAttribute
from muster.domain.delivery import ServerStatus
from muster.domain.registration import Step
from muster.receiver.storage import Storage
from muster.ui.capture.page import CapturePage
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.first_start import FirstStartPage
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.signature import SignaturePage
from muster.ui.wizard.wizard import Wizard
from muster.workstation.lanes import Lanes
from muster.workstation.proving import Proof


def _draft(driver: Driver, step: Step) -> None:
    """A draft that stands at ``step``, and the officer at the desk."""
    driver.open_at(step)
    driver.wizard.put_away()
    driver.until(lambda: driver.on(HomePage)._drafts.itemAtPosition(0, 1) is not None)


def test_the_keyboard_is_where_it_is_needed_on_every_page(
    qtbot: QtBot, qapp: QApplication, session: Session, lanes: Lanes
) -> None:
    driver = Driver(qtbot, session, lanes)
    first = driver.on(FirstStartPage)
    driver.until(first.officer.user_id.hasFocus)
    session.create_demo()
    driver.window.begin()
    assert driver.on(SignInPage).sign_in.hasFocus()
    QTest.keyClick(driver.on(SignInPage).sign_in, Qt.Key.Key_Return)
    home = driver.on(HomePage)
    assert home.start.hasFocus()
    QTest.keyClick(home.start, Qt.Key.Key_Return)
    assert driver.on(ConsentPage).agree.hasFocus()


def test_a_device_that_is_pulled_out_and_put_back_is_told_by_itself(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.sign_in()
    home = driver.on(HomePage)

    def camera() -> str:
        return next((each.text() for each in home.findChildren(QLabel) if each.text() in said), "")

    said = ("Muster Simulated Camera", "not connected")
    driver.until(lambda: camera() == said[0])
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "camera=unplug")
    driver.until(lambda: camera() == said[1])
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "")
    driver.until(lambda: camera() == said[0])


def test_a_live_picture_ends_with_its_page_however_the_page_goes(driver: Driver) -> None:
    _draft(driver, Step.FACE)
    driver.window.home()
    page = driver.on(HomePage)
    driver.until(lambda: page._drafts.itemAtPosition(0, 1) is not None)
    resume = page._drafts.itemAtPosition(0, 1).widget()
    resume.click()
    resume.click()  # the page is going already
    driver.at(Step.FACE)
    driver.window.home()
    devices = driver.on(HomePage)
    driver.until(lambda: devices.shows_devices)  # the devices lane is free again


def test_going_to_another_language_and_back_while_the_camera_runs_keeps_the_camera(driver: Driver) -> None:
    driver.open_at(Step.FACE)
    driver.click(driver.on(CapturePage).start)
    for language in (WINDOW_LANGUAGES[1], WINDOW_LANGUAGES[0]):
        before = driver.window.page
        driver.window.use_language(language)
        driver.until(lambda before=before: driver.window.page is not before)  # type: ignore[misc]
    page = driver.on(CapturePage)
    driver.click(page.start)
    driver.until(lambda: page.presenter.view is not None)


def test_a_form_refused_for_its_gaps_is_kept_all_the_same(driver: Driver) -> None:
    driver.open_at(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["fullName", "eng"], "Erika Mustermann")
    driver.click(page.next)
    driver.until(lambda: "red frame" in page.note.text())
    _draft_again(driver)
    assert driver.on(DemographicsPage).boxes["fullName", "eng"].text() == "Erika Mustermann"


def _draft_again(driver: Driver) -> None:
    driver.wizard.put_away()
    page = driver.on(HomePage)
    driver.until(lambda: page._drafts.itemAtPosition(0, 1) is not None)
    driver.click(page._drafts.itemAtPosition(0, 1).widget())
    driver.until(lambda: isinstance(driver.window.page, Wizard))


def test_the_check_shows_what_was_typed_a_moment_ago(driver: Driver) -> None:
    """A change takes the preview back; going there by the list at the side must not show the old number."""
    driver.open_at(Step.PREVIEW)
    driver.wizard.show_step(Step.DEMOGRAPHICS)
    driver.at(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    page.boxes["phone", ""].clear()
    driver.type(page.boxes["phone", ""], "0999999999")
    driver.wizard.show_step(Step.PREVIEW)
    driver.on(PreviewPage)
    assert driver.session.desk is not None
    shown = driver.session.desk.enrollment.summary(driver.wizard.registration)
    assert ("", "0999999999") in [value for line in shown.lines for value in line.values]


def test_the_wheel_scrolls_past_a_list_without_changing_the_answer(driver: Driver) -> None:
    driver.open_at(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    gender = page.lists["gender"]
    gender.setCurrentIndex(1)
    point = QPointF(5, 5)
    wheel = QWheelEvent(
        point,
        point,
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(gender, wheel)
    assert gender.currentIndex() == 1


def test_a_double_click_does_not_press_the_next_page_s_button(driver: Driver) -> None:
    driver.open_at(Step.PROOFING)
    driver.walk_to(Step.FACE)
    page = driver.on(CapturePage)
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):
        middle = QPointF(page.start.rect().center())
        button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(page.start, QMouseEvent(kind, middle, middle, button, button, modifier))
    QTest.qWait(100)
    assert not page.presenter.is_under_way


def test_a_double_click_does_not_discard_a_draft(driver: Driver) -> None:
    _draft(driver, Step.DOCUMENTS)
    page = driver.on(HomePage)
    discard = page._drafts.itemAtPosition(0, 2).widget()
    discard.click()
    discard.click()
    QTest.qWait(200)
    assert driver.session.desk is not None
    assert len(driver.session.desk.enrollment.drafts()) == 1
    driver.until(lambda: discard.was_thought_over)
    driver.click(discard)
    driver.until(lambda: not driver.session.desk.enrollment.drafts())  # type: ignore[union-attr]


def test_languages_do_not_pile_up(driver: Driver, qapp: QApplication) -> None:
    for _ in range(5):
        for language in WINDOW_LANGUAGES:
            driver.window.use_language(language)
    driver.window.use_language(WINDOW_LANGUAGES[0])
    driver.until(lambda: qapp.findChildren(QTranslator) == [])


def test_a_fault_of_ours_is_a_sentence_and_the_button_works_again(driver: Driver, qtbot: QtBot) -> None:
    driver.sign_in()
    page = driver.on(HomePage)
    assert driver.session.desk is not None
    start = driver.session.desk.enrollment.start

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    driver.session.desk.enrollment.start = broken  # type: ignore[method-assign]
    with qtbot.capture_exceptions() as caught:
        driver.click(page.start)
        driver.until(lambda: "inside the program" in page.note.text())
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    driver.session.desk.enrollment.start = start  # type: ignore[method-assign]
    driver.click(page.start)
    driver.on(ConsentPage)


def _finish(driver: Driver) -> ReceiptPage:
    driver.open_at(Step.SIGNATURE)
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    page = driver.to_sign()
    driver.type(page.password, credentials[0][1])
    driver.click(page.sign)
    receipt = driver.on(ReceiptPage)
    assert isinstance(receipt, ReceiptPage)
    driver.until(lambda: receipt.sent.receipt is not None)  # sealed and sent behind the slip
    return receipt


def test_nothing_else_can_be_pressed_while_the_packet_is_sealed(driver: Driver) -> None:
    driver.open_at(Step.SIGNATURE)
    page = driver.on(SignaturePage)
    page.busy.emit(True)
    assert not driver.window._header.isEnabled()
    assert not driver.wizard._rail_frame.isEnabled()
    page.busy.emit(False)
    assert driver.window._header.isEnabled()


def test_a_slip_can_be_had_again_while_its_content_is_kept(driver: Driver) -> None:
    number = _finish(driver).sent.slip.registration_id
    driver.window.home()  # the receipt was not left, as after a crash
    page = driver.on(HomePage)
    driver.until(lambda: page._outbox.itemAtPosition(0, 2) is not None)
    driver.click(page._outbox.itemAtPosition(0, 2).widget())
    assert driver.on(ReceiptPage).sent.slip.registration_id == number


def test_a_slip_that_cannot_be_saved_is_a_sentence(driver: Driver, tmp_path: Path) -> None:
    receipt = _finish(driver)
    (tmp_path / "a-file").write_bytes(b"")
    receipt.save_to(tmp_path / "a-file" / "slip.pdf")
    assert "cannot be written" in receipt.note.text()


def test_a_slip_printed_into_a_file_is_said_to_be_saved_there(driver: Driver, tmp_path: Path) -> None:
    receipt = _finish(driver)
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFileName(str(tmp_path / "slip.pdf"))
    receipt.print_on(printer)
    assert str(tmp_path / "slip.pdf") in receipt.note.text()


@pytest.mark.skipif(bool(QPrinterInfo.availablePrinterNames()), reason="there is a printer")
def test_without_any_printer_no_slip_is_written_over_the_one_before(driver: Driver) -> None:
    receipt = _finish(driver)
    receipt.printers.clear()
    driver.click(receipt.print)
    assert "no printer" in receipt.note.text()
    assert driver.window.focusWidget() is receipt.save


def test_a_packet_changed_on_the_disk_is_told_in_the_outbox_and_not_in_green(driver: Driver) -> None:
    driver.open_at(Step.SIGNATURE)
    desk, credentials = driver.session.desk, driver.session.station().demo_credentials()
    assert desk is not None and credentials is not None
    draft = driver.wizard.registration
    desk.enrollment.confirm(draft, credentials[1][0], Proof(credentials[1][1]))
    desk.enrollment.sign(draft, Proof(credentials[0][1]))
    entry = desk.enrollment.submit(draft)
    path = desk.folder.packet(entry.packet_id)
    path.write_bytes(path.read_bytes()[:-1])
    driver.window.home()
    page = driver.on(HomePage)
    driver.until(lambda: page._outbox.itemAtPosition(0, 3) is not None)
    assert "changed on this computer" in page._outbox.itemAtPosition(1, 0).widget().text()
    assert not page.send.isVisible()  # it is not among what waits
    driver.click(page._outbox.itemAtPosition(0, 3).widget())
    driver.until(lambda: "No packet was accepted" in page.note.text())
    assert page.note.property("tone") == "warn"


def test_what_became_of_a_packet_is_said_in_words_and_first_who_must_come_again(driver: Driver) -> None:
    _finish(driver)
    driver.window.home()
    page, desk = driver.on(HomePage), driver.session.desk
    assert desk is not None
    (entry,) = desk.sync.outbox()
    driver.until(lambda: page._outbox.itemAtPosition(0, 1) is not None)
    assert page._outbox.itemAtPosition(0, 1).widget().text() == "accepted by the server"
    Storage(driver.receiver_folder, utc_now).set_state(entry.packet_id, ServerStatus.REREGISTER)
    desk.following.ask(due_only=False)
    page.refresh()
    driver.until(lambda: "come again" in page._outbox.itemAtPosition(0, 1).widget().text())
    assert page._outbox.itemAtPosition(0, 1).widget().objectName() == "finding"


def test_the_face_says_so_when_it_is_kept(driver: Driver) -> None:
    driver.open_at(Step.FACE)
    driver.take(Step.LEFT_SLAP)
    page = driver.on(CapturePage)
    driver.click(page.strip.tiles[Step.FACE])
    driver.until(lambda: page.has_picture)
    assert BiometricAttribute.FACE in page.registration.samples
    assert "is kept" in page.note.text()


def test_coming_back_to_a_scanned_document_enter_goes_on_and_does_not_scan_again(driver: Driver) -> None:
    driver.open_at(Step.DOCUMENTS)
    page = driver.on(DocumentsPage)
    driver.until(page.slots["proofOfIdentity"].scan.hasFocus)
    driver.wizard.show_step(Step.CONSENT)
    driver.at(Step.CONSENT)
    driver.session.desk.enrollment.scan_document(  # type: ignore[union-attr]
        driver.wizard.registration, "proofOfIdentity", "CIN", None, Event(), lambda frame: None
    )
    driver.wizard.show_step(Step.DOCUMENTS)
    driver.at(Step.DOCUMENTS)
    driver.until(driver.on(DocumentsPage).next.hasFocus)


def test_a_second_page_is_added_looked_at_and_taken_away_again(driver: Driver) -> None:
    driver.open_at(Step.DOCUMENTS)
    page = driver.on(DocumentsPage)
    slot = page.slots["proofOfIdentity"]
    driver.click(slot.scan)
    driver.until(lambda: slot.count == 1)
    assert not slot.place.isVisible()
    driver.click(slot.more)
    driver.until(lambda: (slot.count, slot.shown) == (2, 1))
    assert slot.place.text() == "Page 2 of 2" and not slot.forth.isEnabled()
    driver.click(slot.back)
    driver.until(lambda: slot.place.text() == "Page 1 of 2")
    assert not slot.back.isEnabled()
    driver.click(slot.drop)
    driver.until(lambda: slot.count == 1)
    assert not slot.drop.isVisible() and not slot.place.isVisible()
    driver.click(slot.remove)
    driver.until(lambda: not slot.is_filled)
    assert not page.reload().documents


def test_what_was_put_away_is_found_by_the_beginnings_of_names(driver: Driver) -> None:
    _draft(driver, Step.DOCUMENTS)
    page = driver.on(HomePage)

    def shown() -> str:
        return " ".join(each.text() for each in page.findChildren(QLabel) if each.isVisibleTo(page))

    driver.until(lambda: "Erika Mustermann" in shown())
    driver.type(page.search, "muster er")
    driver.until(lambda: not page._searching.isActive())
    driver.until(lambda: "Erika Mustermann" in shown())
    driver.type(page.search, "x")
    driver.until(lambda: "Erika Mustermann" not in shown())
    page.search.clear()
    driver.until(lambda: "Erika Mustermann" in shown())
