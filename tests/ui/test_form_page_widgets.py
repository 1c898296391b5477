"""The form page's own widgets, each by itself: places, dates, the keyboard on the screen, groups, questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QLocale, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from muster.domain.prefill import Conflict, Origin, PrefilledField
from muster.ui.application import prepared_application
from muster.ui.typed_dates import Order
from muster.ui.widgets.date_entry import DateEntry, DatePicker
from muster.ui.widgets.field_group_choice import FieldGroupChoice
from muster.ui.widgets.on_screen_keyboard import Keyboard, OnScreenKeyboard, keyboards
from muster.ui.widgets.origin_mark import OriginMark
from muster.ui.widgets.place_search import Place, PlaceSearch
from muster.ui.wizard.demographics_lines import BlockedWordLine, ConflictLine
from muster.workstation.reference import LANGUAGES

# The plug-in without a screen says so of every list that opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TODAY = date(2026, 11, 21)
KENITRA, RABAT = ("KNT", "KTA", "RSK"), ("RBT", "RBA", "RSK")


@pytest.fixture(scope="module", autouse=True)
def looks(qapp: QApplication) -> None:
    """Set once: every widget there is pays for it."""
    prepared_application()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    QVBoxLayout(made)
    qtbot.addWidget(made)
    made.resize(900, 600)
    yield made
    QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def _put(window: QWidget, *widgets: QWidget) -> None:
    column = window.layout()
    assert column is not None
    for widget in widgets:
        column.addWidget(widget)
    window.show()
    window.activateWindow()
    QApplication.processEvents()


# Places


def _places(typed: str) -> tuple[Place[tuple[str, ...]], ...]:
    known = {"Kenitra, Rabat Sale Kenitra": KENITRA, "Rabat, Rabat Sale Kenitra": RABAT}
    return tuple(Place(words, chain) for words, chain in known.items() if typed.lower() in words.lower())


@pytest.fixture
def search(window: QWidget) -> tuple[PlaceSearch, list[object]]:
    chosen: list[object] = []
    made = PlaceSearch(_places)
    made.chosen.connect(chosen.append)
    _put(window, made)
    made.setFocus()
    return made, chosen


def test_places_are_shown_from_the_first_letter_on(search: tuple[PlaceSearch, list[object]]) -> None:
    box, _ = search
    QTest.keyClicks(box, "k")
    assert box.popup.isVisible()


def test_nothing_is_searched_for_before_the_first_letter(search: tuple[PlaceSearch, list[object]]) -> None:
    box, _ = search
    QTest.keyClicks(box, " ")
    assert not box.popup.isVisible()


def test_three_letters_and_enter_take_the_first_place_found(search: tuple[PlaceSearch, list[object]]) -> None:
    box, chosen = search
    QTest.keyClicks(box, "ken")
    assert box.popup.isVisible()
    QTest.keyClick(box.popup, Qt.Key.Key_Return)
    assert chosen == [KENITRA]
    assert box.text() == "" and not box.popup.isVisible()


def test_the_arrows_go_on_to_the_next_place_without_writing_it_into_the_box(
    search: tuple[PlaceSearch, list[object]],
) -> None:
    box, chosen = search
    QTest.keyClicks(box, "ken")
    QTest.keyClick(box.popup, Qt.Key.Key_Down)
    assert box.text() == "ken"
    QTest.keyClick(box.popup, Qt.Key.Key_Return)
    assert chosen == [RABAT]


def test_the_arrow_behind_the_last_place_stays_on_it(search: tuple[PlaceSearch, list[object]]) -> None:
    box, chosen = search
    QTest.keyClicks(box, "rabat,")
    for _ in range(2):
        QTest.keyClick(box.popup, Qt.Key.Key_Down)
    QTest.keyClick(box.popup, Qt.Key.Key_Return)
    assert chosen == [RABAT]


def test_escape_closes_what_was_found_and_keeps_what_was_typed(search: tuple[PlaceSearch, list[object]]) -> None:
    box, chosen = search
    QTest.keyClicks(box, "ken")
    QTest.keyClick(box.popup, Qt.Key.Key_Escape)
    assert not box.popup.isVisible() and box.text() == "ken" and not chosen


def test_a_place_nobody_knows_is_said_and_cannot_be_taken(search: tuple[PlaceSearch, list[object]]) -> None:
    box, chosen = search
    QTest.keyClicks(box, "atlantis")
    assert "No place of this name" in box.found.index(0, 0).data()
    QTest.keyClick(box.popup, Qt.Key.Key_Return)
    assert not chosen


def test_the_list_of_places_goes_with_its_page(window: QWidget, search: tuple[PlaceSearch, list[object]]) -> None:
    box, _ = search
    QTest.keyClicks(box, "ken")
    window.hide()
    assert not box.popup.isVisible()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_list_of_places_begins_where_its_box_does_and_has_room_for_its_words(
    window: QWidget, direction: Qt.LayoutDirection
) -> None:
    QApplication.setLayoutDirection(direction)
    box = PlaceSearch(_places)
    box.setFixedWidth(90)
    window.resize(600, 400)  # within the screen
    _put(window, box)
    box.setFocus()
    QTest.keyClicks(box, "ken")
    shown = QRect(box.mapFromGlobal(box.popup.pos()), box.popup.size())
    assert box.popup.layoutDirection() is direction
    assert shown.width() > box.width()
    begins = shown.right() - box.width() if direction is Qt.LayoutDirection.RightToLeft else shown.left()
    assert abs(begins) <= 2


# Dates


def _age(today: date, born: date) -> str:
    return f"age {today.year - born.year}"


@pytest.fixture
def entry(window: QWidget) -> tuple[DateEntry, list[str]]:
    edited: list[str] = []
    made = DateEntry("Date of birth", QLocale("en"), lambda: TODAY, _age)
    made.order = Order.DAY_FIRST
    made.edited.connect(edited.append)
    _put(window, made)
    made.box.setFocus()
    return made, edited


def test_what_is_no_date_yet_is_kept_as_it_was_typed(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, edited = entry
    QTest.keyClicks(date_of_birth.box, "31.5")
    assert edited[-1] == "31.5"
    assert date_of_birth.words.isHidden()


def test_a_date_is_said_in_words_with_the_age_while_it_is_typed(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, edited = entry
    QTest.keyClicks(date_of_birth.box, "31.5.1990")
    assert date_of_birth.words.text() == "31 May 1990 · age 36"
    assert date_of_birth.box.text() == "31.5.1990"  # not rewritten under the fingers
    assert edited[-1] == "1990/05/31"


def test_a_box_that_is_left_shows_what_is_kept(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, _ = entry
    QTest.keyClicks(date_of_birth.box, "31.5.1990")
    date_of_birth.calendar.setFocus()
    assert date_of_birth.box.text() == "1990/05/31"


def test_a_day_to_come_is_said_to_lie_in_the_future(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, _ = entry
    QTest.keyClicks(date_of_birth.box, "2026/11/22")
    assert "in the future" in date_of_birth.words.text()


def test_of_whom_only_the_age_is_known_that_is_typed(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, edited = entry
    date_of_birth.by_age.click()
    QTest.keyClicks(date_of_birth.box, "36")
    assert edited[-1] == "1990/01/01"
    date_of_birth.calendar.setFocus()
    assert date_of_birth.box.text() == "1990/01/01" and not date_of_birth.takes_age


def test_any_birthday_is_four_presses_away_in_the_calendar(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, edited = entry
    date_of_birth.calendar.click()
    picker = date_of_birth.findChild(DatePicker)
    for words in ("1980–1989", "1984", "August", "12"):
        next(each for each in picker.choices if each.text() == words).click()
    assert edited == ["1984/08/12"]


def test_the_calendar_goes_with_its_page(window: QWidget, entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, _ = entry
    date_of_birth.calendar.click()
    picker = date_of_birth.findChild(DatePicker)
    window.hide()
    assert not picker.isVisible()


def test_the_calendar_goes_back_a_step(entry: tuple[DateEntry, list[str]]) -> None:
    date_of_birth, _ = entry
    date_of_birth.calendar.click()
    picker = date_of_birth.findChild(DatePicker)
    picker.choices[0].click()
    picker.back.click()
    assert picker.choices[1].text() == "2010–2019"


# The keyboard


@pytest.fixture
def typing(window: QWidget) -> tuple[OnScreenKeyboard, QLineEdit]:
    box, keyboard = QLineEdit(), OnScreenKeyboard()
    _put(window, box, keyboard)
    box.setFocus()
    return keyboard, box


def _labels(keyboard: OnScreenKeyboard) -> list[str]:
    return [each.text() for each in keyboard.findChildren(QPushButton) if each.isVisibleTo(keyboard)]


def test_there_is_a_keyboard_for_every_language_data_are_taken_in() -> None:
    assert {each.code for each in LANGUAGES} <= {each.language for each in keyboards()}


@pytest.mark.parametrize("keyboard", keyboards(), ids=lambda each: each.language)
def test_no_key_of_a_keyboard_is_there_twice(keyboard: Keyboard) -> None:
    for rows in (keyboard.rows, keyboard.shifted):
        letters = [letter for row in rows for letter in row]
        assert len(letters) == len(set(letters))


@pytest.mark.parametrize("keyboard", keyboards(), ids=lambda each: each.language)
def test_every_letter_with_further_forms_has_a_key(keyboard: Keyboard) -> None:
    letters = {letter for rows in (keyboard.rows, keyboard.shifted) for row in rows for letter in row}
    assert set(keyboard.variants) <= letters


def test_a_key_types_into_the_box_and_leaves_the_focus_there(typing: tuple[OnScreenKeyboard, QLineEdit]) -> None:
    keyboard, box = typing
    edited: list[str] = []
    box.textEdited.connect(edited.append)
    keyboard.open_for("ara")
    QTest.mouseClick(keyboard.keys["م"], Qt.MouseButton.LeftButton)
    assert (box.text(), edited) == ("م", ["م"])
    assert box.hasFocus()


def test_shift_counts_for_one_letter(typing: tuple[OnScreenKeyboard, QLineEdit]) -> None:
    keyboard, box = typing
    keyboard.open_for("eng")
    keyboard.shift.click()
    keyboard.keys["E"].click()
    keyboard.keys["r"].click()
    assert box.text() == "Er"


@pytest.mark.parametrize("keyboard", keyboards(), ids=lambda each: each.language)
def test_no_key_is_blank(typing: tuple[OnScreenKeyboard, QLineEdit], keyboard: Keyboard) -> None:
    shown, _ = typing
    shown.open_for(keyboard.language)
    shown.shift.click()
    assert "&" not in [each.text() for each in shown.keys.values()]  # Qt takes it for a mark of the next letter
    assert all(each.text().strip() for each in shown.keys.values())


def test_an_order_of_a_syllable_takes_the_place_of_its_letter(typing: tuple[OnScreenKeyboard, QLineEdit]) -> None:
    keyboard, box = typing
    keyboard.open_for("amh")
    keyboard.keys["መ"].click()
    keyboard.keys["ሙ"].click()
    assert box.text() == "ሙ"


def test_the_letter_before_is_deleted(typing: tuple[OnScreenKeyboard, QLineEdit]) -> None:
    keyboard, box = typing
    keyboard.open_for("fra")
    box.setText("Erika")
    keyboard.delete.click()
    assert box.text() == "Erik"


def test_letters_lie_as_on_a_desk_s_keyboard_and_the_rest_as_the_window_runs(window: QWidget) -> None:
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    keyboard = OnScreenKeyboard()
    _put(window, keyboard)
    keyboard.open_for("ara")
    QApplication.processEvents()
    assert keyboard.keys["ض"].x() < keyboard.keys["د"].x()
    assert keyboard.shift.x() > keyboard.next.x()
    assert "⌦" in _labels(keyboard)


# What belongs to one field


def test_a_group_that_was_chosen_has_a_sign_and_not_only_a_colour(window: QWidget) -> None:
    choice = FieldGroupChoice({"Name": "Full name", "Phone": "Phone"}, ["Phone"])
    _put(window, choice)
    assert [each.text() for each in choice.toggles.values()] == ["Full name", "✓  Phone"]
    chosen: list[tuple[str, ...]] = []
    choice.changed.connect(chosen.append)
    choice.toggles["Name"].click()
    assert chosen == [("Name", "Phone")]
    assert choice.toggles["Name"].text().startswith("✓")


def test_what_was_typed_has_no_mark_of_where_it_is_from(window: QWidget) -> None:
    mark = OriginMark()
    _put(window, mark)
    mark.tell(None)
    assert mark.isHidden() and not mark.said


def test_what_is_not_sure_says_so_by_a_sign_and_in_words(window: QWidget) -> None:
    mark = OriginMark()
    _put(window, mark)
    mark.tell(PrefilledField("email", "erika@mustermann.example", Origin.PRINTED_TEXT, 0.5))
    assert mark.text() == "printed text ●○○"
    assert mark.said == "From: The printed text (not sure: compare it)"


def test_a_conflict_shows_both_values_and_who_says_so(window: QWidget) -> None:
    conflict = Conflict(PrefilledField("dateOfBirth", "1985/03/04", Origin.PASSPORT_ZONE), "1985/04/03")
    line = ConflictLine(conflict, "1985/03/04", "1985/04/03")
    _put(window, line)
    said = line.words.text().replace("\u2068", "").replace("\u2069", "")
    assert said == "The passport's zone says 1985/03/04; here it says 1985/04/03."
    answers: list[str] = []
    line.taken.connect(lambda: answers.append("taken"))
    line.kept.connect(lambda: answers.append("kept"))
    line.keep.click()
    line.take.click()
    assert answers == ["kept", "taken"]


def test_a_word_stays_only_with_a_reason(window: QWidget) -> None:
    line = BlockedWordLine("This word is on the list of words not wanted.")
    _put(window, line)
    reasons: list[str] = []
    line.kept.connect(reasons.append)
    line.keep.click()
    assert line.reason.hasFocus()
    line.keep.click()
    assert not reasons
    QTest.keyClicks(line.reason, "it is a family name")
    QTest.keyClick(line.reason, Qt.Key.Key_Return)
    assert reasons == ["it is a family name"]
