"""How well irises are found, measured and compared, on drawn eyes of known truth::

    PYTHONPATH=tests python tests/bench/iris_boundaries.py [COUNT] [FOLDER...]

COUNT eyes of each kind (60). Printed: how far, on the average around it, the ellipse found lies from the true
edge, in pixels and in percent of the iris's radius; how far off the usable area is, and the gaze; which share is
of use at the policy's threshold; milliseconds for judging one eye. Then agreement of two pictures of an eye and of
different eyes. Pictures and ISO records in FOLDERs are judged and compared with each other. Drawn eyes are easier
than people's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.iris_boundaries import Ellipse
from muster.analysis.iris_code import IrisCode, IrisMatch, match
from muster.analysis.iris_judging import QUALITY, look_at_iris, meets
from muster.analysis.iris_measures import GAZE, USABLE_AREA
from muster.analysis.pictures import read_picture
from muster.domain.assessment import Score
from muster.errors import MusterError
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import parse_record
from muster.workstation.policy import Policy
from simulators.eyes import KINDS, draw, various
from simulators.eyes import Ellipse as TrueEllipse


def distance_px(true: TrueEllipse, found: Ellipse) -> float:
    x, y, along, across, degrees = true
    truth = Ellipse(x, y, along, across, np.radians(degrees))
    around = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    u, v = found.a * np.cos(around), found.b * np.sin(around)
    cos, sin = np.cos(found.turn), np.sin(found.turn)
    reach = truth.reach(found.x + u * cos - v * sin, found.y + u * sin + v * cos)
    return float(np.abs(reach - 1).mean() * np.sqrt(along * across))


def kind_figures(kind: str, count: int) -> None:
    missed, spent, of_use, rows = 0, [], 0, []
    for seed in range(count):
        eye = various(kind, seed)
        drawn = draw(eye)
        began = time.perf_counter()
        reading = look_at_iris(drawn.picture)
        spent.append(1000 * (time.perf_counter() - began))
        of_use += meets(reading.assessment, Policy().iris_threshold)
        if reading.eye is None:
            missed += 1
            continue
        area, gaze = reading.assessment[USABLE_AREA], reading.assessment[GAZE]
        assert isinstance(area, Score)
        assert isinstance(gaze, Score)
        pupil = distance_px(eye.pupil_edge, reading.eye.pupil)
        limbus = distance_px(eye.limbus, reading.eye.limbus)
        rows.append((pupil, limbus, area.raw - 100 * drawn.usable_share, gaze.raw - eye.gaze_deg, eye.radius))
    table = np.array(rows)
    for name, column in (("pupil", 0), ("rim", 1)):
        pixels, percent = table[:, column], 100 * table[:, column] / table[:, 4]
        print(
            f"{kind:<9}{name:<7}px {_spread(pixels)}   % of radius {_spread(percent)}"
            f"   beyond 5 %: {int((percent > 5).sum())}"
        )
    print(
        f"{'':<9}n {count}, not found {missed}, usable area off by {_spread(np.abs(table[:, 2]))} points, gaze by"
        f" {_spread(np.abs(table[:, 3]))} degrees, of use {of_use}, {np.median(spent):.0f} ms an eye"
    )


def _spread(values: np.ndarray) -> str:
    return f"{np.median(values):5.2f} (95 %: {np.percentile(values, 95):5.2f}, most {values.max():6.2f})"


def comparison(count: int) -> None:
    pairs = []
    for seed in range(count):
        taken = (look_at_iris(draw(various("open", seed, take)).picture).code for take in (1, 2))
        pairs.append(tuple(taken))
    same = list(_agreements((a, b) for a, b in pairs))
    others = list(_agreements((pairs[one][0], pairs[other][1]) for one, other in combinations(range(count), 2)))
    print(f"same eye, another picture: n {len(same)}, least {min(same):.3f}, median {np.median(same):.3f}")
    print(f"different eyes: n {len(others)}, most {max(others):.3f}, median {np.median(others):.3f}")


def _agreements(pairs: Iterator[tuple[IrisCode | None, IrisCode | None]]) -> Iterator[float]:
    for a, b in pairs:
        found = None if a is None or b is None else match(a, b)
        if isinstance(found, IrisMatch):
            yield found.score.raw


def pictures(folders: Sequence[Path]) -> Iterator[tuple[str, Pixels]]:
    for path in sorted(each for folder in folders for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        try:
            record = parse_record(content) if path.suffix == ".iso" else None
            if record is None:
                yield path.stem, read_picture(content)
            elif isinstance(record, IrisRecord):
                yield path.stem, pixels_in(record)
        except MusterError as error:
            print(f"{path.name}: {error.code.name}, left out")


def real_ones(folders: Sequence[Path]) -> None:
    codes: dict[str, IrisCode] = {}
    for name, picture in pictures(folders):
        reading = look_at_iris(picture)
        said = [each.code.name for each in reading.assessment.findings]
        print(f"{name}: quality {reading.assessment.value(QUALITY)}, side {reading.side}, {said}")
        if reading.code is not None:
            codes[name] = reading.code
    for one, other in combinations(codes, 2):
        found = match(codes[one], codes[other])
        print(f"{one} and {other}: {found.score.raw if isinstance(found, IrisMatch) else found.reason.name}")


def main(arguments: Sequence[str]) -> int:
    count = int(arguments[0]) if arguments else 60
    for kind in KINDS:
        kind_figures(kind, count)
    comparison(count)
    real_ones([Path(each) for each in arguments[1:]])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
