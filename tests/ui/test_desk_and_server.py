"""What the window does about the server: sending that is paused, people who must come again, what was filled in at
home, and how long the station can go on."""

from __future__ import annotations

from contextlib import suppress

from conftest_ui import Driver

from muster.clock import utc_now
from muster.domain.delivery import ServerStatus
from muster.domain.limits import Limit, Unit
from muster.domain.registration import Step
from muster.errors import Refused
from muster.receiver.storage import Storage
from muster.ui.pages.home import HomePage
from muster.ui.wizard.demographics import DemographicsPage
from muster.workstation.desk import Desk
from muster.workstation.proving import Proof


def _desk(driver: Driver) -> Desk:
    assert driver.session.desk is not None
    return driver.session.desk


def _seal(driver: Driver) -> str:
    """One packet in the outbox, not sent."""
    driver.open_at(Step.SIGNATURE)
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    enrollment, registration = _desk(driver).enrollment, driver.wizard.registration
    with suppress(Refused):  # only where something is to be confirmed
        enrollment.confirm(registration, credentials[1][0], Proof(credentials[1][1]))
    enrollment.sign(registration, Proof(credentials[0][1]))
    return enrollment.submit(registration).packet_id


def test_sending_is_paused_and_continued_at_the_desk(driver: Driver) -> None:
    packet_id = _seal(driver)
    _desk(driver).sending.pause()
    driver.window.home()
    page = driver.on(HomePage)
    driver.until(lambda: "paused" in page.outlook.text())
    assert not page.send.isVisible()
    assert _desk(driver).sync.outbox()[0].is_unsent
    driver.click(page.pause)
    driver.until(page.send.isVisible)
    driver.click(page.send)
    driver.until(lambda: not _desk(driver).sync.outbox()[0].is_unsent)
    assert _desk(driver).sync.outbox()[0].packet_id == packet_id


def test_somebody_who_was_told_to_come_again_is_not_in_red_any_more(driver: Driver) -> None:
    packet_id = _seal(driver)
    _desk(driver).sync.deliver(packet_id)
    Storage(driver.receiver_folder, utc_now).set_state(packet_id, ServerStatus.REREGISTER)
    _desk(driver).following.ask(due_only=False)
    driver.window.home()
    page = driver.on(HomePage)
    driver.until(lambda: page._outbox.itemAtPosition(0, 3) is not None)
    driver.click(page._outbox.itemAtPosition(0, 3).widget())
    driver.until(lambda: "was told" in page._outbox.itemAtPosition(0, 1).widget().text())
    assert page._outbox.itemAtPosition(0, 1).widget().objectName() == "soft"


def test_what_was_filled_in_at_home_fills_the_form_and_leaves_what_was_typed(driver: Driver) -> None:
    driver.sign_in()
    driver.start()
    driver.walk_to(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["dateOfBirth", ""], "1990/01/02")
    driver.type(page.booking, "20260315000014")
    driver.click(page.fetch)
    driver.until(lambda: page.boxes["phone", ""].text() == "0700000014")
    assert page.boxes["fullName", "eng"].text() == "Leon Mustermann"
    assert page.boxes["dateOfBirth", ""].text() == "1990/01/02"
    assert page.lists["gender"].currentData() == "MLE"
    assert "Date of birth" in page.note.text()
    assert page.booking.text() == ""


def test_a_number_nobody_has_is_a_sentence_and_the_form_stays(driver: Driver) -> None:
    driver.sign_in()
    driver.start()
    driver.walk_to(Step.DEMOGRAPHICS)
    page = driver.on(DemographicsPage)
    driver.type(page.boxes["phone", ""], "0700000099")
    driver.type(page.booking, "99999999999999")
    driver.click(page.fetch)
    driver.until(lambda: "no pre-registration of this number" in page.note.text())
    driver.until(page.fetch.isEnabled)
    assert page.boxes["phone", ""].text() == "0700000099"


def test_the_desk_shows_what_is_nearest_and_what_else_is_near(driver: Driver) -> None:
    driver.sign_in()
    page = driver.on(HomePage)
    driver.until(lambda: page.limits._rows.count() > 0)
    far, near = Limit("disk", 1, 100, Unit.MEGABYTES), Limit("packets_waiting", 90, 100, Unit.PACKETS)
    page.limits.show_limits([far, near, far])
    assert page.limits._rows.itemAtPosition(1, 0).widget().text() == "Packets not sent: 90 of 100"
    assert page.limits._rows.itemAtPosition(2, 0) is None
