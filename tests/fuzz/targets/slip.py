"""The code of a slip, as anybody may print it, and its claims as if a station had signed them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from muster.crypto.slip_key import SlipKey, verify_slip
from muster.errors import MalformedData, NotAuthentic
from muster.formats.slip_claims import SlipClaims, name_hash

REFUSALS = (MalformedData, NotAuthentic)
WORDS = (b'"sub":"', b'"iat":', b'"exp":1e400', b"eyJhbGciOiJFZDI1NTE5")
_KEY = SlipKey(bytes(32))
_AT = datetime(2026, 3, 1, tzinfo=UTC)
_CERTIFICATE = _KEY.certificate("Slips", _AT, 3650)
_NUMBER = "10001100010000120260301123000"


def seeds(reference: Path | None) -> Iterator[bytes]:
    claims = SlipClaims(_NUMBER, _AT, _AT + timedelta(days=1), name_hash(_NUMBER, "Erika"), "").encode()
    yield claims
    yield _KEY.sign(claims).encode()


def run(content: bytes) -> None:
    try:
        verify_slip(content.decode("utf-8", "surrogateescape"), _CERTIFICATE)
    except NotAuthentic:
        claims = SlipClaims.parse(verify_slip(_KEY.sign(content), _CERTIFICATE))
        assert SlipClaims.parse(claims.encode()) == claims
