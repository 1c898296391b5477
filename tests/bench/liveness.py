"""APCER of every kind of simulated attack and BPCER, the challenge on and off: run after a change to liveness.

::

    python tests/bench/liveness.py --quick                 the astronaut alone, three times, in two minutes
    python tests/bench/liveness.py --faces DIR             everybody in a folder of portraits as well, one a person
    python tests/bench/liveness.py --kinds live            one kind alone, or some
    python tests/bench/liveness.py --faces DIR --why       and what the signals said of each clip on the wrong side
    python tests/bench/liveness.py --minivision DIR        with the two networks of that folder as a signed pack
    python tests/bench/liveness.py --keep DIR              leave the clips there, for ``muster evaluate liveness``

Every second person is for choosing thresholds by, and reported apart: what counts are the others. People and
whoever holds an attack up hear the instructions and follow them; clips without a challenge last three seconds.
What the clips can and cannot say: ``tests/simulators/live_faces.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from muster.analysis.liveness_challenge import Action, Challenge, Standing
from muster.analysis.liveness_fusion import Liveness, LivenessDecision, Outcome
from muster.analysis.liveness_observation import LivenessWatch, Window
from muster.analysis.liveness_passive import PassiveSignal
from muster.analysis.model_packs import ModelPack, sign_pack
from muster.cli.evaluate import _rates
from muster.crypto.signing import SigningKey
from muster.domain.assessment import Score
from muster.workstation.analysing_liveness import LIVE, metrics_of
from simulators.live_faces import FRAMES_A_SECOND, BaseFace, Told, astronaut, base_faces
from simulators.presentation_attacks import ATTACKS, clips_of

KINDS = (LIVE, *ATTACKS)
UNASKED_S, LONGEST_S = 3.0, 22.0
PACK = """
name = "minivision"
purpose = "face liveness"
licence = "Apache-2.0"
points = [[0, 0], [0.5, 50], [1, 100]]
thresholds = { refuse = 25, weight = 1 }
"""
NETWORK = """
[[networks]]
file = "{file}"
sha256 = "{sha256}"
input = "input"
crop = {crop}
side = 80
colour = "BGR"
live = 1
"""


@dataclass(frozen=True, slots=True, eq=False)
class Presentation:
    kind: str
    base: BaseFace
    window: Window
    challenge: Challenge | None


def main() -> None:
    parser = argparse.ArgumentParser(description="Liveness over simulated people and attacks.")
    parser.add_argument("--quick", action="store_true", help="the astronaut alone")
    parser.add_argument("--faces", type=Path, action="append", default=[], help="a folder of portraits")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="these alone")
    parser.add_argument("--each", type=int, help="clips of each person and kind")
    parser.add_argument("--first", type=int, default=0, help="another number makes other clips")
    parser.add_argument("--why", action="store_true", help="what the signals said of each clip on the wrong side")
    parser.add_argument("--minivision", type=Path, help="the folder with MiniFASNetV2 and V1SE as ONNX")
    parser.add_argument("--keep", type=Path, help="where to leave the clips")
    said = parser.parse_args()
    cv2.setNumThreads(1)
    bases = [astronaut()] if said.quick else [face for each in said.faces or [None] for face in base_faces(each)]
    bases = list({each.name: each for each in bases}.values())
    numbers = range(said.first, said.first + (said.each or (3 if said.quick else 1)))
    fusions = {"": Liveness()}
    if said.minivision:
        fusions["with the pack: "] = Liveness(passive=pack_of(said.minivision))
    parts = {"everybody": bases} if len(bases) < 4 else {"for choosing": bases[::2], "counts": bases[1::2]}
    for asked in (True, False):
        for part, people in parts.items():
            decisions: dict[str, list[tuple[str, LivenessDecision]]] = {name: [] for name in fusions}
            for each in presentations(people, numbers, said.kinds, said.keep, asked=asked):
                for name, fusion in fusions.items():
                    decision = fusion.decide(each.window, each.challenge)
                    decisions[name].append((each.kind, decision))
                    if said.why and (decision.outcome is Outcome.ACCEPTED) is not (each.kind == LIVE):
                        print(_why(name, each, decision))
            for name, found in decisions.items():
                print(f"--- {name}challenge {'on' if asked else 'off'}; {part}, {len(people)} people")
                print(_table(found), flush=True)


def presentations(
    people: Iterable[BaseFace], numbers: Iterable[int], kinds: Iterable[str], keep: Path | None, *, asked: bool
) -> Iterator[Presentation]:
    for base, number, kind in itertools.product(people, numbers, kinds):
        folder = keep / ("on" if asked else "off") / kind / f"{base.name}-{number}" if keep else None
        yield _presented(base, number, kind, folder, asked=asked)


def _presented(base: BaseFace, number: int, kind: str, folder: Path | None, *, asked: bool) -> Presentation:
    seed = zlib.crc32(f"{base.name} {asked} {number}".encode())
    rng, told, watch = np.random.default_rng(seed), Told(), LivenessWatch()

    def choose(actions: Sequence[Action]) -> Action:  # the same in every run
        return actions[int(rng.integers(len(actions)))]

    challenge = Challenge.drawn(choose) if asked else None
    for time_s, frame in clips_of(kind, base, seed, told, LONGEST_S if asked else UNASKED_S):
        seen = watch.add(frame, time_s)
        if folder:
            _keep(folder, round(time_s * FRAMES_A_SECOND), frame, challenge)
        if challenge is None or seen is None:
            continue
        challenge = challenge.step(seen)
        told.hear(challenge.asked, time_s)
        if challenge.standing is not Standing.ASKING and time_s >= UNASKED_S:
            break
    return Presentation(kind, base, watch.window, challenge)


def pack_of(folder: Path) -> PassiveSignal:
    """The networks of ``folder`` as a deployer would bring them: described, signed, opened with the public key."""
    key = SigningKey.generate()
    with tempfile.TemporaryDirectory() as scratch:
        pack, listed = Path(scratch), PACK
        for file, crop in (("2.7_80x80_MiniFASNetV2.onnx", 2.7), ("4_0_0_80x80_MiniFASNetV1SE.onnx", 4.0)):
            content = (folder / file).read_bytes()
            (pack / file).write_bytes(content)
            listed += NETWORK.format(file=file, sha256=hashlib.sha256(content).hexdigest(), crop=crop)
        (pack / "pack.toml").write_text(listed, encoding="utf-8")
        sign_pack(pack, key)
        return ModelPack.open(pack, [key.public_pem]).signal()


def _table(decisions: Sequence[tuple[str, LivenessDecision]]) -> str:
    metrics = metrics_of(decisions)
    attacks = metrics_of([(kind if kind == LIVE else "all attacks", decision) for kind, decision in decisions])
    lines = [_rates(f"  APCER {kind}", each) for kind, each in {**metrics.apcer, **attacks.apcer}.items()]
    return "\n".join([*lines, _rates("  BPCER live", metrics.bpcer)])


def _why(name: str, seen: Presentation, decision: LivenessDecision) -> str:
    said = ", ".join(
        f"{each.measure.removeprefix('liveness ')} {each.raw:g}"
        for each in decision.assessment.measures
        if isinstance(each, Score)
    )
    failure = seen.challenge.failure if seen.challenge else None
    by = ", ".join(decision.refused_by) or "none"
    return f"{name}{seen.kind} {seen.base.name}: {decision.outcome.value} (refused by {by}; {failure}) {said}"


def _keep(folder: Path, index: int, frame: np.ndarray, challenge: Challenge | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    coded = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(folder / f"{index:03}.jpg"), coded, [cv2.IMWRITE_JPEG_QUALITY, 95])
    named = ", ".join(f'"{each.value}"' for each in challenge.actions) if challenge else ""
    about = f"frames_a_second = {FRAMES_A_SECOND}\nchallenge = [{named}]\n"
    (folder / "clip.toml").write_text(about, encoding="utf-8")


if __name__ == "__main__":
    main()
