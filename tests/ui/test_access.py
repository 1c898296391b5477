"""Everything by keyboard: letters for buttons, the list of keys, the order of Tab, a focus that can be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest_ui import Driver
from looks_walk import by_tab
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from muster.ui import shortcuts, theme
from muster.ui.appearance import Appearance, Looks, Scheme
from muster.ui.application import prepared_application
from muster.ui.language import WINDOW_LANGUAGES
from muster.ui.pages.people import PeoplePage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.shortcuts import KeysDialog, letters_for
from muster.ui.widgets.parts import Button, button, link, with_letter
from muster.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the platform without a screen says so

MADE = {
    "button": lambda: button("Go"),
    "primary": lambda: button("Go", primary=True),
    "link": lambda: link("Go"),
    "box": QLineEdit,
}
SCHEMES = (Scheme.LIGHT, Scheme.DARK, Scheme.CONTRAST)

# --- letters ---------------------------------------------------------------------------------------------


def test_what_is_said_twice_gets_no_letter() -> None:
    assert letters_for(["Choose", "Add", "Choose"]) == {1: "A"}


def test_a_letter_that_is_taken_is_not_given_again() -> None:
    assert letters_for(["Send"], {"S"}) == {0: "E"}


def test_words_whose_letters_are_all_taken_get_none() -> None:
    assert letters_for(["Ab", "Ba", "Bab"]) == {0: "A", 1: "B"}


def test_the_first_letters_of_words_go_before_those_within() -> None:
    assert letters_for(["Sign out", "Send now", "Settings"]) == {0: "S", 1: "N", 2: "E"}


def test_another_script_is_given_letters_that_its_keyboard_has_too() -> None:
    assert letters_for(["إغلاق", "हटाएँ"]) == {0: "A", 1: "B"}


def test_a_letter_is_shown_without_being_a_part_of_the_text() -> None:
    assert with_letter("Sign & send", "N") == "Sig&n && send"
    assert with_letter("Go now", "N") == "Go &now"
    assert with_letter("إغلاق", "A") == "إغلاق (&A)"
    assert with_letter("Send", "") == "Send"


@pytest.fixture
def two_buttons(qtbot: QtBot) -> tuple[QWidget, Button, Button]:
    prepared_application()
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    first, second = button("Send now"), link("Slip")
    for each in (first, second):
        column.addWidget(each)
    shortcuts.Letters(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: bool(first.letter and second.letter) and window.isActiveWindow())
    return window, first, second


def test_alt_and_the_letter_press_the_button(qtbot: QtBot, two_buttons: tuple[QWidget, Button, Button]) -> None:
    window, first, _ = two_buttons
    with qtbot.waitSignal(first.clicked, timeout=2000):
        qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)


def test_a_button_keeps_its_letter_under_another_name(two_buttons: tuple[QWidget, Button, Button]) -> None:
    _, first, _ = two_buttons
    first.setText("Send again")
    assert (first.letter, first.shortcut().toString()) == ("S", "Alt+S")


def test_a_letter_does_not_change_what_a_button_says(two_buttons: tuple[QWidget, Button, Button]) -> None:
    _, first, second = two_buttons
    assert (first.text(), second.text()) == ("Send now", "Slip")


# --- focus -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda each: each.value)
@pytest.mark.parametrize(
    "made", [lambda: button("Go"), lambda: button("Go", primary=True), lambda: link("Go"), QLineEdit]
)
def test_the_focus_can_be_seen(
    scheme: Scheme, made: Callable[[], QWidget], qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    looks = Looks(prepared_application(), tmp_path)
    looks.choose(scheme)
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    widget, other = made(), button("Other")
    for each in (widget, other):
        column.addWidget(each)
    window.show()
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    without = widget.grab().toImage()
    widget.setFocus()
    with_focus = widget.grab().toImage()
    looks.choose(Scheme.SYSTEM)
    assert without != with_focus


def test_tab_goes_from_name_to_password_to_the_button(driver: Driver) -> None:
    page = driver.on(SignInPage)
    page.user_id.setFocus()
    driver.until(page.user_id.hasFocus)
    order = [each for each in by_tab(driver.window) if page.isAncestorOf(each)]
    assert order[:2] == [page.password, page.sign_in] or order[:3] == [page.password, page.code, page.sign_in]


# --- what is kept ----------------------------------------------------------------------------------------


def test_a_file_that_somebody_edited_counts_as_nothing_chosen(tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "window.ini").write_text("[sign-in]\ntheme=pink\nzoom=9999999\n", encoding="utf-8")
    assert Looks(prepared_application(), tmp_path).current == Appearance(Scheme.SYSTEM, theme.MOST_ZOOM)
    (tmp_path / "window.ini").write_bytes(b"\x00\xff[[[")
    assert Looks(prepared_application(), tmp_path).current == Appearance()


def test_nothing_is_written_before_there_is_a_folder(tmp_path: Path, qapp: QApplication) -> None:
    looks = Looks(prepared_application(), tmp_path / "station")
    looks.choose(Scheme.DARK)
    looks.choose(Scheme.SYSTEM)
    assert list(tmp_path.iterdir()) == []


def test_everybody_finds_the_window_as_they_left_it(tmp_path: Path, qapp: QApplication) -> None:
    looks = Looks(prepared_application(), tmp_path)
    looks.belong_to("erika")
    looks.choose(Scheme.CONTRAST)
    looks.zoom_by(4)
    looks.belong_to("max")
    assert looks.current == Appearance()
    again = Looks(prepared_application(), tmp_path)
    again.belong_to("erika")
    found = again.current
    again.belong_to(None)
    assert found == Appearance(Scheme.CONTRAST, 200)


def test_the_zoom_ends_at_both_ends(tmp_path: Path, qapp: QApplication) -> None:
    looks = Looks(prepared_application(), tmp_path)
    looks.zoom_by(-1)
    assert looks.current.zoom == 100
    looks.zoom_by(99)
    assert (looks.current.zoom, theme.px(10)) == (200, 20)
    looks.zoom_as_usual()
    assert theme.px(10) == 10


# --- in the window ---------------------------------------------------------------------------------------


def _supervised_in_french(driver: Driver) -> MainWindow:
    """A supervisor's desk on its way, and another language chosen before it is there."""
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    driver.session.sign_in(*credentials[1])
    driver.window._signed_in()
    driver.window.use_language(WINDOW_LANGUAGES[1])
    return driver.window


def test_what_is_opened_while_the_desk_is_on_its_way_stays(driver: Driver, qtbot: QtBot) -> None:
    """The desk comes in several turns of the window's loop; another language shows it at once."""
    window = _supervised_in_french(driver)
    window.people()
    opened = window.page
    qtbot.wait(50)
    assert isinstance(opened, PeoplePage)
    assert window.page is opened


def test_the_window_is_led_by_keys(driver: Driver, qtbot: QtBot) -> None:
    """F1 tells the keys in the language of the moment and Escape takes it away; a letter opens a page, Ctrl and +
    makes it larger without leaving it."""
    window = _supervised_in_french(driver)
    window.activateWindow()
    driver.until(lambda: window.page.people.letter != "")  # type: ignore[attr-defined]
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, KeysDialog)
    assert ("F1", "Cette liste de touches") in dialog.keys
    assert any(words == "Personnes" and keys.startswith("Alt+") for keys, words in dialog.keys)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    driver.until(lambda: QApplication.activeModalWidget() is None)
    letter = window.page.people.letter  # type: ignore[attr-defined]
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key(ord(letter)), Qt.KeyboardModifier.AltModifier)
    driver.on(PeoplePage)
    qtbot.keyClick(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert window.looks.current.zoom == 125
    driver.on(PeoplePage)
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.looks.current.zoom == 100
    window.use_language(WINDOW_LANGUAGES[0])
