"""The simulated reader shows the same ten fingers in every test: each picture is judged once in a run of tests.

Judging one takes half a second, an enrollment ten of them. What is given the second time is what the analyser
itself said the first time about the same pixels, kept in a folder of this run that all its processes share.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from muster.analysis import weights
from muster.analysis.api import Pixels
from muster.analysis.fingerprint_judging import FingerJudge, FingerReading
from muster.errors import Code

_FOLDER = "MUSTER_TESTS_JUDGED"


@contextmanager
def judging_once() -> Iterator[None]:
    """While it lasts, ``FingerJudge`` remembers."""
    look, load = FingerJudge.look, FingerJudge.load
    FingerJudge.look = _remembering(look)  # type: ignore[method-assign]
    FingerJudge.load = lambda judge: None  # type: ignore[method-assign] - what the first picture needs, it loads
    try:
        yield
    finally:
        FingerJudge.look, FingerJudge.load = look, load  # type: ignore[method-assign]


@pytest.fixture(scope="module", autouse=True)
def judged_once_in_this_run() -> Iterator[None]:
    """For a ``conftest.py`` to import."""
    share_in_this_run()
    with judging_once():
        yield


def in_this_run() -> bool:
    """Whether somebody who started this process lets judge once."""
    return _FOLDER in os.environ


def share_in_this_run() -> None:
    """From here on in every process that is started."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"muster-judged-{run}"
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = str(folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _remembering(look: Callable[[FingerJudge, Pixels], FingerReading]) -> Callable[..., FingerReading]:
    shipped = weights.models_folder()

    def remembered(judge: FingerJudge, pixels: Pixels) -> FingerReading:
        if weights.models_folder() != shipped:
            return look(judge, pixels)
        asked = repr((pixels.shape, pixels.dtype.str, judge._models)).encode() + pixels.tobytes()
        file = Path(os.environ[_FOLDER], hashlib.sha256(asked).hexdigest())
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            reading = look(judge, pixels)
            file.parent.mkdir(exist_ok=True)
            part = file.with_suffix(f".{os.getpid()}")
            part.write_bytes(_packed(reading))
            part.replace(file)
            return reading
        reading = _Reader(io.BytesIO(content)).load()
        assert isinstance(reading, FingerReading)
        return reading

    return remembered


class _Writer(pickle.Pickler):
    """Codes are compared by what they are: each is the one object of its name."""

    def persistent_id(self, obj: Any) -> str | None:
        return obj.name if isinstance(obj, Code) else None


class _Reader(pickle.Unpickler):
    def persistent_load(self, pid: str) -> Code:
        code = Code.named(pid)
        assert code is not None
        return code


def _packed(reading: FingerReading) -> bytes:
    into = io.BytesIO()
    _Writer(into).dump(FingerReading(reading.assessment, reading.minutiae))
    return into.getvalue()
