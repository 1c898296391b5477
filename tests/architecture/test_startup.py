"""What a start costs, and that the libraries which dislike each other share one process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ["PySide6", "onnxruntime", "cv2", "insightface", "alembic"]


def _fresh(code: str, **variables: str) -> str:
    """What a new interpreter prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The packages a new interpreter holds after the command line was put together."""
    code = "import sys, muster.main; print(*{name.partition('.')[0] for name in sys.modules})"
    return set(_fresh(code).split())


@pytest.mark.parametrize("library", HEAVY)
def test_a_command_that_shows_nothing_does_not_load(loaded: set[str], library: str) -> None:
    assert "muster" in loaded
    assert library not in loaded


def test_a_command_loads_what_it_measures_only_when_it_measures() -> None:
    loaded = _fresh("import sys, muster.main as m; m.build(m.QtScreen()); print(*sys.modules)").split()
    assert "muster.cli.bench" in loaded
    assert [name for name in loaded if name.startswith("muster.bench.areas.")] == []
    assert "muster.bench.full_registration" not in loaded


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
