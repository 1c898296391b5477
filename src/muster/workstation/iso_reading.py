"""Looking into one biometric record: its header field by field, what MOSIP's rules say of it, and its picture."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from muster.clock import rfc3339
from muster.domain.assessment import Severity
from muster.errors import BadInput, Code, MalformedData
from muster.formats.image_codec import Pixels, encode_png
from muster.formats.iso19794 import CaptureDetails
from muster.formats.iso19794_picture import picture_in
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import Record, parse_record
from muster.formats.iso19794_rules import RuleFinding, registration_findings
from muster.workstation.inspection import read_file

FILE_EXISTS = Code("FILE_EXISTS", "There is a file of that name already: {file}. It was not changed.")
FILE_UNWRITABLE = Code("FILE_UNWRITABLE", "The file cannot be written: {file}.")

Value = str | int | bool | None | Mapping[str, "Value"] | Sequence["Value"]


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """A registration rule that the record breaks, or why a picture cannot be decoded: stable code, field of the
    header (of a further representation as ``representations[1].width``), sentence. What blocks keeps the record
    from being accepted in a registration; what warns does not."""

    code: str
    field: str
    message: str
    severity: Severity = Severity.BLOCKS


@dataclass(frozen=True, slots=True)
class RecordReport:
    """``format`` and ``version`` are the standard's own (FIR, FAC or IIR; 020 or 030), ``length`` is in octets.

    A representation is a mapping because its fields differ with the format; each has ``image`` with ``codec``,
    ``width``, ``height`` (as the picture itself says, 0 if it does not) and ``bytes``.
    """

    format: str
    version: str
    length: int
    representations: tuple[Mapping[str, Value], ...]
    findings: tuple[RecordFinding, ...]

    @property
    def is_fit(self) -> bool:
        """For a registration."""
        return all(each.severity is not Severity.BLOCKS for each in self.findings)


def read_record(path: Path, picture: Path | None = None) -> RecordReport:
    """What is in the record; its picture, decoded (of several the first), is written to the file ``picture``, as
    PNG.

    Raises ``BadInput`` (no such file; ``picture`` is there already or cannot be written) and ``MalformedData`` (no
    record, or no picture in it to write).
    """
    content = read_file(path)
    record = parse_record(content)
    representations: tuple[Record, ...] = record.representations
    undecodable = [
        _undecodable(number, pixels)
        for number, each in enumerate(representations)
        if isinstance(pixels := _pixels(each), MalformedData)
    ]
    if picture is not None:
        _write_new(picture, encode_png(pixels_in(record)))
    return RecordReport(
        format=content[:3].decode("ascii"),
        version=content[4:7].decode("ascii"),
        length=len(content),
        representations=tuple(_representation(each) for each in representations),
        findings=(*(_finding(each) for each in registration_findings(record)), *undecodable),
    )


def _pixels(record: Record) -> Pixels | MalformedData:
    """What is wrong with a picture is a result here: the record around it is shown all the same."""
    try:
        return pixels_in(record)
    except MalformedData as error:
        return error


def _write_new(path: Path, content: bytes) -> None:
    """Never over a file that is there, and nothing is left of one that could not be finished."""
    try:
        with path.open("xb") as stream:
            try:
                stream.write(content)
                stream.flush()
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise BadInput(FILE_EXISTS, file=path.name) from error
    except OSError as error:
        raise BadInput(FILE_UNWRITABLE, file=path.name) from error


def _finding(finding: RuleFinding) -> RecordFinding:
    severity = Severity.BLOCKS if finding.is_fault else Severity.WARNS
    return RecordFinding(finding.code.name, finding.field, finding.code.sentence, severity)


def _undecodable(number: int, error: MalformedData) -> RecordFinding:
    field = f"representations[{number}].image" if number else "image"
    return RecordFinding(error.code.name, field, error.sentence)


def _representation(record: Record) -> dict[str, Value]:
    """Every field of the header under the name the record has for it; the capture details stand among them."""
    header: dict[str, Value] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        if isinstance(value, CaptureDetails):
            header |= _details(value)
        elif each.name == "extended_data":
            header["extended_data_bytes"] = len(value)
        elif each.name not in ("image", "further"):
            header[each.name] = _plain(value)
    picture = picture_in(record)
    header["image"] = {
        "codec": picture.codec.value,
        "width": picture.width,
        "height": picture.height,
        "bytes": len(record.image),
    }
    return header


def _details(details: CaptureDetails) -> dict[str, Value]:
    return {
        "captured_at": _time(details),
        "technology": details.technology,
        "vendor": details.vendor,
        "device_type": details.device_type,
        "quality": [_plain(each) for each in details.quality],
    }


def _time(details: CaptureDetails) -> str | None:
    """RFC 3339; the date alone where the record has no more; nothing when it is unknown or impossible."""
    moment = details.captured_at
    if moment is not None:
        return rfc3339(moment)
    year, month, day, *rest = struct.unpack(">HBBBBBH", details.time)
    is_date = rest == [0xFF, 0xFF, 0xFF, 0xFFFF] and 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31
    return f"{year:04}-{month:02}-{day:02}" if is_date else None


def _plain(value: object) -> Value:
    """Tuples as lists, octets as hexadecimal digits, the small records inside as mappings."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | int):
        return value
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}  # type: ignore[arg-type]
