"""Large libraries are there before they are imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from muster.analysis.shared_objects import load_beside

_IN_A_NEW_PROCESS = """
import sys
from pathlib import Path
from muster.analysis.shared_objects import load_beside
package, pattern = sys.argv[1:]
load_beside(package, pattern)
name = pattern.rpartition("/")[2].partition("*")[0]
print(f"/{name}" in Path("/proc/self/maps").read_text(), package in sys.modules)
__import__(package)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has loaded")
@pytest.mark.parametrize(
    "package, pattern", [("cv2", "cv2*.so"), ("onnxruntime", "capi/onnxruntime_pybind11_state*.so")]
)
def test_the_library_is_loaded_and_the_package_not_imported(package: str, pattern: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _IN_A_NEW_PROCESS, package, pattern], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["True", "False"]


def test_what_is_not_there_is_left_to_whoever_imports_it() -> None:
    load_beside("no_such_package", "*.so")
    load_beside("json", "*.so")
