"""The machine key in a TPM: one key pair that signs, one that decrypts (section 4.2 of the packet notes).

Both are derived from the TPM's seed *and* a secret that hangs on the station key. So neither signs before an
operator has signed in, and two stations on one computer, a demo beside the real one, have different keys.
"""

from __future__ import annotations

import hashlib

from muster.crypto.machine_key import Flavour, fingerprint
from muster.crypto.tpm import DECRYPTION, SIGNING, TPM_ANSWER_UNREADABLE, TPM_KEY_GONE, Primary, Tpm
from muster.crypto.tpm_public import KEY_BITS, Scheme, TpmPublic
from muster.errors import KeyUnavailable, MalformedData

_SIGNATURE_LENGTH = KEY_BITS // 8
# The template's place for it has the modulus's length; shorter ones some chips refuse.
_UNIQUE_LENGTH = KEY_BITS // 8


class TpmMachineKey:
    """Implements ``machine_key.MachineKey``. Never printed: its ``repr`` shows the public fingerprint only."""

    flavour = Flavour.TPM

    def __init__(self, tpm: Tpm, unique: bytes, signing: Primary, encryption_public: bytes) -> None:
        self._tpm = tpm
        self._unique = unique
        self._signing = signing
        self._decryption: Primary | None = None
        self.signing_public = _public(signing, Scheme.RSASSA)
        self.encryption_public = encryption_public

    @classmethod
    def derive(cls, tpm: Tpm, secret: bytes) -> TpmMachineKey:
        """The key of ``tpm`` that belongs to ``secret`` (32 octets). Raises ``KeyUnavailable``."""
        unique = _unique(secret)
        decryption = tpm.primary(DECRYPTION, unique)
        key = cls(tpm, unique, tpm.primary(SIGNING, unique), _public(decryption, Scheme.OAEP))
        key._decryption = decryption
        return key

    @classmethod
    def open(cls, tpm: Tpm, secret: bytes, signing_public: bytes, encryption_public: bytes) -> TpmMachineKey:
        """The key that was derived before and has these public halves; the one that decrypts is derived at its
        first use.

        Raises ``KeyUnavailable``: ``TPM_KEY_GONE`` when this TPM derives another key.
        """
        unique = _unique(secret)
        key = cls(tpm, unique, tpm.primary(SIGNING, unique), encryption_public)
        if key.signing_public != signing_public:
            raise KeyUnavailable(TPM_KEY_GONE)
        return key

    @property
    def signing_key_index(self) -> str:
        return fingerprint(self.signing_public)

    @property
    def key_index(self) -> str:
        return fingerprint(self.encryption_public)

    def sign(self, data: bytes) -> bytes:
        """SHA256withRSA, PKCS#1 v1.5: the TPM sees the digest only. Raises ``KeyUnavailable``."""
        signature = self._signing.sign(hashlib.sha256(data).digest())
        if len(signature) != _SIGNATURE_LENGTH:
            raise KeyUnavailable(TPM_ANSWER_UNREADABLE)
        return signature

    def decrypt_oaep(self, block: bytes) -> bytes:
        """What RSA-OAEP hid in ``block``, its label the zero octet that TPMs ask for.

        Raises ``ValueError`` (for another key, changed, cut off) and ``KeyUnavailable``.
        """
        if self._decryption is None:
            decryption = self._tpm.primary(DECRYPTION, self._unique)
            if _public(decryption, Scheme.OAEP) != self.encryption_public:
                raise KeyUnavailable(TPM_KEY_GONE)
            self._decryption = decryption
        return self._decryption.decrypt_oaep(block)

    def __repr__(self) -> str:
        return f"TpmMachineKey({self.key_index[:11]})"


def _unique(secret: bytes) -> bytes:
    return secret.ljust(_UNIQUE_LENGTH, b"\0")


def _public(primary: Primary, scheme: Scheme) -> bytes:
    """As it is registered at a server."""
    try:
        public = TpmPublic.parse(primary.public)
    except MalformedData as error:
        raise KeyUnavailable(TPM_ANSWER_UNREADABLE) from error
    if public.scheme is not scheme:
        raise KeyUnavailable(TPM_ANSWER_UNREADABLE)
    return public.with_exponent_written().encode()
