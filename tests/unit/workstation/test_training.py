"""What is registered at a training station never reaches a real server. Three places see to it, each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.errors import Refused
from muster.upload.transport import TRAINING_STAYS_HERE, Transport
from muster.workstation.demo import demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.server import NoServer, RemoteServer, is_elsewhere

ELSEWHERE = RemoteServer("https://registrar.example")


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A demo station that was given the address of a real server."""
    station = demo_station(tmp_path_factory.mktemp("training") / "station", utc_now)
    ((user_id, password), *_) = station.demo_credentials() or ()
    with sign_in(station, user_id, password, ELSEWHERE, utc_now) as desk:
        yield desk


def test_the_queue_lets_nothing_go(training: Desk) -> None:
    with pytest.raises(Refused, match="TRAINING_STAYS_HERE"):
        training.sending.require_going_on()


def test_nothing_leaves_on_a_drive(training: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="TRAINING_STAYS_HERE"):
        training.handing_over.export(tmp_path)
    assert not list(tmp_path.iterdir())


def test_whoever_passes_by_the_queue_gets_no_target(training: Desk) -> None:
    with pytest.raises(Refused, match="TRAINING_STAYS_HERE"), training.server.target():
        pass


def test_whoever_asks_for_anything_else_gets_no_line(training: Desk) -> None:
    with pytest.raises(Refused, match="TRAINING_STAYS_HERE"), training.server.exchange():
        pass


@pytest.mark.parametrize("address", ["https://127.0.0.1.registrar.example", "https://192.0.2.7"])
def test_no_name_that_only_looks_like_this_computer_is_spoken_to(address: str) -> None:
    with pytest.raises(Refused) as refused:
        Transport(address, only_here=True)
    assert refused.value.code is TRAINING_STAYS_HERE
    assert is_elsewhere(RemoteServer(address))


def test_a_server_on_this_computer_may_be_practised_with() -> None:
    with Transport("http://127.0.0.1:9", only_here=True) as transport:
        assert transport.server_time is None
    assert not is_elsewhere(RemoteServer("http://localhost:9"))
    assert not is_elsewhere(NoServer())
