"""Thousands of virtual stations against a hub of several processes on PostgreSQL and an S3-compatible store.

    python tests/load/run.py --stations 200 --packets 10000
    python tests/load/run.py --grow 10,50,200,1000 --packets 1000 --calm

Everything runs on this computer. Unless ``--calm``, the database, a hub process, the object store and the next hub
process are killed in turn, every few seconds, until the last station is done. What came of it is told as a table,
and as JSON in the folder; with ``--grow`` with a plot beside it. See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from load.checking import Verdict, check
from load.engines import SECRETS, Hub, ObjectStore, Processors
from load.packets import Waiting, make_keys, make_packets, reference
from load.stations import Ledger, Station, habits_of
from muster.clock import utc_now
from muster.receiver.objects import open_objects
from muster.receiver.storage import Storage
from simulators.real_postgres import RealPostgres

_LOOK_EVERY_S = 0.5
_AWAY_S = (0.5, 3.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """``seconds`` is what the stations' days are pressed into; no ``kill_every_s`` where nobody is killed."""

    stations: int
    packets: int
    hubs: int = 2
    octets: int = 300_000
    seconds: float = 60.0
    kill_every_s: float | None = 15.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds and octets of the whole run; processor time by kind of process."""

    plan: Plan
    verdict: Verdict
    seconds: float
    kills: dict[str, int]
    told: dict[str, int]
    sent: int
    median_s: float
    p95_s: float
    hub_s: float
    database_s: float
    objects_s: float
    simulator_s: float
    database_octets: int
    object_octets: int

    @property
    def hub_ms_each(self) -> float:
        return 1000 * self.hub_s / self.plan.packets

    @property
    def database_ms_each(self) -> float:
        return 1000 * self.database_s / self.plan.packets


class World:
    """Everything a run needs, started."""

    def __init__(self, plan: Plan, folder: Path, key_folder: Path) -> None:
        self.plan = plan
        self.postgres = RealPostgres({"max_connections": "200"})
        self.postgres.start()
        self.objects = ObjectStore(folder)
        self.objects.start()
        chance = random.Random(plan.seed)
        share, more = divmod(plan.packets, plan.stations)
        counts = {number: share + (number < more) for number in range(plan.stations)}
        keys = make_keys(key_folder, plan.stations)
        self.storage = self._storage(folder, dict(enumerate(keys)))
        self.hubs = [Hub(folder, number, self.postgres.url, self.objects.address) for number in range(plan.hubs)]
        for hub in self.hubs:
            hub.start()
        certificate = self.hubs[0].certificate()
        self.queues: dict[int, list[Waiting]] = make_packets(
            folder / "queues", keys, certificate, counts, plan.octets
        )
        urls = [each.url for each in self.hubs]
        self.stations = {
            number: Station(
                keys[number],
                habits_of(number, counts[number], plan.seconds, chance),
                self.queues[number],
                urls,
                certificate,
                random.Random(plan.seed * 1_000_000 + number),
            )
            for number in range(plan.stations)
        }
        self.kills: Counter[str] = Counter()
        self.processors = Processors()

    def _storage(self, folder: Path, keys: dict[int, Any]) -> Storage:
        """Makes the tables and registers every station, as an administrator would."""
        os.environ.update(SECRETS)
        storage = Storage(folder / "hub", utc_now, database=self.postgres.url, objects=self.objects.address)
        for number, key in keys.items():
            storage.register_machine(reference(number), key.public_pem)
        return storage

    async def run(self) -> None:
        self._count_processors()
        self.processors.begin()
        alive = [asyncio.create_task(each.live()) for each in self.stations.values()]
        beside = [asyncio.create_task(self._look())]
        if self.plan.kill_every_s is not None:
            beside.append(asyncio.create_task(self._kill_in_turn(self.plan.kill_every_s)))
        try:
            await asyncio.gather(*alive)
        finally:
            for each in beside:
                each.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        self._count_processors()

    async def _look(self) -> None:
        while True:
            self._count_processors()
            await asyncio.sleep(_LOOK_EVERY_S)

    def _count_processors(self) -> None:
        for hub in self.hubs:
            self.processors.look("hub", hub.pid)
        self.processors.look("objects", self.objects.pid)
        self.processors.look("database", self.postgres.running_pid, with_children=True)

    async def _kill_in_turn(self, every_s: float) -> None:
        chance = random.Random(self.plan.seed + 1)
        turns: list[tuple[str, Callable[[], None], Callable[[], None]]] = [
            ("database", self.postgres.kill, self.postgres.start),
            ("object store", self.objects.kill, self.objects.start),
        ]
        turns[1:1] = [("hub", hub.kill, hub.start) for hub in self.hubs[:1]]
        turns += [("hub", hub.kill, hub.start) for hub in self.hubs[1:]]
        while True:
            for name, kill, start in turns:
                await asyncio.sleep(every_s)
                self._count_processors()
                await asyncio.to_thread(kill)
                self.kills[name] += 1
                await asyncio.sleep(chance.uniform(*_AWAY_S))
                await asyncio.shield(asyncio.to_thread(start))

    def close(self) -> None:
        self.storage.close()
        for each in (*self.hubs, self.objects):
            each.kill()
        self.postgres.close()


def run(plan: Plan, folder: Path, key_folder: Path) -> Outcome:
    with ExitStack() as stack:
        world = World(plan, folder, key_folder)
        stack.callback(world.close)
        own = _own_s()
        began = time.perf_counter()
        asyncio.run(world.run())
        seconds, own = time.perf_counter() - began, _own_s() - own
        ledgers: dict[int, Ledger] = {number: each.ledger for number, each in world.stations.items()}
        for each in (world.postgres, world.objects):  # the last kill may have been a moment ago
            if (each.running_pid if isinstance(each, RealPostgres) else each.pid) is None:
                each.start()
        engine = sa.create_engine(world.postgres.url)
        verdict = check(world.queues, ledgers, engine, open_objects(world.objects.address))
        with engine.connect() as connection:
            size = connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
        engine.dispose()
        took = [each for ledger in ledgers.values() for each in ledger.seconds]
        told: Counter[str] = sum((ledger.told for ledger in ledgers.values()), Counter())
        return Outcome(
            plan=plan,
            verdict=verdict,
            seconds=seconds,
            kills=dict(world.kills),
            told=dict(told),
            sent=len(took),
            median_s=statistics.median(took),
            p95_s=statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0],
            hub_s=world.processors.seconds("hub"),
            database_s=world.processors.seconds("database"),
            objects_s=world.processors.seconds("objects"),
            simulator_s=own,
            database_octets=int(size),
            object_octets=sum(each.size for queue in world.queues.values() for each in queue),
        )


def _own_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def table(outcome: Outcome) -> str:
    verdict, plan = outcome.verdict, outcome.plan
    size = outcome.object_octets / plan.packets
    lines = [
        f"{plan.stations} stations, {plan.packets} packets of {size / 1e6:.2f} MB, "
        f"{plan.hubs} hub processes, {outcome.seconds:.0f} s",
        f"  killed: {', '.join(f'{name} {count}' for name, count in outcome.kills.items()) or 'nobody'}",
        f"  rows {verdict.rows}, objects {verdict.objects} ({verdict.orphans} without a row), "
        f"sent again though taken {verdict.known_already}",
        f"  lost {len(verdict.lost)}, taken twice {len(verdict.taken_twice)}, damaged {len(verdict.damaged)}, "
        f"refused {len(verdict.refused)}, nobody's {len(verdict.strangers)}",
        f"  a sending: median {outcome.median_s:.2f} s, p95 {outcome.p95_s:.2f} s",
        f"  processor time a packet: hub {outcome.hub_ms_each:.1f} ms, "
        f"database {outcome.database_ms_each:.1f} ms, "
        f"object store {1000 * outcome.objects_s / plan.packets:.1f} ms "
        f"(the stations themselves {1000 * outcome.simulator_s / plan.packets:.1f} ms)",
        f"  octets a packet: database {outcome.database_octets / plan.packets:,.0f}, object store {size:,.0f}",
        f"  told: {outcome.told}",
        f"  {'GOOD: nothing lost, nothing taken twice' if verdict.is_good else 'NOT GOOD'}",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--packets", type=int, default=10_000)
    parser.add_argument("--hubs", type=int, default=2)
    parser.add_argument("--octets", type=int, default=300_000, help="of the scan in each packet")
    parser.add_argument("--seconds", type=float, default=60, help="the stations' days are pressed into")
    parser.add_argument("--kill-every", type=float, default=15)
    parser.add_argument("--calm", action="store_true", help="kill nobody")
    parser.add_argument("--grow", help="numbers of stations, one run each: 10,50,200,1000")
    parser.add_argument(
        "--folder", type=Path, help="what is left behind; a new one, thrown away, where none is said"
    )
    parser.add_argument("--keys", type=Path, default=Path(tempfile.gettempdir()) / "load-keys")
    told = parser.parse_args()
    numbers = [int(each) for each in told.grow.split(",")] if told.grow else [told.stations]
    outcomes = []
    with tempfile.TemporaryDirectory() as thrown_away:
        for number in numbers:
            folder = Path(thrown_away) / str(number)
            folder.mkdir()
            kill_every = None if told.calm else told.kill_every
            plan = Plan(number, told.packets, told.hubs, told.octets, told.seconds, kill_every)
            outcomes.append(run(plan, folder, told.keys))
            print(table(outcomes[-1]), flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    if told.folder is not None:
        told.folder.mkdir(parents=True, exist_ok=True)
        (told.folder / "outcome.json").write_text(
            json.dumps([asdict(each) for each in outcomes], indent=2, default=str)
        )
        if told.grow:
            from load.plotting import plot

            plot(outcomes, told.folder / "growth.png")
    return 0 if all(each.verdict.is_good for each in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
