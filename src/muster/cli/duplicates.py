"""``muster duplicates``: who may be registered here twice. For supervisors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    printable,
    show,
)
from muster.clock import rfc3339
from muster.domain.registration import RegistrationId
from muster.workstation.duplicate_review import DuplicateReport


def register(app: typer.Typer, screen: Screen) -> None:
    duplicates = typer.Typer(help="Who may be registered here twice.", no_args_is_help=True)
    app.add_typer(duplicates, name="duplicates")

    @duplicates.command("list")
    def list_found(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Registrations whose face is like somebody else's here, and those that could not be compared with all.

        For a supervisor (--user); each that is listed goes into the audit trail. Exit status 1 when somebody was
        found."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            found = desk.duplicate_review.all()
            text = "\n".join(_one(each) for each in found) or "nobody was found"
            show({"duplicates": found}, text, as_json=as_json)
            if any(each.candidates for each in found):
                raise typer.Exit(BAD)

    @duplicates.command("show")
    def show_one(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        faces: Annotated[
            Path | None,
            typer.Option("--faces", metavar="DIR", help="Write the faces that are still here into this folder."),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Whom one registration's face is like, and how much; with both faces, while they are here.

        For a supervisor (--user); it goes into the audit trail. Exit status 1 when somebody was found."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            report = desk.duplicate_review.one(RegistrationId(registration), faces)
            show(report, _one(report), as_json=as_json)
            if report.candidates:
                raise typer.Exit(BAD)

    @duplicates.command()
    def forget(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Compare nobody with one registration's face any more: here, and at the center where that is asked, too.

        For a supervisor (--user). Where the center cannot be reached nothing is forgotten; try again."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            desk.duplicates.forget(RegistrationId(registration))
            show({"forgotten": registration}, "nobody is compared with this face any more", as_json=as_json)


def _one(report: DuplicateReport) -> str:
    told = f"{report.registration_id}  {rfc3339(report.looked_at)}  compared with {report.compared}"
    if report.damaged:
        told += f", {report.damaged} damaged"
    if report.reason:
        told += f", not assessed: {report.reason}"
    lines = [told + (f"  {printable(str(report.face))}" if report.face else "")]
    for each in report.candidates:
        file = f"  {printable(str(each.face))}" if each.face else ""
        lines.append(f"  {each.likeness.value:<9}{each.whose.value} {printable(each.name)}{file}")
    return "\n".join(lines)
