"""How well prints are matched, on a folder of pictures and ISO finger records::

    python tests/bench/fingerprint_copies.py FOLDER...

A picture's finger is its file name up to the last underscore where a number follows, so that ``p1_1.png`` and
``p1_2.png`` are real genuine pairs. Real ones are few: each print is also matched with copies of itself, turned,
cut and (``distorted``) pulled out of shape by up to 8 pixels, turned, faded and made noisy. Copies are easier than
a finger placed again. n is printed.
"""

from __future__ import annotations

import itertools
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.fingerprint_judging import FingerJudge
from muster.analysis.fingerprint_matching import MEASURE, FingerTemplate, match
from muster.analysis.fingerprint_ridges import grey
from muster.analysis.pictures import read_picture
from muster.errors import MusterError
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import parse_record


def prints(folders: list[Path]) -> Iterator[tuple[str, Pixels]]:
    for path in sorted(each for folder in folders for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        try:
            record = parse_record(content) if path.suffix == ".iso" else None
            if record is None:
                yield path.stem, grey(read_picture(content))
            elif isinstance(record, FingerRecord):
                yield path.stem, pixels_in(record)
        except MusterError as error:
            print(f"{path.name}: {error.code.name}, left out")


def copies(picture: Pixels, random: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    (height, width), glass = picture.shape, int(np.percentile(picture, 95))
    for degrees in (-25, 10):
        yield f"turned {degrees}", _turned(picture, degrees, glass)
    for _ in range(2):
        yield "distorted", _distorted(picture, random, glass)
    yield "upper 60 %", picture[: int(0.6 * height)]
    yield "left 60 %", picture[:, : int(0.6 * width)]
    yield "distorted, 60 %", _distorted(picture, random, glass)[int(0.3 * height) :, int(0.15 * width) :]


def _turned(picture: Pixels, degrees: float, glass: int) -> Pixels:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderValue=glass)


def _distorted(picture: Pixels, random: np.random.Generator, glass: int) -> Pixels:
    height, width = picture.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    waves = [cv2.GaussianBlur(random.normal(size=(height, width)).astype(np.float32), (0, 0), 60) for _ in "xy"]
    across, down = (each / np.abs(each).max() * 8 for each in waves)
    pulled = cv2.remap(picture, x + across, y + down, cv2.INTER_LINEAR, borderValue=glass)
    placed = _turned(pulled, random.uniform(-12, 12), glass).astype(float)
    faded = (placed - 128) * random.uniform(0.6, 1) + 128 + random.normal(0, 12, picture.shape)
    return np.clip(faded, 0, 255).astype(np.uint8)


def main(folders: list[Path]) -> int:
    random, judge = np.random.default_rng(1), FingerJudge()
    first: dict[str, FingerTemplate] = {}
    genuine: dict[str, list[float]] = defaultdict(list)
    impostor: list[float] = []
    for name, picture in prints(folders):
        first[name] = judge.look(picture).template
        for kind, copy in copies(picture, random):
            genuine[kind].append(match(first[name], judge.look(np.ascontiguousarray(copy)).template).score.raw)
    began = time.process_time()
    for a, b in itertools.combinations(first, 2):
        is_same = re.sub(r"_\d+$", "", a) == re.sub(r"_\d+$", "", b) and re.search(r"_\d+$", a) is not None
        (genuine["placed again"] if is_same else impostor).append(match(first[a], first[b]).score.raw)
    taken = time.process_time() - began
    for kind, scores in genuine.items():
        print(f"{kind:<18} n = {len(scores):<4} lowest {min(scores):.3f}, median {np.median(scores):.3f}")
    print(f"{'impostor':<18} n = {len(impostor):<4} highest {max(impostor, default=float('nan')):.3f}")
    threshold = calibration(MEASURE).thresholds["match"]
    every = [each for scores in genuine.values() for each in scores]
    missed = sum(each < threshold for each in every)
    accepted = sum(each >= threshold for each in impostor)
    print(
        f"threshold {threshold}: {missed} of {len(every)} missed, {accepted} of {len(impostor)} accepted wrongly"
    )
    print(f"{1000 * taken / max(1, len(first) * (len(first) - 1) / 2):.1f} ms a comparison")
    return 0


if __name__ == "__main__":
    raise SystemExit(main([Path(each) for each in sys.argv[1:]]))
