"""``muster iso decode`` as people start it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from muster.devices.records import finger_record
from muster.domain.biometrics import BiometricAttribute
from muster.formats.iso19794_4 import FingerRecord

# What the fixture ``muster`` gives back: status, out, err, document, error_code.
Muster = Callable[..., Any]

RECORD = finger_record(
    np.random.default_rng(1).integers(0, 256, (60, 44), dtype=np.uint8),
    BiometricAttribute.RIGHT_THUMB,
    500,
    datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC),
    71,
)
POSITION = 40  # of the finger, in a record with one quality block


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.iso"
    path.write_bytes(RECORD)
    return path


@pytest.fixture
def fingerless(tmp_path: Path) -> Path:
    """A record that does not say which finger it is."""
    path = tmp_path / "fingerless.iso"
    path.write_bytes(RECORD[:POSITION] + b"\0" + RECORD[POSITION + 1 :])
    return path


def test_an_absent_file_is_bad_input(muster: Muster, tmp_path: Path) -> None:
    ran = muster("iso", "decode", tmp_path / "none.iso", "--json")
    assert (ran.status, ran.error_code) == (2, "FILE_ABSENT")


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "RECORD_MAGIC_WRONG"),
        (bytes(range(1, 251)) * 2, "RECORD_MAGIC_WRONG"),
        (RECORD[:-1], "RECORD_LENGTH_WRONG"),
    ],
    ids=["nothing", "noise", "cut off"],
)
def test_what_is_no_record_is_bad_input(muster: Muster, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "record.iso"
    path.write_bytes(content)
    ran = muster("iso", "decode", path, "--json")
    assert (ran.status, ran.error_code) == (2, code)


def test_a_record_with_a_finding_is_shown_and_called_bad(muster: Muster, fingerless: Path) -> None:
    ran = muster("iso", "decode", fingerless, "--json")
    assert ran.status == 1
    assert ran.document["representations"][0]["position"] == 0
    assert ran.document["findings"] == [
        {
            "code": "FINGER_POSITION_WRONG",
            "field": "position",
            "message": "The record does not say which of the ten fingers it holds.",
            "severity": "blocks",
        }
    ]


def test_a_record_with_nothing_but_a_warning_is_shown_and_good(muster: Muster, tmp_path: Path) -> None:
    path = tmp_path / "extended.iso"
    path.write_bytes(replace(FingerRecord.parse(RECORD), extended_data=b"note").encode())
    ran, people = muster("iso", "decode", path, "--json"), muster("iso", "decode", path)
    assert (ran.status, [each["severity"] for each in ran.document["findings"]]) == (0, ["warns"])
    assert "note: extended_data: " in people.out
    assert people.out.endswith("\nfit for a registration\n")


def test_all_the_pictures_of_a_record_are_shown(muster: Muster, tmp_path: Path) -> None:
    path, record = tmp_path / "several.iso", FingerRecord.parse(RECORD)
    path.write_bytes(replace(record, further=(replace(record, position=2),)).encode())
    ran, people = muster("iso", "decode", path, "--json"), muster("iso", "decode", path)
    assert ran.status == 1
    assert [each["position"] for each in ran.document["representations"]] == [1, 2]
    assert [each["code"] for each in ran.document["findings"]] == ["RECORD_REPRESENTATIONS_SEVERAL"]
    assert "\nrepresentations[0]\n" in people.out
    assert "\nrepresentations[1]\n" in people.out
    assert people.out.endswith("\nnot fit for a registration\n")


def test_a_good_record_is_shown(muster: Muster, good: Path) -> None:
    ran = muster("iso", "decode", good, "--json")
    document = ran.document
    assert (ran.status, ran.err) == (0, "")
    assert list(document) == ["format", "version", "length", "representations", "findings"]
    assert (document["format"], document["version"], document["length"]) == ("FIR", "020", len(RECORD))
    (representation,) = document["representations"]
    assert representation["position"] == 1
    assert set(representation["image"]) == {"codec", "width", "height", "bytes"}
    assert (representation["image"]["codec"], representation["image"]["width"]) == ("jp2", 44)
    assert document["findings"] == []


def test_people_read_lines(muster: Muster, good: Path, fingerless: Path) -> None:
    shown, faulty = muster("iso", "decode", good), muster("iso", "decode", fingerless)
    assert shown.out.startswith(f"Finger record FIR 020, {len(RECORD)} bytes\n")
    assert shown.out.endswith("fit for a registration\n")
    assert (
        "! position: The record does not say which of the ten fingers it holds. [FINGER_POSITION_WRONG]"
        in faulty.out
    )


def test_the_picture_is_written_to_a_new_file_and_said_so(muster: Muster, good: Path, tmp_path: Path) -> None:
    picture = tmp_path / "out.png"
    ran = muster("iso", "decode", good, "--image", picture)
    assert ran.status == 0
    assert f"picture written to {picture}" in ran.out
    with Image.open(picture) as image:
        assert (image.format, image.size) == ("PNG", (44, 60))


def test_a_picture_never_goes_over_a_file_that_is_there(muster: Muster, good: Path) -> None:
    ran = muster("iso", "decode", good, "--image", good, "--json")
    assert (ran.status, ran.error_code) == (2, "FILE_EXISTS")
    assert good.read_bytes() == RECORD
