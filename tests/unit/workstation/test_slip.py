"""What the acknowledgement slip says, in each of the person's languages."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.domain.lifecycle import Registration, Started
from muster.domain.registration import Process, RegistrationId
from muster.workstation.reference import LANGUAGES
from muster.workstation.slip import compose_slip
from unit.workstation.desks import desk_at

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_the_slip_says_who_what_and_when_in_each_language(sealed: tuple[Path, RegistrationId, str]) -> None:
    root, registration_id, _ = sealed
    with desk_at(root) as desk:
        slip = desk.enrollment.slip(registration_id)
        sealed_at = desk.sync.outbox()[0].sealed_at
    english, french = slip.sections
    assert english.rows == (
        ("Registration number", registration_id.text),
        ("Full name", "Erika Mustermann"),
        ("Date of birth", "1984/08/12"),
        ("Gender", "Female"),
        ("Captured", "Face, 9 fingers, 2 eyes"),
        ("Date", f"{sealed_at:%Y-%m-%d %H:%M} UTC"),
        ("Centre and machine", "10001 / 10001"),
    )
    assert dict(french.rows)["Sexe"] == "Féminin"
    assert (english.language, french.language) == ("eng", "fra")


def test_the_code_holds_the_registration_number_alone(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        assert desk.enrollment.slip(registration_id).qr_text == registration_id.text


def test_the_photograph_on_the_slip_is_the_one_that_was_kept(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        slip = desk.enrollment.slip(registration_id)
    with Image.open(io.BytesIO(slip.photo_png)) as photo:
        assert photo.format == "PNG"
        assert np.asarray(photo).shape[2] == 3


@pytest.mark.parametrize("language", [each.code for each in LANGUAGES])
def test_every_language_the_station_offers_has_its_words_on_the_slip(language: str) -> None:
    registration_id = RegistrationId("10001100010000120260301123000")
    state = Registration(registration_id, Started(AT, Process.NEW, (language,), "erika", 0.1))
    (section,) = compose_slip(state, (), None).sections
    assert section.title and section.footer
    assert all(label and text for label, text in section.rows)


def test_a_slip_without_a_face_has_no_photograph() -> None:
    registration_id = RegistrationId("10001100010000120260301123000")
    state = Registration(registration_id, Started(AT, Process.NEW, ("eng",), "erika", 0.1))
    assert compose_slip(state, (), None).photo_png == b""
