"""``muster chip``: the chips of passports and identity cards."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from muster import durable
from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    Screen,
    VerboseOption,
    printable,
    reporting,
    show,
)
from muster.clock import utc_now
from muster.domain.chips import ChipAuthenticity
from muster.errors import BadInput, Code
from muster.workstation.analysing_face import FaceMatchReport
from muster.workstation.inspection import read_file
from muster.workstation.reading_chip import ChipKey, ChipReading, ReadingChip, key_in, match_portrait

CHIP_KEY_NEEDED = Code(
    "CHIP_KEY_NEEDED",
    "A chip is opened by what is printed on its document: name a file that holds the machine-readable lines or "
    "the six digits with --key, or run in a terminal.",
)

_SIGNED = (ChipAuthenticity.GENUINE, ChipAuthenticity.UNCHANGED)


def register(app: typer.Typer, screen: Screen) -> None:
    chip = typer.Typer(help="Chips of passports and identity cards.", no_args_is_help=True)
    app.add_typer(chip, name="chip")

    @chip.command()
    def read(
        key: Annotated[
            Path | None,
            typer.Option(
                "--key",
                metavar="FILE",
                help="Holds the machine-readable lines of the document, or the six digits on its front.",
            ),
        ] = None,
        authorities: Annotated[
            list[Path] | None,
            typer.Option(
                "--authorities",
                metavar="PATH",
                help="Certificates of authorities (PEM, DER, master list), .crl files, or a folder of them.",
            ),
        ] = None,
        portrait: Annotated[
            Path | None, typer.Option("--portrait", metavar="FILE", help="Write the chip's portrait there.")
        ] = None,
        live: Annotated[
            Path | None, typer.Option("--face", metavar="IMAGE", help="The live face, for the chip's portrait.")
        ] = None,
        reader: Annotated[str | None, typer.Option("--reader", metavar="ID", help="Which reader to use.")] = None,
        timeout_s: Annotated[
            float, typer.Option("--timeout", metavar="S", help="How long to wait for it.")
        ] = 30.0,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Who the chip says its holder is, and what that is worth. Exit status 1 unless it is shown that the
        issuer signed it."""
        with reporting(as_json=as_json, verbose=verbose):
            opens = _key(key)
            with ReadingChip.of_this_installation(utc_now, authorities or ()) as here:
                reading = here.read(opens, Event(), reader_id=reader, timeout_s=timeout_s)
            if portrait is not None:
                durable.write(portrait, reading.portrait)  # for its owner alone, whatever lay there
            match = None if live is None else match_portrait(reading, live)
            show(_document(reading, match), _text(reading, match), as_json=as_json)
            if reading.authenticity not in _SIGNED or (match is not None and not match.match):
                raise typer.Exit(BAD)


def _key(file: Path | None) -> ChipKey:
    """Never an argument: those are seen by everybody at the computer. Raises ``BadInput``."""
    if file is not None:
        return key_in(read_file(file).decode("ascii", "replace"))
    if not sys.stdin.isatty():
        raise BadInput(CHIP_KEY_NEEDED)
    return key_in(str(typer.prompt("Lines or six digits, lines one after the other", hide_input=True, err=True)))


def _document(reading: ChipReading, match: FaceMatchReport | None) -> dict[str, Any]:
    return {
        "authenticity": reading.authenticity,
        "access": reading.access,
        "active_authentication": reading.active,
        "chip_authentication": reading.chip,
        "signer_country": reading.country,
        "fields": {name: asdict(each) for name, each in reading.fields.items()},
        "mrz": reading.lines,
        "portrait_bytes": len(reading.portrait),
        "portrait_match": match,
        "findings": [
            {"code": each.code.name, "severity": each.severity, "field": each.field, "message": each.sentence}
            for each in reading.findings
        ],
    }


def _text(reading: ChipReading, match: FaceMatchReport | None) -> str:
    lines = [
        f"{reading.authenticity.value}, opened by {reading.access.value}",
        f"active authentication {reading.active.value}, chip authentication {reading.chip.value}",
    ]
    lines += [f"  {name:<22}{printable(each.value)} ({each.source})" for name, each in reading.fields.items()]
    if match is not None:
        verdict = "the same face" if match.match else "not the same face"
        lines.append(f"portrait: {verdict} ({match.score:.2f}, from {match.threshold:.2f})")
    lines += [f"! {each.sentence} [{each.code.name}]" for each in reading.findings]
    return "\n".join(lines)
