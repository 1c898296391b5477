"""The program's threads, by name. Work goes in as a callable, a future comes out.

Each lane is one thread, so what runs on a lane runs in order; lanes do not wait for each other. The
window owns no thread and is never blocked by one. New lanes are made by naming them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")

STORE = "store"


class Lanes:
    """Named executors, ended together: leaving the context waits for what is running."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: dict[str, ThreadPoolExecutor] = {}

    def submit(self, lane: str, work: Callable[[], T]) -> Future[T]:
        """Run ``work`` on ``lane`` after everything submitted to it before."""
        from concurrent.futures import ThreadPoolExecutor  # not before there is anything to do

        with self._lock:
            if lane not in self._lanes:
                self._lanes[lane] = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"lane-{lane}")
            return self._lanes[lane].submit(work)

    def close(self) -> None:
        """Wait for what is running; drop what has not begun, except on the ``store`` lane: what somebody
        typed last is still kept."""
        with self._lock:
            lanes, self._lanes = self._lanes, {}
        for name, lane in lanes.items():
            lane.shutdown(wait=True, cancel_futures=name != STORE)

    def leave(self) -> None:
        """Drop what has not begun and do not wait for what is running: it waits for a network, not for us."""
        with self._lock:
            lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Lanes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
