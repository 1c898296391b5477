"""``muster audit``: the trail."""

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
    desk_of,
    plain,
    reporting,
    show,
    station_at,
)
from muster.workstation.inspection import read_file
from muster.workstation.trail import Verdict, verify_file


def register(app: typer.Typer, screen: Screen) -> None:
    audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
    app.add_typer(audit, name="audit")

    @audit.command()
    def verify(
        head: Annotated[
            str | None, typer.Option(help="A digest noted earlier: also shows records missing at the end.")
        ] = None,
        file: Annotated[
            Path | None, typer.Option(help="An exported trail, of whatever station; no station is needed here.")
        ] = None,
        machine_key: Annotated[
            Path | None,
            typer.Option(help="With --file: the station's public key, as it was registered; else the file's own."),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Walk the whole hash chain and check the machine key's signatures in it."""
        with reporting(as_json=as_json, verbose=verbose):
            if file is not None:
                verdict = verify_file(file, read_file(machine_key) if machine_key else None, head)
            else:
                with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                    verdict = desk.trail.verify(head)
            show(verdict, _sentence(verdict, whose_key=file is None or machine_key is not None), as_json=as_json)
            if not verdict.valid:
                raise typer.Exit(BAD)

    @audit.command()
    def export(
        file: Annotated[Path, typer.Argument(help="What to write.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write the trail, signed, to be verified on another computer: muster audit verify --file FILE."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            records = desk.trail.export(file)
            show({"records": records, "file": file}, f"{records} records in {file}", as_json=as_json)

    @audit.command("list")
    def list_records(
        limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 50,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The newest records."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            records = desk.trail.newest_first(limit)
            lines = (
                f"{each.sequence:>6}  {plain(each.at)}  {each.event:<12} {each.actor:<14} {each.subject}"
                for each in records
            )
            show({"records": records}, "\n".join(lines), as_json=as_json)


def _sentence(verdict: Verdict, *, whose_key: bool) -> str:
    if not verdict.valid:
        return f"{verdict.records} records, BROKEN at record {verdict.first_bad}; good up to {verdict.head}"
    signed = f"signed by the machine key up to record {verdict.vouched_for}"
    doubt = "" if whose_key else " (by the key in the file itself: name the registered one with --machine-key)"
    return f"{verdict.records} records, all good, {signed}{doubt}; head {verdict.head}"
