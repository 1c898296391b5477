"""A station at a receiver process that serves only who is signed in."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.crypto.signing import certificate_to_pem
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, NetworkUnavailable, Refused
from muster.upload.mosip import MosipTarget
from muster.upload.signer import ServerNotAuthentic
from muster.upload.transport import SignInWanted, Transport
from muster.workstation.desk import Desk, sign_in
from muster.workstation.server import Login, RemoteServer, ServerTerms
from muster.workstation.server_session import ServerSession
from muster.workstation.station import Station
from receivers import accepted, forget, unknown_machines
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, blob_files, desk_at, with_database_key

Sealed = tuple[Path, RegistrationId, str]
WITH_LOGIN = ServerTerms(login=Login.PASSWORD)


@dataclass
class Closed:
    """A receiver that wants a sign-in."""

    url: str
    data: Path

    @property
    def server(self) -> RemoteServer:
        return RemoteServer(self.url, WITH_LOGIN)


@contextmanager
def _running(data: Path, station: Station, *arguments: str) -> Iterator[Closed]:
    machine = f"{station.identity.ref_id}={station.folder.machine_public_key}"
    process = subprocess.Popen(
        [sys.executable, "-m", "muster.receiver", "--data", str(data), "--port", "0", "--login",
         "--machine", machine, "--exit-with-parent", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Closed(json.loads(process.stdout.readline())["url"], data)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(scope="module")
def running_closed(
    tmp_path_factory: pytest.TempPathFactory, new_station: Station, running_receiver: object
) -> Iterator[Closed]:
    """Holds the keys of the receiver the stations' packets are sealed for."""
    data = tmp_path_factory.mktemp("closed")
    users = []
    for each in (OFFICER, SUPERVISOR):
        (data / f"{each.user_id}.txt").write_text(each.password)
        users += ["--user", f"{each.user_id}={data / each.user_id}.txt"]
    for name in ("server.pem", "signer.pem"):
        (data / name).write_bytes((new_station.folder.receiver / name).read_bytes())
    with _running(data, new_station, *users) as running:
        yield running


@pytest.fixture
def closed(running_closed: Closed) -> Closed:
    """Nothing announced and nothing accepted yet."""
    forget(running_closed.data)
    return running_closed


def _events(desk: Desk) -> list[tuple[str, str]]:
    return [(each.event, each.detail.get("code", "")) for each in desk.trail.newest_first(20)]


# Settings


@pytest.mark.parametrize("name", ["LOGIN", "SIGNED_ANSWERS", "SIGNED_REQUESTS"])
def test_a_setting_with_a_wrong_value_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        ServerTerms.of({f"MUSTER_SERVER_{name}": "perhaps"})
    assert caught.value.code.name == "SERVER_TERMS_WRONG"


def test_without_settings_nobody_signs_in_and_answers_are_signed() -> None:
    assert ServerTerms.of({}) == ServerTerms(Login.NONE, signed_answers=True, signed_requests=False)


def test_settings_say_what_a_server_asks_for() -> None:
    settings = {"MUSTER_SERVER_LOGIN": "password", "MUSTER_SERVER_SIGNED_REQUESTS": "yes"}
    assert ServerTerms.of(settings) == ServerTerms(Login.PASSWORD, signed_requests=True)


def test_a_hubs_clock_is_heard_once_for_all_who_ask_it(signed: tuple[Path, RegistrationId]) -> None:
    hub = RemoteServer("https://hub.example", ServerTerms(signed_requests=True))
    with desk_at(signed[0], hub) as desk:
        first, later = desk.server.hub(), desk.server.hub()
    assert first is not None and later is not None
    ahead = utc_now() + timedelta(hours=1)
    assert first.signing.heard(ahead)
    assert not later.signing.heard(ahead)


# Nobody is signed in there


def test_a_closed_server_asks_the_officer_to_sign_in_and_the_packet_waits(sealed: Sealed, closed: Closed) -> None:
    root = sealed[0]
    with desk_at(root, RemoteServer(closed.url)) as desk:
        with pytest.raises(SignInWanted) as caught:
            desk.sync.deliver_all()
        (entry,) = desk.sync.outbox()
    assert caught.value.code.name == entry.last_problem == "SERVER_WANTS_SIGN_IN"
    assert entry.state is DeliveryState.APPROVED
    assert blob_files(root)


def test_a_sign_in_without_a_network_asks_for_another_when_there_is_one(
    sealed: Sealed, closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, packet_id = sealed
    addresses = iter(["http://127.0.0.1:9"])
    monkeypatch.setattr(RemoteServer, "url", lambda self: next(addresses, closed.url))
    with desk_at(root, closed.server) as desk:
        with pytest.raises(SignInWanted) as caught:
            desk.sync.deliver(packet_id)
        assert ("MUS-AUT-004", "SERVER_UNREACHABLE") in _events(desk)
    assert caught.value.code.name == "SERVER_WANTS_SIGN_IN"


def test_a_password_the_server_does_not_know_is_said_when_something_is_to_be_sent(
    sealed: Sealed, closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, packet_id = sealed
    offer = ServerSession.offer
    monkeypatch.setattr(ServerSession, "offer", lambda self, user, password: offer(self, user, "another one"))
    with desk_at(root, closed.server) as desk:
        with pytest.raises(SignInWanted) as caught:
            desk.sync.deliver(packet_id)
        assert ("MUS-AUT-004", "LOGIN_NOT_ACCEPTED") in _events(desk)
    assert caught.value.code.name == "LOGIN_NOT_ACCEPTED"


def test_a_station_the_server_does_not_know_hears_so(sealed: Sealed, closed: Closed) -> None:
    root, _, packet_id = sealed
    with (
        unknown_machines(closed.data),
        desk_at(root, closed.server) as desk,
        pytest.raises(SignInWanted) as caught,
    ):
        desk.sync.deliver(packet_id)
    assert caught.value.code.name == "LOGIN_STATION_UNKNOWN"


# Signed in


def test_the_password_of_the_station_signs_in_at_the_server_and_packets_go(sealed: Sealed, closed: Closed) -> None:
    root, _, packet_id = sealed
    with desk_at(root, closed.server) as desk:
        receipt = desk.sync.deliver(packet_id)
        events = _events(desk)
    assert receipt.packet_id == packet_id
    assert ("MUS-AUT-003", "") in events
    assert packet_id in accepted(closed.data)


def test_neither_password_nor_token_is_stored(sealed: Sealed, closed: Closed) -> None:
    root, _, _ = sealed
    with desk_at(root, closed.server) as desk:
        with desk.server.target() as target, Transport(closed.url) as transport:
            target.packet_statuses([])
            token = desk.server._login.token(transport)
        tables = [
            name
            for (name,) in with_database_key(
                root, "SELECT name FROM sqlite_master WHERE type='table' AND name != 'audit_words'"
            )
        ]
    stored = repr([with_database_key(root, f'SELECT * FROM "{each}"') for each in tables])
    assert "server_signer" in stored
    assert OFFICER.password not in stored
    assert token not in stored


def test_after_signing_out_nothing_is_sent_in_the_officers_name(sealed: Sealed, closed: Closed) -> None:
    with desk_at(sealed[0], closed.server) as desk:
        with desk.server.target() as target:
            target.packet_statuses([])
        desk.server.close()
        with pytest.raises(SignInWanted), desk.server.target() as target:
            target.packet_statuses([])


def test_signing_out_does_not_wait_for_a_server_that_hangs(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = RemoteServer(f"http://127.0.0.1:{silent.getsockname()[1]}", WITH_LOGIN)
        begun = time.monotonic()
        with desk_at(root, server):
            pass
        assert time.monotonic() - begun < 5


# The certificate it signs with


def _sign_in(root: Path, server: RemoteServer) -> Desk:
    station = Station.at(root, utc_now)
    return sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, server, utc_now, policy=QUICK)


@pytest.fixture
def changed(sealed: Sealed, closed: Closed) -> Iterator[Sealed]:
    """A station that has known the server under another certificate."""
    root = sealed[0]
    other = (root / "keys" / "device.cer").read_bytes()
    with desk_at(root, closed.server) as desk, desk.server.target() as target:
        target.packet_statuses([])
    with_database_key(
        root, "UPDATE setting SET value = ? WHERE name = 'server_signer'", certificate_to_pem(other).decode()
    )
    yield sealed


def test_a_server_with_another_certificate_gets_nothing_and_the_round_stops(
    changed: Sealed, closed: Closed
) -> None:
    root, _, packet_id = changed
    with desk_at(root, closed.server) as desk:
        with pytest.raises(ServerNotAuthentic) as caught:
            desk.sync.deliver_all()
        (entry,) = desk.sync.outbox()
    assert caught.value.code.name == entry.last_problem == "SERVER_SIGNER_CHANGED"
    assert packet_id not in accepted(closed.data)


def test_an_officer_cannot_accept_another_certificate(changed: Sealed, closed: Closed) -> None:
    with desk_at(changed[0], closed.server) as desk, pytest.raises(Refused) as caught:
        desk.server.accept_signer("00")
    assert caught.value.code.name == "SUPERVISOR_ONLY"


def test_a_certificate_with_another_fingerprint_is_not_accepted(changed: Sealed, closed: Closed) -> None:
    with _sign_in(changed[0], closed.server) as desk:
        before = desk.server.pinned_signer()
        with pytest.raises(BadInput) as caught:
            desk.server.accept_signer("00" * 32)
        assert desk.server.pinned_signer() == before
    assert caught.value.code.name == "SIGNER_NOT_OFFERED"


def test_a_supervisor_accepts_the_certificate_by_its_fingerprint_and_packets_go(
    changed: Sealed, closed: Closed
) -> None:
    root, _, packet_id = changed
    with _sign_in(root, closed.server) as desk:
        offered = desk.server.offered_signer()
        assert offered != desk.server.pinned_signer()
        desk.server.accept_signer(":".join(offered[at : at + 2] for at in range(0, 64, 2)).upper())
        assert "MUS-PKT-007" in [event for event, _ in _events(desk)]
    with desk_at(root, closed.server) as desk:
        assert desk.sync.deliver(packet_id).packet_id == packet_id


def test_the_first_certificate_is_pinned_on_record(sealed: Sealed, closed: Closed) -> None:
    with desk_at(sealed[0], closed.server) as desk:
        with desk.server.target() as target:
            target.packet_statuses([])
        assert [event for event, _ in _events(desk)].count("MUS-PKT-006") <= 1
        assert desk.server.pinned_signer() == desk.server.offered_signer()


def test_an_interrupted_network_is_no_missing_sign_in(
    sealed: Sealed, closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(sealed[0], closed.server) as desk:
        with desk.server.target() as target:
            target.packet_statuses([])
        monkeypatch.setattr(RemoteServer, "url", lambda self: "http://127.0.0.1:9")
        with pytest.raises(NetworkUnavailable), desk.server.target() as target:
            assert isinstance(target, MosipTarget)
            target.packet_statuses([])
