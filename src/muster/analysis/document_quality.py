"""Whether a page of a document can be read, and whether it looks like the document itself: measures and findings.

Findings warn and never block: the officer scans again or goes on. They say how to take a better picture and
nothing of what was suspected; signs of a copy or a screen are measures only, for the decision
(``document_decision``) and for who may see it.

Thresholds and where they are from stand in ``models/calibration.toml``. The resolution is told by a
machine-readable zone (its letters stand at ten to the inch) where one was read, else by the size of card or book
the page has the proportions of; that of a page which fills the picture is then at most what is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from muster.analysis import document_measures as measured
from muster.analysis.api import Pixels
from muster.analysis.calibration import Calibration, calibration
from muster.analysis.document_measures import FlatPage
from muster.analysis.document_page import DocumentSize, Page, find_page
from muster.analysis.pictures import as_rgb
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, Severity
from muster.errors import Code

COVERAGE = "document coverage"
KEYSTONE = "document keystone"
CORNER = "document corners"
RESOLUTION = "document resolution"
SHARPNESS = "document sharpness"
GLARE = "document glare"
LIGHT = "document light"
COVERED = "document covered"
COLOUR = "document colour"
MOIRE = "document moire"
MEASURES = (COVERAGE, KEYSTONE, CORNER, RESOLUTION, SHARPNESS, GLARE, LIGHT, COVERED, COLOUR, MOIRE)

PAGE_BLANK = Code("PAGE_BLANK", "Nothing can be seen on this page. Look whether it lies the right way round.")
DOCUMENT_CUT_OFF = Code("DOCUMENT_CUT_OFF", "The document is cut off at the edge of the picture. Take all of it.")
DOCUMENT_CORNER_MISSING = Code(
    "DOCUMENT_CORNER_MISSING",
    "A corner of the document is folded or covered. Lay it flat and take your hand away.",
)
DOCUMENT_COVERED = Code("DOCUMENT_COVERED", "Something covers the document. Take your hand away from it.")
DOCUMENT_TOO_COARSE = Code(
    "DOCUMENT_TOO_COARSE", "The picture is too coarse. Go nearer, or scan at a higher resolution."
)
DOCUMENT_BLURRED = Code("DOCUMENT_BLURRED", "The page is not sharp. Hold the camera still, or scan it again.")
DOCUMENT_GLARE = Code("DOCUMENT_GLARE", "Light is reflected on the page. Turn the page or the lamp a little.")
DOCUMENT_TOO_DARK = Code("DOCUMENT_TOO_DARK", "The page is too dark. Take it in better light.")
DOCUMENT_ASKEW = Code("DOCUMENT_ASKEW", "The page was taken from the side. Hold the camera straight above it.")
DOCUMENT_TOO_FAR = Code("DOCUMENT_TOO_FAR", "The document is small in the picture. Go nearer to it.")

DOCUMENT_BORDER_UNSEEN = Code("DOCUMENT_BORDER_UNSEEN", "The picture does not show what is around the page.")
DOCUMENT_SIZE_UNKNOWN = Code("DOCUMENT_SIZE_UNKNOWN", "How large the page is in truth is not known.")
DOCUMENT_PRINT_ABSENT = Code("DOCUMENT_PRINT_ABSENT", "There is too little print on the page to judge this.")
DOCUMENT_PAPER_WHITE = Code("DOCUMENT_PAPER_WHITE", "On paper this bright glare cannot be told from the paper.")
DOCUMENT_PICTURE_GREY = Code("DOCUMENT_PICTURE_GREY", "The picture was taken without colours.")
DOCUMENT_NOT_SHARP_ENOUGH = Code("DOCUMENT_NOT_SHARP_ENOUGH", "The page is not sharp enough to judge this.")

_MM_PER_INCH = 25.4
_SMALLEST_SIDE = 32
_TILES_AT_LEAST = 3


@dataclass(frozen=True, slots=True, eq=False)
class DocumentReading:
    """``page`` is where the document lies; None when there is too little picture to look for one."""

    page: Page | None
    assessment: Assessment


class DocumentQuality:
    """Classical measures, no network; some 0.3 s for a page as fine as a scan of A4."""

    name = "document quality"

    def __init__(self, models: Path | None = None) -> None:
        self._models = models

    def assess(self, subject: Pixels) -> Assessment:
        return self.look(subject).assessment

    def look(self, pixels: Pixels, letters_dpi: float | None = None) -> DocumentReading:
        """``pixels`` as (h, w, 3) RGB or (h, w) grey; ``letters_dpi`` as a machine-readable zone told it."""
        pixels = as_rgb(pixels)
        if min(pixels.shape[:2]) < _SMALLEST_SIDE:
            nothing = tuple(NotAssessed(name, DOCUMENT_TOO_COARSE) for name in MEASURES)
            return DocumentReading(None, Assessment(nothing, (_warning(DOCUMENT_TOO_COARSE),)))
        page = find_page(pixels)
        measures = tuple(self._measures(pixels, page, letters_dpi))
        return DocumentReading(page, Assessment(measures, tuple(self._findings(measures, page))))

    def scale(self, name: str) -> Calibration:
        return calibration(name, self._models)

    def _measures(self, pixels: Pixels, page: Page, dpi: float | None) -> Iterator[Score | NotAssessed]:
        flat = FlatPage.of(pixels, page)
        blurs = measured.blur_of_tiles(flat)
        is_coarse = max(flat.grey.shape) < self.scale(SHARPNESS).thresholds["least_side"]
        if is_coarse:
            sharp = self._judged(SHARPNESS, None, DOCUMENT_TOO_COARSE)
        else:
            blur = float(np.percentile(blurs, 80)) if len(blurs) >= _TILES_AT_LEAST else None
            sharp = self._judged(SHARPNESS, blur, DOCUMENT_PRINT_ABSENT)
        yield self._judged(COVERAGE, None if page.is_whole else page.coverage, DOCUMENT_BORDER_UNSEEN)
        yield self._judged(KEYSTONE, None if page.is_whole else page.keystone, DOCUMENT_BORDER_UNSEEN)
        yield self._judged(CORNER, page.missing_corner, DOCUMENT_BORDER_UNSEEN)
        yield self._judged(RESOLUTION, dpi or _dpi(page), DOCUMENT_SIZE_UNKNOWN)
        yield sharp
        yield self._judged(GLARE, measured.glare_share(flat), DOCUMENT_PAPER_WHITE)
        yield self._judged(LIGHT, measured.brightness(flat), DOCUMENT_PRINT_ABSENT)
        yield self._judged(COVERED, measured.covered_share(pixels, page), DOCUMENT_BORDER_UNSEEN)
        colour = measured.colourfulness(flat)
        is_grey = colour < self.scale(COLOUR).thresholds["grey"]
        yield self._judged(COLOUR, None if is_grey else colour, DOCUMENT_PICTURE_GREY)
        yield self._moire(pixels, page, sharp)

    def _moire(self, pixels: Pixels, page: Page, sharp: Score | NotAssessed) -> Score | NotAssessed:
        """Peaks of a spectrum stand out of a blurred picture too, where nothing else is left: judged in sharp
        ones."""
        if isinstance(sharp, NotAssessed) or sharp.raw > self.scale(MOIRE).thresholds["sharp"]:
            return NotAssessed(MOIRE, DOCUMENT_NOT_SHARP_ENOUGH)
        return self._judged(MOIRE, measured.moire(pixels, page), DOCUMENT_TOO_COARSE)

    def _judged(self, name: str, raw: float | None, reason: Code) -> Score | NotAssessed:
        return NotAssessed(name, reason) if raw is None else self.scale(name).score(round(raw, 4))

    def _findings(self, measures: tuple[Score | NotAssessed, ...], page: Page) -> Iterator[Finding]:
        """The most useful first; what follows from another is not said as well."""
        raw = {each.measure: each.raw for each in measures if isinstance(each, Score)}
        if SHARPNESS not in raw and _reason(measures, SHARPNESS) is DOCUMENT_PRINT_ABSENT:
            dark = raw[LIGHT] < self._limit(LIGHT, "dark")
            yield _warning(DOCUMENT_TOO_DARK if dark else PAGE_BLANK)
            return
        if page.cut_off:
            yield _warning(DOCUMENT_CUT_OFF)
        elif raw.get(CORNER, 0) > self._limit(CORNER, "missing"):
            yield _warning(DOCUMENT_CORNER_MISSING)
        elif raw.get(COVERED, 0) > self._limit(COVERED, "covered"):
            yield _warning(DOCUMENT_COVERED)
        coarse = raw.get(RESOLUTION, np.inf) < self._limit(RESOLUTION, "coarse")
        if coarse or SHARPNESS not in raw:
            small = raw.get(COVERAGE, 1) < self._limit(COVERAGE, "small")
            yield _warning(DOCUMENT_TOO_FAR if small else DOCUMENT_TOO_COARSE)
        elif raw[SHARPNESS] > self._limit(SHARPNESS, "blurred"):
            yield _warning(DOCUMENT_BLURRED)
        if raw.get(GLARE, 0) > self._limit(GLARE, "glare"):
            yield _warning(DOCUMENT_GLARE)
        if raw[LIGHT] < self._limit(LIGHT, "dark"):
            yield _warning(DOCUMENT_TOO_DARK)
        if raw.get(KEYSTONE, 0) > self._limit(KEYSTONE, "askew"):
            yield _warning(DOCUMENT_ASKEW)

    def _limit(self, name: str, limit: str) -> float:
        return self.scale(name).thresholds[limit]


def _dpi(page: Page) -> float | None:
    """Of a page with the proportions of a card or a book."""
    size: DocumentSize | None = page.likely_size()
    return None if size is None else max(page.width, page.height) / size.width_mm * _MM_PER_INCH


def _reason(measures: tuple[Score | NotAssessed, ...], name: str) -> Code | None:
    return next((each.reason for each in measures if isinstance(each, NotAssessed) and each.measure == name), None)


def _warning(code: Code) -> Finding:
    return Finding(code, Severity.WARNS)
