"""The drivers of this installation, and which of them may be used.

A driver in the group ``muster.drivers`` is loaded into the program; one in ``muster.hosted_drivers`` runs in a
process of its own (``hosting``) and is never imported here. Which group says the driver's project.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any

from muster.devices import authors
from muster.devices.api import DRIVER_GROUP
from muster.devices.hosting import HostedDriver
from muster.plugins import Plugin, discover

HOSTED_DRIVER_GROUP = "muster.hosted_drivers"
ONLY_VARIABLE = "MUSTER_DRIVERS"
NOT_NAMED = "it is not among the drivers that the settings of this station name"
LEFT_OUT = f"it is left out by {ONLY_VARIABLE}"


def installed_drivers(
    named: Collection[str] | None = None, *, points: Iterable[EntryPoint] | None = None
) -> list[Plugin]:
    """What is installed; of it only drivers that are ``named`` are loaded, the others come with that reason.

    None names all. The environment may leave out more (``MUSTER_DRIVERS=sbi,uvc``), and never adds any.
    """
    only = os.environ.get(ONLY_VARIABLE)
    kept = None if only is None else {name.strip() for name in only.split(",")}

    def refused(name: str) -> str | None:
        if named is not None and name not in named:
            return NOT_NAMED
        return LEFT_OUT if kept is not None and name not in kept else None

    return discover(DRIVER_GROUP, HOSTED_DRIVER_GROUP, points=points, load=_made, refused=refused)


def _made(point: EntryPoint) -> Callable[[], Any] | Any:
    if point.group == HOSTED_DRIVER_GROUP:
        return partial(HostedDriver, point.name, point.value.replace(" ", ""))
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # a stranger's module; whoever loads it goes on
        authors.tell(error)
        raise
