"""The images that are replayed: a folder with one file per finger, eye, face and document.

Files are named after MOSIP's attributes: ``face.jpg``, ``leftIndex.png`` ... ``rightEye.png``, and
``document.jpg``. The built-in folder's README says where each came from. A file that a folder lacks is
taken from the built-in set, so that a tester may bring a single finger.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from muster.devices.frames import Pixels
from muster.domain.biometrics import BiometricAttribute
from muster.errors import BadInput, Code

SIMULATED_PICTURES_ABSENT = Code(
    "SIMULATED_PICTURES_ABSENT", "The folder of pictures for the simulated devices is not there."
)
SIMULATED_PICTURE_UNREADABLE = Code(
    "SIMULATED_PICTURE_UNREADABLE", "A picture for the simulated devices cannot be read: {file}."
)

BUILT_IN = Path(__file__).parent / "pictures"
GLASS = 245  # grey level where nothing lies
_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".jp2")


class Pictures:
    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or BUILT_IN

    def check(self) -> None:
        """Raises ``BadInput`` when the folder is not there."""
        if not self._folder.is_dir():
            raise BadInput(SIMULATED_PICTURES_ABSENT)

    def sample(self, attribute: BiometricAttribute) -> Pixels:
        """(h, w) grey of a finger or eye."""
        return self._read(attribute.value, "L")

    def photograph(self, name: str) -> Pixels:
        """(h, w, 3) RGB: ``face``, ``empty_chair``."""
        return self._read(name, "RGB")

    def document(self) -> Image.Image:
        """The page on the scanner's glass, at 200 dpi."""
        return Image.fromarray(self._read("document", "RGB"))

    def _read(self, name: str, mode: str) -> Pixels:
        path = _find(self._folder, name) or _find(BUILT_IN, name)
        if path is None:
            raise BadInput(SIMULATED_PICTURE_UNREADABLE, file=name)
        try:
            with Image.open(path) as image:
                return np.asarray(image.convert(mode))
        except (OSError, ValueError, SyntaxError) as error:
            raise BadInput(SIMULATED_PICTURE_UNREADABLE, file=path.name) from error


def _find(folder: Path, name: str) -> Path | None:
    return next((path for suffix in _SUFFIXES if (path := folder / f"{name}{suffix}").is_file()), None)


def fade(pixels: Pixels, share: float) -> Pixels:
    """What a dry finger or a dim lamp does: less contrast towards the picture's mean."""
    mean = float(pixels.mean())
    faded: Pixels = np.clip(mean + (pixels.astype(np.float32) - mean) * share, 0, 255).astype(np.uint8)
    return faded


def empty_glass(pixels: Pixels) -> Pixels:
    """Nobody's finger on a glass of this size."""
    return np.full_like(pixels, GLASS)


def wet(pixels: Pixels) -> Pixels:
    """Ridges as wide as their valleys and wider."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.MinFilter(7)))


def tip_only(pixels: Pixels) -> Pixels:
    """What touches the glass when a finger stands on it instead of lying."""
    seen = empty_glass(pixels)
    from_row = round(0.7 * pixels.shape[0])
    seen[from_row:] = pixels[from_row:]
    return seen


def turned(pixels: Pixels) -> Pixels:
    """The same finger placed again, a little askew."""
    return np.asarray(Image.fromarray(pixels).rotate(8, Image.Resampling.BILINEAR, fillcolor=GLASS))


def contrast_quality(pixels: Pixels) -> float:
    """0..100: how far the middle of the picture spreads over the grey levels. A stand-in for the score a
    real device computes; it falls when the picture is faded."""
    height, width = pixels.shape
    middle = pixels[height // 6 : -(height // 6) or None, width // 6 : -(width // 6) or None]
    return float(min(100.0, 1.5 * middle.std()))
