"""What Qt calls of ours: functions of a Qt class that a class of the window has its own of."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MARK = "_is_reimplemented"


def reimplemented(method: Callable[P, R]) -> Callable[P, R]:
    """For every function that takes a Qt function's place: whatever it raises arrives as an exception.

    Up to Python 3.11 what is raised in C (a widget that is gone already, a wrong type) is only a message until
    somebody catches it. libshiboken asks what leaves such a function for its arguments, and with a message that
    ends the process (``storePythonOverrideErrorOrPrint``, 6.8 to 6.11). Caught and raised again it has some.
    """
    if sys.version_info >= (3, 12):
        called = method
    else:

        @wraps(method)
        def called(*args: P.args, **named: P.kwargs) -> R:
            try:
                return method(*args, **named)
            except BaseException:  # noqa: TRY203 - that it is caught is what it is for
                raise

    setattr(called, MARK, True)
    return called
