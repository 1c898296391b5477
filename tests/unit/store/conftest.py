"""An encrypted store in a temporary folder, and a way around it for whoever tampers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from muster.clock import Clock
from muster.domain.lifecycle import Started
from muster.domain.registration import Process, RegistrationId
from muster.store.database import Database, Work

KEY = bytes(range(32))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

StartRegistration = Callable[[Work, int], RegistrationId]
Around = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def key() -> bytes:
    return KEY


@pytest.fixture(scope="session")
def clock() -> Clock:
    return lambda: NOON


@pytest.fixture(scope="session")
def _new_file(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Path:
    """A file as a first start leaves it; copied, because making one takes the migrations' time."""
    path = tmp_path_factory.mktemp("new") / "muster.db"
    Database.open(path, KEY, clock).close()
    return path


@pytest.fixture
def path(tmp_path: Path, _new_file: Path) -> Path:
    return Path(shutil.copy(_new_file, tmp_path / "muster.db"))


@pytest.fixture
def database(path: Path, clock: Clock) -> Iterator[Database]:
    database = Database.open(path, KEY, clock)
    yield database
    database.close()


@pytest.fixture
def around(path: Path) -> Around:
    """A connection that knows the key and none of the rules."""

    @contextmanager
    def connect() -> Iterator[Any]:
        connection = sqlcipher.connect(str(path), isolation_level=None)
        try:
            connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
            yield connection
        finally:
            connection.close()

    return connect


@pytest.fixture(scope="session")
def start() -> StartRegistration:
    """Begin a registration with the given sequence in the transaction at hand."""

    def begin(work: Work, sequence: int) -> RegistrationId:
        registration_id = RegistrationId.compose("10001", "10002", sequence, NOON)
        work.registrations.start(registration_id, Started(NOON, Process.NEW, ("eng", "ara"), "officer1", 0.1))
        return registration_id

    return begin
