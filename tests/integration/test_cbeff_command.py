"""``muster cbeff check`` as a help desk runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster.formats.cbeff import EXCEPTION, Bir, CbeffFile

if TYPE_CHECKING:
    from integration.conftest import Muster

INDEX = "5b0c2b1e-7a55-4f0e-9a8c-0f6d6f3c1a11"
MISSING = Bir("Finger", "Left Thumb", INDEX, "2026-01-02T03:04:05Z", 0, b"", "", {EXCEPTION: "true"})


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """One missing thumb and nothing else."""
    path = tmp_path / "good.xml"
    path.write_bytes(CbeffFile((MISSING,)).encode())
    return path


def test_a_file_that_is_not_there_is_wrong_input(muster: Muster, tmp_path: Path) -> None:
    ran = muster("cbeff", "check", tmp_path / "none.xml", "--json")

    assert (ran.status, ran.error_code) == (2, "FILE_ABSENT")


def test_what_is_no_cbeff_file_is_wrong_input(muster: Muster, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Erika Mustermann", encoding="utf-8")
    ran = muster("cbeff", "check", tmp_path / "notes.txt", "--json")

    assert (ran.status, ran.error_code) == (2, "CBEFF_UNREADABLE")


def test_a_bad_file_is_told_in_json(muster: Muster, good: Path) -> None:
    good.write_bytes(good.read_bytes().replace(b"<Score>0<", b"<Score>101<").replace(b">true<", b">false<"))
    ran = muster("cbeff", "check", good, "--json")

    assert ran.status == 1
    assert ran.document == {
        "valid": False,
        "problems": [
            "CBEFF_SCORE_WRONG:BIR[1]/BDBInfo/Quality/Score",
            "CBEFF_RECORD_ABSENT:BIR[1]",
            "CBEFF_SIGNATURE_ABSENT:BIR[1]/SB",
        ],
        "birs": [
            {
                "type": "Finger",
                "subtype": "Left Thumb",
                "quality": None,
                "exception": False,
                "signature": "absent",
            }
        ],
    }


def test_a_bad_file_is_told_in_sentences(muster: Muster, good: Path) -> None:
    good.write_bytes(good.read_bytes().replace(b"<Score>0<", b"<Score>101<"))
    ran = muster("cbeff", "check", good)

    assert ran.status == 1
    assert ran.out.splitlines() == [
        "Finger Left Thumb            exception, signature absent",
        "! A quality in the biometric file is not a number from 0 to 100. "
        "[CBEFF_SCORE_WRONG:BIR[1]/BDBInfo/Quality/Score]",
        "NOT VALID",
    ]


def test_a_file_cannot_write_to_the_terminal(muster: Muster, good: Path) -> None:
    """C1 control characters are the only ones that XML lets through; some terminals take U+009B for an escape."""
    hostile = "Fin\u009b2Jger&#10;valid\u202e"
    good.write_bytes(good.read_bytes().replace(b"Left Thumb", hostile.encode()))
    ran = muster("cbeff", "check", good)

    assert ran.status == 1
    assert ran.out.splitlines()[0] == "Finger Fin\\x9b2Jger\\nvalid\\u202e exception, signature absent"


def test_a_good_file_is_valid(muster: Muster, good: Path) -> None:
    ran = muster("cbeff", "check", good, "--json")

    assert ran.status == 0
    assert ran.document == {
        "valid": True,
        "problems": [],
        "birs": [
            {"type": "Finger", "subtype": "Left Thumb", "quality": 0, "exception": True, "signature": "absent"}
        ],
    }


def test_mosips_sample_is_valid(muster: Muster, reference_data: Path) -> None:
    ran = muster("cbeff", "check", reference_data / "mosip" / "sample-cbeff.xml")

    assert ran.status == 0
    assert ran.out.splitlines() == ["Finger Left LittleFinger     quality 94, signature valid", "valid"]
