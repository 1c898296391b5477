"""Who a request is of, as far as its headers tell: it stands with the request from then on, for whatever has only
so much room."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from starlette.types import Scope

_NAME = "visitor"


class Visitor(Enum):
    STRANGER = "stranger"  # on a path that is open to all, or nobody looked yet
    UNSIGNED = "unsigned"  # a station of the version before, or anybody
    KNOWN = "known"  # signed by a station that was let in, or somebody signed in


def say_who_asks(scope: Scope, visitor: Visitor) -> None:
    scope.setdefault("state", {})[_NAME] = visitor


def who_asks(scope: Mapping[str, object] | None) -> Visitor:
    """Nothing is the scope of a connection on which no headers came yet."""
    state = (scope or {}).get("state")
    found = state.get(_NAME) if isinstance(state, dict) else None
    return found if isinstance(found, Visitor) else Visitor.STRANGER
