"""The hub's own private keys: what packets are encrypted to, and what signs its answers.

Every process of a hub has the same two. They are sealed in the database, and the process that comes first makes
them. Where the center's key lies in the folder beside them anyway, so do they, as files that other programs read
(``packet inspect --key``); a file that is there counts, and the database follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from muster import durable
from muster.clock import Clock
from muster.crypto.envelope import DecryptionKey
from muster.crypto.jws import sign_detached
from muster.crypto.signing import SigningKey, certificate_to_der, certificate_to_pem, self_signed_certificate
from muster.errors import NotAuthentic
from muster.receiver.center_key import CENTER_KEY_WRONG, CenterKey
from muster.receiver.database import Database
from muster.receiver.tables import secret

_KEY_DAYS = 1095  # MOSIP's default validity of a module key


@dataclass(frozen=True, slots=True)
class ServerSigner:
    """The key of KERNEL/SIGN and its certificate, DER."""

    key: SigningKey
    certificate: bytes

    def sign_answer(self, body: bytes) -> str:
        return sign_detached(self.key, body, self.certificate)


class ServerKeys:
    """Raises ``NotAuthentic(CENTER_KEY_WRONG)``, ``StorageUnavailable``."""

    def __init__(self, database: Database, center_key: CenterKey, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._apart = center_key.is_apart
        self._sealer = center_key.sealer("keys")
        self._pem = self._load_or_make("server", "Muster receiver")
        self.opener = DecryptionKey.from_pem(self._pem)
        signer = self._load_or_make("signer", "Muster receiver, answers")
        self.signer = ServerSigner(SigningKey.from_pem(signer), certificate_to_der(signer))

    @property
    def file(self) -> Path:
        return self._folder / "server.pem"

    @property
    def certificate_pem(self) -> bytes:
        return self._pem[self._pem.index(b"-----BEGIN CERTIFICATE") :]

    def _load_or_make(self, name: str, title: str) -> bytes:
        file = self._folder / f"{name}.pem"
        kept = self._kept(name)
        if file.exists():
            pem = file.read_bytes()
            if self._apart:
                pem = kept or self._keep(name, pem)
                file.unlink(missing_ok=True)  # readable without the center's key
            elif kept != pem:
                self._replace(name, pem)
            return pem
        pem = kept or self._keep(name, _made(title, self._clock))
        if not self._apart:
            durable.write(file, pem)
        return pem

    def _kept(self, name: str) -> bytes | None:
        with self._database.reading() as connection:
            sealed = connection.scalar(sa.select(secret.c.sealed).where(secret.c.name == name))
        if sealed is None:
            return None
        try:
            return self._sealer.open(sealed, name)
        except NotAuthentic as error:
            raise NotAuthentic(CENTER_KEY_WRONG) from error

    def _keep(self, name: str, pem: bytes) -> bytes:
        """``pem``, or what another process kept first."""
        added = self._database.insert(secret).values(name=name, sealed=self._sealer.seal(pem, name))
        with self._database.writing() as connection:
            connection.execute(added.on_conflict_do_nothing(index_elements=[secret.c.name]))
        return self._kept(name) or pem

    def _replace(self, name: str, pem: bytes) -> None:
        sealed = self._sealer.seal(pem, name)
        added = self._database.insert(secret).values(name=name, sealed=sealed)
        with self._database.writing() as connection:
            connection.execute(
                added.on_conflict_do_update(index_elements=[secret.c.name], set_={"sealed": sealed})
            )


def _made(title: str, clock: Clock) -> bytes:
    key = SigningKey.generate()
    return key.to_pem() + certificate_to_pem(self_signed_certificate(key, title, clock(), _KEY_DAYS))
