"""Inputs and a mutator for the three kinds of ISO records.

Plain mutation stays before the lengths: nearly whatever it does makes one of the three wrong. Here they are set
right again most of the time.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from fuzz.mutation import plain
from fuzz.target import Mutator
from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.biometrics import BiometricAttribute
from muster.errors import MalformedData
from muster.formats.iso19794 import Certification, QualityBlock
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord, Landmark
from muster.formats.iso19794_6 import IrisRecord

_AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
_PICTURE = np.arange(12 * 10, dtype=np.uint8).reshape(12, 10)
_ENOUGH = 160  # octets of a picture: its headers, without what only a decoder reads

_FLAG = 14
_QUALITY_COUNT = 13  # behind the representation's length: time, technology, vendor, device type
_DETAILS = 14


def finger() -> FingerRecord:
    return FingerRecord.parse(finger_record(_PICTURE, BiometricAttribute.LEFT_INDEX, 500, _AT, 80.0))


def face() -> FaceRecord:
    return FaceRecord.parse(face_record(np.dstack([_PICTURE] * 3), _AT, 80.0))


def iris() -> IrisRecord:
    return IrisRecord.parse(iris_record(_PICTURE, BiometricAttribute.LEFT_EYE, _AT, 80.0))


def finger_seeds(reference: Path | None) -> Iterator[bytes]:
    certified = replace(finger(), certifications=(Certification(1, 2), Certification(3, 4)), extended_data=b"note")
    yield from _seeds(finger(), reference)
    yield certified.encode()
    yield replace(certified, certifications=(), image=b"").encode()


def face_seeds(reference: Path | None) -> Iterator[bytes]:
    yield from _seeds(face(), reference)
    yield _certified(face())
    yield replace(face(), landmarks=(Landmark(1, 2, 3, 4, 5),) * 3, image=b"").encode()


def iris_seeds(reference: Path | None) -> Iterator[bytes]:
    yield from _seeds(iris(), reference)
    yield _certified(iris())


def _certified(record: Any) -> bytes:
    certified: bytes = replace(
        record, certification_flag=1, certifications=(Certification(1, 2),), extended_data=b"note"
    ).encode()
    return certified


def _seeds(record: Any, reference: Path | None) -> Iterator[bytes]:
    several = replace(record.details, quality=(QualityBlock(255, 1, 2),) * 3)
    none = replace(record.details, quality=(), time=b"\xff" * 9)
    whole = record.encode()
    yield whole
    yield replace(record, details=several).encode()
    yield replace(record, details=none).encode()
    small = replace(record, image=b"")
    yield replace(small, further=(small, replace(small, details=several))).encode()
    yield whole[:16]
    # Lengths that promise four gibibytes.
    yield whole[:8] + b"\xff\xff\xff\xff" + whole[12:]
    for file in sorted((reference / "iso").glob("*.iso")) if reference else ():
        try:
            known = type(record).parse(file.read_bytes())
        except MalformedData:
            continue  # another kind
        yield replace(known, image=known.image[:_ENOUGH]).encode()


def mutator(magic: bytes, general_length: int, image_length_at: Callable[[bytes], int]) -> Mutator:
    """``image_length_at`` says where the length of the picture stands in a record."""

    def mutate(content: bytes, longest: int, seed: int) -> bytes:
        changed = bytearray(plain(content, longest))
        effort = random.Random(seed).randrange(4)
        if effort and len(changed) >= general_length + 4:
            changed[: len(magic)] = magic
            struct.pack_into(">I", changed, len(magic), len(changed))
            _fit_representations(changed, general_length)
        if effort > 1 and changed[12:14] == b"\x00\x01":
            _fit_picture(changed, image_length_at)
        return bytes(changed)

    return mutate


def _fit_representations(changed: bytearray, at: int) -> None:
    """Each as long as it says, the last one to the end, and as many as there are then."""
    count, left = 1, max(1, struct.unpack_from(">H", changed, 12)[0])
    while left > 1:
        (length,) = struct.unpack_from(">I", changed, at)
        if length < 4 or at + length + 4 > len(changed):
            break
        at, count, left = at + length, count + 1, left - 1
    struct.pack_into(">I", changed, at, len(changed) - at)
    struct.pack_into(">H", changed, 12, count)


def _fit_picture(changed: bytearray, image_length_at: Callable[[bytes], int]) -> None:
    try:
        at = image_length_at(bytes(changed))
        struct.pack_into(">I", changed, at, len(changed) - at - 4)
    except (IndexError, struct.error):
        return  # too short to have a picture


def finger_picture_at(content: bytes) -> int:
    return _behind_details(content, 16) + struct.calcsize(">BBBHHHHBBBHH")


def face_picture_at(content: bytes) -> int:
    at = _behind_details(content, 17)
    landmarks = int.from_bytes(content[at : at + 2], "big")
    return at + struct.calcsize(">HBBBB3sH3s3s") + 8 * landmarks + struct.calcsize(">BBHHBHBB")


def iris_picture_at(content: bytes) -> int:
    return _behind_details(content, 16) + struct.calcsize(">HBBBBHHBHHHHHHHHH")


def _behind_details(content: bytes, general_length: int) -> int:
    start = general_length + 4
    at = start + _DETAILS + 5 * content[start + _QUALITY_COUNT]
    return at + (1 + 3 * content[at] if content[_FLAG] else 0)  # certifications
