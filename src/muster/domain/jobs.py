"""What a station does again and again without anybody asking: when it did, and when it will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobRuns:
    """``failures`` counts those since the last good run; ``last_problem`` is the name of our code for the last."""

    name: str
    last_run: datetime | None = None
    last_good_run: datetime | None = None
    next_run: datetime | None = None
    failures: int = 0
    last_problem: str | None = None

    def is_due(self, now: datetime) -> bool:
        """A clock that was set back must not put a job off for a year: what ran in the future is due as well."""
        ran_ahead = self.last_run is not None and self.last_run > now
        return self.next_run is None or self.next_run <= now or ran_ahead
