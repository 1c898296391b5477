"""What a scanner in the network says of itself (eSCL)."""

from collections.abc import Iterator
from pathlib import Path

from fuzz.typed import assert_well_typed
from muster_scanner_escl.words import Source, parse_capabilities, parse_status, scan_settings

LONGEST = 8192
OFFSETS = False
_NAMESPACES = (
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
)
_INLET = (
    "<scan:MaxWidth>2550</scan:MaxWidth><scan:MaxHeight>3508</scan:MaxHeight>"
    "<scan:ColorMode>RGB24</scan:ColorMode><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>{}"
)
_LISTED = "<scan:DiscreteResolution><scan:XResolution>300</scan:XResolution></scan:DiscreteResolution>"
_SPAN = "<scan:XResolutionRange><scan:Min>75</scan:Min><scan:Max>600</scan:Max></scan:XResolutionRange>"
WORDS = (
    b"<scan:AdfState>ScannerAdfJam</scan:AdfState>", b"<pwg:State>Idle</pwg:State>",
    b"<scan:MaxWidth>1</scan:MaxWidth>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<![CDATA[", b"]]>",
    b"Grayscale8", _LISTED.encode(), _SPAN.encode(),
)  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    for resolutions in (_LISTED, _SPAN, _LISTED + _SPAN, ""):
        inlet = _INLET.format(resolutions)
        yield (
            f"<scan:ScannerCapabilities {_NAMESPACES}><pwg:Version>2.63</pwg:Version>"
            f"<pwg:MakeAndModel>Muster Scan 3</pwg:MakeAndModel><scan:UUID>1</scan:UUID>"
            f"<scan:PlatenInputCaps>{inlet}</scan:PlatenInputCaps>"
            f"<scan:AdfSimplexInputCaps>{inlet}</scan:AdfSimplexInputCaps></scan:ScannerCapabilities>"
        ).encode()
    yield f"<scan:ScannerStatus {_NAMESPACES}><pwg:State>Idle</pwg:State></scan:ScannerStatus>".encode()


def run(content: bytes) -> None:
    if b"ScannerStatus" in content:
        assert_well_typed(parse_status(content))
        return
    told = parse_capabilities(content)
    assert_well_typed(told)
    for source in Source:
        inlet = told.inlet(source)
        if inlet is not None:
            scan_settings(told, source, inlet, inlet.resolution(200))
