"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from swtpm import SoftwareTpm

_BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of public reference data (records, packets, photographs), which is not in the repository."""
    folder = Path(os.environ.get("MUSTER_REFERENCE_DATA", _BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip("the public reference data is not here; name its folder in MUSTER_REFERENCE_DATA")
    return folder


@pytest.fixture
def software_tpm() -> Iterator[SoftwareTpm]:
    """A TPM of this test's own; skips where swtpm or tpm2-tools are absent."""
    tpm = SoftwareTpm()
    try:
        yield tpm
    finally:
        tpm.close()
