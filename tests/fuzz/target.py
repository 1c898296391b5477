"""What a fuzz target is: a file in ``targets/`` named after a parser, found by being there.

Such a module has

* ``run(content)``: hand the bytes to the parser, and check what must hold of whatever it returns;
* ``seeds(reference)``: inputs to begin with, the nastiest among them; ``reference`` is the folder of public
  reference data or nothing, and what is read there is never written into the repository;
* and where it needs them ``REFUSALS`` (what may be raised; ``MalformedData`` if absent), ``mutate`` (as atheris
  takes it), ``WORDS`` (a dictionary), ``LONGEST`` (octets of the longest input), ``OFFSETS`` (False where the
  parser's offsets do not count from the start of the input).
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
BUILD = REPOSITORY / "build" / "fuzz"  # ignored by git
_TARGETS = Path(__file__).parent / "targets"
_BESIDE_THE_REPOSITORY = REPOSITORY.parent / "shared" / "data"

Mutator = Callable[[bytes, int, int], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[Path | None], Iterable[bytes]]
    refusals: tuple[type[Exception], ...]
    has_offsets: bool
    mutate: Mutator | None
    words: tuple[bytes, ...]
    longest: int

    def check(self, content: bytes) -> None:
        """Run once. Raises whatever a parser must not raise."""
        from muster.errors import MalformedData

        try:
            self.run(content)
        except self.refusals as error:
            if isinstance(error, MalformedData) and self.has_offsets and not 0 <= error.offset <= len(content):
                raise AssertionError(f"offset {error.offset} in an input of {len(content)} octets") from error


def names() -> list[str]:
    return sorted(path.stem for path in _TARGETS.glob("*.py"))


def load(name: str) -> Target:
    """Import the target and with it the parser, in the caller's own time: that is what is instrumented."""
    module = importlib.import_module(f"fuzz.targets.{name}")
    from muster.errors import MalformedData

    return Target(
        name,
        module.run,
        module.seeds,
        getattr(module, "REFUSALS", (MalformedData,)),
        getattr(module, "OFFSETS", True),
        getattr(module, "mutate", None),
        getattr(module, "WORDS", ()),
        getattr(module, "LONGEST", 4096),
    )


def reference_folder() -> Path | None:
    folder = Path(os.environ.get("MUSTER_REFERENCE_DATA", _BESIDE_THE_REPOSITORY))
    return folder if folder.is_dir() else None
