"""Data of earlier versions, brought forward."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from muster.clock import Clock
from muster.domain.delivery import DeliveryState
from muster.domain.operators import Role
from muster.store import database as database_module
from muster.store.database import Database
from muster.store.server_copies import Whence

_QUEUE = """
INSERT INTO operator VALUES ('erika', 'REGISTRATION_OFFICER', 't'), ('max', 'REGISTRATION_SUPERVISOR', 't');
INSERT INTO registration VALUES ('10001100020000120260301120000', 't', 't', 0);
INSERT INTO outbox (packet_id, registration_id, process, languages, state, attempts, size, digest, sealed_at,
                    next_attempt, last_problem, server_status)
VALUES ('waiting', '10001100020000120260301120000', 'NEW', 'eng', 'SYNCED', 3, 1000, 'C',
        '2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z', 'SERVER_TIMEOUT', NULL),
       ('there', '10001100020000120260301120000', 'NEW', 'eng', 'PUSHED', 0, 1000, 'D',
        '2026-03-01T12:00:01.000Z', NULL, NULL, 'Packet has reached Packet Receiver');
"""


@pytest.fixture
def first_version(tmp_path: Path, key: bytes) -> Path:
    """A database as the first version left it, with one packet that waits and one that was delivered."""
    path = tmp_path / "first.db"
    engine = database_module._engine(path, key)
    config = Config()
    config.set_main_option("script_location", str(database_module._MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        for statement in _QUEUE.split(";")[:-1]:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return path


def test_the_queue_of_the_first_version_goes_on_where_it_was(
    first_version: Path, key: bytes, clock: Clock
) -> None:
    database = Database.open(first_version, key, clock)
    with database.read() as work:
        there, waiting = work.outbox.all()
    database.close()
    assert (waiting.state, waiting.attempts) == (DeliveryState.SYNCED, 3)
    assert (waiting.last_problem, waiting.next_attempt is None) == ("SERVER_TIMEOUT", False)
    assert (there.state, there.server_status, there.questions) == (DeliveryState.PUSHED, None, 0)
    assert there.is_to_be_asked(clock())


def test_a_supervisor_of_before_looks_after_the_stations_people_now(
    first_version: Path, key: bytes, clock: Clock
) -> None:
    database = Database.open(first_version, key, clock)
    with database.read() as work:
        erika, supervisor = work.operators.all()
    database.close()
    assert (erika.roles, supervisor.roles) == ({Role.OFFICER}, {Role.SUPERVISOR, Role.ADMINISTRATOR})


def test_of_what_the_server_sent_before_nobody_knows_where_it_came_from(
    tmp_path: Path, key: bytes, clock: Clock
) -> None:
    path = tmp_path / "eleventh.db"
    engine = database_module._engine(path, key)
    config = Config()
    config.set_main_option("script_location", str(database_module._MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.exec_driver_sql(
            "INSERT INTO server_copy VALUES (1, 'users', 'v', 'd', '2026-03-01T12:00:00.000Z', 'c')"
        )
    engine.dispose()
    database = Database.open(path, key, clock)
    with database.read() as work:
        (copy,) = work.server_copies.all()
    database.close()
    assert (copy.kind, copy.whence) == ("users", Whence())
