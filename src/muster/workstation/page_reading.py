"""Reading what pages say about the person: the zone, the codes, and the printed text where there is neither.

A page that was read is remembered while its registration is at work, by the digest of its picture: a document of
several pages is read anew with each page, and reading text takes seconds. Nothing of it is written anywhere here.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from muster.analysis.api import Pixels
from muster.analysis.barcodes import read_barcodes
from muster.analysis.mrz_reading import MrzReader
from muster.analysis.printed_text import TextReader
from muster.domain.prefill import Origin
from muster.errors import Unavailable
from muster.formats.mrz import Mrz
from muster.workstation.prefill_words import DocumentKind, SourceWords, Word, of_barcodes, of_zone
from muster.workstation.printed_labels import Labels, of_printed

_REMEMBERED = 8
_SURE = 0.9  # under a check digit, or in a code
_PAGES_WITH_TEXT = 2  # what a form asks about the person stands on its first pages


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """All that the pages of one document say; ``zone`` is the one its chip is opened by."""

    sources: tuple[SourceWords, ...] = ()
    zone: Mrz | None = field(default=None, repr=False)

    @property
    def kind(self) -> DocumentKind | None:
        return next((each.kind for each in self.sources if each.kind), None)

    @property
    def number(self) -> str:
        """The one printed on it, as far as it is sure."""
        return next((each.number for each in self.sources if each.kind and each.number), "")

    def has_expired(self, today: date) -> bool:
        """By the date that some page of it says surely."""
        dates = (each.words.get(Word.EXPIRY_DATE) for each in self.sources)
        return any(each.confidence >= _SURE and each.text < today.isoformat() for each in dates if each)

    @property
    def booking(self) -> SourceWords | None:
        return next((each for each in self.sources if each.booking), None)


class PageReading:
    """``with_text`` off leaves printed text alone: on a slow machine it takes longer than typing."""

    def __init__(self, labels: Labels, *, with_text: bool = True) -> None:
        self._labels = labels
        self._with_text = with_text
        self._zones = MrzReader()
        self._text = TextReader()
        self._lock = Lock()
        self._seen: OrderedDict[bytes, DocumentWords] = OrderedDict()

    def read(self, pages: Sequence[Pixels], today: date, *, with_text: bool = True) -> DocumentWords:
        """About 0.2 s a page with a zone or a code, seconds where text has to be read. Raises ``NotAuthentic``
        for weights that are damaged; without them, codes are read all the same."""
        sources: list[SourceWords] = []
        zone: Mrz | None = None
        for page in pages:
            words = self._remembered(page, today)
            sources += words.sources
            zone = zone or words.zone
        if not sources and self._with_text and with_text:
            sources += self._printed(pages[:_PAGES_WITH_TEXT])
        return DocumentWords(_without_repetitions(sources), zone)

    def known(self, pages: Sequence[Pixels]) -> DocumentWords | None:
        """What zones and codes said of pages that were read before; None where one was not, or said nothing but
        its printed text, which is not remembered."""
        with self._lock:
            seen = [self._seen.get(_key(each)) for each in pages]
        words = [each for each in seen if each is not None]
        sources = [source for each in words for source in each.sources]
        if len(words) < len(seen) or not sources:
            return None
        return DocumentWords(_without_repetitions(sources), next((each.zone for each in words if each.zone), None))

    def codes_in(self, page: Pixels, today: date) -> DocumentWords:
        """Quick: zones and text are left alone."""
        return DocumentWords(of_barcodes(read_barcodes(page), today))

    def zone_of(self, pages: Sequence[Pixels], today: date) -> Mrz | None:
        """The zone by which the document's chip is opened. Raises as :meth:`read`."""
        return next((zone for each in pages if (zone := self._remembered(each, today).zone)), None)

    def forget(self) -> None:
        """Of the last registration nothing is needed for the next."""
        with self._lock:
            self._seen.clear()

    def _remembered(self, page: Pixels, today: date) -> DocumentWords:
        key = _key(page)
        with self._lock:
            if key in self._seen:
                return self._seen[key]
        words = self._page(page, today)
        with self._lock:
            self._seen[key] = words
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return words

    def _page(self, page: Pixels, today: date) -> DocumentWords:
        codes = of_barcodes(read_barcodes(page), today)
        if any(each.booking or each.kind is DocumentKind.DRIVING_LICENCE for each in codes):
            return DocumentWords(codes)  # such pages have no zone, and looking for one takes most of a second
        try:
            reading = self._zones.read(page)
        except Unavailable:
            reading = None
        if reading is None:
            return DocumentWords(codes)
        sure = reading.mrz.check_digits
        opens = all(sure.get(name) for name in ("number", "birth_date", "expiry_date"))
        opens = opens and not reading.mrz.document_code.startswith("V")  # visas have no chip
        return DocumentWords(
            (of_zone(reading.mrz, today, reading.sureness), *codes), reading.mrz if opens else None
        )

    def _printed(self, pages: Sequence[Pixels]) -> list[SourceWords]:
        try:
            found = [of_printed(self._text.read(page), self._labels) for page in pages]
        except Unavailable:
            return []
        return [each for each in found if each.words]


def _key(page: Pixels) -> bytes:
    return hashlib.sha256(page.tobytes()).digest()


def _without_repetitions(sources: Sequence[SourceWords]) -> tuple[SourceWords, ...]:
    """A card's back may repeat the zone of another page: the surest zone counts, codes each by themselves."""
    kept: list[SourceWords] = []
    for each in sources:
        twin = next((at for at, other in enumerate(kept) if _is_twin(each, other)), None)
        if twin is None:
            kept.append(each)
        elif _sureness(each) > _sureness(kept[twin]):
            kept[twin] = each
    return tuple(kept)


def _is_twin(one: SourceWords, other: SourceWords) -> bool:
    return one.origin is other.origin is Origin.PASSPORT_ZONE


def _sureness(words: SourceWords) -> float:
    return sum(told.confidence for told in words.words.values())
