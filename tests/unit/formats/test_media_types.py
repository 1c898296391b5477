"""What files are, by their content."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from muster.formats.media_types import PDF, UNKNOWN, is_picture, media_type_of


def test_what_says_nothing_is_nothing() -> None:
    assert media_type_of(b"") == media_type_of(b"front.jpg") == UNKNOWN


def test_a_few_octets_of_a_beginning_are_none() -> None:
    assert media_type_of(b"\xff\xd8") == media_type_of(b"RIFF....WEB") == UNKNOWN


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("JPEG2000", "image/jp2"),
    ],
)
def test_pictures_are_told_apart(form: str, media_type: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(buffer, form)
    assert media_type_of(buffer.getvalue()) == media_type
    assert is_picture(media_type)


def test_a_pdf_is_one_behind_what_a_mail_server_put_before_it() -> None:
    assert media_type_of(b"%PDF-1.7\n") == media_type_of(b"\r\n" * 20 + b"%PDF-1.4\n") == PDF
    assert not is_picture(PDF)


def test_a_page_that_speaks_of_a_pdf_further_down_is_none() -> None:
    assert media_type_of(b"x" * 2000 + b"%PDF-1.7") == UNKNOWN
