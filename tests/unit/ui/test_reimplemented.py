"""What Qt calls of ours raises exceptions, not what ends the process."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

import muster.ui
from muster.ui.reimplemented import MARK, reimplemented


class Strict(QObject):
    @reimplemented
    def event(self, event: QEvent) -> bool:
        return bool(int("no number"))  # raised in C, with only a message


def test_what_c_raises_in_a_function_that_qt_calls_arrives_as_an_exception(qapp: QCoreApplication) -> None:
    with pytest.raises(ValueError, match="no number"):
        QCoreApplication.sendEvent(Strict(), QEvent(QEvent.Type.User))


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _takes_its_place(kind: type, name: str) -> bool:
    return any(name in vars(base) for base in kind.__mro__[1:] if not base.__module__.startswith("muster"))


def test_every_function_that_qt_calls_is_marked(qapp: QCoreApplication) -> None:
    for each in pkgutil.walk_packages(muster.ui.__path__, "muster.ui."):
        import_module(each.name)
    functions = [
        (f"{kind.__module__}.{kind.__qualname__}.{name}", function)
        for kind in {each for each in _below(QObject) if each.__module__.startswith("muster.")}
        for name, function in vars(kind).items()
        if inspect.isfunction(function) and not name.startswith("__") and _takes_its_place(kind, name)
    ]
    assert len(functions) > 50
    assert sorted(name for name, function in functions if not getattr(function, MARK, False)) == []
