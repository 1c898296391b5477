"""Key slots that open on one computer only.

A slot gives the station key to whoever knows its operator's password. Bound to a machine, a second layer lies
around it: AES-256-GCM under a key that is derived from the *machine secret*, 32 random octets that the computer's
TPM sealed. A stolen disk, or a copy of the folder, then gives nothing even to somebody who knows a password; a
stolen computer still asks for one. The layer lies outside, so that a station is bound and released without
anybody's password being typed again, and what hangs on the station key stays as it is.

Layout of a bound slot's ``wrapped_key``: nonce[12] || AES-256-GCM(the slot's own wrapped key), bound to the user
id.

Does not protect what was copied off the disk before the station was bound, nor a computer that is on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from muster.crypto.key_slots import KeySlot
from muster.crypto.sealing import KEY_LENGTH, Sealer
from muster.crypto.tpm import STORAGE, TPM_KEY_GONE, Tpm
from muster.errors import KeyUnavailable, NotAuthentic

_PURPOSE = "key slot"


class Place(Enum):
    """What the key slots are bound to; the values are written in ``station.json``."""

    NOTHING = "nothing"
    TPM = "tpm"


@dataclass(frozen=True, slots=True)
class MachineBinding:
    """The machine secret as its place keeps it."""

    place: Place
    sealed: bytes

    @classmethod
    def make(cls, place: Place, secret: bytes) -> MachineBinding:
        """Give ``secret`` to a place for keeping. Raises ``KeyUnavailable``."""
        if place is not Place.TPM:
            raise ValueError("nothing keeps no secret")
        return cls(place, Tpm().primary(STORAGE).seal(secret))

    def secret(self) -> bytes:
        """The machine secret, some 0.1 s. Raises ``KeyUnavailable``: ``TPM_KEY_GONE`` on another computer."""
        secret = Tpm().primary(STORAGE).unseal(self.sealed)
        if len(secret) != KEY_LENGTH:
            raise KeyUnavailable(TPM_KEY_GONE)
        return secret


def new_machine_secret() -> bytes:
    return os.urandom(KEY_LENGTH)


def bind(slot: KeySlot, secret: bytes) -> KeySlot:
    """Lay the machine's layer around a slot."""
    return replace(slot, wrapped_key=Sealer(secret, _PURPOSE).seal(slot.wrapped_key, slot.user_id))


def release(slot: KeySlot, secret: bytes) -> KeySlot:
    """Take it off again. Raises ``KeyUnavailable(TPM_KEY_GONE)`` for the secret of another machine, and for a slot
    that was changed."""
    try:
        return replace(slot, wrapped_key=Sealer(secret, _PURPOSE).open(slot.wrapped_key, slot.user_id))
    except NotAuthentic as error:
        raise KeyUnavailable(TPM_KEY_GONE) from error


def binding_to_json(binding: MachineBinding) -> dict[str, str]:
    return {"to": binding.place.value, "sealed": binding.sealed.hex()}


def binding_from_json(content: Mapping[str, Any]) -> MachineBinding:
    """Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything :func:`binding_to_json` does not write."""
    place = Place(content["to"])
    if place is Place.NOTHING:
        raise ValueError("bound to nothing")
    return MachineBinding(place, bytes.fromhex(content["sealed"]))
