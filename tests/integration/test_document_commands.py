"""``muster analyse document`` and ``muster evaluate mrz`` as people start them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter

from muster_simulated.pictures import BUILT_IN

# What the fixture ``muster`` gives back: status, out, err, document, error_code.
Muster = Callable[..., Any]

PAGES = Path(__file__).parents[1] / "unit" / "analysis" / "pages"
PASSPORT = PAGES / "passport.png"


@pytest.fixture(scope="module")
def judged(muster: Muster) -> dict[str, Any]:
    ran = muster("analyse", "document", PASSPORT, "--back", PAGES / "card.png", "--json")
    assert (ran.status, ran.err) == (1, "")  # the back is another person's
    document: dict[str, Any] = ran.document
    return document


def test_a_file_that_is_no_picture_is_bad_input(muster: Muster, tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_bytes(b"Dear Sir or Madam")
    ran = muster("analyse", "document", path, "--json")
    assert (ran.status, ran.error_code) == (2, "PICTURE_UNREADABLE")


def test_a_face_that_is_none_is_bad_input(muster: Muster) -> None:
    ran = muster("analyse", "document", PASSPORT, "--face", BUILT_IN / "empty_chair.jpg", "--json")
    assert (ran.status, ran.error_code) == (2, "FACE_ABSENT")


def test_a_specimen_has_all_that_the_contract_names(judged: dict[str, Any]) -> None:
    assert {"decision", "risk_indicators", "mrz", "quality"} <= set(judged)
    mrz = judged["mrz"]
    assert (mrz["type"], mrz["valid"]) == ("TD3", True)
    assert (mrz["fields"]["number"], mrz["fields"]["birth_date"]) == ("C01X00T47", "1984-08-12")
    assert set(mrz["check_digits"]) == {"number", "birth_date", "expiry_date", "optional", "composite"}
    assert set(judged["quality"]) == {"front", "back"}
    assert set(judged["quality"]["front"]["sharpness"]) == {"raw", "value", "reason"}
    assert judged["checks"]["VISUAL_SECURITY"] == "UNVERIFIED"


def test_two_sides_of_two_documents_are_declined(judged: dict[str, Any]) -> None:
    assert judged["decision"] == "declined"
    assert judged["risk_indicators"] == [{"normalized": "document_tempering", "raw": "SIDES_DATA_CONSISTENCY"}]


def test_a_specimen_and_the_person_on_it_are_approved(muster: Muster, tmp_path: Path) -> None:
    ran = muster("analyse", "document", PASSPORT, "--face", BUILT_IN / "face.jpg", "--json")
    assert (ran.status, ran.document["decision"], ran.document["risk_indicators"]) == (0, "approved", [])
    assert ran.document["portrait"]["match"] is True


def test_people_read_the_decision_first_and_what_to_do_last(muster: Muster, tmp_path: Path) -> None:
    path = tmp_path / "blurred.png"
    Image.open(PASSPORT).convert("RGB").filter(ImageFilter.GaussianBlur(4)).save(path)
    ran = muster("analyse", "document", path)
    lines = ran.out.splitlines()
    assert ran.status == 0
    assert lines[0] == "inconclusive"
    assert lines[-1] == (
        "! front: The page is not sharp. Hold the camera still, or scan it again. [DOCUMENT_BLURRED]"
    )


def test_how_often_zones_are_read_is_told_page_by_page(muster: Muster) -> None:
    ran = muster("evaluate", "mrz", "--set", PAGES, "--json")
    assert ran.status == 0
    assert {"metrics", "plots"} <= set(ran.document)
    assert ran.document["metrics"] == {"n": 2, "valid": 2, "share": 1.0, "labelled": 0, "exact": 0}
    assert "check digits right on 2 of n = 2 pages" in muster("evaluate", "mrz", "--set", PAGES).out
