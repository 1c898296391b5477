"""``muster packet``: looking into sealed packets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.errors import Code
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


_WRONG = {
    "signature": "The signature is not this machine's over this part.",
    "hash": "The sealed bytes are not the ones whose hash stands beside them.",
    "data_hash": "The files are not the ones whose hash stands in packet_data_hash.txt, or it is missing.",
    "operations_hash": "The operators' files are not the ones whose hash stands in packet_operations_hash.txt.",
}


def _text(report: PacketReport) -> str:
    """One line a fact. The names are whatever somebody wrote: a terminal must not take them for orders."""
    lines = [
        f"Registration  {report.registration_id}",
        f"Packet        {report.packet_id}",
        f"Process       {report.process}   station {report.refid}",
        f"Client        like {report.version_family}, calls itself {report.client_version or 'nothing'}",
        f"Holds         captures: {report.captures}, exceptions: {report.missing_samples}, "
        f"documents: {report.documents}",
    ]
    if report.introducer_captures:
        lines.append(f"Introducer    captures: {report.introducer_captures}")
    for each in report.subpackets:
        lines.append(
            f"{each.name:<10} signature {each.signature}, hash {each.hash}, data hash {each.data_hash}, "
            f"operations hash {each.operations_hash}"
        )
        lines.append(f"           fields {', '.join(each.fields)}")
        lines.append(f"           files  {', '.join(each.files)}")
        lines += [f"           note: {_sentence(note)}" for note in each.notes]
        lines += [f"           problem: {_sentence(problem)}" for problem in each.problems]
        lines += [
            f"           problem: {text}" for check, text in _WRONG.items() if getattr(each, check) == "invalid"
        ]
    lines += [f"note: {_sentence(note)}" for note in report.notes]
    lines += [f"problem: {_sentence(problem)}" for problem in report.problems]
    return "\n".join(map(printable, [*lines, _verdict(report)]))


def _verdict(report: PacketReport) -> str:
    if not report.valid:
        return "NOT VALID"
    if any(each.signature == "unchecked" for each in report.subpackets):
        return "valid, signatures unchecked"
    return "valid"


def _sentence(told: str) -> str:
    """What a problem or note means, and its code, which is what JSON has."""
    code = Code.named(told.partition(":")[0])
    return f"{code.sentence} [{told}]" if code and "{" not in code.sentence else told
