"""OpenCV as analysers use it: loaded at the first use, on one thread, and without its own Qt (decision 0004)."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from muster.analysis.shared_objects import load_beside

# opencv-python points them at the Qt 5 it brings; the window, and processes started later, have a Qt of their own.
_OF_ITS_OWN_QT = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


@cache
def opencv() -> Any:
    """The module ``cv2``. One thread: frames are judged beside the window and the capture."""
    load_beside("cv2", "cv2*.so")
    kept = {name: os.environ.get(name) for name in _OF_ITS_OWN_QT}
    import cv2

    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    cv2.setNumThreads(1)
    return cv2
