"""A hub of several processes on one port: one is killed, all are replaced, all are ended, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from integration.receiver.conftest import Place, workers_of
from muster.clock import utc_now
from muster.crypto.envelope import encrypt
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.packet.assemble import assemble
from muster.packet.seal import SealedPacket, seal
from muster.receiver.center_key import make_center_key
from muster.upload.conversation import Conversation
from muster.upload.mosip import MosipTarget
from muster.upload.target import Announcement
from muster.upload.transport import Transport
from unit.packet.contents_fixture import STARTED_AT, make_contents, make_schema
from unit.receiver.counter import REF_ID, Keys

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")

_PACKETS = 12


@dataclass(frozen=True, slots=True)
class Hub:
    process: subprocess.Popen[str]
    url: str
    place: Place


@pytest.fixture(scope="module")
def hub(large_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    place = large_place
    place.forget()
    settings = tmp_path_factory.mktemp("settings") / "hub.toml"
    settings.write_text(
        f'workers = 2\nport = 0\nstop_within_s = 10\nsigned_requests = true\ncenter_key = "{place.center_key}"\n'
        f'objects = "{place.objects}"\n'
    )
    command = [sys.executable, "-m", "muster.receiver", "--data", str(place.folder), "--settings", str(settings)]
    environment = {**os.environ, "MUSTER_HUB_DATABASE": place.database or ""}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        yield Hub(process, json.loads(process.stdout.readline())["url"], place)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.fixture(scope="module")
def packets(keys: Keys) -> list[SealedPacket]:
    def made(sequence: int) -> SealedPacket:
        registration_id = RegistrationId.compose("10001", "10002", sequence, STARTED_AT)
        assembled = assemble(make_contents(registration_id=registration_id), make_schema())
        certificate = keys.server.certificate_pem
        return seal(assembled, sign=keys.machine.key.sign, encrypt=partial(encrypt, certificate))

    return [made(100 + n) for n in range(_PACKETS)]


def _deliver(hub: Hub, packet: SealedPacket) -> bool:
    """As a station does: again and again until the hub says that it has it. Whether it was new then."""
    entry = Announcement(
        packet.registration_id, packet.packet_id, "NEW", packet.digest, packet.size, "eng", "APPROVED"
    )
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with suppress(MusterError), Transport(hub.url) as transport:
            target = MosipTarget(Conversation(transport, request_key=hub.place.keys.machine.key), REF_ID, utc_now)
            target.announce([entry], target.certificate())
            return not target.upload(packet.packet_id, packet.content).duplicate
    raise AssertionError("never taken")


def test_while_processes_are_killed_and_replaced_every_packet_is_taken_once(
    hub: Hub, packets: list[SealedPacket]
) -> None:
    first = sorted(workers_of(hub.process.pid))
    assert len(first) == 2
    delivering = Thread(target=lambda: [_deliver(hub, each) for each in packets])
    delivering.start()
    os.kill(first[0], signal.SIGKILL)
    time.sleep(0.1)
    hub.process.send_signal(signal.SIGHUP)  # replaces all of them, one by one
    delivering.join(90)
    assert not delivering.is_alive()
    kept = hub.place.open()
    assert sorted(kept.accepted_ids()) == sorted(each.packet_id for each in packets)
    assert all(kept.packet(each.packet_id) == each.content for each in packets)
    assert not any(_deliver(hub, each) for each in packets[:2])


def test_a_hub_of_one_process_survives_the_word_to_read_its_settings(tmp_path: Path) -> None:
    settings = tmp_path / "hub.toml"
    settings.write_text(f'port = 0\ncenter_key = "{tmp_path / "center.key"}"\n')
    make_center_key(tmp_path / "center.key")
    command = [
        sys.executable,
        "-m",
        "muster.receiver",
        "--data",
        str(tmp_path / "hub"),
        "--settings",
        str(settings),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        try:
            with Transport(url) as transport:
                assert transport.get("/health/live", {}) == {"status": "UP"}
        finally:
            process.terminate()


def test_a_request_under_way_is_answered_after_the_word_to_end(hub: Hub) -> None:
    address = urlsplit(hub.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as line:
        line.sendall(b"POST /v1/syncdata/authenticate/useridpwd HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n")
        line.sendall(b"Expect: 100-continue\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 100 ")  # it is under way
        line.sendall(b"{")
        hub.process.terminate()
        time.sleep(0.1)
        line.sendall(b"}")
        assert b"KER-SYN-AUTH-001" in _whole(line)
    assert hub.process.wait(30) == 0


def _whole(line: socket.socket) -> bytes:
    answer = b""
    with suppress(OSError):
        while part := line.recv(65536):
            answer += part
    return answer
