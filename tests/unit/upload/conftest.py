"""A server to talk to, and a transport to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from muster.upload.transport import Transport
from unit.upload.wire import WireServer, wire_server


@pytest.fixture
def server() -> Iterator[WireServer]:
    with wire_server() as wire:
        yield wire


@pytest.fixture
def transport(server: WireServer) -> Iterator[Transport]:
    with Transport(server.url) as transport:
        yield transport
