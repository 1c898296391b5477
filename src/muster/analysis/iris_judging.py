"""Judging one eye: the one call the capture flow, the command line and the bench make.

``judge_iris`` gives the assessment of a picture: ``iris quality`` (0..100, or why there is none), the measures of
``iris_measures``, the side as far as it can be told, and what to say to the person. ``look_at_iris`` gives the
same with boundaries, mask, the side as a value and the code that ``iris_code`` compares.
``better_of`` says which of two captures of one eye is kept, ``meets`` whether one is good enough. Whatever the
picture shows, nothing is raised over it::

    assessment = judge_iris(picture_of(sample.record))
    assessment.value(QUALITY)       # 0..100 or None
    assessment.findings             # blocking ones: no eye, closed, not a picture of one eye
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.iris_boundaries import EyeBoundaries, find_boundaries
from muster.analysis.iris_code import IrisCode, extract
from muster.analysis.iris_mask import IrisMask, iris_mask
from muster.analysis.iris_measures import (
    CIRCULARITY,
    CONCENTRICITY,
    MEASURES,
    PUPIL_CONTRAST,
    RADIUS,
    SCLERA_CONTRAST,
    measures,
)
from muster.analysis.iris_quality import OVERALL, conditions, no_iris, overall
from muster.analysis.iris_side import SIDE, EyeSide, eye_side, side_of
from muster.analysis.opencv import opencv
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, blocking
from muster.errors import Code

QUALITY = OVERALL

IRIS_PICTURE_SIZE = Code("IRIS_PICTURE_SIZE", "This is not a picture of one eye: it is too small or too large.")

_SHORTEST_SIDE = 120  # pixels: below, an iris is less than 80 across
_LONGEST_SIDE = 2000  # pixels: iris cameras deliver 640 x 480, some twice that


@dataclass(frozen=True, eq=False)
class IrisReading:
    """All that is known of one picture; ``eye`` and ``mask`` are None where no iris was found."""

    assessment: Assessment
    grey: Pixels = field(repr=False, default_factory=lambda: np.zeros((0, 0), np.uint8))
    eye: EyeBoundaries | None = None
    mask: IrisMask | None = field(repr=False, default=None)

    @cached_property
    def code(self) -> IrisCode | None:
        """For comparing; None where there is no iris."""
        return None if self.eye is None or self.mask is None else extract(self.grey, self.eye, self.mask)

    @property
    def side(self) -> EyeSide | None:
        """None where the picture does not tell."""
        return side_of(self.assessment[SIDE])


class IrisJudge:
    """The analyser (``analysis.api``). Without a network: some 60 ms for 640 x 480."""

    name = QUALITY

    def assess(self, subject: Pixels) -> Assessment:
        return self.look(subject).assessment

    def look(self, pixels: Pixels) -> IrisReading:
        """A grey or RGB picture of one eye in near infrared. Raises ``Unavailable``, ``NotAuthentic``: for a
        calibration that is missing or changed."""
        height, width = pixels.shape[:2]
        if min(height, width) < _SHORTEST_SIDE or max(height, width) > _LONGEST_SIDE:
            return _unjudged(IRIS_PICTURE_SIZE)
        grey = _grey(pixels)
        eye = find_boundaries(grey)
        if eye is None:
            return _unjudged(no_iris(grey))
        mask = iris_mask(grey, eye)
        found = measures(grey, eye, mask)
        if not _is_eye(found):
            return _unjudged(no_iris(grey))
        told = (overall(found), *found, eye_side(eye))
        return IrisReading(Assessment(told, conditions(found, mask)), grey, eye, mask)


def judge_iris(picture: Pixels) -> Assessment:
    """Quality by the measures of ISO/IEC 29794-6, side and what to say about one eye's picture."""
    return IrisJudge().assess(picture)


def look_at_iris(picture: Pixels) -> IrisReading:
    """The same, with where the iris lies and what of it is seen."""
    return IrisJudge().look(picture)


def meets(assessment: Assessment, threshold: int) -> bool:
    """Whether this eye, by itself, is good enough."""
    quality = assessment.value(QUALITY)
    return quality is not None and quality >= threshold and not blocking(assessment.findings)


def _is_eye(found: tuple[Score, ...]) -> bool:
    """Whether what was found as pupil and iris can be that: round, one in the other, darker than what is
    around."""
    raw = {each.measure: each.raw for each in found}
    return all(
        raw[measure] >= calibration(measure).thresholds["eye"]
        for measure in (RADIUS, CIRCULARITY, CONCENTRICITY, PUPIL_CONTRAST, SCLERA_CONTRAST)
    )


def _grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels)
    weighed: Pixels = opencv().cvtColor(np.ascontiguousarray(pixels[..., :3]), opencv().COLOR_RGB2GRAY)
    return weighed


def _unjudged(reason: Code) -> IrisReading:
    missing = tuple(NotAssessed(measure, reason) for measure in (QUALITY, *MEASURES, SIDE))
    return IrisReading(Assessment(missing, (Finding(reason),)))
