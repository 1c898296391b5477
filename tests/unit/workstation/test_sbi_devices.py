"""A registration with a device that signs for itself: believed when the server's list vouches for it."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from muster.clock import utc_now
from muster.crypto.passive_authentication import CountryAuthorities
from muster.crypto.signing import certificate_to_pem
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import conformance_context
from muster.devices.frames import Pixels
from muster.devices.records import face_record, finger_record
from muster.devices.trust import Domain, TrustStore
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.domain.evidence import Evaluation
from muster.domain.registration import RegistrationId, Step
from muster.errors import DeviceUnavailable, NotAuthentic
from muster.methods.biometric import method as biometric_method
from muster.methods.tools import MethodTools
from muster.packet.govstack_claims import person_claims
from muster.plugins import Plugin
from muster.proofing.events import NodeCompleted, NodeDispatched
from muster.proofing.ledger import evaluate
from muster.proofing.levels import shipped_levels
from muster.proofing.method import Done, Work
from muster.proofing.submissions import submissions_of
from muster.upload.sync_data import Kind
from muster.upload.transport import Answer, Exchange, Request
from muster.workstation.desk import Desk
from muster.workstation.face_watching import FaceView
from muster.workstation.mailbox import Mailbox
from muster.workstation.proofing_sensors import ProofingSensors
from muster.workstation.reading_chip import ReadingChip
from muster.workstation.samples import CaptureOutcome
from muster_sbi.driver import SbiDriver
from muster_sbi.watching import Watch
from muster_simulated.driver import from_environment
from simulators.sbi_service import (
    STREAM_HEAD,
    SbiService,
    SimulatedDevice,
    authorities,
    part_of,
    running,
    until,
)
from unit.proofing.graphs import definitions, plan, start
from unit.proofing.graphs import method as node
from unit.workstation.desks import PICTURES, QUICK, capture, desk_at, first_view, play

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


FACE = SimulatedDevice("Face", "Full face", "FACE0000000001", "3", ("0",))


def _portrait() -> Pixels:
    with Image.open(PICTURES / "face.jpg") as opened:
        return np.asarray(opened.convert("RGB"))


class _Faces(SbiService):
    """A face camera. ``signed`` is what it signs, whatever it shows."""

    signed: Pixels | None = None

    def record(self, attribute: BiometricAttribute, quality: float) -> bytes:
        return face_record(_portrait() if self.signed is None else self.signed, self.now(), quality)


def _shows_a_face(connection: socket.socket, body: bytes) -> None:
    connection.sendall(STREAM_HEAD)
    with suppress(OSError):  # whoever looks has seen enough
        while True:
            connection.sendall(part_of((PICTURES / "face.jpg").read_bytes()))
            time.sleep(0.02)


@pytest.fixture
def camera() -> Iterator[_Faces]:
    yield _Faces(utc_now, [FACE], verbs={"STREAM": _shows_a_face})


@pytest.fixture
def desk(root: Path, camera: _Faces) -> Iterator[Desk]:
    """Believes the camera."""
    with desk_at(root) as before:
        assert before.master_data.take(Kind.CA_CERTIFICATES, _Listing())
    with running(camera, PORTS):
        catalogue = Catalogue([Plugin("sbi", "muster-driver-sbi", _driver(camera), None)])
        with desk_at(root, catalogue=catalogue) as made:
            yield made
        catalogue.close()


def _driver(service: SbiService) -> Callable[[], SbiDriver]:
    def make() -> SbiDriver:
        driver = SbiDriver(watch=Watch([service.port], every_s=0.1))
        assert until(lambda: len(driver.find()) == 1)
        return driver

    return make


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


def _draft(desk: Desk) -> RegistrationId:
    return desk.enrollment.start(("eng",)).id


def test_the_face_a_camera_signed_itself_is_kept_as_it_signed_it(desk: Desk) -> None:
    draft = _draft(desk)
    outcome = desk.enrollment.capture_face(draft, first_view(desk))
    assert outcome.samples[0].accepted
    sample = desk.enrollment.registration(draft).samples[BiometricAttribute.FACE]
    assert sample.facts.device.serial == "FACE0000000001"
    assert sample.facts.quality == 66.6  # by the device's own word, which is signed
    assert json.loads(sample.facts.attestation.payload)["deviceCode"] == "FACE0000000001"


def test_a_camera_that_signs_while_it_is_watched_is_not_opened_once_more(desk: Desk, camera: _Faces) -> None:
    draft, cancel, outcomes = _draft(desk), Event(), list[CaptureOutcome]()
    asked: list[str] = []

    class Pressing(Mailbox[FaceView]):
        def put(self, view: FaceView) -> None:
            if not outcomes:
                camera.asked.clear()
                outcomes.append(desk.enrollment.capture_face(draft, view))
                asked.extend(verb for verb, _ in camera.asked)
            cancel.set()

    desk.enrollment.watch_face(cancel, Pressing())
    assert outcomes[0].samples[0].accepted
    # Afterwards whoever looks round for devices may ask it.
    assert "MOSIPDINFO" not in asked[: asked.index("RCAPTURE")]


def test_a_camera_that_signs_another_picture_than_it_shows_is_refused(desk: Desk, camera: _Faces) -> None:
    view = first_view(desk)
    camera.signed = np.random.default_rng(1).integers(0, 256, (300, 240, 3), np.uint8)
    draft = _draft(desk)
    outcome = desk.enrollment.capture_face(draft, view)
    assert {each.code.name for each in outcome.findings} >= {"SIGNED_ANOTHER_FACE", "FACE_ABSENT"}
    assert not desk.enrollment.registration(draft).samples


def test_a_camera_that_fails_to_sign_costs_no_attempt(desk: Desk, camera: _Faces) -> None:
    view, draft = first_view(desk), _draft(desk)
    camera.error = "102"
    with pytest.raises(DeviceUnavailable, match="SBI_NOT_USABLE"):
        desk.enrollment.capture_face(draft, view)
    assert not desk.enrollment.registration(draft).attempts


# --- the class by which somebody showed who they are (GovStack, K21) -----------------------------------------


@pytest.mark.parametrize(("level", "acr"), [("L1", "idbb:acr:biometrics"), ("L0", None)])
def test_a_partner_is_told_of_the_body_where_the_reader_signed_that_it_is_of_level_one(
    level: str, acr: str | None
) -> None:
    devices, chips = authorities(utc_now())
    context = replace(conformance_context(), trust=TrustStore({Domain.DEVICE: devices, Domain.FTM: chips}))
    service = _Fingers(utc_now, [SimulatedDevice(level=level)])
    on_record = service.record(BiometricAttribute.RIGHT_INDEX, 60)
    with running(service, PORTS):
        catalogue = Catalogue([Plugin("sbi", "muster-driver-sbi", _driver(service), None)])
        chips_reader = ReadingChip(catalogue, context, lambda: CountryAuthorities([], []))
        sensors = ProofingSensors(catalogue, context, chips_reader, QUICK)
        tools = MethodTools(lambda _: False, lambda: None, sensors=lambda: sensors)
        done = biometric_method(tools).submit(_finger_work(on_record), {"ready": "true"})
        catalogue.close()
    assert isinstance(done, Done)
    told = person_claims(_evaluated(done), "psut")
    assert told.get("acr") == acr


_FINGER = {"_type": "BiometricMethodDefinition", "id": "finger", "provider": "station", "modality": "fingerprint"}


def _finger_work(record: bytes) -> Work:
    definition = definitions(node("a", "finger"), [_FINGER]).methods[0]
    bound = {"fingerRecord": base64.b64encode(record).decode()}
    return Work("e", "a", 1, definition, bound, {}, "ref", utc_now(), str, 1)


def _evaluated(done: Done) -> Evaluation:
    at, of_finger = utc_now(), plan(node("a", "finger"), (_FINGER,))
    completed = NodeCompleted(at, "a", (), done.attributes, done.assurance, done.amr, done.evidence)
    events = (start(of_finger), NodeDispatched(at, "a", 1), completed)
    return evaluate(submissions_of("e", of_finger, events), shipped_levels(), "case", at)
