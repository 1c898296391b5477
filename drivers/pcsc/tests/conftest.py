"""One pcscd with its virtual reader for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from muster_pcsc.driver import PcscDriver
from simulators.virtual_reader import VirtualReader


@pytest.fixture(scope="module")
def virtual_reader() -> Iterator[VirtualReader]:
    reader = VirtualReader()
    try:
        yield reader
    finally:
        reader.close()


@pytest.fixture
def driver(virtual_reader: VirtualReader) -> PcscDriver:
    return PcscDriver("Virtual PCD 00 00")
