"""The load run in small: bad lines and wrong clocks lose nothing, and what went wrong would be seen."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn

from load.checking import check
from load.packets import Waiting, _packets, reference
from load.stations import Habits, Ledger, Station, habits_of
from muster.clock import utc_now
from muster.crypto.signing import SigningKey
from muster.receiver.app import create_app
from muster.receiver.database import database_in
from muster.receiver.settings import HubSettings
from muster.receiver.storage import Storage
from muster.receiver.tables import packet


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> Iterator[Storage]:
    storage = Storage(tmp_path_factory.mktemp("hub"), utc_now)
    storage.register_machine(reference(0), key.public_pem)
    yield storage
    storage.close()


@pytest.fixture(scope="module")
def hub(storage: Storage) -> Iterator[str]:
    config = uvicorn.Config(create_app(storage, utc_now, hub=HubSettings()), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory, storage: Storage, key: SigningKey) -> list[Waiting]:
    folder: Path = tmp_path_factory.mktemp("queue")
    return list(_packets(folder, 0, key, storage.certificate_pem, 5, 2_000))


def _verdict(storage: Storage, queue: list[Waiting], ledger: Ledger):
    engine = sa.create_engine(database_in(storage.folder))
    try:
        return check({0: queue}, {0: ledger}, engine, storage.objects)
    finally:
        engine.dispose()


def _live(hub: str, storage: Storage, key: SigningKey, queue: list[Waiting], habits: Habits) -> Ledger:
    station = Station(key, habits, queue, [hub], storage.certificate_pem, random.Random(4))
    asyncio.run(asyncio.wait_for(station.live(), 30))
    return station.ledger


def test_what_never_arrived_is_seen(storage: Storage, queue: list[Waiting]) -> None:
    verdict = _verdict(storage, queue, Ledger())
    assert verdict.lost == [each.packet_id for each in queue]
    assert not verdict.is_good


def test_a_bad_line_and_a_wrong_clock_lose_nothing_and_nothing_is_taken_twice(
    hub: str, storage: Storage, key: SigningKey, queue: list[Waiting]
) -> None:
    ledger = _live(hub, storage, key, queue, Habits(0, 0, 0.5, timedelta(hours=7), signs=True))
    verdict = _verdict(storage, queue, ledger)
    assert verdict.is_good
    assert (verdict.rows, verdict.objects) == (5, 5)
    assert ledger.told["line broke as meant"] > 0
    assert ledger.told["HUB-SIG-004"] > 0
    # The same packets again, by a station of the version before, which does not sign: known already, each of them.
    again = _live(hub, storage, key, queue, Habits(0, 0, 0.0, timedelta(0), signs=False))
    assert (again.known_already.total(), again.taken.total()) == (5, 0)
    assert _verdict(storage, queue, again).is_good


def test_a_packet_that_was_told_to_be_new_twice_is_seen(storage: Storage, queue: list[Waiting]) -> None:
    ledger = Ledger()
    ledger.taken[queue[0].packet_id] = 2
    assert _verdict(storage, queue, ledger).taken_twice == [queue[0].packet_id]


def test_a_changed_object_and_a_strangers_row_are_seen(storage: Storage, queue: list[Waiting]) -> None:
    name = storage.accepted(queue[1].packet_id)["object_name"]
    storage.objects.put(name, b"changed")
    verdict = _verdict(storage, queue[1:], Ledger())
    assert (verdict.damaged, verdict.strangers) == ([queue[1].packet_id], [queue[0].packet_id])
    with storage.database.writing() as connection:
        connection.execute(packet.delete().where(packet.c.packet_id == queue[1].packet_id))
    verdict = _verdict(storage, queue, Ledger())
    assert (verdict.lost, verdict.orphans) == ([queue[1].packet_id], 1)


def test_stations_differ_in_their_habits() -> None:
    chance = random.Random(1)
    habits = [habits_of(number, 50, 100, chance) for number in range(40)]
    assert sum(each.every_s == 0 for each in habits) == 10  # a week offline
    assert sum(each.breaks > 0.1 for each in habits) == 10
    assert sum(each.clock_off != timedelta(0) for each in habits) == 4
    assert sum(not each.signs for each in habits) == 8
