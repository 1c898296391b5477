"""Finding the areas and measuring them."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from importlib import import_module

from muster.bench import areas
from muster.bench.measuring import Rounds, Row
from muster.errors import BadInput, Code

AREA_UNKNOWN = Code("AREA_UNKNOWN", "Nothing of that name can be measured. There are: {areas}.")


def area_names() -> tuple[str, ...]:
    """Every area, without importing one."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(areas.__path__)))


def chosen_areas(area: str | None) -> Sequence[str]:
    """The one of that name, or all. Raises ``BadInput(AREA_UNKNOWN)``."""
    if area is None:
        return area_names()
    if area not in area_names():
        raise BadInput(AREA_UNKNOWN, areas=", ".join(area_names()))
    return (area,)


def measure(chosen: Sequence[str], rounds: Rounds) -> Iterator[tuple[str, Row]]:
    """Each row with its area, as soon as it is there. Raises what the measured work raises."""
    for area in chosen:
        for row in import_module(f"{areas.__name__}.{area}").rows(rounds):
            yield area, row
