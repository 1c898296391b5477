"""TPMT_PUBLIC: the public half of a key in a TPM, as the TPM writes it and MOSIP's servers read it.

TPM 2.0 Library, Part 2, section 12.2.4. Big-endian; for the only two kinds of key a machine has::

    u16  type            TPM_ALG_RSA
    u16  nameAlg         SHA-1 or SHA-2
    u32  objectAttributes
    u16+ authPolicy      none, or one digest of nameAlg
    u16  symmetric       TPM_ALG_NULL
    u16  scheme          RSASSA (signs) or OAEP (decrypts)
    u16  scheme's hash   SHA-256
    u16  keyBits         2048
    u32  exponent        65537, or 0 which means the same
    u16+ unique          the modulus

Stricter than the server, which takes any TPMT_PUBLIC and fails later with keys that are no machine's. No
cryptography here: octets and numbers only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from enum import IntEnum

from muster.errors import Code, MalformedData

TPM_PUBLIC_MALFORMED = Code(
    "TPM_PUBLIC_MALFORMED", "This is not the public key of a machine's TPM; byte {offset} cannot be there."
)

EXPONENT = 65537
KEY_BITS = 2048
_DEFAULT_EXPONENT = 0
_RSA, _NULL, _SHA256 = 0x0001, 0x0010, 0x000B
_DIGEST_LENGTHS = {0x0004: 20, _SHA256: 32, 0x000C: 48, 0x000D: 64}  # SHA-1, SHA-256, SHA-384, SHA-512

_HEAD = struct.Struct(">HHIH")  # type, nameAlg, objectAttributes, length of authPolicy
_PARAMETERS = struct.Struct(">HHHHIH")  # symmetric, scheme, its hash, keyBits, exponent, length of unique
_MODULUS_LENGTH = KEY_BITS // 8


class Scheme(IntEnum):
    """What the key is for (TPM_ALG_ID)."""

    RSASSA = 0x0014
    OAEP = 0x0017


@dataclass(frozen=True, slots=True)
class TpmPublic:
    name_algorithm: int
    attributes: int
    policy: bytes
    scheme: Scheme
    exponent: int
    modulus: bytes

    @classmethod
    def parse(cls, content: bytes) -> TpmPublic:
        """Raises ``MalformedData``."""
        if len(content) < _HEAD.size:
            raise MalformedData(TPM_PUBLIC_MALFORMED, offset=len(content))
        kind, name_algorithm, attributes, policy_length = _HEAD.unpack_from(content)
        _require(kind == _RSA, 0)
        _require(name_algorithm in _DIGEST_LENGTHS, 2)
        _require(policy_length in (0, _DIGEST_LENGTHS[name_algorithm]), 8)
        at = _HEAD.size + policy_length
        _require(len(content) == at + _PARAMETERS.size + _MODULUS_LENGTH, len(content))
        symmetric, scheme, digest, bits, exponent, length = _PARAMETERS.unpack_from(content, at)
        _require(symmetric == _NULL, at)
        _require(scheme in tuple(Scheme), at + 2)
        _require(digest == _SHA256, at + 4)
        _require(bits == KEY_BITS, at + 6)
        _require(exponent in (_DEFAULT_EXPONENT, EXPONENT), at + 8)
        _require(length == _MODULUS_LENGTH, at + 12)
        modulus = content[at + _PARAMETERS.size :]
        _require(modulus[0] >= 0x80, at + _PARAMETERS.size)  # or it has fewer bits than it says
        _require(modulus[-1] % 2 == 1, len(content) - 1)
        policy = content[_HEAD.size : at]
        return cls(name_algorithm, attributes, policy, Scheme(scheme), exponent, modulus)

    def encode(self) -> bytes:
        head = _HEAD.pack(_RSA, self.name_algorithm, self.attributes, len(self.policy))
        parameters = _PARAMETERS.pack(_NULL, self.scheme, _SHA256, KEY_BITS, self.exponent, len(self.modulus))
        return b"".join((head, self.policy, parameters, self.modulus))

    def with_exponent_written(self) -> TpmPublic:
        """The same key, its exponent as a number.

        MOSIP's servers check signatures with the exponent as it stands there: 0, which every TPM writes when
        nothing else was asked for, fails each of them (TSS.Java, ``Crypto.validateSignature``).
        """
        return replace(self, exponent=EXPONENT)


def _require(holds: bool, offset: int) -> None:
    if not holds:
        raise MalformedData(TPM_PUBLIC_MALFORMED, offset=offset)
