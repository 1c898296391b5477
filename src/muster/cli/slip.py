"""``muster slip``: the paper a person takes home, and whether one is genuine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    plain,
    reporting,
    show,
)
from muster.clock import utc_now
from muster.domain.registration import RegistrationId
from muster.workstation.inspection import read_file
from muster.workstation.slip import Paper
from muster.workstation.slip_codes import CheckedSlip, check_slip

NumberArgument = Annotated[str, typer.Argument(metavar="REGISTRATION", help="The registration's number.")]
PaperOption = Annotated[Paper, typer.Option(help="What it is laid out for.")]


def register(app: typer.Typer, screen: Screen) -> None:
    slip = typer.Typer(help="Slips: write, print, check.", no_args_is_help=True)
    app.add_typer(slip, name="slip")

    @slip.command()
    def verify(
        source: Annotated[
            str,
            typer.Argument(metavar="FILE|TEXT", help="A picture of the slip, its PDF, or the text of its code."),
        ],
        key: Annotated[Path, typer.Option(help="The station's certificate for slips: keys/slips.pem.")],
        name: Annotated[
            str | None, typer.Option(help="Ask as well whether it is of a person of this name.")
        ] = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Check the signed code of a slip, without a network and without a station."""
        with reporting(as_json=as_json, verbose=verbose):
            checked = check_slip(source, read_file(key), utc_now(), name)
            show({**plain(checked), "genuine": True}, _text(checked), as_json=as_json)

    @slip.command()
    def write(
        number: NumberArgument,
        file: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where the PDF goes.")],
        paper: PaperOption = Paper.A5,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write a registration's slip as PDF, as long as its content is here."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            registration_id = RegistrationId(number)
            screen.write_slip(desk.enrollment.slip(registration_id), file, paper)
            desk.printing.note(registration_id, to="file")
            show({"slip": file, "paper": paper}, f"Slip {file}", as_json=as_json)

    @slip.command("print")
    def print_slip(
        number: NumberArgument,
        printer: Annotated[str, typer.Option(help="The printer, as the print service calls it.")] = "",
        paper: PaperOption = Paper.A5,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Print a registration's slip through the system's print service."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            registration_id = RegistrationId(number)
            content, size_mm = screen.slip_pdf(desk.enrollment.slip(registration_id), paper)
            desk.printing.print_pdf(registration_id, content, size_mm, printer)
            show(
                {"printer": printer, "paper": paper},
                f"Printed on {printer or 'the default printer'}",
                as_json=as_json,
            )


def _text(checked: CheckedSlip) -> str:
    lines = [
        f"Registration  {checked.registration_id}",
        f"Station       centre {checked.center}, machine {checked.machine}",
        f"Issued        {checked.issued_at:%Y-%m-%d %H:%M} UTC, valid until {checked.expires_at:%Y-%m-%d}",
        *(["Name          is the one on the slip"] if checked.is_name else []),
        *(["TRAINING      made while practising, of no effect"] if checked.training else []),
        "GENUINE: compare these lines with what is printed.",
    ]
    return "\n".join(lines)
