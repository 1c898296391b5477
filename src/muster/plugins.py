"""Finding plug-ins through entry points, without letting a broken one stop the station.

Drivers register in groups of ``muster.devices.installed``. Loading never raises: a plug-in that cannot be
imported, or whose name two packages claim, is returned with its reason so that the catalogue can
show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
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


def discover(
    *groups: str,
    points: Iterable[EntryPoint] | None = None,
    load: Callable[[EntryPoint], Any] = EntryPoint.load,
    refused: Callable[[str], str | None] = lambda name: None,
) -> list[Plugin]:
    """Load every plug-in of ``groups``, which share their names, sorted by name and package.

    ``points`` replaces the installed entry points in tests, ``load`` what is done to have one; ``refused`` says by
    its name why one is not loaded at all.
    """
    installed = chain.from_iterable(entry_points(group=group) for group in groups)
    found = sorted(
        installed if points is None else (point for point in points if point.group in groups),
        key=lambda point: (point.name, _package(point)),
    )
    # An editable install can be listed twice under two metadata folders; that is one plug-in.
    unique = {(point.group, point.name, point.value, _package(point)): point for point in found}
    claims: dict[str, list[str]] = {}
    for point in unique.values():
        claims.setdefault(point.name, []).append(_package(point))
    return [_loaded(point, load, refused(point.name) or _contested(claims, point)) for point in unique.values()]


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown package"


def _contested(claims: Mapping[str, Sequence[str]], point: EntryPoint) -> str | None:
    rivals = sorted(claims[point.name])
    return f"the name {point.name} is claimed by {' and '.join(rivals)}" if len(rivals) > 1 else None


def _loaded(point: EntryPoint, load: Callable[[EntryPoint], Any], problem: str | None) -> Plugin:
    package = _package(point)
    if problem is not None:
        return Plugin(point.name, package, None, problem)
    try:
        return Plugin(point.name, package, load(point), None)
    # Whatever a stranger's module raises, even its wish to end the program, must not stop the others.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return Plugin(point.name, package, None, f"{type(error).__name__} while loading")
