"""Any of the three kinds, told apart by its beginning; and the picture inside, which is only described."""

from collections.abc import Iterator
from pathlib import Path

from fuzz.iso_records import face_seeds, finger_seeds, iris_seeds
from fuzz.targets import iso19794_4, iso19794_5, iso19794_6
from fuzz.typed import assert_well_typed
from muster.formats.iso19794_picture import describe, picture_in
from muster.formats.iso19794_record import parse_record

_MUTATORS = {b"FIR": iso19794_4.mutate, b"FAC": iso19794_5.mutate, b"IIR": iso19794_6.mutate}


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield from finger_seeds(reference)
    yield from face_seeds(reference)
    yield from iris_seeds(reference)


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    return _MUTATORS.get(content[:3], iso19794_4.mutate)(content, longest, seed)


def run(content: bytes) -> None:
    assert_well_typed(describe(content))
    record = parse_record(content)
    assert record.encode() == content
    assert_well_typed(picture_in(record))
