"""``muster audit``: the trail."""

from __future__ import annotations

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


def register(app: typer.Typer, screen: Screen) -> None:
    audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
    app.add_typer(audit, name="audit")

    @audit.command()
    def verify(
        head: Annotated[
            str | None, typer.Option(help="A digest noted earlier: also shows records missing at the end.")
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Walk the whole hash chain."""
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file) as (desk, _),
        ):
            verdict = desk.trail.verify(head)
            text = f"{verdict.records} records, " + (
                f"all good; head {verdict.head}"
                if verdict.valid
                else f"BROKEN at record {verdict.first_bad}; good up to {verdict.head}"
            )
            show(verdict, text, as_json=as_json)
            if not verdict.valid:
                raise typer.Exit(BAD)

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
