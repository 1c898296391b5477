"""Where the networks' weights lie, and that they are the ones we tested.

``models/manifest.toml`` names each file with its SHA-256. A file that differs is refused: its results would
look right and mean nothing. An entry with a ``package`` lies in that installed Python package, under its folder.
"""

from __future__ import annotations

import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

from muster.errors import Code, NotAuthentic, Unavailable

WEIGHTS_MISSING = Code(
    "WEIGHTS_MISSING", "A part of the program for judging pictures is missing. Install the program again."
)
WEIGHTS_CHANGED = Code(
    "WEIGHTS_CHANGED", "A part of the program for judging pictures was changed. Install the program again."
)

_INSTALLED = Path(__file__).parents[1] / "_models"
_IN_REPOSITORY = Path(__file__).parents[3] / "models"


def models_folder() -> Path:
    """Beside the package when installed, at the top of the repository when worked on."""
    return _INSTALLED if _INSTALLED.is_dir() else _IN_REPOSITORY


def load_weights(name: str, folder: Path | None = None) -> bytes:
    """The verified content of one network. Raises ``Unavailable``, ``NotAuthentic``."""
    folder = folder or models_folder()
    try:
        entry = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))[name]
        root = files(entry["package"]) if "package" in entry else folder
        content: bytes = root.joinpath(entry["file"]).read_bytes()
        expected = entry["sha256"]
    except (OSError, ImportError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(WEIGHTS_MISSING) from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise NotAuthentic(WEIGHTS_CHANGED)
    return content
