"""Registration numbers."""

from collections.abc import Iterator
from pathlib import Path

from muster.domain.registration import RegistrationId
from muster.errors import BadInput

REFUSALS = (BadInput,)


def seeds(reference: Path | None) -> Iterator[bytes]:
    for tail in ("20260102030000", "00000101000000", "99991231235960", "20260230000000", "20260102030000\n"):
        yield f"100011000200001{tail}".encode()
    yield "١".encode() * 29
    yield b"9" * 100_000


def run(content: bytes) -> None:
    number = RegistrationId(content.decode("utf-8", "replace"))
    assert str(number).encode() == content
    assert len(number.center) == len(number.machine) == 5
