"""How large a packet will be once it is sealed, from the sizes of what goes in. Nothing is read or encrypted.

Within a few per cent: what weighs is pictures, which deflate cannot make smaller, and everything else is little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Base64 has 64 signs in 8 bits: as XML it grows by a third, and Huffman's codes take 6 bits of each again. XML is
# told in much the same signs.
_BASE64 = 4 / 3
_HUFFMAN = 0.754
_SB_BASE64 = 1.2  # header and signature are base64 once more, the payload is not
_BIR_XML = 1_500  # tags, quality, indices
_PDF = 1.0  # a JPEG in its page
_PER_CAPTURE = 450  # its lines in the meta information of each subpacket and in the trail
_PER_DOCUMENT = 900
_REST = 9_000  # three ID.json, three meta infos, the trail, sidecars, envelopes


@dataclass(frozen=True, slots=True)
class RecordSize:
    """One capture: octets of its ISO record, characters of what its device signed."""

    record: int
    attestation: int


def sealed_size(documents: Iterable[int], records: Iterable[RecordSize]) -> int:
    """Bytes of the sealed packet with documents of these sizes and these captures."""
    papers = sum(size * _PDF + _PER_DOCUMENT for size in documents)
    captures = sum(
        (each.record * _BASE64 + each.attestation * _SB_BASE64 + _BIR_XML) * _HUFFMAN + _PER_CAPTURE
        for each in records
    )
    return round(papers + captures + _REST)
