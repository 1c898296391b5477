"""A hub behind TLS that speaks to those only whom its authorities vouch for."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from muster.clock import utc_now
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.receiver.guard import Limits
from unit.receiver.counter import Keys


def _certified(folder: Path, name: str, key: SigningKey) -> Path:
    """Key and certificate in one file."""
    certificate = self_signed_certificate(key, name, utc_now() - timedelta(days=1), 30)
    (folder / f"{name}.pem").write_bytes(key.to_pem() + certificate_to_pem(certificate))
    return folder / f"{name}.pem"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name, pair in (("hub", keys.server), ("station", keys.machine), ("stranger", keys.stranger)):
        _certified(folder, name, pair.key)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    settings = folder / "hub.toml"
    settings.write_text(
        f'port = 0\n[tls]\ncertificate = "{folder}/hub.pem"\nkey = "{folder}/hub.pem"\n'
        f'client_authorities = "{folder}/station.pem"\n'
    )
    command = [
        sys.executable,
        "-m",
        "muster.receiver",
        "--data",
        str(folder / "data"),
        "--settings",
        str(settings),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def _asked(address: str, folder: Path, client: str | None) -> int:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(folder / "hub.pem")
    if client:
        context.load_cert_chain(folder / f"{client}.pem")
    connection = http.client.HTTPSConnection(urlsplit(address).netloc, timeout=10, context=context)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("client", [None, "stranger"])
def test_whom_nobody_vouches_for_is_not_spoken_to(address: str, folder: Path, client: str | None) -> None:
    with pytest.raises(OSError):
        _asked(address, folder, client)


def test_whom_an_authority_vouches_for_is_served(address: str, folder: Path) -> None:
    assert address.startswith("https://")
    assert _asked(address, folder, "station") == 200


def test_who_says_nothing_before_a_handshake_is_hung_up_on_no_later_than_without_tls(address: str) -> None:
    host = urlsplit(address)
    assert host.hostname and host.port
    with socket.create_connection((host.hostname, host.port), timeout=3 * Limits().header_seconds) as silent:
        try:
            told = silent.recv(1)
        except ConnectionError:
            told = b""
    assert told == b""
