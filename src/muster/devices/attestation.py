"""Signing samples for hardware that has no key, and verifying what any device signed.

MOSIP wants each sample as an SBI device would have signed it (SBI 0.9.5, RCAPTURE): a JWS over a payload
that holds the record, with the device's identity as a JWS of its own inside. A USB reader or a camera cannot
do that, so the station's software device key signs on its behalf; the certificate says so.

Scores are decimal text, times UTC without milliseconds (the server's device validator parses no other
form). Samples are chained: H(i) = SHA256(H(i-1) || SHA256(record)) over raw digests, H(0) = SHA256("").
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from muster import base64url
from muster.clock import Clock
from muster.crypto.jws import SIGNATURE_INVALID, VerifiedJws, sign_compact, verify_compact
from muster.crypto.signing import SigningKey
from muster.devices.api import CaptureRequest
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId
from muster.errors import NotAuthentic
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.cbeff import BIO_VALUE_MARK, rebuild_jws

SPEC_VERSION = "0.9.5"
ENVIRONMENT = "Developer"
PURPOSE = "Registration"


class SoftwareSigner:
    """The station's stand-in for a device key. Implements ``devices.api.Signer``."""

    def __init__(self, key: SigningKey, certificate_der: bytes, clock: Clock) -> None:
        self._key = key
        self._certificate_der = certificate_der
        self._clock = clock

    def attest(
        self,
        *,
        attribute: BiometricAttribute,
        record: bytes,
        quality: float,
        captured_at: datetime,
        device: DigitalId,
        device_code: str,
        device_service_version: str,
        request: CaptureRequest,
    ) -> tuple[Attestation, str]:
        """Sign ``record``; returns the attestation and the next hash of the chain."""
        payload = json.dumps(
            {
                "digitalId": self._digital_id(device),
                "deviceCode": device_code,
                "deviceServiceVersion": device_service_version,
                "bioType": type_of(attribute.value),
                "bioSubType": SUBTYPES[attribute.value] or None,
                "purpose": PURPOSE,
                "env": ENVIRONMENT,
                "bioValue": BIO_VALUE_MARK,
                "transactionId": request.transaction_id,
                "timestamp": _seconds(captured_at),
                "requestedScore": str(request.requested_score),
                "qualityScore": f"{quality:.2f}",
            },
            separators=(",", ":"),
        )
        signed = payload.replace(BIO_VALUE_MARK, base64url.encode(record), 1)
        header, _, signature = sign_compact(self._key, signed.encode(), self._certificate_der).split(".")
        attestation = Attestation(header, payload, signature, SPEC_VERSION)
        return attestation, next_hash(request.previous_hash, record)

    def _digital_id(self, device: DigitalId) -> str:
        content = {
            "serialNo": device.serial,
            "make": device.make,
            "model": device.model,
            "type": device.kind,
            "deviceSubType": device.sub_kind,
            "deviceProvider": device.provider,
            "deviceProviderId": device.provider_id,
            "dateTime": _seconds(self._clock()),
        }
        payload = json.dumps(content, separators=(",", ":")).encode()
        return sign_compact(self._key, payload, self._certificate_der)


def verify_attestation(attestation: Attestation, record: bytes) -> VerifiedJws:
    """Check that the device signed exactly ``record``, and that what it says of itself is signed too: with the
    same key, or in a certified (L1) device with that of its chip.

    Whether the certificates are to be trusted is not decided here but where the device is opened. Raises
    ``NotAuthentic``.
    """
    try:
        token = rebuild_jws(attestation.header, attestation.payload, attestation.signature, record)
    except UnicodeEncodeError as error:  # half a character, which JSON can escape and no signature can cover
        raise NotAuthentic(SIGNATURE_INVALID) from error
    verified = verify_compact(token)
    try:
        claims = json.loads(verified.payload)
        value, digital_id = claims["bioValue"], claims["digitalId"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise NotAuthentic(SIGNATURE_INVALID) from error
    # A payload without the mark, or with it in another field, is signed well and says nothing of the record.
    if value != base64url.encode(record):
        raise NotAuthentic(SIGNATURE_INVALID)
    verify_compact(digital_id)
    return verified


def next_hash(previous: str, record: bytes) -> str:
    """The chain's next link, upper-case hex; ``previous`` is the last link or empty."""
    before = bytes.fromhex(previous) if previous else hashlib.sha256(b"").digest()
    return hashlib.sha256(before + hashlib.sha256(record).digest()).hexdigest().upper()


def _seconds(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
