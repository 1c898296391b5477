"""A device's service as MOSIP's mock answers, on a real port; and as a broken, careless or hostile one would.

It signs with a device key below authorities of the test's own. What it says can be changed at every place on the
way: each ``on_*`` is a function the test puts there.
"""

from __future__ import annotations

import io
import json
import socket
import socketserver
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import numpy as np
from PIL import Image

from muster import base64url
from muster.crypto.jws import sign_compact
from muster.devices.attestation import next_hash
from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.formats.bio_attributes import SUBTYPES, type_of
from simulators.authorities import certificate, key_of, root

ROOT, PROVIDER, DEVICE_KEY, CHIP_ROOT, CHIP = "Adopter root", "Device provider", "Device", "FTM root", "FTM chip"
ATTRIBUTES = {(type_of(name), subtype): BiometricAttribute(name) for name, subtype in SUBTYPES.items()}
SUCCESS = {"errorCode": "0", "errorInfo": "Success"}
Json = dict[str, Any]


def authorities(now: datetime) -> tuple[list[bytes], list[bytes]]:
    """What a station believes in: the domain DEVICE's certificates, the domain FTM's."""
    return [root(ROOT, now), certificate(PROVIDER, ROOT, now, authority=True)], [root(CHIP_ROOT, now)]


@dataclass
class SimulatedDevice:
    """One device of a service; ``sub_kind`` as SBI calls it."""

    kind: str = "Finger"
    sub_kind: str = "Slap"
    serial: str = "SLAP0000000001"
    device_id: str = "2"
    sub_ids: tuple[str, ...] = ("1", "2", "3")
    status: str = "Ready"
    level: str = "L0"
    purpose: str = "Registration"
    quality: str = "66.6"


def _same(value: Any) -> Any:
    return value


@dataclass
class SbiService:
    """``verbs`` takes the answer to a verb out of our hands: it gets the connection and the request's body."""

    now: Callable[[], datetime]
    devices: list[SimulatedDevice] = field(default_factory=lambda: [SimulatedDevice()])
    port: int = 0
    certificate: bytes = b""
    chip_certificate: bytes = b""
    key: str = DEVICE_KEY
    environment: str = "Developer"
    spec_version: str = "0.9.5"
    callback: str | None = None
    clock_error_s: float = 0.0
    error: str = "0"
    busy_answers: int = 0
    on_info: Callable[[Json], Json] = _same
    on_digital_id: Callable[[Json], Json] = _same
    on_claims: Callable[[Json], Json] = _same
    on_token: Callable[[str], str] = _same
    on_entries: Callable[[list[Json]], list[Json]] = _same
    on_body: Callable[[bytes], bytes] = _same
    link: Callable[[str, bytes], str] = next_hash
    picture_seed: int = 0
    verbs: dict[str, Callable[[socket.socket, bytes], None]] = field(default_factory=dict)
    frames: int = 1_000_000
    asked: list[tuple[str, Json]] = field(default_factory=list)
    streams_open: int = 0
    stopped: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        now = self.now()
        self.certificate = self.certificate or certificate(DEVICE_KEY, PROVIDER, now)
        self.chip_certificate = self.chip_certificate or certificate(CHIP, CHIP_ROOT, now)

    # --- what is said -----------------------------------------------------------------------------------

    def answer(self, verb: str, body: bytes) -> bytes:
        order = json.loads(body or b"{}")
        if verb == ("SBIINFO" if self.is_newer else "MOSIPDINFO"):
            return json.dumps([self._info(each) for each in self.devices]).encode()
        if verb == "RCAPTURE":
            return json.dumps({"biometrics": self.on_entries(self._captured(order))}).encode()
        return b'{"error":{"errorCode":"500","errorInfo":"Invalid Url"}}'

    @property
    def is_newer(self) -> bool:
        """Of version 1.0: other verbs, and devices are named by their serial number."""
        return self.spec_version.startswith("1.")

    def _info(self, device: SimulatedDevice) -> Json:
        named = {"serialNo": device.serial} if self.is_newer else {}
        content = named or {"deviceId": device.device_id, "deviceCode": device.serial}
        content |= {
            "specVersion": [self.spec_version],
            "env": self.environment,
            "digitalId": self._digital_id(device),
            "purpose": device.purpose,
            "serviceVersion": "0.9.5",
            "deviceStatus": device.status,
            "firmware": "0.9.5",
            "certification": device.level,
            "deviceSubId": list(device.sub_ids),
            "callbackId": self.callback or f"http://127.0.0.1:{self.port}/",
        }
        error = {"Busy": "111", "Not Ready": "110", "Not Registered": "100"}.get(device.status, "0")
        payload = json.dumps(self.on_info(content)).encode()
        signed = base64url.encode(payload) if device.status == "Not Registered" else self.sign(payload)
        return {"deviceInfo": self.on_token(signed), "error": {"errorCode": error, "errorInfo": "?"}}

    def _digital_id(self, device: SimulatedDevice) -> str:
        content = {
            "serialNo": device.serial,
            "make": "Beispiel",
            "model": f"{device.kind} 1",
            "type": device.kind,
            "deviceSubType": device.sub_kind,
            "deviceProvider": "Beispiel",
            "deviceProviderId": "BEISPIEL",
            "dateTime": self.time(),
        }
        payload = json.dumps(self.on_digital_id(content)).encode()
        if device.status == "Not Registered":
            return base64url.encode(payload)
        if device.level == "L1":
            return sign_compact(key_of(CHIP), payload, self.chip_certificate)
        return self.sign(payload)

    def _captured(self, order: Json) -> list[Json]:
        if self.busy_answers:
            self.busy_answers -= 1
            return [_failed("703")]
        if self.error != "0":
            return [_failed(self.error)]
        (bio,) = order["bio"]
        for name in ("count", "requestedScore", "deviceSubId"):
            if not isinstance(bio[name], str):
                return [_failed("123")]
        if self.is_newer:
            device = next((each for each in self.devices if each.serial == bio.get("serialNo")), None)
        else:
            device = next((each for each in self.devices if each.device_id == bio.get("deviceId")), None)
        if device is None or device.status != "Ready":
            return [_failed("705" if device is None else "703")]
        whole = {"1": 4, "2": 4, "3": 2}.get(bio["deviceSubId"], 1) if device.sub_kind == "Slap" else None
        if whole and int(bio["count"]) + len(bio["exception"]) != whole:
            return [_failed("113")]
        link, entries = bio["previousHash"], []
        for subtype in bio["bioSubType"] or [""]:
            record = self.record(ATTRIBUTES[bio["type"], subtype], float(device.quality))
            link = self.link(link, record)
            entries.append(self.entry(device, order, bio, subtype, record, link))
        return entries

    def entry(
        self, device: SimulatedDevice, order: Json, bio: Json, subtype: str, record: bytes, link: str
    ) -> Json:
        claims = {
            "digitalId": self._digital_id(device),
            "deviceCode": device.serial,
            "deviceServiceVersion": "0.9.5",
            "bioType": bio["type"],
            "bioSubType": subtype or None,
            "purpose": device.purpose,
            "env": order["env"],
            "bioValue": base64url.encode(record),
            "transactionId": order["transactionId"],
            "timestamp": self.time(),
            "requestedScore": bio["requestedScore"],
            "qualityScore": device.quality,
        }
        data = self.on_token(self.sign(json.dumps(self.on_claims(claims)).encode()))
        return {"specVersion": order["specVersion"], "data": data, "hash": link, "error": SUCCESS}

    def record(self, attribute: BiometricAttribute, quality: float) -> bytes:
        """Another picture each time, as of a real device."""
        self.picture_seed += 1
        shape = (48, 40, 3) if attribute.modality is Modality.FACE else (48, 40)
        pixels = np.random.default_rng(self.picture_seed).integers(0, 256, shape, np.uint8)
        if attribute.modality is Modality.FACE:
            return face_record(pixels, self.now(), quality)
        if attribute.modality is Modality.IRIS:
            return iris_record(pixels, attribute, self.now(), quality)
        return finger_record(pixels, attribute, 500, self.now(), quality)

    def sign(self, payload: bytes) -> str:
        return sign_compact(key_of(self.key), payload, self.certificate)

    def time(self) -> str:
        moment = datetime.fromtimestamp(self.now().timestamp() + self.clock_error_s, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    # --- how it is said ---------------------------------------------------------------------------------

    def serve(self, connection: socket.socket) -> None:
        # As the mock: whatever one read brings is the request; a body that comes later is none.
        connection.settimeout(2)
        request = connection.recv(1 << 20)
        if not request:
            return
        head, _, body = request.partition(b"\r\n\r\n")
        verb = head.split(b" ", 1)[0].decode()
        self.asked.append((verb, json.loads(body) if body else {}))
        if verb in self.verbs:
            self.verbs[verb](connection, body)
        elif verb == "STREAM":
            self._stream(connection)
        else:
            send(connection, self.on_body(self.answer(verb, body)))

    def _stream(self, connection: socket.socket) -> None:
        self.streams_open += 1
        try:
            connection.sendall(STREAM_HEAD)
            for number in range(self.frames):
                connection.sendall(part_of(jpeg(number)))
                if self.stopped.wait(0.03):
                    break
        except OSError:
            pass
        finally:
            self.streams_open -= 1


STREAM_HEAD = (
    b"HTTP/1.0 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=--BoundaryString\r\n\r\n"
)


def send(connection: socket.socket, body: bytes, status: str = "200 OK", more: str = "") -> None:
    """With the line breaks behind the body that the mock writes, and its length in characters."""
    length = len(body.decode(errors="replace"))
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}"
    connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body + b"\r\n\r\n")


def part_of(picture: bytes) -> bytes:
    head = f"--BoundaryString\r\nContent-Type:image/jpeg\r\nContent-Length:{len(picture)}\r\n\r\n"
    return head.encode() + picture + b"\r\n\r\n"


def jpeg(seed: int) -> bytes:
    content = io.BytesIO()
    grey = np.full((32, 24), seed % 256, np.uint8)
    Image.fromarray(grey).save(content, "JPEG")
    return content.getvalue()


def _failed(number: str) -> Json:
    return {"specVersion": "", "data": "", "hash": "", "error": {"errorCode": number, "errorInfo": "no"}}


@contextmanager
def running(service: SbiService, ports: Sequence[int] = range(4590, 4601)) -> Iterator[SbiService]:
    """The service on the first of ``ports`` that is free."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client left
                service.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server: Server | None = None
    for port in ports:
        try:
            server = Server(("127.0.0.1", port), Handler)
        except OSError:
            continue
        service.port = port
        break
    assert server is not None, "no free port"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def until(happened: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Wait for something another thread brings about."""
    deadline = time.monotonic() + within_s
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


def replaced(**changes: object) -> Callable[[Mapping[str, Any]], Json]:
    """For the ``on_*``: the same, with these keys changed; None takes one out."""

    def change(content: Mapping[str, Any]) -> Json:
        return {name: value for name, value in {**content, **changes}.items() if value is not None}

    return change
