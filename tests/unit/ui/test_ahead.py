"""What is loaded behind the sign-in page."""

from __future__ import annotations

import gc
import sys

from muster.ui import ahead


def test_the_desk_and_every_page_are_there_when_somebody_signs_in() -> None:
    ahead.load()
    wanted = {
        "muster.workstation.desk",
        "muster.ui.pages.home",
        "muster.ui.wizard.wizard",
        "muster.ui.review.page",
    }
    assert wanted <= set(sys.modules)


def test_what_captures_need_is_there_and_the_collector_leaves_it_alone() -> None:
    before, was_enabled = gc.get_freeze_count(), gc.isenabled()
    ahead.load_for_captures.__wrapped__()
    assert {"afis.algorithms.mcc", "afis.algorithms.nfiq2.features"} <= set(sys.modules)
    assert gc.get_freeze_count() > before
    assert gc.isenabled() is was_enabled
