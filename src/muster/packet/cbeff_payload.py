"""What a device signed about a capture, held against the sample it stands beside.

MOSIP's server asks all of this: its ``DeviceValidator`` wants a signed ``digitalId`` and two times of one form
(``yyyy-MM-dd'T'HH:mm:ss'Z'``, neither milliseconds nor offset), its signature check the ``digitalId``'s
certificates among those of the capture, and dates of certificates are enforced. A certificate is judged at the
time of the capture, which the device signed, not at today's: a packet may wait for months, and device
certificates live for weeks.

What one side does not say contradicts nothing, and neither does ``UNKNOWN``. Only verified payloads come here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from muster import base64url
from muster.crypto.jws import VerifiedJws, verify_compact
from muster.crypto.signing import is_valid_at
from muster.errors import Code, NotAuthentic
from muster.formats.cbeff import Bir
from muster.formats.cbeff_schema import CbeffProblem

CBEFF_DIGITAL_ID_ABSENT = Code(
    "CBEFF_DIGITAL_ID_ABSENT", "A device signed a sample in the biometric file and did not say which device it is."
)
CBEFF_DIGITAL_ID_WRONG = Code(
    "CBEFF_DIGITAL_ID_WRONG", "What a device says about itself in the biometric file is not signed by a device."
)
CBEFF_DIGITAL_ID_FOREIGN = Code(
    "CBEFF_DIGITAL_ID_FOREIGN",
    "What a device says about itself in the biometric file is signed with another certificate than its capture.",
)
CBEFF_TIMESTAMP_ABSENT = Code(
    "CBEFF_TIMESTAMP_ABSENT", "A device signed a sample in the biometric file and did not say when."
)
CBEFF_TIMESTAMP_WRONG = Code(
    "CBEFF_TIMESTAMP_WRONG",
    "A time that a device signed in the biometric file has another form than 2026-01-31T12:59:59Z.",
)
CBEFF_CERTIFICATE_EXPIRED = Code(
    "CBEFF_CERTIFICATE_EXPIRED", "A device's certificate was not valid at the time of the capture that it signed."
)
CBEFF_TYPE_NOT_SIGNED = Code(
    "CBEFF_TYPE_NOT_SIGNED", "A sample in the biometric file is of another kind than its device signed."
)
CBEFF_SUBTYPE_NOT_SIGNED = Code(
    "CBEFF_SUBTYPE_NOT_SIGNED",
    "A sample in the biometric file is of another finger or eye than its device signed.",
)

_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
SIGNED_TIMES = ("timestamp", "digitalId/dateTime")
_SAYS_NOTHING = (None, "", "UNKNOWN")


def payload_problems(bir: Bir, verified: VerifiedJws, place: str) -> Iterator[CbeffProblem]:
    """``verified`` is the token of ``bir``; ``place`` is where the sample stands."""
    claims = claims_of(verified.payload)
    payload = f"{place}/others/PAYLOAD"
    at = _time(claims, "timestamp")
    if isinstance(at, Code):
        yield CbeffProblem(at, f"{payload}/timestamp")
    if _is_expired(verified, at):
        yield CbeffProblem(CBEFF_CERTIFICATE_EXPIRED, f"{place}/SB")
    yield from _digital_id_problems(claims, verified, at, f"{payload}/digitalId")
    yield from contradictions(bir, claims, place)


def contradictions(bir: Bir, claims: Mapping[str, Any], place: str) -> Iterator[CbeffProblem]:
    """What a device says it captured, against what the sample is said to be."""
    if _contradicts(claims.get("bioType"), _as_devices_say(bir.type)):
        yield CbeffProblem(CBEFF_TYPE_NOT_SIGNED, f"{place}/BDBInfo/Type")
    if _contradicts(claims.get("bioSubType"), bir.subtype):
        yield CbeffProblem(CBEFF_SUBTYPE_NOT_SIGNED, f"{place}/BDBInfo/Subtype")


def claims_of(payload: bytes) -> Mapping[str, Any]:
    """The JSON object in a token; an empty one for whatever else stands there."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def signed_times(claims: Mapping[str, Any]) -> dict[str, datetime]:
    """The two times in a payload that a server compares with the packet's (trap 12), as far as they are there."""
    identity = claims_of(payload_of(claims.get("digitalId")))
    found = (_time(claims, "timestamp"), _time(identity, "dateTime"))
    return {name: at for name, at in zip(SIGNED_TIMES, found, strict=True) if isinstance(at, datetime)}


def payload_of(token: object) -> bytes:
    """The payload of a compact JWS, which nobody verified here."""
    parts = token.split(".") if isinstance(token, str) else []
    try:
        return base64url.decode(parts[1]) if len(parts) == 3 else b""
    except ValueError:
        return b""


def _digital_id_problems(
    claims: Mapping[str, Any], capture: VerifiedJws, at: datetime | Code, place: str
) -> Iterator[CbeffProblem]:
    token = claims.get("digitalId")
    if token in (None, ""):
        yield CbeffProblem(CBEFF_DIGITAL_ID_ABSENT, place)
        return
    try:
        identity = verify_compact(token if isinstance(token, str) else "")
    except NotAuthentic:
        yield CbeffProblem(CBEFF_DIGITAL_ID_WRONG, place)
        return
    signed_at = _time(claims_of(identity.payload), "dateTime")
    if isinstance(signed_at, Code):
        yield CbeffProblem(signed_at, f"{place}/dateTime")
    # A device whose chip signs its identity (L1) names both certificates in its captures. Compared as text, as
    # MOSIP does: the same certificate in another alphabet would be refused there.
    if not all(each in capture.header["x5c"] for each in identity.header["x5c"]):
        yield CbeffProblem(CBEFF_DIGITAL_ID_FOREIGN, place)
    elif identity.certificate_der != capture.certificate_der and _is_expired(identity, at):
        yield CbeffProblem(CBEFF_CERTIFICATE_EXPIRED, place)


def _time(claims: Mapping[str, Any], key: str) -> datetime | Code:
    """When something was signed, or what is wrong with it."""
    text = claims.get(key)
    if text in (None, ""):
        return CBEFF_TIMESTAMP_ABSENT
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return CBEFF_TIMESTAMP_WRONG
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return CBEFF_TIMESTAMP_WRONG


def _is_expired(token: VerifiedJws, at: datetime | Code) -> bool:
    return isinstance(at, datetime) and not is_valid_at(token.certificate_der, at)


def _as_devices_say(kind: str) -> str:
    """MOSIP goes by the first word. To its device the photo of an exception was a face."""
    first = kind.partition(" ")[0]
    return "Face" if first == "ExceptionPhoto" else first


def _contradicts(signed: object, told: str) -> bool:
    if signed in _SAYS_NOTHING or not told:
        return False
    return not isinstance(signed, str) or signed.casefold().split() != told.casefold().split()
