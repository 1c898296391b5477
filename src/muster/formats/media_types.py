"""What a file is, told from its content: neither its name nor the place it lay in says so.

Those kinds that identity services share, and no others: an office file is something unknown here, which is kept
and never opened.
"""

from __future__ import annotations

PDF = "application/pdf"
UNKNOWN = "application/octet-stream"

_PDF_BEGINS_WITHIN = 1024  # ISO 32000-1, Annex H, note 13: readers look that far
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
)


def media_type_of(content: bytes) -> str:
    """``application/octet-stream`` for what is none of these."""
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in content[:_PDF_BEGINS_WITHIN]:
        return PDF
    return UNKNOWN


def is_picture(media_type: str) -> bool:
    return media_type.startswith("image/")
