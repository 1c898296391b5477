"""What a hub does without being asked: forgetting what is over, sweeping, sending on.

Every process of a hub has such a thread; a lease in the database sees to it that each job is done by one of them
at a time, and by another when that one is killed. The thread survives whatever a job raises, and says what it
was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

import structlog

from muster.clock import Clock
from muster.errors import MusterError
from muster.receiver.database import Database

log = structlog.get_logger("muster.receiver")
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """``alone`` for those whose work is not already shared out by rows."""

    name: str
    every: timedelta
    work: Callable[[], object]
    alone: bool = True


class Jobs:
    """``ticks`` is seconds that no setting of a clock moves."""

    def __init__(
        self,
        database: Database,
        jobs: tuple[Job, ...],
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._ticks = ticks
        self._stopping = Event()
        self._due: dict[str, float] = {}
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._run, name="hub-jobs", daemon=True)
        self._thread.start()

    def stop(self, within_s: float) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(within_s)

    @property
    def goes_on(self) -> bool:
        return not self._stopping.is_set()

    def round(self) -> None:
        """Do what is due."""
        for job in self._jobs:
            now = self._ticks()
            if not self.goes_on or now < self._due.get(job.name, now):
                continue
            self._due[job.name] = now + job.every.total_seconds()
            try:
                # Nobody else begins it again before its time, even when it is done at once.
                if not job.alone or self._database.hold(
                    f"job/{job.name}", self._clock(), max(job.every, timedelta(minutes=1))
                ):
                    job.work()
            except MusterError as error:
                log.warning("job failed", job=job.name, code=error.code.name)
            except Exception as error:  # noqa: BLE001 - the loop must survive; what stood in it is nobody's to read
                log.warning("job failed", job=job.name, kind=type(error).__name__)

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            self.round()
