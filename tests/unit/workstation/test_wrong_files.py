"""Whatever file somebody hands to whichever analyser, there is a sentence for it and never an exception."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.errors import BadInput
from muster.workstation.analysing_document import analyse_document
from muster.workstation.analysing_face import analyse_face, match_faces
from muster.workstation.analysing_fingerprint import analyse_fingerprint, match_fingerprints
from muster.workstation.analysing_iris import analyse_iris, match_irises
from muster.workstation.analysing_liveness import evaluate_liveness


def landscape() -> Pixels:
    y, x = np.mgrid[0:360, 0:480]
    sky = np.stack([120 + y / 8, 160 + y / 8, 230 - y / 8], axis=-1)
    hills = (y > 220 + 40 * np.sin(x / 60))[..., np.newaxis]
    return np.where(hills, np.array([40, 110, 50]), sky).astype(np.uint8)


def cartoon() -> Pixels:
    picture = np.full((360, 480, 3), 255, np.uint8)
    cv2.circle(picture, (240, 180), 130, (255, 220, 0), -1)
    for x in (195, 285):
        cv2.circle(picture, (x, 140), 16, (0, 0, 0), -1)
    cv2.ellipse(picture, (240, 190), (70, 60), 0, 20, 160, (0, 0, 0), 8)
    return picture


def hand() -> Pixels:
    picture = np.full((360, 480, 3), 235, np.uint8)
    cv2.ellipse(picture, (240, 260), (80, 90), 0, 0, 360, (214, 170, 140), -1)
    for number, (x, y) in enumerate([(140, 190), (190, 70), (240, 50), (285, 70), (325, 120)]):
        cv2.line(picture, (200 + 22 * number, 230), (x, y), (214, 170, 140), 34)
    return picture


def saved(pixels: Pixels, form: str = "PNG", mode: str | None = None, **options: object) -> bytes:
    image, stream = Image.fromarray(pixels), io.BytesIO()
    (image.convert(mode) if mode else image).save(stream, form, **options)
    return stream.getvalue()


def of_16_bits() -> bytes:
    grey = cv2.cvtColor(landscape(), cv2.COLOR_RGB2GRAY).astype(np.uint16) * 257
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(landscape(), "JPEG", exif=exif)


def moving() -> bytes:
    stream = io.BytesIO()
    frames = [Image.fromarray(each) for each in (landscape(), cartoon())]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    return stream.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "landscape": lambda: saved(landscape()),
    "blank page": lambda: saved(np.full((360, 480, 3), 255, np.uint8)),
    "hand": lambda: saved(hand()),
    "cartoon": lambda: saved(cartoon()),
    "20 megapixels": lambda: saved(np.full((4000, 5000, 3), 90, np.uint8), "JPEG"),
    "10 pixels": lambda: saved(np.full((2, 5, 3), 90, np.uint8)),
    "1 pixel wide": lambda: saved(landscape()[:, 200:201]),
    "CMYK": lambda: saved(landscape(), "JPEG", "CMYK"),
    "16 bits": of_16_bits,
    "turned by EXIF": turned,
    "grey": lambda: saved(landscape(), "PNG", "L"),
    "animated GIF": moving,
    "cut off": lambda: saved(landscape(), "JPEG")[:3000],
    "not a picture": lambda: b"%PDF-1.7\n",
    "empty": lambda: b"",
}
UNREADABLE = {"animated GIF", "cut off", "not a picture", "empty"}


@cache
def content(kind: str) -> bytes:
    return FILES[kind]()


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"live_1{'.jpg' if request.param in UNREADABLE else '.png'}"
    path.write_bytes(content(request.param))
    return path


def said(judge: Callable[[Path], object], file: Path) -> list[str]:
    """The codes of what is said about the file; the refusal's own where it is no picture."""
    try:
        report = judge(file)
    except BadInput as refused:
        assert refused.sentence
        return [refused.code.name]
    return [each.code for each in report.findings]  # type: ignore[attr-defined]


@pytest.mark.parametrize("judge", [analyse_face, analyse_fingerprint, analyse_iris])
def test_what_shows_no_face_finger_or_eye_is_told_so(judge: Callable[[Path], object], file: Path) -> None:
    assert said(judge, file)


def test_what_is_no_document_is_never_approved(file: Path) -> None:
    judge = partial(analyse_document, back=None, live_face=None, today=date(2026, 3, 1))
    try:
        report = judge(file)
    except BadInput as refused:
        assert refused.sentence
        return
    assert report.decision != "approved"
    assert report.risk_indicators
    assert report.mrz is None


@pytest.mark.parametrize("kind", ["landscape", "cartoon", "blank page", "10 pixels", "1 pixel wide"])
@pytest.mark.parametrize("compare", [match_faces, match_fingerprints, match_irises])
def test_what_shows_nothing_to_compare_is_refused_with_a_sentence(
    compare: Callable[[Path, Path], object], kind: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content(kind))
    with pytest.raises(BadInput) as refused:
        compare(tmp_path / "file", tmp_path / "file")
    assert refused.value.sentence


def test_what_shows_nobody_is_never_a_living_face(file: Path) -> None:
    try:
        bpcer = evaluate_liveness(file.parent).metrics["challenge_off"].bpcer
    except BadInput as refused:
        assert refused.sentence
        return
    assert bpcer is not None
    assert bpcer.wrong == 1


@pytest.mark.parametrize("kind", sorted(UNREADABLE))
def test_a_file_that_cannot_be_read_is_refused_by_every_analyser_alike(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file.jpg"
    path.write_bytes(content(kind))
    found = {judge: said(judge, path) for judge in (analyse_face, analyse_fingerprint, analyse_iris)}
    assert len({tuple(each) for each in found.values()}) == 1
    (code,) = found[analyse_face]
    assert code.startswith(("PICTURE_", "FILE_"))


def test_a_pipe_nobody_writes_to_is_empty_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput):
        analyse_face(tmp_path / "pipe")
