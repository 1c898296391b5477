"""``muster spec``: a deployment's forms, looked over before an officer meets them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    WRONG_INPUT,
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    printable,
    reporting,
    show,
)
from muster.domain.age_groups import AgeGroups
from muster.domain.assessment import Severity
from muster.workstation.spec_files import lint_files
from muster.workstation.spec_remarks import Remark

_WORDS = {Severity.BLOCKS: "error", Severity.WARNS: "warning", Severity.INFORMS: "note"}


def register(app: typer.Typer, screen: Screen) -> None:
    spec = typer.Typer(help="Forms of a deployment: UI specifications and their ID schema.", no_args_is_help=True)
    app.add_typer(spec, name="spec")

    @spec.command()
    def lint(
        files: Annotated[
            list[Path],
            typer.Argument(
                metavar="FILE...",
                help="UI specifications, their ID schema, lists, configuration: JSON, CSV, properties.",
            ),
        ],
        languages: Annotated[
            str, typer.Option(help="The languages labels are needed in, with commas between them.")
        ] = "eng",
        age_groups: Annotated[
            str | None,
            typer.Option(
                metavar="TEXT", help="The age groups, as MOSIP's property writes them.", show_default=False
            ),
        ] = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """What is wrong with forms, where, and what to do. The exit status is 2 where something is an error.

        Fields are held against an ID schema, and lists of places against the places, where one of the files holds
        them.
        """
        with reporting(as_json=as_json, verbose=verbose):
            ages = AgeGroups.parse(age_groups) if age_groups else None
            wanted = tuple(each.strip() for each in languages.split(",") if each.strip())
            _tell(lint_files(files, wanted, ages), as_json=as_json)

    @spec.command()
    def served(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The same about the newest forms this station had from its server."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            _tell(desk.master_data.form_remarks(), as_json=as_json)


def _tell(found: Sequence[tuple[str, Remark]], *, as_json: bool) -> None:
    errors = sum(each.severity is Severity.BLOCKS for _, each in found)
    lines = [printable(_line(place, each)) for place, each in found]
    verdict = f"{errors} errors, {len(found) - errors} warnings" if found else "Nothing to remark."
    document = {"errors": errors, "remarks": [_row(place, each) for place, each in found]}
    show(document, "\n".join([*lines, verdict]), as_json=as_json)
    if errors:
        raise typer.Exit(WRONG_INPUT)


def _row(file: str, remark: Remark) -> dict[str, object]:
    return {
        "file": file,
        "place": remark.place,
        "severity": _WORDS[remark.severity],
        "code": remark.code.name,
        "message": remark.sentence,
        "detail": dict(remark.detail),
    }


def _line(file: str, remark: Remark) -> str:
    where = f"{file}: " if file else ""
    return f"{where}{_WORDS[remark.severity]}: {remark.place}: {remark.sentence} [{remark.code.name}]"
