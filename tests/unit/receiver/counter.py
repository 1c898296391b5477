"""A receiver without a wire, and a station that announces and seals for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.responses import JSONResponse

from muster import base64url
from muster.crypto.envelope import DecryptionKey, encrypt
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack
from muster.packet.assemble import assemble
from muster.packet.seal import SealedPacket, seal
from muster.receiver.operations import Receiver
from muster.receiver.storage import Storage
from muster.receiver.tables import metadata
from unit.packet.contents_fixture import KeyPair, make_contents, make_schema

NOW = datetime(2026, 1, 2, 3, 15, 0, tzinfo=UTC)
REF_ID = "10001_10002"


@dataclass(frozen=True, slots=True)
class Keys:
    server: KeyPair
    machine: KeyPair
    stranger: KeyPair
    signer: KeyPair

    @classmethod
    def make(cls) -> Keys:
        return cls(
            KeyPair.make("Test server"),
            KeyPair.make("Test machine"),
            KeyPair.make("Stranger"),
            KeyPair.make("Signer"),
        )


def make_sealed(keys: Keys) -> SealedPacket:
    """A packet without biometrics: the receiver does not look that far."""
    assembled = assemble(make_contents(), make_schema())
    return seal(assembled, sign=keys.machine.key.sign, encrypt=partial(encrypt, keys.server.certificate_pem))


def announcement_of(packet_id: str, sealed: SealedPacket, **changes: Any) -> dict[str, Any]:
    entry = {
        "langCode": "eng",
        "registrationId": sealed.registration_id,
        "packetId": packet_id,
        "additionalInfoReqId": None,
        "registrationType": "NEW",
        "packetHashValue": sealed.digest,
        "packetSize": sealed.size,
        "supervisorStatus": "APPROVED",
        "supervisorComment": "",
    }
    return {**entry, **changes}


def sync_of(*entries: object) -> dict[str, Any]:
    return {
        "id": "mosip.registration.sync",
        "version": "1.0",
        "requesttime": "2026-01-02T03:15:00.000Z",
        "request": list(entries),
    }


@dataclass(frozen=True, slots=True)
class Counter:
    """A receiver and its folder, spoken to as over the wire but without one."""

    folder: Path
    keys: Keys
    receiver: Receiver
    storage: Storage

    @classmethod
    def open(cls, folder: Path, keys: Keys) -> Counter:
        storage = Storage(folder, lambda: NOW)
        return cls(folder, keys, Receiver(storage, lambda: NOW), storage)

    def forget(self) -> None:
        """Every row and packet, but for the keys."""
        with self.storage.database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name != "secret":
                    connection.execute(table.delete())
        for path in self.folder.glob("packets/*"):
            path.unlink()

    @contextmanager
    def broken(self, table: sa.Table) -> Iterator[None]:
        """A database that cannot do what is asked of it."""
        with self.storage.database.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} RENAME TO away")
        yield
        with self.storage.database.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {table.name}")

    def restart(self) -> Counter:
        return Counter.open(self.folder, self.keys)

    def sync_bytes(self, body: bytes) -> dict[str, Any]:
        return rendered(self.receiver.sync(body))

    def sealed_body(self, request: object) -> bytes:
        plaintext = request if isinstance(request, bytes) else json.dumps(request).encode()
        sealed = base64url.encode(encrypt(self.keys.server.certificate_pem, plaintext))
        return json.dumps(sealed).encode()

    def sync_request(self, request: object) -> dict[str, Any]:
        return self.sync_bytes(self.sealed_body(request))

    def sync(self, *entries: object, **changes: object) -> dict[str, Any]:
        return self.sync_request({**sync_of(*entries), **changes})

    def announce_old(self, sealed: SealedPacket, **changes: object) -> dict[str, Any]:
        entry = {**announcement_of("", sealed), "packetId": None, **changes}
        return rendered(self.receiver.sync_old(self.sealed_body(sync_of(entry))))

    def announce(self, sealed: SealedPacket, **changes: Any) -> dict[str, Any]:
        return self.sync(announcement_of(sealed.packet_id, sealed, **changes))

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        return rendered(self.receiver.upload(name, content))

    def send(self, sealed: SealedPacket) -> dict[str, Any]:
        return self.upload(f"{sealed.packet_id}.zip", sealed.content)

    def files(self) -> set[str]:
        """Everything on disk in the folder around the receiver's, by name."""
        around = self.folder.parent
        return {str(path.relative_to(around)) for path in around.rglob("*") if path.is_file()}

    def forged(self, sealed: SealedPacket, change: Callable[[dict[str, bytes]], object]) -> SealedPacket:
        """``sealed`` with a changed outer zip, encrypted anew as anybody can who has the certificate."""
        outer = unpack(DecryptionKey.from_pem(self.keys.server.server_pem).decrypt(sealed.content))
        change(outer)
        return resealed(sealed, encrypt(self.keys.server.certificate_pem, pack(outer, deflate=False)))


def resealed(sealed: SealedPacket, content: bytes) -> SealedPacket:
    digest = hashlib.sha256(content).hexdigest().upper()
    return SealedPacket(sealed.packet_id, sealed.registration_id, content, digest)


def rendered(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer after its way through JSON, as a station reads it."""
    return dict(json.loads(bytes(JSONResponse(answer).body)))


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [each["errorCode"] for each in answer["errors"] or []]
