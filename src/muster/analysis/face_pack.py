"""A deployer's own recognition network: an InsightFace pack in a folder, run by insightface's own runners.

Packs as InsightFace hands them out (buffalo_l, antelopev2) are for research only and are not shipped; who holds
a licence for one names its folder. It must have

- one ``.onnx`` file that takes 112x112 faces in RGB and gives one list of numbers (ArcFace runner), among whatever
  others there are (landmark networks are left alone);
- at most one that finds faces and five points of each (SCRFD, 9 or 15 outputs; SCRFD runner). Where there is one,
  faces are laid onto the template by its points, as the network was trained; else by this program's mesh;
- ``calibration.toml`` with the table ``["face match"]``: our threshold would mean nothing for another network.

Nothing is ever downloaded: a runner gets the file, never a pack's name.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import Calibration, calibration
from muster.analysis.face_crop import Points
from muster.analysis.face_recognition import MEASURE, SIDE, Vector
from muster.analysis.opencv import opencv
from muster.errors import Code, NotAuthentic, Unavailable

FACE_PACK_ABSENT = Code("FACE_PACK_ABSENT", "The folder of the face recognition pack is not there: {folder}.")
FACE_PACK_NETWORK = Code(
    "FACE_PACK_NETWORK", "The face recognition pack needs exactly one recognition network. Found: {count}."
)
FACE_PACK_DETECTORS = Code(
    "FACE_PACK_DETECTORS", "The face recognition pack may have one network that finds faces. Found: {count}."
)
FACE_PACK_UNCALIBRATED = Code(
    "FACE_PACK_UNCALIBRATED",
    "The face recognition pack needs a file calibration.toml with the threshold of its own network.",
)
FACE_PACK_BROKEN = Code("FACE_PACK_BROKEN", "A file of the face recognition pack cannot be read: {file}.")

_INPUT = [3, SIDE, SIDE]
_WITH_POINTS = (9, 15)  # outputs: scores, boxes and points, for three or five sizes of face
_LOOKED_AT = (640, 640)
_LONGEST = 100  # times as long as it is wide: no picture of a face


class PackRecogniser:
    """The recognition network of the pack in ``folder``. Loads it, and insightface, at the first face (1 to 2 s).

    Raises ``Unavailable`` at the first use where the pack is not as described above, ``NotAuthentic`` where its
    calibration says nonsense.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def network(self) -> str:
        """The file's name and the beginning of its hash: a pack that is exchanged is another network."""
        file, _ = self._found
        return f"{file.stem}:{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"

    @cached_property
    def calibration(self) -> Calibration:
        try:
            found = calibration(MEASURE, self._folder)
        except Unavailable as error:
            raise Unavailable(FACE_PACK_UNCALIBRATED) from error
        if "match" not in found.thresholds:
            raise Unavailable(FACE_PACK_UNCALIBRATED)
        return found

    def embed(self, face: Pixels) -> Vector:
        _, runner = self._found
        bgr = np.ascontiguousarray(face[:, :, ::-1])  # as OpenCV reads pictures; the runner turns it back
        return np.asarray(runner.get_feat(bgr), np.float32).reshape(-1)

    def faces(self, pixels: Pixels) -> tuple[Points, ...] | None:
        if self._detector is None:
            return None
        if max(pixels.shape[:2]) > _LONGEST * min(pixels.shape[:2]):
            return ()  # the runner would scale it to a picture without a pixel
        bgr = np.ascontiguousarray(pixels[:, :, ::-1])
        _, points = self._detector.detect(bgr, input_size=_LOOKED_AT)
        return tuple(np.asarray(each, np.float64) for each in points)

    @cached_property
    def _found(self) -> tuple[Path, Any]:
        found = [each for each in self._sessions if _recognises(each[1])]
        if len(found) != 1:
            raise Unavailable(FACE_PACK_NETWORK, count=len(found))
        opencv()  # before insightface imports it its own way
        from insightface.model_zoo.arcface_onnx import ArcFaceONNX

        file, session = found[0]
        return file, ArcFaceONNX(model_file=str(file), session=session)

    @cached_property
    def _detector(self) -> Any:
        """None without one."""
        found = [each for each in self._sessions if _detects(each[1])]
        if len(found) > 1:
            raise Unavailable(FACE_PACK_DETECTORS, count=len(found))
        if not found:
            return None
        opencv()
        from insightface.model_zoo.scrfd import SCRFD

        file, session = found[0]
        # It would make a session for each size of picture; there is one size here.
        return SCRFD(model_file=str(file), session=session, static_shape_sessions=False)

    @cached_property
    def _sessions(self) -> list[tuple[Path, Any]]:
        if not self._folder.is_dir():
            raise Unavailable(FACE_PACK_ABSENT, folder=self._folder.name)
        return [(file, _session(file)) for file in sorted(self._folder.glob("*.onnx"))]


def _session(file: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    # onnxruntime has a class of its own for every way a file can be broken, and no common one but this.
    except Exception as error:
        raise NotAuthentic(FACE_PACK_BROKEN, file=file.name) from error


def _recognises(session: Any) -> bool:
    inputs, outputs = session.get_inputs(), session.get_outputs()
    is_one = len(inputs) == 1 and len(outputs) == 1
    return is_one and list(inputs[0].shape[1:]) == _INPUT and len(outputs[0].shape) == 2


def _detects(session: Any) -> bool:
    return len(session.get_inputs()) == 1 and len(session.get_outputs()) in _WITH_POINTS
