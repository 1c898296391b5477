"""``muster preregistration``: what people filled in at home."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.common import (
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
from muster.domain.registration import RegistrationId
from muster.workstation.desk import Desk


def register(app: typer.Typer, screen: Screen) -> None:
    commands = typer.Typer(help="What people filled in at home.", no_args_is_help=True)
    app.add_typer(commands, name="preregistration")

    @commands.command("list")
    def list_bookings(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What lies here, by appointment; numbers and times only."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            _show(desk, as_json=as_json)

    @commands.command()
    def fetch(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Fetch what is booked for the days ahead, to be used without a network."""
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            desk.pre_registrations.fetch_days()
            _show(desk, as_json=as_json)

    @commands.command()
    def take(
        number: Annotated[str, typer.Argument(help="Of the pre-registration.")],
        registration: Annotated[str, typer.Argument(help="The unfinished registration to fill.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        server: ServerOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Fill what is empty in an unfinished registration; what was typed stays."""
        with at_desk(data, user, password_file, server=server, as_json=as_json, verbose=verbose) as (desk, _):
            taken = desk.pre_registrations.take(RegistrationId(registration), number)
            document = {
                "registration_id": registration,
                "filled": taken.filled,
                "kept": taken.kept,
                "documents": taken.documents,
                "to_be_scanned": taken.to_be_scanned,
            }
            words = f"{len(taken.filled)} fields filled, {len(taken.documents)} documents attached"
            show(document, words, as_json=as_json)


def _show(desk: Desk, *, as_json: bool) -> None:
    bookings = desk.pre_registrations.bookings()
    rows = [
        {"id": each.id, "appointment": each.appointment, "used": each.used_by is not None} for each in bookings
    ]
    lines = [f"{each.id}  {each.appointment}{'  used' if each.used_by else ''}" for each in bookings]
    show({"pre_registrations": rows}, "\n".join(lines) or "None.", as_json=as_json)
