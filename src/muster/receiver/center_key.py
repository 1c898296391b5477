"""The key of a center: what the hub keeps is unreadable without it, whoever holds its database or its backups.

32 random octets as 64 hex digits, in a file that only the hub's user reads or, from a service manager that keeps
secrets, in ``MUSTER_CENTER_KEY``. Where nobody says which, it lies beside the data: enough for a training server,
and the hub's guide says why not for a center.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from muster import durable
from muster.crypto.sealing import KEY_LENGTH, Sealer, new_station_key
from muster.errors import BadInput, Code

CENTER_KEY_UNREADABLE = Code(
    "CENTER_KEY_UNREADABLE", "The center's key cannot be read: it is a file with 64 hexadecimal digits."
)
CENTER_KEY_WRONG = Code(
    "CENTER_KEY_WRONG",
    "The hub's data was sealed with another center's key. Give the hub the key it was set up with.",
)

ENVIRONMENT = "MUSTER_CENTER_KEY"


@dataclass(frozen=True, slots=True)
class CenterKey:
    """``is_apart`` when it does not lie beside the data it opens."""

    octets: bytes
    is_apart: bool

    @classmethod
    def find(cls, folder: Path, file: Path | None, environment: Mapping[str, str] = os.environ) -> CenterKey:
        """Named by ``file``, else by the environment, else in ``folder``, where one is made at the first start.
        Raises ``BadInput``, ``StorageUnavailable``."""
        if file is not None:
            return cls(_parse(_text(file)), is_apart=True)
        if environment.get(ENVIRONMENT):
            return cls(_parse(environment[ENVIRONMENT]), is_apart=True)
        own = folder / "center.key"
        if not own.exists():
            make_center_key(own)
        return cls(_parse(_text(own)), is_apart=False)

    def sealer(self, purpose: str) -> Sealer:
        return Sealer(self.octets, f"hub/{purpose}")

    def __repr__(self) -> str:
        return "CenterKey()"


def make_center_key(file: Path) -> None:
    """Write a new one; what is there already stays. Raises ``StorageUnavailable``."""
    prepared = durable.prepare(file, new_station_key().hex().encode() + b"\n")
    with durable.disk_errors():
        try:
            os.link(prepared, file)
        except FileExistsError:  # another process was first
            pass
        finally:
            prepared.unlink(missing_ok=True)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise BadInput(CENTER_KEY_UNREADABLE) from error


def _parse(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text.strip())
    except ValueError as error:
        raise BadInput(CENTER_KEY_UNREADABLE) from error
    if len(octets) != KEY_LENGTH:
        raise BadInput(CENTER_KEY_UNREADABLE)
    return octets
