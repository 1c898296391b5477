"""Zones are found and read whichever way the page lies, and wrong check digits are not talked away."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.mrz_letters import ALPHABET, Grid, grid_of, letters_seen, read_places
from muster.analysis.mrz_lines import find_bands
from muster.analysis.mrz_reading import MrzReader
from muster.analysis.pictures import read_picture
from muster.domain.assessment import Score
from unit.analysis.document_scenes import CARD_LINES, PASSPORT_LINES, blurred, on_table, page


@pytest.fixture(scope="module")
def reader() -> MrzReader:
    return MrzReader()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(("name", "lines"), [("passport", PASSPORT_LINES), ("card", CARD_LINES)])
def test_a_page_is_read_whichever_way_up_it_lies(
    reader: MrzReader, name: str, lines: tuple[str, ...], turns: int
) -> None:
    reading = reader.read(np.ascontiguousarray(np.rot90(page(name), turns)))
    assert reading is not None
    assert reading.mrz.lines == lines
    assert reading.mrz.is_valid


@pytest.mark.parametrize("degrees", [-20, -9, 5, 20])
def test_a_page_that_lies_askew_is_read(reader: MrzReader, degrees: float) -> None:
    scene, _ = on_table(page("passport"), degrees=degrees, askew=0.06)
    reading = reader.read(scene)
    assert reading is not None
    assert reading.mrz.lines == PASSPORT_LINES


@pytest.mark.parametrize("share", [0.35, 0.25])
def test_a_dark_page_is_read(reader: MrzReader, share: float) -> None:
    reading = reader.read((page("card") * share).astype(np.uint8))
    assert reading is not None
    assert reading.mrz.lines == CARD_LINES


def test_a_grey_picture_is_read(reader: MrzReader) -> None:
    reading = reader.read(np.asarray(cv2.cvtColor(page("card"), cv2.COLOR_RGB2GRAY)))
    assert reading is not None
    assert reading.mrz.lines == CARD_LINES


def test_a_little_blur_is_read_through(reader: MrzReader) -> None:
    reading = reader.read(blurred(page("passport"), 1.3))
    assert reading is not None
    assert reading.mrz.is_valid


def test_what_is_blurred_beyond_reading_is_not_valid(reader: MrzReader) -> None:
    reading = reader.read(blurred(page("passport"), 5))
    assert reading is None or not reading.mrz.is_valid


def _with_glyph(picture: Pixels, source: int, goal: int) -> Pixels:
    """The passport's second line with the letter of one place printed at another."""
    changed, (left, pitch, top, bottom) = picture.copy(), (52, 20, 636, 666)
    of, to = left + source * pitch, left + goal * pitch
    changed[top:bottom, to : to + pitch] = picture[top:bottom, of : of + pitch]
    return changed


def test_a_digit_that_was_changed_on_the_page_is_read_as_it_stands_there(reader: MrzReader) -> None:
    forged = _with_glyph(page("passport"), source=8, goal=14)  # born in 1974, not 1984: 7 over the 4
    reading = reader.read(forged)
    assert reading is not None
    assert reading.mrz.lines[1] == PASSPORT_LINES[1][:14] + "7" + PASSPORT_LINES[1][15:]
    assert reading.mrz.check_digits["birth_date"] is False
    assert reading.sureness > 0.95


def test_the_letters_tell_the_resolution(reader: MrzReader) -> None:
    passport, card = (reader.read(page(name)) for name in ("passport", "card"))
    assert passport is not None
    assert card is not None
    assert passport.resolution_dpi == pytest.approx(200, rel=0.02)
    assert card.resolution_dpi == pytest.approx(250, rel=0.02)


def test_where_the_zone_lies_is_told(reader: MrzReader) -> None:
    reading = reader.read(page("passport"))
    assert reading is not None
    upper, lower = reading.place
    assert (upper.x, upper.y) == pytest.approx((492, 603), abs=12)
    assert (lower.x, lower.y) == pytest.approx((492, 652), abs=12)


def test_sureness_is_a_measure_like_any_other(reader: MrzReader) -> None:
    measure = reader.assess(page("card"))["MRZ sureness"]
    assert isinstance(measure, Score)
    assert 0 < measure.raw <= 1


def test_a_page_full_of_print_without_a_zone_is_given_up_in_time(reader: MrzReader) -> None:
    reader.read(page("card"))  # loads the network
    text = np.full((2000, 1500, 3), 240, np.uint8)
    for row in range(50):
        cv2.putText(
            text,
            "Erika Mustermann, Heidestrasse 17, 51147 Koeln " * 2,
            (20, 40 + 38 * row),
            0,
            0.8,
            (20, 20, 20),
            2,
        )
    began = time.thread_time()
    assert reader.read(text) is None
    assert time.thread_time() - began < 2


def test_nine_of_ten_specimens_are_read(reference_data: Path, reader: MrzReader) -> None:
    files = sorted((reference_data / "mrz").iterdir())
    readings = {file.name: reader.read(read_picture(file.read_bytes())) for file in files}
    wrong = [name for name, reading in readings.items() if reading is None or not reading.mrz.is_valid]
    assert len(files) >= 8
    assert len(wrong) <= len(files) // 10, wrong


# --- from what the network says to letters


def _answer(text: str, pitch: float = 3.4, first: float = 4.0, bend: float = 0.0) -> np.ndarray:  # type: ignore[type-arg]
    """As the network would answer to a line of ``text``, a peak of one column for each letter."""
    columns = round(first + len(text) * (pitch + len(text) * bend)) + 6
    likelihoods = np.full((columns, 38), 1e-4, np.float32)
    likelihoods[:, 0] = 0.99
    for index, letter in enumerate(text):
        at = round(first + index * (pitch + index * bend))
        likelihoods[at] = 1e-4
        likelihoods[at, 1 + ALPHABET.index(letter)] = 0.9
    return likelihoods


def test_letters_at_one_distance_are_counted() -> None:
    grid = grid_of(_answer(PASSPORT_LINES[1]))
    assert grid is not None
    assert grid.count == 44
    assert grid.step(20) == pytest.approx(3.4, abs=0.1)


def test_letters_that_come_nearer_towards_one_end_are_counted() -> None:
    grid = grid_of(_answer(PASSPORT_LINES[1], pitch=3.8, bend=-0.008))
    assert grid is not None
    assert grid.count == 44


def test_fillers_that_were_passed_over_are_put_back() -> None:
    answer = _answer(PASSPORT_LINES[1])
    seen = letters_seen(answer)
    for place, _, _ in seen[30:35]:
        answer[round(place)] = [0.99, *([1e-4] * 37)]
        answer[round(place), 1 + ALPHABET.index("<")] = 0.01
    grid = grid_of(answer)
    assert grid is not None
    assert read_places(answer, grid).text == PASSPORT_LINES[1]


def test_a_handful_of_letters_makes_no_line() -> None:
    assert grid_of(_answer("MUSTERMANN")) is None
    assert grid_of(np.zeros((40, 38), np.float32)) is None


def test_letters_thrown_down_anyhow_make_no_line() -> None:
    random = np.random.default_rng(3)
    answer = np.full((300, 38), 1e-4, np.float32)
    answer[:, 0] = 0.99
    for at in np.unique(np.cumsum(random.integers(2, 14, 40)))[:35]:
        answer[at] = 1e-4
        answer[at, 5] = 0.9
    grid = grid_of(answer)
    assert grid is None or grid.count > 46


def test_what_else_a_letter_may_be_is_told() -> None:
    answer = _answer("A" * 30)
    answer[:, 1 + ALPHABET.index("4")] = 0.02
    line = read_places(answer, Grid(4.0, 3.4, 0.0, 30))
    assert line.text == "A" * 30
    assert line.otherwise[7] == "4"


def test_a_blank_page_has_no_bands() -> None:
    assert find_bands(np.full((600, 800), 230, np.uint8), 1000) == []
