"""From a measure's own number to 0..100."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.analysis.calibration import Calibration, calibration
from muster.analysis.weights import models_folder
from muster.domain.assessment import Score
from muster.errors import NotAuthentic, Unavailable

SHARPNESS = Calibration("sharpness", ((10.0, 0.0), (20.0, 50.0), (40.0, 100.0)), {})


def _written(folder: Path, text: str) -> Path:
    (folder / "calibration.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("raw", "value"),
    [(-1.0, 0.0), (10.0, 0.0), (15.0, 25.0), (20.0, 50.0), (30.0, 75.0), (40.0, 100.0), (1e9, 100.0)],
)
def test_a_number_lies_on_the_line_between_its_neighbours_and_outside_at_the_ends(
    raw: float, value: float
) -> None:
    assert SHARPNESS.score(raw) == Score("sharpness", raw, value)


@pytest.mark.parametrize("points", [(), ((1.0, 0.0), (1.0, 50.0)), ((2.0, 0.0), (1.0, 50.0)), ((0.0, 101.0),)])
def test_points_that_do_not_rise_or_leave_the_scale_are_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="points of x"):
        Calibration("x", points, {})


def test_points_and_thresholds_are_read_from_the_file(tmp_path: Path) -> None:
    folder = _written(tmp_path, '["face match"]\npoints = [[0, 0], [1, 100]]\nthresholds = { match = 0.4 }\n')
    read = calibration("face match", folder)
    assert read.score(0.25).value == 25.0
    assert read.thresholds == {"match": 0.4}


def test_a_measure_without_calibration_is_a_part_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="missing"):
        calibration("unheard of", _written(tmp_path, ""))


@pytest.mark.parametrize("text", ["x = 1", "[a]\npoints = 3", "[a]\npoints = [[1, 0], [0, 1]]", "not toml ="])
def test_a_file_that_says_nonsense_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotAuthentic, match="was changed"):
        calibration("a", _written(tmp_path, text))


def test_every_calibration_of_the_program_can_be_read() -> None:
    assert calibration("face detection", models_folder()).thresholds["face"] == 0.5
