"""From the window to the lanes and back.

``run`` hands a callable to a lane; its result or its error arrives as a call in the window's thread, unless the
widget that asked is gone by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from muster.errors import INTERNAL_FAULT, MusterError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from muster.workstation.lanes import Lanes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Call:
    owner: QObject
    future: Future[Any]
    done: Callable[[Any], None]
    failed: Callable[[MusterError], None]


class Background(QObject):
    _finished = Signal(object)

    def __init__(self, lanes: Lanes) -> None:
        super().__init__()
        self._lanes = lanes
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        owner: QObject,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[MusterError], None],
    ) -> None:
        """Run ``work`` on ``lane``; then ``done`` with its result, or ``failed`` with its error."""
        future = self._lanes.submit(lane, work)
        call = _Call(owner, future, done, failed)
        future.add_done_callback(lambda _: self._announce(call))

    def from_elsewhere(self, owner: QObject, done: Callable[[T], None]) -> Callable[[T], None]:
        """A function for any thread to call: ``done`` is then called in the window's."""

        from concurrent.futures import Future

        def tell(value: T) -> None:
            future: Future[T] = Future()
            future.set_result(value)
            self._announce(_Call(owner, future, done, lambda error: None))

        return tell

    def _announce(self, call: _Call) -> None:
        if shiboken6.isValid(self):
            self._finished.emit(call)

    @Slot(object)
    def _deliver(self, call: _Call) -> None:
        if call.future.cancelled() or not shiboken6.isValid(call.owner):
            return
        error = call.future.exception()
        if error is None:
            call.done(call.future.result())
        elif isinstance(error, MusterError):
            call.failed(error)
        else:
            call.failed(MusterError(INTERNAL_FAULT, kind=type(error).__name__))
            raise error  # a fault of ours: the officer has a sentence, the log gets the rest
