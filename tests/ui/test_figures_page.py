"""Figures on the screen: by keyboard, in numbers beside every drawing, and one's own without anybody else's."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from conftest_ui import PATIENCE_MS, Driver
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.crypto.pdf_signing import is_signed_pdf
from muster.ui import theme
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.dashboard.figures_pdf import _picture
from muster.ui.dashboard.page import FiguresPage
from muster.ui.language import WINDOW_LANGUAGES, Languages
from muster.ui.pages.home import HomePage
from muster.ui.session import Session
from muster.workstation.figures import Column, Figure, FigureName, Form
from muster.workstation.lanes import Lanes
from simulators.figures_trail import Hands, Weeks, write

_OFFICERS = ("amadou", "hans", "leila", "officer")
_WEEKS = Weeks(days=18, officers=_OFFICERS, lost=lambda who, device, day: 9 if device == "R3" else 0)
Opened = Callable[[bool], FiguresPage]


@pytest.fixture(scope="module")
def _worked(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Path:
    """A demo station after some weeks. Only to be copied."""
    root, clock = tmp_path_factory.mktemp("figures") / "station", Hands(utc_now())
    session = Session(root, clock)
    session.create_demo()
    desk = session.sign_in(*(session.station().demo_credentials() or ())[1])
    write(desk._journal.database, clock, _WEEKS)
    while desk.figures.go_on_counting():
        pass
    session.close()
    return root


@pytest.fixture
def session(tmp_path: Path, _worked: Path) -> Iterator[Session]:
    shutil.copytree(_worked, tmp_path / "station")
    made = Session(tmp_path / "station", utc_now)
    yield made
    made.close()


@pytest.fixture
def opened(session: Session, qtbot: QtBot, lanes: Lanes) -> Opened:
    """The page alone, of an officer's own figures or of everybody's."""
    background = Background(lanes)
    windows: list[QWidget] = []

    def page(own: bool) -> FiguresPage:
        desk = session.desk or session.sign_in(*(session.station().demo_credentials() or ())[0 if own else 1])
        window = QWidget()
        windows.append(window)  # which would take the page along
        qtbot.addWidget(window)
        window.resize(1366, 700)
        made = FiguresPage(desk, background, own=own)
        made.setParent(window)
        made.resize(window.size())
        window.show()
        made.show()
        made.enter()
        return made

    return page


def _settle(qtbot: QtBot, page: FiguresPage) -> Figure:
    qtbot.waitUntil(lambda: page.figure is not None and not page.is_reading, timeout=PATIENCE_MS)
    assert page.figure is not None and page.figure.name is page.name
    return page.figure


def test_a_supervisor_goes_through_the_figures_by_keyboard_alone(
    qtbot: QtBot, session: Session, lanes: Lanes
) -> None:
    session.sign_in(*(session.station().demo_credentials() or ())[1])
    driver = Driver(qtbot, session, lanes)
    home = driver.on(HomePage)
    driver.until(lambda: bool(home.figures.letter))
    qtbot.keyClick(home, home.figures.letter, Qt.KeyboardModifier.AltModifier)
    page = driver.on(FiguresPage)
    for name in (each for each in FigureName if not each.is_own):
        figure = _settle(qtbot, page)
        assert figure.name is name and page.table.model().rowCount() == len(figure.rows)
        assert page.both.isVisible() == bool(figure.rows)
        qtbot.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    driver.click(page.back)
    driver.on(HomePage)


def test_what_a_drawing_shows_stands_in_the_table_and_in_a_sentence(qtbot: QtBot, opened: Opened) -> None:
    page = opened(False)
    page.list.setCurrentRow([each for each in FigureName if not each.is_own].index(FigureName.DEVICES))
    _settle(qtbot, page)
    assert "R3" in page.said.text() and page.said.property("tone") == "warn"
    model = page.table.model()
    devices = {model.index(row, 0).data() for row in range(model.rowCount())}
    assert devices == {"CAM-1", "R1", "R2", "R3"}
    assert "table" in page.plot.accessibleName() and page.table.accessibleName()
    assert page.plot.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_an_officer_sees_the_own_figures_and_nobody_elses(qtbot: QtBot, opened: Opened) -> None:
    page = opened(True)
    names = [page.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(page.list.count())]
    assert names == [each for each in FigureName if each.is_own]
    for row in range(page.list.count()):
        page.list.setCurrentRow(row)
        _settle(qtbot, page)
        model = page.table.model()
        cells = {
            str(model.index(line, place).data())
            for line in range(model.rowCount())
            for place in range(model.columnCount())
        }
        assert cells and not cells.intersection(_OFFICERS)


def test_the_numbers_and_a_signed_report_are_written(
    qtbot: QtBot, session: Session, opened: Opened, tmp_path: Path
) -> None:
    page = opened(True)
    _settle(qtbot, page)
    page.ask_where = lambda name, kinds: str(tmp_path / name)
    qtbot.mouseClick(page.csv, Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "own-steps.csv").exists, timeout=PATIENCE_MS)
    assert (tmp_path / "own-steps.csv").read_text("utf-8-sig").startswith("step,mine,")
    qtbot.mouseClick(page.pdf, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (tmp_path / "my-figures.pdf").exists() and page.pdf.isEnabled(), timeout=PATIENCE_MS)
    assert session.desk is not None
    assert is_signed_pdf((tmp_path / "my-figures.pdf").read_bytes(), session.desk.figures._key.signing_public)


def test_what_was_chosen_is_asked_in_the_windows_own_thread_alone(
    qtbot: QtBot, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(True)
    _settle(qtbot, page)
    asked_in = set()
    chosen = page.days.currentData

    def watched() -> object:
        asked_in.add(threading.current_thread())
        return chosen()

    monkeypatch.setattr(page.days, "currentData", watched)
    page.ask_where = lambda name, kinds: str(tmp_path / name)
    page.read()
    _settle(qtbot, page)
    qtbot.mouseClick(page.pdf, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (tmp_path / "my-figures.pdf").exists() and page.pdf.isEnabled(), timeout=PATIENCE_MS)
    assert asked_in == {threading.main_thread()}


def test_a_drawing_is_mirrored_where_lines_begin_at_the_right(qtbot: QtBot, opened: Opened) -> None:
    page = opened(False)
    _settle(qtbot, page)
    assert not page.plot.getViewBox().state["xInverted"]
    languages = Languages(prepared_application())
    languages.use(next(each for each in WINDOW_LANGUAGES if each.right_to_left))
    try:
        mirrored = opened(False)
        _settle(qtbot, mirrored)
    finally:
        languages.use(WINDOW_LANGUAGES[0])
    view, axis = mirrored.plot.getViewBox(), mirrored.plot.getAxis("right")
    assert view.state["xInverted"] and axis.isVisible() and not mirrored.plot.getAxis("left").isVisible()
    assert axis.geometry().center().x() > view.geometry().center().x()


def test_a_drawing_follows_the_look_of_the_window(qtbot: QtBot, opened: Opened, qapp: QApplication) -> None:
    page = opened(False)
    _settle(qtbot, page)
    try:
        for colours in (theme.DARK, theme.CONTRAST):
            theme.apply(qapp, theme.Look(colours))
            assert page.plot.grab().toImage().pixelColor(3, 3).name() == colours.paper
    finally:
        theme.apply(qapp, theme.Look())


def test_on_paper_every_day_has_its_bar(qapp: QApplication) -> None:
    days = tuple((date(2026, 3, 1) + timedelta(days=number), 7) for number in range(9))
    columns = (Column.DAY, Column.REGISTRATIONS)
    picture = _picture(Figure(FigureName.DAYS, days[0][0], days[-1][0], Form.TIME, columns, days))
    across = [picture.pixelColor(x, picture.height() * 3 // 5).name() for x in range(picture.width())]
    bars = sum(b == theme.LIGHT.accent != a for a, b in pairwise(across))
    assert bars == len(days) and across[-1] == theme.LIGHT.paper
