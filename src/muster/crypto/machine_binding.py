"""Key slots that open on one computer only.

A slot gives the station key to whoever knows its operator's password. Bound to a machine, a second layer lies
around it: AES-256-GCM under a key that is derived from the *machine secret*, 32 random octets that the computer's
TPM sealed or, where there is none, the keyring of the account at it. A stolen disk, or a copy of the folder, then
gives nothing even to somebody who knows a password; a stolen computer still asks for one. The layer lies outside,
so that a station is bound and released without anybody's password being typed again, and what hangs on the station
key stays as it is.

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

from muster.crypto import os_keyring
from muster.crypto.key_slots import KeySlot
from muster.crypto.os_keyring import KEYRING_KEY_GONE
from muster.crypto.sealing import KEY_LENGTH, Sealer
from muster.crypto.tpm import STORAGE, TPM_KEY_GONE, Tpm
from muster.errors import Code, KeyUnavailable, NotAuthentic

_PURPOSE = "key slot"


class Place(Enum):
    """What the key slots are bound to, the weakest first; the values are written in ``station.json``."""

    NOTHING = "nothing"
    KEYRING = "keyring"
    TPM = "tpm"

    @classmethod
    def best(cls) -> Place:
        """What this computer has: a TPM, else a keyring, else nothing. May take 0.1 s."""
        try:
            Tpm().primary(STORAGE)
        except KeyUnavailable:
            return cls.KEYRING if os_keyring.is_usable() else cls.NOTHING
        return cls.TPM


@dataclass(frozen=True, slots=True)
class MachineBinding:
    """The machine secret as its place keeps it."""

    place: Place
    sealed: bytes

    @classmethod
    def make(cls, place: Place, secret: bytes) -> MachineBinding:
        """Give ``secret`` to a place for keeping. Raises ``KeyUnavailable``."""
        match place:
            case Place.TPM:
                return cls(place, Tpm().primary(STORAGE).seal(secret))
            case Place.KEYRING:
                return cls(place, os_keyring.seal(secret))
            case Place.NOTHING:
                raise ValueError("nothing keeps no secret")

    @property
    def gone(self) -> Code:
        """What is said where the secret is another one."""
        return TPM_KEY_GONE if self.place is Place.TPM else KEYRING_KEY_GONE

    def secret(self) -> bytes:
        """The machine secret, some 0.1 s. Raises ``KeyUnavailable``: with ``gone`` on another computer."""
        in_tpm = self.place is Place.TPM
        secret = Tpm().primary(STORAGE).unseal(self.sealed) if in_tpm else os_keyring.unseal(self.sealed)
        if len(secret) != KEY_LENGTH:
            raise KeyUnavailable(self.gone)
        return secret

    def forget(self) -> None:
        """Let the place forget the secret, where it holds something of it: older copies of the station's file open
        no more."""
        if self.place is Place.KEYRING:
            os_keyring.forget(self.sealed)


def new_machine_secret() -> bytes:
    return os.urandom(KEY_LENGTH)


def bind(slot: KeySlot, secret: bytes) -> KeySlot:
    """Lay the machine's layer around a slot."""
    return replace(slot, wrapped_key=Sealer(secret, _PURPOSE).seal(slot.wrapped_key, slot.user_id))


def release(slot: KeySlot, secret: bytes, gone: Code = TPM_KEY_GONE) -> KeySlot:
    """Take it off again. Raises ``KeyUnavailable(gone)`` for the secret of another machine, and for a slot that
    was changed."""
    try:
        return replace(slot, wrapped_key=Sealer(secret, _PURPOSE).open(slot.wrapped_key, slot.user_id))
    except NotAuthentic as error:
        raise KeyUnavailable(gone) from error


def binding_to_json(binding: MachineBinding) -> dict[str, str]:
    return {"to": binding.place.value, "sealed": binding.sealed.hex()}


def binding_from_json(content: Mapping[str, Any]) -> MachineBinding:
    """Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything :func:`binding_to_json` does not write."""
    place = Place(content["to"])
    if place is Place.NOTHING:
        raise ValueError("bound to nothing")
    return MachineBinding(place, bytes.fromhex(content["sealed"]))
