"""``muster evaluate``: how often an analyser errs on a labelled folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.workstation.analysing_document import MrzEvaluation, evaluate_mrz
from muster.workstation.analysing_liveness import KindErrors, LivenessEvaluation, evaluate_liveness

SetOption = Annotated[Path, typer.Option("--set", metavar="DIR", help="The labelled folder.", show_default=False)]


def register(app: typer.Typer, screen: Screen) -> None:
    evaluate = typer.Typer(help="Accuracy on a labelled folder.", no_args_is_help=True)
    app.add_typer(evaluate, name="evaluate")

    @evaluate.command()
    def liveness(
        labelled: SetOption,
        pack: Annotated[
            Path | None, typer.Option("--pack", metavar="DIR", help="A signed pack of networks of your own.")
        ] = None,
        pack_key: Annotated[
            Path | None, typer.Option("--pack-key", metavar="FILE", help="The public key that signed it.")
        ] = None,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """APCER of each kind of attack and BPCER, with the challenge off and on.

        One folder for each kind, "live" for living people, with pictures or folders of frames (and their
        clip.toml)
        in it; or pictures whose names begin with the kind. No claim of conformance follows from the figures.
        """
        with reporting(as_json=as_json, verbose=verbose):
            report = evaluate_liveness(labelled, pack, pack_key)
            show(report, _liveness(report), as_json=as_json)

    @evaluate.command()
    def mrz(
        labelled: SetOption,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """How many machine-readable zones are read with all check digits right, page by page and in all. A text
        file of a picture's name holds its lines, where they are known."""
        with reporting(as_json=as_json, verbose=verbose):
            report = evaluate_mrz(labelled)
            show(report, _mrz(report), as_json=as_json)


def _mrz(report: MrzEvaluation) -> str:
    lines = []
    for page in report.pages:
        exact = {None: "", True: ", as labelled", False: ", not as labelled"}[page.exact]
        verdict = "check digits right" if page.valid else "not read" if page.type is None else "check digits wrong"
        lines.append(f"  {printable(page.file):<34}{page.type or '-':<6}{verdict}{exact}")
    metrics = report.metrics
    lines.append(f"check digits right on {metrics.valid} of n = {metrics.n} pages ({metrics.share:.1%})")
    if metrics.labelled:
        lines.append(f"letter by letter as labelled {metrics.exact} of n = {metrics.labelled}")
    return "\n".join(lines)


def _liveness(report: LivenessEvaluation) -> str:
    lines = []
    for name, metrics in report.metrics.items():
        lines.append(name.replace("_", " "))
        lines += [f"  APCER {printable(kind):<12}{_rate(each)}" for kind, each in metrics.apcer.items()]
        if metrics.bpcer is not None:
            lines.append(f"  BPCER {'live':<12}{_rate(metrics.bpcer)}")
    return "\n".join(lines)


def _rate(errors: KindErrors) -> str:
    return f"{errors.rate:6.1%}  ({errors.wrong} of n = {errors.n})"
