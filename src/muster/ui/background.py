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
    done: Callable[[Any], None]
    failed: Callable[[MusterError], None]


class Background(QObject):
    _finished = Signal(object, object)

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
        call = _Call(owner, done, failed)
        # Not in the call: a future that held itself by way of its own callback would keep the page with it.
        self._lanes.submit(lane, work).add_done_callback(lambda future: self._announce(call, future))

    def from_elsewhere(self, owner: QObject, done: Callable[[T], None]) -> Callable[[T], None]:
        """A function for any thread to call: ``done`` is then called in the window's."""

        from concurrent.futures import Future

        def tell(value: T) -> None:
            future: Future[T] = Future()
            future.set_result(value)
            self._announce(_Call(owner, done, lambda error: None), future)

        return tell

    def _announce(self, call: _Call, future: Future[Any]) -> None:
        if shiboken6.isValid(self):
            self._finished.emit(call, future)

    @Slot(object, object)
    def _deliver(self, call: _Call, future: Future[Any]) -> None:
        if future.cancelled() or not shiboken6.isValid(call.owner):
            return
        error = future.exception()
        if error is None:
            call.done(future.result())
        elif isinstance(error, MusterError):
            call.failed(error)
        else:
            call.failed(MusterError(INTERNAL_FAULT, kind=type(error).__name__))
            raise error  # a fault of ours: the officer has a sentence, the log gets the rest
