"""What whoever signs in will need, loaded behind the sign-in page while they type.

A lane imports what knows nothing of Qt, the window's thread the pages, a few in each turn. Where a lane makes a
class of Qt's, libshiboken's table of classes grows while the window reads it, which it does without any lock: now
and then that ends the process.
"""

from __future__ import annotations

import dis
import pkgutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.abc import InspectLoader
from importlib.util import find_spec

import muster.ui
from muster.ui.collecting import loading, stay

_OURS = "muster.ui"
_QT = {"PySide6", "shiboken6", "pyqtgraph"}
_WHERE_ASKED = {"pyqtgraph"}  # a fifth of a second in one go: whoever opens the first drawing waits for it
_NOT_FOR_AN_OFFICER = {"muster.ui.at_rest", "muster.ui.bare_loop", "muster.ui.timed_run", "muster.ui.tour"}


@cache
def load() -> tuple[str, ...]:
    """The desk and what else pages import that is not of the window; once. Runs on a lane; some seconds on a slow
    computer. Returns the names of the pages' modules, each behind those that it imports."""
    with loading():
        import_module("muster.workstation.desk")
        modules = {
            each.name: _imports(each.name)
            for each in pkgutil.walk_packages(muster.ui.__path__, f"{_OURS}.")
            if not each.ispkg and each.name not in _NOT_FOR_AN_OFFICER
        }
        for name in sorted({name for names in modules.values() for name in names}):
            if not name.startswith(_OURS) and name.partition(".")[0] not in _QT:
                with suppress(ImportError):  # the page will tell, if it needs it at all
                    import_module(name)
        import_module("muster.workstation.libraries").load()
        return tuple(_in_order(modules))


def import_pages(names: Iterable[str]) -> Iterator[None]:
    """What ``load`` returned, a piece for each. For the window's thread."""
    for name in names:
        import_module(name)
        yield
    stay()


def _imports(name: str) -> set[str]:
    """The modules that a module's top level imports, as its code names them: it is not run."""
    spec = find_spec(name)
    assert spec is not None
    assert isinstance(spec.loader, InspectLoader)
    code = spec.loader.get_code(name)
    assert code is not None
    return {each.argval for each in dis.get_instructions(code) if each.opname == "IMPORT_NAME"}


def _in_order(modules: dict[str, set[str]]) -> Iterator[str]:
    done: set[str] = set()

    def behind(name: str) -> Iterator[str]:
        if name in modules and name not in done:
            done.add(name)
            for each in sorted(modules[name]):
                yield from behind(each)
            yield name

    late = _with_those_that_import(_WHERE_ASKED, modules)
    for name in modules:
        yield from (each for each in behind(name) if each not in late)


def _with_those_that_import(names: set[str], modules: dict[str, set[str]]) -> set[str]:
    found = set(names)
    while more := {name for name, imported in modules.items() if imported & found} - found:
        found |= more
    return found
