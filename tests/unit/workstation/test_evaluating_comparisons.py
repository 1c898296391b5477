"""``muster evaluate face`` and ``fingerprint`` on folders: what is counted, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from muster.analysis.api import Pixels
from muster.devices.records import face_record
from muster.domain.biometrics import BiometricAttribute
from muster.errors import BadInput
from muster.workstation.evaluating_comparisons import (
    evaluate_faces,
    evaluate_fingerprints,
    evaluate_irises,
    labelled_pictures,
)
from muster_simulated.pictures import Pictures
from simulators.eyes import draw, various


def save(file: Path, pixels: Pixels) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)
    return file


def finger(attribute: BiometricAttribute) -> Pixels:
    """The middle of it: less to look at takes less time."""
    return np.ascontiguousarray(Pictures().sample(attribute)[60:320, 50:250])


def names(folder: Path) -> list[tuple[str, str]]:
    return [(subject, file.name) for subject, file in labelled_pictures(folder)]


@pytest.mark.parametrize("evaluate", [evaluate_faces, evaluate_fingerprints, evaluate_irises])
def test_a_folder_without_pictures_or_that_is_absent_is_refused(evaluate: object, tmp_path: Path) -> None:
    assert callable(evaluate)
    (tmp_path / "erika").mkdir()
    for folder, code in ((tmp_path, "SET_EMPTY"), (tmp_path / "absent", "FOLDER_ABSENT")):
        with pytest.raises(BadInput) as caught:
            evaluate(folder)
        assert caught.value.code.name == code


def test_a_folder_is_one_person_whatever_the_pictures_names(tmp_path: Path) -> None:
    for name in ("erika/b.png", "erika/a.png", "max/a.png", "max/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert names(tmp_path) == [("erika", "a.png"), ("erika", "b.png"), ("max", "a.png")]


def test_names_without_their_number_tell_people_apart_in_one_folder(tmp_path: Path) -> None:
    for name in ("erika_1.png", "erika_22.png", "max.png", "p1_1.png", "p2_1.png", "7.png"):
        (tmp_path / name).touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.png").touch()
    assert [subject for subject, _ in names(tmp_path)] == ["7", "erika", "erika", "max", "p1", "p2"]


def test_pictures_nobody_can_be_compared_by_are_failures_to_acquire(tmp_path: Path) -> None:
    save(tmp_path / "wall_1.png", np.full((200, 200, 3), 128, np.uint8))
    (tmp_path / "broken_1.png").write_bytes(b"\x89PNG")
    report = evaluate_faces(tmp_path, tmp_path / "plots")
    assert {(each.file, each.reason) for each in report.failures} == {
        ("wall_1.png", "FACE_ABSENT"),
        ("broken_1.png", "PICTURE_UNREADABLE"),
    }
    metrics = report.metrics
    assert metrics.fta is not None
    assert (metrics.fta.wrong, metrics.fta.n) == (2, 2)
    assert (metrics.fmr, metrics.fnmr, metrics.eer, report.plots) == (None, None, None, ())


def test_a_record_of_something_else_is_left_out_and_is_no_failure(tmp_path: Path) -> None:
    portrait = np.full((60, 60, 3), 128, np.uint8)
    (tmp_path / "face.iso").write_bytes(face_record(portrait, datetime(2026, 3, 1, tzinfo=UTC), 50))
    save(tmp_path / "wall.png", np.full((200, 200), 128, np.uint8))
    report = evaluate_fingerprints(tmp_path)
    assert [each.reason for each in report.failures] == ["NOT_A_FINGER_RECORD", "FINGER_ABSENT"]
    assert report.metrics.fta is not None
    assert (report.metrics.subjects, report.metrics.fta.wrong, report.metrics.fta.n) == (1, 1, 1)


def test_a_face_and_its_mirror_image_are_one_genuine_comparison(tmp_path: Path) -> None:
    astronaut = np.asarray(data.astronaut())
    save(tmp_path / "astronaut" / "a.png", astronaut)
    save(tmp_path / "astronaut" / "b.png", np.ascontiguousarray(astronaut[:, ::-1]))
    metrics = evaluate_faces(tmp_path).metrics
    assert metrics.genuine is not None
    assert metrics.fnmr is not None
    assert (metrics.subjects, metrics.genuine.n, metrics.impostor, metrics.fnmr.wrong) == (1, 1, None, 0)


def test_fingers_are_compared_with_themselves_and_each_other(tmp_path: Path) -> None:
    left, right = finger(BiometricAttribute.LEFT_INDEX), finger(BiometricAttribute.RIGHT_INDEX)
    save(tmp_path / "set" / "left" / "1.png", left)
    save(tmp_path / "set" / "left" / "2.png", np.ascontiguousarray(left[:230]))
    save(tmp_path / "set" / "right" / "1.png", right)
    report = evaluate_fingerprints(tmp_path / "set", tmp_path / "plots")
    metrics = report.metrics
    assert metrics.genuine is not None
    assert metrics.impostor is not None
    assert metrics.fmr is not None
    assert (metrics.genuine.n, metrics.impostor.n, metrics.one_in) == (1, 2, 1)
    assert metrics.genuine.lowest > metrics.impostor.highest
    assert (metrics.fmr.wrong, metrics.eer and metrics.eer.rate) == (0, 0)
    assert [each.name for each in report.plots] == ["genuine, n = 1", "impostor, n = 2", "DET"]
    assert {each.file for each in report.plots if each.file and each.file.is_file()} == {
        tmp_path / "plots" / "fingerprint-scores.png",
        tmp_path / "plots" / "fingerprint-det.png",
    }


def test_a_label_that_lies_is_counted_as_errors(tmp_path: Path) -> None:
    left = finger(BiometricAttribute.LEFT_INDEX)
    save(tmp_path / "one" / "1.png", left)
    save(tmp_path / "another" / "1.png", left)
    metrics = evaluate_fingerprints(tmp_path).metrics
    assert metrics.fmr is not None
    assert (metrics.fmr.wrong, metrics.fmr.rate) == (1, 1)


def test_the_reference_faces_are_told_apart_without_an_error(reference_data: Path) -> None:
    metrics = evaluate_faces(reference_data / "faces").metrics
    assert metrics.fmr is not None
    assert metrics.fnmr is not None
    assert (metrics.subjects, metrics.fnmr.n, metrics.fmr.n) == (3, 2, 8)
    assert (metrics.fnmr.wrong, metrics.fmr.wrong, metrics.fta and metrics.fta.wrong) == (0, 0, 0)


def test_eyes_are_compared_with_themselves_and_each_other(tmp_path: Path) -> None:
    for seed, take in ((1, 0), (1, 1), (2, 0)):
        save(tmp_path / str(seed) / f"{take}.png", draw(various("open", seed, take)).picture)
    metrics = evaluate_irises(tmp_path).metrics
    assert metrics.genuine is not None
    assert metrics.impostor is not None
    assert (metrics.genuine.n, metrics.impostor.n, metrics.eer and metrics.eer.rate) == (1, 2, 0)
