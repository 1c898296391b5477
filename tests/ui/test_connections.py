"""The page of connections, at a station with one service that is really asked."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.connections import ConnectionState
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, Languages
from muster.ui.pages.connections import ConnectionsPage
from muster.ui.proofing.policy_page import PolicyPage
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.workstation.lanes import Lanes
from simulators.loopback import Reply
from simulators.mitrust_service import CLIENT_ID, SECRET, TOKEN, MitrustServer
from unit.workstation.desks import SUPERVISOR, make_station
from unit.workstation.test_autoupdate import configuration_of, records

PATIENCE_MS = 20_000
ASKED = ("GET", "/v2/public/dp/statistics")


@pytest.fixture(scope="module")
def server() -> Iterator[MitrustServer]:
    made = MitrustServer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def window(
    tmp_path_factory: pytest.TempPathFactory, qapp: QApplication, server: MitrustServer
) -> Iterator[MainWindow]:
    """The supervisor's. A token of somebody's is kept there."""
    root = tmp_path_factory.mktemp("connections") / "station"
    make_station(root)
    session = Session(root, utc_now)
    desk = session.sign_in(SUPERVISOR.user_id, SUPERVISOR.password)
    desk.proofing_configuration.set(configuration_of(records(server.origin, "interactive")))
    desk.proofing.secrets.keep("mitrust.client", f"{CLIENT_ID}:{SECRET}")
    desk.sharing_tokens.keep("interactive", "10001100010000120260301120000", TOKEN)
    with Lanes() as lanes:
        languages = Languages(prepared_application())
        languages.use(WINDOW_LANGUAGES[0])
        made = MainWindow(session, Background(lanes), languages)
        made.show()
        yield made
        made.close()
    session.close()


@pytest.fixture
def page(window: MainWindow, server: MitrustServer, qtbot: QtBot) -> ConnectionsPage:
    server.forget()
    window.connections()
    page = window.page
    assert isinstance(page, ConnectionsPage)
    qtbot.waitUntil(lambda: "interactive" in page.checks, timeout=PATIENCE_MS)
    return page


def said(page: ConnectionsPage) -> str:
    return "\n".join(each.text() for each in page.findChildren(QLabel) if not each.isHidden())


def press(page: ConnectionsPage, qtbot: QtBot, pressed: str) -> str:
    """The note's tone afterwards."""
    qtbot.mouseClick(getattr(page, pressed)["interactive"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.isEnabled(), timeout=PATIENCE_MS)
    qtbot.waitUntil(page.isEnabled, timeout=PATIENCE_MS)
    return str(page.note.property("tone"))


def test_a_service_that_was_not_asked_says_so_and_how_old_its_token_is(page: ConnectionsPage) -> None:
    assert "not asked lately" in said(page)
    assert "10001100010000120260301120000" in said(page)
    assert "0 days" in said(page)


def test_a_service_out_of_order_is_told_of_in_a_sentence(
    page: ConnectionsPage, server: MitrustServer, qtbot: QtBot
) -> None:
    server.trouble[ASKED] = Reply(503)
    assert press(page, qtbot, "checks") == "warn"
    view = page.shown["interactive"]
    assert view.state is ConnectionState.DOWNGRADED
    assert view.problem is not None
    assert view.problem.sentence in said(page)


def test_a_service_that_answers_is_there_and_says_how_many_sources_could(
    page: ConnectionsPage, server: MitrustServer, qtbot: QtBot
) -> None:
    assert press(page, qtbot, "checks") == "good"
    assert "is there" in said(page)
    assert "sources that could answer: 53" in said(page)


def test_a_token_is_renewed_with_one_press(page: ConnectionsPage, server: MitrustServer, qtbot: QtBot) -> None:
    assert press(page, qtbot, "renewals") == "good"
    assert ("POST", "/v2/sp/autoupdate") in server.calls


def test_a_token_that_the_service_does_not_renew_is_told_of(
    page: ConnectionsPage, server: MitrustServer, qtbot: QtBot
) -> None:
    server.trouble["POST", "/v2/sp/autoupdate"] = Reply.of({"error": "invalid_token"}, 401)
    assert press(page, qtbot, "renewals") in ("warn", "bad")
    assert TOKEN not in said(page)


def test_the_way_there_and_back_leads_by_the_page_of_the_configuration(
    page: ConnectionsPage, window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(window.page, PolicyPage), timeout=PATIENCE_MS)
    assert isinstance(window.page, PolicyPage)
    qtbot.mouseClick(window.page.connections, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(window.page, ConnectionsPage), timeout=PATIENCE_MS)


def test_without_a_service_that_can_be_asked_the_page_says_so(
    page: ConnectionsPage, window: MainWindow, qtbot: QtBot
) -> None:
    desk = window._session.desk
    assert desk is not None
    desk.proofing_configuration.set(json.dumps({"methods": [], "useCases": []}).encode())
    window.connections()
    empty = window.page
    assert isinstance(empty, ConnectionsPage)
    qtbot.waitUntil(empty.note.isVisible, timeout=PATIENCE_MS)
    assert empty.checks == {}
