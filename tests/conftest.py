"""What every test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

import windows_end
from keys_read_once import private_keys_are_read_once as private_keys_are_read_once  # noqa: PLC0414 - for all
from reference_folder import reference_data as reference_data  # noqa: PLC0414 - a fixture for all
from swtpm import SoftwareTpm
from windows_end import ended_behind_a_module as ended_behind_a_module  # noqa: PLC0414 - for all
from windows_end import ended_behind_a_test as ended_behind_a_test  # noqa: PLC0414 - for all

# Services of devices are looked for on ports of this machine, where another test's may listen at the moment.
os.environ.setdefault("MUSTER_SBI_PORTS", "")
# What is on this machine is nobody's business in a test, nor are the processes that look for it.
os.environ.setdefault("MUSTER_DRIVERS", "sbi,simulated")
os.environ.setdefault("MUSTER_ESCL_SCANNERS", "")
# SANE would load every back end of this machine; without a configuration it has none.
os.environ.setdefault("SANE_CONFIG_DIR", os.devnull)

# How long an example takes tells how busy this computer is.
settings.register_profile("muster", deadline=None)
settings.load_profile("muster")


def pytest_collection() -> None:
    """Thirteen thousand tests are made and none is thrown away: looking among them for garbage finds none."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what tests make, not among the tests and the modules they import,
    which took a tenth of their time."""
    gc.enable()
    gc.freeze()
    windows_end.only_between_tests()


@pytest.fixture
def software_tpm() -> Iterator[SoftwareTpm]:
    """A TPM of this test's own; skips where swtpm or tpm2-tools are absent."""
    tpm = SoftwareTpm()
    try:
        yield tpm
    finally:
        tpm.close()
