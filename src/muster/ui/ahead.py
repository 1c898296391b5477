"""What whoever signs in will need, loaded behind the sign-in page while they type; and what their first captures
will, while they greet the first person.
"""

from __future__ import annotations

import gc
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

import muster.ui

_NOT_FOR_AN_OFFICER = {"muster.ui.timed_run", "muster.ui.tour"}


@cache
def load() -> None:
    """The desk, then every page; once. Runs on a lane; some seconds on a slow computer."""
    with _staying():
        import_module("muster.workstation.desk")
        for each in pkgutil.walk_packages(muster.ui.__path__, "muster.ui."):
            if each.name not in _NOT_FOR_AN_OFFICER:
                import_module(each.name)


@cache
def load_for_captures() -> None:
    """Once, a second's work, when the rest of what a desk prepares is there: nothing of any person is, yet."""
    from muster.workstation.sample_judging import load_libraries

    with _staying():
        load_libraries()


@contextmanager
def _staying() -> Iterator[None]:
    """What is there afterwards stays to the end: else the collector looks at all of it again and again, now and
    later, on whatever thread it is, and meanwhile the window answers nobody for a tenth of a second."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
