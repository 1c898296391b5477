"""What the station does again and again by itself: when it did, when it will, and what came of it.

A job that failed is tried again on the schedule of failed deliveries, one that went well after its interval, less
a random share: twenty laptops of a centre that were switched on together must not ask together for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import random

from muster.audit.catalogue import AuditEvent
from muster.clock import rfc3339
from muster.domain.jobs import JobRuns
from muster.errors import BadInput, Code, MusterError, NetworkUnavailable
from muster.store.database import Work
from muster.upload.schedule import next_attempt
from muster.workstation.journal import Journal

JOB_UNKNOWN = Code("JOB_UNKNOWN", "There is no job of this name. It may be one of: {names}.")

SERVER_SEEN, SERVER_AHEAD = "server_seen_at", "server_clock_ahead_s"
_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Job:
    """``mosip_id`` is what the reference client calls it. ``run`` raises from the one tree. One that ``is_local``
    asks nobody, so it runs without a network."""

    name: str
    mosip_id: str
    every: timedelta
    run: Callable[[], object]
    is_local: bool = False


class Jobs:
    """``server_clock`` is what the server's clock last said and ours then, where one was heard."""

    def __init__(
        self,
        journal: Journal,
        jobs: Sequence[Job],
        server_clock: Callable[[], tuple[datetime, datetime] | None],
        chance: Callable[[], float] = random,
    ) -> None:
        self._journal = journal
        self._jobs = tuple(jobs)
        self._server_clock = server_clock
        self._chance = chance

    def table(self) -> tuple[tuple[Job, JobRuns], ...]:
        with self._journal.database.read() as work:
            return tuple((job, work.jobs.find(job.name)) for job in self._jobs)

    def run_due(self) -> None:
        """Run what is due; without a network the rest is not tried. What goes wrong stands in the table."""
        now = self._journal.now()
        is_there = True
        for job, runs in self.table():
            if not runs.is_due(now) or not (is_there or job.is_local):
                continue
            try:
                self._run(job)
            except NetworkUnavailable:
                is_there = False
            except MusterError:
                continue  # noted; the others may do better

    def run(self, name: str) -> None:
        """Now, whenever it is due. Raises ``BadInput`` and what the job does, noted already."""
        named = {job.name: job for job in self._jobs}
        if name not in named:
            raise BadInput(JOB_UNKNOWN, names=", ".join(named))
        self._run(named[name])

    def _run(self, job: Job) -> None:
        try:
            job.run()
        except MusterError as error:
            self._note(job, error.code.name)
            raise
        self._note(job, None)

    def _note(self, job: Job, problem: str | None) -> None:
        now = self._journal.now()
        with self._journal.database.work() as work:
            runs = replace(work.jobs.find(job.name), last_run=now, last_problem=problem)
            if problem is None:
                wait = job.every * (1 - _JITTER * self._chance())
                runs = replace(runs, last_good_run=now, failures=0, next_run=now + wait)
            else:
                failures = runs.failures + 1
                runs = replace(
                    runs, failures=failures, next_run=next_attempt(failures, now, chance=self._chance())
                )
            work.jobs.put(runs)
            self._note_server_clock(work)
            work.record(
                AuditEvent.JOB_RAN, actor=self._journal.operator.user_id, job=job.name, outcome=problem or "done"
            )

    def _note_server_clock(self, work: Work) -> None:
        heard = self._server_clock()
        if heard is not None:
            servers, ours = heard
            work.settings.put(SERVER_SEEN, rfc3339(ours))
            work.settings.put(SERVER_AHEAD, str(round((servers - ours).total_seconds())))
