"""What a station takes when nobody works at it, and what a registration leaves on its disk.

The window is left alone in a process of its own (``python -m muster.ui.at_rest``), offscreen: on its first page,
and before a camera that shows an empty chair, at a person's pace. Drivers in processes of their own are counted.

The disk is looked at after registrations that a receiver accepted: each keeps its packet until the receiver's
owner says that it may go, and its part of database, trail and carbon copy for good.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from muster.bench.measuring import Clock, Rounds, Row
from muster.bench.starting import python
from muster.clock import utc_now
from muster.workstation.data_folder import DataFolder
from muster.workstation.demo import demo_station, run_demo
from muster.workstation.desk import sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.script import StepReport
from muster.workstation.slip import Slip
from muster.workstation.station import Station

_SECONDS = 20
_REGISTRATIONS = 5
_KB = 1000


def rows(rounds: Rounds) -> Iterator[Row]:
    seconds = "1" if rounds.once else str(_SECONDS)
    pace = {"MUSTER_SIMULATED_SPEED": "20" if rounds.once else "1"}
    nobody = {"MUSTER_SIMULATED_FAULTS": "camera=empty_chair"}
    told = json.loads(python("-m", "muster.ui.at_rest", "--seconds", seconds, **pace, **nobody))
    yield _processor("home page left alone", told["home"])
    yield Row.of("home page left alone, woken up", [told["home"]["wakeups_per_s"]], "/s", "every 10 ms", 100.0)
    yield _processor("camera looks for a person", told["preview"])
    yield from _disk(rounds)


def _processor(page: str, told: Mapping[str, float]) -> Row:
    return Row.of(page, [told["processor_percent"]], "%", "one processor", 100.0, Clock.CPU)


def _disk(rounds: Rounds) -> Iterator[Row]:
    count = 1 if rounds.once else _REGISTRATIONS
    with tempfile.TemporaryDirectory() as folder:
        station = demo_station(Path(folder), utc_now)
        receiver = EmbeddedReceiver(station.folder, station.identity)
        try:
            if not rounds.once:
                _enrolled(station, receiver, 1)  # makes what is made once
            before = _octets(station.folder)
            packet = _enrolled(station, receiver, count) / count / _KB
            grown = (_octets(station.folder) - before) / count / _KB
        finally:
            receiver.close()
    yield Row.of("disk grown by a registration that was sent", [grown], "kB", "its packet", packet)
    yield Row.of("the same once its packet may go", [grown - packet], "kB", "its packet", packet)


def _enrolled(station: Station, receiver: EmbeddedReceiver, count: int) -> int:
    """Octets of all packets. The officer signs out again: what the database wrote ahead is in its file then."""
    (user_id, password), supervisor = station.demo_credentials() or ()
    with sign_in(station, user_id, password, receiver, utc_now) as desk:
        runs = [run_demo(desk, password, _unheard, _unprinted, supervisor) for _ in range(count)]
    return sum(each.packet_size for each in runs)


def _unheard(step: StepReport) -> None: ...


def _unprinted(slip: Slip, file: Path) -> None: ...


def _octets(folder: DataFolder) -> int:
    """Of the station: the receiver beside it is the server's disk."""
    files = (each for each in folder.root.rglob("*") if not each.is_relative_to(folder.receiver))
    return sum(each.stat().st_size for each in files if each.is_file())
