"""Registration events to JSON text and back.

The stored form is the dataclass field by field, with the class's name as kind. Both are part of the
database's format: renaming an event class or a field needs a migration, which is what the test over
the golden rows is for.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from muster.domain import lifecycle
from muster.domain.lifecycle import Event
from muster.errors import Code, NotAuthentic

EVENT_UNREADABLE = Code(
    "EVENT_UNREADABLE", "A stored registration cannot be read. Call your supervisor; nothing was deleted."
)

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(lifecycle.Event)}


def encode(event: Event) -> tuple[str, str]:
    """The event's kind and its JSON body."""
    kind = type(event).__name__
    return kind, _adapter(kind).dump_json(event).decode()


def decode(kind: str, body: str) -> Event:
    """Raises ``NotAuthentic`` for a kind or body this version did not write."""
    try:
        event: Event = _adapter(kind).validate_json(body)
    except (KeyError, ValidationError):
        # The cause is cut off: pydantic quotes the offending value, which may be somebody's name.
        raise NotAuthentic(EVENT_UNREADABLE) from None
    return event


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[kind])
