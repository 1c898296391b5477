"""A page that nobody holds any more is ended once."""

from __future__ import annotations

import os
import subprocess
import sys

_A_PAGE = """
import gc
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from muster.ui.widgets.parts import scrolling

application = QApplication([])

class Part(QWidget):
    def __init__(self, page):
        super().__init__()
        self.page = page

class Page(QWidget):
    def __init__(self):
        super().__init__()
        content = QWidget()
        QVBoxLayout(content).addWidget(Part(self))
        QVBoxLayout(self).addWidget(scrolling(content))

gc.disable()
for _ in range(30):
    Page()
    gc.collect()
print(len(application.allWidgets()))
"""


def test_a_page_whose_part_in_a_scroll_area_holds_it_is_ended_by_the_collector() -> None:
    """In a process of its own, which else would end."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _A_PAGE], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
