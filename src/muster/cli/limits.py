"""``muster limits``: what would stop the station, when, and whether a field trip fits in before that."""

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
    at_desk,
    show,
)
from muster.domain.limits import Limit, Trip


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def limits(
        days: Annotated[float | None, typer.Option(help="A trip: so many days without a network.")] = None,
        people: Annotated[int, typer.Option(help="And so many people to register on it.")] = 0,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Every limit that may stop this station. The exit status is 1 when one is reached, or on the trip."""
        if people and days is None:
            raise typer.BadParameter("a trip has a number of days as well: --days", param_hint="--people")
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            found = desk.limits.all()
            trip = desk.limits.try_trip(days, people) if days is not None else None
            document = {
                "limits": [_row(each) for each in found],
                "trip": {"days": trip.days, "people": trip.people, "fine": trip.is_fine, "stops": trip.stops}
                if trip
                else None,
            }
            lines = [_line(each) for each in found]
            show(document, "\n".join([*lines, *([_verdict(trip)] if trip else [])]), as_json=as_json)
            if any(each.is_reached for each in found) or (trip is not None and not trip.is_fine):
                raise typer.Exit(BAD)


def _row(limit: Limit) -> dict[str, object]:
    return {
        "name": limit.name,
        "used": limit.used,
        "limit": limit.limit,
        "unit": limit.unit,
        "reached": limit.is_reached,
        "blocks_at": limit.blocks_at,
    }


def _line(limit: Limit) -> str:
    until = "reached" if limit.is_reached else f"until {limit.blocks_at:%Y-%m-%d}" if limit.blocks_at else ""
    return (
        f"{limit.name:<22} {limit.used:>10,.1f} of {limit.limit:>10,.1f} {limit.unit.value:<10} {until}".rstrip()
    )


def _verdict(trip: Trip) -> str:
    plan = f"{trip.days:g} days, {trip.people} people"
    return f"{plan}: fine." if trip.is_fine else f"{plan}: not fine, because of {', '.join(trip.stops)}."
