"""The receiver as a process of its own, spoken to over HTTP by what a station uses."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from muster.clock import utc_now
from muster.crypto.envelope import encrypt
from muster.domain.registration import RegistrationId
from muster.errors import NetworkUnavailable, Refused
from muster.packet.assemble import assemble
from muster.packet.seal import SealedPacket, seal
from muster.upload.mosip import MosipTarget
from muster.upload.target import Announcement, UploadAnswer
from muster.upload.transport import Transport
from unit.packet.contents_fixture import STARTED_AT, KeyPair, make_contents, make_schema

REF_ID = "10001_10002"
PATH = "/registrationprocessor/v1/packetreceiver/registrationpackets"
TAKEN = UploadAnswer("Packet has reached Packet Receiver", duplicate=False)


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[str]
    ready: dict[str, object]
    data: Path

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)

    def files(self) -> set[str]:
        around = self.data.parent
        return {str(path.relative_to(around)) for path in around.rglob("*") if path.is_file()}


COMMAND = [sys.executable, "-m", "muster.receiver"]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to fail."""
    return subprocess.run(
        [*COMMAND, *arguments],
        check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def _receiver(data: Path, public_key: Path) -> Iterator[Running]:
    machine = f"{REF_ID}={public_key}"
    process = subprocess.Popen(
        [*COMMAND, "--data", str(data), "--port", "0", "--machine", machine, "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    try:
        yield Running(process, json.loads(process.stdout.readline()), data)
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.fixture(scope="module")
def machine() -> KeyPair:
    return KeyPair.make("Test machine")


@pytest.fixture(scope="module")
def public_key(machine: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("machine") / "pub.pem"
    file.write_bytes(machine.key.public_pem)
    return file


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, public_key: Path) -> Iterator[Running]:
    with _receiver(tmp_path_factory.mktemp("around") / "receiver", public_key) as running:
        yield running


@pytest.fixture
def target(running: Running) -> Iterator[MosipTarget]:
    with Transport(running.url) as transport:
        yield MosipTarget(transport, REF_ID, utc_now)


def _sealed(target: MosipTarget, machine: KeyPair, sequence: int) -> SealedPacket:
    """A packet to the certificate that the server gives out, of the ``sequence``-th registration."""
    registration_id = RegistrationId.compose("10001", "10002", sequence, STARTED_AT)
    assembled = assemble(make_contents(registration_id=registration_id), make_schema())
    return seal(assembled, sign=machine.key.sign, encrypt=partial(encrypt, target.certificate()))


def _announcement(sealed: SealedPacket, digest: str | None = None) -> Announcement:
    return Announcement(
        registration_id=sealed.registration_id,
        packet_id=sealed.packet_id,
        process="NEW",
        digest=digest or sealed.digest,
        size=sealed.size,
        language="eng",
        supervisor_status="APPROVED",
    )


def _server_code(caught: pytest.ExceptionInfo[Refused]) -> object:
    return caught.value.detail["server_code"]


# What does not start


def test_without_a_data_folder_it_says_what_is_missing() -> None:
    done = _run()
    assert done.returncode == 2
    assert "--data" in done.stderr


@pytest.mark.parametrize("machine_argument", ["nonsense", "../x={public}"])
def test_an_unusable_machine_ends_it_with_one_line(
    tmp_path: Path, public_key: Path, machine_argument: str
) -> None:
    argument = machine_argument.format(public=public_key)
    done = _run("--data", str(tmp_path / "r"), "--machine", argument)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize("port", ["taken", "70000"])
def test_a_port_that_cannot_be_had_ends_it_with_one_line(tmp_path: Path, port: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1]) if port == "taken" else port
        done = _run("--data", str(tmp_path / "r"), "--port", number)
    assert done.returncode == 3
    assert done.stderr.startswith("PORT_TAKEN: ")
    assert len(done.stderr.splitlines()) == 1


# Its first line


def test_the_first_line_says_where_it_listens_and_where_its_key_is(running: Running) -> None:
    assert running.ready["ready"] is True
    assert running.url.startswith("http://127.0.0.1:")
    assert Path(str(running.ready["key"])).is_relative_to(running.data)
    assert running.ready["data"] == str(running.data)


def test_it_answers_as_soon_as_it_said_so(running: Running) -> None:
    with Transport(running.url) as transport:
        assert transport.get("/v1/syncdata/actuator/health", {}) == {"status": "UP"}


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_nobody_else_can_read_its_key(running: Running) -> None:
    assert Path(str(running.ready["key"])).stat().st_mode & 0o077 == 0


# Delivery


def test_a_packet_that_was_not_announced_is_refused(target: MosipTarget, machine: KeyPair) -> None:
    with pytest.raises(Refused) as caught:
        target.upload("10001100020000120260102030000", b"content")
    assert _server_code(caught) == "RPR-PKR-001"


def test_an_announced_packet_is_taken_once_and_then_a_duplicate(target: MosipTarget, machine: KeyPair) -> None:
    sealed = _sealed(target, machine, 1)
    target.announce([_announcement(sealed)], target.certificate())
    assert target.upload(sealed.packet_id, sealed.content) == TAKEN
    assert target.upload(sealed.packet_id, sealed.content).duplicate


def test_announcing_again_repairs_what_was_announced_wrongly(target: MosipTarget, machine: KeyPair) -> None:
    sealed = _sealed(target, machine, 2)
    target.announce([_announcement(sealed, digest="00")], target.certificate())
    with pytest.raises(Refused) as caught:
        target.upload(sealed.packet_id, sealed.content)
    assert _server_code(caught) == "RPR-PKR-009"
    target.announce([_announcement(sealed)], target.certificate())
    assert target.upload(sealed.packet_id, sealed.content) == TAKEN


def test_a_packet_of_a_station_with_another_key_is_refused(target: MosipTarget) -> None:
    sealed = _sealed(target, KeyPair.make("Stranger"), 3)
    target.announce([_announcement(sealed)], target.certificate())
    with pytest.raises(Refused) as caught:
        target.upload(sealed.packet_id, sealed.content)
    assert _server_code(caught) == "KER-PUT-019"


def test_an_announcement_to_another_servers_certificate_is_refused(target: MosipTarget, machine: KeyPair) -> None:
    sealed = _sealed(target, machine, 4)
    with pytest.raises(Refused) as caught:
        target.announce([_announcement(sealed)], machine.certificate_pem)
    assert _server_code(caught) == "RPR-RGS-028"


def test_of_several_announcements_a_wrong_one_is_refused_and_the_good_one_counts(
    target: MosipTarget, machine: KeyPair
) -> None:
    good, wrong = _sealed(target, machine, 5), _sealed(target, machine, 6)
    entries = [_announcement(good), replace(_announcement(wrong), language="")]
    with pytest.raises(Refused) as caught:
        target.announce(entries, target.certificate())
    assert _server_code(caught) == "RPR-RGS-004"
    assert target.upload(good.packet_id, good.content) == TAKEN


def test_a_packet_above_the_limit_is_refused_by_its_size(target: MosipTarget, machine: KeyPair) -> None:
    content = bytes(5 * 1024 * 1024 + 1)
    digest = hashlib.sha256(content).hexdigest().upper()
    large = replace(_sealed(target, machine, 7), content=content, digest=digest)
    target.announce([_announcement(large)], target.certificate())
    with pytest.raises(Refused) as caught:
        target.upload(large.packet_id, content)
    assert _server_code(caught) == "RPR-PKR-002"


# Hostile requests


@pytest.mark.parametrize("packet_id", ["../../x", "/tmp/x", "a\\..\\x"])
def test_a_packet_id_that_could_be_a_path_touches_no_disk(
    running: Running, target: MosipTarget, machine: KeyPair, packet_id: str
) -> None:
    before = running.files()
    entry = replace(_announcement(_sealed(target, machine, 8)), packet_id=packet_id)
    with pytest.raises(Refused) as announced:
        target.announce([entry], target.certificate())
    with pytest.raises(Refused) as uploaded:
        target.upload(packet_id, b"content")
    assert _server_code(announced) == "RPR-RGS-037"
    assert _server_code(uploaded) == "RPR-PKR-001"
    assert running.files() == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense"),
        ("multipart/form-data", b"--b--"),
        ("application/json", b"{}"),
        ("text/plain", b"hello"),
    ],
)
def test_an_upload_without_a_file_is_answered_without_a_fault(running: Running, kind: str, body: bytes) -> None:
    connection = running.connect()
    connection.request("POST", PATH, body, {"Content-Type": kind})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert json.loads(content)["errors"][0]["errorCode"] == "RPR-PKR-001"


@pytest.mark.parametrize("path", ["syncV2", "packetexternalstatus", "search"])
@pytest.mark.parametrize("body", [b"", b"\xff", b'"AAAA"', b"[" * 100_000])
def test_an_unreadable_body_is_answered_with_a_code(running: Running, path: str, body: bytes) -> None:
    with Transport(running.url) as transport:
        answer = transport.post(f"/registrationprocessor/v1/registrationstatus/{path}", body, {})
    assert answer["errors"][0]["errorCode"] in ("RPR-RGS-028", "RPR-RGS-017")


def test_a_body_announced_as_far_too_long_is_refused_unread(running: Running) -> None:
    connection = running.connect()
    connection.putrequest("POST", PATH)
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(2**40))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_an_unknown_path_is_not_found(running: Running) -> None:
    with Transport(running.url) as transport, pytest.raises(Refused) as caught:
        transport.get("/etc/passwd", {})
    assert caught.value.detail == {"status": 404}


# Its life


def test_a_second_start_keeps_the_key_and_knows_what_was_taken(
    tmp_path: Path, public_key: Path, machine: KeyPair
) -> None:
    with _receiver(tmp_path / "r", public_key) as first, Transport(first.url) as transport:
        target = MosipTarget(transport, REF_ID, utc_now)
        certificate = target.certificate()
        taken, announced = _sealed(target, machine, 1), _sealed(target, machine, 2)
        target.announce([_announcement(taken), _announcement(announced)], certificate)
        target.upload(taken.packet_id, taken.content)
        first.process.kill()  # as when the power goes
        first.process.wait(10)
    with _receiver(tmp_path / "r", public_key) as second, Transport(second.url) as transport:
        target = MosipTarget(transport, REF_ID, utc_now)
        assert target.certificate() == certificate
        assert target.upload(taken.packet_id, taken.content).duplicate
        assert target.upload(announced.packet_id, announced.content) == TAKEN


def test_it_ends_when_its_standard_input_closes(tmp_path: Path, public_key: Path) -> None:
    with _receiver(tmp_path / "r", public_key) as running:
        assert running.process.stdin is not None
        running.process.stdin.close()
        assert running.process.wait(5) == 0
        with Transport(running.url) as transport, pytest.raises(NetworkUnavailable):
            transport.get("/v1/syncdata/actuator/health", {})


def test_it_ends_even_while_somebody_is_in_the_middle_of_an_upload(tmp_path: Path, public_key: Path) -> None:
    with _receiver(tmp_path / "r", public_key) as running, socket.socket() as stalled:
        stalled.connect((urlsplit(running.url).hostname, urlsplit(running.url).port))
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        stalled.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n--b\r\n")
        with Transport(running.url) as transport:
            transport.get("/v1/syncdata/actuator/health", {})
        assert running.process.stdin is not None
        running.process.stdin.close()
        assert running.process.wait(5) == 0


def test_it_tells_nothing_but_codes_in_its_log(tmp_path: Path, public_key: Path, machine: KeyPair) -> None:
    with _receiver(tmp_path / "r", public_key) as running:
        with Transport(running.url) as transport:
            target = MosipTarget(transport, REF_ID, utc_now)
            sealed = _sealed(target, machine, 1)
            target.announce([_announcement(sealed)], target.certificate())
            target.upload(sealed.packet_id, sealed.content)
        assert running.process.stdin is not None and running.process.stderr is not None
        running.process.stdin.close()
        lines = [json.loads(line) for line in running.process.stderr.read().splitlines()]
    assert [(each["event"], each["packet"], each["code"]) for each in lines] == [
        ("upload", sealed.packet_id, "accepted")
    ]
