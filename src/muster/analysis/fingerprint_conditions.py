"""What is wrong with how a finger lies on the glass, and what the officer says about it.

Measured by blocks, without a network, so that a live picture can be judged as well. Thresholds are in
``models/calibration.toml``. At most one sentence about the skin and one about the place: an officer says one thing
at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from muster.analysis.calibration import calibration
from muster.analysis.fingerprint_ridges import BLOCK, BLOCK_MM, Mask, RidgeMap
from muster.domain.assessment import Finding, Score, Severity
from muster.errors import Code

AREA = "ridge area"
BRIGHTNESS = "finger brightness"
COHERENCE = "ridge coherence"

FINGER_ABSENT = Code("FINGER_ABSENT", "No finger is on the glass. Place it flat in the middle.")
FINGER_RESIDUE = Code("FINGER_RESIDUE", "There is only the trace of an earlier finger. Clean the glass.")
FINGER_WET = Code(
    "FINGER_WET", "The print is too dark. Press a little more lightly, and dry the finger if it is wet."
)
FINGER_DRY = Code(
    "FINGER_DRY", "The print is too light. Press a little harder, and moisten the finger if it is dry."
)
FINGER_PARTIAL = Code(
    "FINGER_PARTIAL", "Only a part of the finger is seen. Lay the whole fingertip flat on the glass."
)
FINGER_CUT_OFF = Code("FINGER_CUT_OFF", "The finger lies at the edge. Move it to the middle of the glass.")
FINGER_SMEARED = Code("FINGER_SMEARED", "The ridges are smeared. Hold the finger still and do not turn it.")

_FAINT_FROM = 2.5  # standard deviation of grey levels: above what a clean glass has, below a finger's
_FAINT_AREA = 0.04  # share of the picture


def measures(ridges: RidgeMap) -> tuple[Score, ...]:
    """Area in square millimetres, brightness as a share of the glass's, coherence 0..1; each also on 0..100."""
    return tuple(calibration(name).score(round(raw, 4)) for name, raw in _raw(ridges).items())


def conditions(ridges: RidgeMap) -> tuple[Finding, ...]:
    """Findings that block stand for pictures that are of no use, the others for ones that could be better."""
    area = calibration(AREA).thresholds
    if ridges.area_mm2 < area["absent"] or not ridges.ridges.any():
        return (Finding(FINGER_RESIDUE if _is_residue(ridges) else FINGER_ABSENT),)
    return (*_skin(ridges), *_place(ridges))


def _raw(ridges: RidgeMap) -> dict[str, float]:
    return {AREA: ridges.area_mm2, BRIGHTNESS: ridges.brightness, COHERENCE: _coherence(ridges)}


def _coherence(ridges: RidgeMap) -> float:
    return float(ridges.coherence[ridges.touched].mean()) if ridges.touched.any() else 0.0


def _skin(ridges: RidgeMap) -> Iterator[Finding]:
    brightness, coherence = calibration(BRIGHTNESS).thresholds, calibration(COHERENCE).thresholds
    if ridges.brightness < brightness["wet"]:
        yield Finding(FINGER_WET, Severity.WARNS)
    elif ridges.brightness > brightness["dry"]:
        yield Finding(FINGER_DRY, Severity.WARNS)
    elif _coherence(ridges) < coherence["smeared"]:
        yield Finding(FINGER_SMEARED, Severity.WARNS)


def _place(ridges: RidgeMap) -> Iterator[Finding]:
    if _is_cut_off(ridges):
        yield Finding(FINGER_CUT_OFF, Severity.WARNS)
    elif ridges.area_mm2 < calibration(AREA).thresholds["partial"]:
        yield Finding(FINGER_PARTIAL, Severity.WARNS)


def _is_cut_off(ridges: RidgeMap) -> bool:
    """Whether the finger runs over one side of the picture and leaves the other free.

    Sensors that are smaller than a finger are filled from side to side: that is how they are meant. And a finger
    goes on towards the hand: below, it is always cut off.
    """
    left, top, right, bottom = ridges.box
    rows, columns = ridges.touched.shape
    width, height = columns * BLOCK, rows * BLOCK
    at_left, at_right = _along(ridges.touched[:, 0]), _along(ridges.touched[:, -1])
    limit = calibration(AREA).thresholds["edge_mm"]
    over_left = at_left > limit and right < 0.75 * width
    over_right = at_right > limit and left > 0.25 * width
    over_top = _along(ridges.touched[0]) > limit and top == 0 and bottom < 0.75 * height
    return over_left or over_right or over_top


def _along(edge: Mask) -> float:
    """Millimetres of the picture's edge that are touched."""
    return float(edge.sum()) * BLOCK_MM


def _is_residue(ridges: RidgeMap) -> bool:
    if not ridges.contrast.size:
        return False
    faint = (ridges.contrast > _FAINT_FROM) & (ridges.coherence > 0.5)
    return float(faint.mean()) > _FAINT_AREA
