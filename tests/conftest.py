"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reference_folder import reference_data as reference_data  # noqa: PLC0414 - a fixture for all
from swtpm import SoftwareTpm


@pytest.fixture
def software_tpm() -> Iterator[SoftwareTpm]:
    """A TPM of this test's own; skips where swtpm or tpm2-tools are absent."""
    tpm = SoftwareTpm()
    try:
        yield tpm
    finally:
        tpm.close()
