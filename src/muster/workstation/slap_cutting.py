"""One picture of several fingers -> a sample of each, for readers that do not take them apart themselves.

The records are the station's own, signed on the device's behalf, so the quality in them is the one measured here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from muster.analysis.fingerprint_ridges import at_500_dpi
from muster.analysis.fingerprint_slaps import segment
from muster.devices.api import CapturedSample, CaptureRequest, DeviceContext, SlapPicture
from muster.devices.samples import picture_sample
from muster.domain.assessment import Finding, blocking
from muster.domain.biometrics import CaptureGroup
from muster.workstation.sample_judging import Judge

_STANDARD_DPI = 500


def cut_slap(
    slap: SlapPicture, group: CaptureGroup, request: CaptureRequest, context: DeviceContext, judge: Judge
) -> tuple[Sequence[CapturedSample], tuple[Finding, ...]]:
    """The fingers that were asked for, or what is wrong with the placement: none, too few, the other hand.

    About 0.2 s, and a judgement for each finger. Raises ``Unavailable``, ``NotAuthentic`` (weights).
    """
    pixels = at_500_dpi(slap.pixels, slap.resolution_dpi, slap.resolution_dpi)
    seen = segment(pixels, group, [each for each in group.attributes if each not in request.attributes])
    wrong = blocking(seen.findings)
    samples: list[CapturedSample] = []
    for finger in () if wrong else seen.fingers:
        assert finger.attribute is not None  # else something was wrong
        judged = judge.see(finger.attribute, finger.picture)
        sample = picture_sample(
            context,
            request,
            attribute=finger.attribute,
            pixels=finger.picture,
            resolution_dpi=_STANDARD_DPI,
            quality=judged.judgement.quality or 0.0,
            device=slap.device,
            device_code=slap.device_code,
            device_service_version=slap.device_service_version,
        )
        judge.remember(sample.record, judged)
        samples.append(sample)
        request = replace(request, previous_hash=sample.hash)
    return samples, wrong
