"""Reading the printed text of a page: lines, each with where it stands and how sure the networks are of it.

The networks are PP-OCRv4's as RapidOCR ships them in its wheel (detection and recognition, Apache-2.0). They know
Latin letters without accents, digits and Chinese: what they read of Arabic or Devanagari is noise of low sureness,
and an accent is lost without a sign. Whoever uses the text has to know that (``workstation.printed_labels``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.opencv import opencv
from muster.analysis.pictures import as_rgb

LONGER_SIDE = 2400  # small print of A4 at 200 dpi; finer pictures take longer and say no more


@dataclass(frozen=True, slots=True)
class TextLine:
    """``sureness`` 0..1; edges in pixels of the picture, the text taken as level."""

    text: str = field(repr=False)
    sureness: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class TextReader:
    """Loads its networks at the first reading (about 1 s); a page takes 1 to 4 s on two cores."""

    def read(self, pixels: Pixels) -> tuple[TextLine, ...]:
        """The lines in (h, w, 3) RGB or (h, w) grey, from the top; none where there are none."""
        rgb = as_rgb(pixels)
        scale = min(1.0, LONGER_SIDE / max(rgb.shape[:2]))
        if scale < 1:
            cv2 = opencv()
            rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = _networks()(rgb[:, :, ::-1].copy(), use_cls=False)  # the library reads blue first
        if found.boxes is None:
            return ()
        lines = [
            _line(text, float(sureness), np.asarray(box) / scale)
            for box, text, sureness in zip(found.boxes, found.txts, found.scores, strict=True)
        ]
        return tuple(sorted(lines, key=lambda each: (each.top, each.left)))


def _line(text: str, sureness: float, box: Any) -> TextLine:
    left, top = box.min(axis=0)
    right, bottom = box.max(axis=0)
    return TextLine(text.strip(), sureness, float(left), float(top), float(right), float(bottom))


@cache
def _networks() -> Callable[..., Any]:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)  # it tells every file it opens
    settings = {"EngineConfig.onnxruntime.intra_op_num_threads": 2, "Global.log_level": "error"}
    networks: Callable[..., Any] = RapidOCR(params=settings)
    return networks
