"""Specimen pages as a camera may see them, and pictures that are none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.pictures import read_picture

_PAGES = Path(__file__).parent / "pages"

PASSPORT_LINES = ("P<UTOMUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<", "C01X00T478UTO8408129F3501313<<<<<<<<<<<<<<<4")
CARD_LINES = ("IDUTOL01X00T47<18<<<<<<<<<<<<<", "8002295M3406304UTO<<<<<<<<<<<4", "MUSTERMANN<<MAX<<<<<<<<<<<<<<<")
BROWN = (70, 55, 45)


def page(name: str) -> Pixels:
    return read_picture((_PAGES / f"{name}.png").read_bytes())


def on_table(
    picture: Pixels,
    *,
    degrees: float = 0,
    askew: float = 0,
    table: tuple[int, int, int] = BROWN,
    room: float = 1.3,
) -> tuple[Pixels, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """The page turned by ``degrees`` on a noisy table, its top side shorter by the share ``askew``; and its
    corners."""
    height, width = picture.shape[:2]
    size = (round(width * room), round(height * room * 1.1))
    turn = np.radians(degrees)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    cut = width * askew / 2
    flat = np.array([[cut, 0], [width - cut, 0], [width, height], [0, height]], float) - [width / 2, height / 2]
    corners = flat @ turned + [size[0] / 2, size[1] / 2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    noise = np.random.default_rng(5).normal(0, 4, (size[1], size[0], 3))
    ground = np.clip(np.array(table) + noise, 0, 255).astype(np.uint8)
    scene = cv2.warpPerspective(picture, matrix, size, ground, borderMode=cv2.BORDER_TRANSPARENT)
    return scene, corners


def blurred(picture: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))


def with_lamp(picture: Pixels, x: float, y: float, size: float) -> Pixels:
    """A reflection in the middle of which nothing is left; places and size as shares of the width."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    spot = np.exp(-(((columns - x * width) ** 2 + (rows - y * width) ** 2) / (size * width) ** 2))
    return np.clip(picture + spot[..., np.newaxis] * 300, 0, 255).astype(np.uint8)


def off_a_screen(picture: Pixels) -> Pixels:
    """Stripes of red, green and blue, three to a pixel, seen by a camera a little finer and turned."""
    height, width = picture.shape[:2]
    large = np.repeat(np.repeat(picture, 3, 0), 3, 1).astype(np.float32)
    grid = np.zeros((3, 3, 3), np.float32)
    for colour in range(3):
        grid[:, colour, colour] = 2.2
    grid[2] *= 0.3
    large = cv2.GaussianBlur(large * np.tile(grid, (height, width, 1)), (0, 0), 0.9)
    matrix = cv2.getRotationMatrix2D((0, 0), 2.0, 1.13 / 3)
    seen = cv2.warpAffine(large, matrix, (round(width * 1.1), round(height * 1.05)))
    return np.clip(seen, 0, 255).astype(np.uint8)


def copied(picture: Pixels) -> Pixels:
    """In black and white, filed under a lamp that is not: paper and toner have its tint."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(float)
    toner = np.clip((grey - 110) * 2.2 + 128, 0, 245)
    tinted = toner[..., np.newaxis] * np.array([1.0, 0.99, 0.97])
    noise = np.random.default_rng(1).normal(0, 2, tinted.shape)
    return np.clip(tinted + noise, 0, 255).astype(np.uint8)


def without_lines(picture: Pixels) -> Pixels:
    """A specimen with nothing in its lower third, where the machine-readable lines are."""
    plain = picture.copy()
    from_row = round(0.64 * len(plain))
    plain[from_row:, 20:-20] = plain[from_row - 4, 20:-20].mean(axis=0)
    return plain


def _noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


WRONG_PICTURES = [
    pytest.param(np.zeros((1, 1, 3), np.uint8), id="one-pixel"),
    pytest.param(np.zeros((10, 10, 3), np.uint8), id="ten-pixels"),
    pytest.param(_noise(2000, 1, 3), id="one-pixel-wide"),
    pytest.param(_noise(1, 2000, 3), id="one-pixel-high"),
    pytest.param(_noise(33, 1500, 3), id="a-strip"),
    pytest.param(np.full((700, 1000, 3), 255, np.uint8), id="blank"),
    pytest.param(np.zeros((700, 1000, 3), np.uint8), id="black"),
    pytest.param(np.full((700, 1000), 128, np.uint8), id="grey-constant"),
    pytest.param(_noise(500, 700), id="grey-noise"),
    pytest.param(_noise(500, 700, 3), id="noise"),
    pytest.param(np.tile(np.uint8([[[0, 0, 0], [255, 255, 255]]]), (300, 300, 1)), id="stripes"),
    pytest.param(np.full((4000, 5000, 3), 90, np.uint8), id="twenty-megapixels"),
]
