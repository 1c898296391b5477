"""The keyring of the account at this computer: where the machine secret is kept if there is no TPM.

GNOME's keyring, KWallet, the Windows credential store and macOS's keychain, through the package ``keyring``. They
open with the account's own password at the operating system, so a disk without it gives nothing. The keyring holds
a key of 32 octets that seals the secret; the station's file holds what it sealed, and the name of the entry.

Layout: name of the entry[16] || nonce[12] || AES-256-GCM ciphertext || tag[16].

Does not protect from who knows the account's password, nor where the account signs in by itself; a TPM does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from muster.crypto.sealing import KEY_LENGTH, Sealer
from muster.errors import Code, KeyUnavailable, MusterError, NotAuthentic

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

KEYRING_ABSENT = Code(
    "KEYRING_ABSENT",
    "The keyring of your account at this computer cannot be used: there is none, or it is locked. Sign in to the "
    "computer's desktop and unlock it.",
)
KEYRING_KEY_GONE = Code(
    "KEYRING_KEY_GONE",
    "The keyring of your account at this computer does not hold this station's key: it is another account or "
    "another computer. What was registered is kept here. Call your administrator.",
)

_SERVICE = "muster machine key"  # its own: whoever writes a proofing configuration names entries under "muster"
_PURPOSE = "os keyring"
_NAME_LENGTH = 16


def is_usable() -> bool:
    """Whether there is a keyring that protects what it is given: the package's stand-ins for none, and files that
    it would write in the clear, do not."""
    import keyring

    try:
        return any(keyring.core.recommended(best) for best in _keyrings()[:1])
    except Exception:  # noqa: BLE001 - a stranger's program on the other side: whatever it raises, it is of no use
        return False


def seal(secret: bytes) -> bytes:
    """What :func:`unseal` needs, beside this keyring. Raises ``KeyUnavailable(KEYRING_ABSENT)``."""
    if not is_usable():
        raise KeyUnavailable(KEYRING_ABSENT)
    name, key = os.urandom(_NAME_LENGTH), os.urandom(KEY_LENGTH)
    with _told():
        best = _keyrings()[0]
        best.set_password(_SERVICE, name.hex(), key.hex())
        if best.get_password(_SERVICE, name.hex()) != key.hex():
            raise KeyUnavailable(KEYRING_ABSENT)
    return name + Sealer(key, _PURPOSE).seal(secret, name.hex())


def unseal(sealed: bytes) -> bytes:
    """Raises ``KeyUnavailable``: ``KEYRING_ABSENT``, or ``KEYRING_KEY_GONE`` for another account's keyring."""
    import keyring

    name = sealed[:_NAME_LENGTH].hex()
    with _told():
        key = keyring.get_password(_SERVICE, name)
    try:
        return Sealer(bytes.fromhex(key or ""), _PURPOSE).open(sealed[_NAME_LENGTH:], name)
    except (NotAuthentic, ValueError) as error:
        raise KeyUnavailable(KEYRING_KEY_GONE) from error


def forget(sealed: bytes) -> None:
    """Take the entry out: what was sealed opens nowhere any more. One that cannot be taken out stays."""
    with suppress(KeyUnavailable):
        for each in _keyrings():
            with suppress(KeyUnavailable), _told():
                each.delete_password(_SERVICE, sealed[:_NAME_LENGTH].hex())


def _keyrings() -> Sequence[KeyringBackend]:
    """Those there are, the best first. Several come as a chain, which recommends itself, whatever they are.

    Raises ``KeyUnavailable(KEYRING_ABSENT)``.
    """
    import keyring
    from keyring.backends.chainer import ChainerBackend

    with _told():
        found = keyring.get_keyring()
    return found.backends if isinstance(found, ChainerBackend) else [found]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except MusterError:
        raise
    except Exception as error:  # whatever a stranger's program raises, it cannot be reached
        raise KeyUnavailable(KEYRING_ABSENT) from error
