"""APCER of every kind of simulated attack, and BPCER: run after each change to liveness.

::

    python tests/bench/liveness.py                          four clips of each kind, made of the astronaut
    python tests/bench/liveness.py --each 20 --reference DIR    the portraits of the reference data as well
    python tests/bench/liveness.py --keep DIR               leave the clips there, for ``muster evaluate liveness``

Clips with a challenge and clips without are evaluated apart, since people who are asked to turn move more than
people who are not. What the clips can and cannot say: ``tests/simulators/live_faces.py``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from muster.analysis.liveness_challenge import Action, Challenge
from muster.cli.evaluate import _liveness
from muster.workstation.analysing_liveness import evaluate_liveness
from simulators.live_faces import FRAMES_A_SECOND, BaseFace, base_faces
from simulators.presentation_attacks import ATTACKS, clips_of

ASKED_S, UNASKED_S = 5.6, 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Liveness over simulated people and attacks.")
    parser.add_argument("--each", type=int, default=4, help="clips of each kind")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--reference", type=Path, help="the folder of the reference data")
    parser.add_argument("--keep", type=Path, help="where to leave the clips")
    said = parser.parse_args()
    bases = base_faces(said.reference)
    with tempfile.TemporaryDirectory() as scratch:
        folder = said.keep or Path(scratch)
        for asked in (True, False):
            part = folder / ("challenge on" if asked else "challenge off")
            for kind in ("live", *ATTACKS):
                for seed in range(said.first, said.first + said.each):
                    _write(part / kind / f"{seed:04}", kind, bases[seed % len(bases)], seed, asked=asked)
            report = evaluate_liveness(part)
            print(
                f"--- clips recorded with the {part.name}; {len(bases)} photographs\n{_liveness(report)}",
                flush=True,
            )


def _write(folder: Path, kind: str, base: BaseFace, seed: int, *, asked: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)

    def choose(actions: list[Action]) -> Action:  # the same order in every run, as nothing else here is by chance
        return actions[int(rng.integers(len(actions)))]

    actions = Challenge.drawn(choose).actions if asked else ()  # type: ignore[arg-type]
    for index, (_, frame) in enumerate(clips_of(kind, base, seed, actions, ASKED_S if asked else UNASKED_S)):
        coded = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / f"{index:03}.jpg"), coded, [cv2.IMWRITE_JPEG_QUALITY, 95])
    named = ", ".join(f'"{each.value}"' for each in actions)
    about = f"frames_a_second = {FRAMES_A_SECOND}\nchallenge = [{named}]\n"
    (folder / "clip.toml").write_text(about, encoding="utf-8")


if __name__ == "__main__":
    main()
