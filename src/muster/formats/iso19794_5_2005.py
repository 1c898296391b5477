"""Face image records of the first edition, ISO/IEC 19794-5:2005 ("FAC", version "010"): what a passport's chip
holds its portrait in (ICAO Doc 9303-10, 4.7.2).

Read only. Nothing of it but the picture and what it is goes any further, so a record that says impossible things
about eye colours is still read; its lengths must fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.errors import MalformedData
from muster.formats.octets import RECORD_LENGTH_WRONG, Layout, Reader

MAGIC = b"FAC\x00010\x00"
_HEADER = Layout(record_length="I", faces="H")  # 5.4
_FACE = Layout(  # 5.5, facial information
    block_length="I", points="H", gender="B", eye_colour="B", hair_colour="B", properties="3s", expression="H",
    pose="3s", pose_uncertainty="3s",
)  # fmt: skip
_POINT_LENGTH = 8  # 5.6
_IMAGE = Layout(  # 5.7, image information
    image_type="B",
    data_type="B",
    width="H",
    height="H",
    colour_space="B",
    source="B",
    device_type="H",
    quality="H",
)
_FACES_AT_MOST = 20  # Doc 9303-10 has one; more of them are read past, not kept


@dataclass(frozen=True, slots=True)
class PortraitRecord:
    """One face. ``data_type`` 0 is JPEG, 1 JPEG 2000, though the picture itself is what counts; ``width`` and
    ``height`` in pixels, as stated."""

    image_type: int
    data_type: int
    width: int
    height: int
    image: bytes = field(repr=False)

    @classmethod
    def parse(cls, content: bytes) -> tuple[PortraitRecord, ...]:
        """The faces of a record. Raises ``MalformedData``."""
        reader = Reader(content)
        reader.expect(MAGIC)
        header = _HEADER.read(reader)
        if header["record_length"] != len(content) or not 1 <= header["faces"] <= _FACES_AT_MOST:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=len(MAGIC))
        faces = tuple(cls._read(reader) for _ in range(header["faces"]))
        reader.end()
        return faces

    @classmethod
    def _read(cls, reader: Reader) -> PortraitRecord:
        at = reader.offset
        face = _FACE.read(reader)
        reader.take(face["points"] * _POINT_LENGTH)
        image = _IMAGE.read(reader)
        left = face["block_length"] - (reader.offset - at)
        if left < 0:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=at)
        return cls(image["image_type"], image["data_type"], image["width"], image["height"], reader.take(left))
