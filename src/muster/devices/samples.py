"""One captured sample from a device that has no key of its own: its record, made and signed on its behalf."""

from __future__ import annotations

from datetime import datetime

from muster.devices.api import CapturedSample, CaptureRequest, DeviceContext, Signer
from muster.devices.frames import Pixels
from muster.devices.records import finger_record, iris_record
from muster.domain.biometrics import BiometricAttribute, DigitalId, Modality


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


def picture_sample(
    context: DeviceContext,
    request: CaptureRequest,
    *,
    attribute: BiometricAttribute,
    pixels: Pixels,
    resolution_dpi: int,
    quality: float,
    device: DigitalId,
    device_code: str,
    device_service_version: str,
) -> CapturedSample:
    """The sample of a finger or eye whose device hands out a picture only: ``pixels`` is (h, w) grey,
    ``resolution_dpi`` counts for fingers."""
    captured_at = context.clock()
    if attribute.modality is Modality.FINGER:
        record = finger_record(pixels, attribute, resolution_dpi, captured_at, quality)
    else:
        record = iris_record(pixels, attribute, captured_at, quality)
    return attested_sample(
        context.signer,
        request,
        attribute=attribute,
        record=record,
        quality=quality,
        captured_at=captured_at,
        device=device,
        device_code=device_code,
        device_service_version=device_service_version,
    )
