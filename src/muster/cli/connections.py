"""``muster connections``: the services that prove identities, and the tokens by which records are shared again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from muster.domain.connections import ConnectionState, ConnectionView, TokenView
from muster.errors import Code
from muster.workstation.connections import Connections

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As the proofing configuration calls it.")]
Ask = Callable[[Connections], Sequence[ConnectionView]]


def register(app: typer.Typer, screen: Screen) -> None:
    connections = typer.Typer(
        help="The services that prove identities: for whoever may change settings (--user).", no_args_is_help=True
    )
    app.add_typer(connections, name="connections")

    @connections.command("list")
    def list_connections(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What is known of each, without asking anybody."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            _show(desk.connections.list(), as_json=as_json)

    @connections.command()
    def check(
        name: Annotated[
            str | None, typer.Argument(metavar="[NAME]", help="Only this one.", show_default=False)
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Ask each whether it is there. The exit status is 1 when one is not."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            found = desk.connections.check(name)
            _show(found, as_json=as_json)
            if any(each.state is not ConnectionState.AVAILABLE for each in found):
                raise typer.Exit(BAD)

    @connections.command()
    def renew(
        name: NameArgument,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Renew the tokens for one service now, however fresh they are."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            _show([desk.connections.renew(name)], as_json=as_json)


def _show(found: Sequence[ConnectionView], *, as_json: bool) -> None:
    lines = [line for each in found for line in _told(each)] or ["The configuration names no service to be asked."]
    show({"connections": [_row(each) for each in found]}, "\n".join(lines), as_json=as_json)


def _row(view: ConnectionView) -> dict[str, object]:
    return {
        "id": view.id,
        "name": view.name,
        "kind": view.kind,
        "host": view.host,
        "state": view.state,
        "checkedAt": view.checked_at,
        "sources": view.sources,
        "nextRenewal": view.next_renewal,
        "problem": _problem(view.problem),
        "tokens": [_token_row(each) for each in view.tokens],
    }


def _token_row(token: TokenView) -> dict[str, object]:
    return {
        "registration": token.registration or None,
        "standing": token.standing,
        "ageDays": token.age_days,
        "givenAt": token.given_at,
        "renewedAt": token.renewed_at,
        "nextRenewal": token.next_renewal,
        "diesAt": token.dies_at,
        "finalAt": token.final_at,
        "problem": _problem(token.problem),
    }


def _problem(code: Code | None) -> dict[str, str] | None:
    return None if code is None else {"code": code.name, "sentence": code.sentence}


def _told(view: ConnectionView) -> Iterator[str]:
    sources = "" if view.sources is None else f"; sources: {view.sources}"
    asked = f"; asked {rfc3339(view.checked_at)}" if view.checked_at else ""
    yield f"{printable(view.id)} ({view.kind}, {printable(view.host)}): {view.state.value}{asked}{sources}"
    if view.problem is not None:
        yield f"  {view.problem.sentence}"
    for each in view.tokens:
        renewal = f", next renewal {rfc3339(each.next_renewal)}" if each.next_renewal else ""
        whose = each.registration or "the station's own"
        yield f"  token of {whose}: {each.standing.value}, {each.age_days} days old{renewal}"
