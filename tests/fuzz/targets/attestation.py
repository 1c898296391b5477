"""What a device says about a sample: claims changed and then signed as it would; and texts that nobody signed."""

import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.keys import certificate_der, signing_key
from fuzz.mutation import NASTY, deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster import base64url
from muster.crypto.jws import sign_compact
from muster.devices.attestation import verify_attestation
from muster.domain.biometrics import Attestation
from muster.errors import NotAuthentic
from muster.formats.cbeff import BIO_VALUE_MARK

REFUSALS = (NotAuthentic,)
mutate = mutate_json
_RECORD = b"FIR\x00020\x00"
_DIGITAL_ID = "@digital id"  # put in below: signing it costs time
WORDS = (b'"bioValue"', b'"digitalId"', BIO_VALUE_MARK.encode(), _DIGITAL_ID.encode(), b"\\ud800")


def seeds(reference: Path | None) -> Iterator[bytes]:
    claims = {"digitalId": _DIGITAL_ID, "bioType": "Finger", "bioValue": BIO_VALUE_MARK, "qualityScore": "80.00"}
    yield json.dumps(claims).encode()
    for value in NASTY:
        yield json.dumps({**claims, "digitalId": value}).encode()
        yield json.dumps({**claims, "bioValue": value}).encode()
    yield from deep_texts(json.dumps({**claims, "x": "@"}).encode())
    yield from deep_texts(json.dumps({**claims, "digitalId": "@"}).encode())
    yield json.dumps({"header": "e30", "payload": "\ud800", "signature": "\xe9"}).encode()


def run(content: bytes) -> None:
    """As JSON with ``header``, ``payload`` and ``signature``: those; as anything else: claims."""
    text = content.decode("utf-8", "replace")
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, dict) and isinstance(given.get("payload"), str):
        attestation = Attestation(str(given.get("header")), given["payload"], str(given.get("signature")), "0.9.5")
        verify_attestation(attestation, _RECORD)
    payload = text.replace(_DIGITAL_ID, _digital_id())
    signed = payload.replace(BIO_VALUE_MARK, base64url.encode(_RECORD), 1).encode()
    header, _, signature = sign_compact(signing_key(), signed, certificate_der()).split(".")
    assert_well_typed(verify_attestation(Attestation(header, payload, signature, "0.9.5"), _RECORD))


_KNOWN: list[str] = []


def _digital_id() -> str:
    if not _KNOWN:
        _KNOWN.append(sign_compact(signing_key(), b"{}", certificate_der()))
    return _KNOWN[0]
