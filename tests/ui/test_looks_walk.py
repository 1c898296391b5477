"""Every page at 100 and at 200 %: nothing is cut, nothing lies over something else, everything has a name.

A page is looked at in one language per size, each page in others, so that a run takes seconds; with
``MUSTER_EVERY_LOOK=1`` in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from looks_walk import Walk, clipped, outside, overlapping, settle, unnamed
from PySide6.QtWidgets import QApplication

from muster.clock import utc_now
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, Languages, WindowLanguage
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.workstation import policy
from muster.workstation.lanes import Lanes

pytestmark = pytest.mark.timeout(600 if os.environ.get("MUSTER_EVERY_LOOK") else 300)

Faults = dict[str, list[str]]

_LOOKED_FOR = {"cut": clipped, "outside": outside, "over": overlapping, "unnamed": unnamed}
_LOOKS = 5
_EVERY_LOOK = bool(os.environ.get("MUSTER_EVERY_LOOK"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Faults]:
    """What is wrong, by the kind of fault, of one walk through the whole window."""
    faults: Faults = {kind: [] for kind in (*_LOOKED_FOR, "scrolled")}
    languages = Languages(prepared_application())
    languages.use(WINDOW_LANGUAGES[0])
    session = Session(tmp_path_factory.mktemp("looks") / "station", utc_now)
    with pytest.MonkeyPatch.context() as patch, Lanes() as lanes:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        patch.setattr(policy, "_QUALITY_RULES", policy.UNJUDGED)
        window = MainWindow(session, Background(lanes), languages)
        window.resize(1366, 768)
        window.show()
        walk = Walk(window, session)
        for pages in (*((page,) for page in walk.before_sign_in()), tuple(walk.after_sign_in())):
            for zoom in (100, 200):  # the outer one: to restyle everything takes longer than to look at it
                window.begin()  # away from a page that is made anew in a lane
                window.looks._zoom(zoom)
                for place, (name, show) in enumerate(pages):
                    for language in _languages_of(place, zoom):
                        languages.use(language)
                        _look(window, f"{name}, {language.code}, {zoom} %: ", show, faults)
        window.begin()
        window.looks.zoom_as_usual()
        window.close()
        session.close()
        languages.use(WINDOW_LANGUAGES[0])
        window.deleteLater()
    yield faults


def _languages_of(place: int, zoom: int) -> tuple[WindowLanguage, ...]:
    if _EVERY_LOOK:
        return WINDOW_LANGUAGES
    return (WINDOW_LANGUAGES[(place + zoom // 100) % len(WINDOW_LANGUAGES)],)


def _look(window: MainWindow, where: str, show: Callable[[], None], faults: Faults) -> None:
    show()
    settle(window)
    found = _seen(window)
    for _ in range(_LOOKS):  # what came from a lane just now is not laid out yet
        if not any(found.values()):
            return
        settle(window, rounds=10)
        found = _seen(window)
    for kind, lines in found.items():
        faults[kind] += [where + each for each in lines]


def _seen(window: MainWindow) -> Faults:
    found = {kind: look(window) for kind, look in _LOOKED_FOR.items()}
    is_scrolled = window.looks.current.zoom == 100 and window._room.verticalScrollBar().isVisible()
    return {**found, "scrolled": ["1366 x 768 is not enough"] if is_scrolled else []}


def test_no_words_are_cut(found: Faults) -> None:
    assert found["cut"] == []


def test_nothing_reaches_where_it_cannot_be_seen(found: Faults) -> None:
    assert found["outside"] == []


def test_nothing_lies_over_something_else(found: Faults) -> None:
    assert found["over"] == []


def test_a_screen_reader_has_a_name_for_all_that_the_keyboard_reaches(found: Faults) -> None:
    assert found["unnamed"] == []


def test_a_small_laptop_shows_every_page_whole(found: Faults) -> None:
    assert found["scrolled"] == []
