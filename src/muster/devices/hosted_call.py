"""One call of a device in another process: who asks, what came of it so far, what it may call here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition, Event
from typing import Any

from muster.devices.api import DeviceKind, Signer
from muster.devices.capabilities import Called, signing
from muster.devices.host import ATTEST
from muster.devices.wire import Garbled, Message, Piece
from muster.devices.wire_values import pack, unpack

Functions = Mapping[str, tuple[Called, Callable[..., Any]]]
"""By the name the driver knows them by."""

_MOST_UNREAD = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """Who calls: the kind of device for the sentence, how long it may be quiet, what it may call meanwhile."""

    kind: DeviceKind
    allowed_s: float
    cancel: Event | None = None
    functions: Functions = field(default_factory=dict)

    @property
    def is_cancelled(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()


class Waiting:
    """What came for one call and was not looked at yet: one picture at most, and little else."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._frame: Message | None = None
        self._may_show = True
        self._others: deque[Message] = deque()
        self._is_woken = False

    def put(self, message: Message) -> None:
        """Raises ``Garbled`` for more than anybody waits for."""
        with self._changed:
            if message.kind == "frame" and self._may_show:
                self._frame, self._may_show = message, False
            elif message.kind != "frame" and len(self._others) < _MOST_UNREAD:
                self._others.append(message)
            else:
                raise Garbled("more than was asked")
            self._changed.notify_all()

    def seen(self) -> None:
        """The next picture may come."""
        with self._changed:
            self._may_show = True

    def wake(self) -> None:
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def next(self, seconds: float) -> Message | None:
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._others or self._is_woken, seconds)
            if self._frame is not None:
                frame, self._frame = self._frame, None
                return frame
            return self._others.popleft() if self._others else None


def called_back(asked: Asked, message: Message, failure: Exception | None) -> tuple[Message, Exception | None]:
    """Call the function that is wanted, unless one has failed before; the answer, and what was raised.

    Raises ``Garbled``.
    """
    try:
        name, values = message.said
        called, function = asked.functions[name]
        packed = [values] if message.kind == "frame" else values
        taken = [unpack(said, hint, message.pieces) for said, hint in zip(packed, called.takes, strict=True)]
    except (ValueError, TypeError, LookupError) as error:
        raise Garbled("no such function") from error
    if called.shows is not (message.kind == "frame"):
        raise Garbled("another kind of function")
    pieces: list[Piece] = []
    said = None
    if failure is None:
        try:
            given = function(*taken)
            said = None if called.gives is None else pack(given, called.gives, pieces)
        except Exception as error:  # noqa: BLE001 - raised again when the driver is out of it
            failure = error
    if called.shows:
        return Message("seen", message.call), failure
    return Message("unanswered" if failure else "answered", message.call, said, pieces), failure


def signing_by(signer: Signer) -> Functions:
    names, called = signing()
    return {ATTEST: (called, lambda *values: signer.attest(**dict(zip(names, values, strict=True))))}
