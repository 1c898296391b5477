"""``muster devices``: what is plugged in."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, reporting, show
from muster.workstation.devices_desk import DeviceDesk, DeviceLine


def register(app: typer.Typer, screen: Screen) -> None:
    devices = typer.Typer(help="What is plugged in.", no_args_is_help=True)
    app.add_typer(devices, name="devices")

    @devices.command("list")
    def list_devices(data: DataOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
        """Every device the drivers find, and every driver that could not be loaded."""
        with reporting(as_json=as_json, verbose=verbose):
            desk = DeviceDesk.of_this_installation()
            try:
                lines = desk.devices()
            finally:
                desk.catalogue.close()
            show({"devices": lines}, "\n".join(map(_text, lines)) or "Nothing is plugged in.", as_json=as_json)


def _text(line: DeviceLine) -> str:
    what = f"{line.make} {line.model}" if line.model else line.driver
    problem = f" ({line.problem})" if line.problem else ""
    first = f"{line.kind:<20}{what:<32}{line.serial:<16}{line.status}{problem}"
    more = ", ".join(_condition(line))
    return f"{first}\n{'':<20}{more}" if more else first


def _condition(line: DeviceLine) -> Iterator[str]:
    if line.address:
        yield f"at {line.address}"
    if line.firmware:
        yield f"firmware {line.firmware}"
    if line.certificate_expires_at is not None:
        yield f"certificate until {line.certificate_expires_at:%Y-%m-%d}"
    if line.clock_offset_s is not None:
        yield f"clock {line.clock_offset_s:+.0f} s"
