"""``muster devices``: what is plugged in, and whether it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from muster import durable
from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.domain.assessment import Finding, Severity
from muster.errors import Code, StorageUnavailable, Unavailable
from muster.workstation.device_doctor import TestedDevice, told
from muster.workstation.devices_desk import DeviceDesk, DeviceLine
from muster.workstation.new_driver import NewDriverKind, begin_driver

DEVICE_REPORT_UNWRITABLE = Code(
    "DEVICE_REPORT_UNWRITABLE",
    "The report cannot be written to {file}. Name a file in a folder that is there and that you may write to.",
)

_NEXT = (
    "Install it beside this program, test it, look whether it is there:",
    "  pip install --no-deps --no-build-isolation -e {folder}",
    "  pytest {folder}",
    "  muster devices list",
)
_SIGNS = {Severity.BLOCKS: "✗", Severity.WARNS: "!", Severity.INFORMS: "✓"}

DeviceArgument = Annotated[
    str | None, typer.Argument(metavar="ID", help="One device, as the list names it; all by default.")
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write what was found for support; without any picture."),
]


def register(app: typer.Typer, screen: Screen) -> None:
    devices = typer.Typer(help="What is plugged in, and whether it works.", no_args_is_help=True)
    app.add_typer(devices, name="devices")

    @devices.command("list")
    def list_devices(data: DataOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
        """Every device the drivers find, every driver that could not be loaded, and which find nothing."""
        with reporting(as_json=as_json, verbose=verbose):
            desk = DeviceDesk.of_this_installation()
            with closing(desk.catalogue):
                lines, idle = desk.devices(), desk.drivers_without_devices()
            text = [*map(_text, lines)] or ["Nothing is plugged in."]
            if idle:
                text.append(printable(f"Loaded, and finding nothing: {', '.join(idle)}."))
            show({"devices": lines, "drivers_without_devices": idle}, "\n".join(text), as_json=as_json)

    @devices.command("begin")
    def begin(
        name: Annotated[str, typer.Argument(help="Its name: small letters, digits, underscores.")],
        folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Empty, or not there yet.")],
        kind: Annotated[NewDriverKind, typer.Option(help="What the device is.")] = NewDriverKind.FINGERPRINT,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Begin a driver: a project with its tests, for a pretended device in whose place you put yours."""
        with reporting(as_json=as_json, verbose=verbose):
            files = begin_driver(name, folder, kind)
            where = printable(str(folder))
            text = [*map(printable, map(str, files)), *(line.format(folder=where) for line in _NEXT)]
            show({"files": files}, "\n".join(text), as_json=as_json)

    @devices.command("check")
    def check_devices(
        device: DeviceArgument = None,
        report: ReportOption = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Test each device, in at most twenty seconds: is it found, does it open, show pictures, stop, open again.

        Exit status 1 when one of them cannot be used or a driver does not work. Nothing a device captures is kept.
        """
        with reporting(as_json=as_json, verbose=verbose):
            if report is not None and not report.absolute().parent.is_dir():
                raise Unavailable(DEVICE_REPORT_UNWRITABLE, file=str(report))
            desk = DeviceDesk.of_this_installation()
            with closing(desk.catalogue):
                tested = []
                for each in desk.doctor.ids() if device is None else [device]:
                    tested.append(desk.doctor.test(each))
                    if not as_json:
                        show(None, _tested_text(tested[-1]), as_json=False)
                broken = desk.broken_drivers() if device is None else ()
                if report is not None:
                    _write(report, desk.doctor.report(tested))
            if as_json or broken or not tested:
                document = {"devices": list(map(told, tested)), "drivers": broken}
                show(document, "\n".join(map(_broken_text, broken)) or "Nothing is plugged in.", as_json=as_json)
            if report is not None and not as_json:
                show(None, f"The report is in {printable(str(report))}.", as_json=False)
            if broken or not all(each.is_well for each in tested):
                raise typer.Exit(BAD)


def _write(report: Path, content: bytes) -> None:
    """Raises ``StorageUnavailable(DISK_FULL)``, ``Unavailable``."""
    try:
        durable.write(report, content)
    except StorageUnavailable as error:
        if error.code is durable.DISK_FULL:
            raise
        raise Unavailable(DEVICE_REPORT_UNWRITABLE, file=str(report)) from error


def _tested_text(tested: TestedDevice) -> str:
    head = printable(f"{tested.make} {tested.model} {tested.serial}, {tested.id}")
    return "\n".join([f"{tested.kind}: {head}", *map(_finding_text, tested.findings)])


def _broken_text(line: DeviceLine) -> str:
    return f"{line.kind}: {printable(line.driver)}\n  {_SIGNS[Severity.BLOCKS]} {printable(line.problem or '')}"


def _finding_text(finding: Finding) -> str:
    return f"  {_SIGNS[finding.severity]} {printable(finding.sentence)}"


def _text(line: DeviceLine) -> str:
    what = printable(f"{line.make} {line.model}" if line.model else line.driver)
    problem = f" ({printable(line.problem)})" if line.problem else ""
    first = f"{line.kind:<20}{what:<32}{printable(line.serial):<16}{line.status}{problem}"
    more = printable(", ".join(_condition(line)))
    return f"{first}\n{'':<20}{more}" if more else first


def _condition(line: DeviceLine) -> Iterator[str]:
    if line.id:
        yield line.id
    if line.address:
        yield f"at {line.address}"
    if line.firmware:
        yield f"firmware {line.firmware}"
    if line.certificate_expires_at is not None:
        yield f"certificate until {line.certificate_expires_at:%Y-%m-%d}"
    if line.clock_offset_s is not None:
        yield f"clock {line.clock_offset_s:+.0f} s"
