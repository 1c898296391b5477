"""One invented person enrolled on a demo station, from the first question to the server's receipt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muster.clock import Clock
from muster.domain.delivery import Receipt
from muster.errors import BadInput, Code, Refused
from muster.workstation.desk import Desk
from muster.workstation.inspection import read_file
from muster.workstation.script import Script, ScriptedEnrollment, StepReport
from muster.workstation.slip import Slip
from muster.workstation.station import NewStation, Station

NOT_A_DEMO_STATION = Code(
    "NOT_A_DEMO_STATION", "The station in this folder is a real one; the demo does not write to it."
)
DEMO_REFUSED = Code("DEMO_REFUSED", "The demo stopped: a device or a check said no at the step {step}.")

_SCRIPT = Path(__file__).parent / "defaults" / "demo_registration.json"


@dataclass(frozen=True, slots=True)
class DemoRun:
    """Where everything is. ``seconds`` runs from the first question to the receipt."""

    registration_id: str
    packet: Path
    packet_size: int
    slip: Path
    receipt: Receipt
    seconds: float


def demo_station(data: Path, clock: Clock) -> Station:
    """The demo station in ``data``, made when there is none. Raises ``BadInput`` for a real one."""
    station = (
        Station.at(data, clock) if Station.exists(data) else Station.create(data, NewStation.for_demo(), clock)
    )
    if not station.is_demo:
        raise BadInput(NOT_A_DEMO_STATION)
    return station


def demo_script() -> Script:
    return Script.parse(read_file(_SCRIPT), lambda name: read_file(_SCRIPT.parent / name))


def run_demo(
    desk: Desk,
    password: str,
    on_step: Callable[[StepReport], None],
    write_slip: Callable[[Slip, Path], None],
    supervisor: tuple[str, str] | None = None,
) -> DemoRun:
    """Enroll, seal, deliver, print. Raises what a broken device or server raises."""
    begun = time.monotonic()
    enrollment = desk.enrollment
    outcome = ScriptedEnrollment(enrollment, demo_script(), password, on_step, supervisor=supervisor).run()
    if not outcome.is_complete:
        stuck = next(step.name for step in outcome.steps if step.state != "done")
        raise Refused(DEMO_REFUSED, step=stuck)
    registration_id = outcome.registration.id
    entry = enrollment.submit(registration_id)
    receipt = desk.sync.deliver(entry.packet_id)
    seconds = time.monotonic() - begun
    slip_file = desk.folder.root / "slips" / f"{registration_id}.pdf"
    slip_file.parent.mkdir(exist_ok=True)
    write_slip(enrollment.slip(registration_id), slip_file)
    enrollment.forget(registration_id)
    return DemoRun(
        registration_id.text, desk.folder.packet(entry.packet_id), entry.size, slip_file, receipt, seconds
    )
