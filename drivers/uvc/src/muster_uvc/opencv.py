"""OpenCV, loaded when the first camera is opened; and what is opened by it.

Rules:

1. It and FFmpeg print nothing, whatever the environment says: their messages hold addresses, and those passwords.
2. Whoever sends pictures cannot send us elsewhere: no other protocols, and no redirects.
3. An encrypted connection is one to a camera whose certificate, or whose authority's, was written down. Public
   authorities are not asked: FFmpeg compares no certificate with an address made of numbers.
"""

from __future__ import annotations

import os
from functools import cache
from threading import Lock
from typing import Any

from muster_uvc.patience import Patience

_TOLD = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_VIDEOIO_DEBUG": "0",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "4",
}
# opencv-python points them at the Qt 5 it brings; processes started later have a Qt of their own.
_OF_ITS_OWN_QT = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
_OPTIONS_VARIABLE = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_FROM_THE_NETWORK = (
    "protocol_whitelist;http,https,tcp,tls,rtsp,rtsps,rtp,udp,crypto|max_redirects;0|rtsp_transport;tcp|tls_verify;1|"
    "fflags;nobuffer|flags;low_delay"
)
_FROM_A_FILE = "protocol_whitelist;file"

_opening = Lock()  # FFmpeg's options come through the environment, which all threads share


@cache
def opencv() -> Any:
    os.environ.update(_TOLD)
    kept = {name: os.environ.get(name) for name in _OF_ITS_OWN_QT}
    import cv2

    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    cv2.setNumThreads(1)
    return cv2


def from_network(url: str, patience: Patience, authorities: str = "") -> Any:
    """A ``cv2.VideoCapture``, which may not be opened. ``authorities`` is a file of certificates."""
    cv2 = opencv()
    deadlines = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(1000 * patience.connecting_s)),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(1000 * patience.reading_s)),
    ]
    believed = f"|ca_file;{authorities}" if authorities else ""
    return _through_ffmpeg(url, _FROM_THE_NETWORK + believed, deadlines)


def from_file(path: str) -> Any:
    return _through_ffmpeg(path, _FROM_A_FILE, [])


def _through_ffmpeg(where: str, options: str, deadlines: list[int]) -> Any:
    cv2 = opencv()
    with _opening:
        os.environ[_OPTIONS_VARIABLE] = options
        return cv2.VideoCapture(where, cv2.CAP_FFMPEG, deadlines)
