"""``muster packet``: looking into sealed packets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.workstation.inspection import PacketReport, inspect_packet


def register(app: typer.Typer, screen: Screen) -> None:
    packet = typer.Typer(help="Look into sealed packets.", no_args_is_help=True)
    app.add_typer(packet, name="packet")

    @packet.command()
    def inspect(
        file: Annotated[Path, typer.Argument(metavar="PACKET", help="The sealed file.")],
        key: Annotated[Path, typer.Option(help="The server's private key, PEM.")],
        machine_key: Annotated[
            Path | None, typer.Option(help="The station's public key; without it signatures stay unchecked.")
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Open a packet as a server would and check signatures, hashes and contents."""
        with reporting(as_json=as_json, verbose=verbose):
            report = inspect_packet(file, key, machine_key)
            show(report, _text(report), as_json=as_json)
            if not report.valid:
                raise typer.Exit(BAD)


def _text(report: PacketReport) -> str:
    """One line a fact. The names are whatever somebody wrote: a terminal must not take them for orders."""
    lines = [
        f"Registration  {report.registration_id}",
        f"Packet        {report.packet_id}",
        f"Process       {report.process}   station {report.refid}",
        f"Client        like {report.version_family}, calls itself {report.client_version or 'nothing'}",
        f"Holds         {report.captures} captures, {report.missing_samples} exceptions, "
        f"{report.documents} documents",
    ]
    for each in report.subpackets:
        lines.append(
            f"{each.name:<10} signature {each.signature}, hash {each.hash}, data hash {each.data_hash}, "
            f"operations hash {each.operations_hash}"
        )
        lines.append(f"           fields {', '.join(each.fields)}")
        lines.append(f"           files  {', '.join(each.files)}")
        lines += [f"           - {note}" for note in each.notes]
        lines += [f"           ! {problem}" for problem in each.problems]
    lines += [f"- {note}" for note in report.notes]
    lines += [f"! {problem}" for problem in report.problems]
    return "\n".join(map(printable, [*lines, "valid" if report.valid else "NOT VALID"]))
