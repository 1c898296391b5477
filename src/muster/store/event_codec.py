"""Events to JSON text and back.

The stored form is the dataclass field by field, with the class's name as kind. Both are part of the
database's format: renaming an event class or a field needs a migration, which is what the test over
the golden rows is for. What happened to the introducer is written as ``{"<kind>": <body>}`` of what happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Generic, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from muster.domain import lifecycle
from muster.domain.lifecycle import CaptureEvent, Event, OfIntroducer
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
_CAPTURES: EventCodec[CaptureEvent] = EventCodec(get_args(CaptureEvent), EVENT_UNREADABLE)
_WRAPPED = re.compile(r'\{"([A-Za-z]+)":(.*)\}', re.DOTALL)


def encode(event: Event) -> tuple[str, str]:
    """The event's kind and its JSON body."""
    if not isinstance(event, OfIntroducer):
        return _REGISTRATIONS.encode(event)
    kind, body = _CAPTURES.encode(event.what)
    return OfIntroducer.__name__, f'{{"{kind}":{body}}}'


def decode(kind: str, body: str) -> Event:
    """Raises ``NotAuthentic`` for a kind or body this version did not write."""
    if kind != OfIntroducer.__name__:
        return _REGISTRATIONS.decode(kind, body)
    wrapped = _WRAPPED.fullmatch(body)
    if wrapped is None:
        raise NotAuthentic(EVENT_UNREADABLE)
    return OfIntroducer(_CAPTURES.decode(*wrapped.groups()))
