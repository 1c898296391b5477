"""How well the shipped network tells people apart in a folder of pictures::

    python tests/bench/face_pairs.py FOLDER

A picture's person is its file name up to the first underscore. Prints every pair on the wrong side of the
threshold, the lowest score of a genuine pair and the highest of an impostor pair. Few pictures say little: n is
printed.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, ShippedRecogniser, compare, template_of
from muster.analysis.faces import FaceDetector
from muster.analysis.pictures import read_picture


def main(folder: Path) -> int:
    detector, mesher, recogniser = FaceDetector(), FaceMesher(), ShippedRecogniser()
    templates: dict[str, FaceTemplate] = {}
    for path in sorted(folder.glob("*.[jp][pn]g")):
        pixels = read_picture(path.read_bytes())
        faces = detector.detect(pixels)
        if len(faces) != 1:
            print(f"{path.name}: {len(faces)} faces, left out")
            continue
        templates[path.stem] = template_of(pixels, mesher.find(pixels, faces[0]).mesh, recogniser)
    genuine, impostor = [], []
    for a, b in itertools.combinations(templates, 2):
        match = compare(templates[a], templates[b], recogniser.calibration)
        is_same = a.partition("_")[0] == b.partition("_")[0]
        (genuine if is_same else impostor).append(match.score.raw)
        if match.is_match is not is_same:
            print(f"wrong: {a} {b} {match.score.raw:.3f}")
    print(f"genuine  n = {len(genuine)}, lowest {min(genuine, default=float('nan')):.3f}")
    print(f"impostor n = {len(impostor)}, highest {max(impostor, default=float('nan')):.3f}")
    print(f"threshold {recogniser.calibration.thresholds['match']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
