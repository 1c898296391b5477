"""Stations at three stages, made once per run and copied for each test that changes them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from judged_once import judged_once_in_this_run as judged_once_in_this_run  # noqa: PLC0414 - a fixture for all
from muster.domain.registration import RegistrationId
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.station import Station
from receivers import forget
from unit.workstation.desks import desk_at, make_station, play


@pytest.fixture(scope="session", autouse=True)
def _quick_devices() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        patch.delenv("MUSTER_SIMULATED_FAULTS", raising=False)
        patch.delenv("MUSTER_SIMULATED_IMAGES", raising=False)
        yield


@pytest.fixture(scope="session")
def new_station(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """A station nobody has worked at. Only to be copied."""
    return make_station(tmp_path_factory.mktemp("new") / "station")


@pytest.fixture(scope="session")
def running_receiver(new_station: Station) -> Iterator[EmbeddedReceiver]:
    receiver = EmbeddedReceiver(new_station.folder, new_station.identity)
    receiver.url()  # from here on the station's folder holds the server's key, and so does every copy
    yield receiver
    receiver.close()


@pytest.fixture
def receiver(running_receiver: EmbeddedReceiver, new_station: Station) -> EmbeddedReceiver:
    """The receiver process with nothing announced and nothing accepted yet."""
    forget(new_station.folder.receiver)
    return running_receiver


@pytest.fixture(scope="session")
def signed_station(
    tmp_path_factory: pytest.TempPathFactory, new_station: Station, running_receiver: EmbeddedReceiver
) -> tuple[Path, RegistrationId]:
    """A copy at which one registration was signed. Only to be copied."""
    root = tmp_path_factory.mktemp("signed") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root) as desk:
        return root, play(desk)


@pytest.fixture(scope="session")
def sealed_station(
    tmp_path_factory: pytest.TempPathFactory,
    signed_station: tuple[Path, RegistrationId],
    running_receiver: EmbeddedReceiver,
) -> tuple[Path, RegistrationId, str]:
    """A copy at which that registration was sealed, with the packet's number. Only to be copied."""
    root = tmp_path_factory.mktemp("sealed") / "station"
    shutil.copytree(signed_station[0], root)
    with desk_at(root, running_receiver) as desk:
        entry = desk.enrollment.submit(signed_station[1])
    return root, signed_station[1], entry.packet_id


@pytest.fixture
def root(tmp_path: Path, new_station: Station) -> Path:
    """The folder of a new station of this test's own."""
    shutil.copytree(new_station.folder.root, tmp_path / "station")
    return tmp_path / "station"


@pytest.fixture
def signed(tmp_path: Path, signed_station: tuple[Path, RegistrationId]) -> tuple[Path, RegistrationId]:
    shutil.copytree(signed_station[0], tmp_path / "station")
    return tmp_path / "station", signed_station[1]


@pytest.fixture
def sealed(tmp_path: Path, sealed_station: tuple[Path, RegistrationId, str]) -> tuple[Path, RegistrationId, str]:
    shutil.copytree(sealed_station[0], tmp_path / "station")
    return tmp_path / "station", *sealed_station[1:]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[Desk]:
    """One signed-in officer for a whole file; every test starts a registration of its own."""
    root = tmp_path_factory.mktemp("desk") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root) as desk:
        yield desk


@pytest.fixture
def draft(desk: Desk) -> RegistrationId:
    return desk.enrollment.start().id
