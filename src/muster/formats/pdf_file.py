"""A PDF of given objects (ISO 32000-1, 7.5): what stands around them, and the table that finds them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

PDF_INFO = b"<< /Producer (Muster) >>"
_BEGIN = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def pdf_file(objects: Sequence[bytes]) -> bytes:
    """``objects`` are numbered from 1: the catalogue, the list of pages, ``PDF_INFO``, and the others."""
    written = [b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1)]
    starts = list(accumulate(map(len, written), initial=len(_BEGIN)))
    table = b"".join(b"%010d 00000 n \n" % each for each in starts[:-1])
    count = len(objects) + 1
    trailer = b"<< /Size %d /Root 1 0 R /Info 3 0 R >>" % count
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n%b\nstartxref\n%d\n%%%%EOF\n"
    return _BEGIN + b"".join(written) + end % (count, table, trailer, starts[-1])


def pdf_stream(told: bytes, content: bytes) -> bytes:
    """``told`` is what its dictionary says besides its length."""
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (told, len(content), content)
