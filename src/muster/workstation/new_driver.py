"""The beginning of a driver: a project that installs, passes the conformance suite and serves a pretended device.

Its author puts the device's library or wire in the place of ``device.py``; nothing else has to change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from importlib import resources
from pathlib import Path
from string import Template

from muster.errors import BadInput, Code

DRIVER_NAME_UNFIT = Code(
    "DRIVER_NAME_UNFIT",
    "{name} is no name for a driver: take small letters, digits and underscores, with a letter first.",
)
DRIVER_FOLDER_TAKEN = Code(
    "DRIVER_FOLDER_TAKEN", "The driver cannot be begun in {folder}. Name a folder that is empty or not there yet."
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class NewDriverKind(Enum):
    FINGERPRINT = "fingerprint"
    CAMERA = "camera"


_PICTURES: Mapping[NewDriverKind, Mapping[str, str]] = {
    NewDriverKind.FINGERPRINT: {
        "shape": "(h, w) grey, fingertips up",
        "height": "1500",
        "width": "1600",
        "pixels": "stripes",
    },
    NewDriverKind.CAMERA: {
        "shape": "(h, w, 3) RGB",
        "height": "480",
        "width": "640",
        "pixels": "np.stack([stripes] * 3, axis=-1)",
    },
}


def begin_driver(name: str, folder: Path, kind: NewDriverKind) -> tuple[Path, ...]:
    """Write the project; returns its files. Raises ``BadInput``."""
    if not _NAME.fullmatch(name):
        raise BadInput(DRIVER_NAME_UNFIT, name=name[:40])
    words = {**_words(name), **_PICTURES[kind]}
    package = Path("src", f"muster_{name}")
    texts = {
        Path("pyproject.toml"): _text("pyproject", words),
        package / "__init__.py": "",
        package / "device.py": _text("device", words),
        package / "driver.py": _text(kind.value, words),
        Path("tests", f"test_{name}_driver.py"): _text("test_driver", words),
    }
    try:
        if folder.exists() and any(folder.iterdir()):
            raise BadInput(DRIVER_FOLDER_TAKEN, folder=str(folder))
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(DRIVER_FOLDER_TAKEN, folder=str(folder)) from error
    return tuple(folder / path for path in texts)


def _words(name: str) -> Mapping[str, str]:
    title = name.replace("_", " ").title()
    camel = title.replace(" ", "")
    return {
        "name": name,
        "dashed": name.replace("_", "-"),
        "title": title,
        "upper": name.upper(),
        "Class": camel,
        "Driver": f"{camel}Driver",
    }


def _text(template: str, words: Mapping[str, str]) -> str:
    path = resources.files("muster.workstation") / "defaults" / "driver" / f"{template}.txt"
    return Template(path.read_text(encoding="utf-8")).substitute(words)
