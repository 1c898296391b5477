"""What the installed program goes without (packaging/trim.toml) is nothing it imports."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
IMPORT = re.compile(r"^\s*(?:from|import) ([\w.]+)", re.MULTILINE)


@cache
def rules() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads((REPOSITORY / "packaging" / "trim.toml").read_text(encoding="utf-8"))["without"])


def named(kind: str) -> set[str]:
    return {name for rule in rules() for name in rule.get(kind, ())}


@cache
def imported() -> frozenset[str]:
    """Every module that the core and the drivers name in an import, wherever it stands."""
    files = [*REPOSITORY.glob("src/**/*.py"), *REPOSITORY.glob("drivers/*/src/**/*.py")]
    return frozenset(name for file in files for name in IMPORT.findall(file.read_text(encoding="utf-8")))


def test_no_package_that_is_left_out_is_imported() -> None:
    wanted = {name.split(".")[0] for name in imported()}
    for package in named("packages"):
        brings = {file.parts[0] for file in distribution(package).files or () if len(file.parts) > 1}
        assert brings & wanted == set(), package


def test_no_qt_module_that_is_left_out_is_imported() -> None:
    assert {f"PySide6.{name}" for name in named("qt_modules")} & imported() == set()


def test_imports_of_qt_and_of_heavy_packages_inside_functions_were_found() -> None:
    assert {"PySide6.QtWidgets", "PySide6.QtPrintSupport", "cv2", "scipy.special"} <= imported()


def test_every_rule_says_why() -> None:
    assert [rule for rule in rules() if not rule.get("why")] == []
