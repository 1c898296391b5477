"""``muster cbeff``: checking biometric files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.workstation.cbeff_checking import BirReport, CbeffReport, check_cbeff


def register(app: typer.Typer, screen: Screen) -> None:
    cbeff = typer.Typer(help="Check biometric files.", no_args_is_help=True)
    app.add_typer(cbeff, name="cbeff")

    @cbeff.callback()
    def commands() -> None:
        """Check biometric files."""

    @cbeff.command()
    def check(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The CBEFF file, XML.")],
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Check the schema, MOSIP's rules and the devices' signatures."""
        with reporting(as_json=as_json, verbose=verbose):
            report = check_cbeff(file)
            show(_document(report), _text(report), as_json=as_json)
            if not report.valid:
                raise typer.Exit(BAD)


def _document(report: CbeffReport) -> dict[str, object]:
    return {"valid": report.valid, "problems": report.problems, "birs": report.birs}


def _text(report: CbeffReport) -> str:
    lines = [_line(each) for each in report.birs]
    told = zip(report.sentences, report.problems, strict=True)
    lines += [f"! {sentence} [{printable(problem)}]" for sentence, problem in told]
    return "\n".join([*lines, "valid" if report.valid else "NOT VALID"])


def _line(bir: BirReport) -> str:
    name = printable(f"{bir.type or '?'} {bir.subtype}")
    quality = "unknown" if bir.quality is None else bir.quality
    state = "exception" if bir.exception else f"quality {quality}"
    return f"{name:<28} {state}, signature {bir.signature.value}"
