"""Finger records: what parses, encodes to the very octets it came from."""

from fuzz.iso_records import finger_picture_at, finger_seeds, mutator
from fuzz.typed import assert_well_typed
from muster.formats.iso19794_4 import MAGIC, FingerRecord

seeds = finger_seeds
mutate = mutator(MAGIC, 16, finger_picture_at)


def run(content: bytes) -> None:
    record = FingerRecord.parse(content)
    assert record.encode() == content
    assert_well_typed(record)
    assert record.details.captured_at is None or record.details.captured_at.tzinfo
