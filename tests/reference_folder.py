"""The fixture ``reference_data`` for the tests here and for drivers' that need it (import it in conftest)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of public reference data (records, packets, photographs), which is not in the repository."""
    folder = Path(os.environ.get("MUSTER_REFERENCE_DATA", _BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip("the public reference data is not here; name its folder in MUSTER_REFERENCE_DATA")
    return folder
