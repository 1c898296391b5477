"""``muster analyse face`` and ``muster match face`` as people start them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from muster.analysis.weights import models_folder
from muster_simulated.pictures import BUILT_IN

# What the fixture ``muster`` gives back: status, out, err, document, error_code.
Muster = Callable[..., Any]

PORTRAIT = BUILT_IN / "face.jpg"


@pytest.fixture(scope="module")
def landscape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "landscape.png"
    sky = np.linspace(250, 40, 300 * 400).reshape(300, 400, 1).repeat(3, axis=2).astype(np.uint8)
    Image.fromarray(sky).save(path)
    return path


def test_a_file_that_is_no_picture_is_bad_input(muster: Muster, tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_bytes(b"Dear Sir or Madam")
    ran = muster("analyse", "face", path, "--json")
    assert (ran.status, ran.error_code) == (2, "PICTURE_UNREADABLE")


def test_a_picture_without_a_face_is_judged_and_bad(muster: Muster, landscape: Path) -> None:
    ran = muster("analyse", "face", landscape, "--json")
    assert (ran.status, ran.err) == (1, "")
    document = ran.document
    assert (document["faces"], document["box"], document["pose"]) == (0, None, None)
    assert document["quality"]["unified"] is None
    assert [each["code"] for each in document["findings"]] == ["FACE_ABSENT"]


def test_a_portrait_has_all_that_the_contract_names(muster: Muster) -> None:
    ran = muster("analyse", "face", PORTRAIT, "--json")
    assert (ran.status, ran.err) == (0, "")
    document = ran.document
    assert {"faces", "box", "liveness", "quality", "pose"} <= set(document)
    assert document["faces"] == 1
    assert len(document["box"]) == 4
    assert {"score", "live"} <= set(document["liveness"])
    assert set(document["pose"]) == {"yaw", "pitch", "roll"}
    assert 50 < document["quality"]["unified"] < 100
    sharpness = document["quality"]["components"]["sharpness"]
    assert set(sharpness) == {"raw", "value", "reason"}
    assert document["quality"]["components"]["no head coverings"]["reason"] == "FACE_FOR_THE_OFFICER"


def test_people_read_what_to_do(muster: Muster) -> None:
    ran = muster("analyse", "face", PORTRAIT)
    assert "1 face" in ran.out
    assert "! Close the mouth. [FACE_MOUTH_OPEN]" in ran.out


def test_a_picture_without_a_face_cannot_be_matched(muster: Muster, landscape: Path) -> None:
    ran = muster("match", "face", PORTRAIT, landscape, "--json")
    assert (ran.status, ran.error_code) == (2, "FACE_ABSENT")


def test_a_portrait_matches_itself(muster: Muster) -> None:
    ran = muster("match", "face", PORTRAIT, PORTRAIT, "--json")
    assert ran.status == 0
    assert {"score", "threshold", "match"} <= set(ran.document)
    assert ran.document["match"] is True
    assert ran.document["score"] > 0.99


def test_two_people_do_not_match(muster: Muster, reference_data: Path) -> None:
    ran = muster("match", "face", PORTRAIT, reference_data / "faces" / "biden_biden2.jpg", "--json")
    assert (ran.status, ran.document["match"]) == (1, False)


def test_a_pack_that_is_not_there_is_missing(muster: Muster, tmp_path: Path) -> None:
    ran = muster("match", "face", PORTRAIT, PORTRAIT, "--pack", tmp_path / "none", "--json")
    assert (ran.status, ran.error_code) == (3, "FACE_PACK_ABSENT")


def test_a_pack_named_in_the_environment_is_used(
    muster: Muster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(models_folder() / "fr_feature.onnx", tmp_path / "own.onnx")
    (tmp_path / "calibration.toml").write_text(
        '["face match"]\npoints = [[0, 0], [1, 100]]\nthresholds = { match = 0.61 }\n', encoding="utf-8"
    )
    monkeypatch.setenv("MUSTER_FACE_PACK", str(tmp_path))
    ran = muster("match", "face", PORTRAIT, PORTRAIT, "--json")
    assert (ran.status, ran.document["threshold"]) == (0, 0.61)
    assert ran.document["network"].startswith("own:")
