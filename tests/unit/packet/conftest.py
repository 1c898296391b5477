"""Keys, samples and one sealed packet, made once: they cost most of this folder's time."""

from __future__ import annotations

from functools import partial

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.domain.biometrics import BiometricSample
from muster.packet.assemble import AssembledPacket, assemble
from muster.packet.contents import PacketContents
from muster.packet.seal import SealedPacket, seal
from unit.packet.contents_fixture import (
    EXCEPTIONS,
    RID,
    KeyPair,
    make_contents,
    make_samples,
    make_schema,
)
from unit.packet.independent_reader import Subpacket, read_packet


@pytest.fixture(scope="session")
def server() -> KeyPair:
    return KeyPair.make("Test server")


@pytest.fixture(scope="session")
def machine() -> KeyPair:
    return KeyPair.make("Test machine")


@pytest.fixture(scope="session")
def device() -> KeyPair:
    return KeyPair.make("Test device")


@pytest.fixture(scope="session")
def decryption_key(server: KeyPair) -> DecryptionKey:
    return DecryptionKey.from_pem(server.server_pem)


@pytest.fixture(scope="session")
def samples(device: KeyPair) -> tuple[BiometricSample, ...]:
    return make_samples(device)


@pytest.fixture(scope="session")
def contents(samples: tuple[BiometricSample, ...]) -> PacketContents:
    return make_contents(samples=samples, exceptions=EXCEPTIONS)


@pytest.fixture(scope="session")
def assembled(contents: PacketContents) -> AssembledPacket:
    return assemble(contents, make_schema())


@pytest.fixture(scope="session")
def sealed(assembled: AssembledPacket, machine: KeyPair, server: KeyPair) -> SealedPacket:
    return seal(assembled, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))


@pytest.fixture(scope="session")
def read(sealed: SealedPacket, server: KeyPair) -> dict[str, Subpacket]:
    """The sealed packet as the independent reader sees it."""
    return read_packet(sealed.content, server.key.to_pem(), RID)
