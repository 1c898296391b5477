"""What pictures and PDFs of documents would fill in: the same reading as at the desk, without a station.

The command is a tool and prints everything, as ``muster analyse`` does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.prefill import PrefilledField, conflicts, fill
from muster.errors import BadInput
from muster.formats.picture_pdf import pictures_in
from muster.workstation.documents import pictures_of
from muster.workstation.enrollment import LANGUAGE_UNKNOWN
from muster.workstation.forms import build_form
from muster.workstation.inspection import read_file
from muster.workstation.page_reading import PageReading
from muster.workstation.policy import Policy
from muster.workstation.prefill_mapping import PrefillMapping
from muster.workstation.reference import LANGUAGES, ReferenceData


@dataclass(frozen=True, slots=True)
class ToldField:
    """``value`` by language for a text in several; ``fills`` says whether it is sure enough to be filled in and
    nothing surer says something else."""

    field: str
    value: str | dict[str, str]
    origin: str
    sureness: float
    file: str
    fills: bool


@dataclass(frozen=True, slots=True)
class ReadFile:
    """``seconds`` from the picture to the fields."""

    file: str
    kind: str | None
    number: str
    booking: str
    has_chip: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class PrefillReport:
    """``differing`` names the fields of which two of the files say different things."""

    files: tuple[ReadFile, ...]
    fields: tuple[ToldField, ...]
    differing: tuple[str, ...]


def prefill_from(
    paths: Sequence[Path], languages: tuple[str, ...], today: date, *, with_text: bool = True
) -> PrefillReport:
    """Raises ``BadInput`` (no picture, a language nobody knows), ``NotAuthentic``."""
    known = {each.code for each in LANGUAGES}
    for language in languages:
        if language not in known:
            raise BadInput(LANGUAGE_UNKNOWN, language=language)
    mapping, form = PrefillMapping.load(), build_form(ReferenceData.load())
    reading = PageReading(mapping.labels, with_text=with_text)
    files: list[ReadFile] = []
    said: list[PrefilledField] = []
    for path in paths:
        pages = pictures_of(read_file(path))
        begun = time.perf_counter()
        words = reading.read(pages, today)
        for source in words.sources:
            said += mapping.fields_of(source, form, languages, path.name)
        taken = round(time.perf_counter() - begun, 2)
        kind = words.kind.value if words.kind else None
        booking = words.booking.booking if words.booking else ""
        files.append(ReadFile(path.name, kind, words.number, booking, words.zone is not None, taken))
    values, filled = fill({}, said, {}, Policy().prefill_from)
    differing = dict.fromkeys(each.field for each in conflicts(values, said))
    told = tuple(_told(each, each in filled) for each in said)
    return PrefillReport(tuple(files), told, tuple(differing))


def _told(said: PrefilledField, fills: bool) -> ToldField:
    return ToldField(
        said.field, _plain(said.value), said.origin.value, round(said.sureness, 2), said.document, fills
    )


def _plain(value: DemographicValue) -> str | dict[str, str]:
    return dict(value.values) if isinstance(value, LocalizedText) else value


def _pictures(content: bytes) -> tuple[bytes, ...]:
    return pictures_in(content) if content.startswith(b"%PDF-") else (content,)
