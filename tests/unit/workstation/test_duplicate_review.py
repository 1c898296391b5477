"""What a supervisor sees of a possible double registration, and nobody else does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.domain.duplicates import Whose
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused, Unavailable
from muster.workstation.duplicate_review import DuplicateReport, Likeness, Resembling
from unit.workstation.desks import audited
from unit.workstation.test_duplicates import (
    SHOWN,
    Remembered,
    _remembered,
    face_of_another,
    officer,
    portrait,
    remembered,
    supervisor,
)

__all__ = ["_remembered", "face_of_another", "remembered"]  # fixtures


@pytest.fixture
def twice(remembered: Remembered) -> tuple[Path, RegistrationId, RegistrationId]:
    """A draft whose face was found to be that of a sealed registration."""
    root, sealed, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, portrait(desk, sealed))
    return root, sealed, draft


def test_an_officer_sees_nothing(remembered: Remembered) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        with pytest.raises(Refused):
            desk.duplicate_review.all()
        with pytest.raises(Refused):
            desk.duplicate_review.one(draft)


def test_a_registration_nobody_searched_for_says_so(remembered: Remembered) -> None:
    root, _, draft = remembered
    with supervisor(root) as desk, pytest.raises(BadInput) as refused:
        desk.duplicate_review.one(draft)
    assert refused.value.code.name == "DUPLICATES_NOT_SOUGHT"


def test_who_was_compared_is_told_with_a_band_and_each_look_is_in_the_trail(twice: Remembered) -> None:
    root, sealed, draft = twice
    with supervisor(root) as desk:
        (report,) = desk.duplicate_review.all()
        assert desk.duplicate_review.one(draft) == report
        assert audited(desk, draft).count(SHOWN) == 2
    assert (report.registration_id, report.compared, report.damaged, report.reason) == (draft.text, 1, 0, None)
    assert report.candidates == (Resembling(Whose.REGISTRATION, sealed.text, Likeness.STRONG),)


def test_a_search_that_found_nobody_is_not_listed_and_can_be_shown(
    remembered: Remembered, face_of_another: np.ndarray
) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, face_of_another)
    with supervisor(root) as desk:
        assert desk.duplicate_review.all() == ()
        assert desk.duplicate_review.one(draft).candidates == ()


def test_a_picture_nobody_could_be_searched_for_by_is_listed_with_the_reason(remembered: Remembered) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, np.full((200, 200, 3), 255, np.uint8))
    with supervisor(root) as desk:
        (report,) = desk.duplicate_review.all()
    assert (report.reason, report.candidates) == ("FACE_ABSENT", ())


def test_faces_that_are_still_here_are_written_and_others_are_not(twice: Remembered, tmp_path: Path) -> None:
    root, sealed, draft = twice
    with supervisor(root) as desk:
        report = desk.duplicate_review.one(draft, tmp_path / "faces")
        shown = portrait(desk, sealed)
    (candidate,) = report.candidates
    assert report.face is None  # the draft has no face of its own
    assert candidate.face == tmp_path / "faces" / f"{sealed.text}.png"
    assert np.array_equal(np.asarray(Image.open(candidate.face)), shown)


def test_a_face_whose_content_was_destroyed_is_not_there_and_no_error(twice: Remembered, tmp_path: Path) -> None:
    root, _, draft = twice
    for each in (root / "blobs").rglob("*"):
        if each.is_file():
            each.unlink()
    with supervisor(root) as desk:
        report: DuplicateReport = desk.duplicate_review.one(draft, tmp_path / "faces")
    assert [each.face for each in report.candidates] == [None]


def test_a_folder_that_cannot_be_written_is_told(twice: Remembered, tmp_path: Path) -> None:
    (tmp_path / "faces").write_bytes(b"")
    with supervisor(twice[0]) as desk, pytest.raises(Unavailable) as caught:
        desk.duplicate_review.one(twice[2], tmp_path / "faces")
    assert caught.value.code.name == "FACES_UNWRITABLE"
