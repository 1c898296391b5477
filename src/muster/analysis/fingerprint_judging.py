"""Judging one finger: the one call the capture flow, the command line and the bench make.

``FingerJudge.look`` gives everything about a picture (its score, what to say to the person, and the minutiae that
templates are made of, so that nothing is looked for twice); ``judge_finger`` gives the assessment alone.
``better_of`` says which of two captures of one finger is kept: each finger by itself, never a hand's average.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.fingerprint_conditions import conditions, measures
from muster.analysis.fingerprint_matching import FingerTemplate, extract
from muster.analysis.fingerprint_minutiae import Minutiae, MinutiaeFinder
from muster.analysis.fingerprint_nfiq2 import nfiq2
from muster.analysis.fingerprint_ridges import grey, ridge_map
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, blocking
from muster.errors import Code

NFIQ2 = "NFIQ 2-compatible"
MINUTIAE = "minutiae"

FINGER_PICTURE_SIZE = Code(
    "FINGER_PICTURE_SIZE", "This is not a picture of one finger at 500 dpi: it is too small or too large."
)
MINUTIAE_TOO_FEW = Code(
    "MINUTIAE_TOO_FEW", "Too few features are seen in the print. Clean the finger and the glass and take it again."
)

_SHORTEST_SIDE = 96  # pixels, below which NFIQ 2 says nothing
_LONGEST_SIDE = 1250  # pixels: 2.5 inches
_FEWEST_MINUTIAE = 5  # below, NFIQ 2 calls a picture one without minutiae
_STRIPES = 128  # pixels a side of what is looked at to load everything
_NONE = np.zeros((0, 4))


@dataclass(frozen=True, eq=False)
class FingerReading:
    """All that is known of one picture. ``minutiae`` are empty where it was not worth looking for them."""

    assessment: Assessment
    minutiae: Minutiae

    @cached_property
    def template(self) -> FingerTemplate:
        return extract(self.minutiae)


class FingerJudge:
    """The analyser (``analysis.api``). Loads its weights at the first use; may be kept for the whole run.

    ``threads``: one takes a third of a second for a finger; with two, both cores are busy for half as long.
    """

    name = NFIQ2

    def __init__(self, models: Path | None = None, threads: int = 1) -> None:
        self._finder = MinutiaeFinder(models, threads)
        self._models = models

    def load(self) -> None:
        """Load what the first finger would have to wait for (1 to 3 s). Raises the same as ``look``."""
        rows = np.arange(_STRIPES)[:, np.newaxis]
        stripes = np.broadcast_to(np.where(rows // 4 % 2, 40, 230), (_STRIPES, _STRIPES)).astype(np.uint8)
        self._finder.find(stripes, ridge_map(stripes))
        nfiq2(stripes, np.array([[_STRIPES / 2, _STRIPES / 2, 0.0, 1.0]]), self._models)

    def assess(self, subject: Pixels) -> Assessment:
        return self.look(subject).assessment

    def look(self, pixels: Pixels) -> FingerReading:
        """A grey or RGB picture of one finger at 500 dpi. Raises ``Unavailable``, ``NotAuthentic`` (weights)."""
        height, width = pixels.shape[:2]
        if min(height, width) < _SHORTEST_SIDE or max(height, width) > _LONGEST_SIDE:
            return _unjudged(FINGER_PICTURE_SIZE)
        image = grey(pixels)
        ridges = ridge_map(image)
        found, wrong = measures(ridges), conditions(ridges)
        if blocking(wrong):
            return _unjudged(wrong[0].code, found, wrong)
        minutiae = self._finder.find(image, ridges)
        counted = calibration(MINUTIAE).score(float(len(minutiae)))
        if len(minutiae) < _FEWEST_MINUTIAE:
            wrong = (Finding(MINUTIAE_TOO_FEW), *wrong)
            return FingerReading(
                Assessment((NotAssessed(NFIQ2, MINUTIAE_TOO_FEW), counted, *found), wrong), minutiae
            )
        score = calibration(NFIQ2).score(float(nfiq2(image, minutiae, self._models)))
        return FingerReading(Assessment((score, counted, *found), wrong), minutiae)


def judge_finger(picture: Pixels) -> Assessment:
    """NFIQ 2-compatible score, minutiae and what to say about one finger's picture, grey, 500 dpi."""
    return _judge().assess(picture)


def look_at_finger(picture: Pixels) -> FingerReading:
    """The same, with the template for matching."""
    return _judge().look(picture)


def _unjudged(
    reason: Code, found: tuple[Score, ...] = (), wrong: tuple[Finding, ...] | None = None
) -> FingerReading:
    missing = (NotAssessed(NFIQ2, reason), NotAssessed(MINUTIAE, reason))
    return FingerReading(Assessment((*missing, *found), wrong or (Finding(reason),)), _NONE)


@cache
def _judge() -> FingerJudge:
    return FingerJudge()
