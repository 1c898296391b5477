"""What every analyser is: it looks at one subject and answers with an ``Assessment``.

An analyser is one file with one class that keeps this protocol. It never raises over what it looked at: what
it could not judge is a ``NotAssessed`` with the reason, what somebody should act on a ``Finding``. It decides
nothing: thresholds that accept or refuse are the policy's, raw numbers become 0..100 by ``calibration``.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from muster.domain.assessment import Assessment

Pixels = NDArray[np.uint8]
"""A picture: (height, width, 3) RGB or (height, width) grey."""

Subject_contra = TypeVar("Subject_contra", contravariant=True)


class Analyser(Protocol[Subject_contra]):
    """Judges pictures, or whatever else its subject is (a window of frames, a slap and its hand)."""

    @property
    def name(self) -> str:
        """In the words of its standard where there is one: "face quality", "NFIQ 2"."""

    def assess(self, subject: Subject_contra) -> Assessment:
        """Loads what it needs at the first call. Raises only ``Unavailable`` or ``NotAuthentic``: for
        weights that are missing or changed."""
