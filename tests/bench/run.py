"""Everything that is measured, printed as a table: what ``muster bench`` measures, and what needs the simulated
devices on top.

    python tests/bench/run.py [--once]      --once only shows that it still runs

Nothing is asserted: the figures go into the README and into the notes of whoever changes something. How they are
taken is told in ``muster.bench``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["MUSTER_SIMULATED_SPEED"] = "1000"

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from muster.analysis.faces import FaceDetector, judge_face
from muster.bench.measuring import Clock, Rounds, Row
from muster.bench.running import area_names, measure
from muster.clock import utc_now
from muster.workstation.demo import demo_script, demo_station
from muster.workstation.desk import sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.policy import Policy
from muster.workstation.script import ScriptedEnrollment

REPOSITORY = Path(__file__).parents[2]
PICTURES = REPOSITORY / "drivers" / "simulated" / "src" / "muster_simulated" / "pictures"
STEADY_MS = 1000 * Policy().face_good_for_s
LIMIT_KIB = Policy().maximum_packet_bytes / 1024


def judging(rounds: Rounds) -> Iterator[Row]:
    with Image.open(PICTURES / "face.jpg") as image:
        frame = np.asarray(image.convert("RGB"))
    detector = FaceDetector()
    batch = np.zeros((1, 128, 128, 3), np.float32)
    yield rounds.compare(
        "a camera frame judged (804 x 603)",
        lambda: judge_face(frame, detector.detect(frame)),
        "the network alone",
        lambda: detector._network.run({"input": batch}),
        repeat=30,
    )


def enrolling(rounds: Rounds) -> Iterator[Row]:
    """The demo's registration from the first question to the receipt."""
    with tempfile.TemporaryDirectory() as folder:
        station = demo_station(Path(folder), utc_now)
        (user_id, password), supervisor = station.demo_credentials() or ()
        receiver = EmbeddedReceiver(station.folder, station.identity)
        times_ms, sizes_kib = [], []
        try:
            with sign_in(station, user_id, password, receiver, utc_now) as desk:
                for _ in range(rounds.count):
                    begun = time.perf_counter()
                    played = ScriptedEnrollment(
                        desk.enrollment, demo_script(), password, supervisor=supervisor
                    ).run()
                    entry = desk.enrollment.submit(played.registration.id)
                    desk.sync.deliver(entry.packet_id)
                    times_ms.append((time.perf_counter() - begun) * 1000)
                    sizes_kib.append(entry.size / 1024)
        finally:
            receiver.close()
    yield Row.of(
        "a whole enrollment, devices not counted",
        times_ms,
        "ms",
        "waiting for a steady face",
        STEADY_MS,
        Clock.WALL,
    )
    yield Row.of("its packet", sizes_kib, "KiB", "MOSIP's limit", LIMIT_KIB)


def main() -> None:
    rounds = Rounds.only_one() if "--once" in sys.argv else Rounds()
    # That the window can be timed is seen where the window is tested: a person takes it too long for a look.
    areas = [each for each in area_names() if not (rounds.once and each == "window")]
    rows = [row for _, row in measure(areas, rounds)]
    rows += [*judging(rounds), *enrolling(rounds)]
    table = Table(title="Muster beside its primitives, median")
    for name in ("what", "ours", "clock", "primitive", "its own", "ratio", "rounds"):
        table.add_column(name, justify="left" if name in ("what", "clock", "primitive") else "right")
    for row in rows:
        low, high = row.spread
        table.add_row(
            row.name,
            f"{row.value:,.1f} {row.unit}",
            row.clock.value if row.clock else "",
            row.against,
            f"{row.baseline:,.1f} {row.unit}",
            f"{row.ratio:.2f}",
            f"{low:.2f} to {high:.2f}",
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
