"""``muster demo``: one complete enrollment with simulated devices and the embedded receiver."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    DataOption,
    JsonOption,
    Screen,
    VerboseOption,
    desk_of,
    reporting,
    show,
    supervisor_of,
)
from muster.clock import utc_now
from muster.workstation.data_folder import DataFolder
from muster.workstation.demo import DemoRun, demo_station, run_demo
from muster.workstation.script import StepReport

ScreenshotsOption = Annotated[
    Path | None, typer.Option("--screenshots", metavar="DIR", help="Also take a picture of every screen.")
]


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def demo(
        data: DataOption = None,
        screenshots: ScreenshotsOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Enroll an invented person from a camera frame to the server's receipt."""
        with reporting(as_json=as_json, verbose=verbose):
            say = _silent if as_json else _aloud
            folder = DataFolder(data) if data else DataFolder.default_demo()
            run = _run(folder.root, screen, say)
            pictures = screen.take_pictures(screenshots, lambda path: say(f"  {path}")) if screenshots else []
            document = {
                "registration_id": run.registration_id,
                "packet": run.packet,
                "slip": run.slip,
                "slip_certificate": folder.slip_certificate,
                "receipt": run.receipt,
                "seconds": round(run.seconds, 2),
                "packet_size": run.packet_size,
                "screenshots": pictures,
            }
            show(document, _report(run, folder, pictures), as_json=as_json)


def _run(data: Path, screen: Screen, say: Say) -> DemoRun:
    begun = time.monotonic()
    station = demo_station(data, utc_now)
    say(f"Demo station {station.identity.ref_id} in {data}")

    def on_step(report: StepReport) -> None:
        say(f"  {report.name:<17}{report.state:<10}{time.monotonic() - begun:6.1f} s")

    with desk_of(station) as (desk, password):
        return run_demo(desk, password, on_step, screen.write_slip, supervisor_of(station))


def _report(run: DemoRun, folder: DataFolder, pictures: list[Path]) -> str:
    lines = [
        f"Registration  {run.registration_id}",
        f"Packet        {run.packet} ({run.packet_size:,} bytes)",
        f"Slip          {run.slip}",
        f"Receipt       {run.receipt.status}",
        f"Time          {run.seconds:.1f} seconds from the first question to the receipt",
    ]
    lines += [
        "Look inside   "
        f"muster packet inspect {run.packet} --key {folder.receiver_key} --machine-key {folder.machine_public_key}"
    ]
    lines += [f"Check slip    muster slip verify {run.slip} --key {folder.slip_certificate}"]
    if pictures:
        lines.append(f"Screenshots   {len(pictures)} in {pictures[0].parent}")
    return "\n".join(lines)


class Say:
    """Where progress goes."""

    def __call__(self, line: str) -> None:
        typer.echo(line)


class _Quiet(Say):
    def __call__(self, line: str) -> None:
        pass


_aloud, _silent = Say(), _Quiet()
