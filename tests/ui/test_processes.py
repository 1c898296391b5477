"""Updates, lost numbers, corrections, photos of exceptions, and packets that grow too large, at the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from conftest_ui import Driver
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Process, Step
from muster.ui.capture.page import CapturePage
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.signature import SignaturePage

UIN = "2345678906"
REQUEST = "10001100010000720260201120000-BIOMETRIC_CORRECTION-1"
CLICKS_OF_A_NEW_REGISTRATION = 8
CLICKS_OF_A_PROOF = 2  # the demo's use case: which way, and yes


def _begin(driver: Driver, process: Process) -> None:
    driver.sign_in()
    driver.click(driver.on(HomePage).processes[process])


def _password(driver: Driver) -> str:
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    return credentials[0][1]


def _steps_shown(driver: Driver) -> list[Step]:
    return [step for step, button in driver.wizard._steps.items() if not button.isHidden()]


def test_a_new_registration_takes_no_more_clicks_than_it_did(judging: None, driver: Driver) -> None:
    """Beyond what is typed, from the desk to the signature."""
    driver.sign_in()
    before = driver.clicks
    driver.start()
    driver.walk_to(Step.PREVIEW)
    driver.click(driver.on(PreviewPage).confirm)
    signature = driver.on(SignaturePage)
    driver.type(signature.password, _password(driver))
    driver.click(signature.sign)
    assert driver.clicks - before == CLICKS_OF_A_NEW_REGISTRATION + CLICKS_OF_A_PROOF
    driver.on(ReceiptPage)


def test_an_update_is_one_click_away_and_asks_for_the_number_first(driver: Driver) -> None:
    _begin(driver, Process.UPDATE)
    driver.click(driver.on(ConsentPage).agree)
    page = driver.on(DemographicsPage)
    assert page.boxes["UIN", ""].hasFocus()
    assert _steps_shown(driver) == [
        Step.CONSENT,
        Step.DEMOGRAPHICS,
        Step.DOCUMENTS,
        Step.FACE,
        Step.PREVIEW,
        Step.SIGNATURE,
    ]


def test_an_update_with_nothing_changed_is_not_taken_further_than_the_documents(driver: Driver) -> None:
    _begin(driver, Process.UPDATE)
    driver.click(driver.on(ConsentPage).agree)
    driver.type(driver.on(DemographicsPage).boxes["UIN", ""], UIN)
    driver.click(driver.on(DemographicsPage).next)
    page = driver.on(DocumentsPage)
    driver.click(page.next)
    driver.until(lambda: "Nothing is changed yet" in page.note.text())
    assert driver.wizard.step is Step.DOCUMENTS


def test_an_update_ends_at_the_signature_after_the_face(driver: Driver) -> None:
    _begin(driver, Process.UPDATE)
    driver.click(driver.on(ConsentPage).agree)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["UIN", ""], UIN)
    driver.type(page.boxes["phone", ""], "0999999999")
    driver.click(page.next)
    driver.click(driver.on(DocumentsPage).next)
    driver.take()
    check = driver.on(PreviewPage)
    assert "No document was added." in [each.text() for each in check.findChildren(QLabel)]
    driver.click(check.confirm)
    driver.on(SignaturePage)


def test_a_correction_is_begun_with_its_request_and_enter(driver: Driver) -> None:
    _begin(driver, Process.BIOMETRIC_CORRECTION)
    home = driver.on(HomePage)
    assert home.request.hasFocus()
    driver.type(home.request, REQUEST)
    QTest.keyClick(home.request, Qt.Key.Key_Return)
    driver.click(driver.on(ConsentPage).agree)
    driver.at(Step.FACE)
    assert not {Step.DEMOGRAPHICS, Step.DOCUMENTS} & set(_steps_shown(driver))


def test_a_correction_without_a_request_stays_at_the_desk_and_says_why(driver: Driver) -> None:
    _begin(driver, Process.BIOMETRIC_CORRECTION)
    home = driver.on(HomePage)
    driver.click(home.correct)
    driver.until(lambda: "needs the number of the request" in home.note.text())
    assert driver.window.page is home and home.isEnabled()


def test_a_draft_of_another_process_says_which_at_the_desk(driver: Driver) -> None:
    _begin(driver, Process.LOST)
    driver.click(driver.on(ConsentPage).agree)
    driver.on(DemographicsPage)
    driver.wizard.put_away()
    page = driver.on(HomePage)
    driver.until(lambda: page._drafts.itemAtPosition(0, 1) is not None)
    assert page._drafts.itemAtPosition(0, 0).widget().text().startswith("Lost number · ")


def test_what_was_begun_by_mistake_leaves_nothing_to_be_cleared_away(driver: Driver) -> None:
    _begin(driver, Process.LOST)
    driver.on(ConsentPage)
    driver.wizard.put_away()
    driver.on(HomePage)
    assert driver.session.desk is not None
    assert driver.session.desk.enrollment.drafts() == ()


def test_an_exception_adds_one_placement_and_one_click(driver: Driver) -> None:
    driver.open_at(Step.LEFT_SLAP)
    page = driver.on(CapturePage)
    assert Step.EXCEPTION_PHOTO not in page.strip.tiles
    page.side.map.pointed.emit(BiometricAttribute.LEFT_LITTLE)
    driver.click(page.side.exceptions.reasons.reasons[0])
    driver.until(lambda: Step.EXCEPTION_PHOTO in page.strip.tiles)
    before = driver.clicks
    driver.take()
    preview = driver.on(PreviewPage)
    assert driver.clicks - before == 2  # start, and the photo
    driver.until(lambda: preview.photo is not None and preview.photo.has_picture)


def _grainy(path: Path, seed: int) -> Path:
    grain = np.random.default_rng(seed).normal(190, 60, (2340, 1654, 3))
    Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).save(path, quality=90)
    return path


def test_documents_too_large_are_told_and_made_smaller_where_they_are_attached(
    driver: Driver, tmp_path: Path
) -> None:
    driver.open_at(Step.DOCUMENTS)
    page = driver.on(DocumentsPage)
    assert page.meter.bar.accessibleName().startswith("Size: ")
    for seed, (field, slot) in enumerate(page.slots.items()):
        assert not slot.shrink.isVisible()
        page.attach_file(field, _grainy(tmp_path / f"{seed}.jpg", seed))
        driver.until(lambda slot=slot: slot.is_filled and slot.scan.isEnabled())  # type: ignore[misc]
    assert "too large" in page.meter.bar.accessibleName()
    documents = driver.wizard._steps[Step.DOCUMENTS]
    assert documents.text().startswith("⚠") and "too large" in documents.accessibleDescription()
    slot = next(iter(page.slots.values()))
    driver.click(slot.shrink)
    driver.until(lambda: "before" in page.note.text() and "now" in page.note.text())
    assert page.meter.bar.accessibleName().startswith("Size: ")
    assert not slot.shrink.isVisible()
    assert not documents.text().startswith("⚠")
