"""From a picture of a document to the fields of the form, beside what reads its letters alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from muster.analysis.api import Pixels
from muster.analysis.mrz_reading import MrzReader
from muster.analysis.printed_text import TextReader
from muster.bench.areas.analysis import passport_page
from muster.bench.measuring import Clock, Rounds, Row
from muster.domain.prefill import fill
from muster.workstation.forms import build_form
from muster.workstation.page_reading import PageReading
from muster.workstation.policy import Policy
from muster.workstation.prefill_mapping import PrefillMapping
from muster.workstation.reference import ReferenceData

_TODAY = date(2026, 3, 1)
_LANGUAGES = ("eng", "fra")
_PRINTED = {
    "Surname": "Mustermann",
    "Given names": "Erika",
    "Date of birth": "24/08/1964",
    "Address": "12 Specimen Street",
    "Postal code": "10010",
    "Phone": "0123456789",
}


def rows(rounds: Rounds) -> Iterator[Row]:
    mapping, form = PrefillMapping.load(), build_form(ReferenceData.load())
    reading, zones, text = PageReading(mapping.labels), MrzReader(), TextReader()
    passport, letter = passport_page(), printed_page()

    def filled(page: Pixels) -> None:
        reading.forget()
        sources = reading.read((page,), _TODAY).sources
        said = [each for source in sources for each in mapping.fields_of(source, form, _LANGUAGES)]
        values, _ = fill({}, said, {}, Policy().prefill_from)
        assert "dateOfBirth" in values

    filled(letter)  # the networks are loaded
    yield rounds.compare(
        "a passport's page to fields",
        partial(filled, passport),
        "its zone",
        partial(zones.read, passport),
        repeat=5,
    )
    yield rounds.compare(
        "a printed form to fields",
        partial(filled, letter),
        "its text",
        partial(text.read, letter),
        repeat=2,
        clock=Clock.WALL,
    )


def printed_page() -> Pixels:
    """A sheet of A5 at 150 dpi."""
    page = Image.new("RGB", (875, 1240), "white")
    draw, letters = ImageDraw.Draw(page), ImageFont.load_default(26)
    for row, (name, value) in enumerate(_PRINTED.items()):
        draw.text((80, 120 + 90 * row), name, "black", letters)
        draw.text((380, 120 + 90 * row), value, "black", letters)
    return np.asarray(page)
