"""Key slots: each operator's password opens the same station key.

As in disk encryption, a slot holds the station key encrypted under a key made from a password with
Argon2id (RFC 9106). Adding or removing an operator touches one slot and re-encrypts nothing else; a
stolen laptop has to be attacked one slow guess at a time. The slot is bound to the user id, so
that a slot copied under another name does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from muster.crypto.sealing import KEY_LENGTH
from muster.errors import Code, SignInRefused

SIGN_IN_REFUSED = Code("SIGN_IN_REFUSED", "User name or password is wrong. Check both and try again.")

_KDF = "argon2id"
_SALT_LENGTH = 16
_NONCE = bytes(12)  # each slot has its own salt, hence its own key: the nonce never meets a key twice


_SHORTEST_SALT = 8  # RFC 9106, 3.1
_MOST_MEMORY_KIB = 2 * 1024 * 1024
_MOST_ITERATIONS = 64
_MOST_LANES = 16
_BLOCKS_PER_LANE = 8  # RFC 9106, 3.1: a block is a KiB


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """RFC 9106 parameters. The default is that RFC's second recommended option (64 MiB, t=3, p=4).

    They stand in a file that anybody may edit: what no station could mean is refused (``ValueError``,
    ``TypeError``) before it can fill the memory or keep the officer waiting for hours.
    """

    memory_kib: int = 64 * 1024
    iterations: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        if any(type(each) is not int for each in (self.memory_kib, self.iterations, self.lanes)):
            raise TypeError("a cost is made of whole numbers")
        if not (
            1 <= self.lanes <= _MOST_LANES
            and 1 <= self.iterations <= _MOST_ITERATIONS
            and _BLOCKS_PER_LANE * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
        ):
            raise ValueError("a cost that no station has")


@dataclass(frozen=True, slots=True)
class KeySlot:
    user_id: str
    salt: bytes
    cost: Argon2Cost
    wrapped_key: bytes

    def __post_init__(self) -> None:
        if len(self.salt) < _SHORTEST_SALT:
            raise ValueError("a salt too short for Argon2")


def slot_to_json(slot: KeySlot) -> dict[str, Any]:
    return {
        "user_id": slot.user_id,
        "kdf": {"name": _KDF, **asdict(slot.cost)},
        "salt": slot.salt.hex(),
        "wrapped_key": slot.wrapped_key.hex(),
    }


def slot_from_json(content: Mapping[str, Any]) -> KeySlot:
    """Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything :func:`slot_to_json` does not write."""
    cost = dict(content["kdf"])
    if cost.pop("name") != _KDF:
        raise ValueError("a key derivation we do not know")
    user_id = content["user_id"]
    if not isinstance(user_id, str):
        raise TypeError("a name is text")
    salt, wrapped_key = bytes.fromhex(content["salt"]), bytes.fromhex(content["wrapped_key"])
    return KeySlot(user_id, salt, Argon2Cost(**cost), wrapped_key)


def make_slot(user_id: str, password: str, station_key: bytes, cost: Argon2Cost | None = None) -> KeySlot:
    salt, cost = os.urandom(_SALT_LENGTH), cost or Argon2Cost()
    cipher = AESGCM(_password_key(password, salt, cost))
    return KeySlot(user_id, salt, cost, cipher.encrypt(_NONCE, station_key, user_id.encode()))


def open_slot(slot: KeySlot, password: str) -> bytes:
    """The station key. Raises ``SignInRefused`` for a wrong password or a slot of somebody else."""
    cipher = AESGCM(_password_key(password, slot.salt, slot.cost))
    try:
        return cipher.decrypt(_NONCE, slot.wrapped_key, slot.user_id.encode())
    except InvalidTag as error:
        raise SignInRefused(SIGN_IN_REFUSED) from error


def _password_key(password: str, salt: bytes, cost: Argon2Cost) -> bytes:
    kdf = Argon2id(
        salt=salt,
        length=KEY_LENGTH,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    return kdf.derive(password.encode("utf-8"))
