"""From the window to the lanes and back.

``run`` hands a callable to a lane; its result or its error arrives as a call in the window's thread, unless the
widget that asked is gone by then.

What a call holds, pages and parts of pages, stays here and is let go here, in the window's thread: a lane has but
a number of it. A widget whose last reference ended on a lane would end there, now and then with the whole process.
So would one that the interpreter's collector found there: where there are lanes and a window it collects here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from muster.errors import INTERNAL_FAULT, MusterError
from muster.ui.collecting import Collecting

if TYPE_CHECKING:
    from muster.workstation.lanes import Lanes

T = TypeVar("T")


class _Work:
    """What a lane does, and what came of it. ``clear`` leaves nothing of either."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work: Callable[[], Any] | None = work
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def do(self) -> None:
        assert self._work is not None
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            self.error = error
        self.is_done = True

    def clear(self) -> None:
        self._work = self.result = self.error = None


@dataclass(frozen=True, slots=True)
class _Call:
    owner: QObject
    work: _Work
    done: Callable[[Any], None]
    failed: Callable[[MusterError], None]


class Background(QObject):
    _finished = Signal(int)
    _told = Signal(int, object)

    def __init__(self, lanes: Lanes) -> None:
        super().__init__()
        Collecting(self)
        self._lanes = lanes
        self._numbers = count()
        self._calls: dict[int, _Call] = {}
        self._listening: dict[int, tuple[QObject, Callable[[Any], None]]] = {}
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        owner: QObject,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[MusterError], None],
    ) -> None:
        """Run ``work`` on ``lane``; then ``done`` with its result, or ``failed`` with its error. For the window's
        thread."""
        number, asked = next(self._numbers), _Work(work)
        future = self._lanes.submit(lane, asked.do)
        self._calls[number] = _Call(owner, asked, done, failed)
        future.add_done_callback(lambda _: self._announce(number))

    def from_elsewhere(self, owner: QObject, done: Callable[[T], None]) -> Callable[[T], None]:
        """A function for any thread to call: ``done`` is then called in the window's."""
        number = next(self._numbers)
        self._listening[number] = owner, done
        owner.destroyed.connect(lambda: self._listening.pop(number, None))

        def tell(value: T) -> None:
            if shiboken6.isValid(self):
                self._told.emit(number, value)

        return tell

    def _announce(self, number: int) -> None:
        if shiboken6.isValid(self):
            self._finished.emit(number)

    @Slot(int)
    def _deliver(self, number: int) -> None:
        call = self._calls.pop(number)
        work = call.work
        is_done, result, error = work.is_done, work.result, work.error
        work.clear()
        if not is_done or not shiboken6.isValid(call.owner):  # dropped with its lane, or nobody is there any more
            return
        if error is None:
            call.done(result)
        elif isinstance(error, MusterError):
            call.failed(error)
        else:
            call.failed(MusterError(INTERNAL_FAULT, kind=type(error).__name__))
            raise error  # a fault of ours: the officer has a sentence, the log gets the rest

    @Slot(int, object)
    def _pass_on(self, number: int, value: object) -> None:
        owner, done = self._listening.get(number, (None, None))
        if done is not None and shiboken6.isValid(owner):
            done(value)
