"""``muster prefill``: what documents say about the person, as the form would be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.clock import utc_now
from muster.workstation.prefilling_files import PrefillReport, ToldField, prefill_from


def register(app: typer.Typer, screen: Screen) -> None:
    @app.command()
    def prefill(
        files: Annotated[
            list[Path], typer.Argument(metavar="FILE...", help="Pictures or PDFs of one person's documents.")
        ],
        languages: Annotated[
            str, typer.Option("--languages", metavar="CODES", help="Of the registration, with commas between.")
        ] = "eng,fra",
        text: Annotated[bool, typer.Option(help="Read printed text where there is nothing better.")] = True,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Fields of the shipped form with where each comes from and how sure it is. Exit status 1 when no file
        says anything."""
        with reporting(as_json=as_json, verbose=verbose):
            wanted = tuple(code for each in languages.split(",") if (code := each.strip()))
            report = prefill_from(files, wanted, utc_now().astimezone().date(), with_text=text)
            show(report, _text(report), as_json=as_json)
            if not (report.fields or any(each.booking for each in report.files)):
                raise typer.Exit(BAD)


def _text(report: PrefillReport) -> str:
    lines = []
    for each in report.files:
        kind = (each.kind or "nothing known").replace("_", " ")
        more = [f"number {printable(each.number)}"] if each.number else []
        more += [f"pre-registration {each.booking}"] if each.booking else []
        more += ["its chip can be opened"] if each.has_chip else []
        lines.append(f"{printable(each.file)}: {', '.join([kind, *more])} ({each.seconds:.2f} s)")
    lines += [
        f"  {each.field:<22}{_value(each):<40}{each.origin:<18}{each.sureness:>5.0%}  "
        f"{'fills in' if each.fills else 'not filled in'}"
        for each in report.fields
    ]
    lines += [f"! The files say different things: {name}" for name in report.differing]
    return "\n".join(lines)


def _value(field: ToldField) -> str:
    texts = field.value.values() if isinstance(field.value, dict) else (field.value,)
    return printable(" / ".join(dict.fromkeys(texts)))
