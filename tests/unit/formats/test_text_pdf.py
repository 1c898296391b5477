from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from muster.formats.text_pdf import MOST_LINES, text_pdf


def test_another_reader_reads_what_was_written() -> None:
    (page,) = PdfReader(io.BytesIO(text_pdf("Title (1)", ["a\\b", "Köln (DE)"])), strict=True).pages
    assert page.extract_text().strip().split("\n") == ["Title (1)", "a\\b", "Köln (DE)"]


def test_a_page_holds_what_it_holds() -> None:
    text_pdf("", [""] * (MOST_LINES - 2))
    with pytest.raises(ValueError, match="lines"):
        text_pdf("", [""] * (MOST_LINES - 1))


def test_letters_the_font_has_not_are_refused() -> None:
    with pytest.raises(ValueError, match="letters"):
        text_pdf("العربية", [])
