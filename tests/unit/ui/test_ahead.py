"""What is loaded behind the sign-in page."""

from __future__ import annotations

import json
import subprocess
import sys

from muster.ui import ahead

_ON_A_LANE = """
import json, sys
from muster.ui import ahead
before = set(sys.modules)
names = ahead.load()
print(json.dumps([sorted(set(sys.modules) - before), names]))
"""


def test_the_desk_is_there_and_no_class_of_qts_was_made_on_the_lane() -> None:
    """In an interpreter of its own: this one has it all already."""
    said = subprocess.run([sys.executable, "-c", _ON_A_LANE], capture_output=True, text=True, check=True)
    loaded, names = json.loads(said.stdout)
    assert {"muster.workstation.desk", "muster.methods.wallet", "zxingcpp"} <= set(loaded)
    assert set(loaded) & set(names) == set()
    assert [each for each in loaded if each.startswith(("PySide6", "pyqtgraph"))] == []
    assert {"muster.ui.pages.home", "muster.ui.wizard.wizard", "muster.ui.review.page"} <= set(names)
    assert "muster.ui.dashboard.page" not in names  # the drawings' library takes too long for one turn


def test_a_page_comes_behind_what_it_imports() -> None:
    names = ahead.load()
    assert names.index("muster.ui.widgets.parts") < names.index("muster.ui.wizard.consent")
    assert names.index("muster.ui.wizard.consent") < names.index("muster.ui.wizard.wizard")


def test_every_page_is_there_when_the_windows_thread_is_through() -> None:
    pieces = list(ahead.import_pages(ahead.load()))
    assert len(pieces) > 50
    assert {"muster.ui.pages.home", "muster.ui.wizard.wizard", "muster.ui.review.page"} <= set(sys.modules)
