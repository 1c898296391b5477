"""base64url without padding (RFC 4648 section 5), the flavour MOSIP and JOSE write.

Read leniently: padding and the standard alphabet are accepted, because deployed writers mix them
(trap 21 of the packet notes). Anything else raises :class:`ValueError`.
"""

from __future__ import annotations

import base64
import binascii


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str | bytes) -> bytes:
    """Decode either alphabet, padded or not. Raises ``ValueError`` on any other character."""
    raw = text.encode("ascii") if isinstance(text, str) else text
    raw = raw.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
