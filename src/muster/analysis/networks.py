"""One way to run a network: verified weights, one thread, loaded at its first use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from muster.analysis.shared_objects import load_beside
from muster.analysis.weights import load_weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


class Network:
    """A network of ``models/manifest.toml``, by its name there.

    One thread by default: frames are judged beside the window and the capture, and two networks with two
    threads each on two cores wait for one another.
    """

    def __init__(self, name: str, models: Path | None = None, threads: int = 1) -> None:
        self._name = name
        self._models = models
        self._threads = threads

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The outputs in the network's order. Raises ``Unavailable``, ``NotAuthentic`` (at the first use)."""
        return list(self._session.run(None, dict(inputs)))

    @cached_property
    def _session(self) -> InferenceSession:
        load_beside("onnxruntime", "capi/onnxruntime_pybind11_state*.so")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # a plan of memory for each size of picture: 185 MiB for fingers
        content = load_weights(self._name, self._models)
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
