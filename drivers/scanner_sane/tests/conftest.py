"""SANE with nothing but its test back end, in a folder of its own."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster_scanner_sane import driver as driver_module
from muster_scanner_sane.libsane import LIBRARY


@pytest.fixture(scope="session")
def _has_sane() -> None:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        pytest.skip("libsane is not installed")


@pytest.fixture(scope="session")
def sane_folder(_has_sane: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sane")
    (folder / "dll.conf").write_text("test\n")
    (folder / "test.conf").write_text("number_of_devices 2\n")
    return folder


@pytest.fixture(scope="session")
def test_back_end(sane_folder: Path) -> Iterator[None]:
    """For this process, which looks once where its configuration is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANE_CONFIG_DIR", str(sane_folder))
        library = driver_module._library()
        yield
        if library is not None:
            library.close()
        driver_module._loaded.clear()
