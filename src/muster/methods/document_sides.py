"""The sides of a document as they were judged, kept from one form to the next without their pictures.

What is remembered are measures, the lines that were read and the portrait's template: enough to decide by, hours
later and in a program that was started anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from muster.analysis.api import Pixels
from muster.analysis.barcodes import Barcode, read_barcodes
from muster.analysis.document_decision import SideEvidence
from muster.analysis.document_portrait import PortraitFinder
from muster.analysis.document_quality import DocumentQuality
from muster.analysis.face_recognition import FaceTemplate, Recogniser
from muster.analysis.mrz_reading import MrzReader, MrzReading, best_of
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, Severity
from muster.errors import Code
from muster.formats.mrz import Mrz, parse

FRONT, BACK = "front", "back"


@dataclass(frozen=True, slots=True)
class Sides:
    """``portrait`` is the one on the front, sealed; empty where none was found."""

    evidence: Mapping[str, SideEvidence] = field(repr=False)
    portrait: str = field(default="", repr=False)

    @property
    def zone(self) -> Mrz | None:
        """The best that was read."""
        best = best_of(each.mrz for each in self.evidence.values() if each.mrz is not None)
        return None if best is None else best.mrz

    def written(self) -> str:
        sides = {name: _written(side) for name, side in self.evidence.items()}
        return json.dumps({"sides": sides, "portrait": self.portrait})

    @classmethod
    def read(cls, text: str) -> Sides:
        """What :meth:`written` wrote."""
        told = json.loads(text)
        return cls({name: _read(side) for name, side in told["sides"].items()}, told["portrait"])


class SideJudge:
    """The analysers, each loaded at its first use."""

    def judge(self, pixels: Pixels, recogniser: Recogniser) -> tuple[SideEvidence, FaceTemplate | None]:
        """One side, and the portrait on it. Raises ``Unavailable``, ``NotAuthentic``."""
        zone = self._zones.read(pixels)
        reading = self._quality.look(pixels, None if zone is None else zone.resolution_dpi)
        portrait = None if reading.page is None else self._portraits.find(pixels, reading.page, zone)
        template = None if portrait is None else self._portraits.template(portrait, recogniser)
        faces = 0 if portrait is None else 1
        return SideEvidence(reading.assessment, zone, read_barcodes(pixels), faces), template

    @cached_property
    def _zones(self) -> MrzReader:
        return MrzReader()

    @cached_property
    def _quality(self) -> DocumentQuality:
        return DocumentQuality()

    @cached_property
    def _portraits(self) -> PortraitFinder:
        return PortraitFinder()


def _written(side: SideEvidence) -> dict[str, Any]:
    measures = [
        [each.measure, each.reason.name] if isinstance(each, NotAssessed) else [each.measure, each.raw, each.value]
        for each in side.quality.measures
    ]
    zone = side.mrz
    return {
        "measures": measures,
        "findings": [[each.code.name, each.severity.value] for each in side.quality.findings],
        "zone": None if zone is None else {"lines": zone.mrz.lines, "read": zone.lines, "sure": zone.sureness},
        "barcodes": [[each.format, each.text] for each in side.barcodes],
        "faces": side.faces,
    }


def _read(told: Mapping[str, Any]) -> SideEvidence:
    findings = tuple(Finding(_code(name), Severity(weight)) for name, weight in told["findings"])
    zone = told["zone"]
    return SideEvidence(
        Assessment(tuple(_measure(*each) for each in told["measures"]), findings),
        # Where on the page it stood nobody asks any more.
        zone and MrzReading(parse(zone["lines"]), tuple(zone["read"]), zone["sure"], (), 0.0),
        tuple(Barcode(format_, b"", text, ()) for format_, text in told["barcodes"]),
        told["faces"],
    )


def _measure(name: str, *said: Any) -> Score | NotAssessed:
    return NotAssessed(name, _code(said[0])) if len(said) == 1 else Score(name, *said)


def _code(name: str) -> Code:
    """Raises ``ValueError`` for one that another version of this program had."""
    code = Code.named(name)
    if code is None:
        raise ValueError("a code that is not known")
    return code
