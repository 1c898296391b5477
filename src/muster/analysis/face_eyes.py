"""Whether eyes are closed, by what can be seen of them.

The mesh alone cannot tell: it was trained on open eyes and draws lids a fifth of the eye's width apart over closed
ones, as wide as those of somebody who smiles. A small network looks at each eye (24x24 grey); alone it now and
then takes a dark or half-shut eye for a closed one, so both weigh in (``face_features.eye_opening``).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.face_mesh import LEFT_INNER, LEFT_OUTER, RIGHT_INNER, RIGHT_OUTER, FaceLook, middle
from muster.analysis.networks import Network
from muster.analysis.opencv import opencv

_WEIGHTS = "fr_eye"
_SIDE = 24
_LARGER = 1.6
_CORNERS = ((RIGHT_OUTER, RIGHT_INNER), (LEFT_INNER, LEFT_OUTER))
_LIDS = ((160, 144, 158, 153), (387, 373, 385, 380))


class EyeReader:
    """Loads its network at the first use; then a tenth of a millisecond a face."""

    def __init__(self, models: Path | None = None) -> None:
        self._network = Network(_WEIGHTS, models)

    def closed(self, look: FaceLook) -> tuple[float, float]:
        """How sure it is that the person's right and left eye are closed, 0..1."""
        right, left = (self._closed(_eye(look, *each)) for each in zip(_CORNERS, _LIDS, strict=True))
        return right, left

    def _closed(self, eye: Pixels) -> float:
        image = np.multiply(eye, np.float32(1 / 255), dtype=np.float32)
        (logits,) = self._network.run({"input": image[np.newaxis, np.newaxis]})
        closed, is_open = logits[0].tolist()
        return 1 / (1 + math.exp(max(-80.0, min(80.0, is_open - closed))))


def _eye(look: FaceLook, corners: tuple[int, int], lids: tuple[int, ...]) -> Pixels:
    """The square around one eye; of the cut, which is upright."""
    cv2 = opencv()
    one, other = look.places[list(corners)].tolist()
    x, y = middle(look.places, lids).tolist()
    half = max(2.0, _LARGER * math.dist(one, other) / 2)
    matrix = np.array([[2 * half / _SIDE, 0, x - half], [0, 2 * half / _SIDE, y - half]])
    eye: Pixels = cv2.warpAffine(
        look.grey,
        matrix,
        (_SIDE, _SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return eye
