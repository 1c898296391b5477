"""A hub on the engines of a small receiver and on those of a large one: each test of a place runs on both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integration.receiver.national import National, make_national
from muster.packet.seal import SealedPacket
from muster.processes import started_by
from muster.receiver.center_key import make_center_key
from muster.receiver.storage import Storage
from muster.receiver.tables import metadata
from simulators import real_postgres, real_store
from unit.receiver.counter import NOW, REF_ID, Keys, make_sealed

_OPEN_AT_ONCE = 2


def workers_of(hub: int) -> set[int]:
    """Of what a hub started those that serve or are about to, not those that only watch over resources."""
    return {pid for pid in started_by(hub) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


@dataclass
class Place:
    """Where a hub's data are; ``open`` is what each of its processes does. Two stay open, since opening costs."""

    folder: Path
    keys: Keys
    database: str | None = None
    objects: str | None = None
    now: datetime = NOW
    _processes: list[Storage] = field(default_factory=list)
    _next: int = 0

    @property
    def center_key(self) -> Path:
        return self.folder.parent / "center.key"

    def open(self) -> Storage:
        """Of the two that are open the next one."""
        if len(self._processes) < _OPEN_AT_ONCE:
            self._processes.append(self.open_anew())
        self._next += 1
        return self._processes[self._next % len(self._processes)]

    def open_anew(self) -> Storage:
        return Storage(
            self.folder, self.clock, database=self.database, objects=self.objects, center_key=self.center_key
        )

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, time: timedelta) -> None:
        self.now += time

    def forget(self) -> None:
        """Everything but the keys."""
        hub, self.now = self.open(), NOW
        for each in self._processes:
            each.forwards = each.enrollment_forwards = None
        with hub.database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name != "secret":
                    connection.execute(table.delete())
        for prefix in ("packets/", "forwards/"):
            for each in list(hub.objects.listed(prefix)):
                hub.objects.delete(each.name)
        hub.register_machine(REF_ID, self.keys.machine.key.public_pem)

    def close(self) -> None:
        for each in self._processes:
            each.close()


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys.make()


@pytest.fixture(scope="session")
def sealed(keys: Keys) -> SealedPacket:
    return make_sealed(keys)


@pytest.fixture(scope="session")
def postgres() -> Iterator[real_postgres.RealPostgres]:
    """The distribution's own where it is installed."""
    found = real_postgres.distributions() or real_postgres.programs()
    if found is None:
        pytest.skip("no PostgreSQL is installed here")
    with real_postgres.real_postgres(found=found) as server:
        yield server


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if real_store.program() is None:
        pytest.skip("no S3-compatible server is installed here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", real_store.ACCESS_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", real_store.SECRET_KEY)
        with real_store.real_store(tmp_path_factory.mktemp("store")) as url:
            yield url


def new_place(folder: Path, keys: Keys) -> Place:
    folder.mkdir(parents=True)
    place = Place(folder, keys)
    make_center_key(place.center_key)
    (folder / "server.pem").write_bytes(keys.server.server_pem)
    (folder / "signer.pem").write_bytes(keys.signer.server_pem)
    return place


@pytest.fixture(scope="session")
def small_place(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Place]:
    place = new_place(tmp_path_factory.mktemp("small") / "place" / "hub", keys)
    yield place
    place.close()


@pytest.fixture(scope="session")
def large_place(
    tmp_path_factory: pytest.TempPathFactory, keys: Keys, postgres: real_postgres.RealPostgres, bucket: str
) -> Iterator[Place]:
    place = new_place(tmp_path_factory.mktemp("large") / "place" / "hub", keys)
    place.database = postgres.url
    place.objects = f"s3://{real_store.BUCKET}/center?endpoint={bucket}"
    yield place
    place.close()


@pytest.fixture
def small(small_place: Place) -> Place:
    """On a file and a folder. Knows one station."""
    small_place.forget()
    return small_place


@pytest.fixture
def large(large_place: Place) -> Place:
    """On PostgreSQL and S3. Knows one station."""
    large_place.forget()
    return large_place


@pytest.fixture(params=["small", "large"])
def place(request: pytest.FixtureRequest) -> Place:
    """Either."""
    made: Place = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def national(keys: Keys, tmp_path: Path) -> Iterator[National]:
    made = make_national(keys, tmp_path)
    yield made
    made.storage.close()
