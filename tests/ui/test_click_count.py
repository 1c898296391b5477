"""How often an officer presses something to enroll an adult, everything being good: with the real window, the real
form and the devices of a demo station.

    python -m pytest tests/ui/test_click_count.py -s      prints the table of the officers' guide
"""

from __future__ import annotations

import pytest
from conftest_ui import Driver
from presses import PressCounter
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from muster.domain.applicant import LocalizedText
from muster.domain.registration import Step
from muster.ui.capture.page import CapturePage
from muster.ui.pages.home import HomePage
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.proofing import ProofingPage
from muster.ui.wizard.signature import SignaturePage
from muster.ui.wizard.wizard import Wizard
from muster.workstation.demo import demo_script

MOST_PRESSES = 20
_PLACES = ("region", "province", "city", "zone", "postalCode")
_NAMES: dict[type[QWidget], str] = {
    SignInPage: "Sign in, once a day",
    HomePage: "Desk",
    ConsentPage: "1. Consent",
    DemographicsPage: "2. Details",
    DocumentsPage: "3. Documents",
    ProofingPage: "4. Proof of identity",
    CapturePage: "5. Captures",
    PreviewPage: "6. Check",
    SignaturePage: "7. Sign",
    ReceiptPage: "8. Slip, and the next person",
}


@pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one, of windows that are raised
def test_an_adult_with_everything_good_takes_at_most_twenty_presses_of_the_mouse(
    driver: Driver, qapp: QApplication
) -> None:
    counter = PressCounter(qapp, lambda: _NAMES[type(_page(driver))])
    _enroll(driver)
    counter.stop()
    print(f"\n{counter.table()}")
    assert list(counter.pages) == list(_NAMES.values())  # everywhere something was pressed, and counted
    assert counter.mouse.total() <= MOST_PRESSES


@pytest.mark.parametrize("swallowed", [True, False])
def test_a_press_is_counted_once_however_many_widgets_it_passes(qapp: QApplication, swallowed: bool) -> None:
    outer = QWidget()
    inner = QLineEdit(outer) if swallowed else QWidget(outer)
    counter = PressCounter(qapp, lambda: "here")
    QTest.mouseClick(inner, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    QTest.keyClick(inner, Qt.Key.Key_Return)
    counter.stop()
    assert (counter.mouse["here"], counter.keys["here"]) == (1, 1)


def test_letters_are_typing_and_what_commands_is_not(qapp: QApplication) -> None:
    box = QLineEdit()
    counter = PressCounter(qapp, lambda: "here")
    QTest.keyClicks(box, "Erika 1")
    assert counter.keys.total() == 0
    for key, held in (
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(box, key, held)
    counter.stop()
    assert counter.keys.total() == 3


def _page(driver: Driver) -> QWidget:
    page = driver.window.page
    return page.page if isinstance(page, Wizard) else page


def _enroll(driver: Driver) -> None:
    driver.sign_in()
    driver.start()
    driver.walk_to(Step.DEMOGRAPHICS)
    _fill_form(driver)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.at(Step.DOCUMENTS)
    driver.walk_to(Step.PREVIEW)
    driver.click(driver.on(PreviewPage).confirm)
    signature = driver.to_sign()
    credentials = driver.session.station().demo_credentials()
    assert credentials is not None
    driver.type(signature.password, credentials[0][1])
    driver.click(signature.sign)
    driver.click(driver.on(ReceiptPage).another)
    driver.on(ConsentPage)


def _fill_form(driver: Driver) -> None:
    """As one does who knows the form: types, Enter, types; and finds the place by its smallest part."""
    page = driver.on(DemographicsPage)
    place_of = {id(box): place for place, box in page.boxes.items()}
    place_of |= {id(box): (name, "") for name, box in page.lists.items()}
    said = demo_script().demographics
    there: QWidget | None = None
    while (here := QApplication.focusWidget()) is not there and id(here) in place_of:
        there = here
        name, language = place_of[id(here)]
        if name in _PLACES:
            driver.click(page.places)
            QTest.keyClicks(page.places, str(said[_PLACES[-1]]))
            QTest.keyClick(page.places.popup, Qt.Key.Key_Return)
            continue
        value = said[name]
        text = value.in_language(language) if isinstance(value, LocalizedText) else value
        # A list goes to what begins with the letters typed; a space would open it.
        QTest.keyClicks(
            here, here.itemText(here.findData(text)).split()[0] if isinstance(here, QComboBox) else text
        )
        QTest.keyClick(here, Qt.Key.Key_Return)
