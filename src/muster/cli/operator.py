"""``muster operator``: the people of a station, for its administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.common import (
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    new_password,
    show,
)
from muster.domain.operators import Role
from muster.workstation.operator_desk import OperatorLine
from muster.workstation.proving import Proof
from muster.workstation.station import NewOperator

_ROLES = {"officer": Role.OFFICER, "supervisor": Role.SUPERVISOR, "administrator": Role.ADMINISTRATOR}

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The person's user name.")]
NewPasswordOption = Annotated[
    Path | None, typer.Option("--new-password-file", help="Holds the person's new password on its first line.")
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", help="officer, supervisor or administrator; once for each."),
]


def register(app: typer.Typer, screen: Screen) -> None:
    operator = typer.Typer(help="The people of a station; --user is the administrator.", no_args_is_help=True)
    app.add_typer(operator, name="operator")

    @operator.command(name="list")
    def list_(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Who works here, as what, and how each signs in."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            lines = [_line(each) for each in desk.operators.all()]
            text = "\n".join(f"{each['user_id']:<24}{' '.join(each['roles'])}" for each in lines)
            show({"operators": lines}, text, as_json=as_json)

    @operator.command()
    def add(
        name: NameArgument,
        role: RoleOption = None,
        new_password_file: NewPasswordOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Somebody new, by default a registration officer."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, password):
            new = NewOperator(name, new_password(name, new_password_file, "--new-password-file"))
            desk.operators.add(new, [_role(each) for each in role or ["officer"]], Proof(password))
            show({"added": name}, f"{name} was added", as_json=as_json)

    @operator.command()
    def password(
        name: NameArgument,
        new_password_file: NewPasswordOption = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """A new password for somebody who forgot it."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, own):
            desk.operators.reset_password(
                name, new_password(name, new_password_file, "--new-password-file"), Proof(own)
            )
            show({"changed": name}, f"{name} has a new password", as_json=as_json)

    @operator.command()
    def block(
        name: NameArgument,
        undo: Annotated[bool, typer.Option("--undo", help="Let the person in again.")] = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Keep somebody out, at once."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, own):
            (desk.operators.unblock if undo else desk.operators.block)(name, Proof(own))
            show({"changed": name}, f"{name} is {'let in again' if undo else 'blocked'}", as_json=as_json)

    @operator.command()
    def remove(
        name: NameArgument,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """For good, with finger and face."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, own):
            desk.operators.remove(name, Proof(own))
            show({"removed": name}, f"{name} was removed", as_json=as_json)


def _role(name: str) -> Role:
    if name not in _ROLES:
        raise typer.BadParameter(f"{name}: choose officer, supervisor or administrator")
    return _ROLES[name]


def _line(line: OperatorLine) -> dict[str, Any]:
    return {
        "user_id": line.operator.user_id,
        "roles": [name for name, role in _ROLES.items() if role in line.operator.roles],
        "blocked_at": line.operator.blocked_at,
        "factors": sorted(factor.value for factor in line.factors),
        "wait_s": round(line.wait_s),
    }
