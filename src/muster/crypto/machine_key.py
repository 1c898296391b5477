"""The machine key: what signs this station's packets and reads what a server encrypts to it.

MOSIP knows two flavours (section 4.2 of the packet notes). LOCAL is a key pair in a file that signs and
decrypts (``signing.SigningKey``); TPM is two key pairs that never leave a chip (``tpm_key.TpmMachineKey``).
Whoever uses a machine key takes this protocol: a key in a TPM cannot be exported, so there is nothing else
to be had from it.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class Flavour(Enum):
    """Where a machine key lives; the values are written in ``station.json``."""

    LOCAL = "local"
    TPM = "tpm"


class MachineKey(Protocol):
    """Signing and decrypting. Either raises ``KeyUnavailable`` when the key cannot be reached just now."""

    @property
    def flavour(self) -> Flavour: ...

    @property
    def signing_public(self) -> bytes:
        """The public key as MOSIP sends it: SubjectPublicKeyInfo DER (LOCAL) or TPMT_PUBLIC (TPM)."""
        ...

    @property
    def encryption_public(self) -> bytes:
        """The same for the key that decrypts; one and the same key where the flavour is LOCAL."""
        ...

    @property
    def signing_key_index(self) -> str:
        """MOSIP's ``signKeyIndex``: what a request to sign in names."""
        ...

    @property
    def key_index(self) -> str:
        """MOSIP's ``keyIndex``, of the key that decrypts: what packets and all other requests name."""
        ...

    def sign(self, data: bytes) -> bytes:
        """SHA256withRSA, PKCS#1 v1.5, over ``data``: 256 octets."""
        ...

    def decrypt_oaep(self, block: bytes) -> bytes:
        """What RSA-OAEP hid in ``block``. Raises ``ValueError``: for another key, changed or cut off."""
        ...


def fingerprint(public: bytes) -> str:
    """MOSIP's name of a key: lower-case hex SHA-256 of its public octets, a colon after each octet."""
    import hashlib

    return hashlib.sha256(public).digest().hex(":")
