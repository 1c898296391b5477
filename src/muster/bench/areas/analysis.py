"""Judging pictures: each analyser beside its own networks, called as onnxruntime offers them.

A function here whose name ends in ``_rows`` is one analyser. The baseline is what its networks did while it
worked, once more and with nothing between: the same weights, the same inputs (how long a network takes depends on
them), the same order, the same number of threads. What comes on top is everything else: scaling, cutting, points,
measures, sentences.
"""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from muster.analysis.api import Pixels
from muster.analysis.document_quality import DocumentQuality
from muster.analysis.face_guidance import FaceGuidance
from muster.analysis.face_recognition import ShippedRecogniser, template_of
from muster.analysis.fingerprint_judging import FingerJudge
from muster.analysis.fingerprint_matching import identify
from muster.analysis.iris_code import match as compare_irises
from muster.analysis.iris_judging import look_at_iris
from muster.analysis.liveness_fusion import Liveness
from muster.analysis.liveness_observation import LONGEST_S, LivenessWatch, Window
from muster.analysis.mrz_letters import LetterReader
from muster.analysis.mrz_reading import MrzReader, strip_of
from muster.analysis.networks import Network
from muster.analysis.opencv import opencv
from muster.bench.measuring import Clock, Rounds, Row
from muster.bench.memory import can_weigh, growth_in_a_fresh_process
from muster.formats.mrz import Holder, MrzType, compose
from muster.gallery.search import EXACT_UP_TO, ExactSearch

Inputs = Mapping[str, NDArray[Any]]

_FRAMES_A_SECOND = 15
_STEADY = (1000, 10_000)
_FIRST_FRAME = """
import sys, numpy
from muster.analysis.face_guidance import FaceGuidance
assert FaceGuidance().look(numpy.load(sys.argv[1])).mesh is not None
"""


def rows(rounds: Rounds) -> Iterator[Row]:
    for name, measure in sorted(globals().items()):
        if name.endswith("_rows"):
            yield from measure(rounds)


def face_rows(rounds: Rounds) -> Iterator[Row]:
    frame, guidance = face_frame(), FaceGuidance()
    guidance.look(frame)  # a new face is looked at twice
    yield rounds.compare(
        "a frame of 1280x720 guided",
        partial(guidance.look, frame),
        "detector, mesh, both eyes",
        _networks_alone(partial(guidance.look, frame)),
        repeat=25,
    )
    yield _frames_a_second(rounds, guidance, frame)
    starts = [_first_frame_ms(frame) for _ in range(rounds.count)]
    yield Row.of("the first frame, program started for it", starts, "ms", "a second", 1000, Clock.WALL)
    mesh = guidance.look(frame).mesh
    assert mesh is not None
    recogniser = ShippedRecogniser()

    def recognised() -> None:
        template_of(frame, mesh, recogniser)

    yield rounds.compare(
        "a face recognised",
        recognised,
        "recognition",
        _networks_alone(recognised),
    )
    if can_weigh() and not rounds.once:
        few, many = _STEADY
        grown = growth_in_a_fresh_process(partial(look_often, few), partial(look_often, many)) / 1e6
        yield Row.of(f"memory grown over {many} frames", [grown], "MB", "one frame", frame.nbytes / 1e6)


def liveness_rows(rounds: Rounds) -> Iterator[Row]:
    """As the face page does it: a stream that is guided and watched, and a decision when the picture is taken."""
    count = 2 * _FRAMES_A_SECOND if rounds.once else 8 * _FRAMES_A_SECOND
    guidance, liveness, watch = FaceGuidance(), Liveness(), LivenessWatch()
    frames = list(_stream(count))
    began = itertools.count(step=math.ceil(LONGEST_S) + 1)

    def seen() -> Window:
        start = next(began)
        for number, shown in enumerate(frames):
            watch.join(shown, guidance.look(shown), start + number / _FRAMES_A_SECOND)
        return watch.window

    def guided_and_judged() -> None:
        liveness.decide(seen())

    yield rounds.compare(
        f"{count} frames of 1280x720 guided, and liveness judged",
        guided_and_judged,
        "detector, mesh, both eyes, liveness",
        _networks_alone(guided_and_judged),
        repeat=1,
    )
    took = []
    for _ in range(rounds.count):
        at_first = time.perf_counter()
        guided_and_judged()
        took.append(count / (time.perf_counter() - at_first))
    yield Row.of("of them in a second", took, "/s", "frames a second", _FRAMES_A_SECOND, Clock.WALL)
    judged = partial(liveness.decide, seen())
    yield rounds.compare("liveness judged", judged, "liveness", _networks_alone(judged))


def fingerprint_rows(rounds: Rounds) -> Iterator[Row]:
    fingers = [_print(number) for number in range(10)]
    judge, minutiae = FingerJudge(), Network("leader")
    finger = fingers[0]
    height, width = (each // 32 * 32 for each in finger.shape)
    cut: NDArray[np.float32] = finger[np.newaxis, :height, :width, np.newaxis].astype(np.float32)
    alone = partial(minutiae.run, {"input": cut})
    yield rounds.compare("a finger judged", partial(judge.look, finger), "minutiae", alone, repeat=5)
    templates = {str(number): judge.look(each).template for number, each in enumerate(fingers)}
    bits = np.concatenate([each.ones for each in templates.values()])
    yield rounds.compare(
        "a finger sought among ten",
        partial(identify, templates["0"], templates),
        "its bits times theirs",
        lambda: templates["0"].ones @ bits.T,
    )


def _print(number: int) -> Pixels:
    """Ridges with fifty minutiae: places around which the wave gains or loses one turn."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[:500, :400].astype(np.float32)
    phase = 2 * np.pi * (0.5 * x + 0.87 * y) / 9
    for row, column, sign in zip(*random.uniform(0.1, 0.9, (2, 50)), random.choice([-1, 1], 50), strict=True):
        phase += sign * np.arctan2(y - 500 * row, x - 400 * column)
    lines: Pixels = (128 + 110 * np.sin(phase)).astype(np.uint8)
    return lines


def iris_rows(rounds: Rounds) -> Iterator[Row]:
    """The baseline is OpenCV alone: what glare is looked for with, and the ring unrolled around 147 centres."""
    eye, other = _eye(0), _eye(1)
    cv2 = opencv()
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (29, 29))
    across, down = np.random.default_rng(0).uniform(200, 440, (2, 147 * 60, 48)).astype(np.float32)

    def bare() -> None:
        cv2.inpaint(eye, cv2.threshold(cv2.morphologyEx(eye, cv2.MORPH_TOPHAT, disc), 45, 1, 0)[1], 3, 1)
        cv2.remap(eye, across, down, cv2.INTER_LINEAR)

    yield rounds.compare("an eye judged", partial(look_at_iris, eye), "its filters and warps", bare)
    codes = [look_at_iris(each).code for each in (eye, other)]
    assert codes[0] is not None
    assert codes[1] is not None
    bits = [each.real for each in codes if each is not None]
    yield rounds.compare(
        "two irises compared",
        partial(compare_irises, codes[0], codes[1]),
        "their bits, 58 times",
        lambda: [np.roll(bits[0], turn % 29, axis=1) ^ bits[1] for turn in range(58)],
    )


def _eye(number: int) -> Pixels:
    """640 x 480: a pupil with a lamp in it, an iris of noise, white, skin above and below."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[:480, :640].astype(np.float32)
    away = np.hypot(x - 320, y - 240)
    noise = opencv().GaussianBlur(random.normal(size=(480, 640)).astype(np.float32), (0, 0), 4)
    iris = 110 + 15 * noise / noise.std()
    eye = np.select([np.hypot(x - 330, y - 230) < 6, away < 46, away < 120], [250, 20, iris], 205)
    seen = np.where((y > 130 + (x - 320) ** 2 / 700) & (y < 350), eye, 150)
    smooth: Pixels = opencv().GaussianBlur(seen.astype(np.uint8), (0, 0), 1)
    return smooth


def gallery_rows(rounds: Rounds) -> Iterator[Row]:
    """Nobody is alike: what is measured is comparing with everybody."""
    vectors = np.random.default_rng(0).standard_normal((EXACT_UP_TO, 512), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    search = ExactSearch(512)
    search.add(range(EXACT_UP_TO), vectors)
    wanted = -vectors[0]
    yield rounds.compare(
        "a face sought among 100,000",
        partial(search.search, wanted, 0.5, 5),
        "a matrix product",
        lambda: vectors @ wanted,
    )


def document_rows(rounds: Rounds) -> Iterator[Row]:
    page, reader, quality = passport_page(), MrzReader(), DocumentQuality()
    reading = reader.read(page)
    assert reading is not None
    letters = LetterReader()
    strips = [strip_of(page, line) for line in reading.place]

    def judged() -> None:
        found = reader.read(page)
        quality.look(page, found.resolution_dpi if found else None)

    yield rounds.compare(
        "a page's zone read",
        partial(reader.read, page),
        "its lines",
        lambda: list(map(letters.look, strips)),
        repeat=5,
    )
    yield rounds.compare(
        "a page judged and read", judged, "its lines", lambda: list(map(letters.look, strips)), repeat=5
    )


def passport_page() -> Pixels:
    """A page as large as a scan of it at 300 dpi, on a dark table, with a zone in no typeface of its own."""
    page = Image.new("RGB", (1480, 1040), (233, 236, 228))
    draw, letters, print_ = ImageDraw.Draw(page), ImageFont.load_default(34), ImageFont.load_default(26)
    holder = Holder("P", "UTO", "C01X00T47", "MUSTERMANN", "ERIKA", "UTO", "840812", "F", "350131")
    zone = compose(MrzType.TD3, holder)
    for row, line in enumerate(zone.lines):
        for column, letter in enumerate(line):
            draw.text((80 + 30 * column, 880 + 75 * row), letter, (20, 20, 20), letters)
    for row, words in enumerate(("UTOPIA", zone.surname, zone.given_names, zone.number)):
        draw.text((480, 120 + 120 * row), words, (30, 30, 60), print_)
    table = Image.new("RGB", (1754, 1240), (60, 50, 45))
    table.paste(page, (137, 100))
    return np.asarray(table)


def face_frame() -> Pixels:
    """A portrait in the public domain (NASA; scikit-image brings it) as a camera of 1280x720 would show it."""
    astronaut = import_module("skimage.data").astronaut
    frame = np.full((720, 1280, 3), 150, np.uint8)
    frame[:, 52:1228] = opencv().resize(np.asarray(astronaut())[:313], (1176, 720))
    return frame


def _stream(count: int) -> Iterator[Pixels]:
    """Somebody who sways a little before a camera whose sensor makes noise: no two frames are the same."""
    frame, noise = face_frame(), np.random.default_rng(0).normal(0, 2, (760, 1360, 3)).astype(np.int16)
    for number in range(count):
        shown = np.roll(frame, round(12 * math.sin(number / 9)), axis=1).astype(np.int16)
        top, left = number * 7 % 40, number * 11 % 80
        yield np.clip(shown + noise[top : top + 720, left : left + 1280], 0, 255).astype(np.uint8)


_GUIDANCE: list[FaceGuidance] = []


def look_often(count: int) -> None:
    """With one guidance for the whole process, moving the frame a little each time."""
    if not _GUIDANCE:
        _GUIDANCE.append(FaceGuidance())
    frame = face_frame()
    for number in range(count):
        _GUIDANCE[0].look(np.roll(frame, number % 9, axis=1))


def _frames_a_second(rounds: Rounds, guidance: FaceGuidance, frame: Pixels) -> Row:
    count = 3 if rounds.once else 60
    found = []
    for _ in range(rounds.count):
        began = time.perf_counter()
        for _ in range(count):
            guidance.look(frame)
        found.append(count / (time.perf_counter() - began))
    return Row.of("frames guided in a second", found, "/s", "frames a second", _FRAMES_A_SECOND, Clock.WALL)


def _first_frame_ms(frame: Pixels) -> float:
    """From the start of a process of its own, interpreter and libraries included, to its end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frame.npy"
        np.save(file, frame)
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", _FIRST_FRAME, file], check=True)
        return 1000 * (time.perf_counter() - began)


def _networks_alone(work: Callable[[], object]) -> partial[None]:
    """What networks did in ``work``, without the rest of it."""
    from onnxruntime import InferenceSession

    done: list[Callable[[], object]] = []
    run = InferenceSession.run

    def noted(session: InferenceSession, names: Sequence[str] | None, inputs: Inputs, options: Any = None) -> Any:
        kept = {name: np.array(each) for name, each in inputs.items()}
        done.append(partial(run, session, names, kept, options))
        return run(session, names, inputs, options)

    InferenceSession.run = noted
    try:
        work()
    finally:
        InferenceSession.run = run
    return partial(_one_by_one, done)


def _one_by_one(calls: Sequence[Callable[[], object]]) -> None:
    for call in calls:
        call()
