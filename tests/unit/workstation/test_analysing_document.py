"""``evaluate_mrz`` on folders: what is counted, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.errors import BadInput
from muster.workstation.analysing_document import MrzMetrics, PageResult, evaluate_mrz
from unit.analysis.document_scenes import CARD_LINES, PASSPORT_LINES

_PAGES = Path(__file__).parents[1] / "analysis" / "pages"


def test_a_folder_that_is_not_there_or_empty_is_refused(tmp_path: Path) -> None:
    for folder, code in ((tmp_path / "absent", "FOLDER_ABSENT"), (tmp_path, "EVALUATION_FOLDER_EMPTY")):
        with pytest.raises(BadInput) as caught:
            evaluate_mrz(folder)
        assert caught.value.code.name == code


def test_a_picture_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(b"no picture")
    with pytest.raises(BadInput) as caught:
        evaluate_mrz(tmp_path)
    assert caught.value.code.name == "PICTURE_UNREADABLE"


def test_pages_are_counted_with_and_without_their_labels(tmp_path: Path) -> None:
    for name in ("passport", "card"):
        shutil.copy(_PAGES / f"{name}.png", tmp_path)
    Image.fromarray(np.full((500, 700, 3), 240, np.uint8)).save(tmp_path / "blank.png")
    shutil.copy(_PAGES / "passport.png", tmp_path / "mislabelled.png")
    (tmp_path / "passport.txt").write_text("\n".join(PASSPORT_LINES))
    (tmp_path / "mislabelled.txt").write_text("\n".join(CARD_LINES))
    report = evaluate_mrz(tmp_path)
    assert report.metrics == MrzMetrics(n=4, valid=3, share=0.75, labelled=2, exact=1)
    assert report.pages == (
        PageResult("blank.png", None, False, None),
        PageResult("card.png", "TD1", True, None),
        PageResult("mislabelled.png", "TD3", True, False),
        PageResult("passport.png", "TD3", True, True),
    )
