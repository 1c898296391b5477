"""``muster server``: the certificate the server signs its answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    ServerOption,
    UserOption,
    VerboseOption,
    at_desk,
    show,
)
from muster.workstation.desk import Desk


def register(app: typer.Typer, screen: Screen) -> None:
    server = typer.Typer(help="The server: its identity, and what it tells this station.", no_args_is_help=True)
    app.add_typer(server, name="server")

    @server.command()
    def signer(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The SHA-256 of the certificate the server signs with, and of the one this station believes.

        The exit status is 1 when they differ.
        """
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            pinned, offered = desk.server.pinned_signer(), desk.server.offered_signer()
            document = {"pinned": pinned, "offered": offered, "same": pinned == offered}
            show(document, f"believed {pinned or 'none yet'}\noffered  {offered}", as_json=as_json)
            if pinned not in (None, offered):
                raise typer.Exit(BAD)

    @server.command()
    def accept(
        sha256: Annotated[str, typer.Argument(help="The fingerprint, as the server's owner says it.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Believe the certificate with this fingerprint from now on. For a supervisor."""
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            desk.server.accept_signer(sha256)
            pinned = desk.server.pinned_signer()
            show({"pinned": pinned}, f"believed {pinned}", as_json=as_json)

    @server.command()
    def enrol(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Show this station's keys to a center's hub, whose administrator lets it in; asking again tells whether.

        The exit status is 1 until it is approved.
        """
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            standing, key = desk.server.ask_to_be_let_in(), desk.server.key_name()
            show({"standing": standing, "key": key}, f"{standing}\nkey {key}", as_json=as_json)
            if standing != "approved":
                raise typer.Exit(BAD)

    @server.command()
    def jobs(
        run: Annotated[
            list[str] | None, typer.Option(metavar="NAME", help="Run this one first, whenever it is due.")
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What the station asks the server again and again: when it did, and when it will."""
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            for name in run or ():
                desk.jobs.run(name)
            _show_jobs(desk, as_json=as_json)

    @server.command()
    def sync(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Ask the server for everything it tells its stations, now."""
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            for job, _ in desk.jobs.table():
                desk.jobs.run(job.name)
            _show_jobs(desk, as_json=as_json)


def _show_jobs(desk: Desk, *, as_json: bool) -> None:
    copies = {each.kind: each for each in desk.master_data.copies()}
    rows = [
        {
            "name": job.name,
            "mosip_id": job.mosip_id,
            "every_h": round(job.every.total_seconds() / 3600),
            "last_run": runs.last_run,
            "last_good_run": runs.last_good_run,
            "next_run": runs.next_run,
            "last_problem": runs.last_problem,
            "version": copies[job.name].version if job.name in copies else None,
        }
        for job, runs in desk.jobs.table()
    ]
    lines = [
        f"{row['name']:<22} last {_when(row['last_good_run'], 'never')}  next {_when(row['next_run'], 'due')}"
        + (f"  {row['last_problem']}" if row["last_problem"] else "")
        for row in rows
    ]
    waits = desk.master_data.waits_for_drafts
    if waits:
        lines.append("Something new counts once no registration lies unfinished.")
    show({"jobs": rows, "waits_for_drafts": waits}, "\n".join(lines), as_json=as_json)


def _when(moment: object, otherwise: str) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if isinstance(moment, datetime) else f"{otherwise:<17}"
