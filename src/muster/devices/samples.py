"""One captured sample from a device that has no key of its own: its record, signed on its behalf."""

from __future__ import annotations

from datetime import datetime

from muster.devices.api import CapturedSample, CaptureRequest, Signer
from muster.domain.biometrics import BiometricAttribute, DigitalId


def attested_sample(
    signer: Signer,
    request: CaptureRequest,
    *,
    attribute: BiometricAttribute,
    record: bytes,
    quality: float,
    captured_at: datetime,
    device: DigitalId,
    device_code: str,
    device_service_version: str,
) -> CapturedSample:
    """Sign ``record`` and put the sample together.

    The next sample of the same capture continues the chain: hand on ``request`` with ``previous_hash`` set to
    this one's ``hash``.
    """
    attestation, link = signer.attest(
        attribute=attribute,
        record=record,
        quality=quality,
        captured_at=captured_at,
        device=device,
        device_code=device_code,
        device_service_version=device_service_version,
        request=request,
    )
    return CapturedSample(
        attribute=attribute,
        record=record,
        quality=quality,
        captured_at=captured_at,
        device=device,
        device_code=device_code,
        device_service_version=device_service_version,
        attestation=attestation,
        hash=link,
    )
