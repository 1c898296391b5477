"""Commands run in this process: what they set up for it must not outlive them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command logs to the standard error it was started with, which the runner closes after it."""
    yield
    structlog.reset_defaults()
