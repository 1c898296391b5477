"""``muster server``: the certificate the server signs its answers with."""

from __future__ import annotations

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
    desk_of,
    reporting,
    show,
    station_at,
)


def register(app: typer.Typer, screen: Screen) -> None:
    server = typer.Typer(help="The server's identity.", no_args_is_help=True)
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
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file, server=server) as (desk, _),
        ):
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
        with (
            reporting(as_json=as_json, verbose=verbose),
            desk_of(station_at(data), user=user, password_file=password_file, server=server) as (desk, _),
        ):
            desk.server.accept_signer(sha256)
            pinned = desk.server.pinned_signer()
            show({"pinned": pinned}, f"believed {pinned}", as_json=as_json)
