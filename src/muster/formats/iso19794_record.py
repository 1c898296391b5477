"""A record of any of the three kinds, told apart by its first eight octets."""

from __future__ import annotations

from muster.errors import MalformedData
from muster.formats import iso19794_4, iso19794_5, iso19794_6
from muster.formats.octets import RECORD_MAGIC_WRONG

Record = iso19794_4.FingerRecord | iso19794_5.FaceRecord | iso19794_6.IrisRecord


def parse_record(content: bytes) -> Record:
    """Raises ``MalformedData``."""
    if content.startswith(iso19794_4.MAGIC):
        return iso19794_4.FingerRecord.parse(content)
    if content.startswith(iso19794_5.MAGIC):
        return iso19794_5.FaceRecord.parse(content)
    if content.startswith(iso19794_6.MAGIC):
        return iso19794_6.IrisRecord.parse(content)
    raise MalformedData(RECORD_MAGIC_WRONG, offset=0)
