"""The page of documents by itself, on a demo station: what a document says fills in the form beside the scan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import segno
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.assessment import Finding, Severity
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, Refused
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage
from muster.ui.session import Session
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.documents_words import said_of
from muster.workstation.demo import demo_script
from muster.workstation.documents import DocumentPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.lanes import Lanes
from muster.workstation.pre_registrations import PRE_REGISTRATION_USED, Prefilled
from muster.workstation.prefill import CHIP_NOT_OPENED, FIELD_DIFFERS
from simulators.licences import licence_png

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PASSPORT = Path(__file__).parents[1] / "unit" / "analysis" / "pages" / "passport.png"
POI, POA = "proofOfIdentity", "proofOfAddress"
BIRTH = "1984/08/12"
_LEFT_BY_1366 = 1080  # pixels beside the steps, margins and a scroll bar

Open = Callable[..., DocumentsPage]


@pytest.fixture(scope="module")
def languages(qapp: object) -> Languages:
    return Languages(prepared_application())


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One for all tests here: every test has a registration of its own."""
    made = Session(tmp_path_factory.mktemp("papers") / "station", utc_now)
    credentials = made.create_demo().demo_credentials()
    assert credentials is not None
    made.sign_in(*credentials[0])
    yield made
    made.close()


@pytest.fixture
def enrollment(station: Session) -> Enrollment:
    assert station.desk is not None
    return station.desk.enrollment


@pytest.fixture
def open_page(qtbot: QtBot, enrollment: Enrollment, lanes: Lanes, languages: Languages) -> Open:
    def opened(
        *,
        entered: bool = False,
        born: str = "",
        take: Callable[[RegistrationId, str], Prefilled] | None = None,
    ) -> DocumentsPage:
        state: Registration = enrollment.start(("eng", "fra"), Process.NEW)
        if born:
            state = enrollment.keep_draft(state.id, {"dateOfBirth": born})
        if entered:
            assert enrollment.enter_demographics(state.id, demo_script().demographics) == ()
            state = enrollment.registration(state.id)
        page = DocumentsPage(enrollment, Background(lanes), state, "eng", take or _nobody)
        qtbot.addWidget(page)
        page.show()
        page.enter()
        return page

    return opened


def _nobody(registration_id: RegistrationId, number: str) -> Prefilled:
    raise AssertionError("nobody asked for a pre-registration")


@pytest.fixture(scope="module")
def licence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of somebody else than the demo's person, and quickly read."""
    file = tmp_path_factory.mktemp("papers") / "licence.png"
    file.write_bytes(licence_png("01021990", "1", "MAX"))
    return file


def read(qtbot: QtBot, page: DocumentsPage, field: str, file: Path) -> None:
    page.attach_file(field, file)
    slot = page.slots[field]
    qtbot.waitUntil(lambda: slot.is_filled and not page.is_reading and bool(slot.told.text()), timeout=20_000)


def press(page: DocumentsPage, name: str, field: str = POI) -> None:
    QTest.mouseClick(getattr(page.slots[field], name), Qt.MouseButton.LeftButton)


def test_a_passport_fills_in_the_form_and_gets_its_kind_and_number(qtbot: QtBot, open_page: Open) -> None:
    page = open_page()
    read(qtbot, page, POI, PASSPORT)
    slot = page.slots[POI]
    assert slot.told.text() == "Filled in: Full name, Date of birth, Gender."
    qtbot.waitUntil(lambda: slot.reference == "C01X00T47")
    assert slot.type_code == "DOC001"
    assert page.reload().demographics["dateOfBirth"] == BIRTH
    assert page.next.hasFocus()


@pytest.mark.parametrize("language", WINDOW_LANGUAGES, ids=lambda each: each.data_code)
def test_a_document_of_several_pages_is_no_wider_than_a_small_window_leaves_for_it(
    open_page: Open, languages: Languages, language: WindowLanguage
) -> None:
    languages.use(language)
    try:
        slot = open_page().slots[POI]
        slot.show_page(DocumentPage(np.zeros((8, 8, 3), np.uint8), 2))
        slot.offer_to_shrink(True)
        assert not slot.drop.isHidden() and not slot.shrink.isHidden()
        assert slot.minimumSizeHint().width() <= _LEFT_BY_1366
    finally:
        languages.use(WINDOW_LANGUAGES[0])


def test_what_was_taken_away_before_it_was_judged_is_not_warned_of(
    qtbot: QtBot, open_page: Open, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    slot, judged = page.slots[POI], Event()

    def late(*_: object) -> tuple[Finding, ...]:
        judged.wait(30)
        return (Finding(FIELD_DIFFERS, Severity.WARNS, POI),)

    monkeypatch.setattr(page.enrollment, "document_findings", late)
    page.attach_file(POI, PASSPORT)
    qtbot.waitUntil(lambda: slot.is_filled, timeout=20_000)
    press(page, "remove")
    qtbot.waitUntil(lambda: not slot.is_filled, timeout=20_000)
    judged.set()
    lanes.submit("reading", lambda: None).result(30)
    qtbot.wait(50)
    assert slot.warning.text() == ""


def test_a_page_that_agrees_with_what_was_typed_says_so(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(entered=True)
    read(qtbot, page, POI, PASSPORT)
    slot = page.slots[POI]
    qtbot.waitUntil(lambda: slot.told.text() == "It says the same as the form: Full name, Date of birth, Gender.")


def test_what_a_document_said_is_told_again_when_the_page_is_made_anew(
    qtbot: QtBot, open_page: Open, lanes: Lanes
) -> None:
    page = open_page(entered=True)
    read(qtbot, page, POI, PASSPORT)
    said = page.slots[POI].told.text()
    qtbot.waitUntil(lambda: page.slots[POI].reference == "C01X00T47")
    before = page.reload()
    page.close()
    again = DocumentsPage(page.enrollment, Background(lanes), before, "eng", _nobody)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: again.slots[POI].told.text() == said)
    assert said.startswith("It says the same as the form:")
    assert again.reload() == before


def test_only_of_the_person_who_is_here_is_told_again_what_documents_said(
    open_page: Open, enrollment: Enrollment
) -> None:
    first, second = open_page().registration.id, open_page().registration.id
    page = PASSPORT.read_bytes()
    for each in (first, second):
        enrollment.attach_document(each, POI, "DOC001", None, page)
    enrollment.prefill.read_document(first, POI)
    assert enrollment.prefill.known(first, POI) is not None
    assert enrollment.prefill.known(first, POA) is None
    enrollment.prefill.read_document(second, POI)
    assert enrollment.prefill.known(first, POI) is None


def test_a_pre_registration_that_was_fetched_is_not_offered_again(
    open_page: Open, enrollment: Enrollment, tmp_path: Path
) -> None:
    segno.make("20260315000014", micro=False).save(str(tmp_path / "letter.png"), scale=8, border=6)
    page = open_page()
    number, kind = page.registration.id, page.slots[POA].type_code
    enrollment.attach_document(number, POA, kind, None, (tmp_path / "letter.png").read_bytes())
    enrollment.prefill.read_document(number, POA)
    before = enrollment.prefill.known(number, POA)
    enrollment.prefill.take_booking(number, "20260315000014", {"dateOfBirth": BIRTH})
    assert before is not None and before.booking == "20260315000014"
    assert enrollment.prefill.known(number, POA) is None


def test_a_difference_that_was_decided_is_not_called_the_same(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(born="1984/12/08")
    number, prefill = page.registration.id, page.enrollment.prefill
    read(qtbot, page, POI, PASSPORT)
    (conflict,) = prefill.conflicts(page.reload())
    offer = replace(prefill.read_document(number, POI), filled=(), suggested=())
    kept = prefill.conflicts(prefill.keep(number, conflict))
    names = {each: each for each in ("fullName", "dateOfBirth", "gender")}
    assert (
        said_of(replace(offer, conflicts=kept), names).words == "It says the same as the form: fullName, gender."
    )


def test_the_kind_that_the_officer_chose_stays(qtbot: QtBot, open_page: Open, licence: Path) -> None:
    page = open_page()
    box = page.slots[POI]._types
    box.setCurrentIndex(box.findData("CIN"))
    box.activated.emit(box.currentIndex())
    read(qtbot, page, POI, licence)
    assert page.reload().documents[POI].facts.type_code == "CIN"


def test_a_page_that_says_nothing_is_kept_all_the_same(qtbot: QtBot, open_page: Open, tmp_path: Path) -> None:
    Image.new("RGB", (600, 400), "white").save(tmp_path / "blank.png")
    page = open_page(entered=True)
    page.attach_file(POI, tmp_path / "blank.png")
    slot = page.slots[POI]
    qtbot.waitUntil(lambda: slot.is_filled and not page.is_reading)
    assert "Nothing on it could be read" in slot.told.text()
    assert not slot.fill.isVisible() and not slot.fetch.isVisible()


def test_the_letter_of_a_pre_registration_is_offered_to_be_fetched(
    qtbot: QtBot, open_page: Open, tmp_path: Path
) -> None:
    asked: list[str] = []

    def take(registration_id: RegistrationId, number: str) -> Prefilled:
        asked.append(number)
        raise Refused(PRE_REGISTRATION_USED)

    segno.make("20260315000014", micro=False).save(str(tmp_path / "letter.png"), scale=8, border=6)
    page = open_page(take=take)
    page.attach_file(POA, tmp_path / "letter.png")
    slot = page.slots[POA]
    qtbot.waitUntil(slot.fetch.isVisible, timeout=20_000)
    press(page, "fetch", POA)
    qtbot.waitUntil(lambda: PRE_REGISTRATION_USED.sentence in slot.told.text())
    assert asked == ["20260315000014"]
    assert slot.fetch.isEnabled()


def test_what_is_typed_otherwise_is_named_and_left_as_it_is(qtbot: QtBot, open_page: Open, licence: Path) -> None:
    page = open_page(entered=True)
    read(qtbot, page, POI, licence)
    told = page.slots[POI].told
    assert "Says something else than the form: " in told.text() and "Date of birth" in told.text()
    assert told.property("tone") == "warn"
    assert page.reload().demographics == page.registration.demographics


def test_going_on_waits_for_what_may_fill_in_the_form_and_a_second_press_does_not(
    qtbot: QtBot, open_page: Open, licence: Path
) -> None:
    page = open_page()
    read(qtbot, page, POI, licence)
    page._reading.add(POA)  # as long as another page is being read
    page.next.click()
    assert page.note.text().startswith("Still reading")
    with qtbot.waitSignal(page.completed, timeout=10_000):
        page.next.click()


def test_where_nothing_opens_the_chip_the_six_digits_are_asked_for(
    qtbot: QtBot, open_page: Open, licence: Path
) -> None:
    page = open_page()
    read(qtbot, page, POI, licence)
    slot = page.slots[POI]
    assert slot.chip.isVisible() and not slot.digits.isVisible()
    page._chip_was_not_read(POI, BadInput(CHIP_NOT_OPENED))
    assert slot.digits.isVisible() and slot.digits.hasFocus()


def test_without_a_reader_the_chip_button_says_so_and_everything_is_as_before(
    qtbot: QtBot, open_page: Open, licence: Path
) -> None:
    page = open_page()
    read(qtbot, page, POI, licence)
    page.slots[POI].digits.setText("123456")
    press(page, "chip")
    qtbot.waitUntil(page.next.isEnabled, timeout=10_000)
    assert "No chip reader is connected" in page.slots[POI].told.text()
    assert page.slots[POI].is_filled and not page.stop.isVisible()


def test_only_papers_that_have_chips_offer_to_read_one(qtbot: QtBot, open_page: Open, licence: Path) -> None:
    page = open_page()
    read(qtbot, page, POA, licence)
    assert not page.slots[POA].chip.isVisible()


def test_a_passport_among_proofs_of_address_is_moved_by_one_press(qtbot: QtBot, open_page: Open) -> None:
    page = open_page()
    read(qtbot, page, POA, PASSPORT)
    assert page.slots[POA].elsewhere.text() == "It belongs to: Identity document"
    press(page, "elsewhere", POA)
    qtbot.waitUntil(lambda: page.slots[POI].is_filled and not page.is_reading, timeout=20_000)
    assert not page.slots[POA].is_filled and not page.slots[POA].elsewhere.isVisible()
    assert {name: each.facts.type_code for name, each in page.reload().documents.items()} == {POI: "DOC001"}


def test_stopping_the_camera_leaves_nothing_behind(qtbot: QtBot, open_page: Open) -> None:
    page = open_page()
    page.camera.click()
    qtbot.waitUntil(page.stop.isVisible)
    page.stop.click()
    qtbot.waitUntil(page.next.isEnabled, timeout=10_000)
    assert page.reload().said == ()


def test_what_a_child_cannot_do_without_stands_above_what_may_be_left_out(open_page: Open) -> None:
    page = open_page(born=f"{utc_now().year - 2}/01/01")
    assert [slot.required for slot in page.slots.values()] == [True, False, False]
