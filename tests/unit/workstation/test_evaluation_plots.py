from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.errors import Unavailable
from muster.workstation.evaluation_plots import Axis, Curve, Drawing, drawn, spread


def drawing(curve: Curve) -> Drawing:
    return Drawing("a.png", "A", Axis.even("x", 0, 1), Axis.even("y", 0, 1), (curve,))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(Unavailable) as caught:
        list(drawn(tmp_path / "taken" / "plots", [drawing(Curve("a", (0, 1), (0, 1)))]))
    assert caught.value.code.name == "PLOT_UNWRITABLE"


def test_without_a_folder_there_are_the_numbers_alone() -> None:
    curve = Curve("a", (0, 1), (0, 1))
    assert list(drawn(None, [drawing(curve)])) == [curve]


def test_a_curve_is_drawn_where_its_points_are(tmp_path: Path) -> None:
    (curve,) = drawn(tmp_path / "new", [drawing(Curve("flat", (0.0, 1.0), (0.25, 0.25)))])
    assert curve.file == tmp_path / "new" / "a.png"
    column = np.asarray(Image.open(curve.file))[:, 300].astype(int)
    assert (column[:, 2] - column[:, 0]).argmax() == pytest.approx(60 + 0.75 * (720 - 60 - 80), abs=2)


@pytest.mark.parametrize("value", [-0.5, 2.0, float("1e9")])
def test_what_lies_outside_is_drawn_on_the_border(tmp_path: Path, value: float) -> None:
    (curve,) = drawn(tmp_path, [drawing(Curve("a", (0.0, 1.0), (value, value)))])
    assert curve.file is not None


def test_what_never_happens_has_a_place_on_the_scale_of_normal_deviates() -> None:
    axis = Axis.deviate("x")
    assert axis.place(0) == 0
    assert axis.place(1) == 1
    assert 0 < axis.place(0.01) < axis.place(0.1) < 1


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-0.02, 0.76), (0, 100), (0.1, 0.1002)])
def test_an_even_axis_has_a_few_round_ticks(low: float, high: float) -> None:
    ticks = [value for value, _ in Axis.even("x", low, high).ticks]
    assert 1 <= len(ticks) <= 11


def test_steps_hold_the_whole_of_each_kind() -> None:
    genuine, impostor = spread({"genuine": [0.9, 1.0], "impostor": [0.0, 0.1, 0.1, 0.2]})
    assert sum(genuine.y[1:-1:2]) == pytest.approx(1)
    assert sum(impostor.y[1:-1:2]) == pytest.approx(1)
    assert genuine.x[0] == impostor.x[0] == 0
    assert genuine.x[-1] == pytest.approx(1)


def test_a_kind_without_a_score_is_not_drawn() -> None:
    assert spread({"genuine": [], "impostor": []}) == ()
    assert [each.name for each in spread({"genuine": [], "impostor": [0.5]})] == ["impostor"]
