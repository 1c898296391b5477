"""How often faces, fingers or eyes are taken for one another, on a labelled folder: what ``muster evaluate face``,
``fingerprint`` and ``iris`` do.

The folder holds one folder for each person (each finger, each eye), and in it that person's pictures. A folder
with pictures of its own is told apart by their names instead, without the number at the end: ``erika_1.jpg``,
``erika_2.jpg``.

Every two pictures are compared as ``muster match`` compares them; where there are so many impostor pairs that it
would take hours, every n-th is. Words are those of ISO/IEC 19795-1. What the labels say is believed: somebody who
is there under two names makes false matches that are none. Nothing is claimed about conformance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path
from statistics import median
from typing import Generic, TypeVar

from muster.analysis.calibration import calibration
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.analysis.fingerprint_judging import FingerJudge
from muster.analysis.fingerprint_matching import MEASURE, FingerTemplate, match
from muster.analysis.iris_code import MEASURE as IRIS_MATCH
from muster.analysis.iris_code import IrisCode
from muster.analysis.iris_code import match as match_iris_codes
from muster.analysis.pictures import read_picture
from muster.domain.assessment import NotAssessed
from muster.errors import BadInput, MalformedData
from muster.workstation.analysing_face import chosen_recogniser
from muster.workstation.analysing_fingerprint import NOT_A_FINGER_RECORD, finger_template
from muster.workstation.analysing_iris import NOT_AN_IRIS_RECORD, iris_code
from muster.workstation.analysing_liveness import SET_EMPTY
from muster.workstation.error_rates import EqualError, ErrorRate, Floats, Scores
from muster.workstation.evaluation_plots import Axis, Curve, Drawing, drawn, spread
from muster.workstation.inspection import read_file, require_folder

_PICTURES = frozenset({
    ".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".jp2", ".gif", ".iso",
})  # fmt: skip
_OF_SOMETHING_ELSE = (NOT_A_FINGER_RECORD, NOT_AN_IRIS_RECORD)
_NAME = re.compile(r"^(.*?)[-_ ]*\d*$")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Of ``n`` comparisons' scores."""

    n: int
    lowest: float
    median: float
    highest: float


@dataclass(frozen=True, slots=True)
class ComparisonMetrics:
    """``subjects`` people (fingers, eyes) in ``fta.n`` pictures, of which ``fta.wrong`` could not be compared
    (failure-to-acquire rate). ``fmr`` and ``fnmr`` are at the station's ``threshold``; None where there was no
    such comparison. ``one_in`` is of how many impostor pairs one was compared."""

    subjects: int
    threshold: float
    fta: ErrorRate | None
    fmr: ErrorRate | None
    fnmr: ErrorRate | None
    eer: EqualError | None
    genuine: Spread | None
    impostor: Spread | None
    one_in: int


@dataclass(frozen=True, slots=True)
class NotAcquired:
    """A picture that was not compared, and the code of the reason. A record of something else is no failure to
    acquire, and is told here only."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComparisonEvaluation:
    metrics: ComparisonMetrics
    plots: tuple[Curve, ...]
    failures: tuple[NotAcquired, ...]


@dataclass(frozen=True, slots=True)
class _Comparing(Generic[T]):
    """What is compared, and how: ``template`` raises ``BadInput`` or ``MalformedData`` where there is none."""

    name: str
    template: Callable[[Path], T]
    similarity: Callable[[T, T], float]
    threshold: float
    most: int


def evaluate_faces(folder: Path, plots: Path | None = None, pack: Path | None = None) -> ComparisonEvaluation:
    """``plots`` is the folder the curves are drawn into, ``pack`` that of a deployer's own network.

    Raises ``BadInput`` (no folder, nothing labelled in it), ``Unavailable``, ``NotAuthentic`` (weights, pack).
    """
    recogniser = chosen_recogniser(pack)
    detector, mesher = FaceDetector(), FaceMesher()
    measure = recogniser.calibration

    def template(file: Path) -> FaceTemplate:
        return template_in(read_picture(read_file(file)), detector, mesher, recogniser)

    def similarity(a: FaceTemplate, b: FaceTemplate) -> float:
        return compare(a, b, measure).score.raw

    return _evaluate(
        folder, plots, _Comparing("face", template, similarity, measure.thresholds["match"], 1_000_000)
    )


def evaluate_fingerprints(folder: Path, plots: Path | None = None) -> ComparisonEvaluation:
    """The same; a picture is one of 500 dpi, or a finger record."""
    judge = FingerJudge()

    def template(file: Path) -> FingerTemplate:
        return finger_template(file, judge)

    def similarity(a: FingerTemplate, b: FingerTemplate) -> float:
        return match(a, b).score.raw

    threshold = calibration(MEASURE).thresholds["match"]
    return _evaluate(folder, plots, _Comparing("fingerprint", template, similarity, threshold, 20_000))


def evaluate_irises(folder: Path, plots: Path | None = None) -> ComparisonEvaluation:
    """The same; a picture is one of one eye, or an iris record. Two that have too little in common to be compared
    count as not alike at all."""

    def similarity(a: IrisCode, b: IrisCode) -> float:
        found = match_iris_codes(a, b)
        return 0.0 if isinstance(found, NotAssessed) else found.score.raw

    threshold = calibration(IRIS_MATCH).thresholds["match"]
    return _evaluate(folder, plots, _Comparing("iris", iris_code, similarity, threshold, 20_000))


def labelled_pictures(folder: Path) -> Iterator[tuple[str, Path]]:
    """Whose each picture is, and the file, in the order of their names. Raises ``BadInput``."""
    require_folder(folder)
    own = _pictures(folder)
    if own:
        for file in own:
            named = _NAME.match(file.stem)
            yield (named.group(1) if named else "") or file.stem, file
        return
    for subject in sorted(each for each in folder.iterdir() if each.is_dir()):
        yield from ((subject.name, file) for file in _pictures(subject))


def _pictures(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.suffix.lower() in _PICTURES and each.is_file())


def _evaluate(folder: Path, plots: Path | None, comparing: _Comparing[T]) -> ComparisonEvaluation:
    pictures = list(labelled_pictures(folder))
    if not pictures:
        raise BadInput(SET_EMPTY, folder=folder.name)
    acquired: list[tuple[str, T]] = []
    failures, subjects, missed = [], set(), 0
    for subject, file in pictures:
        try:
            acquired.append((subject, comparing.template(file)))
        except (BadInput, MalformedData) as error:
            failures.append(NotAcquired(file.relative_to(folder).as_posix(), error.code.name))
            if error.code in _OF_SOMETHING_ELSE:
                continue
            missed += 1
        subjects.add(subject)
    scores, one_in = _scores(acquired, comparing)
    threshold = comparing.threshold
    metrics = ComparisonMetrics(
        subjects=len(subjects),
        threshold=threshold,
        fta=ErrorRate.of(missed, missed + len(acquired)),
        fmr=scores.fmr(threshold),
        fnmr=scores.fnmr(threshold),
        eer=scores.equal_error,
        genuine=_spread(scores.genuine),
        impostor=_spread(scores.impostor),
        one_in=one_in,
    )
    curves = tuple(drawn(plots, _drawings(comparing.name, scores, threshold)))
    return ComparisonEvaluation(metrics, curves, tuple(failures))


def _scores(acquired: list[tuple[str, T]], comparing: _Comparing[T]) -> tuple[Scores, int]:
    """And of how many impostor pairs one was compared."""
    pairs = [(a, b, acquired[a][0] == acquired[b][0]) for a, b in combinations(range(len(acquired)), 2)]

    def compared(a: int, b: int) -> float:
        return comparing.similarity(acquired[a][1], acquired[b][1])

    impostors = [(a, b) for a, b, is_same in pairs if not is_same]
    step = max(1, -(-len(impostors) // comparing.most))
    return (
        Scores.of(
            (compared(a, b) for a, b, is_same in pairs if is_same),
            (compared(a, b) for a, b in islice(impostors, 0, None, step)),
        ),
        step,
    )


def _spread(scores: Floats) -> Spread | None:
    if not len(scores):
        return None
    lowest, middle, highest = (round(float(each), 4) for each in (scores[0], median(scores.tolist()), scores[-1]))
    return Spread(len(scores), lowest, middle, highest)


def _drawings(name: str, scores: Scores, threshold: float) -> Iterator[Drawing]:
    kinds = {
        f"genuine, n = {len(scores.genuine)}": scores.genuine.tolist(),
        f"impostor, n = {len(scores.impostor)}": scores.impostor.tolist(),
    }
    curves = spread(kinds)
    if curves:
        low, high = min(each.x[0] for each in curves), max(each.x[-1] for each in curves)
        most = max(max(each.y) for each in curves)
        yield Drawing(
            f"{name}-scores.png",
            f"Scores of {name} comparisons",
            Axis.even("score", min(low, threshold), max(high, threshold)),
            Axis.even("share of comparisons", 0, most),
            curves,
            mark=(threshold, f"threshold {threshold:g}"),
        )
    matches, misses = scores.fmr(threshold), scores.fnmr(threshold)
    if matches is None or misses is None:
        return
    x, y = (tuple(round(each, 6) for each in rates.tolist()) for rates in scores.det)
    yield Drawing(
        f"{name}-det.png",
        f"Detection error trade-off, {name}, {matches.n} impostor and {misses.n} genuine comparisons",
        Axis.deviate("false match rate (FMR)"),
        Axis.deviate("false non-match rate (FNMR)"),
        (Curve("DET", x, y),),
        spot=(matches.rate, misses.rate, f"threshold {threshold:g}"),
    )
