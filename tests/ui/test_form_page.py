"""The page of details by itself, on a demo station: the keyboard, what appears and goes, what is asked about a
field, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.applicant import LocalizedText
from muster.domain.lifecycle import Registration
from muster.domain.prefill import Resolution
from muster.domain.registration import Process
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage
from muster.ui.session import Session
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.demographics_lines import BlockedWordLine, ConflictLine
from muster.workstation.demo import demo_script
from muster.workstation.enrollment import Enrollment
from muster.workstation.lanes import Lanes

# The plug-in without a screen says so of every list that opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SIZE_OF_A_SMALL_LAPTOP = (1156, 716)  # 1366 x 768 without the list of steps and the header
CHILD, ADULT = "2024/05/31", "1990/05/31"

Open = Callable[..., DemographicsPage]


@pytest.fixture(scope="module")
def languages(qapp: QApplication) -> Languages:
    """Looks and language are set once: every widget there is pays for it."""
    return Languages(prepared_application())


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One for all tests here: every test has a registration of its own."""
    made = Session(tmp_path_factory.mktemp("form") / "station", utc_now)
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
def open_page(
    qtbot: QtBot, station: Session, lanes: Lanes, enrollment: Enrollment, languages: Languages
) -> Iterator[Open]:
    """The page of a new registration, in a window as large as a small laptop leaves it."""

    def opened(
        *codes: str, process: Process = Process.NEW, window: str = "en", draft: dict[str, Any] | None = None
    ) -> DemographicsPage:
        language = next(each for each in WINDOW_LANGUAGES if each.code == window)
        _use(languages, language)
        registration = enrollment.start(codes or ("eng",), process)
        if draft:
            registration = enrollment.keep_draft(registration.id, draft)
        assert station.desk is not None
        take = station.desk.pre_registrations.take
        page = DemographicsPage(enrollment, Background(lanes), registration, language.data_code, take)
        qtbot.addWidget(page)
        page.resize(*SIZE_OF_A_SMALL_LAPTOP)
        page.show()
        page.activateWindow()
        QApplication.processEvents()
        page.enter()
        return page

    yield opened
    _use(languages, WINDOW_LANGUAGES[0])


def _use(languages: Languages, language: WindowLanguage) -> None:
    if languages.current != language:
        languages.use(language)


def _filled() -> dict[str, Any]:
    """The demo's person, in one language."""
    return {
        name: LocalizedText.of(eng=value.in_language("eng")) if isinstance(value, LocalizedText) else value
        for name, value in demo_script().demographics.items()
    }


def _focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def _type(box: QLineEdit, text: str) -> None:
    box.setFocus()
    QTest.keyClicks(box, text)


# By keyboard


def test_the_page_begins_in_its_first_field(open_page: Open) -> None:
    page = open_page("eng", "ara")
    assert page.boxes["fullName", "eng"].hasFocus()


def test_a_draft_begins_where_something_is_missing(open_page: Open) -> None:
    page = open_page(draft={"fullName": LocalizedText.of(eng="Erika Mustermann")})
    assert page.boxes["dateOfBirth", ""].hasFocus()


def test_a_form_without_fields_begins_with_going_on(
    open_page: Open, enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrollment, "form", lambda process: ())
    assert open_page().next.hasFocus()


def test_enter_passes_over_what_is_filled_in_already(open_page: Open) -> None:
    page = open_page("eng", "fra", draft={"dateOfBirth": ADULT})
    _type(page.boxes["fullName", "eng"], "Erika Mustermann")  # and the French one follows
    QTest.keyClick(_focus(), Qt.Key.Key_Return)
    assert page.lists["gender"].hasFocus()


def test_enter_in_a_list_goes_on_as_well(open_page: Open) -> None:
    page = open_page()
    page.lists["gender"].setFocus()
    QTest.keyClick(_focus(), Qt.Key.Key_Return)
    assert page.lists["residenceStatus"].hasFocus()


def test_enter_in_the_last_field_goes_to_next_and_enter_there_is_done(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(draft={**_filled(), "phone": "", "residenceStatus": "NFR"})
    with qtbot.waitSignal(page.completed):
        _type(page.boxes["phone", ""], "0123456789")
        QTest.keyClick(_focus(), Qt.Key.Key_Return)
        assert page.next.hasFocus()
        QTest.keyClick(page.next, Qt.Key.Key_Return)


def test_control_and_enter_go_on_from_any_field(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(draft=_filled())
    page.boxes["fullName", "eng"].setFocus()
    with qtbot.waitSignal(page.completed):
        QTest.keyClick(_focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_tab_goes_down_the_first_column_and_then_down_the_second(open_page: Open) -> None:
    page = open_page("eng", "ara")
    seen: list[QWidget] = []
    widget: QWidget = page.boxes["fullName", "eng"]
    while widget is not page.next:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            seen.append(widget)
        widget = widget.nextInFocusChain()
    places = [each.mapTo(page, QPoint(0, 0)) for each in seen if isinstance(each, QLineEdit | QComboBox)]
    assert [(each.x() > 500, each.y() // 20) for each in places] == sorted(
        (each.x() > 500, each.y() // 20) for each in places
    )
    assert len(places) == 19


def test_the_usual_form_needs_no_scrolling_on_a_small_laptop(open_page: Open) -> None:
    assert open_page("eng", "ara")._area.verticalScrollBar().maximum() == 0


# What appears and goes


def test_a_child_s_date_asks_who_brings_it_and_leaves_the_keyboard_where_it_is(open_page: Open) -> None:
    page = open_page()
    assert page.cells["introducerName"].isHidden()
    _type(page.boxes["dateOfBirth", ""], CHILD)
    assert page.cells["introducerName"].isVisible()
    assert page.cells["introducerName"].name.text().endswith("*")
    assert page.boxes["dateOfBirth", ""].hasFocus()


def test_one_of_two_numbers_is_enough_and_the_other_goes(open_page: Open) -> None:
    page = open_page(draft={"dateOfBirth": CHILD})
    assert page.boxes["introducerUIN", ""].placeholderText() == "one of the two is enough"
    _type(page.boxes["introducerUIN", ""], "2")
    assert page.cells["introducerRID"].isHidden()
    QTest.keyClick(_focus(), Qt.Key.Key_Backspace)
    assert page.cells["introducerRID"].isVisible()
    assert page.boxes["introducerUIN", ""].hasFocus()


def test_what_stands_behind_a_hidden_field_is_there_when_it_shows_again(open_page: Open) -> None:
    page = open_page(draft={"dateOfBirth": CHILD, "introducerName": LocalizedText.of(eng="Max Mustermann")})
    page.boxes["dateOfBirth", ""].clear()
    _type(page.boxes["dateOfBirth", ""], ADULT)
    assert page.cells["introducerName"].isHidden()
    page.boxes["dateOfBirth", ""].clear()
    _type(page.boxes["dateOfBirth", ""], CHILD)
    assert page.boxes["introducerName", "eng"].text() == "Max Mustermann"


def test_an_update_shows_only_what_is_to_be_changed(open_page: Open) -> None:
    page = open_page(process=Process.UPDATE)
    assert page.groups is not None
    page.groups.toggles["Contact"].click()
    shown = {name for name, cell in page.cells.items() if cell.isVisible()}
    assert shown == {"UIN", "phone", "email"}


def test_groups_chosen_for_an_update_are_chosen_again_in_its_draft(
    qtbot: QtBot, open_page: Open, enrollment: Enrollment
) -> None:
    page = open_page(process=Process.UPDATE)
    assert page.groups is not None
    page.groups.toggles["Contact"].click()
    page.leave()
    qtbot.waitUntil(lambda: enrollment.registration(page.registration.id).form_choices.groups == ("Contact",))


def test_a_place_found_fills_every_list_and_the_keyboard_goes_on(open_page: Open, enrollment: Enrollment) -> None:
    page = open_page(draft={**_filled(), "zone": "", "postalCode": "", "city": "", "phone": ""})
    words = enrollment.details.find_places("see")[0].words("eng")
    _type(page.places, "see")
    assert page.places.found.index(0, 0).data() == words
    QTest.keyClick(page.places.popup, Qt.Key.Key_Return)
    assert [page.lists[each].currentData() for each in ("region", "province", "city")] == ["NRD", "LAK", "SEE"]
    assert _focus() is not page.places


def test_a_region_found_leads_to_what_it_still_lacks(open_page: Open) -> None:
    lacking = dict.fromkeys(("region", "province", "city", "zone", "postalCode"), "")
    page = open_page(draft={**_filled(), **lacking, "residenceStatus": ""})
    _type(page.places, "northern")
    QTest.keyClick(page.places.popup, Qt.Key.Key_Return)
    assert _focus() is page.lists["province"]


def test_a_number_written_otherwise_is_told_what_the_field_takes(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(draft={**_filled(), "phone": "0170 1234567", "email": "erika"})
    page.next.click()
    qtbot.waitUntil(lambda: "red frame" in page.note.text())
    assert "10 digits" in page.cells["phone"].problem.text()
    assert "name@example.org" in page.cells["email"].problem.text()
    for box, right in ((page.boxes["phone", ""], "1701234567"), (page.boxes["email", ""], "e@example.org")):
        box.clear()
        _type(box, right)
    assert page.note.isHidden()  # no field has a red frame any more


# Several languages


def test_another_script_is_suggested_in_words_and_confirmed_by_leaving_its_box(open_page: Open) -> None:
    page = open_page("eng", "ara")
    _type(page.boxes["fullName", "eng"], "Erika")
    box, said = page.boxes["fullName", "ara"], page.cells["fullName"].suggested["ara"]
    assert box.text() and box.property("suggested") and said.isVisible()
    box.setFocus()
    page.boxes["phone", ""].setFocus()
    assert not box.property("suggested") and said.isHidden()
    suggested = box.text()
    _type(page.boxes["fullName", "eng"], " Maria")
    assert box.text() == suggested


# What is asked about a field


def _with_a_conflict(enrollment: Enrollment, page: DemographicsPage) -> Registration:
    """A form filled in at home says another date than what stands there."""
    offer = enrollment.prefill.take_booking(page.registration.id, "1", {"dateOfBirth": "1985/03/04"})
    page._heard(offer.registration)
    return offer.registration


def _question(page: DemographicsPage, kind: type) -> Any:
    return page.cells["dateOfBirth" if kind is ConflictLine else "fullName"].findChild(kind)


def test_what_a_source_says_otherwise_is_asked_below_the_field(open_page: Open, enrollment: Enrollment) -> None:
    page = open_page(draft={"dateOfBirth": "1985/04/03"})
    _with_a_conflict(enrollment, page)
    said = _question(page, ConflictLine).words.text()
    assert said.index("1985/03/04") < said.index("here it says") < said.index("1985/04/03")


def test_what_the_officer_keeps_is_kept_for_the_supervisor(
    qtbot: QtBot, open_page: Open, enrollment: Enrollment
) -> None:
    page = open_page(draft={"dateOfBirth": "1985/04/03"})
    _with_a_conflict(enrollment, page)
    _question(page, ConflictLine).keep.click()
    qtbot.waitUntil(lambda: bool(page.registration.decided))
    assert page.registration.decided[0].resolution is Resolution.KEPT_TYPED
    assert page.boxes["dateOfBirth", ""].text() == "1985/04/03"
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert _question(page, ConflictLine) is None


def test_what_the_officer_takes_over_says_where_it_is_from(
    qtbot: QtBot, open_page: Open, enrollment: Enrollment
) -> None:
    page = open_page(draft={"dateOfBirth": "1985/04/03"})
    _with_a_conflict(enrollment, page)
    _question(page, ConflictLine).take.click()
    assert page.boxes["dateOfBirth", ""].text() == "1985/03/04"
    qtbot.waitUntil(page.cells["dateOfBirth"].origin.isVisible)
    assert page.cells["dateOfBirth"].origin.text().startswith("filled in at home")
    assert page.registration.decided[0].resolution is Resolution.TOOK_DOCUMENT


def test_a_word_that_names_do_not_hold_stays_with_a_reason(
    qtbot: QtBot, open_page: Open, enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = replace(enrollment.details._reference, blocklisted={"eng": frozenset({"dummy"})})
    monkeypatch.setattr(enrollment.details, "_reference", blocked)
    page = open_page(draft={**_filled(), "fullName": LocalizedText.of(eng="Erika Dummy")})
    page.next.click()
    qtbot.waitUntil(lambda: _question(page, BlockedWordLine) is not None)
    line = _question(page, BlockedWordLine)
    line.keep.click()
    QTest.keyClicks(line.reason, "her family's name")
    with qtbot.waitSignal(page.completed):
        line.keep.click()
        page.next.click()
    kept = enrollment.registration(page.registration.id).form_choices.words_kept
    assert dict(kept) == {"fullName.eng": "her family's name"}


def test_what_is_missing_is_said_at_its_field_and_the_keyboard_goes_there(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(draft={**_filled(), "gender": ""})
    page.next.click()
    qtbot.waitUntil(page.note.isVisible)
    assert page.cells["gender"].problem.text() == "This field is needed."
    assert page.lists["gender"].hasFocus()


def test_a_slip_is_said_once_its_box_is_left(qtbot: QtBot, open_page: Open) -> None:
    page = open_page()
    _type(page.boxes["email", ""], "erika")
    page.boxes["phone", ""].setFocus()
    qtbot.waitUntil(page.cells["email"].problem.isVisible)
    assert page.cells["phone"].problem.isHidden()  # missing, but nobody said that all is there


def test_what_only_asks_to_look_again_has_a_sign_and_no_frame(qtbot: QtBot, open_page: Open) -> None:
    page = open_page()
    _type(page.boxes["email", ""], "erika@gmial.com")
    page.boxes["phone", ""].setFocus()
    qtbot.waitUntil(page.cells["email"].problem.isVisible)
    assert page.cells["email"].problem.text().startswith("⚠ ")
    assert not page.boxes["email", ""].property("wrong")


# A keyboard on the screen


def _touch(box: QLineEdit) -> None:
    """As Qt hands a finger on the screen to who does not ask for touches: as a mouse's press."""
    screen = QPointingDevice(
        "screen",
        1,
        QInputDevice.DeviceType.TouchScreen,
        QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position,
        1,
        1,
    )
    middle = QPointF(box.rect().center())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    press = QMouseEvent(QEvent.Type.MouseButtonPress, middle, middle, left, left, none, screen)
    QApplication.sendEvent(box, press)


def test_a_touch_of_a_box_opens_the_letters_of_its_language(open_page: Open) -> None:
    page = open_page("eng", "ara")
    _touch(page.boxes["fullName", "ara"])
    assert page.keyboard.isVisible()
    assert page.keyboard.language == "ara"
    page.keyboard.keys["م"].click()
    page.boxes["phone", ""].setFocus()
    assert page.keyboard.language == "eng"


def test_the_mouse_opens_no_keyboard(open_page: Open) -> None:
    page = open_page()
    QTest.mouseClick(page.boxes["fullName", "eng"], Qt.MouseButton.LeftButton)
    assert page.keyboard.isHidden()


def test_the_keyboard_never_covers_what_is_typed_into(qtbot: QtBot, open_page: Open) -> None:
    page = open_page("eng", "ara")
    last = page.lists["region"]
    last.setFocus()
    QTest.keyClick(last, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert page.keyboard.isVisible()

    def is_in_sight() -> bool:
        seen = QRect(QPoint(0, 0), page._area.viewport().size())
        return seen.contains(QRect(last.mapTo(page._area.viewport(), QPoint(0, 0)), last.size()))

    qtbot.waitUntil(is_in_sight)


def test_next_field_on_the_screen_is_enter(open_page: Open) -> None:
    page = open_page()
    page.keys.setChecked(True)
    page.keyboard.keys["e"].click()
    page.keyboard.next.click()
    assert page.boxes["fullName", "eng"].text() == "e"
    assert page.boxes["dateOfBirth", ""].hasFocus()


# Words


@pytest.mark.parametrize("window", ["en", "ar"])
def test_every_field_has_a_name_for_who_does_not_see_it(open_page: Open, window: str) -> None:
    page = open_page("eng", "ara", window=window)
    for cell in page.cells.values():
        for widget in cell.tab_order:
            assert widget.accessibleName() or getattr(widget, "text", str)(), cell.field.id
