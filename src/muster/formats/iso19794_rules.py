"""MOSIP's rules for records of a registration and of an authentication, beyond what makes them readable.

Section 6.4 of the packet notes. The two differ in how the picture must be compressed, in an iris' image type, and
in that an authentication may leave open which finger or eye it holds.

One code per rule; a finding names the field it is about as the record's dataclass does, of a further
representation as ``representations[1].width``. A fault keeps a record from being accepted. A warning is ours
alone: MOSIP takes the record all the same, but something is amiss in it:

- no quality score at all: MOSIP's matchers and its quality checks expect one;
- a date that no calendar has: MOSIP takes any day up to 31 in any month, and any year up to 65535;
- a landmark outside the picture: MOSIP leaves that open;
- octets behind the picture, which may be anything: fingers may have segmentation, annotations and comments there,
  faces 3D data, but neither MOSIP nor we look at them.

The faults are those of MOSIP's own validator (biometrics-util, ``*ISOStandardsValidator``), with these
differences:

- a face's picture must be lossless in a registration as fingers and irises must: MOSIP believes the record;
- in an authentication a picture made with the reversible wavelet may be called lossy (``_stated_lossless`` says
  why): MOSIP refuses such fingers and irises;
- a resolution in pixels per centimetre is judged by what it means. MOSIP compares the bare number: it refuses 197,
  which is 500 pixels per inch, and takes 500, which is 1270;
- of several representations each is judged, beside the fault that there are several. MOSIP reads the first.

Not repeated here is what parsing refuses already: other versions and lengths that do not fit. Records from outside
are read whatever this says of them; what we write has no finding.
"""

from __future__ import annotations

import struct
from calendar import monthrange
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR

from muster.errors import Code
from muster.formats.iso19794 import UNKNOWN_TIME, CaptureDetails, Purpose
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_5 import FaceDataType, FaceRecord
from muster.formats.iso19794_6 import EyeLabel, IrisCompression, IrisImageFormat, IrisImageType, IrisRecord
from muster.formats.iso19794_picture import Codec, Colour, Picture, picture_in
from muster.formats.iso19794_record import Record

# What all three kinds have in common.
RECORD_TIME_IMPOSSIBLE = Code(
    "RECORD_TIME_IMPOSSIBLE", "The time of capture in the record is neither a time nor marked as unknown."
)
RECORD_DATE_IN_NO_CALENDAR = Code(
    "RECORD_DATE_IN_NO_CALENDAR", "The date of capture in the record is a day that does not exist."
)
RECORD_TECHNOLOGY_UNKNOWN = Code(
    "RECORD_TECHNOLOGY_UNKNOWN", "The capture technology in the record is none that the standard knows."
)
RECORD_DEVICE_TYPE_ABSENT = Code(
    "RECORD_DEVICE_TYPE_ABSENT", "The record names the maker of the device but not the type of the device."
)
RECORD_QUALITY_ABSENT = Code("RECORD_QUALITY_ABSENT", "The record carries no quality score.")
RECORD_QUALITY_IMPOSSIBLE = Code(
    "RECORD_QUALITY_IMPOSSIBLE", "A quality score in the record is neither 0 to 100 nor 255."
)
RECORD_CERTIFIED = Code(
    "RECORD_CERTIFIED", "The record's certification flag is set, which only finger records may have."
)
RECORD_SUBJECTS_WRONG = Code(
    "RECORD_SUBJECTS_WRONG", "The record does not say that it holds exactly one finger or one eye."
)
RECORD_REPRESENTATIONS_SEVERAL = Code(
    "RECORD_REPRESENTATIONS_SEVERAL",
    "The record holds several pictures; in a registration each has its own record.",
)
RECORD_NUMBER_WRONG = Code("RECORD_NUMBER_WRONG", "The number of the representation in the record is wrong.")
RECORD_BIT_DEPTH_WRONG = Code("RECORD_BIT_DEPTH_WRONG", "The record does not say 8 bits per pixel.")
RECORD_NOT_LOSSLESS = Code(
    "RECORD_NOT_LOSSLESS", "The record does not say that its picture is compressed without loss as JPEG 2000."
)
RECORD_NOT_LOSSY = Code(
    "RECORD_NOT_LOSSY",
    "The record does not say that its picture is compressed as an authentication needs it: lossy JPEG 2000, or "
    "WSQ for a finger.",
)
RECORD_CODEC_MISSTATED = Code(
    "RECORD_CODEC_MISSTATED", "The picture in the record is not compressed as the record says."
)

RECORD_EXTENDED = Code(
    "RECORD_EXTENDED", "There is something behind the picture in the record that nobody looks at."
)

# The picture itself.
RECORD_PICTURE_SQUEEZED = Code(
    "RECORD_PICTURE_SQUEEZED", "The picture in the record is compressed to less than a fifteenth of its size."
)
RECORD_PICTURE_NOT_JP2 = Code("RECORD_PICTURE_NOT_JP2", "The picture in the record is no JPEG 2000 file.")
RECORD_PICTURE_BROKEN = Code("RECORD_PICTURE_BROKEN", "The picture in the record is cut off or damaged.")
RECORD_PICTURE_LOSSY = Code("RECORD_PICTURE_LOSSY", "The picture in the record was compressed with loss.")
RECORD_PICTURE_NOT_GREY = Code("RECORD_PICTURE_NOT_GREY", "The picture in the record is not grey with 8 bits.")
RECORD_PICTURE_NOT_RGB = Code(
    "RECORD_PICTURE_NOT_RGB", "The picture in the record is not in colour (RGB) with 8 bits per channel."
)
RECORD_SIZE_WRONG = Code(
    "RECORD_SIZE_WRONG", "The width or height in the record is not that of the picture inside it."
)

# Fingers.
FINGER_CERTIFICATION_UNKNOWN = Code(
    "FINGER_CERTIFICATION_UNKNOWN", "A certification scheme in the record is none that the standard knows."
)
FINGER_POSITION_WRONG = Code("FINGER_POSITION_WRONG", "The record does not say which of the ten fingers it holds.")
FINGER_SCALE_UNIT_UNKNOWN = Code(
    "FINGER_SCALE_UNIT_UNKNOWN",
    "The unit of resolution in the record is neither pixels per inch nor per centimetre.",
)
FINGER_RESOLUTION_WRONG = Code(
    "FINGER_RESOLUTION_WRONG", "A resolution in the record is not within 490 to 1010 pixels per inch."
)
FINGER_RESOLUTION_RAISED = Code(
    "FINGER_RESOLUTION_RAISED", "The picture's resolution in the record is higher than that of the capture."
)
FINGER_PIXELS_NOT_SQUARE = Code(
    "FINGER_PIXELS_NOT_SQUARE", "The picture's resolution in the record is not the same in both directions."
)
FINGER_IMPRESSION_UNKNOWN = Code(
    "FINGER_IMPRESSION_UNKNOWN", "The kind of impression in the record is none that the standard knows."
)

# Faces.
FACE_TEMPORAL_SEMANTICS_WRONG = Code(
    "FACE_TEMPORAL_SEMANTICS_WRONG", "The record says that it is one of a sequence of faces."
)
FACE_GENDER_UNKNOWN = Code("FACE_GENDER_UNKNOWN", "The gender in the record is none that the standard knows.")
FACE_EYE_COLOUR_UNKNOWN = Code(
    "FACE_EYE_COLOUR_UNKNOWN", "The eye colour in the record is none that the standard knows."
)
FACE_HAIR_COLOUR_UNKNOWN = Code(
    "FACE_HAIR_COLOUR_UNKNOWN", "The hair colour in the record is none that the standard knows."
)
FACE_LANDMARK_OUTSIDE = Code("FACE_LANDMARK_OUTSIDE", "A landmark of the face lies outside the picture.")
FACE_IMAGE_TYPE_UNKNOWN = Code(
    "FACE_IMAGE_TYPE_UNKNOWN", "The type of face picture in the record is none that the standard knows."
)
FACE_SAMPLING_UNKNOWN = Code(
    "FACE_SAMPLING_UNKNOWN", "The sampling level in the record is none that the standard knows."
)
FACE_COLOUR_SPACE_WRONG = Code(
    "FACE_COLOUR_SPACE_WRONG", "The record says that its picture is in other colours than 24 bit RGB."
)

# Irises.
IRIS_EYE_LABEL_WRONG = Code(
    "IRIS_EYE_LABEL_WRONG", "The record does not say whether it is the right or the left eye."
)
IRIS_NOT_CROPPED = Code("IRIS_NOT_CROPPED", "The record does not say that its picture is cropped around the iris.")
IRIS_NOT_MASKED = Code(
    "IRIS_NOT_MASKED", "The record does not say that its picture is cropped and masked around the iris."
)
IRIS_FORMAT_WRONG = Code("IRIS_FORMAT_WRONG", "The record does not say that its picture is a grey JPEG 2000 one.")
IRIS_ORIENTATION_UNKNOWN = Code(
    "IRIS_ORIENTATION_UNKNOWN", "The orientation in the record is none that the standard knows."
)

_FINGER_TECHNOLOGIES = range(0x15)
_FACE_TECHNOLOGIES = frozenset({*range(7), *range(0x80, 0x100)})
_IRIS_TECHNOLOGIES = range(2)
_FINGER_POSITIONS = range(1, 11)
_UNKNOWN_FINGER = 0
_FINGER_REPRESENTATIONS = range(16)
_CERTIFICATION_SCHEMES = range(4)
_IMPRESSIONS = frozenset({*range(0x10), 0x18, 0x1C, 0x1D})
_RESOLUTIONS_DPI = (490, 1010)
_PIXELS_PER_CENTIMETRE, _CENTIMETRES_PER_INCH = 2, 2.54
_GENDERS = frozenset({0, 1, 2, 0xFF})
_COLOURS = frozenset({*range(8), 0xFF})  # of eyes and of hair
_FACE_IMAGE_TYPES = frozenset({*range(4), *range(0x80, 0x83)})
_SAMPLING_LEVELS = range(8)
_COLOUR_SPACES = range(2)  # not specified, 24 bit RGB
_LARGEST_RATIO = 15  # of the pixels to the picture, in an authentication
_JPEG2000 = frozenset({Codec.JP2, Codec.JPEG2000_CODESTREAM})

# What the record must say of its picture.
_FINGER_CODES = {
    Purpose.REGISTRATION: {FingerCompression.JPEG2000_LOSSLESS},
    Purpose.AUTH: {FingerCompression.JPEG2000_LOSSY, FingerCompression.WSQ},
}
_FACE_CODES = {
    Purpose.REGISTRATION: {FaceDataType.JPEG2000_LOSSLESS},
    Purpose.AUTH: {FaceDataType.JPEG2000_LOSSY},
}
_IRIS_CODES = {Purpose.REGISTRATION: {IrisCompression.LOSSLESS}, Purpose.AUTH: {IrisCompression.LOSSY}}

# What the picture may be if the record says so.
_FINGER_CODECS: Mapping[int, Container[Codec]] = {
    FingerCompression.NONE: frozenset({Codec.RAW}),
    FingerCompression.PACKED: frozenset({Codec.RAW}),
    FingerCompression.WSQ: frozenset({Codec.WSQ}),
    FingerCompression.JPEG: frozenset({Codec.JPEG}),
    FingerCompression.JPEG2000_LOSSY: _JPEG2000,
    FingerCompression.JPEG2000_LOSSLESS: _JPEG2000,
    FingerCompression.PNG: frozenset({Codec.PNG}),
}
_FACE_CODECS: Mapping[int, Container[Codec]] = {
    FaceDataType.JPEG: frozenset({Codec.JPEG}),
    FaceDataType.JPEG2000_LOSSY: _JPEG2000,
    FaceDataType.JPEG2000_LOSSLESS: _JPEG2000,
    FaceDataType.PNG: frozenset({Codec.PNG}),
}
_IRIS_CODECS: Mapping[int, Container[Codec]] = {
    IrisImageFormat.MONO_RAW: frozenset({Codec.RAW}),
    IrisImageFormat.MONO_JPEG2000: _JPEG2000,
    IrisImageFormat.MONO_PNG: frozenset({Codec.PNG}),
}
_TIME, _DATE = ">HBBBBBH", ">HBB"
_NO_TIME_OF_DAY = UNKNOWN_TIME[4:]


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule that the record breaks, and the field of the record it is about."""

    code: Code
    field: str
    is_fault: bool = True


def registration_findings(record: Record) -> tuple[RuleFinding, ...]:
    """All that is amiss in a record for a registration; empty when all is well. MOSIP would refuse a fault."""
    return findings(record, Purpose.REGISTRATION)


def findings(record: Record, purpose: Purpose) -> tuple[RuleFinding, ...]:
    """All that is amiss; empty when all is well."""
    several = (RuleFinding(RECORD_REPRESENTATIONS_SEVERAL, "representations"),) if record.further else ()
    others: tuple[Record, ...] = record.further
    further = (
        replace(each, field=f"representations[{number}].{each.field}")
        for number, one in enumerate(others, 1)
        for each in _representation(one, number + 1, purpose)
    )
    return (*several, *_general(record), *_representation(record, 1, purpose), *further)


def _general(record: Record) -> Iterator[RuleFinding]:
    """The header, which all representations share."""
    if isinstance(record, FingerRecord):
        if record.fingers_present != 1:
            yield RuleFinding(RECORD_SUBJECTS_WRONG, "fingers_present")
        return
    if record.certification_flag != 0:
        yield RuleFinding(RECORD_CERTIFIED, "certification_flag")
    if isinstance(record, FaceRecord) and record.temporal_semantics != 0:
        yield RuleFinding(FACE_TEMPORAL_SEMANTICS_WRONG, "temporal_semantics")
    if isinstance(record, IrisRecord) and record.eyes_represented not in (0, 1):  # 0: unknown
        yield RuleFinding(RECORD_SUBJECTS_WRONG, "eyes_represented")


def _representation(record: Record, number: int, purpose: Purpose) -> Iterator[RuleFinding]:
    """``number`` is its place in the record, from 1."""
    picture = picture_in(record)
    if isinstance(record, FingerRecord):
        yield from _finger(record, picture, purpose)
    elif isinstance(record, FaceRecord):
        yield from _face(record, picture, purpose)
    else:
        yield from _iris(record, number, picture, purpose)
    if record.extended_data:
        yield RuleFinding(RECORD_EXTENDED, "extended_data", is_fault=False)


def _finger(record: FingerRecord, picture: Picture, purpose: Purpose) -> Iterator[RuleFinding]:
    yield from _details(record.details, _FINGER_TECHNOLOGIES)
    if any(each.scheme not in _CERTIFICATION_SCHEMES for each in record.certifications or ()):
        yield RuleFinding(FINGER_CERTIFICATION_UNKNOWN, "certifications")
    is_open = purpose is Purpose.AUTH and record.position == _UNKNOWN_FINGER
    if record.position not in _FINGER_POSITIONS and not is_open:
        yield RuleFinding(FINGER_POSITION_WRONG, "position")
    if record.representation_number not in _FINGER_REPRESENTATIONS:
        yield RuleFinding(RECORD_NUMBER_WRONG, "representation_number")
    yield from _resolution(record)
    if purpose is Purpose.AUTH and record.image_resolution[0] != record.image_resolution[1]:
        yield RuleFinding(FINGER_PIXELS_NOT_SQUARE, "image_resolution")
    if record.bit_depth != 8:
        yield RuleFinding(RECORD_BIT_DEPTH_WRONG, "bit_depth")
    yield from _coding(record.compression, _FINGER_CODES, purpose, "compression")
    yield from _stated(picture, _FINGER_CODECS.get(record.compression, frozenset()), "compression")
    if record.compression == FingerCompression.JPEG2000_LOSSLESS:
        yield from _stated_lossless(picture, "compression")
    if record.impression not in _IMPRESSIONS:
        yield RuleFinding(FINGER_IMPRESSION_UNKNOWN, "impression")
    yield from _picture(record, picture, purpose, Colour.GREY, RECORD_PICTURE_NOT_GREY)


def _resolution(record: FingerRecord) -> Iterator[RuleFinding]:
    if record.scale_unit not in (1, 2):
        yield RuleFinding(FINGER_SCALE_UNIT_UNKNOWN, "scale_unit")
    for field, values in (
        ("capture_resolution", record.capture_resolution),
        ("image_resolution", record.image_resolution),
    ):
        if not all(_is_resolution(value, record.scale_unit) for value in values):
            yield RuleFinding(FINGER_RESOLUTION_WRONG, field)
    captured, kept = record.capture_resolution, record.image_resolution
    if kept[0] > captured[0] or kept[1] > captured[1]:
        yield RuleFinding(FINGER_RESOLUTION_RAISED, "image_resolution")


def _is_resolution(value: int, unit: int) -> bool:
    lowest, highest = _RESOLUTIONS_DPI
    return lowest <= (value * _CENTIMETRES_PER_INCH if unit == _PIXELS_PER_CENTIMETRE else value) <= highest


def _face(record: FaceRecord, picture: Picture, purpose: Purpose) -> Iterator[RuleFinding]:
    yield from _details(record.details, _FACE_TECHNOLOGIES)
    if record.gender not in _GENDERS:
        yield RuleFinding(FACE_GENDER_UNKNOWN, "gender")
    if record.eye_colour not in _COLOURS:
        yield RuleFinding(FACE_EYE_COLOUR_UNKNOWN, "eye_colour")
    if record.hair_colour not in _COLOURS:
        yield RuleFinding(FACE_HAIR_COLOUR_UNKNOWN, "hair_colour")
    if any(each.x >= record.width or each.y >= record.height for each in record.landmarks):
        yield RuleFinding(FACE_LANDMARK_OUTSIDE, "landmarks", is_fault=False)
    if record.image_type not in _FACE_IMAGE_TYPES:
        yield RuleFinding(FACE_IMAGE_TYPE_UNKNOWN, "image_type")
    yield from _coding(record.data_type, _FACE_CODES, purpose, "data_type")
    yield from _stated(picture, _FACE_CODECS.get(record.data_type, frozenset()), "data_type")
    if record.data_type == FaceDataType.JPEG2000_LOSSLESS:
        yield from _stated_lossless(picture, "data_type")
    if record.sampling not in _SAMPLING_LEVELS:
        yield RuleFinding(FACE_SAMPLING_UNKNOWN, "sampling")
    if record.colour_space not in _COLOUR_SPACES:
        yield RuleFinding(FACE_COLOUR_SPACE_WRONG, "colour_space")
    yield from _picture(record, picture, purpose, Colour.RGB, RECORD_PICTURE_NOT_RGB)


def _iris(record: IrisRecord, number: int, picture: Picture, purpose: Purpose) -> Iterator[RuleFinding]:
    yield from _details(record.details, _IRIS_TECHNOLOGIES)
    if record.representation_number != number:
        yield RuleFinding(RECORD_NUMBER_WRONG, "representation_number")
    is_open = purpose is Purpose.AUTH and record.eye == EyeLabel.UNKNOWN
    if record.eye not in (EyeLabel.RIGHT, EyeLabel.LEFT) and not is_open:
        yield RuleFinding(IRIS_EYE_LABEL_WRONG, "eye")
    if purpose is Purpose.REGISTRATION and record.image_type != IrisImageType.CROPPED:
        yield RuleFinding(IRIS_NOT_CROPPED, "image_type")
    if purpose is Purpose.AUTH and record.image_type != IrisImageType.CROPPED_AND_MASKED:
        yield RuleFinding(IRIS_NOT_MASKED, "image_type")
    if record.image_format != IrisImageFormat.MONO_JPEG2000:
        yield RuleFinding(IRIS_FORMAT_WRONG, "image_format")
    yield from _stated(picture, _IRIS_CODECS.get(record.image_format, frozenset()), "image_format")
    if record.properties & 0b11 == 0b11 or record.properties >> 2 & 0b11 == 0b11:
        yield RuleFinding(IRIS_ORIENTATION_UNKNOWN, "properties")
    yield from _coding(record.properties >> 6, _IRIS_CODES, purpose, "properties")
    if record.properties >> 6 == IrisCompression.LOSSLESS:
        yield from _stated_lossless(picture, "properties")
    if record.bit_depth != 8:
        yield RuleFinding(RECORD_BIT_DEPTH_WRONG, "bit_depth")
    yield from _picture(record, picture, purpose, Colour.GREY, RECORD_PICTURE_NOT_GREY)


def _coding(
    code: int, good: Mapping[Purpose, Container[int]], purpose: Purpose, field: str
) -> Iterator[RuleFinding]:
    if code not in good[purpose]:
        yield RuleFinding(RECORD_NOT_LOSSLESS if purpose is Purpose.REGISTRATION else RECORD_NOT_LOSSY, field)


def _stated(picture: Picture, codecs: Container[Codec], field: str) -> Iterator[RuleFinding]:
    """The picture's codec against the one the record states; what is no picture at all is found elsewhere."""
    if picture.codec is not Codec.UNKNOWN and picture.codec not in codecs:
        yield RuleFinding(RECORD_CODEC_MISSTATED, field)


def _stated_lossless(picture: Picture, field: str) -> Iterator[RuleFinding]:
    """The other way round nothing can be said: the reversible wavelet may have been cut short."""
    if picture.codec in _JPEG2000 and picture.is_whole and not picture.is_lossless:
        yield RuleFinding(RECORD_CODEC_MISSTATED, field)


def _details(details: CaptureDetails, technologies: Container[int]) -> Iterator[RuleFinding]:
    if not _is_time(details.time):
        yield RuleFinding(RECORD_TIME_IMPOSSIBLE, "captured_at")
    elif not _is_in_calendar(details.time):
        yield RuleFinding(RECORD_DATE_IN_NO_CALENDAR, "captured_at", is_fault=False)
    if details.technology not in technologies:
        yield RuleFinding(RECORD_TECHNOLOGY_UNKNOWN, "technology")
    if details.device_type == 0 and details.vendor != 0:
        yield RuleFinding(RECORD_DEVICE_TYPE_ABSENT, "device_type")
    if not details.quality:
        yield RuleFinding(RECORD_QUALITY_ABSENT, "quality", is_fault=False)
    if any(100 < block.score < 255 for block in details.quality):
        yield RuleFinding(RECORD_QUALITY_IMPOSSIBLE, "quality")


def _is_time(time: bytes) -> bool:
    """A whole time, a date alone, a time of day alone, or nothing at all."""
    year, month, day, hour, minute, second, millisecond = struct.unpack(_TIME, time)
    is_date = year >= 1 and 1 <= month <= 12 and 1 <= day <= 31
    is_time_of_day = hour <= 23 and minute <= 59 and second <= 59 and millisecond <= 999
    return (is_date or _has_no_date(time)) and (is_time_of_day or time[4:] == _NO_TIME_OF_DAY)


def _is_in_calendar(time: bytes) -> bool:
    """Of what is a time by ``_is_time``; years have four digits."""
    year, month, day = struct.unpack_from(_DATE, time)
    return _has_no_date(time) or (year <= MAXYEAR and day <= monthrange(year, month)[1])


def _has_no_date(time: bytes) -> bool:
    return time[:4] == UNKNOWN_TIME[:4]


def _picture(
    record: Record, picture: Picture, purpose: Purpose, colour: Colour, wrong_colour: Code
) -> Iterator[RuleFinding]:
    """The picture's own header against the record's. What is of another codec is not looked at further."""
    is_wsq = purpose is Purpose.AUTH and isinstance(record, FingerRecord) and picture.codec is Codec.WSQ
    if picture.codec is not Codec.JP2 and not is_wsq:
        yield RuleFinding(RECORD_PICTURE_NOT_JP2, "image")
        return
    if not picture.is_whole:
        yield RuleFinding(RECORD_PICTURE_BROKEN, "image")
        return
    if purpose is Purpose.REGISTRATION and not picture.is_lossless:
        yield RuleFinding(RECORD_PICTURE_LOSSY, "image")
    if purpose is Purpose.AUTH and _octets(picture) > _LARGEST_RATIO * len(record.image):
        yield RuleFinding(RECORD_PICTURE_SQUEEZED, "image")
    if picture.colour is not colour or picture.bit_depth != 8:
        yield RuleFinding(wrong_colour, "image")
    if picture.width != record.width:
        yield RuleFinding(RECORD_SIZE_WRONG, "width")
    if picture.height != record.height:
        yield RuleFinding(RECORD_SIZE_WRONG, "height")


def _octets(picture: Picture) -> int:
    """Of the pixels, not compressed, at 8 bits."""
    return picture.width * picture.height * (3 if picture.colour is Colour.RGB else 1)
