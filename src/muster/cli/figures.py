"""``muster figures``: how much was done at this station and how well."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    printable,
    show,
)

if TYPE_CHECKING:
    from muster.workstation.figures import Figure, Figures

_DAY = ["%Y-%m-%d"]


class Name(Enum):
    """As in ``workstation.figures``, which takes a while to import."""

    DAYS = "days"
    HOURS = "hours"
    STEPS = "steps"
    QUALITY = "quality"
    DEVICES = "devices"
    OFFICERS = "officers"
    FIRST_TRY = "first-try"
    EXCEPTIONS = "exceptions"
    DECISIONS = "decisions"
    QUEUE = "queue"
    SENDING = "sending"
    DUPLICATES = "duplicates"
    OWN_STEPS = "own-steps"
    OWN_FIRST_TRY = "own-first-try"
    OWN_QUALITY = "own-quality"


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def figures(
        name: Annotated[Name | None, typer.Argument(help="One figure only; else all for a supervisor.")] = None,
        first: Annotated[
            datetime | None, typer.Option("--from", formats=_DAY, help="The first day; else the first there is.")
        ] = None,
        last: Annotated[
            datetime | None, typer.Option("--to", formats=_DAY, help="The last day; else today.")
        ] = None,
        csv: Annotated[
            Path | None, typer.Option(help="Write the numbers of the one figure that is named, for a spreadsheet.")
        ] = None,
        pdf: Annotated[Path | None, typer.Option(help="Write a report that the station signs (PAdES).")] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """How much was done and how well, by the day. For a supervisor (--user), whose looking is audited; the own
        figures (own-...) for whoever registers people."""
        if csv is not None and name is None:
            raise typer.BadParameter("name the figure whose numbers are to be written")
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            made = _made(desk.figures, name, _day(first), _day(last))
            if csv is not None:
                desk.figures.write_csv(made[0], csv)
            if pdf is not None:
                desk.figures.write_pdf(made, screen.lay_out_figures(made, desk.station.ref_id), pdf)
            show({"figures": [_document(each) for each in made]}, "\n\n".join(map(_text, made)), as_json=as_json)


def _made(figures: Figures, name: Name | None, first: date | None, last: date | None) -> tuple[Figure, ...]:
    from muster.workstation.figures import FigureName

    names = [FigureName(name.value)] if name else [each for each in FigureName if not each.is_own]
    left = figures.begin(own=names[0].is_own)
    while left:
        left = figures.go_on_counting()
    return tuple(figures.figure(each, first, last) for each in names)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _document(figure: Figure) -> dict[str, object]:
    return {
        "name": figure.name.value,
        "from": figure.first.isoformat(),
        "to": figure.last.isoformat(),
        "columns": [each.value for each in figure.columns],
        "rows": [[_cell(cell) for cell in row] for row in figure.rows],
        "is_enough": figure.is_enough,
        "says": [{"code": each.code.name, "detail": plain(dict(each.detail))} for each in figure.said],
    }


def _cell(cell: Any) -> object:
    return cell.isoformat() if isinstance(cell, date) else plain(cell)


def _text(figure: Figure) -> str:
    lines = [f"{figure.name.value}, {figure.first} to {figure.last}"]
    lines += [each.code.say(each.detail) for each in figure.said]
    table = [[each.value for each in figure.columns]]
    table += [["" if cell is None else printable(str(_cell(cell))) for cell in row] for row in figure.rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table if figure.rows else []:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
