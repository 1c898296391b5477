"""The threat model promises nothing that no test shows."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
_MODEL = (REPOSITORY / "src/guide/threat-model.md").read_text(encoding="utf-8")
_ROWS = [line for line in _MODEL.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
_TEST = re.compile(r"`((?:drivers/\w+/)?tests/[\w/]+\.py)::(test_\w+)`")


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_line_of_the_threat_model_names_a_test() -> None:
    assert len(_ROWS) > 30
    assert [row for row in _ROWS if not _TEST.search(row)] == []


@pytest.mark.parametrize("named", sorted(set(_TEST.findall(_MODEL))), ids="::".join)
def test_a_test_the_threat_model_names_exists(named: tuple[str, str]) -> None:
    path, name = REPOSITORY / named[0], named[1]
    assert path.is_file() and name in _tests_in(path)
