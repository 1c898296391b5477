"""What lanes import where they first need it, for whoever has time before that."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from muster.analysis.barcodes import read_barcodes
from muster.analysis.face_guidance import FaceGuidance
from muster.errors import NotAuthentic, Unavailable
from muster.methods.tools import import_methods


def load() -> None:
    """What the first face, the first document and the first proof of identity would bring in. Where something is
    missing, they tell."""
    with suppress(Unavailable, NotAuthentic):
        FaceGuidance().load()
    with suppress(ImportError):
        read_barcodes(np.zeros((32, 32), np.uint8))
        import_methods()
