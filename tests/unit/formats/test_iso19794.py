"""What holds for finger, face and iris records alike."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster import base64url
from muster.crypto.jws import verify_compact
from muster.errors import MalformedData
from muster.formats.iso19794 import UNKNOWN_TIME, CaptureDetails, QualityBlock, encode_time
from muster.formats.iso19794_4 import Certification, FingerRecord
from muster.formats.iso19794_5 import FaceRecord, Landmark
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.octets import (
    RECORD_LENGTH_WRONG,
    RECORD_MAGIC_WRONG,
    RECORD_OVERLONG,
    RECORD_TRUNCATED,
    Reader,
)

Kind = type[FingerRecord] | type[FaceRecord] | type[IrisRecord]
Record = FingerRecord | FaceRecord | IrisRecord

KINDS: dict[bytes, Kind] = {b"FIR\0": FingerRecord, b"FAC\0": FaceRecord, b"IIR\0": IrisRecord}
FILES = [
    "Exception_Photo.iso",
    "Face.iso",
    "Left_Index.iso",
    "Left_Iris.iso",
    "Left_Little.iso",
    "Left_Middle.iso",
    "Left_Ring.iso",
    "Left_Thumb.iso",
    "Right_Index.iso",
    "Right_Iris.iso",
    "Right_Little.iso",
    "Right_Middle.iso",
    "Right_Ring.iso",
    "Right_Thumb.iso",
]
CAPTURES = {
    "rcapture-face.json": 1,
    "rcapture-iris-both.json": 2,
    "rcapture-slap-left.json": 4,
    "rcapture-slap-right.json": 3,
    "rcapture-thumbs.json": 2,
}
# Where the lengths of the record and of its representation stand.
LENGTHS = {FingerRecord: (8, 16), FaceRecord: (8, 17), IrisRecord: (8, 16)}

CAPTURED_AT = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
DETAILS = CaptureDetails(encode_time(CAPTURED_AT), 1, 2, 3, (QualityBlock(80, 4, 5),))
FINGER = FingerRecord(
    fingers_present=1, details=DETAILS, certifications=(Certification(64, 2),), position=7,
    representation_number=0, scale_unit=1, capture_resolution=(500, 501), image_resolution=(499, 500),
    bit_depth=8, compression=5, impression=0, width=300, height=400, image=b"finger picture",
)  # fmt: skip
FACE = FaceRecord(
    certification_flag=0, temporal_semantics=0, details=DETAILS, gender=255, eye_colour=1, hair_colour=2,
    subject_height=3, features=b"\1\2\3", expression=4, pose=b"\5\6\7", pose_uncertainty=b"\x08\x09\x0a",
    landmarks=(Landmark(1, 2, 3, 4, 5), Landmark(6, 7, 8, 9, 10)), image_type=1, data_type=2, width=240,
    height=320, sampling=1, post_processing=2, cross_reference=3, colour_space=1, image=b"face picture",
)  # fmt: skip
IRIS = IrisRecord(
    certification_flag=0, eyes_represented=1, details=DETAILS, representation_number=1, eye=2, image_type=3,
    image_format=10, properties=64, width=640, height=480, bit_depth=8, range_mm=1, roll=2,
    roll_uncertainty=3, geometry=(4, 5, 6, 7, 8, 9), image=b"iris picture",
)  # fmt: skip
EACH_RECORD = pytest.mark.parametrize("record", [FINGER, FACE, IRIS], ids=["finger", "face", "iris"])


def refusal(kind: Kind, content: bytes) -> str:
    """The code with which ``content`` is refused. Whatever else is raised breaks the test."""
    try:
        kind.parse(content)
    except MalformedData as error:
        return error.code.name
    return "accepted"


def with_lengths(kind: Kind, content: bytes) -> bytes:
    """``content`` with both length fields made to fit."""
    repaired = bytearray(content)
    record_length, representation_length = LENGTHS[kind]
    struct.pack_into(">I", repaired, record_length, len(content))
    struct.pack_into(">I", repaired, representation_length, len(content) - representation_length)
    return bytes(repaired)


@EACH_RECORD
def test_a_record_cut_off_anywhere_is_refused(record: Record) -> None:
    content = record.encode()
    refusals = {refusal(type(record), content[:length]) for length in range(len(content))}

    assert refusals == {"RECORD_TRUNCATED", "RECORD_LENGTH_WRONG"}


@EACH_RECORD
def test_a_record_cut_off_anywhere_whose_lengths_hide_it_is_refused(record: Record) -> None:
    content, kind = record.encode(), type(record)
    first = LENGTHS[kind][1] + 4
    refusals = {refusal(kind, with_lengths(kind, content[:length])) for length in range(first, len(content))}

    assert refusals == {"RECORD_TRUNCATED"}


@EACH_RECORD
def test_an_octet_behind_the_record_is_refused(record: Record) -> None:
    assert refusal(type(record), record.encode() + b"\0") == RECORD_LENGTH_WRONG.name


@pytest.mark.parametrize("record", [FACE, IRIS], ids=["face", "iris"])
def test_an_octet_behind_the_picture_is_refused_even_when_the_lengths_include_it(record: Record) -> None:
    content = with_lengths(type(record), record.encode() + b"\0")

    with pytest.raises(MalformedData) as caught:
        type(record).parse(content)

    assert caught.value.code is RECORD_OVERLONG
    assert caught.value.offset == len(content) - 1


@EACH_RECORD
@pytest.mark.parametrize("representations", [0, 2, 255])
def test_any_number_of_representations_but_one_is_refused(record: Record, representations: int) -> None:
    content = bytearray(record.encode())
    struct.pack_into(">H", content, 12, representations)

    assert refusal(type(record), bytes(content)) == RECORD_LENGTH_WRONG.name


@EACH_RECORD
@pytest.mark.parametrize("field", [0, 1], ids=["record", "representation"])
@pytest.mark.parametrize("difference", [-1, 1])
def test_a_length_that_is_off_by_one_is_refused_where_it_stands(
    record: Record, field: int, difference: int
) -> None:
    content, at = bytearray(record.encode()), LENGTHS[type(record)][field]
    struct.pack_into(">I", content, at, struct.unpack_from(">I", content, at)[0] + difference)

    with pytest.raises(MalformedData) as caught:
        type(record).parse(bytes(content))

    assert caught.value.code is RECORD_LENGTH_WRONG
    assert caught.value.offset == at


@EACH_RECORD
def test_a_picture_longer_than_the_record_is_refused(record: Record) -> None:
    content = record.encode()
    at = content.index(struct.pack(">I", len(record.image)) + record.image)
    stretched = content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :]

    assert refusal(type(record), stretched) == RECORD_TRUNCATED.name


@EACH_RECORD
def test_more_quality_blocks_than_there_is_room_for_are_refused(record: Record) -> None:
    content = bytearray(record.encode())
    count_at = LENGTHS[type(record)][1] + 4 + 9 + 5
    assert content[count_at] == 1
    content[count_at] = 255

    assert refusal(type(record), bytes(content)) == RECORD_TRUNCATED.name


@EACH_RECORD
@pytest.mark.parametrize("kind", [FingerRecord, FaceRecord, IrisRecord])
def test_a_record_of_another_kind_or_version_is_refused_at_its_first_octet(record: Record, kind: Kind) -> None:
    content = record.encode()
    foreign = content if not isinstance(record, kind) else content[:5] + b"9" + content[6:]

    with pytest.raises(MalformedData) as caught:
        kind.parse(foreign)

    assert caught.value.code is RECORD_MAGIC_WRONG
    assert caught.value.offset == 0


@pytest.mark.parametrize("kind", [FingerRecord, FaceRecord, IrisRecord])
@settings(deadline=None, max_examples=60, database=None)
@given(content=st.binary(max_size=200))
def test_random_octets_are_refused_and_nothing_else_happens(kind: Kind, content: bytes) -> None:
    assert refusal(kind, content) in {"RECORD_TRUNCATED", "RECORD_MAGIC_WRONG"}


@EACH_RECORD
@settings(deadline=None, max_examples=60, database=None)
@given(tail=st.binary(max_size=200))
def test_random_octets_behind_a_good_beginning_are_refused_or_kept_as_they_are(
    record: Record, tail: bytes
) -> None:
    kind = type(record)
    content = with_lengths(kind, record.encode()[: LENGTHS[kind][1] + 4] + tail)

    assert refusal(kind, content) != "accepted" or kind.parse(content).encode() == content


@EACH_RECORD
@settings(deadline=None, max_examples=150, database=None)
@given(data=st.data())
def test_a_record_with_a_changed_octet_is_refused_or_kept_as_it_is(record: Record, data: st.DataObject) -> None:
    content, kind = bytearray(record.encode()), type(record)
    content[data.draw(st.integers(0, len(content) - 1), "position")] = data.draw(st.integers(0, 255), "value")

    assert refusal(kind, bytes(content)) != "accepted" or kind.parse(bytes(content)).encode() == bytes(content)


@EACH_RECORD
def test_what_is_written_is_read_back_the_same(record: Record) -> None:
    assert type(record).parse(record.encode()) == record


@pytest.mark.parametrize("name", FILES)
def test_published_records_are_written_back_octet_for_octet(reference_data: Path, name: str) -> None:
    content = (reference_data / "iso" / name).read_bytes()

    assert KINDS[content[:4]].parse(content).encode() == content


@pytest.mark.parametrize("name", FILES)
def test_published_records_hold_a_whole_jpeg_2000_file(reference_data: Path, name: str) -> None:
    content = (reference_data / "iso" / name).read_bytes()
    image = KINDS[content[:4]].parse(content).image

    assert image.startswith(b"\x00\x00\x00\x0cjP  \r\n\x87\n")
    assert image.endswith(b"\xff\xd9")


@pytest.mark.parametrize("name", FILES)
def test_published_records_cut_off_anywhere_are_refused(reference_data: Path, name: str) -> None:
    """Every offset of the headers and of the end; in the picture between, a cut every 499 octets."""
    content = (reference_data / "iso" / name).read_bytes()
    kind, size = KINDS[content[:4]], len(content)
    cuts = {*range(200), *range(200, size, 499), *range(size - 50, size)}

    assert {refusal(kind, content[:cut]) for cut in cuts} == {"RECORD_TRUNCATED", "RECORD_LENGTH_WRONG"}


@pytest.mark.parametrize("name", FILES)
def test_published_records_cut_off_before_the_end_of_the_picture_are_refused_with_fitting_lengths(
    reference_data: Path, name: str
) -> None:
    content = (reference_data / "iso" / name).read_bytes()
    kind = KINDS[content[:4]]
    image = kind.parse(content).image
    end = content.index(image) + len(image)
    cuts = {*range(LENGTHS[kind][1] + 4, 200), *range(200, end, 4999), end - 1}

    assert {refusal(kind, with_lengths(kind, content[:cut])) for cut in cuts} == {"RECORD_TRUNCATED"}


@pytest.mark.parametrize("name, count", CAPTURES.items())
def test_records_a_device_sent_are_written_back_octet_for_octet(
    reference_data: Path, name: str, count: int
) -> None:
    answer = json.loads((reference_data / "sbi" / name).read_text(encoding="utf-8"))
    payloads = [json.loads(verify_compact(each["data"]).payload) for each in answer["biometrics"]]
    contents = [base64url.decode(payload["bioValue"]) for payload in payloads]

    assert len(contents) == count
    assert [KINDS[content[:4]].parse(content).encode() for content in contents] == contents


@pytest.mark.parametrize(
    "time",
    [
        UNKNOWN_TIME,
        struct.pack(">HBBBBBH", 2026, 1, 2, 255, 255, 255, 0xFFFF),
        struct.pack(">HBBBBBH", 2026, 2, 30, 3, 4, 5, 0),
        struct.pack(">HBBBBBH", 2026, 1, 2, 3, 4, 60, 0),
        struct.pack(">HBBBBBH", 2026, 1, 2, 3, 4, 5, 1000),
        bytes(9),
    ],
    ids=["unknown", "date only", "no such day", "leap second", "1000 ms", "zeros"],
)
def test_a_time_that_is_unknown_partial_or_impossible_is_nothing(time: bytes) -> None:
    assert CaptureDetails(time, 0, 0, 0, ()).captured_at is None


@pytest.mark.parametrize("time", [UNKNOWN_TIME, bytes(9), b"\x07\xea\x01\x02" + b"\xff" * 5])
def test_a_time_that_is_no_moment_keeps_its_octets(time: bytes) -> None:
    details = CaptureDetails(time, 0, 0, 0, ())

    assert CaptureDetails.read(Reader(details.encode())) == details


def test_the_time_is_nine_octets_of_utc_with_milliseconds_truncated() -> None:
    berlin = timezone(timedelta(hours=1))
    moment = datetime(2026, 1, 2, 0, 4, 5, 678999, tzinfo=berlin)

    assert encode_time(moment).hex() == "07ea 01 01 17 04 05 02a6".replace(" ", "")


def test_the_capture_time_is_read_as_utc() -> None:
    assert DETAILS.captured_at == CAPTURED_AT


def test_the_common_prefix_lies_as_the_standard_has_it() -> None:
    quality = (QualityBlock(99, 0x40, 0x0F), QualityBlock(255, 1, 2))
    details = CaptureDetails(UNKNOWN_TIME, 0x14, 0x0102, 0x0304, quality)

    assert details.encode().hex() == "ff" * 9 + "14" + "0102" + "0304" + "02" + "630040000f" + "ff00010002"


def test_a_record_may_carry_no_quality_at_all() -> None:
    details = CaptureDetails(UNKNOWN_TIME, 0, 0, 0, ())

    assert len(details.encode()) == 15
    assert CaptureDetails.read(Reader(details.encode())).quality == ()
