"""What holds for finger, face and iris records alike."""

from __future__ import annotations

import json
import struct
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster import base64url
from muster.crypto.jws import verify_compact
from muster.errors import BadInput, MalformedData
from muster.formats.iso19794 import UNKNOWN_TIME, CaptureDetails, Certification, QualityBlock, encode_time
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord, Landmark
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.octets import (
    RECORD_FIELD_UNFIT,
    RECORD_LENGTH_WRONG,
    RECORD_MAGIC_WRONG,
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


@EACH_RECORD
def test_octets_behind_the_picture_that_the_lengths_include_are_kept(record: Record) -> None:
    content = with_lengths(type(record), record.encode() + b"more")

    assert type(record).parse(content) == replace(record, extended_data=b"more")
    assert replace(record, extended_data=b"more").encode() == content


@EACH_RECORD
def test_a_record_without_any_representation_is_refused(record: Record) -> None:
    content = bytearray(record.encode())
    struct.pack_into(">H", content, 12, 0)

    assert refusal(type(record), bytes(content)) == RECORD_LENGTH_WRONG.name


@EACH_RECORD
@pytest.mark.parametrize("representations", [2, 255, 65535])
def test_more_representations_than_there_are_are_refused(record: Record, representations: int) -> None:
    content = bytearray(record.encode())
    struct.pack_into(">H", content, 12, representations)

    assert refusal(type(record), bytes(content)) in {RECORD_LENGTH_WRONG.name, RECORD_TRUNCATED.name}


def several(record: Record) -> Record:
    """Three representations of different lengths."""
    shorter = replace(record, image=b"short", details=replace(record.details, quality=()))
    longer = replace(record, width=1, image=b"a longer picture", extended_data=b"and more")
    return replace(record, further=(shorter, longer))  # type: ignore[arg-type]


@EACH_RECORD
def test_several_representations_lie_one_behind_the_other(record: Record) -> None:
    start = LENGTHS[type(record)][1]
    whole = several(record)
    bodies = [each.encode()[start:] for each in (record, *whole.further)]
    content = bytearray(record.encode()[:start] + b"".join(bodies))
    struct.pack_into(">IH", content, 8, len(content), 3)

    assert whole.encode() == content


@EACH_RECORD
def test_several_representations_are_read_as_the_first_which_holds_the_others(record: Record) -> None:
    read = type(record).parse(several(record).encode())

    assert read == several(record)
    assert [each.image for each in read.representations] == [record.image, b"short", b"a longer picture"]
    assert [each.further for each in read.further] == [(), ()]


@EACH_RECORD
def test_a_record_of_several_representations_cut_off_anywhere_is_refused(record: Record) -> None:
    content = several(record).encode()
    for length in range(len(content)):
        cut = bytearray(content[:length])
        if length >= 12:
            struct.pack_into(">I", cut, 8, length)
        assert refusal(type(record), bytes(cut)) in {"RECORD_TRUNCATED", "RECORD_LENGTH_WRONG"}


@EACH_RECORD
@pytest.mark.parametrize("difference", [-1, 1, -60])
def test_a_representation_whose_length_is_wrong_is_refused(record: Record, difference: int) -> None:
    content, kind = bytearray(several(record).encode()), type(record)
    at = LENGTHS[kind][1]
    struct.pack_into(">I", content, at, struct.unpack_from(">I", content, at)[0] + difference)

    assert refusal(kind, bytes(content)) in {"RECORD_TRUNCATED", "RECORD_LENGTH_WRONG"}


@EACH_RECORD
@pytest.mark.parametrize("length", [0, 3])
def test_a_representation_shorter_than_its_own_length_is_refused(record: Record, length: int) -> None:
    """It must not be read again and again."""
    content, at = bytearray(several(record).encode()), LENGTHS[type(record)][1]
    struct.pack_into(">I", content, at, length)

    with pytest.raises(MalformedData) as caught:
        type(record).parse(bytes(content))

    assert (caught.value.code, caught.value.offset) == (RECORD_LENGTH_WRONG, at)


@EACH_RECORD
def test_a_fault_in_the_second_representation_is_told_where_it_is(record: Record) -> None:
    whole = replace(record, further=(replace(record, image=b""),))  # type: ignore[arg-type]
    content = bytearray(whole.encode())
    content[-4:] = b"\0\0\0\1"

    with pytest.raises(MalformedData) as caught:
        type(record).parse(bytes(content))

    assert (caught.value.code, caught.value.offset) == (RECORD_TRUNCATED, len(content))


@pytest.mark.parametrize(
    "record, stranger",
    [
        (FINGER, replace(FINGER, fingers_present=2)),
        (FINGER, replace(FINGER, certifications=None)),
        (FACE, replace(FACE, temporal_semantics=1)),
        (FACE, replace(FACE, certification_flag=1)),
        (IRIS, replace(IRIS, eyes_represented=2)),
        (IRIS, replace(IRIS, further=(IRIS,))),
    ],
    ids=["fingers", "certified finger", "sequence", "certified face", "eyes", "of several itself"],
)
def test_further_representations_of_another_header_are_not_written(record: Record, stranger: Record) -> None:
    with pytest.raises(BadInput) as caught:
        replace(record, further=(stranger,)).encode()  # type: ignore[arg-type]

    assert (caught.value.code, caught.value.detail) == (RECORD_FIELD_UNFIT, {"field": "further"})


# --- certification blocks of faces and irises ---------------------------------------------------------------

FLAGGED = pytest.mark.parametrize(
    "record", [replace(FACE, certification_flag=1), replace(IRIS, certification_flag=1)], ids=["face", "iris"]
)


@FLAGGED
@pytest.mark.parametrize("count", [0, 1, 2, 255])
def test_a_certification_block_behind_the_quality_blocks_is_read(
    record: FaceRecord | IrisRecord, count: int
) -> None:
    certified = replace(record, certifications=(Certification(0x40, 2),) * count)
    block = bytes((count,)) + bytes.fromhex("004002") * count
    plain = record.encode()
    behind_quality = LENGTHS[type(record)][1] + 4 + 15 + 5

    content = with_lengths(type(record), plain[:behind_quality] + block + plain[behind_quality:])
    assert certified.encode() == content
    assert type(record).parse(content) == certified


@FLAGGED
def test_a_flag_without_a_block_behind_it_is_read_as_such(record: FaceRecord | IrisRecord) -> None:
    assert type(record).parse(record.encode()) == record


@FLAGGED
def test_a_certified_record_cut_off_anywhere_is_not_taken_for_one_without_its_block(
    record: FaceRecord | IrisRecord,
) -> None:
    certified = replace(record, certifications=(Certification(0x40, 2),))
    content, kind = certified.encode(), type(record)
    first = LENGTHS[kind][1] + 4
    refusals = {refusal(kind, with_lengths(kind, content[:length])) for length in range(first, len(content))}

    assert refusals == {"RECORD_TRUNCATED"}


def test_a_certified_iris_is_read_without_its_block_only_where_that_leaves_nothing_over() -> None:
    """Read four octets early, the diameter is the length of the picture: none."""
    block = (Certification(0x40, 2),)
    content = replace(IRIS, certification_flag=1, geometry=(0,) * 6, certifications=block).encode()
    picture = content.index(IRIS.image) - 4
    cuts = range(20, len(content))

    accepted = [cut for cut in cuts if refusal(IrisRecord, with_lengths(IrisRecord, content[:cut])) == "accepted"]
    assert accepted == [picture]


@pytest.mark.parametrize("record", [FACE, IRIS], ids=["face", "iris"])
def test_a_certification_block_that_the_flag_denies_is_not_written(record: FaceRecord | IrisRecord) -> None:
    with pytest.raises(BadInput) as caught:
        replace(record, certifications=()).encode()

    assert caught.value.detail == {"field": "certifications"}


# --- lengths and fields -------------------------------------------------------------------------------------


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


# --- what is written ----------------------------------------------------------------------------------------

OCTET, DOUBLE = st.integers(0, 0xFF), st.integers(0, 0xFFFF)
QUALITY = st.builds(QualityBlock, OCTET, DOUBLE, DOUBLE)
DETAIL = st.builds(
    CaptureDetails,
    st.binary(min_size=9, max_size=9),
    OCTET,
    DOUBLE,
    DOUBLE,
    st.lists(QUALITY, max_size=3).map(tuple),
)
CERTIFICATIONS = st.lists(st.builds(Certification, DOUBLE, OCTET), max_size=3).map(tuple)
THREE = st.binary(min_size=3, max_size=3)
PAIR = st.tuples(DOUBLE, DOUBLE)
OCTETS = st.binary(max_size=20)
ANY_FINGER = st.builds(
    FingerRecord, OCTET, DETAIL, st.none() | CERTIFICATIONS, OCTET, OCTET, OCTET, PAIR, PAIR, OCTET, OCTET, OCTET,
    DOUBLE, DOUBLE, OCTETS, OCTETS,
)  # fmt: skip
LANDMARKS = st.lists(st.builds(Landmark, OCTET, OCTET, DOUBLE, DOUBLE, DOUBLE), max_size=3).map(tuple)
FACE_FIELDS = (
    DOUBLE, DETAIL, OCTET, OCTET, OCTET, OCTET, THREE, DOUBLE, THREE, THREE, LANDMARKS, OCTET, OCTET, DOUBLE,
    DOUBLE, OCTET, DOUBLE, OCTET, OCTET, OCTETS,
)  # fmt: skip
IRIS_FIELDS = (
    OCTET, DETAIL, DOUBLE, OCTET, OCTET, OCTET, OCTET, DOUBLE, DOUBLE, OCTET, DOUBLE, DOUBLE, DOUBLE,
    st.tuples(*[DOUBLE] * 6), OCTETS,
)  # fmt: skip


def any_of(kind: type[FaceRecord] | type[IrisRecord], fields: tuple[st.SearchStrategy[Any], ...]) -> Any:
    """With a block if and only if the flag is set: of a flag alone the octets may look like one with a block."""
    plain = st.builds(kind, st.just(0), *fields, st.none(), OCTETS)
    return plain | st.builds(kind, st.integers(1, 0xFF), *fields, CERTIFICATIONS, OCTETS)


ANY_RECORD = ANY_FINGER | any_of(FaceRecord, FACE_FIELDS) | any_of(IrisRecord, IRIS_FIELDS)


@settings(deadline=None, max_examples=300, database=None)
@given(record=ANY_RECORD)
def test_whatever_the_fields_can_hold_is_read_back_the_same(record: Record) -> None:
    assert type(record).parse(record.encode()) == record


@settings(deadline=None, max_examples=100, database=None)
@given(records=st.lists(ANY_RECORD, min_size=2, max_size=4))
def test_representations_of_one_header_are_read_back_the_same(records: list[Record]) -> None:
    first, *others = records
    shared: dict[str, Any] = {name: getattr(first, name) for name in HEADERS[type(first)]}
    further = tuple(replace(each, **shared) for each in others if type(each) is type(first))
    whole = replace(first, further=further)  # type: ignore[arg-type]

    assert type(first).parse(whole.encode()) == whole


HEADERS: dict[Kind, tuple[str, ...]] = {
    FingerRecord: ("fingers_present", "certifications"),
    FaceRecord: ("certification_flag", "temporal_semantics", "certifications"),
    IrisRecord: ("certification_flag", "eyes_represented", "certifications"),
}
NUMBERS = [
    pytest.param(record, name, id=f"{type(record).__name__}.{name}")
    for record in (FINGER, FACE, IRIS)
    for name, value in ((each.name, getattr(record, each.name)) for each in fields(record))
    if isinstance(value, int)
]


@pytest.mark.parametrize("record, name", NUMBERS)
@pytest.mark.parametrize("value", [-1, 65536, 1 << 70])
def test_a_number_that_its_field_cannot_hold_is_not_written(record: Record, name: str, value: int) -> None:
    with pytest.raises(BadInput) as caught:
        replace(record, **{name: value}).encode()  # type: ignore[arg-type]

    assert (caught.value.code, caught.value.detail) == (RECORD_FIELD_UNFIT, {"field": name})


@pytest.mark.parametrize(
    "record, changed, field",
    [
        (FINGER, {"capture_resolution": (500, 65536)}, "capture_resolution"),
        (FINGER, {"image_resolution": (500,)}, "image_resolution"),
        (FINGER, {"certifications": (Certification(65536, 1),)}, "authority"),
        (FINGER, {"certifications": (Certification(1, 256),)}, "scheme"),
        (FINGER, {"certifications": (Certification(1, 2),) * 256}, "certifications"),
        (FACE, {"features": b"12345"}, "features"),
        (FACE, {"features": b"1"}, "features"),
        (FACE, {"pose": b"1"}, "pose"),
        (FACE, {"pose_uncertainty": b"1234"}, "pose_uncertainty"),
        (FACE, {"landmarks": (Landmark(1, 256, 3, 4, 5),)}, "code"),
        (FACE, {"landmarks": (Landmark(1, 2, 3, 4, -5),)}, "z"),
        (FACE, {"landmarks": (Landmark(1, 2, 3, 4, 5),) * 65536}, "landmarks"),
        (IRIS, {"geometry": (1, 2, 3, 4, 5)}, "geometry"),
        (IRIS, {"geometry": (1, 2, 3, 4, 5, 65536)}, "geometry"),
    ],
)
def test_a_value_that_its_place_cannot_hold_is_not_written(
    record: Record, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        replace(record, **changed).encode()

    assert (caught.value.code, caught.value.detail) == (RECORD_FIELD_UNFIT, {"field": field})


@EACH_RECORD
@pytest.mark.parametrize(
    "changed, field",
    [
        ({"technology": 256}, "technology"),
        ({"vendor": 65536}, "vendor"),
        ({"device_type": -1}, "device_type"),
        ({"quality": (QualityBlock(300, 0, 0),)}, "score"),
        ({"quality": (QualityBlock(1, 65536, 0),)}, "algorithm_vendor"),
        ({"quality": (QualityBlock(1, 0, 65536),)}, "algorithm"),
        ({"quality": (QualityBlock(1, 0, 0),) * 256}, "quality_blocks"),
    ],
)
def test_capture_details_that_their_places_cannot_hold_are_not_written(
    record: Record, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        replace(record, details=replace(record.details, **changed)).encode()

    assert (caught.value.code, caught.value.detail) == (RECORD_FIELD_UNFIT, {"field": field})


@pytest.mark.parametrize("time", [b"", b"abc", bytes(10)])
def test_a_time_is_nine_octets_from_the_beginning(time: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        CaptureDetails(time, 0, 0, 0, ())

    assert (caught.value.code, caught.value.detail) == (RECORD_FIELD_UNFIT, {"field": "time"})


@EACH_RECORD
def test_more_representations_than_their_number_can_tell_are_not_written(record: Record) -> None:
    with pytest.raises(BadInput) as caught:
        replace(record, further=(record,) * 65535).encode()  # type: ignore[arg-type]

    assert caught.value.detail == {"field": "representations"}


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
