"""Draws the built-in pictures again: fingerprints, irises, the specimen page and the empty chair.

    python make_pictures.py PORTRAIT OCRB

``PORTRAIT`` is NASA's portrait of Eileen Collins (public domain; scikit-image ships it as
``data/astronaut.png``), ``OCRB`` the typeface of machine-readable zones (public domain; ``OCRB.otf`` of Debian's
fonts-ocr-b). No finger or eye here was ever anybody's: ridges grow from noise along a direction field
with a loop and a delta (Sherlock and Monro 1993, growing as in Cappelli's SFinGe), irises are a textured
annulus. Needs the workstation, and what that has: opencv-python, numpy and pillow.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from muster.formats.mrz import Holder, MrzType, compose

FOLDER = Path(__file__).parent / "src" / "muster_simulated" / "pictures"
FINGERS = [
    f"{hand}{finger}" for hand in ("left", "right") for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
]
Floats = NDArray[np.float32]


def direction_field(height: int, width: int, rng: np.random.Generator, mirror: bool) -> Floats:
    """Ridge direction at each pixel, radians: a loop and a delta where a finger has them."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    loop = (width * rng.uniform(0.45, 0.55), height * rng.uniform(0.40, 0.46))
    delta = (width * rng.uniform(0.16, 0.24), height * rng.uniform(0.70, 0.78))
    if mirror:
        delta = (width - delta[0], delta[1])
    around_loop = np.arctan2(y - loop[1], x - loop[0])
    around_delta = np.arctan2(y - delta[1], x - delta[0])
    return (0.5 * (around_loop - around_delta) + np.pi / 2).astype(np.float32)


def gabor(direction: float, wavelength: float) -> Floats:
    return cv2.getGaborKernel((17, 17), 3.2, direction + np.pi / 2, wavelength, 1.0, 0, cv2.CV_32F)


def fingerprint(seed: int, height: int = 400, width: int = 300) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    field = direction_field(height, width, rng, mirror=seed % 2 == 0)
    steps, wavelength = 24, float(rng.uniform(8.2, 9.4))
    nearest = np.round((field % np.pi) / np.pi * steps).astype(int) % steps
    kernels = []
    for step in range(steps):
        kernel = gabor(step * np.pi / steps, wavelength)
        kernels.append(kernel - kernel.mean())
    image = rng.normal(0, 1, (height, width)).astype(np.float32)
    for _ in range(9):
        grown = np.zeros_like(image)
        for step, kernel in enumerate(kernels):
            answer = cv2.filter2D(image, cv2.CV_32F, kernel)
            grown[nearest == step] = answer[nearest == step]
        image = np.tanh(grown / (grown.std() + 1e-6) * 1.6)
    pores = cv2.GaussianBlur(rng.normal(0, 1, image.shape).astype(np.float32), (0, 0), 1.2) * 0.35
    ink = np.clip((image + pores) * 0.8 + 0.1, -1, 1)
    paper = 235 - (ink + 1) / 2 * 190
    y, x = np.mgrid[0:height, 0:width]
    inside = ((x - width / 2) / (width * 0.46)) ** 2 + ((y - height * 0.52) / (height * 0.47)) ** 2
    pad = cv2.GaussianBlur((inside < 1).astype(np.float32), (0, 0), 6)
    pressed = 245 * (1 - pad) + paper * pad + rng.normal(0, 3, image.shape)
    return np.clip(cv2.GaussianBlur(pressed.astype(np.float32), (0, 0), 0.6), 0, 255).astype(np.uint8)


def iris(seed: int, height: int = 480, width: int = 640) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    cx, cy, outer, inner = width / 2 + rng.uniform(-8, 8), height / 2, 122.0, 44.0
    radius, angle = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
    rays = rng.normal(0, 1, (64, 512)).astype(np.float32)
    rays = cv2.GaussianBlur(rays, (0, 0), sigmaX=1.6, sigmaY=7)
    rays /= rays.std()
    column = ((angle + np.pi) / (2 * np.pi) * 511).astype(np.float32)
    row = np.clip((radius - inner) / (outer - inner) * 63, 0, 63).astype(np.float32)
    texture = cv2.remap(rays, column, row, cv2.INTER_LINEAR)
    skin = (
        150
        + 12 * np.sin(y / 70)
        + cv2.GaussianBlur(rng.normal(0, 40, (height, width)).astype(np.float32), (0, 0), 5)
    )
    opening = np.abs((y - cy) / 118) + ((x - cx) / 270) ** 2
    picture = np.where(opening < 1, 205, skin)
    picture = np.where((radius < outer) & (opening < 1.02), 108 + 20 * texture, picture)
    picture = np.where(radius < inner, 18, picture)
    picture = np.where(np.hypot(x - cx - 14, y - cy + 12) < 7, 250, picture)
    noisy = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.1) + rng.normal(0, 2, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def portrait(source: Path) -> Image.Image:
    """The head and shoulders, at the size of a webcam picture."""
    with Image.open(source) as image:
        head = image.convert("RGB").crop((67, 0, 387, 240))
    return head.resize((804, 603), Image.Resampling.LANCZOS)


def empty_chair() -> Image.Image:
    image = Image.new("RGB", (804, 604), (214, 212, 205))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 470, 804, 604), fill=(150, 132, 112))
    draw.rectangle((300, 190, 500, 400), fill=(72, 86, 110))
    draw.rectangle((280, 400, 520, 450), fill=(58, 70, 92))
    for left in (292, 490):
        draw.rectangle((left, 450, left + 18, 590), fill=(60, 52, 44))
    return image.filter(ImageFilter.GaussianBlur(1.5))


ERIKA = Holder("ID", "UTO", "L01X00T47", "MUSTERMANN", "ERIKA", "UTO", "840812", "F", "491231")
_PITCH_PX = 20.0  # ten letters an inch (Doc 9303-3, 4.5) at 200 dpi


def specimen(typeface: Path) -> Image.Image:
    """An identity card of an invented country for an invented person, on a scanner's white glass, at 200 dpi. Its
    zone (TD1) says what stands above it, and what the demo's script types."""
    page = Image.new("RGB", (1100, 780), (250, 250, 248))
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = 60, 60, 60 + 676, 60 + 426  # ID-1 is 85.6 x 54 mm: 674 x 425 at 200 dpi
    draw.rounded_rectangle((left, top, right, bottom), 22, fill=(226, 236, 244), outline=(120, 140, 160), width=3)
    draw.rectangle((left, top + 18, right, top + 68), fill=(38, 84, 124))
    draw.text((left + 24, top + 25), "UTOPIA  IDENTITY CARD", font=ImageFont.load_default(30), fill="white")
    draw.rounded_rectangle((left + 24, top + 86, left + 194, top + 286), 10, fill=(196, 206, 214))
    draw.ellipse((left + 74, top + 112, left + 144, top + 192), fill=(150, 160, 170))
    draw.pieslice((left + 44, top + 198, left + 174, top + 372), 180, 360, fill=(150, 160, 170))
    draw.rectangle((left + 24, top + 286, left + 194, top + 372), fill=(226, 236, 244))
    person = ("Surname", "MUSTERMANN", "Given name", "ERIKA", "Date of birth", "12.08.1984", "Sex", "F")
    card = ("Number", "L01X00T47", "Date of expiry", "31.12.2049")
    for column, lines in ((224, person), (444, card)):
        for row, text in enumerate(lines):
            colour = (90, 105, 120) if row % 2 == 0 else (20, 30, 40)
            draw.text((left + column, top + 82 + row * 25), text, font=ImageFont.load_default(22), fill=colour)
    draw.text((left + 444, top + 218), "SPECIMEN", font=ImageFont.load_default(40), fill=(200, 120, 120))
    zone = ImageFont.truetype(typeface, 100)
    zone = zone.font_variant(size=100 * _PITCH_PX / zone.getlength("<"))
    for row, line in enumerate(compose(MrzType.TD1, ERIKA).lines):
        draw.text((left + 38, top + 304 + row * 34), line, font=zone, fill=(20, 30, 40))
    return page


def main(source: Path, typeface: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    for number, finger in enumerate(FINGERS, 1):
        height, width = (440, 330) if "Thumb" in finger else (400, 300)
        Image.fromarray(fingerprint(number, height, width)).save(FOLDER / f"{finger}.png", optimize=True)
    for number, eye in enumerate(("leftEye", "rightEye"), 100):
        Image.fromarray(iris(number)).save(FOLDER / f"{eye}.png", optimize=True)
    portrait(source).save(FOLDER / "face.jpg", quality=92)
    empty_chair().save(FOLDER / "empty_chair.jpg", quality=88)
    specimen(typeface).save(FOLDER / "document.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
