"""Finding plug-ins through entry points, without letting a broken one stop the station.

Drivers register in the group ``muster.drivers``. Loading never raises: a plug-in that cannot be
imported, or whose name two packages claim, is returned with its reason so that the catalogue can
show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any


@dataclass(frozen=True, slots=True)
class Plugin:
    """One registered plug-in: either ``loaded`` or a ``problem``, never both.

    ``package`` is the distribution that registered it, for the sentence shown to a person.
    """

    name: str
    package: str
    loaded: Any
    problem: str | None


def discover(group: str, *, points: Iterable[EntryPoint] | None = None) -> list[Plugin]:
    """Load every plug-in of ``group``, sorted by name and package.

    ``points`` replaces the installed entry points in tests.
    """
    found = sorted(
        entry_points(group=group) if points is None else points,
        key=lambda point: (point.name, _package(point)),
    )
    # An editable install can be listed twice under two metadata folders; that is one plug-in.
    unique = {(point.name, point.value, _package(point)): point for point in found}
    claims = Counter(point.name for point in unique.values())
    return [_load(point, claims[point.name] > 1, unique.values()) for point in unique.values()]


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown package"


def _load(point: EntryPoint, contested: bool, everyone: Iterable[EntryPoint]) -> Plugin:
    package = _package(point)
    if contested:
        rivals = sorted(_package(other) for other in everyone if other.name == point.name)
        problem = f"the name {point.name} is claimed by {' and '.join(rivals)}"
        return Plugin(point.name, package, None, problem)
    try:
        return Plugin(point.name, package, point.load(), None)
    # Whatever a stranger's module raises, even its wish to end the program, must not stop the others.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return Plugin(point.name, package, None, f"{type(error).__name__} while loading")
