"""Files of every kind: the same face in each, whatever carries it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.analysis.weights import models_folder
from muster.cli.common import plain
from muster.errors import BadInput
from muster.workstation.analysing_face import analyse_face, match_faces
from muster_simulated.pictures import BUILT_IN, Pictures
from unit.analysis.test_face_recognition import finding

PORTRAIT = BUILT_IN / "face.jpg"
EXIF_ORIENTATION, TURNED_RIGHT = 0x0112, 6


def as_cmyk(image: Image.Image, path: Path) -> None:
    image.convert("CMYK").save(path, "JPEG", quality=95)


def as_grey(image: Image.Image, path: Path) -> None:
    image.convert("L").save(path, "PNG")


def as_16_bit_grey(image: Image.Image, path: Path) -> None:
    Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(path, "PNG")


def lying_with_exif(image: Image.Image, path: Path) -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = TURNED_RIGHT
    image.rotate(90, expand=True).save(path, "JPEG", quality=95, exif=exif)


def with_alpha(image: Image.Image, path: Path) -> None:
    image.convert("RGBA").save(path, "PNG")


def of_20_megapixels(image: Image.Image, path: Path) -> None:
    image.resize((5160, 3870)).save(path, "JPEG")


@pytest.mark.parametrize(
    "write", [as_cmyk, as_grey, as_16_bit_grey, lying_with_exif, with_alpha, of_20_megapixels]
)
def test_the_same_face_is_found_upright_and_sharp(
    write: Callable[[Image.Image, Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "picture"
    with Image.open(PORTRAIT) as image:
        write(image, path)
    report = analyse_face(path)
    assert report.faces == 1
    assert report.pose is not None
    assert abs(report.pose.roll) < 8
    assert "FACE_BLURRED" not in [each.code for each in report.findings]
    assert match_faces(PORTRAIT, path).match


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (10, 10), (640, 480)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "I;16"])
def test_an_empty_picture_of_any_kind_has_no_face(size: tuple[int, int], mode: str, tmp_path: Path) -> None:
    path = tmp_path / "empty.tiff"
    Image.new(mode, size).save(path)
    report = analyse_face(path)
    assert (report.faces, report.box, report.pose, report.quality.unified) == (0, None, None, None)
    with pytest.raises(BadInput, match="FACE_ABSENT"):
        match_faces(PORTRAIT, path)


def test_which_of_two_faces_is_meant_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "pair.png"
    with Image.open(PORTRAIT) as image:
        half = image.resize((402, 301))
        pair = Image.new("RGB", (804, 301))
        pair.paste(half, (0, 0))
        pair.paste(half, (402, 0))
        pair.save(path)
    with pytest.raises(BadInput, match="FACE_SEVERAL"):
        match_faces(path, PORTRAIT)


def test_of_one_picture_it_is_said_that_movement_was_not_judged() -> None:
    liveness = analyse_face(PORTRAIT).liveness
    assert liveness.reason == "LIVENESS_ONE_PICTURE"
    assert liveness.score is not None
    assert liveness.live is True


def test_nobody_is_not_judged_to_be_alive(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480), "grey").save(tmp_path / "nobody.png")
    liveness = analyse_face(tmp_path / "nobody.png").liveness
    assert (liveness.score, liveness.live, liveness.reason) == (None, None, "LIVENESS_NO_FACE")


@pytest.mark.parametrize(("name", "is_live"), [("live_1", True), ("spoof_1", False)])
def test_the_labelled_pictures_are_told_apart(reference_data: Path, name: str, is_live: bool) -> None:
    assert analyse_face(reference_data / "pad" / f"{name}.jpg").liveness.live is is_live


def test_the_report_is_json_with_nothing_infinite() -> None:
    document = plain(analyse_face(PORTRAIT))
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_packs_own_detector_says_whether_there_is_a_face(tmp_path: Path) -> None:
    photograph = Pictures().photograph("face")
    Image.fromarray(photograph).save(tmp_path / "face.png")
    pack = finding(tmp_path / "nobody.onnx", photograph)
    shutil.copy(models_folder() / "fr_feature.onnx", pack)
    (pack / "calibration.toml").write_text(
        '["face match"]\npoints = [[0, 0], [1, 100]]\nthresholds = { match = 0.4 }\n', encoding="utf-8"
    )
    with pytest.raises(BadInput) as refused:
        match_faces(tmp_path / "face.png", tmp_path / "face.png", pack)
    assert refused.value.code.name == "FACE_ABSENT"
