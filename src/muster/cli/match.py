"""``muster match``: whether two pictures are of one and the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import BAD, DataOption, JsonOption, Screen, VerboseOption, reporting, show
from muster.workstation.analysing_face import FaceMatchReport, match_faces
from muster.workstation.analysing_fingerprint import FingerMatchReport, match_fingerprints
from muster.workstation.analysing_iris import IrisMatchReport, match_irises

FirstArgument = Annotated[Path, typer.Argument(metavar="A", help="A picture file.")]
SecondArgument = Annotated[Path, typer.Argument(metavar="B", help="Another picture file.")]

FirstFingerArgument = Annotated[
    Path, typer.Argument(metavar="A", help="A picture of one finger at 500 dpi, or a finger record (ISO).")
]
AnotherArgument = Annotated[Path, typer.Argument(metavar="B", help="Another.")]
FirstEyeArgument = Annotated[
    Path, typer.Argument(metavar="A", help="A picture of one eye, from an iris camera, or an iris record (ISO).")
]


def register(app: typer.Typer, screen: Screen) -> None:
    match = typer.Typer(help="Compare two pictures (1:1).", no_args_is_help=True)
    app.add_typer(match, name="match")

    @match.command()
    def face(
        a: FirstArgument,
        b: SecondArgument,
        pack: Annotated[
            Path | None,
            typer.Option(
                "--pack", metavar="DIR", help="An InsightFace pack of your own; also named by MUSTER_FACE_PACK."
            ),
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Whether two pictures show the same face. Exit status 1 when they do not."""
        with reporting(as_json=as_json, verbose=verbose):
            report = match_faces(a, b, pack)
            _tell(report, "face", as_json=as_json)

    @match.command()
    def fingerprint(
        a: FirstFingerArgument,
        b: AnotherArgument,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Whether two prints are of the same finger. Exit status 1 when they are not."""
        with reporting(as_json=as_json, verbose=verbose):
            report = match_fingerprints(a, b)
            _tell(report, "finger", as_json=as_json)

    @match.command()
    def iris(
        a: FirstEyeArgument,
        b: AnotherArgument,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Whether two pictures show the same iris. Exit status 1 when they do not."""
        with reporting(as_json=as_json, verbose=verbose):
            report = match_irises(a, b)
            _tell(report, "iris", as_json=as_json)


def _tell(report: FaceMatchReport | FingerMatchReport | IrisMatchReport, what: str, *, as_json: bool) -> None:
    verdict = f"the same {what}" if report.match else f"not the same {what}"
    show(report, f"{verdict}: {report.score:.3f}, threshold {report.threshold:.3f}", as_json=as_json)
    if not report.match:
        raise typer.Exit(BAD)
