"""Keeping the best frame of a stream: the one to take when somebody held still.

A run begins with the first frame without a blocking finding and lasts while nothing blocks, the same face is
followed and frames keep coming. Within a run the frame of the highest unified score is kept; it may be taken once
the run has lasted long enough. Whatever ends a run forgets its frame: a good frame of somebody who has left, or of
whoever sat there before, must not be taken.

Pure: frames may be anything, and time comes with them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from muster.analysis.face_quality import UNIFIED
from muster.domain.assessment import Assessment, blocking

FrameT = TypeVar("FrameT")


class BestFrame(Generic[FrameT]):
    """``steady_for_s`` is how long a run has to last, ``gap_s`` how long no frame may come without ending it."""

    def __init__(self, *, steady_for_s: float = 0.8, gap_s: float = 0.5) -> None:
        self._steady_for = timedelta(seconds=steady_for_s)
        self._gap = timedelta(seconds=gap_s)
        self.forget()

    def forget(self) -> None:
        """Begin anew: another person, another attempt."""
        self._best: FrameT | None = None
        self._score = -1.0
        self._track = -1
        self._began: datetime | None = None
        self._seen: datetime | None = None

    def see(self, frame: FrameT, assessment: Assessment, at: datetime, track: int = 0) -> None:
        """One frame of the stream. ``track`` names the face that is followed (``face_guidance.FaceReading``)."""
        score = assessment.value(UNIFIED)
        if score is None or blocking(assessment.findings):
            self.forget()
            return
        if not self._goes_on(at, track):
            self.forget()
            self._began, self._track = at, track
        self._seen = at
        if score > self._score:
            self._best, self._score = frame, score

    @property
    def steady_s(self) -> float:
        """For how long nothing has been wrong; for the ring that fills up on the screen."""
        if self._began is None or self._seen is None:
            return 0.0
        return (self._seen - self._began).total_seconds()

    @property
    def taken(self) -> FrameT | None:
        """The best frame of a run that has lasted long enough; None until then."""
        return (
            self._best if self._began is not None and self.steady_s >= self._steady_for.total_seconds() else None
        )

    def _goes_on(self, at: datetime, track: int) -> bool:
        if self._seen is None or track != self._track:
            return False
        return timedelta(0) <= at - self._seen <= self._gap  # a clock that was put back begins a new run
