"""Making the ISO record of a picture, for devices that hand out pictures only.

What comes out passes MOSIP's registration rules (section 6.4 of the packet notes): JPEG 2000 lossless,
fingers grey at 500 dpi, irises mono and cropped, faces RGB full frontal. Vendor and device type are 0
("unspecified"): the rule is that type 0 is valid only with vendor 0.

Each function raises ``BadInput`` for what no record can hold: a picture above 65535 pixels either way, or a
resolution above 65535.
"""

from __future__ import annotations

from datetime import datetime

from muster.domain.biometrics import BiometricAttribute
from muster.formats import iso19794_4, iso19794_5, iso19794_6
from muster.formats.image_codec import Pixels, encode_jp2_lossless
from muster.formats.iso19794 import CaptureDetails, QualityBlock, encode_time
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import parse_record

# ISO/IEC 19794-4 table of finger positions.
FINGER_POSITIONS = {
    BiometricAttribute.RIGHT_THUMB: 1,
    BiometricAttribute.RIGHT_INDEX: 2,
    BiometricAttribute.RIGHT_MIDDLE: 3,
    BiometricAttribute.RIGHT_RING: 4,
    BiometricAttribute.RIGHT_LITTLE: 5,
    BiometricAttribute.LEFT_THUMB: 6,
    BiometricAttribute.LEFT_INDEX: 7,
    BiometricAttribute.LEFT_MIDDLE: 8,
    BiometricAttribute.LEFT_RING: 9,
    BiometricAttribute.LEFT_LITTLE: 10,
}
_PIXELS_PER_INCH = 1
_LIVE_SCAN_PLAIN = 0
_LOSSLESS_HISTORY = 1 << 6
_COLOUR_24_BIT_RGB = 1


def finger_record(
    pixels: Pixels, attribute: BiometricAttribute, resolution_dpi: int, captured_at: datetime, quality: float
) -> bytes:
    """19794-4 record of one finger; ``pixels`` is (h, w) grey, ``quality`` 0..100."""
    height, width = pixels.shape
    return iso19794_4.FingerRecord(
        fingers_present=1,
        details=_details(captured_at, quality),
        certifications=None,
        position=FINGER_POSITIONS[attribute],
        representation_number=0,
        scale_unit=_PIXELS_PER_INCH,
        capture_resolution=(resolution_dpi, resolution_dpi),
        image_resolution=(resolution_dpi, resolution_dpi),
        bit_depth=8,
        compression=iso19794_4.FingerCompression.JPEG2000_LOSSLESS,
        impression=_LIVE_SCAN_PLAIN,
        width=width,
        height=height,
        image=encode_jp2_lossless(pixels),
    ).encode()


def iris_record(pixels: Pixels, attribute: BiometricAttribute, captured_at: datetime, quality: float) -> bytes:
    """19794-6 record of one eye; ``pixels`` is (h, w) grey, cropped around the iris."""
    height, width = pixels.shape
    left = attribute is BiometricAttribute.LEFT_EYE
    return iso19794_6.IrisRecord(
        certification_flag=0,
        eyes_represented=1,
        details=_details(captured_at, quality),
        representation_number=1,
        eye=iso19794_6.EyeLabel.LEFT if left else iso19794_6.EyeLabel.RIGHT,
        image_type=iso19794_6.IrisImageType.CROPPED,
        image_format=iso19794_6.IrisImageFormat.MONO_JPEG2000,
        properties=_LOSSLESS_HISTORY,
        width=width,
        height=height,
        bit_depth=8,
        range_mm=0,
        roll=iso19794_6.UNKNOWN_ANGLE,
        roll_uncertainty=iso19794_6.UNKNOWN_ANGLE,
        geometry=(0, 0, 0, 0, 0, 0),
        image=encode_jp2_lossless(pixels),
    ).encode()


def face_record(pixels: Pixels, captured_at: datetime, quality: float) -> bytes:
    """19794-5 record of one face; ``pixels`` is (h, w, 3) RGB."""
    height, width, _ = pixels.shape
    return iso19794_5.FaceRecord(
        certification_flag=0,
        temporal_semantics=0,
        details=_details(captured_at, quality),
        gender=0,
        eye_colour=0,
        hair_colour=0,
        subject_height=0,
        features=bytes(3),
        expression=0,
        pose=bytes(3),
        pose_uncertainty=bytes(3),
        landmarks=(),
        image_type=iso19794_5.FaceImageType.FULL_FRONTAL,
        data_type=iso19794_5.FaceDataType.JPEG2000_LOSSLESS,
        width=width,
        height=height,
        sampling=0,
        post_processing=0,
        cross_reference=0,
        colour_space=_COLOUR_24_BIT_RGB,
        image=encode_jp2_lossless(pixels),
    ).encode()


def picture_of(record: bytes, *, enough_px: int = 0) -> Pixels:
    """The decoded picture inside a finger, face or iris record; a smaller one where it need be no larger than
    ``enough_px`` and that is sooner to be had. Raises ``MalformedData``."""
    return pixels_in(parse_record(record), enough_px=enough_px)


def _details(captured_at: datetime, quality: float) -> CaptureDetails:
    score = max(0, min(100, round(quality)))
    return CaptureDetails(encode_time(captured_at), 0, 0, 0, (QualityBlock(score, 0, 0),))
