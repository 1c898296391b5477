"""Every code an officer or a script may meet: one name, one plain sentence."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Formatter

from muster.errors import Code

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("muster", *sorted(folder.name for folder in REPOSITORY.glob("drivers/*/src/muster_*")))
# The window shows codes and has none; alembic runs env.py and numbered migrations itself.
NOT_IMPORTED = re.compile(r"^muster\.ui(\.|$)|\.__main__$|^muster\.(store|receiver)\.migrations\.")


def _modules() -> list[str]:
    """All modules that can be imported without starting or showing anything."""
    names = []
    for package in PACKAGES:
        found = pkgutil.walk_packages(
            importlib.import_module(package).__path__, f"{package}.", onerror=lambda name: None
        )
        names += [each.name for each in found if not NOT_IMPORTED.search(each.name)]
    return names


@cache
def _codes() -> dict[int, tuple[str, Code]]:
    """Each code object once, with the module it was met in first."""
    codes: dict[int, tuple[str, Code]] = {}
    for name in _modules():
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, Code):
                codes.setdefault(id(value), (name, value))
    return codes


def _offenders(is_right: Callable[[Code], bool]) -> list[str]:
    return [f"{module}: {code.name}: {code.sentence}" for module, code in _codes().values() if not is_right(code)]


def test_the_codes_were_found() -> None:
    assert {"CANCELLED", "WRONG_KEY", "SIGN_IN_REFUSED"} <= {code.name for _, code in _codes().values()}


def test_no_two_codes_share_a_name() -> None:
    names = Counter(code.name for _, code in _codes().values())
    assert _offenders(lambda code: names[code.name] == 1) == []


def test_no_two_codes_share_a_sentence() -> None:
    sentences = Counter(code.sentence for _, code in _codes().values())
    assert _offenders(lambda code: sentences[code.sentence] == 1) == []


def test_a_name_is_upper_snake() -> None:
    assert _offenders(lambda code: re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", code.name) is not None) == []


def test_a_sentence_begins_with_a_capital_and_ends_with_one_full_stop() -> None:
    assert _offenders(lambda code: re.fullmatch(r"[A-Z{].*[^.]\.", code.sentence) is not None) == []


def test_a_placeholder_is_a_plain_name() -> None:
    assert _offenders(lambda code: all(_is_plain(part) for part in Formatter().parse(code.sentence))) == []


def _is_plain(part: tuple[str, str | None, str | None, str | None]) -> bool:
    _, field, layout, conversion = part
    return field is None or (re.fullmatch(r"[a-z][a-z0-9_]*", field) is not None and not layout and not conversion)


def test_every_code_is_a_constant_of_its_module_named_as_it_is() -> None:
    """Otherwise the other tests here would not meet it."""
    strays = []
    for file in sorted([*REPOSITORY.glob("src/muster/**/*.py"), *REPOSITORY.glob("drivers/*/src/**/*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = [
            node.value for node in tree.body if isinstance(node, ast.Assign) and _is_named_as_it_says(node)
        ]
        made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _makes_a_code(node)]
        strays += [f"{file.relative_to(REPOSITORY)}:{node.lineno}" for node in made if node not in constants]
    assert strays == []


def _makes_a_code(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "Code"


def _is_named_as_it_says(node: ast.Assign) -> bool:
    value, target = node.value, node.targets[0]
    if not (isinstance(value, ast.Call) and _makes_a_code(value) and isinstance(target, ast.Name)):
        return False
    first = value.args[0] if value.args else None
    return isinstance(first, ast.Constant) and first.value == target.id
