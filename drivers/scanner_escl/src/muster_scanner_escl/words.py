"""eSCL's documents (Mopria eSCL 2.97): what a scanner says of itself, and what it is asked for.

Lengths are three-hundredths of an inch. Names are taken without their namespaces: scanners of one maker have put
elements into the other one. What is said in a word nobody knows is left out, what cannot be is ``MalformedData``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from lxml import etree

from muster.devices.scanning import LARGEST_PAGE_MM, nearest_resolution
from muster.errors import Code, MalformedData

ESCL_UNREADABLE = Code(
    "ESCL_UNREADABLE", "The scanner's answer cannot be read. Switch it off and on, and try again."
)

_SCAN = "http://schemas.hp.com/imaging/escl/2011/05/03"
_PWG = "http://www.pwg.org/schemas/2010/12/sm"
_DPI = 300  # the unit of lengths
_MM_PER_INCH = 25.4
_LONGEST = 300 * 300  # 25 feet; nothing is longer
_FINEST_DPI = 19_200
_LONGEST_TEXT = 200
_E = TypeVar("_E", bound=Enum)


class Format(Enum):
    """What a page may come as; the first one offered of these is asked for."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


class Colours(Enum):
    """The first one offered of these is asked for."""

    RGB = "RGB24"
    GREY = "Grayscale8"
    BLACK_AND_WHITE = "BlackAndWhite1"


class Source(Enum):
    """pwg:InputSource."""

    GLASS = "Platen"
    FEEDER = "Feeder"


class State(Enum):
    """pwg:State of the scanner."""

    IDLE = "Idle"
    PROCESSING = "Processing"
    TESTING = "Testing"
    STOPPED = "Stopped"
    DOWN = "Down"


class Feeder(Enum):
    """scan:AdfState."""

    PROCESSING = "ScannerAdfProcessing"
    EMPTY = "ScannerAdfEmpty"
    JAM = "ScannerAdfJam"
    LOADED = "ScannerAdfLoaded"
    MISPICK = "ScannerAdfMispick"
    HATCH_OPEN = "ScannerAdfHatchOpen"
    TOO_SHORT = "ScannerAdfDuplexPageTooShort"
    TOO_LONG = "ScannerAdfDuplexPageTooLong"
    SEVERAL = "ScannerAdfMultipickDetected"
    TRAY_FAILED = "ScannerAdfInputTrayFailed"
    TRAY_OVERLOADED = "ScannerAdfInputTrayOverloaded"


@dataclass(frozen=True, slots=True)
class Inlet:
    """What can be scanned from the glass or from the feeder. ``resolutions`` are all there are, or, with
    ``is_span``, the least and the greatest."""

    width: int
    height: int
    resolutions: tuple[int, ...]
    is_span: bool
    colours: frozenset[Colours]
    formats: frozenset[Format]

    def resolution(self, wanted_dpi: int) -> int:
        if self.is_span:
            return min(max(wanted_dpi, self.resolutions[0]), self.resolutions[1])
        return nearest_resolution(self.resolutions, wanted_dpi)

    @property
    def colour(self) -> Colours:
        return next((each for each in Colours if each in self.colours), Colours.RGB)

    @property
    def format(self) -> Format:
        return next((each for each in Format if each in self.formats), Format.JPEG)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of one scanner; ``serial`` is its serial number, else its UUID, else empty."""

    version: str
    make: str
    model: str
    serial: str
    inlets: tuple[tuple[Source, Inlet], ...]

    def inlet(self, source: Source) -> Inlet | None:
        return dict(self.inlets).get(source)


@dataclass(frozen=True, slots=True)
class Status:
    state: State | None
    feeder: Feeder | None


def parse_capabilities(content: bytes) -> Capabilities:
    """scan:ScannerCapabilities. Raises ``MalformedData``."""
    root = _document(content, "ScannerCapabilities")
    inlets = [
        (source, _inlet(caps[0]))
        for source, name in ((Source.GLASS, "PlatenInputCaps"), (Source.FEEDER, "AdfSimplexInputCaps"))
        if (caps := list(_all(root, name)))
    ]
    if not inlets:
        raise MalformedData(ESCL_UNREADABLE)
    make, model = _make_and_model(_text(root, "Manufacturer"), _text(root, "MakeAndModel"))
    return Capabilities(
        version=_text(root, "Version") or "2.0",
        make=make,
        model=model,
        serial=_text(root, "SerialNumber") or _text(root, "UUID"),
        inlets=tuple(inlets),
    )


def parse_status(content: bytes) -> Status:
    """scan:ScannerStatus. Raises ``MalformedData``."""
    root = _document(content, "ScannerStatus")
    # Of the scanner, not of its jobs: those have states of other names, further down.
    state = next((each.text for each in root if _name(each) == "State"), None)
    return Status(_member(State, state), _member(Feeder, _text(root, "AdfState")))


def scan_settings(capabilities: Capabilities, source: Source, inlet: Inlet, resolution_dpi: int) -> bytes:
    """scan:ScanSettings for all of the glass or a sheet as large as any, in the order of the schema."""
    root = etree.Element(f"{{{_SCAN}}}ScanSettings", nsmap={"scan": _SCAN, "pwg": _PWG})
    _add(root, _PWG, "Version", capabilities.version)
    region = _add(_add(root, _PWG, "ScanRegions"), _PWG, "ScanRegion")
    width, height = (round(each / _MM_PER_INCH * _DPI) for each in LARGEST_PAGE_MM)
    for name, text in (
        ("ContentRegionUnits", "escl:ThreeHundredthsOfInches"),
        ("XOffset", "0"),
        ("YOffset", "0"),
        ("Width", str(min(inlet.width, width))),
        ("Height", str(min(inlet.height, height))),
    ):
        _add(region, _PWG, name, text)
    _add(root, _PWG, "InputSource", source.value)
    _add(root, _SCAN, "ColorMode", inlet.colour.value)
    _add(root, _PWG, "DocumentFormat", inlet.format.value)
    _add(root, _SCAN, "DocumentFormatExt", inlet.format.value)  # since 2.1; older ones look at the line above
    _add(root, _SCAN, "XResolution", str(resolution_dpi))
    _add(root, _SCAN, "YResolution", str(resolution_dpi))
    if source is Source.FEEDER:
        _add(root, _SCAN, "Duplex", "false")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _document(content: bytes, name: str) -> etree._Element:
    """Nothing outside is looked at, nothing is defined inside."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedData(ESCL_UNREADABLE) from error
    if root.getroottree().docinfo.doctype or _name(root) != name:  # type: ignore[union-attr]
        raise MalformedData(ESCL_UNREADABLE)
    return root


def _inlet(caps: etree._Element) -> Inlet:
    spans = list(_all(caps, "XResolutionRange"))
    listed = tuple(
        sorted({_number(each, "XResolution", _FINEST_DPI) for each in _all(caps, "DiscreteResolution")})
    )
    if not listed and spans:
        listed = _number(spans[0], "Min", _FINEST_DPI), _number(spans[0], "Max", _FINEST_DPI)
    if not listed:
        raise MalformedData(ESCL_UNREADABLE)
    formats = [each.text for name in ("DocumentFormat", "DocumentFormatExt") for each in _all(caps, name)]
    return Inlet(
        width=_number(caps, "MaxWidth", _LONGEST),
        height=_number(caps, "MaxHeight", _LONGEST),
        resolutions=listed,
        is_span=bool(spans) and not list(_all(caps, "DiscreteResolution")),
        colours=frozenset(filter(None, (_member(Colours, each.text) for each in _all(caps, "ColorMode")))),
        formats=frozenset(filter(None, (_member(Format, each) for each in formats))),
    )


def _make_and_model(make: str, both: str) -> tuple[str, str]:
    if make and both.lower().startswith(make.lower()):
        return make, both[len(make) :].strip() or both
    first, _, rest = both.partition(" ")
    return make or first, (rest if not make else both) or both


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in element.iter() if _name(each) == name)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: etree._Element, name: str) -> str:
    found = next(_all(element, name), None)
    return " ".join((found.text or "").split())[:_LONGEST_TEXT] if found is not None else ""


def _number(element: etree._Element, name: str, most: int) -> int:
    text = _text(element, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 0 < int(text) <= most):
        raise MalformedData(ESCL_UNREADABLE)
    return int(text)


def _member(kind: type[_E], text: str | None) -> _E | None:
    return next((each for each in kind if each.value == (text or "").strip()), None)


def _add(parent: etree._Element, namespace: str, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child
