"""Events to JSON text and back.

The stored form is the dataclass field by field, with the class's name as kind. Both are part of the
database's format: renaming an event class or a field needs a migration, which is what the test over
the golden rows is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from muster.domain import lifecycle
from muster.domain.lifecycle import Event
from muster.errors import Code, NotAuthentic

EVENT_UNREADABLE = Code(
    "EVENT_UNREADABLE", "A stored registration cannot be read. Call your supervisor; nothing was deleted."
)

_E = TypeVar("_E")


class EventCodec(Generic[_E]):
    """For events of these classes and no others; ``unreadable`` is what is said of anything else."""

    def __init__(self, kinds: Iterable[type[Any]], unreadable: Code) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._adapters: dict[str, TypeAdapter[Any]] = {}
        self._unreadable = unreadable

    def encode(self, event: _E) -> tuple[str, str]:
        """The event's kind and its JSON body."""
        kind = type(event).__name__
        return kind, self._adapter(kind).serializer.to_json(event).decode()

    def decode(self, kind: str, body: str) -> _E:
        """Raises ``NotAuthentic`` for a kind or body this version did not write."""
        try:
            event: _E = self._adapter(kind).validator.validate_json(body)
        except (KeyError, ValidationError):
            # The cause is cut off: pydantic quotes the offending value, which may be somebody's name.
            raise NotAuthentic(self._unreadable) from None
        return event

    def _adapter(self, kind: str) -> TypeAdapter[Any]:
        """Made at first use: few of them are needed in one sitting. Raises ``KeyError``."""
        if kind not in self._adapters:
            self._adapters[kind] = TypeAdapter(self._kinds[kind])
        return self._adapters[kind]


_REGISTRATIONS: EventCodec[Event] = EventCodec(get_args(lifecycle.Event), EVENT_UNREADABLE)
encode = _REGISTRATIONS.encode
decode = _REGISTRATIONS.decode
