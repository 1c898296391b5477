"""From a measure's own number to 0..100, as ``models/calibration.toml`` says.

Calibration is data, so that a deployer's better figures need no new program: each measure has a list of
``[raw, value]`` points, rising in raw, with straight lines between them and flat ends. Thresholds that belong
to a measure (a match, a live face) stand beside its points, in the measure's own unit.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from muster.analysis.weights import WEIGHTS_CHANGED, WEIGHTS_MISSING, models_folder
from muster.domain.assessment import Score
from muster.errors import NotAuthentic, Unavailable

_FILE = "calibration.toml"


@dataclass(frozen=True, slots=True)
class Calibration:
    """One measure's points and thresholds."""

    measure: str
    points: tuple[tuple[float, float], ...]
    thresholds: Mapping[str, float]

    def __post_init__(self) -> None:
        raws = [raw for raw, _ in self.points]
        if not raws or any(a >= b for a, b in pairwise(raws)):
            raise ValueError(f"the points of {self.measure} must rise")
        if not all(math.isfinite(raw) and 0 <= value <= 100 for raw, value in self.points):
            raise ValueError(f"the points of {self.measure} must be numbers, the values within 0..100")

    def score(self, raw: float) -> Score:
        """``raw`` with its place on the scale of 0..100."""
        return Score(self.measure, raw, round(self._value(raw), 1))

    def _value(self, raw: float) -> float:
        if raw <= self.points[0][0]:
            return self.points[0][1]
        for (left, low), (right, high) in pairwise(self.points):
            if raw <= right:
                return low + (high - low) * (raw - left) / (right - left)
        return self.points[-1][1]


def calibration(measure: str, folder: Path | None = None) -> Calibration:
    """The calibration of ``measure``. Raises ``Unavailable`` (no such file or measure), ``NotAuthentic``
    (a file that says nonsense)."""
    try:
        return _read(folder or models_folder())[measure]
    except (OSError, LookupError) as error:
        raise Unavailable(WEIGHTS_MISSING) from error


@cache
def _read(folder: Path) -> Mapping[str, Calibration]:
    try:
        tables = tomllib.loads((folder / _FILE).read_text(encoding="utf-8"))
        return {
            measure: Calibration(
                measure,
                tuple((float(raw), float(value)) for raw, value in entry["points"]),
                {name: float(value) for name, value in entry.get("thresholds", {}).items()},
            )
            for measure, entry in tables.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAuthentic(WEIGHTS_CHANGED) from error
