"""``muster evaluate``: how often an analyser errs on a labelled folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import DataOption, JsonOption, Screen, VerboseOption, printable, reporting, show
from muster.workstation.analysing_document import MrzEvaluation, evaluate_mrz
from muster.workstation.analysing_liveness import LivenessEvaluation, evaluate_liveness
from muster.workstation.error_rates import ErrorRate
from muster.workstation.evaluating_comparisons import (
    ComparisonEvaluation,
    ComparisonMetrics,
    evaluate_faces,
    evaluate_fingerprints,
    evaluate_irises,
)
from muster.workstation.evaluation_plots import Curve

SetOption = Annotated[Path, typer.Option("--set", metavar="DIR", help="The labelled folder.", show_default=False)]
PlotsOption = Annotated[
    Path, typer.Option("--plots", metavar="DIR", help="The folder the plots are drawn into, as PNG.")
]
_PLOTS = Path("muster-plots")


def register(app: typer.Typer, screen: Screen) -> None:
    evaluate = typer.Typer(help="Accuracy on a labelled folder.", no_args_is_help=True)
    app.add_typer(evaluate, name="evaluate")

    @evaluate.command()
    def face(
        labelled: SetOption,
        plots: PlotsOption = _PLOTS,
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
        """How often faces are taken for one another: EER, and FMR and FNMR at the station's threshold.

        The folder holds one folder for each person with that person's pictures; or pictures whose names begin
        with the person and end with a number, erika_1.jpg and erika_2.jpg. Every two pictures are compared. No
        claim of conformance follows from the figures.
        """
        with reporting(as_json=as_json, verbose=verbose):
            report = evaluate_faces(labelled, plots, pack)
            show(report, _comparison(report), as_json=as_json)

    @evaluate.command()
    def fingerprint(
        labelled: SetOption,
        plots: PlotsOption = _PLOTS,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """How often fingers are taken for one another: EER, and FMR and FNMR at the station's threshold.

        The folder holds one folder for each finger with its prints, pictures of 500 dpi or finger records; or
        prints whose names begin with the finger and end with a number, p1_1.png and p1_2.png. No claim of
        conformance follows from the figures.
        """
        with reporting(as_json=as_json, verbose=verbose):
            report = evaluate_fingerprints(labelled, plots)
            show(report, _comparison(report), as_json=as_json)

    @evaluate.command()
    def iris(
        labelled: SetOption,
        plots: PlotsOption = _PLOTS,
        data: DataOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """How often eyes are taken for one another: EER, and FMR and FNMR at the station's threshold.

        The folder holds one folder for each eye with its pictures or iris records; or files whose names begin with
        the eye and end with a number. No claim of conformance follows from the figures.
        """
        with reporting(as_json=as_json, verbose=verbose):
            report = evaluate_irises(labelled, plots)
            show(report, _comparison(report), as_json=as_json)

    @evaluate.command()
    def liveness(
        labelled: SetOption,
        plots: PlotsOption = _PLOTS,
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
        clip.toml) in it; or pictures whose names begin with the kind. No claim of conformance follows from the
        figures.
        """
        with reporting(as_json=as_json, verbose=verbose):
            report = evaluate_liveness(labelled, pack, pack_key, plots)
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


def _comparison(report: ComparisonEvaluation) -> str:
    lines = [f"  {printable(each.file):<34}not compared: {each.reason}" for each in report.failures]
    metrics = report.metrics
    lines += [
        f"subjects {metrics.subjects}",
        _rates("failure to acquire (FTA)", metrics.fta),
        _rates(f"false matches (FMR) at {metrics.threshold:g}", metrics.fmr),
        _rates(f"false non-matches (FNMR) at {metrics.threshold:g}", metrics.fnmr),
        "equal error rate (EER)             "
        + ("-" if metrics.eer is None else f"{metrics.eer.rate:7.2%}  at {metrics.eer.threshold:g}"),
        *_spreads(metrics),
    ]
    if metrics.one_in > 1:
        lines.append(f"of the impostor pairs one in {metrics.one_in} was compared")
    return "\n".join([*lines, *_files(report.plots)])


def _spreads(metrics: ComparisonMetrics) -> Iterator[str]:
    for name, each in (("genuine", metrics.genuine), ("impostor", metrics.impostor)):
        if each is not None:
            yield f"{name:<9} n = {each.n:<6} {each.lowest:.3f} to {each.highest:.3f}, median {each.median:.3f}"


def _liveness(report: LivenessEvaluation) -> str:
    lines = []
    for name, metrics in report.metrics.items():
        lines.append(name.replace("_", " "))
        lines += [_rates(f"  APCER {printable(kind)}", each) for kind, each in metrics.apcer.items()]
        if metrics.bpcer is not None:
            lines.append(_rates("  BPCER live", metrics.bpcer))
    return "\n".join([*lines, *_files(report.plots)])


def _rates(name: str, errors: ErrorRate | None) -> str:
    if errors is None:
        return f"{name:<35}      -"
    return f"{name:<35}{errors.rate:7.2%}  ({errors.wrong} of n = {errors.n}; at most {errors.at_most:.2%})"


def _files(plots: tuple[Curve, ...]) -> list[str]:
    return [f"drawn: {printable(str(file))}" for file in dict.fromkeys(each.file for each in plots) if file]
