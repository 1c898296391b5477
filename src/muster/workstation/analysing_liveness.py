"""How often liveness errs on a labelled folder: what ``muster evaluate liveness`` does.

The folder holds one folder for each kind (``live`` for living people, any other name for a kind of attack), and
in it pictures, or a folder of pictures for each clip: frames in the order of their names. A clip may have a
``clip.toml``::

    frames_a_second = 10
    challenge = ["turn_left", "close_eyes", "turn_right"]

A folder without such folders is told apart by its files' names, ``live_1.jpg``, ``print_7.jpg``.

Words are those of ISO/IEC 30107-3: APCER is the share of one kind's attack presentations that were accepted, BPCER
that of living people's that were not. Nothing is claimed about conformance to it: that takes a tested
laboratory, and attacks of its own choice.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.analysis.calibration import calibration
from muster.analysis.liveness_challenge import Action, Challenge
from muster.analysis.liveness_fusion import Liveness, LivenessDecision, Outcome
from muster.analysis.liveness_observation import LivenessWatch, Window
from muster.analysis.liveness_passive import PassiveSignal
from muster.analysis.model_packs import ModelPack
from muster.analysis.pictures import read_picture
from muster.errors import BadInput, Code
from muster.workstation.error_rates import ErrorRate
from muster.workstation.evaluation_plots import Axis, Curve, Drawing, drawn, spread
from muster.workstation.inspection import read_file

SET_EMPTY = Code("SET_EMPTY", "The folder {folder} holds no labelled pictures: see muster evaluate --help.")
CLIP_UNREADABLE = Code("CLIP_UNREADABLE", "{file} does not say how the clip was taken.")
PACK_KEY_ABSENT = Code("PACK_KEY_ABSENT", "Name the public key that signed the pack of networks as well.")

LIVE = "live"
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm"})
_KIND = re.compile(r"^(.*?)[-_ ]*\d*$")


@dataclass(frozen=True, slots=True)
class Clip:
    """Pictures in their order. ``challenge`` is what the person was asked; empty where nothing was."""

    kind: str
    files: tuple[Path, ...]
    frames_a_second: float = 10.0
    challenge: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class LivenessMetrics:
    """``apcer`` by kind of attack, ``apcer_worst`` the highest of them; None where there was none."""

    apcer: Mapping[str, ErrorRate]
    apcer_worst: float | None
    bpcer: ErrorRate | None


@dataclass(frozen=True, slots=True)
class LivenessEvaluation:
    """``metrics`` with the challenge off (``challenge_off``) and, of the clips that have one, on."""

    metrics: Mapping[str, LivenessMetrics]
    plots: tuple[Curve, ...]


def evaluate_liveness(
    folder: Path, pack: Path | None = None, pack_key: Path | None = None, plots: Path | None = None
) -> LivenessEvaluation:
    """``plots`` is the folder the curves are drawn into. Raises ``BadInput`` (nothing labelled, a picture or clip
    that cannot be read), ``Unavailable``, ``NotAuthentic`` (weights, pack)."""
    clips = list(labelled(folder))
    if not clips:
        raise BadInput(SET_EMPTY, folder=folder.name)
    liveness = Liveness(passive=_passive(pack, pack_key))
    off: list[tuple[str, LivenessDecision]] = []
    on: list[tuple[str, LivenessDecision]] = []
    for clip in clips:
        window, challenge = _played(clip)
        off.append((clip.kind, liveness.decide(window)))
        if challenge is not None:
            on.append((clip.kind, liveness.decide(window, challenge)))
    named = {"challenge_off": off} | ({"challenge_on": on} if on else {})
    return LivenessEvaluation(
        {name: metrics_of(said) for name, said in named.items()},
        tuple(curve for name, said in named.items() for curve in drawn(plots, _drawings(name, said))),
    )


def metrics_of(said: Iterable[tuple[str, LivenessDecision]]) -> LivenessMetrics:
    """From kinds and decisions. Whoever is not accepted is refused."""
    accepted: dict[str, list[bool]] = defaultdict(list)
    for kind, decision in said:
        accepted[kind].append(decision.outcome is Outcome.ACCEPTED)
    each_kind = {kind: _errors(which) for kind, which in sorted(accepted.items()) if kind != LIVE}
    apcer = {kind: errors for kind, errors in each_kind.items() if errors is not None}
    return LivenessMetrics(
        apcer,
        max((each.rate for each in apcer.values()), default=None),
        _errors([not each for each in accepted[LIVE]]),
    )


def labelled(folder: Path) -> Iterator[Clip]:
    """Every clip and picture of the set, in the order of their names."""
    if not folder.is_dir():
        return
    kinds = sorted(each for each in folder.iterdir() if each.is_dir())
    for file in () if kinds else _pictures(folder):
        match = _KIND.match(file.stem)
        yield Clip((match.group(1) if match else "").lower() or "unnamed", (file,))
    for kind in kinds:
        yield from (Clip(kind.name, (file,)) for file in _pictures(kind))
        for clip in sorted(each for each in kind.iterdir() if each.is_dir()):
            if files := _pictures(clip):
                yield _described(kind.name, clip, files)


def _described(kind: str, folder: Path, files: tuple[Path, ...]) -> Clip:
    about = folder / "clip.toml"
    if not about.is_file():
        return Clip(kind, files)
    try:
        said = tomllib.loads(about.read_text(encoding="utf-8"))
        rate = float(said.get("frames_a_second", 10))
        if not 0.1 <= rate <= 1000:
            raise ValueError("a rate no camera has")
        return Clip(kind, files, rate, tuple(Action(each) for each in said.get("challenge", ())))
    except (ValueError, TypeError) as error:
        raise BadInput(CLIP_UNREADABLE, file=f"{folder.name}/clip.toml") from error


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(each for each in folder.iterdir() if each.suffix.lower() in _PICTURES and each.is_file()))


def _played(clip: Clip) -> tuple[Window, Challenge | None]:
    watch, challenge = LivenessWatch(), Challenge(clip.challenge) if clip.challenge else None
    for index, file in enumerate(clip.files):
        seen = watch.add(read_picture(read_file(file)), index / clip.frames_a_second)
        if challenge is not None and seen is not None:
            challenge = challenge.step(seen)
    return watch.window, challenge


def _passive(pack: Path | None, key: Path | None) -> PassiveSignal | None:
    if pack is None:
        return None
    if key is None:
        raise BadInput(PACK_KEY_ABSENT)
    return ModelPack.open(pack, [read_file(key)]).signal()


def _errors(wrong: list[bool]) -> ErrorRate | None:
    return ErrorRate.of(sum(wrong), len(wrong))


def _drawings(name: str, said: list[tuple[str, LivenessDecision]]) -> Iterator[Drawing]:
    """Over the threshold on the combined value: how many of each kind have it or a higher one (refused left out),
    how the values are spread, and APCER of each kind against BPCER."""
    values: dict[str, list[float]] = {kind: [] for kind in sorted({each for each, _ in said})}
    for kind, decision in said:
        value = 0.0 if decision.refused_by else decision.assessment.value("liveness")
        values[kind].append(value or 0.0)
    accept, steps = calibration("liveness").thresholds["accept"], range(0, 101, 5)
    kinds = {f"{name}: {kind}": each for kind, each in values.items()}
    mode, axis = name.replace("_", " "), Axis.even("combined value", 0, 100)
    mark = (accept, f"accepted from {accept:g}")
    curves = {kind: _from(each, steps) for kind, each in kinds.items()}
    yield Drawing(
        f"liveness-{name}-accepted.png",
        f"Share at a value or above, {mode}",
        axis,
        Axis.even("share of presentations", 0, 1),
        tuple(Curve(kind, tuple(map(float, steps)), y) for kind, y in curves.items()),
        mark,
    )
    heaps = spread({f"{kind}, n = {len(each)}": each for kind, each in kinds.items()})
    yield Drawing(
        f"liveness-{name}-scores.png",
        f"Combined values, {mode}",
        axis,
        Axis.even("share of presentations", 0, max(max(each.y) for each in heaps)),
        heaps,
        mark,
    )
    attacks = [kind for kind in values if kind != LIVE]
    if LIVE not in values or not attacks:
        return
    limits = sorted({value for each in values.values() for value in each} | {101.0})
    refused = tuple(round(1 - each, 4) for each in _from(values[LIVE], limits))
    yield Drawing(
        f"liveness-{name}-det.png",
        f"Detection error trade-off, {mode}",
        Axis.deviate("attacks accepted (APCER)"),
        Axis.deviate("living people refused (BPCER)"),
        tuple(Curve(f"{name} DET: {kind}", _from(values[kind], limits), refused) for kind in attacks),
    )


def _from(values: Sequence[float], limits: Iterable[float]) -> tuple[float, ...]:
    """The share of values at each limit or above."""
    return tuple(round(sum(each >= limit for each in values) / len(values), 4) for limit in limits)
