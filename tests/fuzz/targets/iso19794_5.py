"""Face records: what parses, encodes to the very octets it came from."""

from fuzz.iso_records import face_picture_at, face_seeds, mutator
from fuzz.typed import assert_well_typed
from muster.formats.iso19794_5 import MAGIC, FaceRecord

seeds = face_seeds
mutate = mutator(MAGIC, 17, face_picture_at)


def run(content: bytes) -> None:
    record = FaceRecord.parse(content)
    assert record.encode() == content
    assert_well_typed(record)
