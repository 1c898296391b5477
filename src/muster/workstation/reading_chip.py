"""Reading the chip of a passport or identity card: who it says the person is, their portrait, and what that is
worth.

What a page or a proofing method takes from here: ``fields`` to fill in a form by, each with the file it came from;
``picture()`` to compare with the live face; ``authenticity`` and ``findings`` to decide by. Nothing is kept here:
who uses it for a registration says so in that registration's events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import NoReturn

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.pictures import read_picture
from muster.clock import Clock
from muster.crypto.passive_authentication import CountryAuthorities
from muster.devices.api import ChipReader, DeviceContext, DeviceDescriptor, DeviceKind
from muster.devices.catalogue import Catalogue
from muster.devices.chip_access import CHIP_KEY_MALFORMED, ChipKey
from muster.devices.chip_judging import authenticity, judge
from muster.devices.chip_reading import ChipContents, OnFile, read_chip
from muster.domain.assessment import Finding, Severity
from muster.domain.chips import ChipAccess, ChipAuthenticity, ChipProof
from muster.errors import BadInput, Code, MalformedData
from muster.formats import mrz
from muster.formats.image_codec import decode
from muster.formats.lds import File, document_details, machine_readable_zone, person_details, portrait
from muster.workstation.analysing_face import FaceMatchReport, match_pictures
from muster.workstation.inspection import read_file

__all__ = ["ChipKey", "ChipReading", "ReadingChip", "authorities_in", "key_in", "match_portrait", "picture_in"]

CHIP_FILE_UNREADABLE = Code("CHIP_FILE_UNREADABLE", "A file on the chip ({file}) cannot be read.")
CHIP_ZONE_WRONG = Code(
    "CHIP_ZONE_WRONG", "The check digits of the lines on the chip are wrong. No issuer writes such lines."
)
CHIP_ZONE_DIFFERS = Code(
    "CHIP_ZONE_DIFFERS",
    "The lines on the chip are not those that opened it: number, birth or expiry differ from the printed page.",
)
CHIP_PORTRAIT_ABSENT = Code(
    "CHIP_PORTRAIT_ABSENT",
    "The chip holds no portrait that can be shown. Compare with the printed one.",
)
CHIP_DOCUMENT_EXPIRED = Code("CHIP_DOCUMENT_EXPIRED", "By its chip the document has expired.")

_AUTHORITY_FILES = (".pem", ".crt", ".cer", ".der", ".ml", ".crl")
_ZONE_FIELDS = (
    "document_code", "issuing_state", "number", "surname", "given_names", "nationality", "sex", "optional",
    "optional_2",
)  # fmt: skip
_ASK_FOR_CHIP_S = 30.0


@dataclass(frozen=True, slots=True)
class ChipField:
    """``source`` is the file on the chip: DG1 is what is printed, DG11 and DG12 are more."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True)
class ChipReading:
    """``portrait`` is the picture as it lies on the chip, JPEG or JPEG 2000; empty where there is none.
    ``country`` is that of whoever signed, two letters, and means nothing unless somebody vouches for them."""

    access: ChipAccess
    authenticity: ChipAuthenticity
    active: ChipProof
    chip: ChipProof
    country: str
    fields: Mapping[str, ChipField]
    lines: tuple[str, ...] = field(repr=False)
    portrait: bytes = field(repr=False)
    findings: tuple[Finding, ...]

    def picture(self) -> Pixels | None:
        """The portrait, (h, w, 3) RGB; None where there is none that can be decoded."""
        return picture_in(self.portrait)


def picture_in(portrait_: bytes) -> Pixels | None:
    """A portrait as it lies on a chip, (h, w, 3) RGB; None where it cannot be decoded."""
    try:
        pixels = decode(portrait_)
    except MalformedData:
        return None
    return np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels


class ReadingChip:
    def __init__(
        self, catalogue: Catalogue, context: DeviceContext, authorities: Callable[[], CountryAuthorities]
    ) -> None:
        self._catalogue = catalogue
        self._context = context
        self._authorities = authorities

    @classmethod
    @contextmanager
    def of_this_installation(cls, clock: Clock, authorities: Iterable[Path]) -> Iterator[ReadingChip]:
        """Needs no station and nobody signed in. Waits until every driver has looked."""
        believed = authorities_in(authorities)
        catalogue = Catalogue()
        try:
            catalogue.settle()
            yield cls(catalogue, DeviceContext(clock, _NobodySigns()), lambda: believed)
        finally:
            catalogue.close()

    def is_ready(self) -> bool:
        return bool(self._catalogue.find(DeviceKind.CHIP_READER))

    def read(
        self,
        key: ChipKey,
        cancel: Event,
        *,
        reader_id: str | None = None,
        timeout_s: float = _ASK_FOR_CHIP_S,
        on_file: OnFile = lambda label, number, of: None,
    ) -> ChipReading:
        """Wait for a document on the reader and read it. Raises as ``devices.chip_reading.read_chip``."""
        now = self._context.clock()
        with self._catalogue.open(self._reader(reader_id), self._context) as reader:
            assert isinstance(reader, ChipReader)
            contents = read_chip(
                reader, key, self._authorities(), now, cancel, timeout_s=timeout_s, on_file=on_file
            )
        return reading_of(contents, key, now.date())

    def _reader(self, reader_id: str | None) -> DeviceKind | DeviceDescriptor:
        found = (each for each in self._catalogue.find(DeviceKind.CHIP_READER) if each.id == reader_id)
        return next(found, DeviceKind.CHIP_READER)


def reading_of(contents: ChipContents, key: ChipKey, today: date) -> ChipReading:
    """What ``contents`` say, and what is found about them."""
    parts = _Parts(contents, key, today)
    findings = (*judge(contents), *parts.findings())
    is_false = any(each.severity is Severity.BLOCKS for each in findings)
    return ChipReading(
        contents.access,
        ChipAuthenticity.FALSE if is_false else authenticity(contents),
        contents.active,
        contents.chip,
        contents.signed.country,
        MappingProxyType(parts.fields),
        parts.zone.lines if parts.zone else (),
        parts.portrait,
        findings,
    )


def match_portrait(reading: ChipReading, live: Path) -> FaceMatchReport:
    """Whether the live face is that of the chip's portrait. Raises ``BadInput``: no portrait, no picture, not one
    face in either; ``Unavailable``, ``NotAuthentic``."""
    portrait_ = reading.picture()
    if portrait_ is None:
        raise BadInput(CHIP_PORTRAIT_ABSENT)
    return match_pictures(portrait_, read_picture(read_file(live)))


def key_in(text: str) -> ChipKey:
    """The machine-readable lines of a document, or the six digits on its front. Raises ``BadInput``."""
    lines = text.upper().split()
    if len(lines) == 1:
        return ChipKey.of_access_number(lines[0])
    try:
        zone = mrz.parse(lines)
    except MalformedData as error:
        raise BadInput(CHIP_KEY_MALFORMED) from error
    if not all(zone.check_digits.get(name) for name in ("number", "birth_date", "expiry_date")):
        raise BadInput(CHIP_KEY_MALFORMED)
    return ChipKey.of_zone(zone)


def authorities_in(paths: Iterable[Path]) -> CountryAuthorities:
    """Certificates, master lists and revocation lists in files, and in the files of folders. Raises
    ``BadInput``."""
    files = [file for path in paths for file in _files(path)]
    return CountryAuthorities(
        [read_file(each) for each in files if each.suffix.lower() != ".crl"],
        [read_file(each) for each in files if each.suffix.lower() == ".crl"],
    )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(each for each in path.iterdir() if each.suffix.lower() in _AUTHORITY_FILES)


class _Parts:
    """The files of a chip as far as they can be read."""

    def __init__(self, contents: ChipContents, key: ChipKey, today: date) -> None:
        self._contents = contents
        self._key = key
        self._today = today
        self._unreadable: list[File] = []
        self.zone: mrz.Mrz | None = None
        self.portrait = b""
        self.fields: dict[str, ChipField] = {}
        for file, read in (
            (File.DG1, self._take_zone),
            (File.DG2, self._take_portrait),
            (File.DG11, self._take_person),
            (File.DG12, self._take_document),
        ):
            if file in contents.files:
                try:
                    read(contents.files[file])
                except MalformedData:
                    self._unreadable.append(file)

    def _take_zone(self, content: bytes) -> None:
        zone = self.zone = machine_readable_zone(content)
        texts = {name: str(getattr(zone, name)) for name in _ZONE_FIELDS}
        dates = {"birth_date": zone.birth(self._today), "expiry_date": zone.expiry(self._today)}
        texts |= {name: day.isoformat() for name, day in dates.items() if day}
        self._put(File.DG1, texts)

    def _take_portrait(self, content: bytes) -> None:
        self.portrait = portrait(content).image

    def _take_person(self, content: bytes) -> None:
        details = person_details(content)
        surname, given_names = details.names
        texts = dict(details.texts)
        if "birth_date" in texts:  # with its century, which the printed lines have not
            texts["full_birth_date"] = _day(texts.pop("birth_date"))
        self._put(File.DG11, texts | {"full_surname": surname, "full_given_names": given_names})

    def _take_document(self, content: bytes) -> None:
        texts = document_details(content).texts
        self._put(File.DG12, {name: _day(text) if name == "issue_date" else text for name, text in texts.items()})

    def _put(self, file: File, texts: Mapping[str, str]) -> None:
        self.fields |= {name: ChipField(text, file.label) for name, text in texts.items() if text}

    def findings(self) -> Iterator[Finding]:
        for file in self._unreadable:
            severity = Severity.BLOCKS if file is File.DG1 else Severity.WARNS
            yield Finding(CHIP_FILE_UNREADABLE, severity, file.label, {"file": file.label})
        if self.zone is None:
            return
        if not self.zone.is_valid:
            yield Finding(CHIP_ZONE_WRONG, field=File.DG1.label)
        if self._key.zone and ChipKey.of_zone(self.zone) != self._key:
            yield Finding(CHIP_ZONE_DIFFERS, field=File.DG1.label)
        expiry = self.zone.expiry(self._today)
        if expiry is not None and expiry < self._today:
            yield Finding(CHIP_DOCUMENT_EXPIRED, Severity.WARNS, File.DG1.label)


def _day(text: str) -> str:
    """YYYYMMDD as other dates are written; anything else as it is, since parts of a date may be unknown."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text


class _NobodySigns:
    """A reader of chips hands out nothing that has to be signed. Stands in for ``devices.api.Signer``."""

    def attest(self, **sample: object) -> NoReturn:
        raise NotImplementedError
