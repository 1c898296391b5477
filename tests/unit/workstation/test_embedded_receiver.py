"""The receiver as a process of its own: started when needed, gone when we are."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from muster.domain.registration import StationId
from muster.errors import NetworkUnavailable
from muster.workstation.data_folder import DataFolder
from muster.workstation.embedded_receiver import EmbeddedReceiver

STATION = StationId("10001", "10001")


def test_a_receiver_that_cannot_start_is_a_missing_network(tmp_path: Path) -> None:
    receiver = EmbeddedReceiver(DataFolder(tmp_path), STATION)  # no public key there to register
    with pytest.raises(NetworkUnavailable) as caught:
        receiver.url()
    assert caught.value.code.name == "RECEIVER_FAILED"
    assert (tmp_path / "receiver" / "receiver.log").read_text()  # says why
    receiver.close()


def test_it_is_started_once_and_ends_with_its_owner(root: Path) -> None:
    receiver = EmbeddedReceiver(DataFolder(root), STATION)
    url = receiver.url()
    assert receiver.url() == url
    assert httpx2.get(f"{url}/v1/syncdata/actuator/health", trust_env=False).json() == {"status": "UP"}
    process = receiver._running
    assert process is not None
    receiver.close()
    assert process.poll() is not None
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{url}/v1/syncdata/actuator/health", trust_env=False)


def test_one_that_died_is_started_again_with_the_same_key(root: Path) -> None:
    receiver = EmbeddedReceiver(DataFolder(root), STATION)
    receiver.url()
    key = (root / "receiver" / "server.pem").read_bytes()
    process = receiver._running
    assert process is not None
    process.kill()
    process.wait()
    receiver.url()
    assert receiver._running is not process
    receiver.close()
    assert (root / "receiver" / "server.pem").read_bytes() == key


def test_closing_one_that_never_started_does_nothing(tmp_path: Path) -> None:
    EmbeddedReceiver(DataFolder(tmp_path), STATION).close()
    assert list(tmp_path.iterdir()) == []
