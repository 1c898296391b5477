"""``muster bench``: speed and memory, beside what the primitives under them take."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.bench.measuring import Rounds, Row
from muster.bench.running import chosen_areas, measure
from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, plain, reporting, show

NameArgument = Annotated[str | None, typer.Argument(metavar="[NAME]", help="One area only, such as packet.")]
OnceOption = Annotated[bool, typer.Option("--once", help="Only see that it runs: the figures mean little.")]


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def bench(
        name: Annotated[
            str | None, typer.Argument(metavar="[NAME]", help="One area only, such as packet.")
        ] = None,
        once: Annotated[
            bool, typer.Option("--once", help="Only see that it runs: the figures mean little.")
        ] = False,
        templates: Annotated[int, typer.Option(min=1000, help="How large a gallery is searched.")] = 100_000,
        database: Annotated[
            str | None, typer.Option(metavar="URL", help="A PostgreSQL with pgvector to search galleries in, too.")
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Measure speed and memory, each beside its primitives in the same run.

        A station of its own is made for it and thrown away; --data changes nothing.
        """
        with reporting(as_json=as_json, verbose=verbose):
            rows = []
            rounds = Rounds.only_one() if once else Rounds(templates=templates, database=database)
            for area, row in measure(chosen_areas(name), rounds):
                rows.append(_document(area, row))
                if not as_json:  # some take a while: each as soon as it is there
                    print(_text(area, row), flush=True)
            if as_json:
                show({"rows": rows}, "", as_json=True)


def _document(area: str, row: Row) -> dict[str, object]:
    return {"area": area, **plain(row), "ratio": row.ratio}


def _text(area: str, row: Row) -> str:
    """One line for people."""
    low, high = row.spread
    clock = f" {row.clock.value}" if row.clock else ""
    spread = f" ({low:.2f} to {high:.2f})" if f"{low:.2f}" != f"{high:.2f}" else ""
    return (
        f"{area:<9}{row.name:<42}{row.value:9,.2f} {row.unit}{clock:<5} "
        f"{row.ratio:7.2f}{spread:<18} x {row.baseline:,.2f} {row.against}"
    )
