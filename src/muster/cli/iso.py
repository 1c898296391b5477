"""``muster iso``: looking into finger, face and iris records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, reporting, show
from muster.domain.assessment import Severity
from muster.workstation.iso_reading import RecordReport, read_record

_KINDS = {"FIR": "Finger", "FAC": "Face", "IIR": "Iris"}


def register(app: typer.Typer, screen: Screen) -> None:
    iso = typer.Typer(help="Look into biometric records (ISO/IEC 19794).", no_args_is_help=True)
    app.add_typer(iso, name="iso")

    @iso.command()
    def decode(
        file: Annotated[Path, typer.Argument(metavar="FILE.iso", help="A finger, face or iris record.")],
        image: Annotated[
            Path | None,
            typer.Option(
                "--image",
                metavar="OUT.png",
                help="Write the decoded picture (of several the first) to this new file.",
            ),
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Show a record's header, and what keeps it from being accepted in a registration; extract its picture."""
        with reporting(as_json=as_json, verbose=verbose):
            report = read_record(file, image)
            show(report, _text(report, image), as_json=as_json)
            if not report.is_fit:
                raise typer.Exit(BAD)


def _text(report: RecordReport, image: Path | None) -> str:
    lines = [f"{_KINDS[report.format]} record {report.format} {report.version}, {report.length} bytes"]
    for number, representation in enumerate(report.representations):
        if len(report.representations) > 1:
            lines.append(f"representations[{number}]")
        lines += _fields(representation)
    for each in report.findings:
        mark = "!" if each.severity is Severity.BLOCKS else "note:"
        lines.append(f"{mark} {each.field}: {each.message} [{each.code}]")
    if image is not None:
        lines.append(f"picture written to {image}")
    return "\n".join([*lines, "fit for a registration" if report.is_fit else "not fit for a registration"])


def _fields(representation: Mapping[str, object], indent: str = "  ") -> Iterator[str]:
    for name, value in representation.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}"
            yield from _fields(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for each in value:
                yield f"{indent}{name}"
                yield from _fields(each, indent + "  ")
        else:
            yield f"{indent}{name:<22} {_words(value)}"


def _words(value: object) -> str:
    if isinstance(value, list):
        return " ".join(str(each) for each in value) or "none"
    return "-" if value is None else str(value)
