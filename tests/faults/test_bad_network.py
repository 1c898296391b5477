"""Proof by destruction, the network's half: a line that breaks anywhere loses no packet and makes no second one.

Between a station and a real receiver process stands somebody who cuts the line after a random number of octets, in
either direction, or answers something else. ``MUSTER_FAULT_ROUNDS=300`` runs it in full; a table is printed. What
is about TLS is tried by ``run.py`` and, one connection at a time, beside the transport.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import receivers
from faults.bad_line import CUTS, SLOW, BadLine, Fault
from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.upload import transport
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.server import RemoteServer
from unit.workstation.desks import desk_at, make_station, play

ROUNDS = int(os.environ.get("MUSTER_FAULT_ROUNDS", "9"))
_SEED = 20260301
_ASKING = (Fault.RESET_ASKING, Fault.CLOSED_ASKING)
# What could make a station believe, or wait for ever, comes first: fewer rounds leave out what only says no.
_KINDS = (
    Fault.RESET_ASKING, Fault.RESET_ANSWERING, Fault.CLOSED_ASKING, Fault.CLOSED_ANSWERING,
    Fault.UNSIGNED, Fault.FORGED, Fault.HUGE, Fault.SLOW_HEAD, Fault.NONSENSE,
    Fault.BUSY, Fault.BUSY_WITHOUT_WORD, Fault.BROKEN, Fault.PORTAL, Fault.HUGE_IN_CHUNKS, Fault.SLOW_BODY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    desk: Desk
    line: BadLine
    folder: Path
    registration_id: RegistrationId
    packet_id: str

    def forget(self) -> None:
        """The server has never heard of the packet, and the station is to send it."""
        receivers.forget(self.folder)
        self.desk.sync.try_again(self.packet_id)

    def accepted(self) -> list[str]:
        return receivers.accepted(self.folder)

    def uploads(self) -> int:
        return Counter(each.event for each in self.desk.trail.about(self.registration_id))[
            AuditEvent.PACKET_UPLOADED.id
        ]


@contextmanager
def _ground(root: Path) -> Iterator[Ground]:
    station = make_station(root)
    receiver = EmbeddedReceiver(station.folder, station.identity)
    line = BadLine(receiver.url())
    try:
        with desk_at(root, RemoteServer(line.url)) as desk:
            registration_id = play(desk)
            packet_id = desk.enrollment.submit(registration_id).packet_id
            yield Ground(desk, line, station.folder.receiver, registration_id, packet_id)
    finally:
        line.close()
        receiver.close()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        with _ground(tmp_path_factory.mktemp("faults") / "station") as made:
            yield made


def test_a_line_cut_anywhere_loses_no_packet_and_makes_no_second_one(ground: Ground) -> None:
    chance = random.Random(_SEED)
    size = ground.desk.sync.outlook().octets
    table: Counter[tuple[Fault, str]] = Counter()
    sealed = ground.desk.folder.packet(ground.packet_id).read_bytes()
    for number in range(ROUNDS):
        kind = _KINDS[number % len(_KINDS)]
        # Down there are only answers; the announcement and the upload share one connection.
        most = size + 6_000 if kind in _ASKING else 5_000
        ground.forget()
        before = ground.uploads()
        ground.line.break_with(kind, chance.randrange(most))
        with suppress(MusterError), pytest.MonkeyPatch.context() as patch:
            if kind in SLOW:
                patch.setattr(transport, "ANSWER_WITHIN_S", 0.5)
            ground.desk.sync.deliver_all(due_only=False, keep_slips=True)
        happened = min(ground.line.happened, 1)
        ground.line.mend()
        ground.desk.sync.deliver_all(due_only=False, keep_slips=True)
        (entry,) = ground.desk.sync.outbox()
        lost = entry.state is not DeliveryState.PUSHED or ground.accepted() != [ground.packet_id]
        twice = ground.uploads() - before != 1
        changed = receivers.kept_packet(ground.folder, ground.packet_id).read_bytes() != sealed
        table += Counter({(kind, "rounds"): 1, (kind, "broken"): happened, (kind, "lost"): lost or changed})
        table += Counter({(kind, "twice"): twice})
    _print(table)
    assert sum(count for (_, what), count in table.items() if what in ("lost", "twice")) == 0
    missed = [kind.name for kind in _KINDS[:ROUNDS] if kind not in CUTS and not table[kind, "broken"]]
    assert missed == []
    assert sum(count for (_, what), count in table.items() if what == "broken") > ROUNDS / 2


def _print(table: Counter[tuple[Fault, str]]) -> None:
    columns = ("rounds", "broken", "lost", "twice")
    print("\n" + f"{'the line':<36}" + "".join(f"{each:>8}" for each in columns))
    for kind in _KINDS:
        print(f"{kind.value:<36}" + "".join(f"{table[kind, each]:>8}" for each in columns))
