"""One receiver on a temporary folder for each test; keys and one packet for all."""

from __future__ import annotations

import pytest

from muster.packet.seal import SealedPacket
from unit.receiver.counter import REF_ID, Counter, Keys, make_sealed


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys.make()


@pytest.fixture(scope="session")
def sealed(keys: Keys) -> SealedPacket:
    return make_sealed(keys)


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Counter:
    folder = tmp_path_factory.mktemp("around") / "receiver"
    folder.mkdir()
    # A ready key saves making one; that one is made at the first start has its own test.
    (folder / "server.pem").write_bytes(keys.server.server_pem)
    (folder / "signer.pem").write_bytes(keys.signer.server_pem)
    return Counter.open(folder, keys)


@pytest.fixture
def counter(opened: Counter, keys: Keys) -> Counter:
    """A receiver that knows one station and no packet. Starting it anew for each test costs too much."""
    opened.forget()
    opened.storage.register_machine(REF_ID, keys.machine.key.public_pem)
    return opened
