"""A registration with a device that signs for itself: believed when the server's list vouches for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.clock import utc_now
from muster.crypto.signing import certificate_to_pem
from muster.devices.catalogue import Catalogue
from muster.devices.records import finger_record
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.registration import Step
from muster.errors import NotAuthentic
from muster.plugins import Plugin
from muster.upload.sync_data import Kind
from muster.upload.transport import Answer, Exchange, Request
from muster_sbi.driver import SbiDriver
from muster_sbi.watching import Watch
from muster_simulated.driver import from_environment
from simulators.sbi_service import SbiService, authorities, running, until
from unit.workstation.desks import PICTURES, capture, desk_at, play

PORTS = range(4570, 4580)


class _Listing(Exchange):
    """The server's list of authorities."""

    def send(self, request: Request) -> Answer:
        devices, chips = authorities(utc_now())
        rows = [
            {
                "certId": f"{domain}-{number}",
                "partnerDomain": domain,
                "certData": certificate_to_pem(der).decode(),
                "createdtimes": "2026-01-01T00:00:00.000Z",
            }
            for domain, found in (("DEVICE", devices), ("FTM", chips))
            for number, der in enumerate(found)
        ]
        content = {
            "response": {"lastSyncTime": "2026-01-02T00:00:00.000Z", "certificateDTOList": rows},
            "errors": None,
        }
        return Answer(json.dumps(content).encode(), content, "")


class _Fingers(SbiService):
    """With ridges on its glass."""

    def record(self, attribute: BiometricAttribute, quality: float) -> bytes:
        with Image.open(PICTURES / f"{attribute.value}.png") as opened:
            return finger_record(np.asarray(opened.convert("L")), attribute, 500, self.now(), quality)


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    """The simulated devices, with a reader behind a service in the place of the simulated one."""
    with running(_Fingers(utc_now), PORTS) as service:
        driver = SbiDriver(watch=Watch([service.port], every_s=0.1))
        assert until(lambda: len(driver.find()) == 1)
        yield Catalogue(
            [
                Plugin("sbi", "muster-driver-sbi", lambda: driver, None),
                Plugin("simulated", "muster-driver-simulated", from_environment, None),
            ]
        )
        driver.close()


def test_a_device_nobody_vouches_for_takes_no_fingers(root: Path, catalogue: Catalogue) -> None:
    with desk_at(root, catalogue=catalogue) as desk:
        draft = play(desk, stop_after=Step.FACE)
        with pytest.raises(NotAuthentic, match="SBI_NOT_TRUSTED"):
            capture(desk, draft, CaptureGroup.LEFT_SLAP)
        assert not desk.enrollment.registration(draft).samples.keys() & set(CaptureGroup.LEFT_SLAP.attributes)


def test_a_device_the_servers_list_vouches_for_takes_fingers_that_the_packet_can_prove(
    root: Path, catalogue: Catalogue
) -> None:
    with desk_at(root) as desk:
        assert desk.master_data.take(Kind.CA_CERTIFICATES, _Listing())
    with desk_at(root, catalogue=catalogue) as desk:
        draft = play(desk, stop_after=Step.FACE)
        outcome = capture(desk, draft, CaptureGroup.LEFT_SLAP)
        assert [each.accepted for each in outcome.samples] == [True] * len(outcome.samples)
        kept = desk.enrollment.registration(draft).samples
        assert {kept[each.attribute].facts.device.serial for each in outcome.samples} == {"SLAP0000000001"}
