"""What a start costs, and that the libraries which dislike each other share one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = ["PySide6", "onnxruntime", "cv2", "insightface", "alembic"]


def _fresh(code: str, *arguments: str, **variables: str) -> str:
    """What a new interpreter prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The packages a new interpreter holds after the command line was put together."""
    code = "import sys, muster.main, muster.cli.app; print(*{name.partition('.')[0] for name in sys.modules})"
    return set(_fresh(code).split())


@pytest.mark.parametrize("library", HEAVY)
def test_a_command_that_shows_nothing_does_not_load(loaded: set[str], library: str) -> None:
    assert "muster" in loaded
    assert library not in loaded


def test_a_command_loads_what_it_measures_only_when_it_measures() -> None:
    code = "import sys, muster.main as m, muster.cli.app as c; c.build(m.QtScreen()); print(*sys.modules)"
    loaded = _fresh(code).split()
    assert "muster.cli.bench" in loaded
    assert [name for name in loaded if name.startswith("muster.bench.areas.")] == []
    assert "muster.bench.full_registration" not in loaded


AT_SIGN_IN = """
import os, sys
import muster.ui
from PySide6.QtWidgets import QApplication
def drawn(*_):
    QApplication.processEvents()
    (window,) = (each for each in QApplication.topLevelWidgets() if each.isVisible())
    print(type(window.page).__name__, *sys.modules, flush=True)
    os._exit(0)
QApplication.exec = drawn
from muster.main import main
main()
"""
_PLATE = {"center": "10001", "machine": "10001", "demo": False, "key_slots": [{"user_id": "erika"}]}


@pytest.fixture(scope="module")
def at_sign_in(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The page, and what is loaded when it is drawn."""
    folder = tmp_path_factory.mktemp("station")
    (folder / "station.json").write_text(json.dumps(_PLATE), encoding="utf-8")
    return _fresh(AT_SIGN_IN, "--data", str(folder), QT_QPA_PLATFORM="offscreen").split()


def test_the_sign_in_page_loads_no_package_but_qt(at_sign_in: list[str]) -> None:
    assert at_sign_in[0] == "SignInPage"
    packages = {name.partition(".")[0] for name in at_sign_in[1:]} - set(sys.stdlib_module_names)
    bare = _fresh("import sys, PySide6.QtWidgets; print(*sys.modules)").split()
    assert packages - {name.partition(".")[0] for name in bare} == {"muster"}


def test_the_sign_in_page_loads_nothing_of_ours_that_only_somebody_signed_in_needs(at_sign_in: list[str]) -> None:
    """A page is imported where it is shown; ``muster.ui.ahead`` loads it behind the sign-in page."""
    parts = [name.split(".")[1:] for name in at_sign_in if name.startswith("muster.")]
    assert {each[1] for each in parts if each[0] == "workstation" and len(each) > 1} == {
        "data_folder", "lanes", "nameplate", "uptime"
    }  # fmt: skip
    assert {each[2] for each in parts if each[:2] == ["ui", "pages"] and len(each) > 2} == {"page", "sign_in"}
    assert {each[0] for each in parts} == {"clock", "crypto", "errors", "main", "ui", "workstation"}


@pytest.mark.parametrize("order", ["import cv2, PySide6.QtWidgets", "import PySide6.QtWidgets, cv2"])
def test_a_window_draws_in_a_process_that_imported_opencv(order: str) -> None:
    """opencv-python brings a Qt of its own (src/decisions/0004)."""
    code = f"""
import os
{order}
for variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    os.environ.pop(variable, None)
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
picture = QLabel("Muster").grab()
print(application.platformName(), picture.isNull(), cv2.__version__ != "")
"""
    assert _fresh(code, QT_QPA_PLATFORM="offscreen") == "offscreen False True"


def test_a_signal_may_be_emitted_many_thousand_times() -> None:
    """Qt for Python 6.12.0 on Python 3.11 ends the process after some 570 (src/decisions/0003)."""
    code = """
from PySide6.QtCore import QObject, Signal
class Bell(QObject):
    rang = Signal()
bell, heard = Bell(), []
bell.rang.connect(lambda: heard.append(1))
for _ in range(5000):
    bell.rang.emit()
print(len(heard))
"""
    assert _fresh(code) == "5000"
