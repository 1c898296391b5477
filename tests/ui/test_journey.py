"""From the first start to the receipt through the window, against a real receiver process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_ui import Driver
from pypdf import PdfReader
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Step
from muster.errors import Unavailable
from muster.ui import slip_pdf
from muster.ui.application import prepared_application
from muster.ui.capture.page import CapturePage
from muster.ui.pages.first_start import FirstStartPage
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.signature import SignaturePage
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.inspection import inspect_packet
from muster.workstation.lanes import Lanes
from muster.workstation.slip import Slip, SlipSection
from receivers import accepted, kept_packet

PASSWORDS = {"mmuster": "Wald und Wiese", "vmuster": "Berg und Tal"}


@pytest.fixture
def receiver_of_station(session: Session) -> Iterator[list[EmbeddedReceiver]]:
    """Filled by the test once the station exists."""
    running: list[EmbeddedReceiver] = []
    yield running
    for each in running:
        each.close()


def test_an_officer_enrolls_somebody_from_the_first_start_to_the_receipt(
    qtbot: QtBot,
    qapp: QApplication,
    session: Session,
    lanes: Lanes,
    receiver_of_station: list[EmbeddedReceiver],
) -> None:
    driver = Driver(qtbot, session, lanes)

    first = driver.on(FirstStartPage)
    for card, user_id in ((first.officer, "mmuster"), (first.supervisor, "vmuster")):
        driver.type(card.user_id, user_id)
        driver.type(card.password, PASSWORDS[user_id])
        driver.type(card.again, PASSWORDS[user_id])
    driver.click(first.set_up)

    sign_in = driver.on(SignInPage)
    station = session.station()
    assert (station.identity.center, station.identity.machine) == ("10001", "10001")
    receiver = EmbeddedReceiver(station.folder, station.identity)
    receiver_of_station.append(receiver)
    session.server_address = receiver.url()
    driver.type(sign_in.password, PASSWORDS["mmuster"])
    driver.click(sign_in.sign_in)

    driver.start()
    driver.walk_to(Step.LEFT_SLAP)
    lane = driver.on(CapturePage)
    lane.side.map.pointed.emit(BiometricAttribute.LEFT_LITTLE)
    driver.click(lane.side.exceptions.reasons.reasons[0])
    driver.until(lambda: BiometricAttribute.LEFT_LITTLE in lane.registration.exceptions)
    driver.walk_to(Step.PREVIEW)
    driver.click(driver.on(PreviewPage).confirm)
    signature = driver.on(SignaturePage)
    assert not signature.password.isEnabled()  # an exception: the supervisor first
    driver.type(signature.confirmation.box.password, PASSWORDS["vmuster"])
    driver.click(signature.confirmation.confirm)
    driver.until(signature.password.isEnabled)
    driver.type(signature.password, PASSWORDS["mmuster"])
    driver.click(signature.sign)

    receipt = driver.on(ReceiptPage)
    driver.until(lambda: receipt.sent.receipt is not None)  # sealed and sent behind the slip
    sent = receipt.sent
    assert sent.receipt is not None
    assert accepted(station.folder.receiver) == [sent.entry.packet_id]
    packet = station.folder.packet(sent.entry.packet_id)
    assert kept_packet(station.folder.receiver, packet.stem).read_bytes() == packet.read_bytes()
    report = inspect_packet(packet, station.folder.receiver / "server.pem", station.folder.machine_public_key)
    assert report.valid

    driver.click(receipt.home)
    driver.on(HomePage)
    driver.until(lambda: not list(station.folder.blobs.iterdir()))
    assert session.desk is not None
    assert session.desk.trail.verify().valid


def test_the_slip_is_a_one_page_pdf_with_the_number_in_it(driver: Driver, tmp_path: Path) -> None:
    driver.sign_in()
    driver.start()
    driver.walk_to(Step.PREVIEW)
    assert driver.session.desk is not None
    slip = driver.session.desk.enrollment.slip(driver.wizard.registration)
    slip_pdf.write(slip, tmp_path / "slip.pdf")
    pages = PdfReader(tmp_path / "slip.pdf").pages
    assert len(pages) == 1
    assert driver.wizard.registration.text in pages[0].extract_text().replace("\n", "")


@pytest.mark.qt_log_ignore("QPainter")
def test_a_slip_that_the_printer_does_not_take_is_not_said_to_be_printed(
    qapp: QApplication, tmp_path: Path
) -> None:
    slip = Slip("1" * 29, utc_now(), "10001 / 10001", b"", "1" * 29, ())
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    slip_pdf.print_on(slip, printer)
    assert len(PdfReader(tmp_path / "printed.pdf").pages) == 1
    printer.setOutputFileName(str(tmp_path / "no" / "such" / "tray.pdf"))
    with pytest.raises(Unavailable, match="SLIP_NOT_PRINTED"):
        slip_pdf.print_on(slip, printer)


def test_arabic_and_devanagari_are_set_in_fonts_that_have_them(tmp_path: Path) -> None:
    """Qt chooses a font per script and shapes with it; boxes or isolated letters would come in another."""
    sections = (
        SlipSection("ara", "إشعار استلام التسجيل", (("الاسم الكامل", "إريكا مسترمان"),), "احتفظ بهذا الإشعار."),
        SlipSection("hin", "पंजीकरण की पावती", (("पूरा नाम", "एरिका मुस्टरमान"),), "यह पावती सँभालकर रखें।"),
    )
    slip = Slip("1" * 29, utc_now(), "10001 / 10001", b"", "1" * 29, sections)
    prepared_application()
    slip_pdf.write(slip, tmp_path / "slip.pdf")
    resources = PdfReader(tmp_path / "slip.pdf").pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    names = {str(font.get_object()["/BaseFont"]) for font in resources.values()}
    assert any("Arabic" in name for name in names), names
    assert any("Devanagari" in name for name in names), names
