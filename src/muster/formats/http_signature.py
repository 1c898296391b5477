"""Requests signed by a station's machine key: HTTP Message Signatures (RFC 9421), the one form stations use.

Covered are method, path, query, the digest of the body (``Content-Digest``, RFC 9530; of no octets where there
is no body) and what the station says of itself (``Muster-Station``). ``created`` and ``nonce`` make the request
one that is taken once. Other labels, components, algorithms or parameters are refused, not skipped: both sides
are ours.

::

    Content-Digest: sha-256=:<base64>:
    Muster-Station: version="0.1.0";waiting=3
    Signature-Input: muster=("@method" "@path" "@query" "content-digest" "muster-station");created=1770000000\\
        ;nonce="<22 characters>";keyid="<MOSIP's name of the key>";alg="rsa-v1_5-sha256";tag="muster-station"
    Signature: muster=:<base64>:
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from muster.errors import Code, MalformedData

REQUEST_SIGNATURE_UNREADABLE = Code(
    "REQUEST_SIGNATURE_UNREADABLE", "The signature of a station's request cannot be read."
)

CONTENT_DIGEST, STATION, INPUT, SIGNATURE = "content-digest", "muster-station", "signature-input", "signature"
HEADERS = (CONTENT_DIGEST, STATION, INPUT, SIGNATURE)
CLOCK_TOLERANCE = timedelta(minutes=5)

_COVERED = f'("@method" "@path" "@query" "{CONTENT_DIGEST}" "{STATION}")'
_INPUT = re.compile(
    rf"muster=({re.escape(_COVERED)};created=([0-9]{{1,12}})"
    r';nonce="([A-Za-z0-9_-]{16,64})";keyid="([0-9a-f:]{1,200})";alg="rsa-v1_5-sha256";tag="muster-station")'
)
_BYTES = re.compile(r"([a-z0-9-]+)=:([A-Za-z0-9+/]*={0,2}):")
_DIGEST = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:")
_STATION = re.compile(r'version="([0-9A-Za-z.+-]{1,40})"(?:;waiting=([0-9]{1,9}))?')


@dataclass(frozen=True, slots=True)
class Said:
    """What a station says of itself: its version, and how many packets wait there."""

    version: str
    waiting: int | None = None

    def encode(self) -> str:
        waiting = "" if self.waiting is None else f";waiting={self.waiting}"
        return f'version="{self.version}"{waiting}'


@dataclass(frozen=True, slots=True)
class Head:
    """A request as both sides see it before its body. ``query`` without its question mark, both as they stand on
    the line."""

    method: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Asked(Head):
    body: bytes


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """``base`` is what ``signature`` is over; ``digest`` is the header's, which is among it."""

    key_index: str
    created: datetime
    nonce: str
    said: Said
    base: bytes
    signature: bytes
    digest: str

    def is_over(self, body: bytes) -> bool:
        """Whether that body was meant."""
        return self.digest == _digest(body)


def unsigned_headers(asked: Asked, said: Said, key_index: str, created: datetime, nonce: str) -> dict[str, str]:
    """Everything but the signature."""
    parameters = (
        f'{_COVERED};created={int(created.timestamp())};nonce="{nonce}";keyid="{key_index}"'
        ';alg="rsa-v1_5-sha256";tag="muster-station"'
    )
    return {CONTENT_DIGEST: _digest(asked.body), STATION: said.encode(), INPUT: f"muster={parameters}"}


def signature_base(asked: Head, headers: Mapping[str, str]) -> bytes:
    """Section 2.5. ``headers`` as :func:`unsigned_headers` makes them."""
    lines = (
        f'"@method": {asked.method}',
        f'"@path": {asked.path}',
        f'"@query": ?{asked.query}',
        f'"{CONTENT_DIGEST}": {headers[CONTENT_DIGEST]}',
        f'"{STATION}": {headers[STATION]}',
        f'"@signature-params": {headers[INPUT].removeprefix("muster=")}',
    )
    return "\n".join(lines).encode()


def signature_header(signature: bytes) -> str:
    return f"muster=:{base64.b64encode(signature).decode()}:"


def parse(asked: Head, headers: Mapping[str, str]) -> SignedRequest:
    """Of the headers, with lower-case names. Whether the body is the one that was signed is asked when it is there
    (``is_over``). Raises ``MalformedData``."""
    found = _INPUT.fullmatch(headers.get(INPUT, ""))
    station = _STATION.fullmatch(headers.get(STATION, ""))
    digest = headers.get(CONTENT_DIGEST, "")
    if found is None or station is None or not _DIGEST.fullmatch(digest):
        raise MalformedData(REQUEST_SIGNATURE_UNREADABLE)
    waiting = station.group(2)
    try:
        created = datetime.fromtimestamp(int(found.group(2)), UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise MalformedData(REQUEST_SIGNATURE_UNREADABLE) from error
    return SignedRequest(
        key_index=found.group(4),
        created=created,
        nonce=found.group(3),
        said=Said(station.group(1), int(waiting) if waiting else None),
        base=signature_base(asked, headers),
        signature=_octets(headers.get(SIGNATURE, "")),
        digest=digest,
    )


def _octets(text: str) -> bytes:
    found = _BYTES.fullmatch(text)
    if found is None or found.group(1) != "muster":
        raise MalformedData(REQUEST_SIGNATURE_UNREADABLE)
    try:
        return base64.b64decode(found.group(2), validate=True)
    except binascii.Error as error:
        raise MalformedData(REQUEST_SIGNATURE_UNREADABLE) from error


def _digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
