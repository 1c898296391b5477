"""A child and whoever brings it, through the window."""

from __future__ import annotations

from datetime import UTC, datetime

from conftest_ui import Driver

from leon import leon_script
from muster.audit.catalogue import AuditEvent
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.lifecycle import IntroducerCompared
from muster.domain.registration import Step
from muster.ui.capture.page import CapturePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.introducer import IntroducerPage
from muster.ui.wizard.preview import PreviewPage
from muster.workstation.inspection import inspect_packet
from muster.workstation.journal import Entry

_FACE = BiometricAttribute.FACE


def test_a_child_is_registered_with_its_mother(driver: Driver) -> None:
    driver.sign_in()
    driver.start()
    driver.click(driver.on(ConsentPage).agree)
    driver.on(DemographicsPage)
    driver.fill_form(leon_script())
    assert Step.INTRODUCER not in _shown(driver)
    driver.click(driver.on(DemographicsPage).next)

    papers = driver.on(DocumentsPage)
    assert "proofOfRelationship" in papers.slots
    relation = papers.slots["proofOfRelationship"]
    driver.click(relation.scan)
    driver.until(lambda: relation.is_filled)
    driver.click(papers.next)
    driver.at(Step.PROOFING)
    driver.walk_to(Step.FACE)

    lane = driver.on(CapturePage)
    assert [each.step for each in lane.presenter.placements] == [Step.FACE]
    assert Step.INTRODUCER in _shown(driver)
    driver.take()

    page = driver.on(IntroducerPage)
    assert not page.choice.next.isEnabled()
    driver.click(page.choice.groups[CaptureGroup.IRISES])
    driver.click(page.other)
    driver.click(page.choice.groups[CaptureGroup.THUMBS])
    driver.click(page.lane.start)

    preview = driver.on(PreviewPage)
    assert set(preview.pictures) == {_FACE}
    assert set(preview.introducer_pictures) == set(CaptureGroup.THUMBS.attributes)
    driver.until(lambda: all(each.has_picture for each in preview.introducer_pictures.values()))
    driver.wizard.show_step(Step.INTRODUCER)
    again = driver.on(IntroducerPage)
    assert set(again.registration.samples) == {_FACE}
    assert set(again.registration.introducer.samples) == set(CaptureGroup.THUMBS.attributes)
    driver.click(again.choice.next)
    driver.click(driver.on(PreviewPage).confirm)
    signature = driver.to_sign()
    station = driver.session.station()
    driver.type(signature.password, (station.demo_credentials() or ())[0][1])
    driver.click(signature.sign)
    driver.on(ReceiptPage)
    driver.until(lambda: any(station.folder.outbox.glob("*.zip")))
    (packet,) = station.folder.outbox.glob("*.zip")
    driver.until((station.folder.receiver / "server.pem").exists)
    report = inspect_packet(packet, station.folder.receiver / "server.pem", station.folder.machine_public_key)
    assert (report.valid, report.captures, report.introducer_captures) == (True, 1, 2)


def test_where_signing_finds_the_officer_in_the_introducer_the_supervisor_is_asked_on_the_same_page(
    driver: Driver,
) -> None:
    driver.open_at(Step.SIGNATURE)
    page, desk = driver.to_sign(), driver.session.desk
    credentials = driver.session.station().demo_credentials()
    assert desk is not None and credentials is not None
    found = IntroducerCompared(datetime.now(UTC), desk.operator.user_id, is_operator=True)
    desk.enrollment._journal.commit(page.registration.id, Entry(found, AuditEvent.INTRODUCER_COMPARED))
    driver.type(page.password, credentials[0][1])
    driver.click(page.sign)
    driver.until(lambda: "supervisor has to confirm" in page.note.text())
    driver.until(lambda: page.confirmation is not None and page.confirmation.confirm.isVisible())
    page = driver.to_sign()
    driver.type(page.password, credentials[0][1])
    driver.click(page.sign)
    driver.on(ReceiptPage)


def _shown(driver: Driver) -> list[Step]:
    return [step for step, made in driver.wizard._steps.items() if not made.isHidden()]
