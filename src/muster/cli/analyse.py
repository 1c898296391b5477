"""``muster analyse``: judging one picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.clock import utc_now
from muster.workstation.analysing_document import DocumentReport, analyse_document
from muster.workstation.analysing_face import FaceReport, analyse_face
from muster.workstation.analysing_fingerprint import FingerReport, analyse_fingerprint
from muster.workstation.analysing_iris import IrisReport, analyse_iris

PictureArgument = Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture file.")]
FingerArgument = Annotated[
    Path, typer.Argument(metavar="IMAGE", help="A picture of one finger at 500 dpi, or a finger record (ISO).")
]

EyeArgument = Annotated[
    Path,
    typer.Argument(metavar="IMAGE", help="A picture of one eye, from an iris camera, or an iris record (ISO)."),
]


def register(app: typer.Typer, screen: Screen) -> None:
    analyse = typer.Typer(help="Judge a picture as the station would.", no_args_is_help=True)
    app.add_typer(analyse, name="analyse")

    @analyse.command()
    def face(
        image: PictureArgument,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Faces in the picture; quality, pose and liveness of the largest, and what to change. Exit status 1 when
        something keeps it from being taken."""
        with reporting(as_json=as_json, verbose=verbose):
            report = analyse_face(image)
            show(report, _face(report), as_json=as_json)
            if any(each.severity == "blocks" for each in report.findings):
                raise typer.Exit(BAD)

    @analyse.command()
    def fingerprint(
        image: FingerArgument,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """NFIQ 2-compatible score and minutiae of one finger, and what to change. Exit status 1 when something
        keeps it from being taken."""
        with reporting(as_json=as_json, verbose=verbose):
            report = analyse_fingerprint(image)
            show(report, _fingerprint(report), as_json=as_json)
            if not report.is_usable:
                raise typer.Exit(BAD)

    @analyse.command()
    def iris(
        image: EyeArgument,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Quality of one eye by the measures of ISO/IEC 29794-6, and what to change. Exit status 1 when something
        keeps it from being taken."""
        with reporting(as_json=as_json, verbose=verbose):
            report = analyse_iris(image)
            show(report, _iris(report), as_json=as_json)
            if not report.is_usable:
                raise typer.Exit(BAD)

    @analyse.command()
    def document(
        image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture of the front.")],
        back: Annotated[Path | None, typer.Option("--back", metavar="IMAGE", help="One of the back.")] = None,
        live: Annotated[
            Path | None,
            typer.Option("--face", metavar="IMAGE", help="The live face, for the portrait."),
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Decision and risk indicators, machine-readable zone, codes, quality of a document. Exit status 1 when
        it is declined."""
        with reporting(as_json=as_json, verbose=verbose):
            report = analyse_document(image, back, live, utc_now().date())
            show(report, _document(report), as_json=as_json)
            if report.decision == "declined":
                raise typer.Exit(BAD)


def _document(report: DocumentReport) -> str:
    lines = [report.decision]
    lines += [f"  risk {each.normalized.value} ({each.raw})" for each in report.risk_indicators]
    if report.mrz is not None:
        wrong = [name for name, right in report.mrz.check_digits.items() if not right]
        verdict = "check digits right" if report.mrz.valid else f"wrong check digits: {' '.join(wrong)}"
        lines.append(f"{report.mrz.type}, {verdict}")
        lines += [f"  {line}" for line in report.mrz.lines]
    lines += [f"{each.format}: {printable(each.text)}" for each in report.barcodes]
    if report.portrait.score is not None:
        verdict = "the same face" if report.portrait.match else "not the same face"
        lines.append(f"portrait: {verdict} ({report.portrait.score:.2f}, from {report.portrait.threshold:.2f})")
    for side, measures in report.quality.items():
        lines.append(f"{side}")
        for name, each in measures.items():
            lines.append(f"  {name:<34}{_number(each.value):>6}  {each.reason or f'({each.raw:g})'}")
    lines += [f"  {name:<34}{outcome}" for name, outcome in report.checks.items()]
    lines += [f"! {each.side}: {each.message} [{each.code}]" for each in report.findings]
    return "\n".join(lines)


def _fingerprint(report: FingerReport) -> str:
    lines = [f"NFIQ 2-compatible {_number(report.nfiq2)}, {_number(report.minutiae)} minutiae"]
    lines += [f"  {name:<34}{value:>6g}" for name, value in report.measures.items()]
    lines += [f"! {each.message} [{each.code}]" for each in report.findings]
    return "\n".join(lines)


def _iris(report: IrisReport) -> str:
    lines = [f"iris quality {_number(report.quality.overall)}"]
    for name, each in report.quality.components.items():
        lines.append(f"  {name:<34}{_number(each.value):>6}  {each.reason or f'({each.raw:g})'}")
    lines.append(f"looks like a {report.side} eye" if report.side else "left or right cannot be told")
    lines += [f"! {each.message} [{each.code}]" for each in report.findings]
    return "\n".join(lines)


def _face(report: FaceReport) -> str:
    lines = [f"{report.faces} face{'' if report.faces == 1 else 's'}"]
    if report.pose is not None:
        pose = report.pose
        lines.append(f"yaw {pose.yaw:+.1f}, pitch {pose.pitch:+.1f}, roll {pose.roll:+.1f} degrees")
    lines.append(f"unified quality {_number(report.quality.unified)}")
    for name, each in report.quality.components.items():
        lines.append(f"  {name:<34}{_number(each.value):>6}  {each.reason or f'({each.raw:g})'}")
    lines.append(f"liveness {_number(report.liveness.score)} {report.liveness.sentence}".rstrip())
    lines += [f"! {each.message} [{each.code}]" for each in report.findings]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
