"""At the end: what the stations wrote down, beside what the database and the object store hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from load.packets import Waiting
from load.stations import Ledger
from muster.receiver.objects import Objects
from muster.receiver.tables import packet


@dataclass(frozen=True, slots=True)
class Verdict:
    """``orphans`` are objects that no row names: what a killed process left, which the hub sweeps."""

    packets: int
    rows: int
    objects: int
    orphans: int
    known_already: int
    lost: list[str] = field(default_factory=list)
    taken_twice: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.taken_twice or self.damaged or self.refused or self.strangers)


def check(
    queues: Mapping[int, Sequence[Waiting]], ledgers: Mapping[int, Ledger], engine: sa.Engine, objects: Objects
) -> Verdict:
    with engine.connect() as connection:
        rows = {row.packet_id: row for row in connection.execute(sa.select(packet))}
        count = connection.scalar(sa.select(sa.func.count()).select_from(packet)) or 0
    named = {row.object_name for row in rows.values()}
    there = {each.name for each in objects.listed("packets/")}
    wanted = {each.packet_id: each for queue in queues.values() for each in queue}
    taken = {packet_id: times for ledger in ledgers.values() for packet_id, times in ledger.taken.items()}
    lost, damaged = [], []
    for packet_id, waiting in wanted.items():
        row = rows.get(packet_id)
        if row is None or row.object_name not in there:
            lost.append(packet_id)
        elif hashlib.sha256(objects.get(row.object_name)).hexdigest().upper() != waiting.digest:
            damaged.append(packet_id)
    return Verdict(
        packets=len(wanted),
        rows=count,
        objects=len(there),
        orphans=len(there - named),
        known_already=sum(ledger.known_already.total() for ledger in ledgers.values()),
        lost=lost,
        taken_twice=[packet_id for packet_id, times in taken.items() if times > 1],
        damaged=damaged,
        refused={key: code for ledger in ledgers.values() for key, code in ledger.refused.items()},
        strangers=sorted(rows.keys() - wanted.keys()),
    )
