"""What whoever signs in will need, loaded behind the sign-in page while they type; and what their first captures
will, while they greet the first person.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

import muster.ui
from muster.ui.collecting import loading, settle

_NOT_FOR_AN_OFFICER = {"muster.ui.timed_run", "muster.ui.tour"}


@cache
def load() -> None:
    """The desk, then every page; once. Runs on a lane; some seconds on a slow computer."""
    with loading():
        import_module("muster.workstation.desk")
        for each in pkgutil.walk_packages(muster.ui.__path__, "muster.ui."):
            if each.name not in _NOT_FOR_AN_OFFICER:
                import_module(each.name)


@cache
def load_for_captures() -> None:
    """Once, a second's work, when the rest of what a desk prepares is there: nothing of any person is, yet."""
    from muster.workstation.sample_judging import load_libraries

    with loading():
        load_libraries()
    settle()
