"""What the installed program goes without (packaging/trim.toml) is nothing it imports."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath
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


CODECS = """
import sys
import numpy
from muster.formats.image_codec import decode, encode_jp2_lossless
decode(encode_jp2_lossless(numpy.zeros((64, 64, 3), numpy.uint8)), maximum_pixels=64 * 64)
for name, module in sorted(sys.modules.items()):
    if name.startswith("imagecodecs.") and module.__file__.endswith((".so", ".pyd")):
        print(name)
"""


@cache
def codecs() -> frozenset[str]:
    """The parts of imagecodecs that a face written and read again loads; most are imported by a name in a text."""
    said = subprocess.run([sys.executable, "-c", CODECS], capture_output=True, text=True, check=True).stdout
    return frozenset(said.split())


def test_the_codecs_that_faces_need_are_kept() -> None:
    (rule,) = (each for each in rules() if "imagecodecs/_*.so" in each.get("files", ()))
    kept = {
        name
        for name in codecs()
        if any(PurePosixPath(f"{name.replace('.', '/')}.abi3.so").match(each) for each in rule["but"])
    }
    assert "imagecodecs._jpeg2k" in kept == codecs()


def test_the_frozen_folder_has_the_codecs_that_faces_need() -> None:
    """What no import names is named in the specification."""
    specification = (REPOSITORY / "packaging" / "pyinstaller" / "muster.spec").read_text(encoding="utf-8")
    hidden = set(re.findall(r'"(imagecodecs\.\w+)"', specification))
    assert codecs() - {"imagecodecs._shared"} <= hidden  # that one is imported by imagecodecs as it is loaded
