"""The acknowledgement slip as a value: what it says, in each of the person's languages.

How it looks on paper is the window's business (``ui.slip_pdf``): only Qt shapes Arabic and Devanagari. It has two
codes: the registration number alone, as MOSIP's has, so that its scanners read it, and signed claims, which
anybody verifies without a network (``workstation.slip_codes``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image

from muster.devices.frames import Pixels
from muster.domain.applicant import LocalizedText
from muster.domain.lifecycle import BlobRef, Registration
from muster.formats.image_codec import encode_png
from muster.workstation.dates_for_people import date_in_words, day_in, has_month_names, moment_in_words
from muster.workstation.forms import FormField
from muster.workstation.words_for_people import slip_words

PORTRAIT_PX = 480  # 300 dpi at the four centimetres it has on paper
_SHOWN_FIELDS = ("fullName", "dateOfBirth", "gender", "introducerName")


class Paper(Enum):
    """What a slip is printed on; the values are kept as the station's choice. A roll is as wide as it says, in
    millimetres, and as long as it takes."""

    A5 = "a5"
    A4 = "a4"
    ROLL_80 = "roll80"
    ROLL_58 = "roll58"

    @property
    def is_roll(self) -> bool:
        return self in (Paper.ROLL_80, Paper.ROLL_58)


@dataclass(frozen=True, slots=True)
class SlipSection:
    """The slip in one language (ISO 639-2). ``steps`` say what happens next, under ``next``; ``number`` and
    ``check`` stand at the two codes; ``training`` is empty but on slips of no effect."""

    language: str
    title: str
    rows: tuple[tuple[str, str], ...]
    footer: str
    next: str = ""
    steps: tuple[str, ...] = ()
    number: str = ""
    check: str = ""
    signature: str = ""
    training: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """``photo_png`` and ``signature_png`` may be empty; ``qr_text`` is the number for scanners, ``signed_text``
    the signed claims, empty where there are none."""

    registration_id: str
    created_at: datetime
    station: str
    photo_png: bytes
    qr_text: str
    sections: tuple[SlipSection, ...]
    signed_text: str = ""
    signature_png: bytes = b""


def as_portrait(photo: Pixels) -> Pixels:
    """As fine as paper shows it; the whole picture would take a quarter of a second, and somebody waits."""
    image = Image.fromarray(photo)
    image.thumbnail((PORTRAIT_PX, PORTRAIT_PX))
    return np.asarray(image)


def compose_slip(
    state: Registration,
    form: Iterable[FormField],
    photo: Pixels | None,
    *,
    signed_text: str = "",
    valid_until: datetime | None = None,
    signature: Pixels | None = None,
    training: bool = False,
) -> Slip:
    """The slip for a registration, of the time when the officer signed it. ``photo`` is as
    ``as_portrait`` makes it, if there is one."""
    fields = {field.id: field for field in form}
    at = issued_at(state)
    return Slip(
        registration_id=state.filed_under.text,
        created_at=at,
        station=f"{state.id.center} / {state.id.machine}",
        photo_png=b"" if photo is None else encode_png(photo, quickly=True),
        qr_text=state.filed_under.text,
        sections=tuple(
            _section(language, state, fields, at, valid_until, training=training)
            for language in state.started.languages
        ),
        signed_text=signed_text,
        signature_png=b"" if signature is None else encode_png(signature),
    )


class PortraitHeld:
    """The one portrait that is shown, on one lane, before it is printed, on another. Nothing of it stays when it
    was taken or dropped, even where it is still being read then."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: BlobRef | None = None
        self._pixels: Pixels | None = None

    def get(self, of: BlobRef, read: Callable[[], Pixels]) -> Pixels:
        """What is held, or what is held from now on."""
        with self._lock:
            if self._of == of and self._pixels is not None:
                return self._pixels
            self._of, self._pixels = of, None
        pixels = read()
        with self._lock:
            if self._of == of:
                self._pixels = pixels
        return pixels

    def take(self, of: BlobRef, read: Callable[[], Pixels]) -> Pixels:
        """What is held, and no more then; another's stays."""
        with self._lock:
            pixels = self._pixels if self._of == of else None
            if self._of == of:
                self._of, self._pixels = None, None
        return read() if pixels is None else pixels

    def drop(self) -> None:
        with self._lock:
            self._of, self._pixels = None, None


def issued_at(state: Registration) -> datetime:
    """The same however often a slip is printed."""
    return state.signed.at if state.signed else state.started.at


def _section(
    language: str,
    state: Registration,
    fields: Mapping[str, FormField],
    at: datetime,
    valid_until: datetime | None,
    *,
    training: bool,
) -> SlipSection:
    words: Mapping[str, Any] = slip_words(language, state.started.process.value)
    rows = [(words["number"], state.filed_under.text)]
    for name in _SHOWN_FIELDS:
        value = state.demographics.get(name)
        if value and name in fields:
            text = value.in_language(language) if isinstance(value, LocalizedText) else value
            day = day_in(fields[name], value) if has_month_names(language) else None
            rows.append((fields[name].labels.get(language, name), date_in_words(day, language) if day else text))
    groups = [attribute.modality.value for attribute in state.samples]
    fingers, irises = groups.count("finger"), groups.count("iris")
    captured = words["biometrics"].format(fingers=fingers, irises=irises) if fingers or irises else words["face"]
    rows += [
        (words["captured"], captured),
        (words["date"], moment_in_words(at, language)),
        (words["station"], f"{state.id.center} / {state.id.machine}"),
    ]
    if valid_until is not None:
        rows.append((words["valid"], date_in_words(valid_until.date(), language)))
    return SlipSection(
        language,
        words["title"],
        tuple(rows),
        words["footer"],
        next=words["next"],
        steps=tuple(words["steps"]),
        number=words["read"],
        check=words["check"],
        signature=words["signature"],
        training=words["training"] if training else "",
    )
