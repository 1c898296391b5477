"""Iris records: what parses, encodes to the very octets it came from."""

from fuzz.iso_records import iris_picture_at, iris_seeds, mutator
from fuzz.typed import assert_well_typed
from muster.formats.iso19794_6 import MAGIC, IrisRecord

seeds = iris_seeds
mutate = mutator(MAGIC, 16, iris_picture_at)


def run(content: bytes) -> None:
    record = IrisRecord.parse(content)
    assert record.encode() == content
    assert_well_typed(record)
