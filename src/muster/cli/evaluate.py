"""``muster evaluate``: how often an analyser errs on a labelled folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
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
